//! What a recipe can say, after reading and before it becomes builds.

use pyiron_lock_core::Span;
use pyiron_lock_testkit::Format;
use rattler_conda_types::Subdir;

/// What applies to every recipe that does not say otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Defaults {
    pub(crate) subdirs: Vec<Subdir>,
    pub(crate) python: Vec<String>,
    pub(crate) python_min: String,
    pub(crate) license: String,
    pub(crate) timestamp: i64,
}

/// What a package is made of, and so where its builds go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Python code: one `noarch: python` build.
    Pure,
    /// Files: one `noarch: generic` build.
    Data,
    /// Compiled code: a build a subdir.
    Native,
    /// Compiled code for Python: a build a subdir and Python version.
    Extension,
}

impl Kind {
    /// Every kind with the word a recipe says.
    pub(crate) const WORDS: [(&'static str, Self); 4] = [
        ("pure", Self::Pure),
        ("data", Self::Data),
        ("native", Self::Native),
        ("extension", Self::Extension),
    ];
}

/// A dependency or a constraint, on all subdirs or on some.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) on: Option<Vec<Subdir>>,
    pub(crate) spec: String,
}

/// One recipe; several versions share what else it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Recipe {
    pub(crate) name: String,
    pub(crate) span: Span,
    pub(crate) kind: Kind,
    pub(crate) versions: Vec<String>,
    pub(crate) build: Option<String>,
    pub(crate) number: u64,
    pub(crate) subdirs: Vec<Subdir>,
    pub(crate) python: Vec<String>,
    pub(crate) depends: Vec<Line>,
    pub(crate) constrains: Vec<Line>,
    pub(crate) track_features: Vec<String>,
    /// `None` for the usual floor, `Some(None)` for none at all.
    pub(crate) glibc: Option<Option<String>>,
    pub(crate) license: String,
    pub(crate) timestamp: i64,
    /// The modules of pure and extension builds.
    pub(crate) imports: Vec<String>,
    /// `None` for what the kind has: a program of its own name if native, none otherwise.
    pub(crate) commands: Option<Vec<String>>,
    pub(crate) link_scripts: bool,
    pub(crate) format: Format,
    pub(crate) broken: bool,
}

/// All recipes with the defaults they were read under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Recipes {
    pub(crate) defaults: Defaults,
    pub(crate) recipes: Vec<Recipe>,
}

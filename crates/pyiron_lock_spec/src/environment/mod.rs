//! One `environment.yml` as data: what it asks for, with spans. Knows no other file and no platform but through
//! selectors.

mod channels;
mod comments;
mod dependencies;
mod misfits;
mod overlap;
mod pip;
mod read;
#[cfg(test)]
mod tests;

use pyiron_lock_core::{SourceRef, Span, Spanned};
use rattler_conda_types::{MatchSpec, PackageName, Subdir};

use crate::selector::Selector;

pub(crate) use channels::read_channels;
pub(crate) use misfits::request;
pub use read::read_environment;

/// An environment file, read.
#[derive(Debug, Clone)]
pub struct EnvironmentFile {
    /// The text it was read from.
    pub source: SourceRef,
    /// The name it suggests for the environment, never used for a lock.
    pub name: Option<Spanned<String>>,
    /// The channels in the order written, without `nodefaults`.
    pub channels: Vec<Spanned<String>>,
    /// Whether `nodefaults` was among the channels.
    pub nodefaults: bool,
    /// The subdirs it is meant for; empty when it does not say.
    pub platforms: Vec<Spanned<Subdir>>,
    /// The conda requests in the order written, those of all subdirs.
    pub dependencies: Vec<Dependency>,
    /// The pip requirements in the order written, those of all subdirs.
    pub pip: Vec<PipLine>,
    /// The environment variables in the order written, values as written.
    pub variables: Vec<(Spanned<String>, Spanned<String>)>,
}

/// One line that asks for a conda package.
#[derive(Debug, Clone)]
pub struct Dependency {
    /// The name, normalised.
    pub name: PackageName,
    /// The constraint, normalised.
    pub spec: MatchSpec,
    /// The constraint as written, for messages.
    pub text: String,
    /// The constraint in canonical spelling.
    pub canonical: String,
    /// Where the text stands, without the selector.
    pub span: Span,
    /// Where it holds; everywhere when `None`.
    pub selector: Option<Selector>,
}

/// One pip requirement.
#[derive(Debug, Clone)]
pub struct PipLine {
    /// The requirement as written.
    pub text: String,
    /// Where it stands, without the selector.
    pub span: Span,
    /// Where it holds; everywhere when `None`.
    pub selector: Option<Selector>,
}

impl EnvironmentFile {
    /// Returns the conda requests that hold on a subdir.
    pub fn dependencies_on(&self, subdir: Subdir) -> impl Iterator<Item = &Dependency> {
        self.dependencies.iter().filter(move |item| {
            item.selector
                .as_ref()
                .is_none_or(|selector| selector.applies(subdir))
        })
    }

    /// Returns the pip requirements that hold on a subdir.
    pub fn pip_on(&self, subdir: Subdir) -> impl Iterator<Item = &PipLine> {
        self.pip.iter().filter(move |item| {
            item.selector
                .as_ref()
                .is_none_or(|selector| selector.applies(subdir))
        })
    }
}

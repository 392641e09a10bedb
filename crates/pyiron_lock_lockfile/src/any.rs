//! One environment on one platform, as a lock of any format says it. Nothing is judged here: hashes may be missing,
//! records may contradict each other, names may occur twice.

use pyiron_lock_core::{Platform, SourceRef, Span, TierName};
use rattler_conda_types::RepoDataRecord;

use crate::stamp::Stamp;

/// What a lock is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A rattler lock with our block at its end.
    PyironLock,
    /// A rattler lock, as pixi writes it, with its version.
    Rattler(u16),
    /// `conda-lock.yml`, CEP 37.
    CondaLock,
    /// An explicit list, CEP 23.
    Explicit,
}

/// One environment on one platform of a lock.
#[derive(Debug, Clone)]
pub struct AnyLock {
    /// The text, in which the spans lie.
    pub source: SourceRef,
    /// The format of the text.
    pub format: Format,
    /// The name of the environment; `default` where the format has no names.
    pub environment: String,
    /// The tier, where our block names it.
    pub tier: Option<TierName>,
    /// The platform; with nothing but the implied virtual packages where the format has none.
    pub platform: Platform,
    /// Whether the format says what was promised to the solver.
    pub knows_promises: bool,
    /// Channel URLs in order of priority; empty where the format does not say.
    pub channels: Vec<String>,
    /// The records in the order of the text.
    pub entries: Vec<LockEntry>,
    /// Our block, where there is one that can be read.
    pub stamp: Option<Stamp>,
    /// Whether the digest in our block is that of the text; `None` without a block.
    pub digest_holds: Option<bool>,
    /// Pip requirements and packages, which nobody checks here, one line each.
    pub pip: Vec<String>,
    /// What the text names and what cannot be a record: source packages, local archives, words that cannot be read.
    pub unread: Vec<Unread>,
}

/// Something that a lock holds and that cannot be judged as a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// The normalized name of the package, where there is one.
    pub name: Option<String>,
    /// What it is and why it cannot be read, a lower-case phrase that holds no secret.
    pub what: String,
    /// Its place in the text.
    pub span: Span,
}

impl AnyLock {
    /// Returns the name to show: the tier, or the text of a lock without one, with its environment if that has a name.
    pub fn label(&self) -> String {
        match (&self.tier, self.environment.as_str()) {
            (Some(tier), _) => tier.to_string(),
            (None, "default") => self.source.name().to_owned(),
            (None, environment) => format!("{} ({environment})", self.source.name()),
        }
    }
}

/// A record with its place.
#[derive(Debug, Clone)]
pub struct LockEntry {
    /// The record, as far as the format says it.
    pub record: RepoDataRecord,
    /// The place of its URL in the text.
    pub span: Span,
    /// Whether the format says what it depends on.
    pub knows_depends: bool,
    /// The place of a text that stands for a hash and is none.
    pub hash_fault: Option<Span>,
}

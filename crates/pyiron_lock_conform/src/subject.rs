//! What is judged: a lock of any format, and what the project says of its tier where there is a project.

use pyiron_lock_core::{RequestSet, SourceRef, Spanned, TierName};
use pyiron_lock_lockfile::AnyLock;

/// A lock to judge.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The lock.
    pub lock: &'a AnyLock,
    /// What the project says of its tier; `None` for a lock without a project.
    pub tier: Option<&'a TierFacts>,
}

/// What the manifest and the files of a project say of one tier on one platform.
#[derive(Debug, Clone)]
pub struct TierFacts {
    /// The tier.
    pub name: TierName,
    /// What is asked for, each request with the lines that ask for it.
    pub requests: RequestSet,
    /// The manifest, in which the spans of `targets` lie.
    pub manifest: SourceRef,
    /// The ids of the targets it has to serve.
    pub targets: Vec<Spanned<String>>,
}

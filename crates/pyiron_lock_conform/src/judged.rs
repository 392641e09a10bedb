//! A finding with what it is about, so that a waiver can name it.

use pyiron_lock_core::{Finding, PlatformName, TierName};
use pyiron_lock_lockfile::AnyLock;

/// What a finding is about. A field is `None` where the finding is not about one of that kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scope {
    /// The tier.
    pub tier: Option<TierName>,
    /// A lock without a tier, by its name in the matrix; its platform tells it from others in the same text.
    pub lock: Option<String>,
    /// The platform of the lock.
    pub platform: Option<PlatformName>,
    /// The id of the target.
    pub target: Option<String>,
    /// The normalized name of the package at fault.
    pub package: Option<String>,
}

impl Scope {
    /// Returns the scope of a lock; `tier` is what a project calls it, or the lock itself.
    pub(crate) fn of(lock: &AnyLock, tier: Option<&TierName>) -> Self {
        Self {
            tier: tier.cloned(),
            lock: tier.is_none().then(|| lock.label()),
            platform: Some(lock.platform.name.clone()),
            ..Self::default()
        }
    }
}

/// A finding and what it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// What was seen. The way from a request to the record at fault is one of its notes, `path: a > b > c`.
    pub finding: Finding,
    /// What it is about.
    pub scope: Scope,
}

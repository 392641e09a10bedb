//! A finding with what it is about, so that a waiver can name it.

use pyiron_lock_core::{Finding, PlatformName, TierName};

/// What a finding is about. A field is `None` where the finding is not about one of that kind.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scope {
    /// The tier.
    pub tier: Option<TierName>,
    /// The platform of the lock.
    pub platform: Option<PlatformName>,
    /// The id of the target.
    pub target: Option<String>,
    /// The normalized name of the package at fault.
    pub package: Option<String>,
}

/// A finding and what it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// What was seen. The way from a request to the record at fault is one of its notes, `path: a > b > c`.
    pub finding: Finding,
    /// What it is about.
    pub scope: Scope,
}

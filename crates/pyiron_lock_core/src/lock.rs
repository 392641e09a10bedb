//! A lock in memory: the solved set for one tier on one platform. The file format lives in the lockfile room.

use rattler_conda_types::RepoDataRecord;

use crate::{digest::Digest, names::TierName, platform::Platform, request::RequestSet};

/// A request as a lock records it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LockedRequest {
    /// The constraint in canonical spelling.
    pub spec: String,
    /// The tier it comes from; `None` for a file without a project.
    pub tier: Option<TierName>,
}

/// The solved set for one tier on one platform, with what it was solved from.
#[derive(Debug, Clone)]
pub struct Lock {
    /// The tier; `None` for a file without a project.
    pub tier: Option<TierName>,
    /// The platform with its virtual packages.
    pub platform: Platform,
    /// Canonical channel URLs in order of priority.
    pub channels: Vec<String>,
    /// The direct requests, sorted.
    pub requests: Vec<LockedRequest>,
    /// Pip requirements, recorded but not locked.
    pub unlocked_pip: Vec<String>,
    /// Environment variables the specs set, sorted by name.
    pub variables: Vec<(String, String)>,
    /// The digest of the request set it was solved for.
    pub request_digest: Digest,
    /// The digest of the index records reachable from the requests.
    pub index_digest: Digest,
    /// The solver crates whose choices these are.
    pub solver: String,
    /// The records, sorted by name; one a name.
    pub records: Vec<RepoDataRecord>,
}

impl Lock {
    /// Assembles a lock from a request set and the records that satisfy it.
    pub fn new(
        set: &RequestSet,
        mut records: Vec<RepoDataRecord>,
        index_digest: Digest,
        solver: String,
    ) -> Self {
        records.sort_by(|a, b| a.package_record.name.cmp(&b.package_record.name));
        let mut requests: Vec<LockedRequest> = set
            .requests
            .iter()
            .map(|request| LockedRequest {
                spec: request.canonical.clone(),
                tier: request.tier.clone(),
            })
            .collect();
        requests.sort();
        Self {
            tier: set.tier.clone(),
            platform: set.platform.clone(),
            channels: set
                .channels
                .iter()
                .map(|channel| channel.base_url.to_string())
                .collect(),
            requests,
            unlocked_pip: set.pip.iter().map(|pip| pip.text.clone()).collect(),
            variables: set.variables.clone(),
            request_digest: set.digest(),
            index_digest,
            solver,
            records,
        }
    }

    /// Returns the record of that normalized name.
    pub fn record(&self, name: &str) -> Option<&RepoDataRecord> {
        self.records
            .iter()
            .find(|record| record.package_record.name.as_normalized() == name)
    }
}

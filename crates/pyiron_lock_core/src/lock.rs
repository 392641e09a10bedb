//! A lock in memory: the solved set for one tier on one platform. The file format lives in the lockfile room.

use rattler_conda_types::RepoDataRecord;

use crate::{
    cut_off::CutOff,
    digest::{Digest, DigestBuilder, hex},
    index::IndexState,
    names::TierName,
    platform::Platform,
    request::RequestSet,
};

/// A request as a lock records it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LockedRequest {
    /// The constraint in canonical spelling.
    pub spec: String,
    /// The tier it comes from; `None` for a file without a project.
    pub tier: Option<TierName>,
}

/// The promise that a lock holds all records of another, as an image holds those of the image it is built from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contained {
    /// The tier whose lock is contained.
    pub tier: TierName,
    /// The records of that lock.
    pub records: Digest,
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
    /// The lock that this one contains.
    pub contains: Option<Contained>,
    /// The last moment whose builds counted.
    pub exclude_newer: Option<CutOff>,
    /// Pip requirements, recorded but not locked.
    pub unlocked_pip: Vec<String>,
    /// Environment variables the specs set, sorted by name.
    pub variables: Vec<(String, String)>,
    /// The digest of the request set it was solved for.
    pub request_digest: Digest,
    /// The index records reachable from the requests, in short.
    pub index: IndexState,
    /// The solver crates whose choices these are.
    pub solver: String,
    /// The records, sorted by name; one a name.
    pub records: Vec<RepoDataRecord>,
}

/// Returns whether two records are one archive: the same URL and the same bytes.
pub fn same_record(a: &RepoDataRecord, b: &RepoDataRecord) -> bool {
    a.url == b.url && a.package_record.sha256 == b.package_record.sha256
}

/// Computes the digest of what records install: their URLs and hashes, in the order given.
pub fn records_digest<'r>(records: impl IntoIterator<Item = &'r RepoDataRecord>) -> Digest {
    let mut builder = DigestBuilder::new("pyiron-lock records 1");
    for record in records {
        let sha256 = record.package_record.sha256.as_ref();
        builder.field(record.url.as_str());
        builder.field(&sha256.map(|sha256| hex(sha256)).unwrap_or_default());
    }
    builder.finish()
}

impl Lock {
    /// Assembles a lock from a request set and the records that satisfy it.
    pub fn new(
        set: &RequestSet,
        mut records: Vec<RepoDataRecord>,
        index: IndexState,
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
            contains: None,
            exclude_newer: set.exclude_newer,
            unlocked_pip: set.pip.iter().map(|pip| pip.text.clone()).collect(),
            variables: set.variables.clone(),
            request_digest: set.digest(),
            index,
            solver,
            records,
        }
    }

    /// Computes the digest of what the lock installs: the URL and hash of every record.
    pub fn records_digest(&self) -> Digest {
        records_digest(&self.records)
    }

    /// Returns the record of that normalized name.
    pub fn record(&self, name: &str) -> Option<&RepoDataRecord> {
        self.records
            .iter()
            .find(|record| record.package_record.name.as_normalized() == name)
    }
}

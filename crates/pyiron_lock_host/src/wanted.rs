//! What an environment is to hold: the records of one lock and the name of the release. How the lock was read, and
//! whether it is sound, is decided before.

use pyiron_lock_core::Platform;
use rattler_conda_types::RepoDataRecord;

/// What an environment is to hold.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The tier; for a lock of another program, a name that can be a folder.
    pub tier: String,
    /// The platform with what was promised to the solver.
    pub platform: Platform,
    /// The release id: the cut-off date of the index, `-`, the first 12 digits of the digest.
    pub release: String,
    /// The digest of the lock, in hexadecimal digits.
    pub digest: String,
    /// The time that counts as the time of everything made from the lock, in seconds since 1970.
    pub epoch: i64,
    /// How many files are unpacked, as an estimate: no lock says it.
    pub estimated_files: u64,
    /// How many bytes are unpacked, as an estimate, and never less than the archives have.
    pub estimated_bytes: u64,
    /// The records, each after what it depends on, every one with a sha256.
    pub records: Vec<RepoDataRecord>,
}

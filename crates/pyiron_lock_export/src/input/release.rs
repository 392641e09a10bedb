//! What a lock is called once it is exported: the same id in prefixes, kernels and tags.

use pyiron_lock_core::records_digest;
use pyiron_lock_lockfile::AnyLock;

use super::packages::Packages;

/// What a lock is called once it is exported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// The cut-off date of the index, `-`, and the first 12 digits of the digest: `2026-07-30-ccd607ef462f`.
    pub id: String,
    /// The digest of the lock, in hexadecimal digits: the one it states, else that of its records.
    pub digest: String,
    /// The moment that counts as the time of everything made from the lock, in seconds since 1970: the cut-off of the
    /// index, else when the newest record was built. No clock is asked.
    pub epoch: i64,
    /// The same moment as RFC 3339, in UTC.
    pub created: String,
}

impl Release {
    /// Names a lock.
    pub(super) fn of(lock: &AnyLock, packages: &Packages<'_>) -> Self {
        let digest = match &lock.stamp {
            Some(stamp) => stamp.digest.to_string(),
            None => records_digest(lock.entries.iter().map(|entry| &entry.record)).to_string(),
        };
        let cut_off = lock
            .stamp
            .as_ref()
            .and_then(|stamp| stamp.index_cut_off.as_deref()?.parse::<jiff::Timestamp>().ok());
        let newest = || {
            let built = packages.iter().filter_map(|package| {
                let millis = package.record().timestamp.as_ref()?.timestamp_millis();
                jiff::Timestamp::from_millisecond(millis).ok()
            });
            built.max()
        };
        let moment = cut_off.or_else(newest).unwrap_or_default();
        let created = moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        Self {
            id: format!("{}-{}", &created[..10], &digest[..12]),
            digest,
            epoch: moment.as_second(),
            created,
        }
    }
}

//! What an environment made from a lock is to hold, and what its release is called.

use std::collections::BTreeMap;

use pyiron_lock_export::Subject;
use pyiron_lock_host::Wanted;

/// Returns what a lock asks for, in the order in which it can be installed.
pub(crate) fn wanted(subject: &Subject<'_>) -> Wanted {
    let entries = &subject.lock.entries;
    let by_name: BTreeMap<&str, _> = entries
        .iter()
        .map(|entry| (entry.record.package_record.name.as_normalized(), &entry.record))
        .collect();
    let records = subject
        .packages
        .iter()
        .map(|package| by_name[package.name()].clone());
    Wanted {
        tier: subject.tier.name.clone(),
        platform: subject.platform().clone(),
        release: subject.release.id.clone(),
        digest: subject.release.digest.clone(),
        epoch: subject.release.epoch,
        estimated_files: subject.packages.estimated_files(),
        estimated_bytes: subject.packages.estimated_bytes(),
        records: records.collect(),
    }
}

//! The records of a lock as an export can rely on them: named plainly, one a name, with an address and a sha256. In the
//! order in which they can be installed, each after what it depends on.

use std::collections::{BTreeMap, BTreeSet};

use pyiron_lock_core::digest::hex;
use pyiron_lock_lockfile::AnyLock;
use rattler_conda_types::{PackageRecord, RepoDataRecord};
use url::Url;

use crate::error::ExportError;

/// The host of the channel that the program ships; its packages are made up.
const SAMPLE_HOST: &str = "sample.pyiron-lock.invalid";

/// Files of one package and bytes of one file, on average: 289,524 files in 1,015 packages (NCI, 2023), as in
/// `conformance/policy/limits.yml`.
const FILES_PER_PACKAGE: u64 = 285;
const BYTES_PER_FILE: u64 = 36_000;

/// A record.
#[derive(Debug, Clone, Copy)]
pub struct Package<'a> {
    record: &'a RepoDataRecord,
}

impl<'a> Package<'a> {
    /// Returns the normalized name.
    pub fn name(&self) -> &'a str {
        self.record.package_record.name.as_normalized()
    }

    /// Returns the version as the record spells it.
    pub fn version(&self) -> String {
        self.record.package_record.version.as_str().to_string()
    }

    /// Returns the build string.
    pub fn build(&self) -> &'a str {
        self.record.package_record.build.as_str()
    }

    /// Returns the subdir: that of the platform, or `noarch`.
    pub fn subdir(&self) -> &'a str {
        &self.record.package_record.subdir
    }

    /// Returns the address of the archive.
    pub fn url(&self) -> &'a Url {
        &self.record.url
    }

    /// Returns the name of the archive.
    pub fn file_name(&self) -> &'a str {
        self.record.url.path().rsplit('/').next().unwrap_or("")
    }

    /// Returns the sha256 of the archive, in hexadecimal digits.
    pub fn sha256(&self) -> String {
        let sha256 = self.record.package_record.sha256.as_ref();
        hex(sha256.expect("a record without a sha256 is refused"))
    }

    /// Returns the md5 of the archive, in hexadecimal digits.
    pub fn md5(&self) -> Option<String> {
        self.record.package_record.md5.as_ref().map(|md5| hex(md5))
    }

    /// Returns how many bytes the archive has.
    pub fn size(&self) -> Option<u64> {
        self.record.package_record.size
    }

    /// Returns everything that the lock says.
    pub fn record(&self) -> &'a PackageRecord {
        &self.record.package_record
    }

    /// Returns the names of what it depends on, virtual packages left out.
    pub fn depends(&self) -> impl Iterator<Item = &'a str> {
        let words = self.record.package_record.depends.iter();
        words
            .filter_map(|depend| depend.split([' ', '=', '<', '>', '!', '~', '[']).next())
            .filter(|name| !name.starts_with("__"))
    }

    /// Returns whether it comes from the sample channel.
    pub fn is_sample(&self) -> bool {
        self.record.url.host_str() == Some(SAMPLE_HOST)
    }
}

/// The records of a lock, each after what it depends on; among those that could come next, by name.
#[derive(Debug, Clone)]
pub struct Packages<'a>(Vec<Package<'a>>);

impl<'a> Packages<'a> {
    /// Takes the records of a lock.
    pub(super) fn of(lock: &'a AnyLock) -> Result<Self, ExportError> {
        let mut by_name = BTreeMap::new();
        if let Some(unread) = lock.unread.first() {
            return refuse(unread.name.as_deref().unwrap_or("a record"), &unread.what);
        }
        for entry in &lock.entries {
            let package = Package {
                record: &entry.record,
            };
            check(&package)?;
            if by_name.insert(package.name(), package).is_some() {
                return refuse(package.name(), "is there twice");
            }
        }
        if by_name.is_empty() {
            return Err(ExportError::Empty);
        }
        Ok(Self(sorted(&by_name)))
    }

    /// Returns the records in the order in which they can be installed.
    pub fn iter(&self) -> std::slice::Iter<'_, Package<'a>> {
        self.0.iter()
    }

    /// Returns how many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether there are none, which is never so.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the record of that normalized name.
    pub fn get(&self, name: &str) -> Option<Package<'a>> {
        self.0.iter().find(|package| package.name() == name).copied()
    }

    /// Estimates how many files are unpacked, from an environment that was counted: no lock says it.
    pub fn estimated_files(&self) -> u64 {
        (self.len() as u64).saturating_mul(FILES_PER_PACKAGE)
    }

    /// Estimates how many bytes are unpacked: never less than the archives have, which are compressed.
    pub fn estimated_bytes(&self) -> u64 {
        let by_count = self.estimated_files().saturating_mul(BYTES_PER_FILE);
        by_count.max(self.archive_bytes())
    }

    /// Returns how many bytes the archives have, those that say it.
    pub fn archive_bytes(&self) -> u64 {
        self.iter().filter_map(Package::size).sum()
    }

    /// Returns the version of JupyterHub, whose servers a hub starts.
    pub fn hub_version(&self) -> Option<String> {
        let names = ["jupyterhub-singleuser", "jupyterhub-base", "jupyterhub"];
        Some(names.into_iter().find_map(|name| self.get(name))?.version())
    }

    /// Returns the version of a package as `MAJOR.MINOR`, such as that of Python.
    pub fn minor_version(&self, name: &str) -> Option<String> {
        let version = self.get(name)?.version();
        let mut parts = version.split('.');
        Some(format!("{}.{}", parts.next()?, parts.next()?))
    }
}

fn refuse<T>(record: &str, why: &str) -> Result<T, ExportError> {
    Err(ExportError::Record {
        record: record.escape_debug().to_string(),
        why: why.to_owned(),
    })
}

/// Checks what every export relies on, so that no format has to.
fn check(package: &Package<'_>) -> Result<(), ExportError> {
    let record = &package.record.package_record;
    let plain = |text: &str, extra: &str| {
        !text.is_empty()
            && text
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || extra.contains(letter))
    };
    let url = package.url();
    let name = record.name.as_normalized();
    if !plain(name, "._-") {
        return refuse(name, "is no name of a package");
    }
    if !plain(&package.version(), "._-+!") || !plain(record.build.as_str(), "._-+") {
        return refuse(name, "has a version or build that is none");
    }
    if !plain(&record.subdir, "-") {
        return refuse(name, "has a subdir that is none");
    }
    if !matches!(url.scheme(), "http" | "https" | "file") || !plain(package.file_name(), "._-+!") {
        return refuse(name, "has an address that is none of an archive");
    }
    if !url.username().is_empty()
        || url.password().is_some()
        || url.query().is_some()
        || url.path().contains("/t/")
    {
        return refuse(name, "has an address that holds a secret");
    }
    if record.sha256.is_none() {
        return refuse(name, "has no sha256");
    }
    Ok(())
}

/// Sorts records so that each stands after what it depends on; where they depend on each other in a circle, by name.
fn sorted<'a>(by_name: &BTreeMap<&'a str, Package<'a>>) -> Vec<Package<'a>> {
    let mut waiting: BTreeMap<&str, BTreeSet<&str>> = by_name
        .iter()
        .map(|(name, package)| {
            let inside = |depend: &&str| by_name.contains_key(*depend) && depend != name;
            (*name, package.depends().filter(inside).collect())
        })
        .collect();
    let mut dependants: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, depends) in &waiting {
        for depend in depends {
            dependants.entry(depend).or_default().push(name);
        }
    }
    let mut ready: BTreeSet<&str> = waiting
        .iter()
        .filter(|(_, depends)| depends.is_empty())
        .map(|(name, _)| *name)
        .collect();
    let mut order = Vec::with_capacity(by_name.len());
    while let Some(name) = ready.pop_first().or_else(|| waiting.keys().next().copied()) {
        waiting.remove(name);
        order.push(by_name[name]);
        for dependant in dependants.get(name).into_iter().flatten() {
            if let Some(depends) = waiting.get_mut(dependant) {
                depends.remove(name);
                if depends.is_empty() {
                    ready.insert(dependant);
                }
            }
        }
    }
    order
}

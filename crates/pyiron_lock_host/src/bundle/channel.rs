//! A bundle as a conda channel: where the archive of a record lies in it, and an index for each subdir that lists
//! exactly the records of the lock.

use std::collections::BTreeMap;

use rattler_conda_types::{PackageRecord, RepoDataRecord, Subdir};
use serde::{Deserialize, Serialize};

use super::{
    error::BundleError,
    manifest::{INDEX, is_plain},
};

/// The index of a subdir.
#[derive(Serialize, Deserialize)]
struct Index {
    info: Info,
    packages: BTreeMap<String, PackageRecord>,
    #[serde(rename = "packages.conda")]
    conda_packages: BTreeMap<String, PackageRecord>,
    removed: Vec<String>,
    repodata_version: u64,
}

#[derive(Serialize, Deserialize)]
struct Info {
    subdir: String,
}

/// Returns the path of a record's archive in a bundle.
pub(super) fn path_of(record: &RepoDataRecord) -> Result<String, BundleError> {
    let refuse = |why: &str| BundleError::Record {
        record: record.url.path().rsplit('/').next().unwrap_or("").to_owned(),
        why: why.to_owned(),
    };
    let subdir = record.package_record.subdir.as_str();
    let name = record.url.path().rsplit('/').next().unwrap_or("");
    if !is_plain(subdir) {
        return Err(refuse("its subdir is no name of a folder"));
    }
    if !is_plain(name) {
        return Err(refuse("its archive has no plain name of at most 100 letters"));
    }
    if !name.ends_with(".conda") && !name.ends_with(".tar.bz2") {
        return Err(refuse("it is neither `.conda` nor `.tar.bz2`"));
    }
    Ok(format!("packages/{subdir}/{name}"))
}

/// Returns the path of the index of a subdir.
pub(super) fn index_path(subdir: &str) -> String {
    format!("packages/{subdir}/{INDEX}")
}

/// Returns the index of each subdir, by its path in the bundle; `archives` are records by path, each with its size.
pub(super) fn indexes(
    platform: Subdir,
    archives: &BTreeMap<String, (&RepoDataRecord, u64)>,
) -> BTreeMap<String, Vec<u8>> {
    let mut by_subdir: BTreeMap<&str, Index> = BTreeMap::new();
    // Every channel has an index of `noarch`, and conda reads that of its own platform.
    for subdir in [platform.as_str(), Subdir::NoArch.as_str()] {
        by_subdir.insert(subdir, Index::of(subdir));
    }
    for (path, (record, size)) in archives {
        let subdir = record.package_record.subdir.as_str();
        let name = path.rsplit('/').next().unwrap_or(path).to_owned();
        let index = by_subdir.entry(subdir).or_insert_with(|| Index::of(subdir));
        let list = if name.ends_with(".conda") {
            &mut index.conda_packages
        } else {
            &mut index.packages
        };
        list.insert(name, listed(record, *size));
    }
    let text = |(subdir, index): (&str, Index)| {
        let mut text = serde_json::to_vec_pretty(&index).expect("an index is words and numbers");
        text.push(b'\n');
        (index_path(subdir), text)
    };
    by_subdir.into_iter().map(text).collect()
}

/// Returns a record as an index lists it: with its size, which a lock need not say.
fn listed(record: &RepoDataRecord, size: u64) -> PackageRecord {
    let mut listed = record.package_record.clone();
    listed.size = Some(size);
    listed
}

/// Returns why the index of a subdir does not list exactly these records.
pub(super) fn index_fault(
    text: &[u8],
    subdir: &str,
    archives: &BTreeMap<String, (&RepoDataRecord, u64)>,
) -> Option<String> {
    let index: Index = match serde_json::from_slice(text) {
        Ok(index) => index,
        Err(error) => return Some(error.to_string()),
    };
    if index.info.subdir != subdir || !index.removed.is_empty() || index.repodata_version != 1 {
        return Some("it is the index of something else".to_owned());
    }
    let mut found = index.packages;
    let archived = found.len();
    found.extend(
        index
            .conda_packages
            .iter()
            .map(|(name, record)| (name.clone(), record.clone())),
    );
    let of_subdir =
        |(_, (record, _)): &(&String, &(&RepoDataRecord, u64))| record.package_record.subdir == subdir;
    let wanted = archives.iter().filter(of_subdir);
    let mut count = 0;
    for (path, (record, size)) in wanted {
        let name = path.rsplit('/').next().unwrap_or(path);
        if found.get(name) != Some(&listed(record, *size)) {
            return Some(format!("it lists {name} otherwise"));
        }
        count += 1;
    }
    (count != archived + index.conda_packages.len()).then(|| "it lists more than the lock".to_owned())
}

impl Index {
    fn of(subdir: &str) -> Self {
        Self {
            info: Info {
                subdir: subdir.to_owned(),
            },
            packages: BTreeMap::new(),
            conda_packages: BTreeMap::new(),
            removed: Vec::new(),
            repodata_version: 1,
        }
    }
}

//! Which records can matter to a request set: those reachable through `depends`, and a digest of exactly them.

use std::collections::{BTreeSet, HashMap, HashSet};

use pyiron_lock_core::{
    ChannelRecords, Digest,
    digest::{DigestBuilder, hex},
    index::dependency_name,
};
use rattler_conda_types::{NoArchKind, PackageName, RepoDataRecord};
use rayon::prelude::*;

/// The records of one platform, indexed by name; shared by all its tiers.
pub(crate) struct PlatformRecords<'a> {
    parts: &'a [ChannelRecords],
    by_name: HashMap<&'a str, Entry<'a>>,
}

#[derive(Default)]
struct Entry<'a> {
    /// The records with the part each comes from.
    records: Vec<(usize, &'a RepoDataRecord)>,
    needs: HashSet<&'a str>,
}

/// The records that matter to one request set: the same parts, filtered.
pub(crate) struct Reachable<'a> {
    /// One list for each channel and subdir, in order of priority.
    pub(crate) parts: Vec<Vec<&'a RepoDataRecord>>,
    channels: Vec<&'a str>,
    names: BTreeSet<&'a str>,
}

impl<'a> PlatformRecords<'a> {
    pub(crate) fn new(parts: &'a [ChannelRecords]) -> Self {
        let mut by_name: HashMap<&str, Entry<'_>> = HashMap::new();
        for (part, records) in parts.iter().enumerate() {
            for record in &records.records {
                let entry = by_name
                    .entry(record.package_record.name.as_normalized())
                    .or_default();
                entry.records.push((part, record));
                let extra = record.package_record.extra_depends.values().flatten();
                entry.needs.extend(
                    record
                        .package_record
                        .depends
                        .iter()
                        .chain(extra)
                        .map(|text| dependency_name(text)),
                );
            }
        }
        Self { parts, by_name }
    }

    /// Returns every record of a normalized name.
    pub(crate) fn named(&self, name: &str) -> Vec<&'a RepoDataRecord> {
        self.by_name
            .get(name)
            .map(|entry| entry.records.iter().map(|(_, record)| *record).collect())
            .unwrap_or_default()
    }

    /// Returns whether any record has that normalized name.
    pub(crate) fn has_name(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }

    /// Returns what can be reached from `names`, following every version of everything.
    pub(crate) fn reachable<'n>(&self, names: impl IntoIterator<Item = &'n PackageName>) -> Reachable<'a> {
        let mut pending: Vec<&'a str> = names
            .into_iter()
            .filter_map(|name| self.by_name.get_key_value(name.as_normalized()))
            .map(|(name, _)| *name)
            .collect();
        let mut seen: BTreeSet<&'a str> = pending.iter().copied().collect();
        let mut parts: Vec<Vec<&RepoDataRecord>> = vec![Vec::new(); self.parts.len()];
        while let Some(name) = pending.pop() {
            let Some(entry) = self.by_name.get(name) else {
                continue;
            };
            for (part, record) in &entry.records {
                parts[*part].push(record);
            }
            pending.extend(entry.needs.iter().filter(|need| seen.insert(need)));
        }
        Reachable {
            parts,
            channels: self.parts.iter().map(|part| part.channel.as_str()).collect(),
            names: seen,
        }
    }
}

impl Reachable<'_> {
    /// Returns whether a normalized name can be reached.
    pub(crate) fn reaches(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// Computes the index digest: every field of the reachable records that a solve uses or a lock stores.
    ///
    /// The order in which the index lists its records does not count.
    pub(crate) fn digest(&self) -> Digest {
        let mut records: Vec<(usize, &RepoDataRecord)> = self
            .parts
            .iter()
            .enumerate()
            .flat_map(|(part, records)| records.iter().map(move |record| (part, *record)))
            .collect();
        records.par_sort_unstable_by(|(part_a, a), (part_b, b)| {
            part_a.cmp(part_b).then_with(|| a.url.cmp(&b.url))
        });
        let described: Vec<String> = records
            .par_iter()
            .map(|(_, record)| describe(record).to_string())
            .collect();
        let names: Vec<&str> = self.names.iter().copied().collect();
        DigestBuilder::new("pyiron-lock index 1")
            .list(&self.channels)
            .list(&names)
            .list(&described)
            .finish()
    }
}

fn describe(record: &RepoDataRecord) -> Digest {
    let package = &record.package_record;
    let number = |number: Option<u64>| number.map_or_else(String::new, |number| number.to_string());
    let mut builder = DigestBuilder::new("record");
    builder
        .field(record.url.as_str())
        .field(package.name.as_source())
        .field(&package.version.to_string())
        .field(package.build.as_str())
        .field(&package.build_number.to_string())
        .field(&package.sha256.map_or_else(String::new, |hash| hex(&hash)))
        .field(&package.md5.map_or_else(String::new, |hash| hex(&hash)))
        .field(&number(package.size))
        .field(
            &package
                .timestamp
                .map_or_else(String::new, |at| at.jiff_timestamp().as_millisecond().to_string()),
        )
        .field(package.license.as_deref().unwrap_or_default())
        .field(package.license_family.as_deref().unwrap_or_default())
        .field(package.python_site_packages_path.as_deref().unwrap_or_default())
        .field(match package.noarch.kind() {
            Some(NoArchKind::Python) => "python",
            Some(NoArchKind::Generic) => "generic",
            None => "",
        })
        .list(&package.track_features)
        .list(&package.depends)
        .list(&package.constrains);
    for (extra, depends) in &package.extra_depends {
        builder.field(extra).list(depends);
    }
    builder.finish()
}

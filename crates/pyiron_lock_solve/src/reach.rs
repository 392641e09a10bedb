//! Which records can matter to a request set: those reachable through `depends`, and a digest of exactly them.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::OnceLock,
};

use pyiron_lock_core::{
    ChannelRecords, CutOff, Digest, IndexState,
    digest::{DigestBuilder, hex},
    index::needed_names,
};
use rattler_conda_types::{NoArchKind, PackageName, RepoDataRecord};
use rayon::prelude::*;

/// The records of one subdir, indexed by name; shared by all tiers and platforms on it.
pub(crate) struct PlatformRecords<'a> {
    parts: &'a [ChannelRecords],
    /// Names from which everything is reachable, where that is known.
    roots: Option<&'a BTreeSet<PackageName>>,
    by_name: HashMap<&'a str, Vec<(usize, &'a RepoDataRecord)>>,
    needs: OnceLock<HashMap<&'a str, HashSet<&'a str>>>,
}

/// The records that matter to one request set: the same parts, filtered.
pub(crate) struct Reachable<'a> {
    /// One list for each channel and subdir, in order of priority.
    pub(crate) parts: Vec<Vec<&'a RepoDataRecord>>,
    channels: Vec<&'a str>,
    names: BTreeSet<&'a str>,
}

impl<'a> PlatformRecords<'a> {
    pub(crate) fn new(parts: &'a [ChannelRecords], roots: Option<&'a BTreeSet<PackageName>>) -> Self {
        let mut by_name: HashMap<&str, Vec<(usize, &RepoDataRecord)>> = HashMap::new();
        for (part, records) in parts.iter().enumerate() {
            for record in &records.records {
                by_name
                    .entry(record.package_record.name.as_normalized())
                    .or_default()
                    .push((part, record));
            }
        }
        Self {
            parts,
            roots,
            by_name,
            needs: OnceLock::new(),
        }
    }

    /// Returns every record of a normalized name.
    pub(crate) fn named(&self, name: &str) -> Vec<&'a RepoDataRecord> {
        self.by_name
            .get(name)
            .map(|records| records.iter().map(|(_, record)| *record).collect())
            .unwrap_or_default()
    }

    /// Returns whether there may be records that do not count because they are too new.
    pub(crate) fn are_cut_off(&self) -> bool {
        self.roots.is_none()
    }

    /// Returns whether any record has that normalized name.
    pub(crate) fn has_name(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }

    /// Returns what can be reached from `names`, following every version of everything.
    pub(crate) fn reachable<'n>(&self, names: impl IntoIterator<Item = &'n PackageName>) -> Reachable<'a> {
        let names: BTreeSet<&PackageName> = names.into_iter().collect();
        let channels = self.parts.iter().map(|part| part.channel.as_str()).collect();
        if self.roots.is_some_and(|roots| names.iter().copied().eq(roots)) {
            return Reachable {
                parts: self
                    .parts
                    .iter()
                    .map(|part| part.records.iter().collect())
                    .collect(),
                channels,
                names: self.by_name.keys().copied().collect(),
            };
        }
        let needs = self.needs.get_or_init(|| self.needs());
        let mut pending: Vec<&'a str> = names
            .into_iter()
            .filter_map(|name| self.by_name.get_key_value(name.as_normalized()))
            .map(|(name, _)| *name)
            .collect();
        let mut seen: BTreeSet<&'a str> = pending.iter().copied().collect();
        let mut parts: Vec<Vec<&RepoDataRecord>> = vec![Vec::new(); self.parts.len()];
        while let Some(name) = pending.pop() {
            for (part, record) in self.by_name.get(name).into_iter().flatten() {
                parts[*part].push(record);
            }
            let needed = needs.get(name).into_iter().flatten().copied();
            pending.extend(needed.filter(|need| seen.insert(need)));
        }
        Reachable {
            parts,
            channels,
            names: seen,
        }
    }

    /// For each name, the names of this index that its records depend on.
    fn needs(&self) -> HashMap<&'a str, HashSet<&'a str>> {
        let of = |record: &RepoDataRecord| -> Vec<&'a str> {
            let known = needed_names(record).filter_map(|name| self.by_name.get_key_value(&*name));
            known.map(|(name, _)| *name).collect()
        };
        self.by_name
            .par_iter()
            .map(|(name, records)| (*name, records.iter().flat_map(|(_, record)| of(record)).collect()))
            .collect()
    }
}

impl Reachable<'_> {
    /// Returns whether a normalized name can be reached.
    pub(crate) fn reaches(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// Returns the digest, and when the newest record was built.
    pub(crate) fn state(&self) -> IndexState {
        let records = self.parts.iter().flatten();
        IndexState {
            digest: self.digest(),
            cut_off: records.filter_map(|record| CutOff::built(record)).max(),
        }
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
            .par_chunks(64)
            .map(|chunk| {
                let mut text = String::new();
                chunk.iter().for_each(|(_, record)| describe(record, &mut text));
                Digest::of(text.as_bytes()).to_string()
            })
            .collect();
        let names: Vec<&str> = self.names.iter().copied().collect();
        DigestBuilder::new("pyiron-lock index 1")
            .list(&self.channels)
            .list(&names)
            .list(&described)
            .finish()
    }
}

/// Appends a record in canonical form; every field is preceded by its length.
fn describe(record: &RepoDataRecord, text: &mut String) {
    let package = &record.package_record;
    let mut field = |value: &str| {
        text.push_str(&value.len().to_string());
        text.push(':');
        text.push_str(value);
    };
    field(record.url.as_str());
    field(package.name.as_source());
    field(&package.version.as_str());
    field(package.build.as_str());
    field(&package.build_number.to_string());
    field(&package.sha256.map_or_else(String::new, |hash| hex(&hash)));
    field(&package.md5.map_or_else(String::new, |hash| hex(&hash)));
    field(&package.size.map_or_else(String::new, |size| size.to_string()));
    field(
        &package
            .timestamp
            .map_or_else(String::new, |at| at.jiff_timestamp().as_millisecond().to_string()),
    );
    field(package.license.as_deref().unwrap_or_default());
    field(package.license_family.as_deref().unwrap_or_default());
    field(package.python_site_packages_path.as_deref().unwrap_or_default());
    field(match package.noarch.kind() {
        Some(NoArchKind::Python) => "python",
        Some(NoArchKind::Generic) => "generic",
        None => "",
    });
    let purls: Vec<String> = package.purls.iter().flatten().map(ToString::to_string).collect();
    let flags: Vec<String> = package.flags.iter().map(ToString::to_string).collect();
    let mut lists: Vec<(&str, &[String])> = vec![
        ("depends", &package.depends),
        ("constrains", &package.constrains),
        ("track_features", &package.track_features),
        ("purls", &purls),
        ("flags", &flags),
    ];
    if let Some(exports) = &package.run_exports {
        lists.extend([
            ("run_exports", exports.noarch.as_slice()),
            ("strong", &exports.strong),
            ("strong_constrains", &exports.strong_constrains),
            ("weak", &exports.weak),
            ("weak_constrains", &exports.weak_constrains),
        ]);
    }
    lists.extend(
        package
            .extra_depends
            .iter()
            .map(|(extra, depends)| (extra.as_str(), depends.as_slice())),
    );
    for (name, values) in lists.into_iter().filter(|(_, values)| !values.is_empty()) {
        field(name);
        field(&values.len().to_string());
        values.iter().for_each(|value| field(value));
    }
}

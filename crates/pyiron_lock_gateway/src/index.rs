//! The opened indexes of channels. Records are parsed only for the names that are asked for, and refused whole
//! where one of them is not what a channel would publish. Does not know where an index is kept.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashSet},
};

use pyiron_lock_core::{ChannelRecords, RecordSource, SourceError, index::needed_names};
use rattler_conda_types::{PackageName, RepoDataRecord, Subdir};
use rattler_repodata_gateway::sparse::PackageFormatSelection;
use rayon::prelude::*;

use crate::{
    check::record_fault,
    error::IndexError,
    place::{IndexSource, OpenSubdir},
};

/// The opened indexes of several channels, in order of priority.
pub struct ChannelIndex {
    channels: Vec<OpenChannel>,
    absent: Vec<(String, Subdir)>,
}

struct OpenChannel {
    url: String,
    subdirs: BTreeMap<Subdir, OpenSubdir>,
}

const FORMATS: PackageFormatSelection = PackageFormatSelection::PreferConda;

impl ChannelIndex {
    /// Opens the indexes of `subdirs` and of `noarch` for every source, all at once.
    pub fn open(sources: &[IndexSource], subdirs: &BTreeSet<Subdir>) -> Result<Self, IndexError> {
        let wanted: Vec<Subdir> = subdirs.iter().copied().chain([Subdir::NoArch]).collect();
        let files: Vec<(usize, Subdir)> = (0..sources.len())
            .flat_map(|source| wanted.iter().map(move |subdir| (source, *subdir)))
            .collect();
        let opened: Vec<Option<OpenSubdir>> = files
            .par_iter()
            .map(|(source, subdir)| sources[*source].open(*subdir))
            .collect::<Result<_, _>>()?;
        let mut channels: Vec<OpenChannel> = sources
            .iter()
            .map(|source| OpenChannel {
                url: source.channel.base_url.to_string(),
                subdirs: BTreeMap::new(),
            })
            .collect();
        let mut absent = Vec::new();
        for ((source, subdir), open) in files.into_iter().zip(opened) {
            match open {
                Some(open) => {
                    channels[source].subdirs.insert(subdir, open);
                }
                None => absent.push((sources[source].shown(), subdir)),
            }
        }
        Ok(Self { channels, absent })
    }

    /// Returns the places that have no index for a subdir that was asked for; they were read as empty there.
    pub fn absent(&self) -> &[(String, Subdir)] {
        &self.absent
    }

    /// Loads names wave by wave, each wave in parallel: the names asked for, then what their records need.
    fn load_checked(
        &self,
        subdir: Subdir,
        names: &BTreeSet<PackageName>,
    ) -> Result<Vec<ChannelRecords>, IndexError> {
        let mut parts: Vec<Part<'_>> = Vec::new();
        for channel in &self.channels {
            for wanted in [subdir, Subdir::NoArch] {
                if let Some(open) = channel.subdirs.get(&wanted) {
                    parts.push(Part {
                        open,
                        channel: &channel.url,
                        subdir: wanted,
                    });
                }
            }
        }
        let mut loaded: Vec<Vec<Vec<RepoDataRecord>>> = parts.iter().map(|_| Vec::new()).collect();
        let mut seen: HashSet<PackageName> = names.iter().cloned().collect();
        let mut wave: Vec<PackageName> = names.iter().cloned().collect();
        while !wave.is_empty() {
            let found: Vec<(usize, Vec<RepoDataRecord>, Vec<PackageName>)> = wave
                .par_iter()
                .flat_map_iter(|name| {
                    parts
                        .iter()
                        .enumerate()
                        .map(move |(index, part)| (index, part, name))
                })
                .map(|(index, part, name)| {
                    let records = part.load(name)?;
                    let needs = needs(&records);
                    Ok((index, records, needs))
                })
                .collect::<Result<_, IndexError>>()?;
            wave.clear();
            for (index, records, needs) in found {
                loaded[index].push(records);
                wave.extend(needs.into_iter().filter(|name| seen.insert(name.clone())));
            }
        }
        Ok(parts
            .into_iter()
            .zip(loaded)
            .map(|(part, records)| ChannelRecords {
                channel: part.channel.to_owned(),
                subdir: part.subdir,
                records: records.into_iter().flatten().collect(),
            })
            .collect())
    }
}

/// One index file of one channel.
struct Part<'i> {
    open: &'i OpenSubdir,
    channel: &'i str,
    subdir: Subdir,
}

impl Part<'_> {
    fn load(&self, name: &PackageName) -> Result<Vec<RepoDataRecord>, IndexError> {
        let refuse = |message: String| IndexError::Record {
            path: self.open.path.clone(),
            message,
        };
        let records = self
            .open
            .data
            .load_records(name, FORMATS)
            .map_err(|error| refuse(format!("{}: {error}", name.as_source())))?;
        let base = format!("{}{}/", self.channel, self.subdir);
        match records
            .iter()
            .find_map(|record| record_fault(record, self.subdir.as_str(), &base))
        {
            Some(fault) => Err(refuse(fault)),
            None => Ok(records),
        }
    }
}

/// Returns the names that records depend on, each once, in alphabetical order.
fn needs(records: &[RepoDataRecord]) -> Vec<PackageName> {
    let names: BTreeSet<Cow<'_, str>> = records
        .iter()
        .flat_map(needed_names)
        .filter(|name| !name.starts_with("__"))
        .collect();
    names
        .into_iter()
        .filter_map(|name| PackageName::try_from(&*name).ok())
        .collect()
}

impl RecordSource for ChannelIndex {
    fn load(
        &self,
        subdir: Subdir,
        names: &BTreeSet<PackageName>,
    ) -> Result<Vec<ChannelRecords>, SourceError> {
        Ok(self.load_checked(subdir, names)?)
    }

    fn names(&self, subdir: Subdir) -> BTreeSet<String> {
        self.channels
            .iter()
            .flat_map(|channel| [channel.subdirs.get(&subdir), channel.subdirs.get(&Subdir::NoArch)])
            .flatten()
            .flat_map(|open| open.data.package_names(FORMATS))
            .map(str::to_owned)
            .collect()
    }
}

//! A directory that stands in for a channel: `<subdir>/repodata.json` or `<subdir>/repodata.json.zst`.
//!
//! Opened once, in parallel; records are parsed only for the names that are asked for. Where a folder holds
//! both files the plain one is read. A subdir without a file is empty, a channel without `noarch` is an error.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashSet},
    io::Read,
    path::{Path, PathBuf},
};

use pyiron_lock_core::{ChannelRecords, RecordSource, SourceError, index::needed_names};
use rattler_conda_types::{Channel, PackageName, RepoDataRecord, Subdir};
use rattler_repodata_gateway::sparse::{PackageFormatSelection, SparseRepoData};
use rayon::prelude::*;

use crate::{
    check::{package_name_fault, record_fault},
    error::IndexError,
};

/// The most that one index file may hold, decompressed; conda-forge's largest is about 0.3 GiB.
const MAX_INDEX_BYTES: u64 = 1 << 30;

/// A channel and the folder that stands in for it.
#[derive(Debug, Clone)]
pub struct DirectorySource {
    /// The channel, whose canonical URL goes into locks.
    pub channel: Channel,
    /// The folder.
    pub folder: PathBuf,
}

/// The opened indexes of several channels, in order of priority.
pub struct DirectoryIndex {
    channels: Vec<OpenChannel>,
    absent: Vec<(String, Subdir)>,
}

struct OpenChannel {
    url: String,
    subdirs: BTreeMap<Subdir, OpenSubdir>,
}

struct OpenSubdir {
    path: PathBuf,
    data: SparseRepoData,
}

const FORMATS: PackageFormatSelection = PackageFormatSelection::PreferConda;

impl DirectoryIndex {
    /// Opens the indexes of `subdirs` and of `noarch` for every source, all at once.
    pub fn open(sources: &[DirectorySource], subdirs: &BTreeSet<Subdir>) -> Result<Self, IndexError> {
        let wanted: Vec<Subdir> = subdirs.iter().copied().chain([Subdir::NoArch]).collect();
        let files: Vec<(usize, Subdir)> = (0..sources.len())
            .flat_map(|source| wanted.iter().map(move |subdir| (source, *subdir)))
            .collect();
        let opened: Vec<Option<OpenSubdir>> = files
            .par_iter()
            .map(|(source, subdir)| open_subdir(&sources[*source], *subdir))
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
                None => absent.push((sources[source].folder.display().to_string(), subdir)),
            }
        }
        Ok(Self { channels, absent })
    }

    /// Returns the folders that have no index for a subdir that was asked for; they were read as empty there.
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

impl RecordSource for DirectoryIndex {
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

fn open_subdir(source: &DirectorySource, subdir: Subdir) -> Result<Option<OpenSubdir>, IndexError> {
    let folder = source.folder.join(subdir.as_str());
    let plain = folder.join("repodata.json");
    let compressed = folder.join("repodata.json.zst");
    let (path, data) = if plain.is_file() {
        let size = std::fs::metadata(&plain)
            .map_err(|error| read_error(&plain, error))?
            .len();
        if size > MAX_INDEX_BYTES {
            return Err(IndexError::TooLarge {
                path: plain,
                limit: MAX_INDEX_BYTES,
            });
        }
        let data = SparseRepoData::from_file(source.channel.clone(), subdir.as_str(), &plain, None);
        (plain, data.map_err(ParseFault::Io))
    } else if compressed.is_file() {
        let bytes = decompress(&compressed)?;
        let data = SparseRepoData::from_bytes(source.channel.clone(), subdir.as_str(), bytes.into(), None);
        (compressed, data.map_err(ParseFault::Json))
    } else if !source.folder.is_dir() {
        return Err(IndexError::NoFolder {
            channel: source.channel.name().to_owned(),
            path: source.folder.clone(),
        });
    } else if subdir == Subdir::NoArch {
        return Err(IndexError::NoIndex {
            path: source.folder.clone(),
        });
    } else {
        return Ok(None);
    };
    let data = data.map_err(|fault| match fault {
        ParseFault::Io(error)
            if error
                .get_ref()
                .is_none_or(|inner| !inner.is::<serde_json::Error>()) =>
        {
            read_error(&path, error)
        }
        ParseFault::Io(error) => format_error(&path, &error),
        ParseFault::Json(error) => format_error(&path, &error),
    })?;
    if let Some(message) = data
        .package_names(PackageFormatSelection::Both)
        .find_map(package_name_fault)
    {
        return Err(IndexError::Record { path, message });
    }
    Ok(Some(OpenSubdir { path, data }))
}

enum ParseFault {
    Io(std::io::Error),
    Json(serde_json::Error),
}

fn read_error(path: &Path, source: std::io::Error) -> IndexError {
    IndexError::Read {
        path: path.to_owned(),
        source,
    }
}

fn format_error(path: &Path, error: &dyn std::error::Error) -> IndexError {
    IndexError::Format {
        path: path.to_owned(),
        message: error.to_string(),
    }
}

fn decompress(path: &Path) -> Result<Vec<u8>, IndexError> {
    let file = std::fs::File::open(path).map_err(|error| read_error(path, error))?;
    let decoder = zstd::Decoder::new(file).map_err(|error| format_error(path, &error))?;
    let mut bytes = Vec::new();
    decoder
        .take(MAX_INDEX_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| format_error(path, &error))?;
    if bytes.len() as u64 > MAX_INDEX_BYTES {
        return Err(IndexError::TooLarge {
            path: path.to_owned(),
            limit: MAX_INDEX_BYTES,
        });
    }
    Ok(bytes)
}

//! Snapshots: records as they were, kept in the cache by what they are, found by the index digest of a lock.
//!
//! A file of snapshots is zstd over one line of JSON for each; in the cache every file holds one. A channel cannot be
//! rewound, a snapshot can be carried anywhere. What is read is not trusted: whoever uses it compares digests.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{self, BufRead, BufReader, Read, Write},
    path::{Path, PathBuf},
};

use pyiron_lock_core::{
    ChannelRecords, Digest, RecordSource, Snapshot, SourceError, digest::hex, index::needed_names,
};
use rattler_conda_types::{PackageName, PackageRecord, RepoDataRecord, Subdir};
use rattler_digest::{HashingWriter, Sha256};
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;
use url::Url;

use crate::check::{package_name_fault, record_fault};

/// The newest format that is read, and the one that is written.
const FORMAT: u32 = 1;

/// The most bytes that a file of snapshots may hold, unpacked.
const MAX_BYTES: u64 = 1 << 30;

/// Why a snapshot cannot be had or kept.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The file system.
    #[error("{} cannot be used: {source}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// The content.
    #[error("{} is not a file of snapshots: {message}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        message: String,
    },
}

/// A snapshot as JSON: `R` is a record, or a reference to one.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line<R> {
    format: u32,
    subdir: String,
    /// By index digest, the names of the requests.
    roots: BTreeMap<String, Vec<String>>,
    parts: Vec<Part<R>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Part<R> {
    channel: Url,
    subdir: String,
    records: BTreeMap<String, R>,
}

/// The snapshots of a cache folder.
#[derive(Debug, Clone)]
pub struct Snapshots {
    folder: PathBuf,
}

impl Snapshots {
    /// Names the folder of a cache that holds snapshots; it need not exist.
    pub fn in_cache(cache: &Path) -> Self {
        Self {
            folder: cache.join("snapshots"),
        }
    }

    /// Keeps a snapshot, unless others hold all that it is for.
    pub fn keep(&self, snapshot: &Snapshot) -> Result<(), SnapshotError> {
        if snapshot.roots.keys().all(|digest| self.kept(digest).is_some()) {
            return Ok(());
        }
        let file = temporary_in(&self.folder)?;
        let id = {
            let hashing = HashingWriter::<_, Sha256>::new(file.as_file());
            let mut encoder = zstd::Encoder::new(hashing, 3).map_err(failed(file.path()))?;
            write_line(snapshot, &mut encoder).map_err(failed(file.path()))?;
            let (_, id) = encoder.finish().map_err(failed(file.path()))?.finalize();
            hex(&id)
        };
        persist(file, &self.file(&id))?;
        for digest in snapshot.roots.keys() {
            write(&self.pointer(digest), format!("{id}\n").as_bytes())?;
        }
        Ok(())
    }

    /// Returns the file that holds what a lock with that index digest was made from.
    fn kept(&self, index: &Digest) -> Option<PathBuf> {
        let id: Digest = fs::read_to_string(self.pointer(index))
            .ok()?
            .trim()
            .parse()
            .ok()?;
        Some(self.file(&id.to_string())).filter(|path| path.is_file())
    }

    /// Returns a snapshot that holds what a lock with that index digest was made from, if there is one.
    pub fn find(&self, index: &Digest) -> Result<Option<Snapshot>, SnapshotError> {
        let Some(path) = self.kept(index) else {
            return Ok(None);
        };
        let mut found = read_snapshots(&path)?;
        Ok(found.pop().filter(|snapshot| snapshot.roots.contains_key(index)))
    }

    fn file(&self, id: &str) -> PathBuf {
        self.folder.join(format!("{id}.json.zst"))
    }

    fn pointer(&self, index: &Digest) -> PathBuf {
        self.folder.join("by-index").join(index.to_string())
    }
}

/// Writes snapshots to one file, to be carried elsewhere.
pub fn write_snapshots(path: &Path, snapshots: &[Snapshot]) -> Result<(), SnapshotError> {
    let file = temporary_in(folder_of(path))?;
    let mut encoder = zstd::Encoder::new(file.as_file(), 9).map_err(failed(path))?;
    for snapshot in snapshots {
        write_line(snapshot, &mut encoder).map_err(failed(path))?;
    }
    encoder.finish().map_err(failed(path))?;
    persist(file, path)
}

/// Reads the snapshots of a file.
pub fn read_snapshots(path: &Path) -> Result<Vec<Snapshot>, SnapshotError> {
    let file = fs::File::open(path).map_err(failed(path))?;
    let decoder = zstd::Decoder::new(file).map_err(failed(path))?;
    let mut reader = BufReader::new(decoder.take(MAX_BYTES + 1));
    let mut snapshots = Vec::new();
    let mut text = Vec::new();
    let mut held = 0;
    let refused = |message: String| SnapshotError::Format {
        path: path.to_owned(),
        message,
    };
    loop {
        text.clear();
        let length = reader
            .read_until(b'\n', &mut text)
            .map_err(|error| refused(error.to_string()))?;
        held += length as u64;
        if held > MAX_BYTES {
            return Err(refused(format!("it holds more than {MAX_BYTES} bytes")));
        }
        if length == 0 {
            return Ok(snapshots);
        }
        snapshots.push(snapshot_of(&text).map_err(refused)?);
    }
}

fn write_line(snapshot: &Snapshot, to: &mut impl Write) -> io::Result<()> {
    let parts = snapshot.parts.iter().map(|part| Part {
        channel: Url::parse(&part.channel).expect("a channel is known by its URL"),
        subdir: part.subdir.to_string(),
        records: part
            .records
            .iter()
            .map(|record| (record.identifier.to_file_name(), &record.package_record))
            .collect(),
    });
    let line: Line<&PackageRecord> = Line {
        format: FORMAT,
        subdir: snapshot.subdir.to_string(),
        roots: snapshot
            .roots
            .iter()
            .map(|(digest, names)| {
                let names = names.iter().map(|name| name.as_source().to_owned());
                (digest.to_string(), names.collect())
            })
            .collect(),
        parts: parts.collect(),
    };
    serde_json::to_writer(&mut *to, &line)?;
    to.write_all(b"\n")
}

fn snapshot_of(text: &[u8]) -> Result<Snapshot, String> {
    #[derive(Deserialize)]
    struct Format {
        format: u32,
    }
    match serde_json::from_slice(text) {
        Ok(Format { format }) if format > FORMAT => {
            return Err(format!(
                "it has format {format}, this program reads up to {FORMAT}"
            ));
        }
        _ => {}
    }
    let line: Line<PackageRecord> = serde_json::from_slice(text).map_err(|error| error.to_string())?;
    let subdir = |text: &str| -> Result<Subdir, String> {
        text.parse().map_err(|_| format!("`{text}` is not a subdir"))
    };
    let mut parts = Vec::new();
    for part in line.parts {
        let within = subdir(&part.subdir)?;
        let base = format!("{}{within}/", part.channel);
        let mut records = Vec::new();
        for (file, package_record) in part.records {
            if let Some(fault) = package_name_fault(package_record.name.as_normalized()) {
                return Err(fault);
            }
            let url = format!("{base}{file}");
            let record = RepoDataRecord {
                package_record,
                identifier: file
                    .parse()
                    .map_err(|_| "a record has a file name that is none".to_owned())?,
                url: Url::parse(&url).map_err(|_| "a record has no URL".to_owned())?,
                channel: Some(part.channel.to_string()),
            };
            if let Some(fault) = record_fault(&record, within.as_str(), &base) {
                return Err(fault);
            }
            records.push(record);
        }
        parts.push(ChannelRecords {
            channel: part.channel.to_string(),
            subdir: within,
            records,
        });
    }
    let mut roots = BTreeMap::new();
    for (digest, names) in line.roots {
        let digest: Digest = digest.parse().map_err(|_| "an index digest is none".to_owned())?;
        let names: BTreeSet<PackageName> = names
            .into_iter()
            .map(|name| PackageName::try_from(name).map_err(|error| error.to_string()))
            .collect::<Result<_, _>>()?;
        roots.insert(digest, names);
    }
    Ok(Snapshot {
        subdir: subdir(&line.subdir)?,
        parts,
        roots,
    })
}

/// Writes a file through a temporary one, so that it is there whole or not at all.
fn write(path: &Path, bytes: &[u8]) -> Result<(), SnapshotError> {
    let mut file = temporary_in(folder_of(path))?;
    file.write_all(bytes).map_err(failed(path))?;
    persist(file, path)
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

fn temporary_in(folder: &Path) -> Result<NamedTempFile, SnapshotError> {
    fs::create_dir_all(folder).map_err(failed(folder))?;
    NamedTempFile::new_in(folder).map_err(failed(folder))
}

fn persist(file: NamedTempFile, path: &Path) -> Result<(), SnapshotError> {
    file.persist(path).map_err(|error| failed(path)(error.error))?;
    Ok(())
}

fn failed(path: &Path) -> impl Fn(io::Error) -> SnapshotError + use<> {
    let path = path.to_owned();
    move |source| SnapshotError::File {
        path: path.clone(),
        source,
    }
}

/// Snapshots in the place of channels; those of one subdir are read as one.
pub struct SnapshotIndex {
    subdirs: BTreeMap<Subdir, Vec<ChannelRecords>>,
}

impl SnapshotIndex {
    /// Puts snapshots together; a record that several of them hold counts once.
    pub fn new(snapshots: Vec<Snapshot>) -> Self {
        let mut subdirs: BTreeMap<Subdir, Vec<ChannelRecords>> = BTreeMap::new();
        for snapshot in snapshots {
            let known = subdirs.entry(snapshot.subdir).or_default();
            for part in snapshot.parts {
                let same = |other: &&mut ChannelRecords| {
                    other.channel == part.channel && other.subdir == part.subdir
                };
                match known.iter_mut().find(same) {
                    Some(other) => {
                        let urls: BTreeSet<Url> =
                            other.records.iter().map(|record| record.url.clone()).collect();
                        let new = part.records.into_iter();
                        other
                            .records
                            .extend(new.filter(|record| !urls.contains(&record.url)));
                    }
                    None => known.push(part),
                }
            }
        }
        Self { subdirs }
    }

    /// Returns whether a snapshot of that subdir has records of a name.
    pub fn has(&self, subdir: Subdir, name: &PackageName) -> bool {
        let parts = self.subdirs.get(&subdir).into_iter().flatten();
        parts
            .flat_map(|part| &part.records)
            .any(|record| record.package_record.name == *name)
    }
}

impl RecordSource for SnapshotIndex {
    fn load(
        &self,
        subdir: Subdir,
        names: &BTreeSet<PackageName>,
    ) -> Result<Vec<ChannelRecords>, SourceError> {
        let parts = self.subdirs.get(&subdir).map(Vec::as_slice).unwrap_or_default();
        let mut needs: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        for record in parts.iter().flat_map(|part| &part.records) {
            let of_name = needs
                .entry(record.package_record.name.as_normalized())
                .or_default();
            of_name.extend(needed_names(record).map(Cow::into_owned));
        }
        let mut pending: Vec<String> = names.iter().map(|name| name.as_normalized().to_owned()).collect();
        let mut reached: BTreeSet<String> = BTreeSet::new();
        while let Some(name) = pending.pop() {
            if let Some(needed) = needs.get(name.as_str())
                && reached.insert(name)
            {
                pending.extend(needed.iter().cloned());
            }
        }
        let kept = |record: &&RepoDataRecord| reached.contains(record.package_record.name.as_normalized());
        Ok(parts
            .iter()
            .map(|part| ChannelRecords {
                channel: part.channel.clone(),
                subdir: part.subdir,
                records: part.records.iter().filter(kept).cloned().collect(),
            })
            .collect())
    }

    fn names(&self, subdir: Subdir) -> BTreeSet<String> {
        let parts = self.subdirs.get(&subdir).into_iter().flatten();
        parts
            .flat_map(|part| &part.records)
            .map(|record| record.package_record.name.as_source().to_owned())
            .collect()
    }
}

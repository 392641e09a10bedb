//! Writes a bundle. Each archive is held against its sha256 while it is copied, so that what is written is what the
//! lock lists, or nothing.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    fs::File,
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use pyiron_lock_core::digest::hex;
use rattler_conda_types::RepoDataRecord;
use rattler_digest::{Sha256, Sha256Hash, digest::Digest as _};

use super::{
    BundleError, Manifest, Member, PIECE, Watch, channel,
    header::{BLOCK, END, MAX_SIZE, header, padding},
    manifest::{MAX_TEXT, length},
};
use crate::Wanted;

/// A bundle that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// How many archives it holds.
    pub archives: usize,
    /// Its bytes.
    pub bytes: u64,
    /// Its sha256, in hexadecimal digits.
    pub sha256: String,
}

/// An archive that is to be written.
struct Source<'w> {
    record: &'w RepoDataRecord,
    file: PathBuf,
    size: u64,
    sha256: Sha256Hash,
}

/// Writes a bundle to `out`, which messages call `name`; `place` says where the archive of a record is.
pub fn write_bundle(
    out: &mut dyn Write,
    name: &Path,
    wanted: &Wanted,
    lock: &[u8],
    place: &dyn Fn(&RepoDataRecord) -> PathBuf,
    watch: Watch<'_>,
) -> Result<Written, BundleError> {
    if lock.len() as u64 > MAX_TEXT {
        return Err(refuse("the lock", "it is larger than any lock"));
    }
    let sources = sources(wanted, place)?;
    let archives: BTreeMap<String, (&RepoDataRecord, u64)> = sources
        .iter()
        .map(|(path, source)| (path.clone(), (source.record, source.size)))
        .collect();
    let indexes = channel::indexes(wanted.platform.subdir, &archives);
    let mut packages: Vec<Member> = indexes
        .iter()
        .map(|(path, text)| Member::of(path, text))
        .collect();
    packages.extend(sources.iter().map(|(path, source)| Member {
        path: path.clone(),
        size: source.size,
        sha256: hex(&source.sha256),
    }));
    packages.sort_by(|a, b| a.path.cmp(&b.path));
    let manifest = Manifest::new(wanted, lock, packages);
    manifest.check().map_err(|why| refuse("the lock", &why))?;
    let text = manifest.text();
    if text.len() as u64 > MAX_TEXT {
        return Err(refuse("the lock", "it lists more than a bundle can hold"));
    }
    let sums = manifest.sums();
    let members = manifest.members();
    let mut out = Out {
        out,
        name,
        sum: Sha256::new(),
    };
    let [own, locked, summed, packages @ ..] = members.as_slice() else {
        unreachable!("three members are always there");
    };
    out.text(own, &manifest, &text)?;
    out.text(locked, &manifest, lock)?;
    out.text(summed, &manifest, sums.as_bytes())?;
    for member in packages {
        match (sources.get(&member.path), indexes.get(&member.path)) {
            (Some(source), _) => out.archive(member, &manifest, source, watch)?,
            (None, Some(text)) => out.text(member, &manifest, text)?,
            (None, None) => unreachable!("members are archives and indexes"),
        }
    }
    out.write(&[0; END as usize])?;
    Ok(Written {
        archives: sources.len(),
        bytes: length(&members),
        sha256: hex(&out.sum.finalize()),
    })
}

/// Finds the archives, by their path in the bundle.
fn sources<'w>(
    wanted: &'w Wanted,
    place: &dyn Fn(&RepoDataRecord) -> PathBuf,
) -> Result<BTreeMap<String, Source<'w>>, BundleError> {
    let mut sources = BTreeMap::new();
    for record in &wanted.records {
        let path = channel::path_of(record)?;
        let Some(sha256) = record.package_record.sha256 else {
            return Err(refuse(&path, "it has no sha256"));
        };
        let file = place(record);
        let size = size_of(&file, record.package_record.size)?;
        match sources.entry(path) {
            Entry::Occupied(known) => return Err(refuse(known.key(), "two records have this archive")),
            Entry::Vacant(free) => free.insert(Source {
                record,
                file,
                size,
                sha256,
            }),
        };
    }
    Ok(sources)
}

/// Returns the size of an archive, which has to be the one that the lock states.
fn size_of(file: &Path, stated: Option<u64>) -> Result<u64, BundleError> {
    let found = std::fs::metadata(file).map_err(|error| unread(file, error))?;
    let wrong = |why: String| {
        Err(BundleError::Archive {
            path: file.to_owned(),
            why,
        })
    };
    if !found.is_file() {
        return wrong("it is not a regular file".to_owned());
    }
    match (found.len(), stated) {
        (size, _) if size > MAX_SIZE => wrong("it has more than 8 GiB".to_owned()),
        (size, Some(stated)) if size != stated => wrong(format!("it has {size} bytes instead of {stated}")),
        (size, _) => Ok(size),
    }
}

fn refuse(record: &str, why: &str) -> BundleError {
    BundleError::Record {
        record: record.to_owned(),
        why: why.to_owned(),
    }
}

fn unread(path: &Path, source: io::Error) -> BundleError {
    BundleError::Read {
        path: path.to_owned(),
        source,
    }
}

/// What is written to, and the sum of all that was.
struct Out<'o> {
    out: &'o mut dyn Write,
    name: &'o Path,
    sum: Sha256,
}

impl Out<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<(), BundleError> {
        self.sum.update(bytes);
        self.out.write_all(bytes).map_err(|source| BundleError::Write {
            path: self.name.to_owned(),
            source,
        })
    }

    fn begin(&mut self, member: &Member, manifest: &Manifest) -> Result<(), BundleError> {
        let header = header(&member.path, member.size, manifest.epoch);
        let header =
            header.ok_or_else(|| refuse(&member.path, "a bundle has no way to say its name or size"))?;
        self.write(&header)
    }

    fn end(&mut self, member: &Member) -> Result<(), BundleError> {
        self.write(&[0; BLOCK][..padding(member.size) as usize])
    }

    fn text(&mut self, member: &Member, manifest: &Manifest, text: &[u8]) -> Result<(), BundleError> {
        self.begin(member, manifest)?;
        self.write(text)?;
        self.end(member)
    }

    fn archive(
        &mut self,
        member: &Member,
        manifest: &Manifest,
        source: &Source<'_>,
        watch: Watch<'_>,
    ) -> Result<(), BundleError> {
        self.begin(member, manifest)?;
        let file = &source.file;
        let mut from = File::open(file)
            .map_err(|error| unread(file, error))?
            .take(member.size);
        let mut sum = Sha256::new();
        let mut piece = vec![0; PIECE];
        let mut copied = 0;
        loop {
            let read = from.read(&mut piece).map_err(|error| unread(file, error))?;
            if read == 0 {
                break;
            }
            sum.update(&piece[..read]);
            self.write(&piece[..read])?;
            copied += read as u64;
            if !watch(read as u64) {
                return Err(BundleError::Stopped);
            }
        }
        if copied != member.size || sum.finalize() != source.sha256 {
            return Err(BundleError::Archive {
                path: file.clone(),
                why: "it has another sha256".to_owned(),
            });
        }
        self.end(member)
    }
}

//! Unpacked packages of a tier, kept beside its prefixes, so that all generations link the same files. A package is
//! fetched, held against size and sha256, looked through, unpacked apart, and moved into place by one rename: no lock is
//! needed for it, and a package in its place is whole. One from an earlier run is held against its own list of files,
//! with their sha256, and against its seal, before it is used again.

use std::{
    fs::{self, File},
    io::{Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use pyiron_lock_core::digest::hex;
use rattler_cache::validation::{ValidationMode, validate_package_directory};
use rattler_conda_types::RepoDataRecord;
use rattler_digest::{Sha256, digest::Digest as _};

use super::{error::InstallError, look, seal};
use crate::root::{RootError, TierRoot, remove_all};

/// Where archives come from.
pub trait Archives: Sync {
    /// Writes the archive of a record to an empty file; whether it is the right one is checked afterwards in any case.
    fn fetch(&self, record: &RepoDataRecord, to: &mut File) -> Result<(), FetchFailure>;
}

/// Why an archive cannot be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct FetchFailure {
    /// What happened.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

/// A package that is unpacked.
#[derive(Debug, Clone)]
pub(super) struct Unpacked {
    /// Where it is.
    pub(super) folder: PathBuf,
    /// Its name in the store.
    pub(super) key: String,
    /// Whether it was there already.
    pub(super) reused: bool,
}

/// The unpacked packages of a tier.
pub(super) struct Store<'s> {
    pub(super) root: &'s TierRoot,
    pub(super) token: &'s str,
    pub(super) archives: &'s dyn Archives,
}

impl Store<'_> {
    /// Returns the package of a record, unpacked.
    pub(super) fn get(&self, record: &RepoDataRecord) -> Result<Unpacked, InstallError> {
        let key = key(record)?;
        let folder = self.root.packages().join(&key);
        if folder.is_dir() {
            if seal::holds(&folder) && validate_package_directory(&folder, ValidationMode::Full).is_ok() {
                look::unpacked(&folder, &name(record))?;
                return Ok(Unpacked {
                    folder,
                    key,
                    reused: true,
                });
            }
            // It was changed since: prefixes that link its files have others from now on.
            let away = self.root.fresh("damaged", self.token);
            fs::rename(&folder, &away).map_err(RootError::io(&folder, "moved"))?;
            drop(remove_all(&away));
        }
        let archive = self.root.fresh("archive", self.token);
        let archive = archive.with_file_name(format!(
            "{}.{}",
            archive.file_name().unwrap_or_default().to_string_lossy(),
            file_name(record)
        ));
        let apart = self.root.fresh("unpacked", self.token);
        let done = self
            .fetch(record, &archive)
            .and_then(|()| self.unpack(record, &archive, &apart));
        drop(fs::remove_file(&archive));
        let moved = done.and_then(|()| match fs::rename(&apart, &folder) {
            // Another was faster, with the same package.
            Err(_) if folder.is_dir() => Ok(()),
            done => done.map_err(|error| RootError::io(&folder, "made")(error).into()),
        });
        drop(remove_all(&apart));
        moved.map(|()| Unpacked {
            folder,
            key,
            reused: false,
        })
    }

    /// Fetches an archive and holds it against the lock, before anything reads it.
    fn fetch(&self, record: &RepoDataRecord, archive: &Path) -> Result<(), InstallError> {
        let options = fs::OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .open(archive);
        let mut file = options.map_err(RootError::io(archive, "made"))?;
        self.archives
            .fetch(record, &mut file)
            .map_err(InstallError::Fetch)?;
        let refuse = |why: String| InstallError::Refused {
            package: name(record),
            why,
        };
        let wanted = record.package_record.sha256.as_ref();
        let wanted = wanted.ok_or_else(|| refuse("the lock states no sha256 for it".to_owned()))?;
        let read = RootError::io(archive, "read");
        let (bytes, sha256) = digest(&mut file).map_err(read)?;
        if let Some(size) = record.package_record.size.filter(|size| *size != bytes) {
            return Err(refuse(format!(
                "its archive has {bytes} bytes, and the lock states {size}"
            )));
        }
        if sha256[..] != wanted[..] {
            return Err(refuse(format!(
                "its archive has the sha256 {}, and the lock states {}",
                hex(&sha256),
                hex(wanted)
            )));
        }
        Ok(())
    }

    fn unpack(&self, record: &RepoDataRecord, archive: &Path, apart: &Path) -> Result<(), InstallError> {
        let package = name(record);
        look::archive(archive, &package, free(&self.root.work()))?;
        let cannot =
            |error: &(dyn std::error::Error + 'static)| InstallError::package(&package, "unpacked", error);
        rattler_package_streaming::fs::extract(archive, apart).map_err(|error| cannot(&error))?;
        validate_package_directory(apart, ValidationMode::Skip).map_err(|error| cannot(&error))?;
        look::unpacked(apart, &package)?;
        seal::set(apart).map_err(|error| cannot(&error))
    }
}

/// Returns the name of a package in the store: that of its archive and the beginning of its sha256.
fn key(record: &RepoDataRecord) -> Result<String, InstallError> {
    let sha256 = record.package_record.sha256.as_ref().map(|sha256| hex(sha256));
    let refuse = |why: &str| InstallError::Refused {
        package: name(record),
        why: why.to_owned(),
    };
    let sha256 = sha256.ok_or_else(|| refuse("the lock states no sha256 for it"))?;
    let file = file_name(record);
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "._-+!".contains(letter);
    let stem = file
        .strip_suffix(".conda")
        .or_else(|| file.strip_suffix(".tar.bz2"));
    match stem.filter(|stem| stem.chars().all(plain) && !stem.starts_with('.')) {
        Some(stem) => Ok(format!("{stem}-{}", &sha256[..16])),
        None => Err(refuse("its address is none of an archive")),
    }
}

/// Returns the name of an archive.
pub(super) fn file_name(record: &RepoDataRecord) -> &str {
    record.url.path().rsplit('/').next().unwrap_or_default()
}

/// Returns a package as messages name it.
pub(super) fn name(record: &RepoDataRecord) -> String {
    let package = &record.package_record;
    format!("{} {}", package.name.as_normalized(), package.version)
}

fn digest(file: &mut File) -> std::io::Result<(u64, Vec<u8>)> {
    file.seek(SeekFrom::Start(0))?;
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 1 << 18];
    let mut bytes = 0;
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok((bytes, digest.finalize().to_vec())),
            count => {
                digest.update(&buffer[..count]);
                bytes += count as u64;
            }
        }
    }
}

/// Returns how many bytes are free where a folder is; what cannot be told does not limit.
fn free(folder: &Path) -> u64 {
    crate::machine::free(folder).0.unwrap_or(u64::MAX)
}

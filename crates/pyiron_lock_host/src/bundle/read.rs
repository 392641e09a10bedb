//! Reads a bundle that anybody may have made or changed. Everything is bounded by the manifest, the manifest by the
//! format, and the length of the file is known before the first content is read. Paths are never taken from headers:
//! those are written again from the manifest and compared.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};

use pyiron_lock_core::digest::hex;

use super::{
    BundleError, Fault, Manifest, Member, Watch, channel,
    header::{BLOCK, END, padding, size_in},
    manifest::{LOCKFILE, MANIFEST, MAX_TEXT, length},
};
use crate::Wanted;

/// A bundle whose manifest, lock and sums were checked, and whose length is right. Archives are checked when they are
/// taken out, or all at once by [`Bundle::verify`].
#[derive(Debug)]
pub struct Bundle {
    pub(super) path: PathBuf,
    pub(super) file: File,
    pub(super) manifest: Manifest,
    lock: Vec<u8>,
    /// The members below `packages/`, each with the place of its header.
    pub(super) packages: Vec<(u64, Member)>,
}

/// Returns whether a file begins as bundles do; what cannot be read does not.
pub fn looks_like_bundle(path: &Path) -> bool {
    let mut block = [0; BLOCK];
    let read = fs::metadata(path).is_ok_and(|found| found.is_file())
        && File::open(path).is_ok_and(|mut file| file.read_exact(&mut block).is_ok());
    read && size_in(&block, MANIFEST).is_some()
}

impl Bundle {
    /// Opens a bundle and checks all of it but the contents below `packages/`.
    pub fn open(path: &Path) -> Result<Self, BundleError> {
        let unread = |source| BundleError::Read {
            path: path.to_owned(),
            source,
        };
        let refused = |fault| BundleError::Refused {
            path: path.to_owned(),
            fault,
        };
        // A pipe would be waited for, without end.
        if !fs::metadata(path).map_err(unread)?.is_file() {
            return Err(refused(Fault::NotAFile));
        }
        let mut file = File::open(path).map_err(unread)?;
        let found = file.metadata().map_err(unread)?.len();
        let mut block = [0; BLOCK];
        if let Err(error) = file.read_exact(&mut block) {
            return Err(match error.kind() {
                io::ErrorKind::UnexpectedEof => refused(Fault::NotABundle),
                _ => unread(error),
            });
        }
        let size = size_in(&block, MANIFEST).ok_or_else(|| refused(Fault::NotABundle))?;
        if size > MAX_TEXT {
            return Err(refused(Fault::Manifest(
                "it is larger than any such text".to_owned(),
            )));
        }
        let expected = BLOCK as u64 + size;
        if found < expected {
            return Err(refused(Fault::Cut { expected, found }));
        }
        let mut text = vec![0; size as usize];
        file.read_exact(&mut text).map_err(unread)?;
        let manifest = Manifest::read(&text).map_err(refused)?;
        let members = manifest.members();
        let expected = length(&members);
        if found < expected {
            return Err(refused(Fault::Cut { expected, found }));
        }
        if found > expected {
            return Err(refused(Fault::Trailing { expected, found }));
        }
        let mut at = 0;
        let mut places = Vec::with_capacity(members.len());
        for member in members {
            let next = at + BLOCK as u64 + member.size + padding(member.size);
            places.push((at, member));
            at = next;
        }
        let packages = places.split_off(3);
        let mut bundle = Self {
            path: path.to_owned(),
            file,
            manifest,
            lock: Vec::new(),
            packages,
        };
        // The sums hold the sum of the manifest; they follow from it, and are compared by their own.
        for (at, member) in &places {
            let text = bundle.text(*at, member)?;
            if member.path == LOCKFILE {
                bundle.lock = text;
            }
        }
        Ok(bundle)
    }

    /// Returns what the bundle is for and what it holds.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Returns the lock, to the byte.
    pub fn lock(&self) -> &[u8] {
        &self.lock
    }

    /// Returns the path that the bundle was opened by.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Checks every byte of the bundle.
    pub fn verify(&mut self, watch: Watch<'_>) -> Result<(), BundleError> {
        for (at, member) in &self.packages {
            self.content(*at, member, &mut |_| Ok(()), watch)?;
        }
        let end = length(&self.manifest.members()) - END;
        self.zeros(end, END, "its last member")
    }

    /// Checks that the bundle is made from this lock: it is for the same release, holds exactly these archives, and
    /// its indexes list exactly these records.
    pub fn is_of(&mut self, wanted: &Wanted) -> Result<(), BundleError> {
        let own = &self.manifest;
        let epoch = u64::try_from(wanted.epoch).unwrap_or(0);
        for (what, own, wanted) in [
            ("tier", &own.tier, &wanted.tier),
            ("platform", &own.platform, &wanted.platform.name.to_string()),
            ("release", &own.release, &wanted.release),
            ("digest", &own.digest, &wanted.digest),
            ("time", &own.epoch.to_string(), &epoch.to_string()),
        ] {
            if own != wanted {
                return Err(self.other(format!("its {what} is {own}, and that of the lock is {wanted}")));
            }
        }
        let mut members: BTreeMap<&str, &Member> = own
            .archives()
            .map(|member| (member.path.as_str(), member))
            .collect();
        let mut archives = BTreeMap::new();
        for record in &wanted.records {
            let path = channel::path_of(record)?;
            let Some(member) = members.remove(path.as_str()) else {
                return Err(self.refuse(Fault::Missing(path)));
            };
            let sha256 = record.package_record.sha256.as_ref().map(|sha256| hex(sha256));
            if sha256.as_ref() != Some(&member.sha256) {
                return Err(self.other(format!("{path} has another sha256")));
            }
            if record.package_record.size.is_some_and(|size| size != member.size) {
                return Err(self.other(format!("{path} has another size")));
            }
            archives.insert(path, (record, member.size));
        }
        if let Some(path) = members.keys().next() {
            return Err(self.other(format!("the lock does not list {path}")));
        }
        for (at, member) in self.packages.iter().filter(|(_, member)| !member.is_archive()) {
            let text = self.text(*at, member)?;
            let subdir = member.path.split('/').nth(1).unwrap_or_default();
            if let Some(why) = channel::index_fault(&text, subdir, &archives) {
                return Err(self.other(format!("{}: {why}", member.path)));
            }
        }
        Ok(())
    }
}

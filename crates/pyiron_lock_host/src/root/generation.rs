//! The generations of a tier: prefixes that were finished, numbered in the order in which they were. A prefix is one once
//! it says where it comes from, which is the last thing written into it; there is no list beside them that could be
//! lost or tell something else.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{
    error::RootError,
    held::Held,
    place::{TierRoot, remove_all},
};

/// Where a finished prefix says what it is; no `.json`, because package managers read every such file there as a package.
const MARK: &str = "conda-meta/pyiron-lock";

/// What a finished prefix says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// The format of the file.
    pub format: u32,
    /// Counts the finished prefixes of a tier.
    pub generation: u64,
    /// The tier.
    pub tier: String,
    /// The platform of the lock.
    pub platform: String,
    /// The release id.
    pub release: String,
    /// The digest of the lock.
    pub digest: String,
    /// Where it was made to be; it works nowhere else.
    pub prefix: PathBuf,
    /// How many records it holds.
    pub records: usize,
    /// When it was finished, in seconds since 1970.
    pub finished: i64,
    /// Who made it.
    pub user: String,
    /// The machine it was made on.
    pub host: String,
    /// The version of the program that made it.
    pub program: String,
    /// Whether the scripts of packages were run.
    pub link_scripts: bool,
    /// What of the tests of the tier was run: how many, or none where they were left out.
    pub smoke_tests: Option<usize>,
}

/// A finished prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generation {
    /// What it says of itself.
    pub provenance: Provenance,
    /// Where it is.
    pub prefix: PathBuf,
}

impl Generation {
    /// Returns its number.
    pub fn number(&self) -> u64 {
        self.provenance.generation
    }

    /// Returns its release id.
    pub fn release(&self) -> &str {
        &self.provenance.release
    }
}

/// Returns the generations of a tier, the oldest first; a tier that nobody installed has none.
pub fn generations(root: &TierRoot) -> Result<Vec<Generation>, RootError> {
    let entries = match fs::read_dir(root.base()) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(RootError::io(root.base(), "read")(error)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.map_err(RootError::io(root.base(), "read"))?;
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        let name = entry.file_name().to_string_lossy().into_owned();
        if !is_folder || root.prefix(&name).is_err() {
            continue;
        }
        if let Some(provenance) = read(&entry.path())? {
            found.push(Generation {
                provenance,
                prefix: entry.path(),
            });
        }
    }
    found.sort_by(|one, other| (one.number(), one.release()).cmp(&(other.number(), other.release())));
    Ok(found)
}

/// Returns whether a prefix is finished.
pub(crate) fn is_finished(prefix: &Path) -> Result<Option<Provenance>, RootError> {
    read(prefix)
}

/// Reads what a prefix says of itself; one that says nothing that can be understood is not finished.
fn read(prefix: &Path) -> Result<Option<Provenance>, RootError> {
    let path = prefix.join(MARK);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::InvalidData
            ) =>
        {
            return Ok(None);
        }
        // One that is being made is closed to others.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => return Ok(None),
        Err(error) => return Err(RootError::io(path, "read")(error)),
    };
    let provenance = serde_json::from_str::<Provenance>(&text).ok();
    let name = prefix.file_name().map(|name| name.to_string_lossy().into_owned());
    Ok(provenance.filter(|provenance| Some(&provenance.release) == name.as_ref()))
}

/// Returns the number of the next generation.
pub(crate) fn next_number(generations: &[Generation]) -> u64 {
    generations.iter().map(Generation::number).max().unwrap_or(0) + 1
}

/// Makes a prefix a generation: everything in it is on disk before it says so, and it says so by one rename.
pub(crate) fn finish(
    root: &TierRoot,
    held: &Held,
    prefix: &Path,
    provenance: &Provenance,
    mode: u32,
) -> Result<(), RootError> {
    let mark = prefix.join(MARK);
    let part = prefix.join(format!("{MARK}.{}.part", held.token()));
    let text = serde_json::to_string_pretty(provenance).map_err(io::Error::other);
    let text = text.map_err(RootError::io(&part, "written"))?;
    let written = write_synced(&part, format!("{text}\n").as_bytes(), mode);
    written.map_err(RootError::io(&part, "written"))?;
    sync_file_system(prefix);
    held.check()?;
    fs::rename(&part, &mark).map_err(RootError::io(&mark, "written"))?;
    sync_folder(&prefix.join("conda-meta"));
    sync_folder(root.base());
    Ok(())
}

fn write_synced(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    use std::io::Write;
    let mut file = fs::File::create(path)?;
    file.write_all(bytes)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.set_permissions(fs::Permissions::from_mode(mode))?;
    }
    #[cfg(not(unix))]
    let _ = mode;
    file.sync_all()
}

/// Sees that a prefix is on disk before others are told of it; a file system that cannot is no reason to fail.
fn sync_file_system(prefix: &Path) {
    #[cfg(target_os = "linux")]
    if let Ok(folder) = fs::File::open(prefix) {
        let _ = rustix::fs::syncfs(&folder);
    }
    #[cfg(not(target_os = "linux"))]
    let _ = prefix;
}

fn sync_folder(folder: &Path) {
    if let Ok(folder) = fs::File::open(folder) {
        drop(folder.sync_all());
    }
}

/// Removes what killed runs left behind: prefixes that are not finished and what was being made or taken away.
pub(crate) fn sweep(root: &TierRoot, held: &Held) -> Result<Vec<PathBuf>, RootError> {
    held.check()?;
    let mut swept = Vec::new();
    let work = root.work();
    for entry in fs::read_dir(&work).into_iter().flatten().flatten() {
        drop(remove_all(&entry.path()));
    }
    held.sweep();
    for entry in fs::read_dir(root.base()).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        // Only what an install began is removed: folders of others are none of our business.
        if !is_folder || root.prefix(&name).is_err() || !is_begun(&entry.path()) {
            continue;
        }
        if read(&entry.path())?.is_some() {
            drop(no_longer_begun(&entry.path()));
        } else {
            discard(root, held, &entry.path())?;
            swept.push(entry.path());
        }
    }
    Ok(swept)
}

/// Takes a prefix away: out of sight first, by one rename, so that no run can end with a part of it in its place.
pub(crate) fn discard(root: &TierRoot, held: &Held, prefix: &Path) -> Result<(), RootError> {
    let away = root.fresh("gone", held.token());
    held.check()?;
    fs::rename(prefix, &away).map_err(RootError::io(prefix, "moved"))?;
    remove_all(&away).map_err(RootError::io(&away, "removed"))
}

/// Where a prefix says that it was begun by an install of ours.
const BEGUN: &str = "conda-meta/pyiron-lock.begun";

/// Makes the folder of a prefix that is being made; nobody else can enter it before it is finished.
pub(crate) fn begin(root: &TierRoot, held: &Held, prefix: &Path) -> Result<(), RootError> {
    held.check()?;
    if fs::symlink_metadata(prefix).is_ok() {
        return Err(RootError::InTheWay {
            path: prefix.to_owned(),
            what: "it is no environment that this program made",
        });
    }
    let fresh = root.fresh("begun", held.token());
    let made = fs::create_dir(&fresh)
        .and_then(|()| close(&fresh))
        .and_then(|()| fs::create_dir(fresh.join("conda-meta")))
        .and_then(|()| fs::write(fresh.join(BEGUN), ""))
        .and_then(|()| fs::rename(&fresh, prefix));
    made.map_err(RootError::io(prefix, "made"))
}

/// Takes the sign away that a prefix is only begun.
pub(crate) fn no_longer_begun(prefix: &Path) -> io::Result<()> {
    fs::remove_file(prefix.join(BEGUN))
}

fn is_begun(prefix: &Path) -> bool {
    prefix.join(BEGUN).exists()
}

fn close(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
    }
    #[cfg(not(unix))]
    {
        let _ = folder;
        Ok(())
    }
}

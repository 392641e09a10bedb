//! Reads with limits and writes that leave the old file or the new one, never a part.

use std::{
    fs::TryLockError,
    io::{ErrorKind, Read, Write},
    path::{Path, PathBuf},
};

use pyiron_lock_core::{SourceFile, SourceRef};

use crate::{failure::Failure, streams::Streams};

/// How the names of temporary files begin.
const TEMPORARY_PREFIX: &str = ".pyiron-lock-";
/// How they end.
const TEMPORARY_SUFFIX: &str = ".tmp";

/// The most that a lock may hold.
const MAX_LOCK_BYTES: u64 = 64 << 20;

/// Reads a text that a person wrote; a byte order mark is not part of it.
pub(crate) fn read_source(path: &Path, limit: u64) -> Result<SourceRef, Failure> {
    let text = read_text(path, limit)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    Ok(SourceFile::new(shown(path), text))
}

/// Reads a lock; a pipe or device in its place is refused, because reading it may never end.
pub(crate) fn read_lock_text(path: &Path) -> Result<String, Failure> {
    if path.exists() && !path.is_file() {
        return Err(Failure::bad_input(format!(
            "{} is not a regular file",
            shown(path)
        )));
    }
    read_text(path, MAX_LOCK_BYTES)
}

/// Reads a text file of at most `limit` bytes.
fn read_text(path: &Path, limit: u64) -> Result<String, Failure> {
    let metadata = std::fs::metadata(path).map_err(|error| read_failure(path, &error))?;
    if metadata.is_dir() {
        return Err(Failure::bad_input(format!(
            "{} is a folder, not a file",
            shown(path)
        )));
    }
    let file = std::fs::File::open(path).map_err(|error| read_failure(path, &error))?;
    let mut bytes = Vec::new();
    file.take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| read_failure(path, &error))?;
    if bytes.len() as u64 > limit {
        return Err(Failure::bad_input(format!(
            "{} holds more than {}, which no such file needs",
            shown(path),
            size(limit)
        ))
        .help("check that this is the file you meant"));
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..valid]
            .iter()
            .filter(|byte| **byte == b'\n')
            .count()
            + 1;
        Failure::bad_input(format!("{}:{line}: this is not UTF-8 text", shown(path)))
            .help("save the file with the encoding UTF-8")
    })
}

fn size(bytes: u64) -> String {
    match bytes >> 20 {
        0 => format!("{} KiB", bytes >> 10),
        mebibytes => format!("{mebibytes} MiB"),
    }
}

fn read_failure(path: &Path, error: &std::io::Error) -> Failure {
    let shown = shown(path);
    match error.kind() {
        ErrorKind::NotFound => Failure::bad_input(format!("{shown} does not exist")),
        ErrorKind::PermissionDenied => {
            Failure::unavailable(format!("{shown} cannot be read: permission denied"))
        }
        _ => Failure::unavailable(format!("{shown} cannot be read: {error}")),
    }
}

/// Returns a path as shown to people: relative to the current folder where it is below it, `/` as separator.
pub(crate) fn shown(path: &Path) -> String {
    let relative = std::env::current_dir()
        .ok()
        .and_then(|current| path.strip_prefix(current).ok().map(Path::to_owned))
        .unwrap_or_else(|| path.to_owned());
    let text = relative.to_string_lossy().replace('\\', "/");
    let text = text.strip_prefix("./").unwrap_or(&text);
    if text.is_empty() {
        ".".to_owned()
    } else {
        text.to_owned()
    }
}

/// Writes a file through a temporary one beside it; interrupted at any moment, the old file or the new one is there.
pub(crate) fn write_atomically(path: &Path, text: &str) -> Result<(), Failure> {
    // A symbolic link stays one: what it points to is replaced.
    let target = if path.is_symlink() {
        std::fs::canonicalize(path).ok()
    } else {
        None
    };
    let path = target.as_deref().unwrap_or(path);
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    write_in(folder, path, text).map_err(|error| {
        if let Some(file) = file_above(folder) {
            return Failure::unavailable(format!(
                "{} cannot be written: {} is a file, not a folder",
                shown(path),
                shown(file)
            ));
        }
        let failure = Failure::unavailable(format!("{} cannot be written: {}", shown(path), reason(&error)));
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
                failure.help("make room and run again; what was there before is untouched")
            }
            _ => failure.help("what was there before is untouched"),
        }
    })
}

/// Returns why writing failed, without the name of the temporary file.
pub(crate) fn reason(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.split(" at path ").next().unwrap_or(&text).to_owned()
}

/// Returns the part of a path that should be a folder and is a file.
fn file_above(folder: &Path) -> Option<&Path> {
    folder.ancestors().find(|part| part.is_file())
}

fn write_in(folder: &Path, path: &Path, text: &str) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    // Whoever sweeps a folder holds it alone, so that no file is swept while it is being written.
    let handle = std::fs::File::open(folder);
    let _held = handle.as_ref().is_ok_and(|handle| handle.lock_shared().is_ok());
    let mut file = temporary_in(folder, 0o666)?;
    file.write_all(text.as_bytes())?;
    if path.exists() {
        // What is replaced must not be lost to a power cut; a new file has nothing to lose.
        file.as_file().sync_all()?;
    }
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Makes a temporary file beside the one it is to become; `mode` is what the umask of the user takes from.
pub(crate) fn temporary_in(folder: &Path, mode: u32) -> std::io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY_PREFIX).suffix(TEMPORARY_SUFFIX);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(mode));
    }
    #[cfg(not(unix))]
    let _ = mode;
    builder.tempfile_in(folder)
}

/// Makes a temporary folder, for what becomes of no use once the run ends.
pub(crate) fn temporary_folder_in(folder: &Path) -> std::io::Result<tempfile::TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY_PREFIX).suffix(TEMPORARY_SUFFIX);
    builder.tempdir_in(folder)
}

/// Holds a lock folder for one run, so that two runs at once do not work on the same locks.
pub(crate) struct FolderGuard {
    _handle: Option<std::fs::File>,
}

impl FolderGuard {
    /// Waits until no other run holds the folder, then removes what a killed run left behind.
    ///
    /// File systems without locks are worked on without waiting; writes are atomic there as well.
    pub(crate) fn acquire(folder: &Path, streams: &Streams) -> Result<Self, Failure> {
        std::fs::create_dir_all(folder).map_err(|error| {
            let why = file_above(folder).map_or_else(
                || error.to_string(),
                |file| format!("{} is a file, not a folder", shown(file)),
            );
            Failure::unavailable(format!("the folder {} cannot be created: {why}", shown(folder)))
        })?;
        let Ok(handle) = std::fs::File::open(folder) else {
            return Ok(Self { _handle: None });
        };
        let held = match handle.try_lock() {
            Ok(()) => true,
            Err(TryLockError::WouldBlock) => {
                streams.talk(&format!(
                    "waiting for another run that works on {}",
                    shown(folder)
                ));
                handle.lock().is_ok()
            }
            Err(TryLockError::Error(_)) => false,
        };
        if held {
            for tier in entries(folder).into_iter().filter(|path| path.is_dir()) {
                sweep(&tier);
            }
        }
        Ok(Self {
            _handle: held.then_some(handle),
        })
    }
}

/// Returns what is in a folder, sorted; nothing where it cannot be read.
pub(crate) fn entries(folder: &Path) -> Vec<PathBuf> {
    let read = std::fs::read_dir(folder).into_iter().flatten();
    let mut paths: Vec<PathBuf> = read.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

/// Removes temporary files and folders, unless somebody is writing in the folder; failing to is harmless.
pub(crate) fn sweep(folder: &Path) {
    let Ok(handle) = std::fs::File::open(folder) else {
        return;
    };
    // Held until all are gone: a writer that comes meanwhile waits before it makes its temporary file.
    if handle.try_lock().is_err() {
        return;
    }
    for path in entries(folder) {
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        if !name.starts_with(TEMPORARY_PREFIX) || !name.ends_with(TEMPORARY_SUFFIX) {
            continue;
        }
        match path.symlink_metadata() {
            Ok(found) if found.is_dir() => drop(std::fs::remove_dir_all(path)),
            Ok(found) if found.is_file() => drop(std::fs::remove_file(path)),
            _ => {}
        }
    }
}

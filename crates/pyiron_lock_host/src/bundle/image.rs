//! An installed environment as one squashfs image, for file systems where many small files are slow or counted. The
//! work is done by `mksquashfs`; here is decided what may go in, and how the same tree gives the same image.

use std::{
    collections::BTreeMap,
    env,
    fs::{self, File},
    io::{self, Read, Seek},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::Duration,
};

use rattler_conda_types::{PackageRecord, PrefixRecord};

use super::{BundleError, Watch};
use crate::Wanted;

/// The program.
const PROGRAM: &str = "mksquashfs";

/// How often it is looked whether it is done.
const LOOK_UP: Duration = Duration::from_millis(50);

/// How much of what the program says is told.
const MAX_WORDS: u64 = 2000;

/// What login nodes commonly grant.
const MAX_PROCESSORS: usize = 4;

/// An image that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// How many files, links and folders it stands for.
    pub entries: u64,
    /// Its bytes.
    pub bytes: u64,
}

/// Writes the environment in `prefix`, which has to hold what is wanted, to `target`, a file that is there and empty.
///
/// Times of files are kept, because compiled Python modules name those of their sources; owners are not.
pub fn write_image(
    target: &Path,
    prefix: &Path,
    wanted: &Wanted,
    watch: Watch<'_>,
) -> Result<Image, BundleError> {
    holds(prefix, wanted)?;
    let entries = plain_entries(prefix, watch)?;
    let path = env::var_os("PATH").unwrap_or_default();
    let processors = thread::available_parallelism().map_or(1, usize::from);
    let said = tempfile::tempfile().map_err(|source| unwritten(target, source))?;
    let out = said.try_clone().map_err(|source| unwritten(target, source))?;
    let mut command = Command::new(PROGRAM);
    command
        .arg(prefix)
        .arg(target)
        .args(["-noappend", "-no-progress", "-quiet", "-exit-on-error"])
        .args(["-comp", "gzip", "-all-root", "-no-xattrs", "-no-exports"])
        .args([
            "-mkfs-time",
            &u32::try_from(wanted.epoch).unwrap_or(0).to_string(),
        ])
        .args(["-processors", &processors.min(MAX_PROCESSORS).to_string()])
        .args(["-mem", "1G"])
        // A time in the environment would be a second one, which the program refuses.
        .env_clear()
        .env("PATH", path)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(out);
    let child = command.spawn().map_err(|source| BundleError::Program {
        program: PROGRAM,
        said: match source.kind() {
            io::ErrorKind::NotFound => "it is not here".to_owned(),
            _ => source.to_string(),
        },
    })?;
    let status = wait(child, watch)?.map_err(|source| unwritten(target, source))?;
    if !status.success() {
        return Err(BundleError::Program {
            program: PROGRAM,
            said: words(said),
        });
    }
    let bytes = fs::metadata(target)
        .map_err(|source| unwritten(target, source))?
        .len();
    Ok(Image { entries, bytes })
}

/// Waits for the end of a program, or ends it.
fn wait(mut child: Child, watch: Watch<'_>) -> Result<io::Result<ExitStatus>, BundleError> {
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(Ok(status)),
            Ok(None) if watch(0) => thread::sleep(LOOK_UP),
            Ok(None) => {
                // One that ended meanwhile cannot be ended.
                drop(child.kill());
                drop(child.wait());
                return Err(BundleError::Stopped);
            }
            Err(error) => return Ok(Err(error)),
        }
    }
}

/// Returns what the program said, on one line.
fn words(mut said: File) -> String {
    let mut bytes = Vec::new();
    let read = said
        .rewind()
        .and_then(|()| said.take(MAX_WORDS).read_to_end(&mut bytes));
    let text = String::from_utf8_lossy(&bytes);
    let words: Vec<&str> = text.split_whitespace().collect();
    match read {
        Ok(_) if !words.is_empty() => words.join(" "),
        _ => "it gives no reason".to_owned(),
    }
}

/// Checks that an environment says of itself to hold exactly what is wanted.
fn holds(prefix: &Path, wanted: &Wanted) -> Result<(), BundleError> {
    let fault = |why: String| BundleError::Prefix {
        path: prefix.to_owned(),
        why,
    };
    let found: Vec<PrefixRecord> =
        PrefixRecord::collect_from_prefix(prefix).map_err(|error| fault(error.to_string()))?;
    if found.is_empty() {
        return Err(fault("nothing is installed there".to_owned()));
    }
    let mut found: BTreeMap<String, PackageRecord> = found
        .into_iter()
        .map(|record| record.repodata_record.package_record)
        .map(|record| (record.name.as_normalized().to_owned(), record))
        .collect();
    for record in &wanted.records {
        let wanted = &record.package_record;
        let name = wanted.name.as_normalized();
        let Some(found) = found.remove(name) else {
            return Err(fault(format!("{name} is not installed")));
        };
        let same_hash = found.sha256.is_none() || found.sha256 == wanted.sha256;
        if found.version != wanted.version || found.build != wanted.build || !same_hash {
            return Err(fault(format!("{name} is installed as another build")));
        }
    }
    match found.keys().next() {
        Some(name) => Err(fault(format!("{name} is installed and not in the lock"))),
        None => Ok(()),
    }
}

/// Counts what is in a folder, and refuses what would mean something else in an image that belongs to root.
fn plain_entries(prefix: &Path, watch: Watch<'_>) -> Result<u64, BundleError> {
    let mut entries = 0;
    let mut folders = vec![prefix.to_owned()];
    while let Some(folder) = folders.pop() {
        if !watch(0) {
            return Err(BundleError::Stopped);
        }
        let unread = |source| BundleError::Read {
            path: folder.clone(),
            source,
        };
        for entry in fs::read_dir(&folder).map_err(unread)? {
            let entry = entry.map_err(unread)?;
            let metadata = entry.metadata().map_err(unread)?;
            entries += 1;
            if metadata.is_dir() {
                folders.push(entry.path());
            } else if !metadata.is_symlink() && (!metadata.is_file() || has_rights_of_owner(&metadata)) {
                return Err(BundleError::Prefix {
                    path: entry.path(),
                    why: "it is no plain file, or runs with the rights of its owner".to_owned(),
                });
            }
        }
    }
    Ok(entries)
}

/// Returns whether a file runs with the rights of its user or group.
fn has_rights_of_owner(metadata: &fs::Metadata) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        metadata.permissions().mode() & 0o6000 != 0
    }
    #[cfg(not(unix))]
    {
        let _ = metadata;
        false
    }
}

fn unwritten(path: &Path, source: io::Error) -> BundleError {
    BundleError::Write {
        path: PathBuf::from(path),
        source,
    }
}

//! The files of an export in a folder: nothing that no export made is overwritten, no link is followed, and all files
//! are complete beside their places before the first one is put there.

use std::{
    collections::BTreeMap,
    fs::{self, Metadata},
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
};

use pyiron_lock_core::Digest;
use pyiron_lock_export::{File, FilePath, Files, MARK, Mode};
use serde::{Serialize, Serializer};
use tempfile::{NamedTempFile, PersistError};

use crate::{
    failure::Failure,
    files::{TEMPORARY_PREFIX, TEMPORARY_SUFFIX, shown, sweep},
    interrupt,
    render::{counted, folded},
};

/// A file that was written.
#[derive(Debug, Serialize)]
pub(super) struct Written {
    path: String,
    #[serde(serialize_with = "octal")]
    mode: u32,
    bytes: usize,
    sha256: String,
    fate: Fate,
}

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Fate {
    /// It is new.
    Written,
    /// It stands in the place of another.
    Replaced,
    /// It was there already, to the byte.
    Same,
}

fn octal<S: Serializer>(mode: &u32, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{mode:04o}"))
}

const fn bits(mode: Mode) -> u32 {
    match mode {
        Mode::Plain => 0o644,
        Mode::Executable => 0o755,
    }
}

/// Writes the files into a folder, which is made where it is missing.
pub(super) fn write(folder: &Path, files: &Files, force: bool) -> Result<Vec<Written>, Failure> {
    let fates = judge(folder, files, force)?;
    let cancel = interrupt::token();
    let mut staged = Staged::default();
    for ((path, file), fate) in files.iter().zip(&fates) {
        let target = folder.join(path.as_str());
        if *fate != Fate::Same
            && let Err(error) = staged.add(target.clone(), file)
        {
            return Err(staged.fail(&target, &error));
        }
    }
    if cancel.is_cancelled() {
        staged.undo();
        return Err(Failure::interrupted());
    }
    staged.put()?;
    let written = files.iter().zip(fates).map(|((path, file), fate)| Written {
        path: path.to_string(),
        mode: bits(file.mode),
        bytes: file.text.len(),
        sha256: Digest::of(file.text.as_bytes()).to_string(),
        fate,
    });
    Ok(written.collect())
}

/// Says what becomes of each file, or what stands in the way.
fn judge(folder: &Path, files: &Files, force: bool) -> Result<Vec<Fate>, Failure> {
    if folder.exists() && !folder.is_dir() {
        return Err(Failure::bad_input(format!("{} is not a folder", shown(folder)))
            .help("name another with `-o`; nothing was written"));
    }
    let mut fates = Vec::new();
    let mut foreign = Vec::new();
    for (path, file) in files.iter() {
        let target = place(folder, path)?;
        let fate = match metadata(&target)? {
            None => Fate::Written,
            Some(found) if !found.is_file() => {
                let what = if found.is_symlink() {
                    "a symbolic link, which may lead out of the folder"
                } else {
                    "no regular file"
                };
                return Err(in_the_way(&target, what));
            }
            Some(found) => {
                let text = fs::read(&target).map_err(|error| unseen(&target, &error))?;
                if text == file.text.as_bytes() && has_mode(&found, file.mode) {
                    Fate::Same
                } else {
                    let ours = text == file.text.as_bytes() || is_ours(&text);
                    if !ours && !force {
                        foreign.push(shown(&target));
                    }
                    Fate::Replaced
                }
            }
        };
        fates.push(fate);
    }
    if foreign.is_empty() {
        return Ok(fates);
    }
    Err(Failure::bad_input(format!(
        "{} that no export made would be overwritten: {}",
        counted(foreign.len(), "file"),
        folded(&foreign)
    ))
    .help("name another folder, or overwrite them with `--force`; nothing was written"))
}

/// Returns where a file goes, after every folder on the way was looked at.
fn place(folder: &Path, path: &FilePath) -> Result<PathBuf, Failure> {
    let mut target = folder.to_owned();
    let (folders, name) = path.as_str().rsplit_once('/').unwrap_or(("", path.as_str()));
    for part in folders.split('/').filter(|part| !part.is_empty()) {
        target.push(part);
        match metadata(&target)? {
            Some(found) if found.is_symlink() => {
                return Err(in_the_way(
                    &target,
                    "a symbolic link, which may lead out of the folder",
                ));
            }
            Some(found) if !found.is_dir() => {
                return Err(in_the_way(&target, "a file, and a folder is needed there"));
            }
            _ => {}
        }
    }
    target.push(name);
    Ok(target)
}

fn in_the_way(path: &Path, what: &str) -> Failure {
    Failure::bad_input(format!("{} is {what}", shown(path))).help("move it away; nothing was written")
}

fn unseen(path: &Path, error: &std::io::Error) -> Failure {
    Failure::unavailable(format!("{} cannot be looked at: {error}", shown(path))).help("nothing was written")
}

/// Returns what is at a path, without following a link.
fn metadata(path: &Path) -> Result<Option<Metadata>, Failure> {
    match fs::symlink_metadata(path) {
        Ok(found) => Ok(Some(found)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(unseen(path, &error)),
    }
}

/// Returns whether an export made a file.
fn is_ours(text: &[u8]) -> bool {
    let mark = MARK.as_bytes();
    text.windows(mark.len()).any(|part| part == mark)
}

/// Returns whether a file can be run exactly when it should be.
fn has_mode(found: &Metadata, mode: Mode) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        (found.permissions().mode() & 0o100 != 0) == (mode == Mode::Executable)
    }
    #[cfg(not(unix))]
    {
        let _ = (found, mode);
        true
    }
}

/// Files that are complete and not yet in their places, and the folders that were made for them.
#[derive(Default)]
struct Staged {
    folders: Vec<PathBuf>,
    /// Folders that are written to, held so that nobody sweeps them.
    held: BTreeMap<PathBuf, Option<fs::File>>,
    /// Each with its place; those that are dropped vanish.
    files: Vec<(NamedTempFile, PathBuf)>,
}

impl Staged {
    fn add(&mut self, target: PathBuf, file: &File) -> std::io::Result<()> {
        let folder = match target.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        self.add_folder(folder)?;
        if !self.held.contains_key(folder) {
            sweep(folder);
            let handle = fs::File::open(folder).ok();
            let handle = handle.filter(|handle| handle.lock_shared().is_ok());
            self.held.insert(folder.to_owned(), handle);
        }
        let mut builder = tempfile::Builder::new();
        builder.prefix(TEMPORARY_PREFIX).suffix(TEMPORARY_SUFFIX);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // The umask of the user applies when the file is created.
            builder.permissions(fs::Permissions::from_mode(bits(file.mode)));
        }
        let mut staged = builder.tempfile_in(folder)?;
        staged.write_all(file.text.as_bytes())?;
        staged.as_file().sync_all()?;
        self.files.push((staged, target));
        Ok(())
    }

    fn add_folder(&mut self, folder: &Path) -> std::io::Result<()> {
        let missing: Vec<&Path> = folder
            .ancestors()
            .take_while(|part| !part.as_os_str().is_empty() && !part.exists())
            .collect();
        for part in missing.into_iter().rev() {
            match fs::create_dir(part) {
                Ok(()) => self.folders.push(part.to_owned()),
                Err(error) if error.kind() == ErrorKind::AlreadyExists && part.is_dir() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Puts every file into its place.
    fn put(mut self) -> Result<(), Failure> {
        let all = self.files.len();
        let mut files = std::mem::take(&mut self.files).into_iter();
        let mut done = 0;
        while let Some((file, target)) = files.next() {
            if let Err(PersistError { error, file }) = file.persist(&target) {
                drop((file, files));
                let failure = self.fail(&target, &error);
                return Err(match done {
                    0 => failure,
                    done => failure.help(format!(
                        "{done} of {} are in place, each of them whole; run again",
                        counted(all, "file")
                    )),
                });
            }
            done += 1;
        }
        Ok(())
    }

    /// Removes all that was made and says why.
    fn fail(&mut self, path: &Path, error: &std::io::Error) -> Failure {
        self.undo();
        let text = error.to_string();
        let why = text.split(" at path ").next().unwrap_or(&text);
        Failure::unavailable(format!("{} cannot be written: {why}", shown(path)))
            .help("what was there before is untouched")
    }

    fn undo(&mut self) {
        self.files.clear();
        for folder in self.folders.iter().rev() {
            // One that holds something is not empty and stays.
            drop(fs::remove_dir(folder));
        }
    }
}

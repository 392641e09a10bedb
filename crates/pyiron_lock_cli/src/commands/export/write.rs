//! The files of an export in a folder: nothing that no export made is overwritten, no link is followed, and all files
//! are complete beside their places before the first one is put there.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, Metadata},
    io::{Read, Write},
    path::{Component, Path, PathBuf},
};

use pyiron_lock_core::Digest;
use pyiron_lock_export::{File, Files, MARK, Mode};
use rayon::prelude::*;
use serde::{Serialize, Serializer};
use tempfile::{NamedTempFile, PersistError};

use crate::{
    failure::Failure,
    files::{reason, shown, sweep, temporary_in},
    folders::{add_folder, in_the_way, metadata, place, unseen},
    interrupt,
    render::{counted, folded},
};

/// More than any file of an export has.
const MAX_BYTES: u64 = 64 << 20;

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

/// Writes the files into a folder, which is made where it is missing.
pub(super) fn write(folder: &Path, files: &Files, force: bool) -> Result<Vec<Written>, Failure> {
    let fates = judge(folder, files, force)?;
    let cancel = interrupt::token();
    let mut staged = Staged::default();
    let changed: Vec<(PathBuf, &File)> = files
        .iter()
        .zip(&fates)
        .filter(|(_, fate)| **fate != Fate::Same)
        .map(|((path, file), _)| (folder.join(path.as_str()), file))
        .collect();
    if let Err((target, error)) = staged.fill(folder, &changed) {
        return Err(staged.fail(&target, &error));
    }
    if cancel.is_cancelled() {
        staged.undo();
        return Err(Failure::interrupted());
    }
    staged.put()?;
    let written = files.iter().zip(fates).map(|((path, file), fate)| Written {
        path: path.to_string(),
        mode: file.mode.bits(),
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
        let target = place(folder, path.as_str())?;
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
                let text = beginning(&target).map_err(|error| unseen(&target, &error))?;
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

/// Reads as much of a file as any export has.
fn beginning(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut text = Vec::new();
    fs::File::open(path)?.take(MAX_BYTES).read_to_end(&mut text)?;
    Ok(text)
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
    /// Writes every file beside its place and waits until it is on the disk; several at once, because file systems take
    /// longer to make a file than to fill it, and write what waits together in one go.
    fn fill(&mut self, folder: &Path, files: &[(PathBuf, &File)]) -> Result<(), (PathBuf, std::io::Error)> {
        self.enter_all(folder, files)?;
        let staged: Vec<std::io::Result<NamedTempFile>> = files
            .par_iter()
            .map(|(target, file)| {
                let mut staged = temporary_in(folder_of(target), file.mode.bits())?;
                staged.write_all(file.text.as_bytes())?;
                staged.as_file().sync_all()?;
                Ok(staged)
            })
            .collect();
        let mut failed = None;
        for ((target, _), staged) in files.iter().zip(staged) {
            match staged {
                Ok(staged) => self.files.push((staged, target.clone())),
                Err(error) => failed = failed.or(Some((target.clone(), error))),
            }
        }
        failed.map_or(Ok(()), Err)
    }

    /// Makes and holds the folders of all files: the one that all are below, then each branch of it for itself.
    fn enter_all(
        &mut self,
        folder: &Path,
        files: &[(PathBuf, &File)],
    ) -> Result<(), (PathBuf, std::io::Error)> {
        let whole = |path: &Path, error| (path.to_owned(), error);
        self.enter(folder).map_err(|error| whole(folder, error))?;
        let mut branches: BTreeMap<Option<Component<'_>>, BTreeSet<&Path>> = BTreeMap::new();
        for (target, _) in files {
            let below = folder_of(target);
            let first = below
                .strip_prefix(folder)
                .ok()
                .and_then(|path| path.components().next());
            branches.entry(first).or_default().insert(below);
        }
        let entered: Vec<_> = branches
            .par_iter()
            .map(|(_, folders)| {
                let mut branch = Self::default();
                let mut each = folders.iter();
                let failed = each.find_map(|path| Some(whole(path, branch.enter(path).err()?)));
                (branch, failed)
            })
            .collect();
        let mut first = None;
        for (branch, failed) in entered {
            self.folders.extend(branch.folders);
            self.held.extend(branch.held);
            first = first.or(failed);
        }
        first.map_or(Ok(()), Err)
    }

    /// Makes a folder where it is missing, and holds it.
    fn enter(&mut self, folder: &Path) -> std::io::Result<()> {
        add_folder(folder, &mut self.folders)?;
        if !self.held.contains_key(folder) {
            // Nothing is left of an earlier run in a folder that was just made.
            if self.folders.last().is_none_or(|made| made != folder) {
                sweep(folder);
            }
            let handle = fs::File::open(folder).ok();
            let handle = handle.filter(|handle| handle.lock_shared().is_ok());
            self.held.insert(folder.to_owned(), handle);
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
        Failure::unavailable(format!("{} cannot be written: {}", shown(path), reason(error)))
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

fn folder_of(target: &Path) -> &Path {
    match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

//! New files in a folder: none of what is there is overwritten, and all of them are written or none.

use std::{
    fs::TryLockError,
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
};

use serde::Serialize;

use crate::{
    failure::Failure,
    files::{reason, shown, temporary_in},
    folders::{add_folder, metadata, place},
    project::MANIFEST,
    render::{counted, folded},
    streams::Streams,
};

/// A file to be written.
pub(super) struct NewFile {
    /// Relative to the folder, with `/` between parts.
    pub(super) path: String,
    pub(super) text: String,
    /// Whether one that is there already may stay instead.
    pub(super) may_stay: bool,
    /// The option that leaves it out.
    pub(super) left_out_by: Option<&'static str>,
}

/// What becomes of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Fate {
    /// It is written.
    Written,
    /// One with other content is there and stays.
    Kept,
    /// It is there already, to the byte.
    Same,
}

/// Writes files, in their order, and says what became of each; when one cannot be written, none is.
pub(super) fn write(root: &Path, files: &[NewFile], streams: &Streams) -> Result<Vec<Fate>, Failure> {
    judge(root, files)?;
    let mut made = Made::default();
    if let Err(error) = add_folder(root, &mut made.folders) {
        return Err(made.fail(root, &error));
    }
    let _held = hold(root, streams);
    // Nobody else writes a project here from now on, but somebody may have done so while this run waited.
    let fates = judge(root, files).inspect_err(|_| drop(made.undo()))?;
    for (file, _) in files
        .iter()
        .zip(&fates)
        .filter(|(_, fate)| **fate == Fate::Written)
    {
        let path = root.join(&file.path);
        if let Err(error) = made.add(&path, &file.text) {
            return Err(made.fail(&path, &error));
        }
    }
    Ok(fates)
}

/// Waits until no other run writes a project there; file systems without locks are worked on without waiting.
fn hold(root: &Path, streams: &Streams) -> Option<std::fs::File> {
    let handle = std::fs::File::open(root).ok()?;
    if let Err(TryLockError::WouldBlock) = handle.try_lock() {
        streams.talk(&format!("waiting for another run that works on {}", shown(root)));
        drop(handle.lock());
    }
    Some(handle)
}

/// Says what becomes of each file, or what stands in the way; links are not followed.
fn judge(root: &Path, files: &[NewFile]) -> Result<Vec<Fate>, Failure> {
    if root.exists() && !root.is_dir() {
        return Err(Failure::bad_input(format!("{} is not a folder", shown(root))));
    }
    let manifest = root.join(MANIFEST);
    if metadata(&manifest)?.is_some() {
        return Err(
            Failure::bad_input(format!("there is a project already: {}", shown(&manifest)))
                .help("to add a tier to it, write `specs/NAME/environment.yml` and name it in the manifest"),
        );
    }
    let mut fates = Vec::new();
    let mut clashes: Vec<(String, &NewFile)> = Vec::new();
    for file in files {
        let path = place(root, &file.path)?;
        let fate = match metadata(&path)? {
            None => Fate::Written,
            Some(found) if found.is_file() && holds(&path, found.len(), &file.text) => Fate::Same,
            Some(_) if file.may_stay => Fate::Kept,
            Some(_) => {
                clashes.push((shown(&path), file));
                Fate::Kept
            }
        };
        fates.push(fate);
    }
    if clashes.is_empty() {
        Ok(fates)
    } else {
        Err(overwritten(&clashes))
    }
}

fn overwritten(clashes: &[(String, &NewFile)]) -> Failure {
    let paths: Vec<&str> = clashes.iter().map(|(path, _)| path.as_str()).collect();
    let options: Option<Vec<&str>> = clashes.iter().map(|(_, file)| file.left_out_by).collect();
    let way_out = match options {
        Some(options) => format!("leave it out with `{}`", options.join(" ")),
        None => "choose another folder".to_owned(),
    };
    Failure::bad_input(format!(
        "{} would be overwritten: {}",
        counted(paths.len(), "file"),
        folded(&paths)
    ))
    .help(format!(
        "move what is there away, or {way_out}; nothing was written"
    ))
}

fn holds(path: &Path, bytes: u64, text: &str) -> bool {
    bytes == text.len() as u64 && std::fs::read(path).is_ok_and(|found| found == text.as_bytes())
}

/// What a run has made so far.
#[derive(Default)]
struct Made {
    folders: Vec<PathBuf>,
    files: Vec<PathBuf>,
}

impl Made {
    /// Writes a file through a temporary one beside it, never over another.
    fn add(&mut self, path: &Path, text: &str) -> std::io::Result<()> {
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        add_folder(folder, &mut self.folders)?;
        let mut file = temporary_in(folder, 0o666)?;
        file.write_all(text.as_bytes())?;
        file.persist_noclobber(path).map_err(|error| error.error)?;
        self.files.push(path.to_owned());
        Ok(())
    }

    /// Removes all of it and says why.
    fn fail(&self, path: &Path, error: &std::io::Error) -> Failure {
        let left = self.undo();
        let text = format!("{} cannot be written: {}", shown(path), reason(error));
        Failure::unavailable(text).help(if left.is_empty() {
            "nothing was left behind".to_owned()
        } else {
            format!("left behind: {}", folded(&left))
        })
    }

    /// Removes all of it and returns what could not be removed.
    fn undo(&self) -> Vec<String> {
        let mut left = Vec::new();
        for file in self.files.iter().rev() {
            if std::fs::remove_file(file).is_err() {
                left.push(shown(file));
            }
        }
        for folder in self.folders.iter().rev() {
            // One that somebody else has put something into meanwhile is theirs.
            if let Err(error) = std::fs::remove_dir(folder)
                && error.kind() != ErrorKind::DirectoryNotEmpty
            {
                left.push(shown(folder));
            }
        }
        left
    }
}

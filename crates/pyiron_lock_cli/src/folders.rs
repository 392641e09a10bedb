//! What stands where files are to be written below a folder, and folders that are made for them; no link is followed.

use std::{
    fs::{self, Metadata},
    io::ErrorKind,
    path::{Path, PathBuf},
};

use crate::{failure::Failure, files::shown};

/// Returns where a file goes, after every folder on the way was looked at.
pub(crate) fn place(folder: &Path, path: &str) -> Result<PathBuf, Failure> {
    let mut target = folder.to_owned();
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
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

/// Says that something else stands where a file or folder is to be.
pub(crate) fn in_the_way(path: &Path, what: &str) -> Failure {
    Failure::bad_input(format!("{} is {what}", shown(path))).help("move it away; nothing was written")
}

/// Says that it cannot be told what is there.
pub(crate) fn unseen(path: &Path, error: &std::io::Error) -> Failure {
    Failure::unavailable(format!("{} cannot be looked at: {error}", shown(path))).help("nothing was written")
}

/// Returns what is at a path, without following a link.
pub(crate) fn metadata(path: &Path) -> Result<Option<Metadata>, Failure> {
    match fs::symlink_metadata(path) {
        Ok(found) => Ok(Some(found)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(unseen(path, &error)),
    }
}

/// Makes a folder and those above it, and adds what was made to a list.
pub(crate) fn add_folder(folder: &Path, made: &mut Vec<PathBuf>) -> std::io::Result<()> {
    let missing: Vec<&Path> = folder
        .ancestors()
        .take_while(|part| !part.as_os_str().is_empty() && !part.exists())
        .collect();
    for part in missing.into_iter().rev() {
        match fs::create_dir(part) {
            Ok(()) => made.push(part.to_owned()),
            Err(error) if error.kind() == ErrorKind::AlreadyExists && part.is_dir() => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

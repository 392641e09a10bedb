//! The place of what is made: only something of the same kind is written over, and what is there is old or new, never
//! a part.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
};

use tempfile::{NamedTempFile, TempDir};

use crate::{
    failure::Failure,
    files::{reason, shown, sweep, temporary_folder_in, temporary_in},
    folders::metadata,
};

/// The place of what is made, held so that nobody sweeps its folder.
pub(super) struct Output<'a> {
    file: &'a Path,
    folder: PathBuf,
    _held: Option<File>,
}

impl<'a> Output<'a> {
    /// Takes a place; what is there already has to be a file that `is_one` knows, which is called `what`.
    pub(super) fn at(file: &'a Path, what: &str, is_one: fn(&Path) -> bool) -> Result<Self, Failure> {
        match metadata(file)? {
            None => {}
            Some(found) if found.is_file() && is_one(file) => {}
            Some(_) => {
                return Err(
                    Failure::bad_input(format!("{} is there and is no {what}", shown(file)))
                        .help("name another file with `-o`; nothing was written"),
                );
            }
        }
        let folder = match file.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        // Whoever sweeps a folder holds it alone, so that nothing is swept while it is being written.
        sweep(folder);
        let handle = File::open(folder).ok();
        Ok(Self {
            file,
            folder: folder.to_owned(),
            _held: handle.filter(|handle| handle.lock_shared().is_ok()),
        })
    }

    /// Makes a folder for what is of no use once the run ends.
    pub(super) fn staging(&self) -> Result<TempDir, Failure> {
        temporary_folder_in(&self.folder).map_err(|error| self.failed(&error))
    }

    /// Makes the file that is to be put into the place.
    pub(super) fn temporary(&self) -> Result<NamedTempFile, Failure> {
        temporary_in(&self.folder, 0o666).map_err(|error| self.failed(&error))
    }

    /// Puts a file into the place.
    pub(super) fn put(&self, made: NamedTempFile) -> Result<(), Failure> {
        made.as_file().sync_all().map_err(|error| self.failed(&error))?;
        made.persist(self.file)
            .map_err(|error| self.failed(&error.error))?;
        Ok(())
    }

    /// Says why the place cannot be written to.
    pub(super) fn failed(&self, error: &io::Error) -> Failure {
        Failure::unavailable(format!(
            "{} cannot be written: {}",
            shown(self.file),
            reason(error)
        ))
        .help("what was there before is untouched")
    }
}

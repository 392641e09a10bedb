//! A set of files below a folder that nobody named yet: no path leads out of it, and no path occurs twice.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    fmt,
};

use pyiron_lock_core::Finding;

use crate::error::ExportError;

/// What a format made.
#[derive(Debug, Default)]
pub struct Export {
    /// The files; empty when a finding says why there can be none.
    pub files: Files,
    /// What a person should know of them.
    pub findings: Vec<Finding>,
}

/// A path below the folder of an export, with `/` between its parts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FilePath(String);

impl FilePath {
    /// Takes a path whose parts are plain names: letters, digits, `.`, `_`, `+`, `@` and `-`, and neither `.` nor `..`.
    pub fn new(path: &str) -> Result<Self, ExportError> {
        let plain = |part: &str| {
            !matches!(part, "" | "." | "..")
                && !part.starts_with('-')
                && part.len() <= 200
                && part
                    .chars()
                    .all(|letter| letter.is_ascii_alphanumeric() || "._+@-".contains(letter))
        };
        if path.split('/').all(plain) {
            Ok(Self(path.to_owned()))
        } else {
            Err(ExportError::FilePath(path.escape_debug().to_string()))
        }
    }

    /// Returns the path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a file is to be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// It is read: 0644.
    Plain,
    /// It is run: 0755.
    Executable,
}

impl Mode {
    /// Returns the bits of the mode, before any umask.
    pub const fn bits(self) -> u32 {
        match self {
            Self::Plain => 0o644,
            Self::Executable => 0o755,
        }
    }
}

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its text, with `\n` at the end of every line.
    pub text: String,
    /// Its mode.
    pub mode: Mode,
}

/// The files of an export by their paths.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Files(BTreeMap<FilePath, File>);

impl Files {
    /// Adds a file to be read.
    pub fn add(&mut self, path: &str, text: impl Into<String>) -> Result<(), ExportError> {
        self.insert(path, text.into(), Mode::Plain)
    }

    /// Adds a file to be run.
    pub fn add_executable(&mut self, path: &str, text: impl Into<String>) -> Result<(), ExportError> {
        self.insert(path, text.into(), Mode::Executable)
    }

    /// Adds all files of another set below a folder.
    pub fn add_below(&mut self, folder: &str, files: Self) -> Result<(), ExportError> {
        for (path, file) in files.0 {
            self.insert(&format!("{folder}/{path}"), file.text, file.mode)?;
        }
        Ok(())
    }

    fn insert(&mut self, path: &str, text: String, mode: Mode) -> Result<(), ExportError> {
        let path = FilePath::new(path)?;
        match self.0.entry(path) {
            Entry::Vacant(place) => {
                place.insert(File { text, mode });
                Ok(())
            }
            Entry::Occupied(taken) => Err(ExportError::Twice(taken.key().to_string())),
        }
    }

    /// Returns the files in the order of their paths.
    pub fn iter(&self) -> impl Iterator<Item = (&FilePath, &File)> {
        self.0.iter()
    }

    /// Returns a file by its path.
    pub fn get(&self, path: &str) -> Option<&File> {
        self.0.get(&FilePath::new(path).ok()?)
    }

    /// Returns how many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_leads_out_of_the_folder() {
        for path in [
            "", "/a", "a/../b", "..", "a//b", "a/", "./a", "-rf", "a b", "a\\b", "a\nb", "C:a",
        ] {
            assert!(FilePath::new(path).is_err(), "{path}");
        }
        assert!(FilePath::new("binder/.condarc-x_1+2").is_ok());
    }

    #[test]
    fn no_file_is_lost_to_another() {
        let mut files = Files::default();
        files.add("a", "1").unwrap();
        assert!(files.add("a", "2").is_err());
        assert_eq!(files.get("a").unwrap().text, "1");
    }
}

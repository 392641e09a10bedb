//! Files that are made for a release and lie in it, such as its kernelspec: they follow the link `current` and go with
//! the release. A list of them with their sums, in `conda-meta`, is how a later look at the prefix knows them.

use std::{fs, path::Path};

use pyiron_lock_core::Digest;

use crate::root::RootError;

/// Where they lie in a prefix.
pub const BESIDE: &str = "share/pyiron-lock";

/// Their list, as `sha256sum` reads it.
pub(crate) const LIST: &str = "conda-meta/pyiron-lock.beside";

/// A file that is made for a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beside {
    /// Its path below [`BESIDE`], plain words with `/` between.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// Writes the files of a release, and their list.
pub(super) fn write(prefix: &Path, files: &[Beside]) -> Result<(), RootError> {
    let mut list = String::new();
    for Beside { path, text } in files {
        let path = format!("{BESIDE}/{path}");
        let whole = prefix.join(&path);
        let folder = whole.parent().unwrap_or(prefix);
        let written = fs::create_dir_all(folder).and_then(|()| fs::write(&whole, text));
        written.map_err(RootError::io(&whole, "written"))?;
        list.push_str(&format!("{}  {path}\n", Digest::of(text.as_bytes())));
    }
    let whole = prefix.join(LIST);
    fs::write(&whole, list).map_err(RootError::io(&whole, "written"))
}

//! Where things are below the folder of a tier. Makes and removes folders; decides nothing.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::error::RootError;

/// The folder of a tier below a root.
#[derive(Debug, Clone)]
pub struct TierRoot {
    base: PathBuf,
    tier: String,
}

impl TierRoot {
    /// Names the folder; nothing is made. The root is taken as it is written, because it gets into the files of the
    /// environment: a path that others reach it by must not be resolved to one that they do not.
    pub fn new(root: &Path, tier: &str) -> Result<Self, RootError> {
        let refuse = |why| {
            Err(RootError::Root {
                path: root.to_owned(),
                why,
            })
        };
        if !root.is_absolute() {
            return refuse("it is no absolute path");
        }
        let text = root.to_string_lossy();
        if text.split('/').any(|part| matches!(part, ".." | ".")) {
            return refuse("it holds `.` or `..`");
        }
        let plain = |letter: char| {
            letter.is_ascii_alphanumeric()
                || "/._+@-".contains(letter)
                || (cfg!(windows) && matches!(letter, '\\' | ':'))
        };
        if !text.chars().all(plain) {
            return refuse("it holds letters that break the first lines of scripts");
        }
        Ok(Self {
            base: root.join(folder_name(tier)?),
            tier: tier.to_owned(),
        })
    }

    /// Returns the tier.
    pub fn tier(&self) -> &str {
        &self.tier
    }

    /// Returns the folder of the tier.
    pub fn base(&self) -> &Path {
        &self.base
    }

    /// Returns the prefix of a release.
    pub fn prefix(&self, release: &str) -> Result<PathBuf, RootError> {
        Ok(self.base.join(folder_name(release)?))
    }

    /// Returns the link to the release that is used.
    pub fn current(&self) -> PathBuf {
        self.base.join("current")
    }

    /// Returns the folder in which users say what they use.
    pub fn leases(&self) -> PathBuf {
        self.base.join("leases")
    }

    /// Returns the folder of reports.
    pub fn reports(&self) -> PathBuf {
        self.own().join("reports")
    }

    /// Returns the folder that others have no business in.
    pub(crate) fn own(&self) -> PathBuf {
        self.base.join(".pyiron-lock")
    }

    /// Returns the folder of unpacked packages.
    pub(crate) fn packages(&self) -> PathBuf {
        self.own().join("packages")
    }

    /// Returns the folder of what is being made or taken away.
    pub(crate) fn work(&self) -> PathBuf {
        self.own().join("work")
    }

    /// Makes the folders that are needed to work, and returns those above the folder of the tier that were not there.
    pub(crate) fn make(&self) -> Result<Vec<PathBuf>, RootError> {
        let above = self.base.ancestors().skip(1);
        let made = above
            .take_while(|folder| !folder.exists())
            .map(Path::to_owned)
            .collect();
        for folder in [self.packages(), self.work(), self.reports(), self.leases()] {
            fs::create_dir_all(&folder).map_err(RootError::io(&folder, "made"))?;
        }
        Ok(made)
    }

    /// Returns a name in the folder of what is being made that nobody else uses.
    pub(crate) fn fresh(&self, what: &str, token: &str) -> PathBuf {
        use std::sync::atomic::{AtomicU64, Ordering};
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        self.work().join(format!("{what}.{token}.{count}"))
    }
}

/// Returns a name if it can be that of a folder which is nothing of ours.
fn folder_name(name: &str) -> Result<&str, RootError> {
    let plain = name
        .chars()
        .all(|letter| letter.is_ascii_alphanumeric() || "._+-".contains(letter));
    if !plain || name.is_empty() || name.starts_with('.') || matches!(name, "current" | "leases") {
        return Err(RootError::Name {
            name: name.escape_debug().to_string(),
        });
    }
    Ok(name)
}

/// Removes a folder and all below it, also folders that their owner may not write; nothing there is fine.
pub(crate) fn remove_all(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Ok(found) if !found.is_dir() => return fs::remove_file(path),
        _ => {}
    }
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            open_folders(path);
            fs::remove_dir_all(path)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

/// Lets the owner write every folder below a path; no link is followed.
fn open_folders(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        drop(fs::set_permissions(path, fs::Permissions::from_mode(0o700)));
    }
    for entry in fs::read_dir(path).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            open_folders(&entry.path());
        }
    }
}

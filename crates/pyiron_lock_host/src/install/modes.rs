//! Who may do what in a prefix: many read, one writes.

use std::{fs, io, path::Path, process::Command};

use rayon::prelude::*;

use crate::root::RootError;

/// Who reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Readers {
    /// Everybody.
    #[default]
    All,
    /// The group.
    Group,
}

/// A group of users.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Its number.
    pub id: u32,
}

impl Readers {
    /// Returns the mode of folders: what is made in them belongs to their group.
    pub(crate) fn folder(self) -> u32 {
        match self {
            Self::All => 0o2755,
            Self::Group => 0o2750,
        }
    }

    /// Returns the mode of a plain file.
    pub(crate) fn file(self) -> u32 {
        match self {
            Self::All => 0o644,
            Self::Group => 0o640,
        }
    }

    /// Returns the mode of the folder in which every reader may leave a lease, and take only the own one away.
    pub(crate) fn leases(self) -> u32 {
        match self {
            Self::All => 0o1777,
            Self::Group => 0o3770,
        }
    }

    /// Returns the mode of a file that had another.
    fn of(self, mode: u32) -> u32 {
        let owner = (mode & 0o700) | 0o600;
        let read = (owner >> 6) & 0o5;
        match self {
            Self::All => owner | (read << 3) | read,
            Self::Group => owner | (read << 3),
        }
    }
}

/// Returns a group by its name, wherever the system knows groups from.
pub fn group_named(name: &str) -> Option<Group> {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "._-$".contains(letter);
    if name.is_empty() || name.starts_with('-') || !name.chars().all(plain) {
        return None;
    }
    let listed = match Command::new("getent").args(["group", name]).output() {
        Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout).into_owned(),
        _ => fs::read_to_string("/etc/group").unwrap_or_default(),
    };
    listed.lines().find_map(|line| {
        let mut fields = line.split(':');
        let (first, id) = (fields.next()?, fields.nth(1)?);
        (first == name || id == name)
            .then(|| id.parse().ok())?
            .map(|id| Group {
                name: first.to_owned(),
                id,
            })
    })
}

/// Sets group and modes of everything below a folder, not of the folder itself; links are never followed.
pub(crate) fn protect(folder: &Path, readers: Readers, group: Option<&Group>) -> Result<(), RootError> {
    let entries = fs::read_dir(folder).map_err(RootError::io(folder, "read"))?;
    let entries: Vec<fs::DirEntry> = entries
        .collect::<io::Result<_>>()
        .map_err(RootError::io(folder, "read"))?;
    entries.par_iter().try_for_each(|entry| {
        let path = entry.path();
        let kind = entry.file_type().map_err(RootError::io(&path, "looked at"))?;
        if kind.is_dir() {
            protect(&path, readers, group)?;
        }
        protect_one(&path, readers, group)
    })
}

/// Sets group and mode of one file or folder.
#[cfg(unix)]
pub(crate) fn protect_one(path: &Path, readers: Readers, group: Option<&Group>) -> Result<(), RootError> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, lchown};
    let found = fs::symlink_metadata(path).map_err(RootError::io(path, "looked at"))?;
    if let Some(group) = group.filter(|group| group.id != found.gid()) {
        lchown(path, None, Some(group.id)).map_err(RootError::io(path, "given to the group"))?;
    }
    if found.is_symlink() {
        return Ok(());
    }
    let now = found.mode() & 0o7777;
    let mode = if found.is_dir() {
        readers.folder()
    } else {
        readers.of(now)
    };
    if mode == now && group.is_none() {
        return Ok(());
    }
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).map_err(RootError::io(path, "protected"))
}

#[cfg(not(unix))]
pub(crate) fn protect_one(_: &Path, _: Readers, _: Option<&Group>) -> Result<(), RootError> {
    Ok(())
}

/// Sets the mode of a folder that has a purpose of its own.
#[cfg(unix)]
pub(crate) fn set_mode(path: &Path, mode: u32, group: Option<&Group>) -> Result<(), RootError> {
    use std::os::unix::fs::{PermissionsExt, lchown};
    if let Some(group) = group {
        lchown(path, None, Some(group.id)).map_err(RootError::io(path, "given to the group"))?;
    }
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).map_err(RootError::io(path, "protected"))
}

#[cfg(not(unix))]
pub(crate) fn set_mode(_: &Path, _: u32, _: Option<&Group>) -> Result<(), RootError> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_read_and_nobody_else_writes() {
        assert_eq!(Readers::All.of(0o600), 0o644);
        assert_eq!(Readers::All.of(0o6777), 0o755);
        assert_eq!(Readers::All.of(0o444), 0o644);
        assert_eq!(Readers::Group.of(0o700), 0o750);
        assert_eq!(Readers::Group.of(0o666), 0o640);
    }
}

//! Modes and owners: who else may write or cannot read. What is meant is told by the folder of the prefix itself.

use std::fs::Metadata;

/// How many paths are kept to be shown.
const KEPT: usize = 10;

/// Paths that have something in common: how many, and the first of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Several {
    /// How many there are.
    pub count: usize,
    /// The first in the order of the alphabet.
    pub first: Vec<String>,
}

impl Several {
    pub(super) fn push(&mut self, path: &str) {
        self.count += 1;
        let place = self.first.partition_point(|known| known.as_str() < path);
        if place < KEPT {
            self.first.insert(place, path.to_owned());
            self.first.truncate(KEPT);
        }
    }

    fn add(&mut self, other: Self) {
        self.count += other.count;
        self.first.extend(other.first);
        self.first.sort();
        self.first.truncate(KEPT);
    }
}

/// Modes and owners of what was looked at, by what is unusual.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Modes {
    pub(super) world_writable: Several,
    pub(super) group_writable: Several,
    pub(super) group_unreadable: Several,
    pub(super) setuid: Several,
    /// By the numeric user.
    pub(super) owners: std::collections::BTreeMap<u32, Several>,
}

impl Modes {
    /// Takes one file or folder into account.
    #[cfg(unix)]
    pub(super) fn look(&mut self, path: &str, seen: &Metadata) {
        use std::os::unix::fs::MetadataExt;
        let mode = seen.mode();
        if mode & 0o002 != 0 {
            self.world_writable.push(path);
        } else if mode & 0o020 != 0 {
            self.group_writable.push(path);
        }
        let needed = if seen.is_dir() { 0o050 } else { 0o040 };
        if mode & needed != needed {
            self.group_unreadable.push(path);
        }
        if seen.is_file() && mode & 0o6000 != 0 {
            self.setuid.push(path);
        }
        self.owners.entry(seen.uid()).or_default().push(path);
    }

    /// Takes one file or folder into account; this system has no such modes.
    #[cfg(not(unix))]
    pub(super) fn look(&mut self, _path: &str, _seen: &Metadata) {}

    pub(super) fn add(&mut self, other: Self) {
        self.world_writable.add(other.world_writable);
        self.group_writable.add(other.group_writable);
        self.group_unreadable.add(other.group_unreadable);
        self.setuid.add(other.setuid);
        for (owner, several) in other.owners {
            self.owners.entry(owner).or_default().add(several);
        }
    }
}

/// What the folder of a prefix says of who is meant to use it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Meant {
    pub(super) owner: u32,
    pub(super) group_reads: bool,
    pub(super) group_writes: bool,
}

impl Meant {
    #[cfg(unix)]
    pub(super) fn of(seen: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        Self {
            owner: seen.uid(),
            group_reads: seen.mode() & 0o050 == 0o050,
            group_writes: seen.mode() & 0o020 != 0,
        }
    }

    #[cfg(not(unix))]
    pub(super) fn of(_seen: &Metadata) -> Self {
        Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_are_the_same_in_any_order() {
        let names: Vec<String> = (10..40).map(|number| format!("f{number}")).collect();
        let (mut forth, mut back) = (Several::default(), Several::default());
        names.iter().for_each(|name| forth.push(name));
        names.iter().rev().for_each(|name| back.push(name));
        assert_eq!(forth, back);
        let mut halves = Several::default();
        names[..3].iter().for_each(|name| halves.push(name));
        let mut rest = Several::default();
        names[3..].iter().for_each(|name| rest.push(name));
        rest.add(halves);
        assert_eq!(rest, forth);
    }
}

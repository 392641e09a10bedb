//! The folders and files of a prefix as they lie there. Links are seen and never followed, so that a walk ends, and what
//! is reached through real folders only is inside.

use std::{
    collections::HashMap,
    fs,
    io::Read,
    path::{Path, PathBuf},
};

use rayon::prelude::*;

use super::hash;

/// The most folders and files that are looked at.
const MAX_ENTRIES: usize = 5_000_000;

/// What kind of thing lies at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Node {
    File,
    Link,
    Folder,
    /// A pipe, a socket or a device, which is never opened.
    Other,
}

/// What is in a folder.
type Nodes = Vec<(String, Node)>;

/// A prefix, walked.
#[derive(Debug)]
pub(super) struct Tree {
    /// Where it is, without links.
    pub(super) root: PathBuf,
    /// Every real folder by its path below the prefix, with what it holds; the prefix itself is the empty path.
    folders: HashMap<String, Nodes>,
    /// Folders that cannot be listed, and why.
    pub(super) unlisted: Vec<(String, String)>,
    /// Whether there was more than is looked at.
    pub(super) cut: bool,
}

impl Tree {
    /// Walks a prefix.
    pub(super) fn walk(root: PathBuf) -> Self {
        let mut tree = Self {
            root,
            folders: HashMap::new(),
            unlisted: Vec::new(),
            cut: false,
        };
        let mut level = vec![String::new()];
        let mut count = 0_usize;
        while !level.is_empty() && !tree.cut {
            let listed: Vec<(String, std::io::Result<Nodes>)> = level
                .into_par_iter()
                .map(|folder| {
                    let nodes = list(&tree.full(&folder));
                    (folder, nodes)
                })
                .collect();
            level = Vec::new();
            for (folder, nodes) in listed {
                match nodes {
                    Err(error) => tree.unlisted.push((folder, error.to_string())),
                    Ok(nodes) => {
                        count = count.saturating_add(nodes.len());
                        tree.cut |= count > MAX_ENTRIES;
                        let below = nodes.iter().filter(|(_, node)| *node == Node::Folder);
                        level.extend(below.map(|(name, _)| joined(&folder, name)));
                        tree.folders.insert(folder, nodes);
                    }
                }
            }
        }
        tree.folders
            .par_iter_mut()
            .for_each(|(_, nodes)| nodes.sort_unstable());
        tree.unlisted.sort();
        tree
    }

    /// Returns the full path of a path below the prefix.
    pub(super) fn full(&self, path: &str) -> PathBuf {
        if path.is_empty() {
            self.root.clone()
        } else {
            self.root.join(path)
        }
    }

    /// Returns whether it is a real folder that can be listed, reached through real folders.
    pub(super) fn is_folder(&self, path: &str) -> bool {
        self.folders.contains_key(path)
    }

    /// Returns the names of the regular files in a folder.
    pub(super) fn names_in(&self, folder: &str) -> impl Iterator<Item = &str> {
        let nodes = self.folders.get(folder).into_iter().flatten();
        nodes
            .filter(|(_, node)| *node == Node::File)
            .map(|(name, _)| name.as_str())
    }

    /// Returns whether the walk saw a regular file there.
    pub(super) fn saw_file(&self, folder: &str, name: &str) -> bool {
        let nodes = self.nodes_in(folder);
        let place = nodes.binary_search_by(|(own, _)| own.as_str().cmp(name));
        place.is_ok_and(|place| nodes[place].1 == Node::File)
    }

    /// Returns what is in a folder, sorted by name.
    pub(super) fn nodes_in(&self, folder: &str) -> &[(String, Node)] {
        self.folders.get(folder).map_or(&[], Vec::as_slice)
    }

    /// Returns the real folders with what they hold, in no order.
    pub(super) fn folders(&self) -> impl Iterator<Item = (&str, &[(String, Node)])> {
        self.folders
            .iter()
            .map(|(folder, nodes)| (folder.as_str(), nodes.as_slice()))
    }

    /// Returns whether a regular file lies there, reached through real folders.
    pub(super) fn is_file(&self, path: &str) -> bool {
        let seen = || self.full(path).symlink_metadata();
        self.is_folder(split(path).0) && seen().is_ok_and(|seen| seen.is_file())
    }

    /// Returns the size of a regular file that lies inside, or nothing.
    pub(super) fn size(&self, path: &str) -> u64 {
        let seen = self
            .is_folder(split(path).0)
            .then(|| self.full(path).symlink_metadata());
        let seen = seen.and_then(Result::ok).filter(std::fs::Metadata::is_file);
        seen.map_or(0, |seen| seen.len())
    }

    /// Reads a regular file that lies inside, with the time of its last change.
    pub(super) fn read(&self, path: &str, limit: u64) -> Result<(Vec<u8>, (i64, i64)), String> {
        if !self.is_folder(split(path).0) {
            return Err("its folder is no folder of the prefix".to_owned());
        }
        let full = self.full(path);
        let seen = full.symlink_metadata().map_err(|error| error.to_string())?;
        if !seen.is_file() {
            return Err("it is no regular file".to_owned());
        }
        if seen.len() > limit {
            return Err(format!(
                "it holds more than {limit} bytes, which no such file needs"
            ));
        }
        let file = hash::open(&full).map_err(|error| error.to_string())?;
        let mut bytes = Vec::with_capacity(usize::try_from(seen.len()).unwrap_or_default());
        file.take(limit)
            .read_to_end(&mut bytes)
            .map_err(|error| error.to_string())?;
        Ok((bytes, changed(&seen)))
    }

    /// Reads a text file that lies inside.
    pub(super) fn read_text(&self, path: &str, limit: u64) -> Result<String, String> {
        let (bytes, _) = self.read(path, limit)?;
        String::from_utf8(bytes).map_err(|_| "it is not UTF-8 text".to_owned())
    }
}

/// Returns the folder and the name of a path.
pub(super) fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// Returns a path below a folder.
pub(super) fn joined(folder: &str, name: &str) -> String {
    match folder {
        "" => name.to_owned(),
        folder => format!("{folder}/{name}"),
    }
}

/// Returns why a path of a record must not be followed.
pub(super) fn fault(path: &str) -> Option<&'static str> {
    if path.is_empty() {
        return Some("it is empty");
    }
    if path.len() > 4096 || path.contains('\0') {
        return Some("it is no path");
    }
    let drive = path.as_bytes().get(1) == Some(&b':') && cfg!(windows);
    if path.starts_with(['/', '\\']) || drive {
        return Some("it is absolute");
    }
    if path.split(['/', '\\']).any(|part| part == "..") {
        return Some("it leads upwards");
    }
    if path.split('/').any(|part| part.is_empty() || part == ".") {
        return Some("it is not spelt as paths are");
    }
    None
}

fn list(folder: &Path) -> std::io::Result<Nodes> {
    let mut nodes = Vec::new();
    for entry in fs::read_dir(folder)?.take(MAX_ENTRIES + 1) {
        let entry = entry?;
        let kind = entry.file_type()?;
        let node = if kind.is_symlink() {
            Node::Link
        } else if kind.is_dir() {
            Node::Folder
        } else if kind.is_file() {
            Node::File
        } else {
            Node::Other
        };
        nodes.push((entry.file_name().to_string_lossy().into_owned(), node));
    }
    Ok(nodes)
}

/// Returns when a file was last changed, in seconds and nanoseconds since 1970.
#[cfg(unix)]
pub(super) fn changed(seen: &fs::Metadata) -> (i64, i64) {
    use std::os::unix::fs::MetadataExt;
    (seen.mtime(), seen.mtime_nsec())
}

/// Returns when a file was last changed, in seconds and nanoseconds since 1970.
#[cfg(not(unix))]
pub(super) fn changed(seen: &fs::Metadata) -> (i64, i64) {
    let since = seen
        .modified()
        .ok()
        .and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
    let since = since.unwrap_or_default();
    (
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
        i64::from(since.subsec_nanos()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_lead_out_are_told() {
        for good in ["bin/python", "lib/..a/b", "a b", "ä"] {
            assert_eq!(fault(good), None, "{good}");
        }
        for bad in [
            "",
            "/etc/passwd",
            "../x",
            "lib/../../x",
            "lib/..",
            "a//b",
            "./a",
            "a\0b",
            "..\\x",
        ] {
            assert!(fault(bad).is_some(), "{bad:?}");
        }
    }

    #[test]
    fn a_walk_follows_no_link_and_ends() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        fs::create_dir_all(root.join("lib/deep")).unwrap();
        fs::write(root.join("lib/file"), "text").unwrap();
        std::os::unix::fs::symlink("..", root.join("lib/loop")).unwrap();
        std::os::unix::fs::symlink("/etc", root.join("etc")).unwrap();
        let tree = Tree::walk(root);
        assert!(tree.is_folder("lib/deep") && !tree.is_folder("lib/loop") && !tree.is_folder("etc"));
        assert!(tree.is_file("lib/file") && !tree.is_file("etc/passwd"));
        assert_eq!(tree.read_text("lib/file", 4).unwrap(), "text");
        assert!(tree.read_text("lib/file", 3).is_err());
        assert!(tree.read_text("etc/passwd", 1 << 20).is_err());
    }
}

//! What a package puts into a prefix: files, links and Python commands. Knows no archive format.

use std::collections::BTreeMap;

/// Stands for the prefix in files of an archive: 255 bytes, the most an installer has to make room for.
pub const PREFIX: &str = concat!(
    "/opt/pyiron-lock-sample-channel/prefix",
    "_placeholder_placeholder_placeholder_placeholder_placeholder_placeholder",
    "_placeholder_placeholder_placeholder_placeholder_placeholder_placeholder",
    "_placeholder_placeholder_placeholder_placeholder_placeholder_placeholder",
    "p",
);

/// The files of a package by their path in the prefix; those of a `noarch: python` package start with
/// `site-packages/` or `python-scripts/`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contents {
    items: BTreeMap<String, Item>,
    entry_points: Vec<String>,
}

/// What stands at one path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Item {
    File { bytes: Vec<u8>, executable: bool },
    Link { target: String },
}

/// How an installer replaces [`PREFIX`] in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Text,
    Binary,
}

impl Contents {
    /// Starts without files.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file. An installer replaces [`PREFIX`] in it, keeping the length of what holds a NUL byte.
    ///
    /// # Panics
    ///
    /// When the path leads out of the prefix, is not in its shortest form, or is taken.
    #[must_use]
    pub fn file(self, path: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        self.item(
            path.into(),
            Item::File {
                bytes: bytes.into(),
                executable: false,
            },
        )
    }

    /// Adds a file that can be run.
    ///
    /// # Panics
    ///
    /// As [`Contents::file`].
    #[must_use]
    pub fn program(self, path: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        self.item(
            path.into(),
            Item::File {
                bytes: bytes.into(),
                executable: true,
            },
        )
    }

    /// Adds a symbolic link to a file beside it.
    ///
    /// # Panics
    ///
    /// As [`Contents::file`], and when the target is no plain file name.
    #[must_use]
    pub fn link(self, path: impl Into<String>, target: impl Into<String>) -> Self {
        let target = target.into();
        assert!(
            inside(&target) && !target.contains('/'),
            "a link leads to a file beside it, not to `{target}`"
        );
        self.item(path.into(), Item::Link { target })
    }

    /// Adds a command of a `noarch: python` package, as `COMMAND = MODULE:FUNCTION`.
    #[must_use]
    pub fn entry_point(mut self, text: impl Into<String>) -> Self {
        self.entry_points.push(text.into());
        self
    }

    /// Returns every path, sorted.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.items.keys().map(String::as_str)
    }

    pub(crate) fn items(&self) -> &BTreeMap<String, Item> {
        &self.items
    }

    pub(crate) fn entry_points(&self) -> &[String] {
        &self.entry_points
    }

    /// Returns what a path holds; a link holds what the file it leads to holds.
    pub(crate) fn bytes<'c>(&'c self, path: &str, item: &'c Item) -> Option<&'c [u8]> {
        match item {
            Item::File { bytes, .. } => Some(bytes),
            Item::Link { target } => {
                let beside = match path.rsplit_once('/') {
                    Some((folder, _)) => format!("{folder}/{target}"),
                    None => target.clone(),
                };
                match self.items.get(&beside)? {
                    Item::File { bytes, .. } => Some(bytes),
                    Item::Link { .. } => None,
                }
            }
        }
    }

    fn item(mut self, path: String, item: Item) -> Self {
        assert!(
            inside(&path) && !path.starts_with("info/"),
            "`{path}` is no place for a file of a package"
        );
        assert!(!self.items.contains_key(&path), "`{path}` is there twice");
        self.items.insert(path, item);
        self
    }
}

/// Tells how the prefix in a file is replaced, if it holds one.
pub(crate) fn mode(bytes: &[u8]) -> Option<Mode> {
    let found = bytes
        .windows(PREFIX.len())
        .any(|window| window == PREFIX.as_bytes());
    found.then(|| {
        if bytes.contains(&0) {
            Mode::Binary
        } else {
            Mode::Text
        }
    })
}

/// Tells whether a path is relative, stays below where it starts, and means the same on every system.
fn inside(path: &str) -> bool {
    !path.contains(['\\', ':', '\0', '\n']) && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_placeholder_is_as_long_as_it_may_be() {
        assert_eq!(PREFIX.len(), 255);
    }

    #[test]
    fn the_mode_follows_from_the_bytes() {
        assert_eq!(mode(b"plain"), None);
        assert_eq!(
            mode(format!("#!{PREFIX}/bin/python").as_bytes()),
            Some(Mode::Text)
        );
        assert_eq!(mode(format!("\0{PREFIX}/lib\0").as_bytes()), Some(Mode::Binary));
    }

    #[test]
    fn a_path_stays_in_the_prefix() {
        for path in ["bin/tool", "share/a/b.txt", "a..b", ".hidden"] {
            assert!(inside(path), "{path}");
        }
        for path in [
            "",
            "/etc/passwd",
            "../up",
            "a/../b",
            "a//b",
            "a/",
            "./a",
            "a\\b",
            "C:/a",
        ] {
            assert!(!inside(path), "{path}");
        }
    }

    #[test]
    #[should_panic(expected = "`info/index.json` is no place for a file of a package")]
    fn the_metadata_is_not_the_package_s_to_write() {
        let _ = Contents::new().file("info/index.json", "{}");
    }
}

//! What a solve needs to know of channels: records by subdir, wherever they come from.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use rattler_conda_types::{PackageName, RepoDataRecord, Subdir};

use crate::{cut_off::CutOff, digest::Digest};

/// Records of one subdir of one channel.
#[derive(Debug, Clone)]
pub struct ChannelRecords {
    /// The canonical channel URL.
    pub channel: String,
    /// The subdir, `noarch` included.
    pub subdir: Subdir,
    /// The records in no particular order.
    pub records: Vec<RepoDataRecord>,
}

/// The records that a lock could be chosen from, in short.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexState {
    /// The digest of the records that its requests reach.
    pub digest: Digest,
    /// When the newest of them was built; `None` where no record says so.
    pub cut_off: Option<CutOff>,
}

/// The last moments whose builds count, by canonical channel URL and subdir.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pins(BTreeMap<(String, Subdir), CutOff>);

impl Pins {
    /// Returns the pin of one subdir of a channel.
    pub fn get(&self, channel: &str, subdir: Subdir) -> Option<CutOff> {
        self.0.get(&(channel.to_owned(), subdir)).copied()
    }

    /// Pins one subdir of a channel.
    pub fn set(&mut self, channel: &str, subdir: Subdir, cut_off: CutOff) {
        self.0.insert((channel.to_owned(), subdir), cut_off);
    }

    /// Returns all pins, by channel and subdir.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Subdir, CutOff)> {
        let pins = self.0.iter();
        pins.map(|((channel, subdir), cut_off)| (channel.as_str(), *subdir, *cut_off))
    }

    /// Returns whether nothing is pinned.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Records as they were when locks were made from them, so that the same can be made again.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// The subdir that the locks are for.
    pub subdir: Subdir,
    /// The records: for each channel its own subdir, then `noarch`.
    pub parts: Vec<ChannelRecords>,
    /// By index digest, the names whose reachable records have it.
    pub roots: BTreeMap<Digest, BTreeSet<PackageName>>,
}

/// Why records cannot be had; the text says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SourceError {
    /// What is wrong, with the file or URL.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

/// Somewhere that channel records come from: a directory, the network, a test.
pub trait RecordSource: Sync {
    /// Returns every record that can be reached from `names` on `subdir` and `noarch` through `depends`:
    /// channels in order of priority, within a channel `subdir` before `noarch`.
    fn load(&self, subdir: Subdir, names: &BTreeSet<PackageName>)
    -> Result<Vec<ChannelRecords>, SourceError>;

    /// Returns every package name known on `subdir`, for suggestions.
    fn names(&self, subdir: Subdir) -> BTreeSet<String>;
}

/// Returns the normalized package name that a `depends` entry starts with, without its channel.
pub fn dependency_name(dependency: &str) -> Cow<'_, str> {
    let token = dependency
        .split(|c: char| c.is_whitespace() || "=<>!~[,;".contains(c))
        .next()
        .unwrap_or("");
    let name = token.rsplit("::").next().unwrap_or(token);
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}

/// Returns the normalized names that a record depends on, those of its extras included, as often as it says so.
pub fn needed_names(record: &RepoDataRecord) -> impl Iterator<Item = Cow<'_, str>> {
    let package = &record.package_record;
    let extra = package.extra_depends.values().flatten();
    package
        .depends
        .iter()
        .chain(extra)
        .map(|text| dependency_name(text))
}

/// Returns why a `depends` or `constrains` entry cannot come from a real package, if so.
///
/// Parsers of constraints recurse, so that nesting has to be bounded before any of them sees the text.
pub fn dependency_fault(dependency: &str) -> Option<&'static str> {
    const MAX_LENGTH: usize = 2_000;
    const MAX_NESTING: usize = 30;
    if dependency.len() > MAX_LENGTH {
        return Some("it is longer than any constraint");
    }
    if dependency
        .bytes()
        .filter(|byte| matches!(byte, b'(' | b'['))
        .count()
        > MAX_NESTING
    {
        return Some("it has more brackets than any constraint");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{dependency_fault, dependency_name};

    #[test]
    fn names_end_where_constraints_start() {
        for (dependency, name) in [
            ("python >=3.12,<3.13.0a0", "python"),
            ("numpy>=1", "numpy"),
            ("libblas", "libblas"),
            ("PyJWT >=2.8.0", "pyjwt"),
            ("conda-forge::ase 3.*", "ase"),
            ("pkg[version='>=1']", "pkg"),
            ("", ""),
        ] {
            assert_eq!(dependency_name(dependency), name);
        }
    }

    #[test]
    fn nesting_that_would_exhaust_a_parser_is_refused() {
        assert_eq!(dependency_fault("python (>=3.9,<3.10)|>=3.12"), None);
        assert!(dependency_fault(&format!("python {}>=3{}", "(".repeat(1600), ")".repeat(1600))).is_some());
        assert!(dependency_fault(&"x".repeat(5000)).is_some());
    }
}

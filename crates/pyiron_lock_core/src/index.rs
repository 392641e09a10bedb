//! What a solve needs to know of channels: records by subdir, wherever they come from.

use std::collections::BTreeSet;

use rattler_conda_types::{PackageName, RepoDataRecord, Subdir};

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

/// Returns the package name that a `depends` entry starts with, without its channel.
pub fn dependency_name(dependency: &str) -> &str {
    let token = dependency
        .split(|c: char| c.is_whitespace() || "=<>!~[,;".contains(c))
        .next()
        .unwrap_or("");
    token.rsplit("::").next().unwrap_or(token)
}

#[cfg(test)]
mod tests {
    use super::dependency_name;

    #[test]
    fn names_end_where_constraints_start() {
        for (dependency, name) in [
            ("python >=3.12,<3.13.0a0", "python"),
            ("numpy>=1", "numpy"),
            ("libblas", "libblas"),
            ("conda-forge::ase 3.*", "ase"),
            ("pkg[version='>=1']", "pkg"),
            ("", ""),
        ] {
            assert_eq!(dependency_name(dependency), name);
        }
    }
}

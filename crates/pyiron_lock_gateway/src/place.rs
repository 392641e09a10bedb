//! Where the index of a channel is: on the network, in a folder, or in the memory of the program.
//!
//! A folder holds `<subdir>/repodata.json` or `<subdir>/repodata.json.zst`; where it holds both, the plain one is
//! read. A subdir without an index is empty, a channel without `noarch` is an error.

use std::{
    io::Read,
    path::{Path, PathBuf},
};

use rattler_conda_types::{Channel, Subdir};
use rattler_repodata_gateway::sparse::{PackageFormatSelection, SparseRepoData};
use url::Url;

use crate::{check::package_name_fault, error::IndexError};

/// The most that one index file may hold, decompressed; conda-forge's largest is about 0.3 GiB.
pub(crate) const MAX_INDEX_BYTES: u64 = 1 << 30;

/// Where the index of a channel is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// On the network.
    Network {
        /// The address to read from in place of the channel's own.
        mirror: Option<Url>,
    },
    /// A folder with one folder a subdir.
    Folder(PathBuf),
    /// The text of each subdir's `repodata.json`, part of the program.
    Memory(&'static [(Subdir, &'static [u8])]),
}

/// A channel and the place of its index.
#[derive(Debug, Clone)]
pub struct IndexSource {
    /// The channel, whose canonical URL goes into locks.
    pub channel: Channel,
    /// The place that stands in for it.
    pub place: Place,
}

/// The index of one subdir, opened but not parsed.
pub(crate) struct OpenSubdir {
    /// The file, or what stands for one in messages.
    pub(crate) path: PathBuf,
    pub(crate) data: SparseRepoData,
}

impl IndexSource {
    /// Returns the place as messages name it.
    pub(crate) fn shown(&self) -> String {
        match &self.place {
            Place::Network { mirror } => mirror.as_ref().unwrap_or(self.channel.base_url.url()).to_string(),
            Place::Folder(folder) => folder.display().to_string(),
            Place::Memory(_) => format!("the built-in channel `{}`", self.channel.name()),
        }
    }

    /// Opens the index of a subdir that is at hand; `None` where there is none, or where it is on the network.
    pub(crate) fn open(&self, subdir: Subdir) -> Result<Option<OpenSubdir>, IndexError> {
        let found = match &self.place {
            Place::Network { .. } => return Ok(None),
            Place::Folder(folder) => self.open_in(folder, subdir)?,
            Place::Memory(indexes) => self.open_from(indexes, subdir)?,
        };
        let Some(open) = found else {
            if subdir == Subdir::NoArch {
                return Err(IndexError::NoIndex { place: self.shown() });
            }
            return Ok(None);
        };
        let fault = open
            .data
            .package_names(PackageFormatSelection::Both)
            .find_map(package_name_fault);
        match fault {
            Some(message) => Err(IndexError::Record {
                path: open.path,
                message,
            }),
            None => Ok(Some(open)),
        }
    }

    fn open_in(&self, folder: &Path, subdir: Subdir) -> Result<Option<OpenSubdir>, IndexError> {
        let plain = folder.join(subdir.as_str()).join("repodata.json");
        let compressed = folder.join(subdir.as_str()).join("repodata.json.zst");
        if plain.is_file() {
            let size = std::fs::metadata(&plain)
                .map_err(|error| read_error(&plain, error))?
                .len();
            if size > MAX_INDEX_BYTES {
                return Err(IndexError::TooLarge {
                    path: plain,
                    limit: MAX_INDEX_BYTES,
                });
            }
            let data = SparseRepoData::from_file(self.channel.clone(), subdir.as_str(), &plain, None)
                .map_err(|error| file_error(&plain, error))?;
            Ok(Some(OpenSubdir { path: plain, data }))
        } else if compressed.is_file() {
            let bytes = decompress(&compressed)?;
            let data = SparseRepoData::from_bytes(self.channel.clone(), subdir.as_str(), bytes.into(), None)
                .map_err(|error| format_error(&compressed, &error))?;
            Ok(Some(OpenSubdir {
                path: compressed,
                data,
            }))
        } else if folder.is_dir() {
            Ok(None)
        } else {
            Err(IndexError::NoFolder {
                channel: self.channel.name().to_owned(),
                path: folder.to_owned(),
            })
        }
    }

    fn open_from(
        &self,
        indexes: &'static [(Subdir, &'static [u8])],
        subdir: Subdir,
    ) -> Result<Option<OpenSubdir>, IndexError> {
        let Some((_, bytes)) = indexes.iter().find(|(known, _)| *known == subdir) else {
            return Ok(None);
        };
        let path = PathBuf::from(format!("{subdir}/repodata.json of {}", self.shown()));
        match SparseRepoData::from_bytes(self.channel.clone(), subdir.as_str(), (*bytes).into(), None) {
            Ok(data) => Ok(Some(OpenSubdir { path, data })),
            Err(error) => Err(format_error(&path, &error)),
        }
    }
}

/// Returns why a file could not be opened: it cannot be read, or what it holds is no index.
fn file_error(path: &Path, error: std::io::Error) -> IndexError {
    if error
        .get_ref()
        .is_none_or(|inner| !inner.is::<serde_json::Error>())
    {
        read_error(path, error)
    } else {
        format_error(path, &error)
    }
}

fn read_error(path: &Path, source: std::io::Error) -> IndexError {
    IndexError::Read {
        path: path.to_owned(),
        source,
    }
}

fn format_error(path: &Path, error: &dyn std::error::Error) -> IndexError {
    IndexError::Format {
        path: path.to_owned(),
        message: error.to_string(),
    }
}

fn decompress(path: &Path) -> Result<Vec<u8>, IndexError> {
    let file = std::fs::File::open(path).map_err(|error| read_error(path, error))?;
    let decoder = zstd::Decoder::new(file).map_err(|error| format_error(path, &error))?;
    let mut bytes = Vec::new();
    decoder
        .take(MAX_INDEX_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| format_error(path, &error))?;
    if bytes.len() as u64 > MAX_INDEX_BYTES {
        return Err(IndexError::TooLarge {
            path: path.to_owned(),
            limit: MAX_INDEX_BYTES,
        });
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(indexes: &'static [(Subdir, &'static [u8])]) -> IndexSource {
        IndexSource {
            channel: Channel::from_url(Url::parse("https://sample.invalid/sample/").unwrap()),
            place: Place::Memory(indexes),
        }
    }

    #[test]
    fn memory_is_checked_as_a_folder_is() {
        let fine = source(&[(Subdir::NoArch, b"{\"packages\": {}}")]);
        assert!(fine.open(Subdir::NoArch).unwrap().is_some());
        assert!(fine.open(Subdir::Linux64).unwrap().is_none());
        for (wrong, told) in [
            (source(&[]), "no `noarch/repodata.json`"),
            (
                source(&[(Subdir::NoArch, b"{")]),
                "is not a complete repodata file",
            ),
            (
                source(&[(Subdir::NoArch, br#"{"packages": {"../x-1-0.tar.bz2": {}}}"#)]),
                "has a record that is refused",
            ),
        ] {
            let error = wrong.open(Subdir::NoArch).map(|_| ()).unwrap_err().to_string();
            assert!(error.contains(told), "{error}");
            assert!(error.contains("the built-in channel"), "{error}");
        }
    }
}

//! Why a channel index cannot be used.

use std::path::PathBuf;

use pyiron_lock_core::SourceError;

use crate::network::Trouble;

/// A channel index that cannot be used; refused whole, because half an index gives wrong locks.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// The folder is not there.
    #[error("the folder {} for channel `{channel}` does not exist", path.display())]
    NoFolder {
        /// The channel as named by the user.
        channel: String,
        /// The folder.
        path: PathBuf,
    },
    /// There is no index for noarch.
    #[error("no `noarch/repodata.json` or `noarch/repodata.json.zst` in {place}")]
    NoIndex {
        /// The folder, or what stands in for one.
        place: String,
    },
    /// The file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// The file is too large.
    #[error("{} holds more than {limit} bytes", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The limit.
        limit: u64,
    },
    /// The file is truncated or not a repodata file.
    #[error("{} is not a complete repodata file: {message}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What the parser said.
        message: String,
    },
    /// The network, or what answers there.
    #[error(transparent)]
    Network(#[from] Trouble),
    /// A record that no channel would publish.
    #[error("{} has a record that is refused: {message}", path.display())]
    Record {
        /// The file.
        path: PathBuf,
        /// Which record and why.
        message: String,
    },
}

impl From<IndexError> for SourceError {
    fn from(error: IndexError) -> Self {
        let help = match &error {
            IndexError::NoFolder { .. } => {
                "give `--channel-source NAME=DIR` a folder with one folder a subdir"
            }
            IndexError::NoIndex { .. } => {
                "every channel has a noarch index; the folder to give is the one that holds `noarch/` and `linux-64/`"
            }
            IndexError::Read { .. } => "check the permissions of the file",
            IndexError::TooLarge { .. } => "this is more than any known channel has; the file is refused",
            IndexError::Format { .. } => "copy the file again from its channel",
            IndexError::Network(trouble) => trouble.help(),
            IndexError::Record { .. } => "the index is damaged or forged: no record of it was used",
        };
        Self {
            message: error.to_string(),
            help: Some(help.to_owned()),
        }
    }
}

//! Why the folder of a tier cannot be worked on.

use std::{io, path::PathBuf};

/// Why the folder of a tier cannot be worked on.
#[derive(Debug, thiserror::Error)]
pub enum RootError {
    /// A file or folder cannot be read, made or moved.
    #[error("{} cannot be {what}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What was to be done with it, such as `written`.
        what: &'static str,
        /// The cause.
        source: io::Error,
    },
    /// Another run took the folder over, because this one gave no sign of life for too long.
    #[error("{} was taken over by another run, because this one gave no sign of life", path.display())]
    TakenOver {
        /// The folder of the tier.
        path: PathBuf,
    },
    /// The name of a tier or release cannot be a folder.
    #[error("`{name}` cannot be the name of a folder")]
    Name {
        /// The name.
        name: String,
    },
    /// The root is no absolute path that can be written into files.
    #[error("{} cannot be a root: {why}", path.display())]
    Root {
        /// The root.
        path: PathBuf,
        /// Why not.
        why: &'static str,
    },
    /// What is asked for is no generation.
    #[error("there is no generation {what} in {}", path.display())]
    NoGeneration {
        /// The folder of the tier.
        path: PathBuf,
        /// What was asked for.
        what: String,
    },
    /// Something that is not ours stands in the way.
    #[error("{} is in the way: {what}", path.display())]
    InTheWay {
        /// What stands there.
        path: PathBuf,
        /// What it is.
        what: &'static str,
    },
}

impl RootError {
    /// Tells what could not be done with a path.
    pub(crate) fn io(path: impl Into<PathBuf>, what: &'static str) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { path, what, source }
    }

    /// Returns whether there is no room left.
    pub fn is_full(&self) -> bool {
        matches!(self, Self::Io { source, .. } if is_full(source))
    }
}

/// Returns whether an error says that there is no room left.
pub(crate) fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    )
}

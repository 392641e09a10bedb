//! Why a bundle cannot be made, or is none to trust.

use std::{io, path::PathBuf};

/// Why a bundle cannot be made or used.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// A file cannot be read.
    #[error("{} cannot be read: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// What was made cannot be written.
    #[error("{} cannot be written: {source}", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// An archive is not what the lock lists.
    #[error("{} is not the archive that the lock lists: {why}", path.display())]
    Archive {
        /// The file.
        path: PathBuf,
        /// What differs.
        why: String,
    },
    /// A record that no bundle can hold.
    #[error("`{record}` cannot be bundled: {why}")]
    Record {
        /// The address of its archive, or its name.
        record: String,
        /// What stands against it.
        why: String,
    },
    /// The file is no bundle, or was changed.
    #[error("{} is refused: {fault}", path.display())]
    Refused {
        /// The bundle.
        path: PathBuf,
        /// What is wrong with it.
        fault: Fault,
    },
    /// An environment is not what an image is to be made of.
    #[error("{} cannot become an image: {why}", path.display())]
    Prefix {
        /// The environment, or the file in it.
        path: PathBuf,
        /// What stands against it.
        why: String,
    },
    /// A program that does a part of the work cannot be run, or fails.
    #[error("{program} fails: {said}")]
    Program {
        /// The program.
        program: &'static str,
        /// What it says.
        said: String,
    },
    /// The user wants to stop.
    #[error("stopped")]
    Stopped,
}

/// What is wrong with a bundle.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It is a folder, a pipe or a device.
    #[error("it is not a regular file")]
    NotAFile,
    /// It does not begin as bundles do.
    #[error("it is not a bundle of pyiron-lock")]
    NotABundle,
    /// The manifest says a format that is not known here.
    #[error("it has format {0}, and this program reads format 1")]
    Format(u64),
    /// The manifest cannot be what this program wrote.
    #[error("its bundle.json is not as bundles have it: {0}")]
    Manifest(String),
    /// There is less of it than there should be.
    #[error("it was cut off: {expected} bytes are expected, and it has {found}")]
    Cut {
        /// The bytes that its manifest adds up to.
        expected: u64,
        /// The bytes that it has.
        found: u64,
    },
    /// There is more of it than there should be.
    #[error("something is behind its end: {expected} bytes are expected, and it has {found}")]
    Trailing {
        /// The bytes that its manifest adds up to.
        expected: u64,
        /// The bytes that it has.
        found: u64,
    },
    /// The header of a member has other bytes than the manifest leads to.
    #[error("the header of {0} is not the one that belongs there")]
    Header(String),
    /// A member has other bytes than the manifest says.
    #[error("{0} has not the sha256 that its manifest states")]
    Sum(String),
    /// The blocks behind a member, or the end of the archive, are not zeros.
    #[error("there is something behind {0}, where nothing may be")]
    Padding(String),
    /// It is a bundle of something else than it is held against.
    #[error("it is not made from this lock: {0}")]
    OtherLock(String),
    /// An archive that was asked for is not in it.
    #[error("it does not hold {0}")]
    Missing(String),
}

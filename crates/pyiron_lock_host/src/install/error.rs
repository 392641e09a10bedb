//! Why nothing was installed.

use std::{error::Error, io, path::PathBuf};

use super::store::FetchFailure;
use crate::root::RootError;

/// Why nothing was installed; what was there before is untouched.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// The folder of the tier cannot be worked on.
    #[error(transparent)]
    Root(#[from] RootError),
    /// An archive cannot be had.
    #[error("{0}")]
    Fetch(FetchFailure),
    /// An archive is not what the lock says, or not what an archive of a package may be.
    #[error("{package} is refused: {why}")]
    Refused {
        /// The package.
        package: String,
        /// Why.
        why: String,
    },
    /// The packages do not fit.
    #[error("{package} does not fit: it has {bytes} bytes unpacked, and {free} are free")]
    NoRoom {
        /// The package.
        package: String,
        /// How many bytes it has, as far as was counted.
        bytes: u64,
        /// How many are free.
        free: u64,
    },
    /// A package cannot be unpacked or linked.
    #[error("{package} cannot be {what}: {cause}")]
    Package {
        /// The package.
        package: String,
        /// What was to be done with it.
        what: &'static str,
        /// The cause.
        cause: String,
        /// Whether there is no room left.
        full: bool,
    },
    /// What was linked is not what the lock lists.
    #[error("what was linked is not what the lock lists: {0}")]
    NotTheLock(String),
    /// The scripts of packages failed.
    #[error("the script of {0} failed, which it runs once it is linked")]
    Script(String),
    /// A test failed.
    #[error("{what} failed: {why}")]
    Test {
        /// The test.
        what: String,
        /// How it ended, and the last lines of what it said.
        why: String,
    },
    /// The same release was installed from another lock.
    #[error("{} holds the same release of another lock", .0.display())]
    Another(PathBuf),
    /// The user stopped it.
    #[error("interrupted")]
    Stopped,
}

impl InstallError {
    /// Tells what could not be done with a package.
    pub(super) fn package(package: &str, what: &'static str, error: &(dyn Error + 'static)) -> Self {
        Self::Package {
            package: package.to_owned(),
            what,
            cause: innermost(error),
            full: is_full(error),
        }
    }

    /// Returns what to do about it.
    pub fn help(&self) -> Option<String> {
        let text = match self {
            Self::Root(error) if error.is_full() => FULL,
            Self::Root(RootError::InTheWay { .. }) => "move it away, or choose another root",
            Self::Root(RootError::Root { .. }) => "give `--root DIR` as a plain absolute path",
            Self::Fetch(failure) => return failure.help.clone(),
            Self::Refused { .. } => "nothing of it was used; lock again, or ask who runs the channel",
            Self::NoRoom { .. } | Self::Package { full: true, .. } => FULL,
            Self::Test { .. } => {
                "the release was not made the current one; `--no-smoke` installs without the tests of the tier"
            }
            Self::Stopped => "run again; what was fetched so far is kept",
            _ => return None,
        };
        Some(text.to_owned())
    }
}

const FULL: &str = "make room, with `pyiron-lock gc` if there are old generations, and run again";

/// Returns the cause that lies deepest, which says what happened.
fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}

fn is_full(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if error
            .downcast_ref::<io::Error>()
            .is_some_and(crate::root::is_full)
        {
            return true;
        }
        next = error.source();
    }
    false
}

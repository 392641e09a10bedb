//! From the records of a lock to a finished prefix: fetched, held against their sha256, unpacked, linked, compiled, tested,
//! protected, and only then a generation. Where archives come from is the business of whoever asks.
//!
//! The prefix is linked in its final place and not in another that is renamed at the end: its path is written into the
//! files of packages, so that nothing in it could be started, and so tested, anywhere else. Until it is finished nobody
//! else can enter it, it says that it is only begun, and nothing points to it.

mod beside;
pub mod codes;
mod error;
mod link;
mod look;
mod marks;
mod modes;
mod preflight;
mod run;
mod seal;
mod smoke;
mod steps;
mod store;

pub(crate) use beside::LIST;
pub use beside::{BESIDE, Beside};
pub use error::InstallError;
pub use modes::{Group, Readers, group_named};
pub use preflight::preflight;
pub use smoke::Smoke;
pub use steps::{Installed, Request, install};
pub use store::{Archives, FetchFailure};

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Fetching and unpacking so many packages.
    Packages(usize),
    /// Linking so many packages into the prefix.
    Linking(usize),
    /// Running the scripts that packages bring along.
    Scripts,
    /// Compiling the modules of Python.
    Compiling,
    /// Running so many tests.
    Testing(usize),
    /// Setting permissions, and telling others that it is finished.
    Finishing,
}

/// Looks on, from several threads, and may end it.
pub trait Watch: Sync {
    /// Something else is begun.
    fn begins(&self, step: Step);
    /// One package or test of the step is done; `reused` says that nothing had to be fetched for it.
    fn done(&self, name: &str, reused: bool);
    /// Returns whether the user wants to stop.
    fn cancelled(&self) -> bool;
}

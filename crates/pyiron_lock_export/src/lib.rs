//! One lock as every artefact: container recipes, kernels, queue directories, binder folders, lists. Each format is a
//! pure function from a lock, the facts of a place and parameters to a set of files; nothing is solved, fetched or
//! written here, and what is not known is a parameter, never made up.

pub mod codes;
mod error;
mod files;
mod format;
mod formats;
mod input;
mod parameters;
mod quote;
mod template;
#[cfg(test)]
mod testing;

pub use error::ExportError;
pub use files::{Export, File, FilePath, Files, Mode};
pub use format::{Format, Group, Needs, Proof};
pub use formats::{format_named, formats, release};
pub use input::{Input, Package, Packages, Place, Release, Smoke, Subject, Tier};
pub use parameters::{Kind, Parameter, Parameters};

/// The line that every exported file carries, wherever its grammar has a place for it.
pub const MARK: &str = "made by pyiron-lock";

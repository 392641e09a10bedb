//! The edge to channels. Today: a directory that stands in for a channel; records keep their canonical URLs.

mod check;
mod directory;
mod error;

pub use directory::{DirectoryIndex, DirectorySource};
pub use error::IndexError;

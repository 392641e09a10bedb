//! The edge to channels. Today: a folder, or the memory of the program, that stands in for a channel; records keep
//! their canonical URLs.

mod check;
mod error;
mod index;
mod place;

pub use error::IndexError;
pub use index::ChannelIndex;
pub use place::{IndexSource, Place};

//! Synthetic packages and channels for tests and for the sample channel, and a server that misbehaves as told. Never
//! part of the program.
//!
//! ```
//! use pyiron_lock_testkit::{Channel, Package};
//!
//! let channel = Channel::new("test")
//!     .package("libblas 3.9.0")
//!     .package(Package::new("numpy 1.26.0 py312_0").depends(["libblas >=3.9.0,<4.0a0"]));
//! assert_eq!(channel.records().len(), 2);
//! ```
//!
//! A package with [`Contents`] has an archive that can be installed; one without has a made-up digest.

mod archive;
mod channel;
mod contents;
mod json;
mod package;
pub mod server;
mod shards;
mod source;

pub use archive::Archive;
pub use channel::Channel;
pub use contents::{Contents, PREFIX};
pub use package::{Format, Package};
pub use shards::{write_shards, write_shards_to};
pub use source::Channels;

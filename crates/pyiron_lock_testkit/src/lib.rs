//! Synthetic packages and channels for tests and for the sample channel. Never part of the program.
//!
//! ```
//! use pyiron_lock_testkit::{Channel, Package};
//!
//! let channel = Channel::new("test")
//!     .package("libblas 3.9.0")
//!     .package(Package::new("numpy 1.26.0 py312_0").depends(["libblas >=3.9.0,<4.0a0"]));
//! assert_eq!(channel.records().len(), 2);
//! ```

mod channel;
mod json;
mod package;
mod source;

pub use channel::Channel;
pub use json::repodata;
pub use package::Package;
pub use source::Channels;

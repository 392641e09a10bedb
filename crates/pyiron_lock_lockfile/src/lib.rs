//! The lockfile: a rattler lock (version 7) with one environment and one platform, followed by the block
//! `pyiron-lock:` that says what it was solved from. One canonical form; nothing here touches files.
//!
//! The block is the last thing in the file, so that [`Stamp::read`] can tell whether a lock is current
//! without parsing its records. Other readers of rattler locks skip it.

mod channels;
mod any;
mod error;
mod read;
mod stamp;
mod write;

pub use channels::{read_pins, write_pins};
pub use any::{AnyLock, Format, LockEntry};
pub use error::LockError;
pub use read::read;
pub use stamp::{FORMAT, Stamp, StampContained, StampRequest};
pub use write::write;

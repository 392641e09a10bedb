//! The lockfile: a rattler lock (version 7) with one environment and one platform, followed by the block
//! `pyiron-lock:` that says what it was solved from. One canonical form; nothing here touches files.
//!
//! [`read`] and [`write()`] are for our own locks, which have to be whole. [`open`] reads a lock of any format as far
//! as it can be read, so that faults in it can be shown.
//!
//! The block is the last thing in the file, so that [`Stamp::read`] can tell whether a lock is current
//! without parsing its records. Other readers of rattler locks skip it.

mod any;
mod channels;
mod error;
mod open;
mod read;
pub mod secret;
mod stamp;
mod write;

pub use any::{AnyLock, Format, LockEntry, Unread};
pub use channels::{read_pins, write_pins};
pub use error::LockError;
pub use open::open;
pub use read::read;
pub use stamp::{FORMAT, Stamp, StampContained, StampRequest};
pub use write::write;

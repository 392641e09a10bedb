//! The edge to channels: the network, or a folder or the memory of the program that stands in for a channel; records
//! keep their canonical URLs wherever they were read.

mod cache;
mod check;
mod error;
mod index;
mod network;
mod place;
mod snapshot;

pub use cache::sweep_cache;
pub use error::IndexError;
pub use index::ChannelIndex;
pub use network::{
    ArchiveSource, Archives, Credential, NetworkSettings, Secret, Trouble, TroubleKind, Watch, shown_address,
};
pub use place::{IndexSource, Place};
pub use snapshot::{SnapshotError, SnapshotIndex, Snapshots, read_snapshots, write_snapshots};

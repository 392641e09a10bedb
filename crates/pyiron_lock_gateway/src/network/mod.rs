//! Channels over the network, through rattler's gateway: shards (CEP 16) where a channel has them, else
//! `repodata.json.zst`, else `repodata.json`; kept in a cache and asked for changes by ETag. Archives of packages besides.

mod archives;
mod client;
mod credentials;
mod guard;
mod meter;
mod remote;
mod settings;
mod trouble;

pub use archives::{ArchiveSource, Archives};
pub use settings::{Credential, NetworkSettings, Secret, Watch};
pub use trouble::{Trouble, TroubleKind, shown as shown_address};

pub(crate) use remote::{Network, Remote};

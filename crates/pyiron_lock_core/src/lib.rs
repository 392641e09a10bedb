//! The vocabulary of pyiron-lock: sources and spans, findings, tiers, platforms,
//! requests and locks. No files, no network, no clock.

pub mod codes;
pub mod cut_off;
pub mod digest;
pub mod exit;
pub mod finding;
pub mod index;
pub mod lock;
pub mod names;
pub mod platform;
pub mod pypi;
pub mod request;
pub mod source;
pub mod suggest;
pub mod yaml;

pub use cut_off::{CutOff, ParseCutOffError};
pub use digest::Digest;
pub use exit::Exit;
pub use finding::{Code, CodeInfo, Finding, Origin, Severity};
pub use index::{ChannelRecords, IndexState, Pins, RecordSource, Snapshot, SourceError};
pub use lock::{Contained, Lock, LockedRequest, records_digest, same_record};
pub use names::{NameError, PlatformName, TierName};
pub use platform::{Platform, VirtualPackage};
pub use request::{PipRequest, Request, RequestSet};
pub use source::{Position, SourceFile, SourceRef, Span, Spanned};

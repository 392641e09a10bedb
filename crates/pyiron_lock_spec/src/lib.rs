//! What people write: `environment.yml` files and the manifest of tiers, read with spans and with findings that
//! point at the line. Knows no file system, no index and no solver; it turns text into requests and stops there.

mod channel;
pub mod codes;
mod compose;
mod environment;
mod line;
mod manifest;
mod selector;
mod tree;
mod yaml_1_1;
mod yaml_trouble;

pub use channel::{ChannelFault, channel_fault};
pub use compose::{NamedChannel, compose, compose_single};
pub use environment::{Dependency, EnvironmentFile, PipLine, read_environment};
pub use manifest::{ChannelSource, Manifest, ManifestPlatform, Smoke, Tier, read_manifest};
pub use pyiron_lock_core::yaml::tree::MAX_FILE_BYTES;
pub use selector::{Dialect, Selector, SelectorStyle};

use pyiron_lock_core::{Finding, finding::any_error};

/// What reading gave: a value unless an error made it unusable, and everything that was found on the way.
#[derive(Debug, Clone)]
pub struct Reading<T> {
    /// The value; `None` exactly when one of the findings is an error.
    pub value: Option<T>,
    /// What was found: in the order of the text, or of the files that were put together.
    pub findings: Vec<Finding>,
}

impl<T> Reading<T> {
    /// Pairs a value with findings and drops the value where one of them is an error.
    pub(crate) fn new(value: Option<T>, mut findings: Vec<Finding>) -> Self {
        let place = |finding: &Finding| finding.origins.first().map(|origin| origin.span.start);
        findings.sort_by_key(place);
        Self::in_order(value, findings)
    }

    /// Pairs a value with findings in the order given.
    pub(crate) fn in_order(value: Option<T>, findings: Vec<Finding>) -> Self {
        Self {
            value: value.filter(|_| !any_error(&findings)),
            findings,
        }
    }
}

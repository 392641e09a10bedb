//! The folder of a tier below a root: one prefix a release, the link `current`, and what keeps them in order. Knows which
//! releases are generations and which of them is in use; knows nothing of how one is made.
//!
//! ```text
//! ROOT/TIER/RELEASE/               a prefix; a generation once conda-meta/pyiron-lock is in it, which is written last
//! ROOT/TIER/current -> RELEASE     swapped by one rename
//! ROOT/TIER/leases/                who uses a release where no process can be seen
//! ROOT/TIER/.lock/                 who works on the tier; there for as long as somebody does
//! ROOT/TIER/.pyiron-lock/          packages, reports, and what is being made or taken away
//! ```

mod error;
mod gc;
mod generation;
mod held;
mod identity;
mod in_use;
mod place;
mod switch;

pub use error::RootError;
pub use gc::{Collected, Kept, Limits, Why, collect};
pub use generation::{Generation, Provenance, generations};
pub use held::{Held, Patience};
pub use identity::Identity;
pub use in_use::{InUse, Use, in_use};
pub use place::TierRoot;
pub use switch::{current, previous, switch_to};

pub(crate) use error::is_full;
pub(crate) use generation::{begin, discard, finish, is_finished, next_number, no_longer_begun, sweep};
pub(crate) use place::remove_all;

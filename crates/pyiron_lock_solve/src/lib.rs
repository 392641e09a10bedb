//! From requests and records to a lock, or to an explanation in the user's own lines. Knows no channel, no
//! file and no clock; the same input gives the same output at any thread count.

pub mod codes;
mod explain;
mod family;
mod inherit;
mod plan;
mod reach;
mod solver;
mod stale;

pub use explain::{Chain, Clash, Explanation, Problem, Step, Suggestion, Wanted, suggestion};
pub use inherit::{Cause, Moved, NotContained, moved_from_parent, not_contained};
pub use plan::{
    Apart, Event, Job, Loaded, MadeFrom, Observer, Outcome, Solved, Unsolvable, Work, index_digest, load, run,
};
pub use rattler_solve::CancellationToken;
pub use solver::SOLVER;
pub use stale::{PlatformChange, StaleReason, stale_reasons};

//! Whether a lock may be used: is it sound in itself, and does it fit the places where it has to run. Solves
//! nothing and touches no file; the date is handed in.

mod closure;
mod judged;
mod subject;
#[cfg(test)]
mod testing;

pub use closure::Closure;
pub use judged::{Judged, Scope};
pub use subject::{Subject, TierFacts};

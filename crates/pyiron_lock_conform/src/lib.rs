//! Whether a lock may be used: is it sound in itself, and does it fit the places where it has to run; and whether the
//! configuration of users fits both. Solves nothing and touches no file; the date is handed in.

mod closure;
pub mod config;
pub mod data;
mod fit;
mod judge;
mod judged;
mod levels;
mod matrix;
mod report;
mod rule;
pub mod rules;
pub mod sound;
mod subject;
#[cfg(test)]
mod testing;
mod waive;

pub use closure::Closure;
pub use judge::{Setting, Which, judge};
pub use judged::{Judged, Scope};
pub use levels::Levels;
pub use matrix::Matrix;
pub use report::{Cell, Report, State};
pub use rule::Rule;
pub use sound::sound;
pub use subject::{Subject, TierFacts};
pub use waive::{Settled, Waived, settle, waive};

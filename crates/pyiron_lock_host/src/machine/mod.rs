//! What this machine is, and whether it keeps what was promised of it. Measuring and judging are apart: what is judged
//! is data. Knows no target and no lock.

mod commands;
mod describe;
mod judge;
mod measure;
mod mounts;
mod proc;
mod promise;
mod seen;
#[cfg(test)]
mod testing;

pub use describe::describe;
pub use judge::{Check, State, judge};
pub(crate) use measure::free;
pub use measure::{Ask, MachineError, measure};
pub use promise::Promise;
pub use seen::{Machine, Place, Reading};

//! This machine: what is installed on it, and what it is. Knows folders, users and processes; knows no channel index, no
//! project and no solver.

pub mod bundle;
pub mod codes;
pub mod install;
pub mod machine;
pub mod prefix;
pub mod root;
mod wanted;

pub use wanted::Wanted;

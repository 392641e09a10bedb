//! The lock in other words: for conda, pixi, auditors.

mod conda_lock;
mod condarc;
pub(super) mod environment;
pub(super) mod explicit;
mod names;
mod pixi;
mod requirements;
#[cfg(test)]
mod samples;
mod sbom;

use crate::format::Format;

/// The formats of this group.
pub(super) const FORMATS: &[&Format] = &[
    &explicit::FORMAT,
    &environment::FORMAT,
    &conda_lock::FORMAT,
    &pixi::FORMAT,
    &condarc::FORMAT,
    &sbom::FORMAT,
    &requirements::FORMAT,
];

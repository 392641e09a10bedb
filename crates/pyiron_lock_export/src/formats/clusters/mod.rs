//! Shared file systems and batch systems.

mod installed;
mod modulefile;
mod queues;
mod shared_env;
mod slurm_verify;

use crate::format::Format;

/// The formats of this group.
pub(super) const FORMATS: &[&Format] = &[
    &shared_env::FORMAT,
    &queues::FORMAT,
    &modulefile::FORMAT,
    &slurm_verify::FORMAT,
];

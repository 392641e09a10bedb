//! Images and what runs them. `context` is what recipes of images share, `layers` cuts a lock into layers.

mod apptainer;
mod charliecloud;
mod compose;
pub(super) mod context;
mod dockerfile;
mod enroot;
mod kubernetes;
mod layers;
mod quadlet;
#[cfg(test)]
mod samples;

use crate::format::Format;

/// The formats of this group.
pub(super) const FORMATS: &[&Format] = &[
    &dockerfile::FORMAT,
    &compose::FORMAT,
    &apptainer::FORMAT,
    &charliecloud::FORMAT,
    &enroot::FORMAT,
    &quadlet::FORMAT,
    &kubernetes::FORMAT,
];

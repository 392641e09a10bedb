//! Hubs, kernels, binder.

mod binder;

use crate::format::Format;

/// The formats of this group.
pub(super) const FORMATS: &[&Format] = &[&binder::FORMAT];

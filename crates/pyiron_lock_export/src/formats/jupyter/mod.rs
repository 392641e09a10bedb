//! Hubs, kernels, binder.

use crate::format::Format;

/// The formats of this group.
pub(super) const FORMATS: &[&Format] = &[];

//! Shared file systems and batch systems.

use crate::format::Format;

/// The formats of this group.
pub(super) const FORMATS: &[&Format] = &[];

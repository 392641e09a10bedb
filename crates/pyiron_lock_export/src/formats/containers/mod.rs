//! Images and what runs them.

use crate::format::Format;

/// The formats of this group.
pub(super) const FORMATS: &[&Format] = &[];

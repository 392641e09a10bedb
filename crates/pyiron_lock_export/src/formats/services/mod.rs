//! pyiron and the services it talks to.

use crate::format::Format;

/// The formats of this group.
pub(super) const FORMATS: &[&Format] = &[];

//! The lock in other words: for conda, pixi, auditors.

pub(super) mod explicit;

use crate::format::Format;

/// The formats of this group.
pub(super) const FORMATS: &[&Format] = &[&explicit::FORMAT];

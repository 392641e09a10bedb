//! What makes and hands out releases.

mod release;

pub use self::release::release;
use crate::format::Format;

/// The formats of this group.
pub(super) const FORMATS: &[&Format] = &[&release::FORMAT];

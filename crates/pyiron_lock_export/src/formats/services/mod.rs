//! pyiron and the services it talks to: settings, databases, research data. No file of theirs holds a secret.

mod openbis;
mod postgres;
mod pyiron_config;
mod values;

use crate::format::Format;

/// The formats of this group.
pub(super) const FORMATS: &[&Format] = &[&pyiron_config::FORMAT, &postgres::FORMAT, &openbis::FORMAT];

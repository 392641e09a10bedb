//! Checks of configuration that a user already has: `.pyiron`, a queue directory of pysqa, `kernel.json`, and variables.
//! Reads texts only: files and their modes are handed in, and whether other paths exist is not asked.

mod case;
pub mod codes;
mod environment;
mod files;
mod ini;
mod json;
mod kernel;
mod kind;
mod pyiron;
mod queues;
mod remote;
mod scripts;
mod secrets;
mod settings;
mod template;
#[cfg(test)]
mod tests;
mod units;

use std::collections::{BTreeMap, BTreeSet};

use pyiron_lock_core::SourceRef;
use pyiron_lock_lockfile::AnyLock;

use crate::{Judged, data::Target};
use case::Case;

pub use kind::ConfigKind;

/// The most that a text of a configuration may hold.
pub const MAX_CONFIG_BYTES: u64 = 256 << 10;

/// A text of a configuration.
#[derive(Debug, Clone)]
pub struct ConfigFile {
    /// The text with its name; scripts are found by their names.
    pub source: SourceRef,
    /// Its mode bits, where they are known.
    pub mode: Option<u32>,
}

/// Why a file that is named was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unread {
    /// A link leads out of the directory.
    Outside,
    /// Something else, as a phrase that reads after the name of the file: "which is a folder".
    Because(String),
}

/// What is to be checked.
#[derive(Debug, Clone)]
pub struct ConfigInput {
    /// What it is.
    pub kind: ConfigKind,
    /// The texts, the main one first; of a queue directory its YAML files and scripts.
    pub files: Vec<ConfigFile>,
    /// Files that are there and were not read, by the names that the configuration has for them.
    pub unread: BTreeMap<String, Unread>,
}

/// Returns the names of files that a file of queues or clusters names, relative to its directory and inside it.
pub fn named_files(source: &SourceRef) -> BTreeSet<String> {
    files::named(source)
}

/// Checks a configuration, against locks of the environments that read it and the targets where it is used. No finding
/// holds a secret.
pub fn check_config(input: &ConfigInput, locks: &[&AnyLock], targets: &[&Target]) -> Vec<Judged> {
    let mut case = Case::new(input, locks, targets);
    if let Some(main) = input.files.first() {
        match input.kind {
            ConfigKind::Pyiron => pyiron::check(&mut case, main),
            ConfigKind::Queues => queues::check(&mut case, main),
            ConfigKind::Kernel => kernel::check(&mut case, main),
            ConfigKind::Environment => environment::check(&mut case, main),
        }
    }
    case.finish()
}

//! Checks of configuration that a user already has: `.pyiron`, a queue directory of pysqa, `kernel.json`, and variables.
//! Reads texts only; modes and the existence of paths are handed in.

mod case;
pub mod codes;
mod environment;
mod ini;
mod json;
mod kernel;
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

use std::collections::BTreeMap;

use pyiron_lock_core::{Finding, SourceRef, Span};
use pyiron_lock_lockfile::AnyLock;

use crate::{Judged, data::Target};
use case::Case;

/// The largest text that is read.
pub const MAX_CONFIG_BYTES: usize = 256 << 10;

/// What a configuration is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConfigKind {
    /// `.pyiron` or the file that `PYIRONCONFIG` names.
    Pyiron,
    /// A queue directory of pysqa.
    Queues,
    /// A `kernel.json`.
    Kernel,
    /// Variables, one `NAME=value` a line, as `env` prints them.
    Environment,
}

/// A text of a configuration.
#[derive(Debug, Clone)]
pub struct ConfigFile {
    /// The text with its name; scripts are found by their names.
    pub source: SourceRef,
    /// Its mode bits, where they are known.
    pub mode: Option<u32>,
}

/// What is to be checked.
#[derive(Debug, Clone)]
pub struct ConfigInput {
    /// What it is.
    pub kind: ConfigKind,
    /// The texts, the main one first; of a queue directory its YAML files and scripts.
    pub files: Vec<ConfigFile>,
    /// Whether paths that it names exist, by the paths as written; of those left out nothing is said.
    pub exists: BTreeMap<String, bool>,
}

/// Returns what a file or folder is by its name, where the name tells.
pub fn kind_of(name: &str, is_folder: bool) -> Option<ConfigKind> {
    let name = name.trim_end_matches('/');
    let base = name.rsplit('/').next().unwrap_or(name);
    match base {
        _ if is_folder => Some(ConfigKind::Queues),
        "queue.yaml" | "clusters.yaml" => Some(ConfigKind::Queues),
        "kernel.json" => Some(ConfigKind::Kernel),
        _ if base.ends_with(".pyiron") => Some(ConfigKind::Pyiron),
        _ if base.ends_with(".env") => Some(ConfigKind::Environment),
        _ => None,
    }
}

/// Checks a configuration, against a lock and the target where it is used if they are given.
pub fn check_config(input: &ConfigInput, lock: Option<&AnyLock>, target: Option<&Target>) -> Vec<Judged> {
    let mut case = Case::new(input, lock, target);
    let is_large = |file: &&ConfigFile| file.source.text().len() > MAX_CONFIG_BYTES;
    if let Some(file) = input.files.iter().find(is_large) {
        let message = format!("`{}` is larger than {MAX_CONFIG_BYTES} bytes", file.source.name());
        let finding = Finding::new(codes::CONFIG_FILE_TOO_LARGE, message);
        case.push(finding.at(&file.source, Span::new(0, 0), "not read"));
    } else if let Some(main) = input.files.first() {
        match input.kind {
            ConfigKind::Pyiron => pyiron::check(&mut case, main),
            ConfigKind::Queues => queues::check(&mut case, main),
            ConfigKind::Kernel => kernel::check(&mut case, main),
            ConfigKind::Environment => environment::check(&mut case, main),
        }
    }
    secrets::hide(&mut case);
    case.finish()
}

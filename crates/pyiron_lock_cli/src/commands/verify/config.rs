//! The configuration to verify: what each path is, and the files that belong to it. Follows nothing out of a directory
//! that was not named on the command line; finds nothing itself.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use pyiron_lock_conform::{
    Judged,
    config::{ConfigFile, ConfigInput, ConfigKind, MAX_CONFIG_BYTES, Unread, check_config, named_files},
    data::Target,
};
use pyiron_lock_core::SourceRef;
use pyiron_lock_lockfile::AnyLock;

use crate::{
    failure::Failure,
    files::{read_source, shown},
};

/// The most files that one directory may name.
const MAX_FILES: usize = 200;

/// A configuration that was read.
pub(crate) struct Config {
    /// The path as shown.
    pub(crate) path: String,
    input: ConfigInput,
}

impl Config {
    /// Reads what a path leads to.
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let mut mains = mains(path)?;
        let first = mains.remove(0);
        let file = read_file(&first)?;
        let Some(kind) = ConfigKind::of(&file.source) else {
            return Err(unknown(path));
        };
        let mut input = ConfigInput {
            kind,
            files: vec![file],
            unread: BTreeMap::new(),
        };
        if kind == ConfigKind::Queues {
            for main in mains {
                input.files.push(read_file(&main)?);
            }
            let folder = first.parent().unwrap_or(Path::new(""));
            gather(folder, &mut input);
        }
        Ok(Self {
            path: shown(path),
            input,
        })
    }

    /// Returns the word for what it is.
    pub(crate) fn kind(&self) -> &'static str {
        self.input.kind.as_str()
    }

    /// Returns the names of its files.
    pub(crate) fn files(&self) -> Vec<&str> {
        self.input.files.iter().map(|file| file.source.name()).collect()
    }

    /// Checks it.
    pub(crate) fn check(&self, locks: &[&AnyLock], targets: &[&Target]) -> Vec<Judged> {
        check_config(&self.input, locks, targets)
    }
}

/// Returns the file that a path names, or the main files of a directory.
fn mains(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let there = |names: &[&str]| -> Vec<PathBuf> {
        let paths = names.iter().map(|name| path.join(name));
        paths.filter(|path| path.is_file()).collect()
    };
    let queues = there(&["queue.yaml", "clusters.yaml"]);
    let mains = match queues.is_empty() {
        true => there(&["kernel.json"]),
        false => queues,
    };
    match mains.is_empty() {
        true => Err(unknown(path)),
        false => Ok(mains),
    }
}

fn unknown(path: &Path) -> Failure {
    let what = match path.is_dir() {
        true => "holds no `queue.yaml`, `clusters.yaml` or `kernel.json`",
        false => "is no configuration that is known",
    };
    Failure::bad_input(format!("{} {what}", shown(path))).help(
        "a `.pyiron`, a directory of queues, a `kernel.json`, or variables of pyiron and JupyterHub as `NAME=value` \
         lines can be verified",
    )
}

/// Adds the files that the main ones name, and those that these name.
fn gather(folder: &Path, input: &mut ConfigInput) {
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut pending: Vec<SourceRef> = input.files.iter().map(|file| file.source.clone()).collect();
    while let Some(source) = pending.pop() {
        for name in named_files(&source) {
            if !seen.insert(name.clone()) {
                continue;
            }
            match read_named(folder, &name, seen.len()) {
                Ok(None) => {}
                Ok(Some(file))
                    if input
                        .files
                        .iter()
                        .any(|own| own.source.name() == file.source.name()) => {}
                Ok(Some(file)) => {
                    if name.ends_with(".yaml") || name.ends_with(".yml") {
                        pending.push(file.source.clone());
                    }
                    input.files.push(file);
                }
                Err(why) => {
                    input.unread.insert(name, why);
                }
            }
        }
    }
}

/// Reads a file by the name that a file of the folder has for it; `None` where there is none.
fn read_named(folder: &Path, name: &str, number: usize) -> Result<Option<ConfigFile>, Unread> {
    let path: PathBuf = folder.join(name).components().collect();
    let because = |why: &str| Unread::Because(why.to_owned());
    if path.symlink_metadata().is_err() {
        return Ok(None);
    }
    if number > MAX_FILES {
        return Err(because("and names more files than are looked at"));
    }
    let home = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let (Ok(real), Ok(home)) = (path.canonicalize(), home.canonicalize()) else {
        return Err(because("a link that leads nowhere"));
    };
    if !real.starts_with(&home) {
        return Err(Unread::Outside);
    }
    if !path.is_file() {
        return Err(because("which is not a regular file"));
    }
    match read_file(&path) {
        Ok(file) => Ok(Some(file)),
        Err(failure) => Err(Unread::Because(format!("and {}", failure.message()))),
    }
}

/// Reads a file with its mode.
fn read_file(path: &Path) -> Result<ConfigFile, Failure> {
    if path.exists() && !path.is_file() {
        return Err(Failure::bad_input(format!(
            "{} is not a regular file",
            shown(path)
        )));
    }
    Ok(ConfigFile {
        source: read_source(path, MAX_CONFIG_BYTES)?,
        mode: mode(path),
    })
}

#[cfg(unix)]
fn mode(path: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;
    Some(path.metadata().ok()?.permissions().mode())
}

#[cfg(not(unix))]
fn mode(_path: &Path) -> Option<u32> {
    None
}

//! Files against the records that name them: there, of the same kind, of the same digest. Runs on every core. Opens only
//! regular files that are reached through real folders of the prefix.

use std::{
    collections::HashMap,
    fs::{File, Metadata},
    path::{Path, PathBuf},
};

use rayon::prelude::*;

use super::{
    bytecode,
    hash::{self, BUFFER, Sha256},
    modes::Modes,
    record::{Entry, Installed, Kind},
    shebang::{self, Shebang},
    tree::{Tree, changed, fault, split},
};

/// What is wrong with a path that a package installed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// Nothing is there.
    Missing,
    /// It holds something else.
    Altered,
    /// Something else lies there, such as a folder or a pipe.
    OtherKind(String),
    /// A link leads elsewhere than the record says, or nowhere.
    LinkElsewhere(String),
    /// The record names a path outside, or one that links lead out of.
    Escapes(String),
    /// It cannot be read.
    Unreadable(String),
}

/// A path that is not as its package installed it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Faulty {
    /// The package.
    pub package: String,
    /// The path below the prefix.
    pub path: String,
    /// What is wrong.
    pub fault: Fault,
}

/// What the check of files gave.
#[derive(Debug, Default)]
pub(super) struct Checked {
    pub(super) faulty: Vec<Faulty>,
    /// How many paths were looked at.
    pub(super) files: usize,
    /// How many bytes were read.
    pub(super) bytes: u64,
    /// How many files of bytecode Python made anew.
    pub(super) bytecode: usize,
    pub(super) modes: Modes,
    pub(super) shebangs: Vec<Shebang>,
}

/// A path with every record that names it.
struct Named<'r> {
    path: &'r str,
    owners: Vec<(&'r Installed, &'r Entry)>,
}

/// Every path that a record names, each once.
pub(super) struct Recorded<'r> {
    named: Vec<Named<'r>>,
    places: HashMap<&'r str, usize>,
    /// Paths that must not be followed.
    escaping: Vec<Faulty>,
}

impl<'r> Recorded<'r> {
    /// Gathers the paths of records.
    pub(super) fn of(installed: &'r [Installed]) -> Self {
        let total = installed.iter().map(|record| record.entries.len()).sum();
        let mut recorded = Self {
            named: Vec::with_capacity(total),
            places: HashMap::with_capacity(total),
            escaping: Vec::new(),
        };
        for record in installed {
            for entry in &record.entries {
                if let Some(why) = fault(&entry.path) {
                    recorded.escaping.push(Faulty {
                        package: record.name.clone(),
                        path: entry.path.clone(),
                        fault: Fault::Escapes(why.to_owned()),
                    });
                    continue;
                }
                let place = *recorded.places.entry(&entry.path).or_insert_with(|| {
                    recorded.named.push(Named {
                        path: &entry.path,
                        owners: Vec::with_capacity(1),
                    });
                    recorded.named.len() - 1
                });
                recorded.named[place].owners.push((record, entry));
            }
        }
        recorded
    }

    /// Returns whether a record names the path.
    pub(super) fn has(&self, path: &str) -> bool {
        self.places.contains_key(path)
    }

    fn entry(&self, path: &str) -> Option<&Named<'r>> {
        self.places.get(path).map(|place| &self.named[*place])
    }
}

/// How files are looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct How {
    /// By size and time only, reading what is younger than its record.
    pub(super) quick: bool,
    /// When the first record was written.
    pub(super) since: (i64, i64),
}

/// Checks every path that a record names.
pub(super) fn check(tree: &Tree, recorded: &Recorded<'_>, how: How) -> Checked {
    let one = |mut state: (Checked, Vec<u8>), named: &Named<'_>| {
        look(tree, recorded, named, how, &mut state.0, &mut state.1);
        state
    };
    let mut checked = recorded
        .named
        .par_iter()
        .with_min_len(128)
        .fold(|| (Checked::default(), vec![0; BUFFER]), one)
        .map(|(checked, _)| checked)
        .reduce(Checked::default, Checked::and);
    checked.faulty.extend(recorded.escaping.iter().cloned());
    checked.faulty.sort();
    checked.shebangs.sort();
    checked
}

impl Checked {
    fn and(mut self, other: Self) -> Self {
        self.faulty.extend(other.faulty);
        self.files += other.files;
        self.bytes = self.bytes.saturating_add(other.bytes);
        self.bytecode += other.bytecode;
        self.modes.add(other.modes);
        self.shebangs.extend(other.shebangs);
        self
    }
}

fn look(
    tree: &Tree,
    recorded: &Recorded<'_>,
    named: &Named<'_>,
    how: How,
    checked: &mut Checked,
    buffer: &mut [u8],
) {
    checked.files += 1;
    let outcome = looked(tree, recorded, named, how, checked, buffer);
    if let Err(fault) = outcome {
        let package = named.owners[0].0.name.clone();
        checked.faulty.push(Faulty {
            package,
            path: named.path.to_owned(),
            fault,
        });
    }
}

fn looked(
    tree: &Tree,
    recorded: &Recorded<'_>,
    named: &Named<'_>,
    how: How,
    checked: &mut Checked,
    buffer: &mut [u8],
) -> Result<(), Fault> {
    let mut full = tree.full(named.path);
    let (folder, name) = split(named.path);
    if !tree.is_folder(folder) {
        full = through_links(tree, named.path)?;
    }
    // What the walk saw to be a regular file is opened at once; only what cannot be opened is looked at by its path.
    let opened = (!how.quick && tree.saw_file(folder, name)).then(|| hash::open(&full));
    let opened = opened.and_then(Result::ok);
    let seen = match opened
        .as_ref()
        .map_or_else(|| full.symlink_metadata(), File::metadata)
    {
        Ok(seen) => seen,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(Fault::Missing),
        Err(error) => return Err(Fault::Unreadable(error.to_string())),
    };
    if !seen.is_symlink() {
        checked.modes.look(named.path, &seen);
    }
    let kinds = |kind| {
        let is = |entry: &Entry| entry.kind == kind || entry.kind == Kind::Any;
        named.owners.iter().any(|(_, entry)| is(entry))
    };
    if seen.is_symlink() {
        return match kinds(Kind::Link) {
            true => link(tree, recorded, named),
            false => Err(Fault::OtherKind("a link".to_owned())),
        };
    }
    if seen.is_dir() {
        return match kinds(Kind::Folder) {
            true => Ok(()),
            false => Err(Fault::OtherKind("a folder".to_owned())),
        };
    }
    if !seen.is_file() {
        return Err(Fault::OtherKind("a pipe, a socket or a device".to_owned()));
    }
    if !kinds(Kind::File) && !kinds(Kind::Bytecode) {
        return Err(Fault::OtherKind("a file".to_owned()));
    }
    contents(
        tree,
        recorded,
        named,
        (&full, opened),
        &seen,
        how,
        checked,
        buffer,
    )
}

/// A regular file: the digest that one of its records names.
#[expect(
    clippy::too_many_arguments,
    reason = "what is looked at, what it is held against, and where results go"
)]
fn contents(
    tree: &Tree,
    recorded: &Recorded<'_>,
    named: &Named<'_>,
    (full, opened): (&Path, Option<File>),
    seen: &Metadata,
    how: How,
    checked: &mut Checked,
    buffer: &mut [u8],
) -> Result<(), Fault> {
    let wants_shebang = shebang::may_have(named.path);
    let digests = || {
        named
            .owners
            .iter()
            .filter_map(|(_, entry)| entry.installed.or(entry.packaged))
    };
    let unknown = named
        .owners
        .iter()
        .any(|(_, entry)| entry.installed.or(entry.packaged).is_none());
    let size_fits = named
        .owners
        .iter()
        .any(|(_, entry)| entry.size.is_none_or(|size| size == seen.len()) || entry.size_is_of_package);
    let old = named
        .owners
        .iter()
        .any(|(record, _)| changed(seen) <= record.written);
    let altered = |checked: &mut Checked| {
        let remade = bytecode::remade(tree, recorded, named.path, seen, how.since);
        checked.bytecode += usize::from(remade);
        if remade { Ok(()) } else { Err(Fault::Altered) }
    };
    if !unknown && !size_fits {
        return altered(checked);
    }
    if unknown || how.quick && old {
        if unknown && !size_fits && !named.path.ends_with(".pyc") {
            return Err(Fault::Altered);
        }
        if wants_shebang {
            checked.shebangs.extend(shebang::read(full, named.path));
        }
        return Ok(());
    }
    let opened = opened.map_or_else(|| hash::open(full), Ok);
    let opened = opened.map_err(|error| Fault::Unreadable(error.to_string()))?;
    let (digest, kept) = hash::file(opened, seen, buffer).map_err(Fault::Unreadable)?;
    checked.bytes = checked.bytes.saturating_add(seen.len());
    if wants_shebang {
        match kept {
            0 => checked.shebangs.extend(shebang::read(full, named.path)),
            kept => checked
                .shebangs
                .extend(shebang::of(named.path, &buffer[..kept.min(shebang::MAX)])),
        }
    }
    if digests().any(|wanted| wanted == digest) {
        Ok(())
    } else {
        altered(checked)
    }
}

/// A link: inside the prefix, and to the file that it led to in the package.
fn link(tree: &Tree, recorded: &Recorded<'_>, named: &Named<'_>) -> Result<(), Fault> {
    let full = tree.full(named.path);
    let packaged = || named.owners.iter().filter_map(|(_, entry)| entry.packaged);
    let target = match full.canonicalize() {
        Ok(target) => target,
        // Some packages ship links to files of others, and say so by the digest of nothing.
        Err(_) if packaged().all(|digest| digest == Sha256::EMPTY) => return Ok(()),
        Err(error) => return Err(Fault::LinkElsewhere(format!("it leads nowhere: {error}"))),
    };
    let Ok(inside) = target.strip_prefix(&tree.root) else {
        return Err(Fault::LinkElsewhere(format!(
            "it leads out, to {}",
            target.display()
        )));
    };
    let inside = inside.to_string_lossy().replace('\\', "/");
    let Some(end) = recorded.entry(&inside) else {
        return Ok(());
    };
    let own = |owner: &&(&Installed, &Entry)| {
        let same = |(record, _): &(&Installed, &Entry)| std::ptr::eq(*record, owner.0);
        named.owners.iter().any(same)
    };
    // A file of another package may be of another version than when the link was packed.
    let ends: Vec<Sha256> = end
        .owners
        .iter()
        .filter(own)
        .filter_map(|(_, entry)| entry.packaged)
        .collect();
    let fits = ends.is_empty()
        || packaged().next().is_none()
        || packaged().any(|digest| digest == Sha256::EMPTY || ends.contains(&digest));
    match fits {
        true => Ok(()),
        false => Err(Fault::LinkElsewhere(format!(
            "it leads to {inside}, which is another file"
        ))),
    }
}

/// Returns where a path ends whose folder is reached through links; nothing outside is looked at.
fn through_links(tree: &Tree, path: &str) -> Result<PathBuf, Fault> {
    let (folder, name) = split(path);
    let full = tree.full(folder);
    match full.canonicalize() {
        Ok(real) if real == full && real.is_dir() => {
            Err(Fault::Unreadable(format!("{folder} cannot be listed")))
        }
        Ok(real) if real.starts_with(&tree.root) => Ok(real.join(name)),
        Ok(real) => Err(Fault::Escapes(format!("links lead out, to {}", real.display()))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(Fault::Missing),
        Err(error) if error.kind() == std::io::ErrorKind::NotADirectory => Err(Fault::Missing),
        Err(error) if is_loop(&error) => Err(Fault::LinkElsewhere("links lead in a circle".to_owned())),
        Err(error) => Err(Fault::Unreadable(error.to_string())),
    }
}

#[cfg(unix)]
fn is_loop(error: &std::io::Error) -> bool {
    error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error())
}

#[cfg(not(unix))]
fn is_loop(_error: &std::io::Error) -> bool {
    false
}

//! What lies in a prefix and stands in no record: code that would be imported or run, and all the rest. Bytecode that
//! Python wrote and notes of installers are neither.

use std::collections::{BTreeMap, HashSet};

use rayon::prelude::*;

use super::{
    bytecode,
    files::Recorded,
    hash::{self, Sha256},
    modes::{Modes, Several},
    python::Dist,
    record::META,
    tree::{Node, Tree, joined, split},
};

/// Where `install` puts what it makes for a release, and the list of it.
const BESIDE: &str = crate::install::BESIDE;
const LIST: &str = crate::install::LIST;

/// Notes that installers leave beside what they install.
const NOTES: [&str; 5] = [
    "CACHEDIR.TAG",
    ".messages.txt",
    ".condarc",
    ".nonadmin",
    "EXTERNALLY-MANAGED",
];

/// What stands in no record.
#[derive(Debug, Default)]
pub(super) struct Unrecorded {
    /// Code, sorted.
    pub(super) code: Vec<String>,
    /// Everything else.
    pub(super) rest: Several,
    /// How many files of bytecode Python wrote.
    pub(super) bytecode: usize,
    pub(super) modes: Modes,
}

enum Sort {
    Code,
    Rest,
    Bytecode,
    Beside,
}

/// Looks for what no record names.
pub(super) fn look(tree: &Tree, recorded: &Recorded<'_>, pip: &[Dist]) -> Unrecorded {
    let of_pip: HashSet<&str> = pip
        .iter()
        .flat_map(|dist| &dist.files)
        .map(|(path, ..)| path.as_str())
        .collect();
    let beside = beside(tree);
    let known = |path: &str| recorded.has(path) || of_pip.contains(path);
    let mut paths: Vec<(String, Node)> = Vec::new();
    for (folder, nodes) in tree.folders() {
        // The records themselves, and what installers and others write beside them.
        if folder == META {
            continue;
        }
        let below = nodes.iter().filter(|(_, node)| *node != Node::Folder);
        let below = below.map(|(name, node)| (joined(folder, name), *node));
        paths.extend(below.filter(|(path, _)| !known(path) && !is_note(path)));
    }
    paths.sort();
    let sorts: Vec<(Sort, Modes)> = paths
        .par_iter()
        .map(|(path, node)| {
            let mut modes = Modes::default();
            let seen = tree.full(path).symlink_metadata().ok();
            if let Some(seen) = seen.as_ref().filter(|seen| !seen.is_symlink()) {
                modes.look(path, seen);
            }
            let file = seen.filter(std::fs::Metadata::is_file);
            let runs = file.as_ref().is_some_and(executable);
            let sort = if let Some(sum) = beside.get(path) {
                let whole = file.is_some_and(|seen| {
                    hash::at(&tree.full(path), &seen, &mut [0; hash::BUFFER]) == Ok(*sum)
                });
                if whole { Sort::Beside } else { Sort::Code }
            } else if *node == Node::File && bytecode::own(tree, path, known) {
                Sort::Bytecode
            } else if *node != Node::Other && (runs || is_code(path, *node)) {
                Sort::Code
            } else {
                Sort::Rest
            };
            (sort, modes)
        })
        .collect();
    let mut found = Unrecorded {
        modes: of_folders(tree),
        ..Unrecorded::default()
    };
    for ((path, _), (sort, modes)) in paths.into_iter().zip(sorts) {
        found.modes.add(modes);
        match sort {
            Sort::Code => found.code.push(path),
            Sort::Rest => found.rest.push(&path),
            Sort::Bytecode => found.bytecode += 1,
            Sort::Beside => {}
        }
    }
    found
}

/// What `install` made for the release, with the sums that it had. An altered one counts as code: it starts programs.
fn beside(tree: &Tree) -> BTreeMap<String, Sha256> {
    let list = tree.read_text(LIST, 1 << 20).unwrap_or_default();
    let lines = list.lines().filter_map(|line| line.split_once("  "));
    lines
        .filter(|(_, path)| path.starts_with(BESIDE))
        .filter_map(|(sum, path)| Some((path.to_owned(), Sha256::from_hex(sum)?)))
        .collect()
}

/// Whether it is a note: beside everything, or beside the modules of Python.
fn is_note(path: &str) -> bool {
    let (folder, name) = split(path);
    let beside =
        folder.is_empty() || folder.starts_with("lib/python") && !folder["lib/python".len()..].contains('/');
    beside && NOTES.contains(&name)
}

/// Modes and owners of the folders below the prefix.
fn of_folders(tree: &Tree) -> Modes {
    let folders: Vec<&str> = tree
        .folders()
        .map(|(folder, _)| folder)
        .filter(|folder| !folder.is_empty())
        .collect();
    let look = |mut modes: Modes, folder: &&str| {
        if let Ok(seen) = tree.full(folder).symlink_metadata() {
            modes.look(folder, &seen);
        }
        modes
    };
    let and = |mut modes: Modes, other: Modes| {
        modes.add(other);
        modes
    };
    folders
        .par_iter()
        .fold(Modes::default, look)
        .reduce(Modes::default, and)
}

/// Whether Python, a shell or the loader would take a file from there.
fn is_code(path: &str, node: Node) -> bool {
    let (folder, name) = split(path);
    if matches!(folder, "bin" | "sbin" | "condabin" | "Scripts") {
        return true;
    }
    let starts = ["etc/conda/activate.d", "etc/conda/deactivate.d", "etc/profile.d"];
    if starts.contains(&folder) {
        return true;
    }
    let imported = path.contains("/site-packages/") || path.starts_with("lib/python");
    let ends = [".py", ".pyc", ".so", ".pyd", ".pth", ".egg-link"];
    if imported && (node == Node::Link || ends.iter().any(|end| name.ends_with(end))) {
        return true;
    }
    let library =
        name.ends_with(".so") || name.contains(".so.") || name.ends_with(".dylib") || name.ends_with(".dll");
    library && (path.starts_with("lib/") || path.starts_with("lib64/") || path.starts_with("Library/"))
}

#[cfg(unix)]
fn executable(seen: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    seen.mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn executable(_seen: &std::fs::Metadata) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_told_by_where_it_lies() {
        for code in [
            "bin/tool",
            "lib/python3.12/site-packages/numpy.py",
            "lib/python3.12/site-packages/x.pth",
            "lib/python3.12/sitecustomize.py",
            "lib/libblas.so.3",
            "etc/conda/activate.d/x.sh",
        ] {
            assert!(is_code(code, Node::File), "{code}");
        }
        for rest in [
            "share/doc/x.py",
            "var/cache/fonts",
            "lib/python3.12/site-packages/x.txt",
            "README.md",
        ] {
            assert!(!is_code(rest, Node::File), "{rest}");
        }
        assert!(is_code("lib/python3.12/site-packages/numpy", Node::Link));
        assert!(is_note("CACHEDIR.TAG") && is_note("lib/python3.12/EXTERNALLY-MANAGED"));
        assert!(!is_note("lib/python3.12/site-packages/CACHEDIR.TAG") && !is_note("bin/.condarc"));
    }
}

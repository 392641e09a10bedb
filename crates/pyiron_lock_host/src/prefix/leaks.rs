//! What Python of this prefix would import from elsewhere: the user's own folder, PYTHONPATH, and lines of `.pth` files.
//! Of what lies elsewhere only names are listed; nothing is opened there.

use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
};

use super::{
    files::Recorded,
    python::minor,
    tree::{Tree, joined},
};

const MAX_PTH: u64 = 256 << 10;
/// The most names that are listed of one folder elsewhere.
const MAX_NAMES: usize = 20_000;

/// Code that is imported from elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Leak {
    /// What makes Python look there.
    pub why: LeakKind,
    /// Where it looks.
    pub place: String,
    /// Modules there that hide modules of the prefix.
    pub hides: Vec<String>,
    /// How many modules there are.
    pub modules: usize,
}

/// What makes Python look elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum LeakKind {
    /// The folder of packages of this user.
    UserSite,
    /// The variable of that name, for the user who runs this.
    Variable(&'static str),
    /// A file of the prefix.
    Pth(String),
}

/// Looks for what would be imported from elsewhere by the Python of that version.
pub(super) fn look(
    tree: &Tree,
    recorded: &Recorded<'_>,
    sites: &[String],
    python: Option<&str>,
) -> Vec<Leak> {
    let own = modules_of(tree, sites);
    let mut leaks = Vec::new();
    let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty());
    if let Some(python) = python {
        let base = set("PYTHONUSERBASE").map(PathBuf::from);
        let base = base.or_else(|| set("HOME").map(|home| PathBuf::from(home).join(".local")));
        if let (None, Some(base)) = (set("PYTHONNOUSERSITE"), base) {
            let folder = base.join(format!("lib/python{}/site-packages", minor(python)));
            leaks.extend(leak(tree, &own, LeakKind::UserSite, &folder));
        }
        if let Some(paths) = set("PYTHONPATH") {
            let paths = env::split_paths(&paths).filter(|path| !path.as_os_str().is_empty());
            leaks.extend(paths.filter_map(|path| leak(tree, &own, LeakKind::Variable("PYTHONPATH"), &path)));
        }
        if let Some(home) = set("PYTHONHOME") {
            leaks.push(Leak {
                why: LeakKind::Variable("PYTHONHOME"),
                place: PathBuf::from(home).display().to_string(),
                hides: Vec::new(),
                modules: 0,
            });
        }
    }
    for site in sites {
        for name in tree.names_in(site).filter(|name| name.ends_with(".pth")) {
            let path = joined(site, name);
            if recorded.has(&path) {
                continue;
            }
            for line in tree.read_text(&path, MAX_PTH).unwrap_or_default().lines() {
                let line = line.trim();
                if line.is_empty() || line.starts_with('#') || line.starts_with("import ") {
                    continue;
                }
                let place = tree.full(site).join(line);
                if !inside(tree, &place) {
                    leaks.push(Leak {
                        why: LeakKind::Pth(path.clone()),
                        place: line.to_owned(),
                        hides: Vec::new(),
                        modules: 0,
                    });
                }
            }
        }
    }
    leaks.sort();
    leaks
}

fn inside(tree: &Tree, place: &Path) -> bool {
    match place.canonicalize() {
        Ok(real) => real.starts_with(&tree.root),
        Err(_) => place.starts_with(&tree.root) && !place.components().any(|part| part.as_os_str() == ".."),
    }
}

/// The folder, where it holds modules and is not of the prefix.
fn leak(tree: &Tree, own: &BTreeSet<String>, why: LeakKind, folder: &Path) -> Option<Leak> {
    if inside(tree, folder) {
        return None;
    }
    let names = fs::read_dir(folder).ok()?.take(MAX_NAMES).filter_map(Result::ok);
    let names = names.filter_map(|entry| module(&entry.file_name().to_string_lossy()));
    let names: BTreeSet<String> = names.collect();
    if names.is_empty() {
        return None;
    }
    Some(Leak {
        why,
        place: folder.display().to_string(),
        hides: names.intersection(own).cloned().collect(),
        modules: names.len(),
    })
}

/// The modules at the top of the folders that Python imports from.
fn modules_of(tree: &Tree, sites: &[String]) -> BTreeSet<String> {
    let nodes = sites.iter().flat_map(|site| tree.nodes_in(site));
    nodes.filter_map(|(name, _)| module(name)).collect()
}

/// Returns the module that a name in such a folder stands for.
fn module(name: &str) -> Option<String> {
    let stem = name.split('.').next().unwrap_or_default();
    let word =
        !stem.is_empty() && stem != "__pycache__" && stem.chars().all(|c| c.is_alphanumeric() || c == '_');
    let kind = [".py", ".so", ".pyd", ".pyc"]
        .iter()
        .any(|end| name.ends_with(end))
        || !name.contains('.');
    (word && kind).then(|| stem.to_owned())
}

#[cfg(test)]
mod tests {
    use super::module;

    #[test]
    fn modules_are_told_by_their_names() {
        for (name, stem) in [("numpy", "numpy"), ("six.py", "six"), ("_x.cpython-312.so", "_x")] {
            assert_eq!(module(name).as_deref(), Some(stem));
        }
        for none in [
            "__pycache__",
            "numpy-2.dist-info",
            "README.txt",
            "x.pth",
            ".hidden",
        ] {
            assert_eq!(module(none), None, "{none}");
        }
    }
}

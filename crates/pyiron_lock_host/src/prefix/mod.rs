//! An installed environment: whether it holds the packages of a lock, whether its files are those that were installed,
//! and what would be imported or run besides. Reads nothing outside of the prefix but the names in folders that Python
//! would import from. Whatever lies in a prefix may be hostile: links are not followed out of it, pipes and devices are
//! not opened, and everything that is read is bounded.

mod bytecode;
mod compare;
mod files;
mod found;
mod hash;
mod history;
mod leaks;
mod modes;
mod pip;
mod python;
mod record;
mod requires;
mod shebang;
mod tree;
mod unrecorded;

use std::path::{Path, PathBuf};

use rattler_conda_types::RepoDataRecord;

pub use self::{
    compare::{Difference, Different},
    files::{Fault, Faulty},
    found::{Found, findings},
    history::History,
    leaks::{Leak, LeakKind},
    modes::Several,
    pip::PipDifference,
    python::Dist,
    record::{Installed, Unusable},
    requires::Unmet,
    shebang::BrokenScript,
};
use self::{
    files::{How, Recorded},
    modes::{Meant, Modes},
    shebang::Scripts,
    tree::Tree,
};

/// What a prefix is held against, and how it is looked at.
#[derive(Debug, Clone, Copy, Default)]
pub struct Against<'l> {
    /// The records of the lock; `None` without a lock.
    pub records: Option<&'l [&'l RepoDataRecord]>,
    /// The pip requirements and packages of the lock, one line each.
    pub pip: &'l [String],
    /// The subdir of the lock.
    pub subdir: Option<&'l str>,
    /// By size and time only, reading what is younger than its record.
    pub quick: bool,
}

/// Why a prefix cannot be looked at.
#[derive(Debug, thiserror::Error)]
pub enum PrefixError {
    /// There is no such folder.
    #[error("{0} is no folder: {1}")]
    NoFolder(String, String),
    /// There are no records.
    #[error("{0} is no environment: it has no folder conda-meta of its own")]
    NoEnvironment(String),
}

/// What was seen of a prefix.
#[derive(Debug)]
pub struct Inspection {
    /// Where it is, without links.
    pub root: PathBuf,
    /// The records of its packages.
    pub installed: Vec<Installed>,
    /// Records that cannot be used.
    pub unusable: Vec<Unusable>,
    /// The version of its Python.
    pub python: Option<String>,
    /// Packages that differ from the lock; nothing without one.
    pub different: Vec<Different>,
    /// Files that are not as they were installed.
    pub faulty: Vec<Faulty>,
    /// How many paths of records were looked at.
    pub files: usize,
    /// How many bytes were read.
    pub bytes: u64,
    /// How many files of bytecode Python wrote itself.
    pub bytecode: usize,
    /// Code that no record names.
    pub code: Vec<String>,
    /// What else no record names.
    pub rest: Several,
    /// Distributions that no conda package brought.
    pub overlay: Vec<Dist>,
    /// How these differ from the pip part of the lock.
    pub pip: Vec<PipDifference>,
    /// Files that such distributions recorded, by distribution, and whether they are altered or missing.
    pub pip_files: Vec<(String, String, bool)>,
    /// Requirements of distributions that are not met.
    pub unmet: Vec<Unmet>,
    /// What would be imported from elsewhere.
    pub leaks: Vec<Leak>,
    /// What others wrote of their work.
    pub history: History,
    /// Folders that cannot be listed, and why.
    pub unlisted: Vec<(String, String)>,
    /// Whether there is more than is looked at.
    pub cut: bool,
    modes: Modes,
    meant: Meant,
    scripts: Scripts,
}

/// Looks at a prefix.
pub fn inspect(folder: &Path, against: &Against<'_>) -> Result<Inspection, PrefixError> {
    let shown = || folder.display().to_string();
    let none = |error: std::io::Error| PrefixError::NoFolder(shown(), error.to_string());
    let root = folder.canonicalize().map_err(none)?;
    let seen = root.symlink_metadata().map_err(none)?;
    if !seen.is_dir() {
        return Err(PrefixError::NoFolder(shown(), "a file lies there".to_owned()));
    }
    let tree = Tree::walk(root);
    if !tree.is_folder(record::META) {
        return Err(PrefixError::NoEnvironment(shown()));
    }
    let (installed, unusable) = record::read_all(&tree);
    let installed: Vec<Installed> = installed
        .into_iter()
        .map(|record| relocated(record, &tree))
        .collect();
    let recorded = Recorded::of(&installed);
    let how = How {
        quick: against.quick,
        since: installed
            .iter()
            .map(|record| record.written)
            .min()
            .unwrap_or_default(),
    };
    let checked = files::check(&tree, &recorded, how);
    let python = installed.iter().find(|record| record.name == "python");
    let python = python.map(|record| record.version.clone());
    let sites = python::site_packages(&tree, &installed);
    let dists: Vec<Dist> = sites
        .iter()
        .flat_map(|site| python::dists(&tree, &recorded, site))
        .collect();
    let unmet = match python
        .as_deref()
        .and_then(|python| requires::markers(python, against.subdir.unwrap_or(current_subdir())))
    {
        Some(markers) => requires::unmet(&dists, &python::versions(&dists), &markers),
        None => Vec::new(),
    };
    let (_, overlay): (Vec<Dist>, Vec<Dist>) = dists.into_iter().partition(|dist| dist.of_conda);
    let unrecorded = unrecorded::look(&tree, &recorded, &overlay);
    let different = against
        .records
        .map(|records| compare::compare(records, &installed));
    let mut modes = checked.modes;
    modes.add(unrecorded.modes);
    let leaks = leaks::look(&tree, &recorded, &sites, python.as_deref());
    let scripts = shebang::judge(&tree, &checked.shebangs);
    let pip_files = python::altered(&tree, &overlay);
    Ok(Inspection {
        different: different.unwrap_or_default(),
        pip: pip::compare(against.pip, &overlay),
        unmet,
        leaks,
        history: history::read(&tree),
        faulty: checked.faulty,
        files: checked.files,
        bytes: checked.bytes,
        bytecode: checked.bytecode + unrecorded.bytecode,
        code: unrecorded.code,
        rest: unrecorded.rest,
        pip_files,
        overlay,
        unusable,
        python,
        modes,
        meant: Meant::of(&seen),
        scripts,
        cut: tree.cut,
        unlisted: tree.unlisted,
        root: tree.root,
        installed,
    })
}

/// Some installers note files of Python packages as they are in the package, before Python's version is known.
fn relocated(mut record: Installed, tree: &Tree) -> Installed {
    if record.noarch_python && !tree.is_folder("site-packages") {
        let site = tree
            .nodes_in("lib")
            .iter()
            .filter(|(name, _)| name.starts_with("python3"));
        let site = site
            .map(|(name, _)| format!("lib/{name}/site-packages"))
            .find(|site| tree.is_folder(site));
        for entry in &mut record.entries {
            if let Some(rest) = entry.path.strip_prefix("site-packages/") {
                if let Some(site) = &site {
                    entry.path = format!("{site}/{rest}");
                }
            } else if let Some(rest) = entry.path.strip_prefix("python-scripts/") {
                entry.path = format!("bin/{rest}");
            }
        }
    }
    record
}

fn current_subdir() -> &'static str {
    rattler_conda_types::Subdir::current().map_or("linux-64", |subdir| subdir.as_str())
}

//! The targets, policies and waivers of a run: those of the program, and over them those of the project.

use std::{
    env,
    path::{Path, PathBuf},
};

use pyiron_lock_conform::{
    config,
    data::{Policy, Targets, Waivers, codes as data_codes},
    rules, sound,
};
use pyiron_lock_core::{Code, Finding, suggest};
use pyiron_lock_spec::MAX_FILE_BYTES;

use crate::{
    failure::Failure,
    files::{entries, read_source, shown},
    project::MANIFEST,
};

/// What locks are judged by.
pub(crate) struct Conformance {
    pub(crate) targets: Targets,
    pub(crate) policy: Policy,
    pub(crate) waivers: Waivers,
    /// What is wrong with the files of the project.
    pub(crate) findings: Vec<Finding>,
}

impl Conformance {
    /// Reads what there is; `root` is the folder of a project.
    pub(crate) fn read(root: Option<&Path>) -> Result<Self, Failure> {
        let folder = root.map(|root| root.join("conformance"));
        let own = |below: &str, depth| match &folder {
            Some(folder) => texts(&folder.join(below), depth),
            None => Ok(Vec::new()),
        };
        let (targets, mut findings) = Targets::read(&own("targets", 1)?);
        let (policy, more) = Policy::read(&own("policy", 0)?);
        findings.extend(more);
        findings.extend(targets.check(&policy));
        let mut waivers = Waivers::default();
        if let Some(path) = folder
            .map(|folder| folder.join("waivers.yml"))
            .filter(|path| path.exists())
        {
            let (read, more) = Waivers::read(&read_source(&path, MAX_FILE_BYTES)?);
            waivers = read;
            findings.extend(more);
        }
        Ok(Self {
            targets,
            policy,
            waivers,
            findings,
        })
    }
}

/// Returns the YAML files of a folder with the names that messages use; `depth` is how far down to look.
fn texts(folder: &Path, depth: usize) -> Result<Vec<(String, String)>, Failure> {
    let mut found = Vec::new();
    for path in entries(folder) {
        if path.is_dir() && depth > 0 {
            found.extend(texts(&path, depth - 1)?);
        } else if path.extension().is_some_and(|extension| extension == "yml") {
            let source = read_source(&path, MAX_FILE_BYTES)?;
            found.push((shown(&path), source.text().to_owned()));
        }
    }
    Ok(found)
}

/// Returns the project that the current folder belongs to, or the one given, if there is one.
pub(crate) fn project_root(given: Option<&Path>) -> Option<PathBuf> {
    if let Some(root) = given {
        return Some(root.to_owned());
    }
    let current = env::current_dir().ok()?;
    let root = current.ancestors().find(|folder| folder.join(MANIFEST).is_file());
    root.map(Path::to_owned)
}

/// Every table of codes, room by room.
pub(crate) const TABLES: [&[Code]; 10] = [
    pyiron_lock_core::codes::ALL,
    pyiron_lock_spec::codes::ALL,
    pyiron_lock_solve::codes::ALL,
    sound::codes::ALL,
    rules::CODES,
    data_codes::ALL,
    config::codes::ALL,
    pyiron_lock_export::codes::ALL,
    pyiron_lock_host::codes::ALL,
    crate::codes::ALL,
];

/// Returns every code.
pub(crate) fn all_codes() -> impl Iterator<Item = Code> {
    TABLES.into_iter().flatten().copied()
}

/// Says that a word is no code, and which may be meant.
pub(crate) fn unknown_code(word: &str) -> Failure {
    let failure = Failure::bad_input(format!("there is no code `{}`", word.escape_debug()));
    match suggest::nearest(word, all_codes().map(Code::as_str)) {
        Some(near) => failure.help(format!("did you mean `{near}`?")),
        None => failure.help("`pyiron-lock rules` lists the codes of locks"),
    }
}

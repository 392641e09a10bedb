//! A project on disk: the manifest and the environment file of every tier.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use pyiron_lock_core::{Finding, TierName};
use pyiron_lock_spec::{Dialect, EnvironmentFile, MAX_FILE_BYTES, Manifest, read_environment, read_manifest};

use crate::{
    failure::Failure,
    files::{read_source, shown},
};

/// Where the manifest is, below the folder of a project.
pub(crate) const MANIFEST: &str = "specs/tiers.yml";

/// The files of a project, read; tiers whose file cannot be used are left out and told in `findings`.
pub(crate) struct Project {
    pub(crate) root: PathBuf,
    pub(crate) manifest: Manifest,
    pub(crate) files: BTreeMap<TierName, EnvironmentFile>,
}

/// A project, if its manifest can be used, and everything found while reading.
pub(crate) struct Loaded {
    pub(crate) project: Option<Project>,
    /// The names of all files that were read, in order.
    pub(crate) sources: Vec<String>,
    pub(crate) findings: Vec<Finding>,
}

impl Project {
    /// Returns the folder that paths in the manifest start from.
    pub(crate) fn specs_folder(&self) -> PathBuf {
        self.root.join("specs")
    }
}

/// Returns the folder of the project: the one given, else the nearest parent with a manifest.
pub(crate) fn locate(given: Option<&Path>) -> Result<PathBuf, Failure> {
    if let Some(root) = given {
        if root.join(MANIFEST).is_file() {
            return Ok(root.to_owned());
        }
        return Err(Failure::bad_input(format!(
            "there is no {MANIFEST} in {}",
            shown(root)
        )));
    }
    let current = std::env::current_dir()
        .map_err(|error| Failure::unavailable(format!("the current folder cannot be read: {error}")))?;
    current
        .ancestors()
        .find(|folder| folder.join(MANIFEST).is_file())
        .map(Path::to_owned)
        .ok_or_else(|| {
            Failure::bad_input(format!("there is no {MANIFEST} here or in any folder above")).help(
                "give `--project DIR`, or name an environment.yml: `validate FILE`, `resolve --file FILE`",
            )
        })
}

/// Returns the selector dialect of the project that a file belongs to, if it is the spec of one of its tiers.
pub(crate) fn dialect_for(file: &Path) -> Option<Dialect> {
    let file = std::fs::canonicalize(file).ok()?;
    let root = file.ancestors().find(|folder| folder.join(MANIFEST).is_file())?;
    let source = read_source(&root.join(MANIFEST), MAX_FILE_BYTES).ok()?;
    let manifest = read_manifest(&source).value?;
    let specs = root.join("specs");
    let owned = manifest
        .tiers
        .iter()
        .any(|tier| specs.join(&tier.spec.value) == file);
    manifest.selector_dialect.filter(|_| owned)
}

/// Reads a project.
pub(crate) fn load(root: PathBuf) -> Result<Loaded, Failure> {
    let source = read_source(&root.join(MANIFEST), MAX_FILE_BYTES)?;
    let mut sources = vec![source.name().to_owned()];
    let reading = read_manifest(&source);
    let mut findings = reading.findings;
    let Some(manifest) = reading.value else {
        return Ok(Loaded {
            project: None,
            sources,
            findings,
        });
    };
    let mut files = BTreeMap::new();
    for tier in &manifest.tiers {
        let path = root.join("specs").join(&tier.spec.value);
        let source = match read_source(&path, MAX_FILE_BYTES) {
            Ok(source) => source,
            Err(failure) => {
                let message = format!(
                    "the spec of tier `{}` cannot be used: {}",
                    tier.name,
                    failure.message()
                );
                findings.push(
                    Finding::new(pyiron_lock_spec::codes::TIERS_SPEC_MISSING, message).at(
                        &manifest.source,
                        tier.spec.span,
                        "named here",
                    ),
                );
                continue;
            }
        };
        sources.push(source.name().to_owned());
        let reading = read_environment(&source, manifest.selector_dialect);
        findings.extend(reading.findings);
        if let Some(file) = reading.value {
            files.insert(tier.name.clone(), file);
        }
    }
    Ok(Loaded {
        project: Some(Project {
            root,
            manifest,
            files,
        }),
        sources,
        findings,
    })
}

//! What is known of a format besides what it makes: its name, what it takes, and who reads it.

use crate::{ExportError, files::Export, input::Input, parameters::Parameter};

/// What formats are about, in the order they are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Images and what runs them.
    Containers,
    /// Hubs, kernels, binder.
    Jupyter,
    /// Shared file systems and batch systems.
    Clusters,
    /// pyiron and the services it talks to.
    Services,
    /// The lock in other words.
    Locks,
    /// What makes and hands out releases.
    Pipelines,
}

impl Group {
    /// Every group, in the order of the lists.
    pub const ALL: [Self; 6] = [
        Self::Containers,
        Self::Jupyter,
        Self::Clusters,
        Self::Services,
        Self::Locks,
        Self::Pipelines,
    ];

    /// Returns the word shown to people.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Containers => "containers",
            Self::Jupyter => "jupyter",
            Self::Clusters => "clusters",
            Self::Services => "services",
            Self::Locks => "locks",
            Self::Pipelines => "pipelines",
        }
    }
}

/// How it is known that what a format makes is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// A program reads it whenever the consumers run; this is its name in their table.
    Tested(&'static str),
    /// No program that reads it can run there; the grammar is in this source.
    Documented(&'static str),
}

/// What a format cannot do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Any lock.
    Lock,
    /// A lock for linux.
    Linux,
    /// A lock for linux and the target it is for.
    LinuxAndTarget,
    /// Any lock; of a tier, those of all its platforms, unless one is chosen.
    Locks,
}

impl Needs {
    /// Returns what is needed, after "needs".
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Lock => "any lock",
            Self::Linux => "a lock for linux",
            Self::LinuxAndTarget => "a lock for linux, and `--target`",
            Self::Locks => {
                "any lock; of a tier, those of all its platforms unless `--platform` or `--target` chooses"
            }
        }
    }
}

/// A format.
#[derive(Debug)]
pub struct Format {
    /// The name on the command line.
    pub name: &'static str,
    /// What it is about.
    pub group: Group,
    /// What it makes, one line.
    pub title: &'static str,
    /// What it cannot do without.
    pub needs: Needs,
    /// What can be set.
    pub parameters: &'static [Parameter],
    /// Who reads it.
    pub proofs: &'static [Proof],
    /// The function that makes it.
    pub export: fn(&Input<'_>) -> Result<Export, ExportError>,
}

impl Format {
    /// Makes the files, after what the format needs was checked.
    pub fn make(&self, input: &Input<'_>) -> Result<Export, ExportError> {
        let unfit = |what: &str, help: &str| {
            Err(ExportError::Unfit {
                format: self.name,
                what: what.to_owned(),
                help: Some(help.to_owned()),
            })
        };
        let linux = matches!(self.needs, Needs::Linux | Needs::LinuxAndTarget);
        if linux && !input.own.platform().subdir.as_str().starts_with("linux-") {
            return unfit(
                "is for linux, and this lock is not",
                "choose another with `--platform`",
            );
        }
        if self.needs == Needs::LinuxAndTarget && input.place.is_none() {
            return unfit(
                "depends on where it is used",
                "name the target with `--target`; `pyiron-lock targets` lists them",
            );
        }
        let mut export = (self.export)(input)?;
        if self.needs == Needs::Locks {
            // Its parts have said what is to be said of the lock.
            return Ok(export);
        }
        let mut findings = input.findings();
        findings.append(&mut export.findings);
        export.findings = findings;
        Ok(export)
    }
}

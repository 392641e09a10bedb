//! What an export is made from: one lock with what the project says of its tier, the locks its image is built from,
//! and the place it is for.

mod packages;
mod place;
mod release;

use pyiron_lock_core::{Finding, Platform};
use pyiron_lock_lockfile::AnyLock;

pub use self::{
    packages::{Package, Packages},
    place::Place,
    release::Release,
};
use crate::{
    codes::{EXPORT_PIP_UNLOCKED, EXPORT_SAMPLE_CHANNEL},
    error::ExportError,
    parameters::Parameters,
};

/// What a project says of a tier.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tier {
    /// Its name.
    pub name: String,
    /// Other names.
    pub aliases: Vec<String>,
    /// What it is for, in a few words.
    pub description: Option<String>,
    /// The targets it is meant for.
    pub targets: Vec<String>,
    /// What shows that an installed environment works.
    pub smoke: Smoke,
}

/// What shows that an installed environment works.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Smoke {
    /// Python modules that can be imported.
    pub imports: Vec<String>,
    /// Commands that end well.
    pub commands: Vec<String>,
}

/// A lock that can be exported.
#[derive(Debug)]
pub struct Subject<'a> {
    /// The lock as it was read.
    pub lock: &'a AnyLock,
    /// What the project says of its tier; without a project, a tier named after the lock.
    pub tier: Tier,
    /// Its records, all fit to be installed.
    pub packages: Packages<'a>,
    /// What it is called once it is exported.
    pub release: Release,
}

impl<'a> Subject<'a> {
    /// Takes a lock whose every record can be installed from what is known of it.
    pub fn new(lock: &'a AnyLock, tier: Option<Tier>) -> Result<Self, ExportError> {
        let packages = Packages::of(lock)?;
        let tier = tier.unwrap_or_else(|| Tier {
            name: lock
                .tier
                .as_ref()
                .map_or_else(|| plain_name(&lock.environment), ToString::to_string),
            ..Tier::default()
        });
        Ok(Self {
            release: Release::of(lock, &packages),
            lock,
            tier,
            packages,
        })
    }

    /// Returns the platform of the lock.
    pub fn platform(&self) -> &'a Platform {
        &self.lock.platform
    }

    /// Returns whether the records come from the sample channel, whose packages are made up.
    pub fn is_sample(&self) -> bool {
        self.packages.iter().any(Package::is_sample)
    }
}

/// Returns a text as a name that can be a folder, a tag and a kernel.
fn plain_name(text: &str) -> String {
    let name: String = text
        .chars()
        .map(|letter| letter.to_ascii_lowercase())
        .map(|letter| {
            if letter.is_ascii_alphanumeric() {
                letter
            } else {
                '-'
            }
        })
        .collect();
    match name.trim_matches('-') {
        "" => "environment".to_owned(),
        name => name.chars().take(60).collect(),
    }
}

/// What one export is made from.
#[derive(Debug)]
pub struct Input<'a> {
    /// The lock that is exported.
    pub own: &'a Subject<'a>,
    /// The locks that it contains, the first image of the chain first; empty for a tier that contains none.
    pub ancestors: &'a [Subject<'a>],
    /// The target it is for.
    pub place: Option<&'a Place>,
    /// What was set, and defaults.
    pub parameters: &'a Parameters,
}

impl<'a> Input<'a> {
    /// Returns the lock whose records this one contains directly.
    pub fn parent(&self) -> Option<&'a Subject<'a>> {
        self.ancestors.last()
    }

    /// Returns the lines that every exported file starts with, as a comment where its grammar has one.
    pub fn stamp(&self) -> Vec<String> {
        let own = self.own;
        let mut lines = vec![format!(
            "{} from {} on {}, release {}, lock digest {}",
            crate::MARK,
            own.tier.name,
            own.platform().name,
            own.release.id,
            own.release.digest
        )];
        if own.is_sample() {
            lines.push(
                "SAMPLE CHANNEL: its packages are made up, nothing real is installed by this file".to_owned(),
            );
        }
        lines
    }

    /// Returns what is to be said of any export of this lock.
    pub(crate) fn findings(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        let name = &self.own.tier.name;
        if self.own.is_sample() {
            findings.push(Finding::new(
                EXPORT_SAMPLE_CHANNEL,
                format!("`{name}` was locked from the sample channel, so that what is exported installs nothing real"),
            ));
        }
        let pip = &self.own.lock.pip;
        if !pip.is_empty() {
            let text = format!(
                "the pip requirements of `{name}` are not locked: {}",
                pip.join(", ")
            );
            findings.push(Finding::new(EXPORT_PIP_UNLOCKED, text));
        }
        findings
    }
}

//! What was measured of a machine, as data. Measures nothing itself.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use rattler_conda_types::{GenericVirtualPackage, Subdir};

/// What was seen, or why it cannot be measured here.
pub type Reading<T> = Result<T, String>;

/// The levels that locks are made for, the highest first.
pub(super) const LEVELS: [&str; 4] = ["x86_64_v4", "x86_64_v3", "x86_64_v2", "x86_64"];

/// A machine, as far as it was measured.
#[derive(Debug, Clone)]
pub struct Machine {
    /// The subdir whose packages run here.
    pub subdir: Reading<Subdir>,
    /// What a solver would be told of it, sorted by name.
    pub virtual_packages: Vec<GenericVirtualPackage>,
    /// The variables that said so in the place of a measurement, sorted.
    pub overridden: BTreeSet<String>,
    /// The CPU by its archspec name, then every older one whose programs it runs.
    pub cpus: Reading<Vec<String>>,
    /// The name that the operating system gives itself.
    pub os: Reading<String>,
    /// How much memory there is for one user or job, in bytes.
    pub memory: Reading<u64>,
    /// The umask of this process.
    pub umask: Reading<u32>,
    /// Whether users may create namespaces.
    pub userns: Reading<bool>,
    /// The commands of schedulers and container engines that PATH leads to.
    pub commands: Reading<BTreeSet<&'static str>>,
    /// What loads modules.
    pub modules: Reading<&'static str>,
    /// The groups that were asked about, and whether this user is in them.
    pub groups: BTreeMap<String, Reading<bool>>,
    /// The numeric user.
    pub user: Reading<u32>,
    /// The home directory.
    pub home: Reading<PathBuf>,
    /// Whether the home directory can be written.
    pub home_writable: Reading<bool>,
    /// The variable that tells that this is a job of a scheduler.
    pub job: Option<&'static str>,
    /// The variable that names a proxy.
    pub proxy: Option<&'static str>,
    /// The place that was asked about.
    pub place: Reading<Place>,
    /// The hosts that were asked for: whether a connection was made, or what was said instead.
    pub reached: Vec<(String, Result<(), String>)>,
}

/// A folder for environments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The folder, or the nearest one above it that is there.
    pub path: PathBuf,
    /// The length of the path that was asked about, in characters.
    pub length: u64,
    /// The kind of the file system, as the kernel names it.
    pub file_system: Reading<String>,
    /// The options of the mount that matter to environments: `ro`, `noexec`, `nosuid`.
    pub options: Vec<String>,
    /// Bytes that this user may still write.
    pub free_bytes: Reading<u64>,
    /// Files that may still be created.
    pub free_files: Reading<u64>,
    /// Whether this user may write there.
    pub writable: Reading<bool>,
}

impl Machine {
    /// Returns the virtual package of that name.
    pub fn virtual_package(&self, name: &str) -> Option<&GenericVirtualPackage> {
        self.virtual_packages
            .iter()
            .find(|package| package.name.as_normalized() == name)
    }

    /// Returns the highest of the levels that its CPU has, the CPUs from the newest to the oldest.
    pub fn cpu_level(&self) -> Option<&str> {
        let cpus = self.cpus.as_ref().ok()?;
        LEVELS
            .into_iter()
            .find(|level| cpus.iter().any(|cpu| cpu == level))
    }
}

//! The facts of a target that exports go by. A fact that is not known is `None`.

/// A place where an export is used.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// The id of the target.
    pub id: String,
    /// Where an environment is installed; `<tier>` and `<release>` are filled in.
    pub prefix: Option<String>,
    /// The group that may read a shared environment.
    pub shared_group: Option<String>,
    /// The numeric user of a container.
    pub run_as: Option<u64>,
    /// The home directory in a container.
    pub home: Option<String>,
    /// How much an image may take while it is built, in bytes.
    pub build_storage: Option<u64>,
    /// What starts jobs: `slurm`, `sge`, `lsf`, `pbs`, `flux` or `none`.
    pub scheduler: Option<String>,
    /// Whether logging in takes a second factor.
    pub two_factor: Option<bool>,
    /// Whether SSH accepts keys.
    pub ssh_keys: Option<bool>,
    /// What starts the servers of a hub, such as `batchspawner`.
    pub spawner: Option<String>,
    /// The version of JupyterHub.
    pub hub_version: Option<String>,
    /// How much memory a session has, in bytes.
    pub memory_limit: Option<u64>,
}

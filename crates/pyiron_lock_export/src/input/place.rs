//! The facts of a target that exports go by. A fact that is not known is `None`.

/// What starts jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheduler {
    /// SLURM.
    Slurm,
    /// Grid Engine.
    GridEngine,
    /// IBM Spectrum LSF.
    Lsf,
    /// PBS and TORQUE.
    Pbs,
    /// Flux.
    Flux,
}

/// A place where an export is used.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// The id of the target.
    pub id: String,
    /// What it is, one line.
    pub title: String,
    /// The folder of its file: hpc, container, jupyter or service.
    pub kind: String,
    /// The operating system, such as `rhel-8`.
    pub os: Option<String>,
    /// What starts jobs.
    pub scheduler: Option<Scheduler>,
    /// Where an environment is installed; `<tier>` and `<release>` are filled in.
    pub prefix: Option<String>,
    /// The group that may read a shared environment.
    pub shared_group: Option<String>,
    /// The umask of users.
    pub umask: Option<String>,
    /// What loads modules: `lmod` or `tcl`.
    pub module_system: Option<String>,
    /// Whether login nodes reach the internet.
    pub internet_login: Option<bool>,
    /// Whether compute nodes reach the internet.
    pub internet_compute: Option<bool>,
    /// The version of JupyterHub that starts single-user servers.
    pub hub_version: Option<String>,
    /// What starts single-user servers.
    pub spawner: Option<String>,
    /// What makes the environment there: `repo2docker` or `lock`.
    pub builds_with: Option<String>,
    /// The database that programs talk to.
    pub database: Option<String>,
    /// The numeric user of a container.
    pub run_as: Option<u64>,
    /// The home directory in a container.
    pub home: Option<String>,
    /// How much memory a session has, in bytes.
    pub memory_limit: Option<u64>,
    /// How much an image may take while it is built, in bytes.
    pub build_storage: Option<u64>,
    /// How long an image may take to be built.
    pub build_minutes: Option<u64>,
    /// How many files may be stored where environments are installed.
    pub quota_inodes: Option<u64>,
    /// How much may be stored there, in bytes.
    pub quota_bytes: Option<u64>,
    /// The version of conda that installs there.
    pub conda: Option<String>,
}

//! What can be promised of a machine. Says nothing of whether it is kept.

use pyiron_lock_core::VirtualPackage;
use rattler_conda_types::{MatchSpec, Subdir, Version};

/// Something that was promised of a machine.
#[derive(Debug, Clone)]
pub enum Promise {
    /// Packages of one of these subdirs run there.
    Subdirs(Vec<Subdir>),
    /// A virtual package of that version or a newer one.
    AtLeast(&'static str, Version),
    /// What a lock told the solver.
    Kept(VirtualPackage),
    /// What a record needs of a virtual package.
    Needed(Box<MatchSpec>),
    /// The C library, `glibc` or `musl`.
    Libc(String),
    /// The CPU is one of these, or runs their programs.
    Cpus(Vec<String>),
    /// The commands of a scheduler; `none` promises nothing.
    Scheduler(String),
    /// Container engines.
    Engines(Vec<String>),
    /// Whether users may create namespaces.
    UserNamespaces(bool),
    /// Memory in bytes.
    Memory(u64),
    /// Bytes where environments are installed.
    FreeBytes(u64),
    /// Files where environments are installed.
    FreeFiles(u64),
    /// The longest path of an environment, in characters.
    PathLength(u64),
    /// The umask, in octal digits.
    Umask(String),
    /// A group that users are in.
    Group(String),
    /// What loads modules.
    Modules(String),
    /// Whether the internet is reached through a proxy only.
    Proxy(bool),
    /// Whether the internet is reached from login nodes, or from jobs.
    Internet {
        /// From jobs.
        in_jobs: bool,
        /// Whether it is reached.
        reaches: bool,
    },
    /// Whether jobs cannot write the home directory.
    HomeReadOnlyInJobs(bool),
    /// The numeric user.
    User(u64),
    /// The home directory.
    Home(String),
    /// Nothing that less would break, such as no GPU.
    Nothing,
    /// Something that no measurement of a machine tells, and why.
    Unmeasurable(&'static str),
}

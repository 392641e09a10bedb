//! Every fact that a target can have.

use super::shape::{FieldInfo, Shape};

const fn field(key: &'static str, shape: Shape, what: &'static str) -> FieldInfo {
    FieldInfo { key, shape, what }
}

/// The facts of a target. The schema is written from this table.
pub const FIELDS: &[FieldInfo] = &[
    field(
        "subdirs",
        Shape::Subdirs,
        "the subdirs whose packages run there, the usual one first",
    ),
    field(
        "os",
        Shape::Text,
        "the operating system, an entry of policy/os.yml that gives glibc and kernel",
    ),
    field(
        "libc",
        Shape::Word(&["glibc", "musl"]),
        "the C library; glibc unless said",
    ),
    field(
        "glibc",
        Shape::Version,
        "the version of glibc, where `os` does not give it",
    ),
    field(
        "kernel",
        Shape::Version,
        "the version of the Linux kernel, where `os` does not give it",
    ),
    field("osx", Shape::Version, "the version of macOS"),
    field(
        "archspec-min",
        Shape::Text,
        "the CPU level that every node has, an entry of policy/cpu.yml",
    ),
    field(
        "archspec-list",
        Shape::Texts,
        "the CPUs of all node types, by their archspec names",
    ),
    field(
        "cuda",
        Shape::VersionOrNone,
        "the newest CUDA that the driver supports, or `none`",
    ),
    field(
        "scheduler",
        Shape::Word(&["slurm", "sge", "lsf", "pbs", "flux", "none"]),
        "what starts jobs",
    ),
    field(
        "mpi",
        Shape::Specs,
        "the MPI that programs of the site work with: one of these",
    ),
    field(
        "pmi",
        Shape::Words(&["pmi1", "pmi2", "pmix"]),
        "how ranks find each other",
    ),
    field(
        "internet-login",
        Shape::Flag,
        "whether login nodes reach the internet",
    ),
    field(
        "internet-compute",
        Shape::Flag,
        "whether compute nodes reach the internet",
    ),
    field(
        "container-engines",
        Shape::Words(&[
            "docker",
            "podman",
            "kubernetes",
            "apptainer",
            "enroot",
            "charliecloud",
            "kata",
        ]),
        "the container engines that are installed",
    ),
    field("userns", Shape::Flag, "whether users may create namespaces"),
    field(
        "prefix",
        Shape::Text,
        "where an environment is installed; `<tier>` and `<release>` are filled in",
    ),
    field(
        "prefix-max-len",
        Shape::Number,
        "the longest prefix allowed, in characters",
    ),
    field(
        "quota-bytes",
        Shape::Bytes,
        "how much may be stored where environments are installed",
    ),
    field(
        "quota-inodes",
        Shape::Number,
        "how many files may be stored there",
    ),
    field(
        "build-storage",
        Shape::Bytes,
        "how much an image may take while it is built",
    ),
    field(
        "build-minutes",
        Shape::Number,
        "how long an image may take to be built",
    ),
    field(
        "download-limit",
        Shape::Bytes,
        "how much may be downloaded for one installation",
    ),
    field("memory-limit", Shape::Bytes, "how much memory a session has"),
    field(
        "scratch-purge-days",
        Shape::Number,
        "after how many days files on scratch are removed",
    ),
    field(
        "shared-group",
        Shape::Text,
        "the group that may read a shared environment",
    ),
    field("umask", Shape::Text, "the umask of users"),
    field(
        "module-system",
        Shape::Word(&["lmod", "tcl"]),
        "what loads modules",
    ),
    field(
        "login-cpu-limit",
        Shape::Text,
        "what a process on a login node may use",
    ),
    field(
        "login-memory-limit",
        Shape::Bytes,
        "how much memory a login node leaves to a user",
    ),
    field(
        "channel-policy",
        Shape::Text,
        "which channels may be used, an entry of policy/channels.yml",
    ),
    field(
        "proxy",
        Shape::Flag,
        "whether the internet is reached through a proxy only",
    ),
    field(
        "home-readonly-in-jobs",
        Shape::Flag,
        "whether jobs cannot write the home directory",
    ),
    field(
        "two-factor",
        Shape::Flag,
        "whether logging in takes a second factor",
    ),
    field("ssh-keys", Shape::Flag, "whether keys are accepted by SSH"),
    field(
        "conda",
        Shape::Version,
        "the version of conda that installs there",
    ),
    field(
        "hub-version",
        Shape::Version,
        "the version of JupyterHub that starts single-user servers",
    ),
    field(
        "spawner",
        Shape::Word(&[
            "batchspawner",
            "kubespawner",
            "dockerspawner",
            "sudospawner",
            "binderhub",
        ]),
        "what starts single-user servers",
    ),
    field(
        "builds-with",
        Shape::Word(&["repo2docker", "lock"]),
        "what makes the environment there",
    ),
    field(
        "database",
        Shape::Word(&["postgresql", "sqlite", "mysql"]),
        "the database that programs talk to",
    ),
    field("database-version", Shape::Version, "its version"),
    field(
        "needs",
        Shape::Texts,
        "what an environment has to hold there, entries of policy/needs.yml",
    ),
    field("run-as", Shape::Number, "the numeric user of a container"),
    field("home", Shape::Text, "the home directory in a container"),
];

/// Returns the entry of a key.
pub(super) fn field_info(key: &str) -> Option<&'static FieldInfo> {
    FIELDS.iter().find(|field| field.key == key)
}

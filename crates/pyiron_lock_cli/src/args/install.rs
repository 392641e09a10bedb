//! What `install`, `generations`, `rollback` and `gc` take.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

/// The folder that tiers are installed in.
#[derive(Debug, Args)]
pub(crate) struct RootArgs {
    /// Folder of the installs: TIER/RELEASE is made in it, and the link TIER/current
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) root: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct InstallArgs {
    /// Tier of the project, or a lock of any format as a file
    #[arg(value_name = "TIER|LOCK", value_hint = ValueHint::FilePath)]
    pub(crate) what: String,
    #[command(flatten)]
    pub(crate) root: RootArgs,
    /// Platform whose lock is meant [default: the first of the tier that is for this kind of machine]
    #[arg(long, short = 'p', value_name = "PLATFORM")]
    pub(crate) platform: Option<String>,
    /// Environment of a lock that holds several
    #[arg(long, short = 'e', value_name = "NAME")]
    pub(crate) environment: Option<String>,
    /// Group that the files belong to [default: that of the user]
    #[arg(long, value_name = "GROUP")]
    pub(crate) group: Option<String>,
    /// Who may read what is installed; nobody but the user may write it
    #[arg(long, value_enum, default_value_t = ReadersName::All, value_name = "WHO")]
    pub(crate) readers: ReadersName,
    /// Run the scripts that packages bring along, with the rights of the user
    #[arg(long)]
    pub(crate) link_scripts: bool,
    /// Leave out the tests of the tier
    #[arg(long)]
    pub(crate) no_smoke: bool,
    /// Bundle to take archives from, as a file or unpacked, or a folder of archives; nothing is fetched
    #[arg(long, value_name = "FILE|DIR", value_hint = ValueHint::AnyPath)]
    pub(crate) bundle: Option<PathBuf>,
    /// Folder that stands in for a channel
    #[arg(long = "channel-source", value_name = "NAME=DIR", value_hint = ValueHint::DirPath)]
    pub(crate) sources: Vec<String>,
    /// Ask no server; work with archives at hand
    #[arg(long)]
    pub(crate) offline: bool,
    /// Threads to use [default: one for each core, at most 4]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
    /// Say what speaks against it, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Folder of the locks [default: lockfiles in the project]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) lock_dir: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Who may read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReadersName {
    /// Everybody
    All,
    /// The group only
    Group,
}

#[derive(Debug, Args)]
pub(crate) struct GenerationsArgs {
    /// Tiers to list [default: all below the root]
    #[arg(value_name = "TIER")]
    pub(crate) tiers: Vec<String>,
    #[command(flatten)]
    pub(crate) root: RootArgs,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RollbackArgs {
    /// Tier to roll back
    #[arg(value_name = "TIER")]
    pub(crate) tier: String,
    /// Generation to make the current one, by number or release [default: the one before]
    #[arg(value_name = "GENERATION")]
    pub(crate) generation: Option<String>,
    #[command(flatten)]
    pub(crate) root: RootArgs,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct GcArgs {
    /// Tiers to clean up [default: all below the root]
    #[arg(value_name = "TIER")]
    pub(crate) tiers: Vec<String>,
    #[command(flatten)]
    pub(crate) root: RootArgs,
    /// How many generations stay in any case, the newest
    #[arg(long, default_value_t = 3, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) keep: u32,
    /// How many days a generation stays in any case
    #[arg(long, default_value_t = 7, value_name = "DAYS")]
    pub(crate) min_age: u32,
    /// Say what would go, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

impl From<ReadersName> for pyiron_lock_host::install::Readers {
    fn from(name: ReadersName) -> Self {
        match name {
            ReadersName::All => Self::All,
            ReadersName::Group => Self::Group,
        }
    }
}

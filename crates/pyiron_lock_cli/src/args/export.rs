//! What `export` takes.

use std::path::PathBuf;

use clap::{Args, ValueHint};

#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// What to make; `--list` shows what there is
    #[arg(value_name = "FORMAT", required_unless_present = "list")]
    pub(crate) format: Option<String>,
    /// List the formats with what they need and what can be set
    #[arg(long, conflicts_with_all = ["format", "tier", "lock", "platform", "target", "set", "output", "force"])]
    pub(crate) list: bool,
    /// Tier of the project whose lock is meant
    #[arg(long, short = 't', value_name = "TIER", conflicts_with = "lock")]
    pub(crate) tier: Option<String>,
    /// Lock of any format to export instead of that of a tier
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "lock_dir")]
    pub(crate) lock: Option<PathBuf>,
    /// Environment of a lock that holds several
    #[arg(long, short = 'e', value_name = "NAME", requires = "lock")]
    pub(crate) environment: Option<String>,
    /// Platform whose lock is meant [default: the one that serves the target, else the first of the tier]
    #[arg(long, short = 'p', value_name = "PLATFORM")]
    pub(crate) platform: Option<String>,
    /// Target it is made for; `pyiron-lock targets` lists them
    #[arg(long, value_name = "ID")]
    pub(crate) target: Option<String>,
    /// What only you know, such as the name of a queue; repeat for several
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
    /// Folder to write the files to [default: a single file goes to stdout]
    #[arg(long, short, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) output: Option<PathBuf>,
    /// Write over files that no export made
    #[arg(long, requires = "output")]
    pub(crate) force: bool,
    /// Folder of the locks [default: lockfiles in the project]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) lock_dir: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

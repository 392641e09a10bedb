//! What `verify` is told about this machine and about an environment that is installed.

use std::path::PathBuf;

use clap::{Args, ValueHint};

/// What is there: this machine, or an environment.
#[derive(Debug, Args)]
pub(crate) struct ThereArgs {
    /// Measure this machine against the targets and locks that are named; without any, say what it is
    #[arg(long, help_heading = "What is there", conflicts_with_all = ["all_targets", "configs"])]
    pub(crate) host: bool,
    /// Folder for environments whose free space and file system are measured; it need not be there yet
    #[arg(long, help_heading = "What is there", value_name = "DIR", value_hint = ValueHint::DirPath, requires = "host")]
    pub(crate) at: Option<PathBuf>,
    /// Host to connect to, port 443 unless given; repeat for several. Without it no network is used
    #[arg(long, help_heading = "What is there", value_name = "HOST[:PORT]", value_hint = ValueHint::Hostname,
          requires = "host")]
    pub(crate) reach: Vec<String>,
    /// Compare an installed environment with its own records, and with the tier or lock that is named
    #[arg(long, help_heading = "What is there", value_name = "DIR", value_hint = ValueHint::DirPath,
          conflicts_with_all = ["host", "targets", "all_targets", "configs"])]
    pub(crate) prefix: Option<PathBuf>,
    /// Lock to compare `--prefix` with, of any format
    #[arg(long, help_heading = "What is there", value_name = "FILE", value_hint = ValueHint::FilePath,
          requires = "prefix", conflicts_with = "what")]
    pub(crate) lock: Option<PathBuf>,
    /// Tell files by size and time, and read only those younger than their record
    #[arg(long, help_heading = "What is there", requires = "prefix")]
    pub(crate) quick: bool,
}

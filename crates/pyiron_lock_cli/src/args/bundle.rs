//! What `bundle` takes.

use std::path::PathBuf;

use clap::{ArgGroup, Args, ValueHint};

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("job").args(["output", "verify"]).required(true)))]
pub(crate) struct BundleArgs {
    /// Tier of the project whose lock is meant
    #[arg(value_name = "TIER", conflicts_with = "lock", required_unless_present_any = ["lock", "verify"])]
    pub(crate) tier: Option<String>,
    /// Lock of any format instead of that of a tier
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "lock_dir")]
    pub(crate) lock: Option<PathBuf>,
    /// Environment of a lock that holds several
    #[arg(long, short = 'e', value_name = "NAME", requires = "lock")]
    pub(crate) environment: Option<String>,
    /// Platform whose lock is meant [default: the first of the tier]
    #[arg(long, short = 'p', value_name = "PLATFORM")]
    pub(crate) platform: Option<String>,
    /// Bundle to write, or image
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) output: Option<PathBuf>,
    /// Check every byte of a bundle, and with a tier or lock whether it is made from that
    #[arg(long, value_name = "FILE.tar", value_hint = ValueHint::FilePath)]
    pub(crate) verify: Option<PathBuf>,
    /// Environment that is installed from the lock, to be written as a squashfs image; needs mksquashfs
    #[arg(long, value_name = "PREFIX", value_hint = ValueHint::DirPath, conflicts_with_all = ["verify", "sources"])]
    pub(crate) squashfs: Option<PathBuf>,
    /// Folder that stands in for a channel and holds its archives
    #[arg(long = "channel-source", value_name = "NAME=DIR", value_hint = ValueHint::DirPath, conflicts_with = "verify")]
    pub(crate) sources: Vec<String>,
    /// Folder of the locks [default: lockfiles in the project]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) lock_dir: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

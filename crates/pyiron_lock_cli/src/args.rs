//! What can be said on the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::Shell;
use pyiron_lock_core::{CutOff, Exit};
use pyiron_lock_spec::Dialect;

/// Returns the exit codes as the help shows them, four a line.
fn exit_codes() -> String {
    let codes = Exit::ALL.map(|exit| format!("{} {}", exit.code(), exit.meaning()));
    let lines: Vec<String> = codes
        .chunks(4)
        .map(|line| format!("  {}", line.join("   ")))
        .collect();
    format!("Exit codes:\n{}", lines.join("\n"))
}

/// Turn tiers of environment.yml into platform-specific lockfiles
#[derive(Debug, Parser)]
#[command(name = "pyiron-lock", bin_name = "pyiron-lock", version, after_help = exit_codes(), propagate_version = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

impl Cli {
    /// Returns whether stdout is to hold JSON.
    pub(crate) fn json(&self) -> bool {
        match &self.command {
            Command::Validate(args) => args.json,
            Command::Resolve(args) => args.json,
            Command::Tiers(args) => args.json,
            Command::Init(args) => args.json,
            Command::Completions(_) => false,
        }
    }
}

/// Options that every command takes.
#[derive(Debug, Args)]
pub(crate) struct Global {
    /// Folder of the project [default: the nearest parent with specs/tiers.yml]
    #[arg(long, global = true, help_heading = "Global options", value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) project: Option<PathBuf>,
    /// When to use colour
    #[arg(long, global = true, help_heading = "Global options", value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub(crate) color: Color,
    /// Say only what is wrong
    #[arg(long, short, global = true, help_heading = "Global options")]
    pub(crate) quiet: bool,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start a project with some of the reference tiers
    Init(InitArgs),
    /// Check specs without solving
    Validate(ValidateArgs),
    /// Make the locks that are missing or stale
    Resolve(ResolveArgs),
    /// List the tiers with their platforms and locks
    Tiers(TiersArgs),
    /// Print a completion script for a shell
    Completions(CompletionsArgs),
}

/// Where records come from.
#[derive(Debug, Args)]
pub(crate) struct ChannelArgs {
    /// Channel to use instead of those of the manifest or file; repeat in order of priority
    #[arg(long = "channel", short = 'c', value_name = "CHANNEL")]
    pub(crate) channels: Vec<String>,
    /// Folder that stands in for a channel; locks keep the channel's own URL
    #[arg(long = "channel-source", value_name = "NAME=DIR", value_hint = ValueHint::DirPath)]
    pub(crate) sources: Vec<String>,
}

/// How specs are read.
#[derive(Debug, Args)]
pub(crate) struct SpecArgs {
    /// What selector words mean in a bare file [default: as in the project it belongs to, else conda]
    #[arg(long, value_enum, value_name = "DIALECT")]
    selector_dialect: Option<DialectName>,
}

impl SpecArgs {
    /// Returns the dialect that was asked for.
    pub(crate) fn dialect(&self) -> Option<Dialect> {
        self.selector_dialect.map(|name| match name {
            DialectName::Conda => Dialect::Conda,
            DialectName::Cmmc => Dialect::Cmmc,
        })
    }
}

/// The selector dialects by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum DialectName {
    /// CEP 24
    Conda,
    /// pyiron's cluster environment
    Cmmc,
}

#[derive(Debug, Args)]
#[command(after_help = crate::commands::tiers_to_start_with())]
pub(crate) struct InitArgs {
    /// Folder to write to [default: the current one]
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) folder: Option<PathBuf>,
    /// Reference tier to take over, with the tiers it builds on; repeat for several [default: minimal]
    #[arg(long = "tier", short = 't', value_name = "TIER")]
    pub(crate) tiers: Vec<String>,
    /// Platform to make locks for; repeat for several [default: all of the tiers]
    #[arg(long = "platform", short = 'p', value_name = "PLATFORM")]
    pub(crate) platforms: Vec<String>,
    /// Channel of the project; repeat in order of priority [default: conda-forge]
    #[arg(long = "channel", short = 'c', value_name = "CHANNEL")]
    pub(crate) channels: Vec<String>,
    /// Where the locks are to be checked
    #[arg(long, value_enum, default_value_t = Ci::Github, value_name = "CI")]
    pub(crate) ci: Ci,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Who runs checks on what is pushed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Ci {
    Github,
    Gitlab,
    None,
}

#[derive(Debug, Args)]
pub(crate) struct ValidateArgs {
    /// Files or projects to check [default: the project]
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) specs: SpecArgs,
    #[command(flatten)]
    pub(crate) channels: ChannelArgs,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ResolveArgs {
    /// Tier to resolve, with the tiers it builds on; repeat for several [default: all]
    #[arg(long = "tier", short = 't', value_name = "TIER", conflicts_with = "file")]
    pub(crate) tiers: Vec<String>,
    /// Platform to resolve for; repeat for several [default: all of the tier]
    #[arg(long = "platform", short = 'p', value_name = "PLATFORM")]
    pub(crate) platforms: Vec<String>,
    /// Write nothing; exit 4 and give the reasons when a lock is missing or stale
    #[arg(long)]
    pub(crate) check: bool,
    /// Folder of the locks [default: lockfiles in the project]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, conflicts_with = "file")]
    pub(crate) lock_dir: Option<PathBuf>,
    /// Environment file to resolve without a project; needs `--platform` and `--output`
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "platforms", requires = "output")]
    pub(crate) file: Option<PathBuf>,
    /// Lock to write for `--file`
    #[arg(long, short, value_name = "LOCK", value_hint = ValueHint::FilePath, requires = "file")]
    pub(crate) output: Option<PathBuf>,
    /// Virtual package promised for `--file`; glibc 2.28 and linux 4.18, or osx 13.0, unless said
    #[arg(
        long = "virtual-package",
        value_name = "NAME=VERSION[=BUILD]",
        requires = "file"
    )]
    pub(crate) virtual_packages: Vec<String>,
    /// Leave out builds that are newer: a date, the whole of it in UTC, or a timestamp [default: as in the manifest]
    #[arg(long, value_name = "DATE")]
    pub(crate) exclude_newer: Option<CutOff>,
    #[command(flatten)]
    pub(crate) specs: SpecArgs,
    #[command(flatten)]
    pub(crate) channels: ChannelArgs,
    /// Threads to use [default: one for each core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct TiersArgs {
    /// Tiers to list [default: all]
    #[arg(value_name = "TIER")]
    pub(crate) tiers: Vec<String>,
    /// Folder of the locks [default: lockfiles in the project]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) lock_dir: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) channels: ChannelArgs,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// Shell to print for
    #[arg(value_enum)]
    pub(crate) shell: Shell,
}

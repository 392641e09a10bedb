//! What can be said on the command line.

mod bundle;
mod export;
mod install;
mod there;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::Shell;
use pyiron_lock_core::{CutOff, Exit};
use pyiron_lock_spec::Dialect;

pub(crate) use self::{
    bundle::BundleArgs,
    export::ExportArgs,
    install::{GcArgs, GenerationsArgs, InstallArgs, RollbackArgs, RootArgs},
    there::ThereArgs,
};

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
            Command::Resolve(args) => args.solve.json,
            Command::Update(args) => args.solve.json,
            Command::Verify(args) => args.json,
            Command::Export(args) => args.json,
            Command::Bundle(args) => args.json,
            Command::Install(args) => args.json,
            Command::Generations(args) => args.json,
            Command::Rollback(args) => args.json,
            Command::Gc(args) => args.json,
            Command::Tiers(args) => args.json,
            Command::Targets(args) => args.json,
            Command::Rules(args) => args.json,
            Command::Explain(args) => args.json,
            Command::Init(args) => args.json,
            Command::Snapshot(_) | Command::Completions(_) => false,
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
    /// Read the index anew and make all locks from it
    Update(UpdateArgs),
    /// Check locks before anything is installed: sound, current, fit for their targets
    Verify(VerifyArgs),
    /// Turn a lock into container recipes, kernels, queue folders, lists and more
    Export(ExportArgs),
    /// Install a lock as a release that a group shares, and make it the current one
    Install(InstallArgs),
    /// List the releases that are installed below a root
    Generations(GenerationsArgs),
    /// Make an earlier release the current one again
    Rollback(RollbackArgs),
    /// Remove old releases that nobody uses
    Gc(GcArgs),
    /// Put the archives of a lock into one file, for places without a network
    Bundle(BundleArgs),
    /// List the tiers with their platforms and locks
    Tiers(TiersArgs),
    /// List the targets, or what is known of one
    Targets(TargetsArgs),
    /// List the rules that locks and configuration are checked by
    Rules(RulesArgs),
    /// Say what a code means and what to do about it
    Explain(ExplainArgs),
    /// Carry the index that locks were made from elsewhere
    Snapshot(SnapshotArgs),
    /// Print a completion script for a shell
    Completions(CompletionsArgs),
}

/// How channels are read over the network.
#[derive(Debug, Args)]
pub(crate) struct NetworkArgs {
    /// Ask no server; work with what was fetched before
    #[arg(long)]
    pub(crate) offline: bool,
    #[command(flatten)]
    pub(crate) cache: CacheArgs,
}

/// Where what was fetched is kept.
#[derive(Debug, Args)]
pub(crate) struct CacheArgs {
    /// Folder that keeps what was fetched [default: pyiron-lock in the cache folder of the user]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) cache_dir: Option<PathBuf>,
}

/// Where records come from.
#[derive(Debug, Default, Args)]
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

/// Which locks of a project, and where they are.
#[derive(Debug, Args)]
pub(crate) struct ChoiceArgs {
    /// Tier whose locks are meant, with the tiers it builds on; repeat for several [default: all]
    #[arg(long = "tier", short = 't', value_name = "TIER")]
    pub(crate) tiers: Vec<String>,
    /// Platform whose locks are meant; repeat for several [default: all of the tier]
    #[arg(long = "platform", short = 'p', value_name = "PLATFORM")]
    pub(crate) platforms: Vec<String>,
    /// Folder of the locks [default: lockfiles in the project]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) lock_dir: Option<PathBuf>,
}

/// How locks are made, whatever they are made for.
#[derive(Debug, Args)]
pub(crate) struct SolveArgs {
    /// Leave out builds that are newer: a date, the whole of it in UTC, or a timestamp [default: as in the manifest]
    #[arg(long, value_name = "DATE")]
    pub(crate) exclude_newer: Option<CutOff>,
    #[command(flatten)]
    pub(crate) channels: ChannelArgs,
    #[command(flatten)]
    pub(crate) network: NetworkArgs,
    /// Threads to use [default: one for each core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ResolveArgs {
    #[command(flatten)]
    pub(crate) choice: ChoiceArgs,
    /// Write nothing; exit 4 and give the reasons when a lock is missing or stale
    #[arg(long)]
    pub(crate) check: bool,
    /// Make locks only from the index that the earlier ones were made from: a snapshot of it, or the channel if it did
    /// not move
    #[arg(long)]
    pub(crate) frozen: bool,
    /// Environment file to resolve without a project; needs `--platform` and `--output`
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "platforms", requires = "output",
          conflicts_with_all = ["tiers", "lock_dir"])]
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
    #[command(flatten)]
    pub(crate) specs: SpecArgs,
    #[command(flatten)]
    pub(crate) solve: SolveArgs,
}

#[derive(Debug, Args)]
pub(crate) struct UpdateArgs {
    #[command(flatten)]
    pub(crate) choice: ChoiceArgs,
    #[command(flatten)]
    pub(crate) solve: SolveArgs,
}

#[derive(Debug, Args)]
pub(crate) struct SnapshotArgs {
    #[command(subcommand)]
    pub(crate) command: SnapshotCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SnapshotCommand {
    /// Write what the locks were made from to a file
    Export {
        #[command(flatten)]
        choice: ChoiceArgs,
        /// File to write
        #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
        output: PathBuf,
        #[command(flatten)]
        cache: CacheArgs,
    },
    /// Take over what others made their locks from
    Import {
        /// Files that `snapshot export` wrote
        #[arg(value_name = "FILE", value_hint = ValueHint::FilePath, required = true)]
        files: Vec<PathBuf>,
        #[command(flatten)]
        cache: CacheArgs,
    },
}

#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// Tiers of the project, or locks of any format as files [default: all tiers]
    #[arg(value_name = "TIER|LOCK", value_hint = ValueHint::FilePath)]
    pub(crate) what: Vec<String>,
    /// Platform whose locks are meant; repeat for several [default: all]
    #[arg(long = "platform", short = 'p', value_name = "PLATFORM")]
    pub(crate) platforms: Vec<String>,
    /// Environment of a lock that holds several; repeat for several [default: all]
    #[arg(long = "environment", short = 'e', value_name = "NAME")]
    pub(crate) environments: Vec<String>,
    /// Target to check for instead of those of the tier; repeat for several
    #[arg(long = "target", value_name = "ID", conflicts_with = "all_targets")]
    pub(crate) targets: Vec<String>,
    /// Check for every known target
    #[arg(long)]
    pub(crate) all_targets: bool,
    /// Configuration of users to check: a .pyiron, a directory of queues, a kernel.json, or a file of variables; repeat
    /// for several. Without tiers and locks nothing else is checked
    #[arg(long = "config", value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub(crate) configs: Vec<PathBuf>,
    /// Code whose findings are errors; repeat for several
    #[arg(long, short = 'D', value_name = "CODE")]
    pub(crate) deny: Vec<String>,
    /// Code whose findings are warnings; repeat for several
    #[arg(long, short = 'W', value_name = "CODE")]
    pub(crate) warn: Vec<String>,
    /// Code whose findings are left out; repeat for several
    #[arg(long, short = 'A', value_name = "CODE")]
    pub(crate) allow: Vec<String>,
    /// Day to judge as of, for waivers and the age of locks [default: today, in UTC]
    #[arg(long, value_name = "DATE")]
    pub(crate) today: Option<jiff::civil::Date>,
    /// Folder of the locks [default: lockfiles in the project]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) lock_dir: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) there: ThereArgs,
    /// What to print [default: text for people]
    #[arg(long, value_enum, value_name = "FORMAT", conflicts_with = "json")]
    pub(crate) format: Option<Format>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// What findings are printed as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// JUnit XML, for test reports
    Junit,
    /// Markdown, for a comment
    Markdown,
}

#[derive(Debug, Args)]
pub(crate) struct TargetsArgs {
    /// Targets to tell all about [default: a list of all]
    #[arg(value_name = "ID")]
    pub(crate) targets: Vec<String>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RulesArgs {
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// The code, as findings show it
    #[arg(value_name = "CODE")]
    pub(crate) code: String,
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

//! One file a verb.

mod completions;
mod init;
mod resolve;
mod snapshot;
mod tiers;
mod update;
mod validate;

use pyiron_lock_core::Exit;

use crate::{
    args::{Cli, Command},
    failure::Failure,
    streams::Streams,
};

pub(crate) use init::offered as tiers_to_start_with;

/// Runs the command that was asked for.
pub(crate) fn run(cli: &Cli, streams: &Streams) -> Result<Exit, Failure> {
    match &cli.command {
        Command::Init(args) => init::execute(args, &cli.global, streams),
        Command::Validate(args) => validate::execute(args, &cli.global, streams),
        Command::Resolve(args) => resolve::execute(args, &cli.global, streams),
        Command::Update(args) => update::execute(args, &cli.global, streams),
        Command::Snapshot(args) => snapshot::execute(&args.command, &cli.global, streams),
        Command::Tiers(args) => tiers::execute(args, &cli.global, streams),
        Command::Completions(args) => Ok(completions::execute(args, streams)),
    }
}

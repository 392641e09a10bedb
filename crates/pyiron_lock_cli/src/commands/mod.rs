//! One file a verb.

mod bundle;
mod completions;
mod explain;
mod export;
mod gc;
mod generations;
mod init;
mod install;
mod resolve;
mod rollback;
mod rules;
mod snapshot;
mod targets;
mod tiers;
mod update;
mod validate;
mod verify;

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
        Command::Verify(args) => verify::execute(args, &cli.global, streams),
        Command::Export(args) => export::execute(args, &cli.global, streams),
        Command::Bundle(args) => bundle::execute(args, &cli.global, streams),
        Command::Install(args) => install::execute(args, &cli.global, streams),
        Command::Generations(args) => generations::execute(args, streams),
        Command::Rollback(args) => rollback::execute(args, streams),
        Command::Gc(args) => gc::execute(args, streams),
        Command::Targets(args) => targets::execute(args, &cli.global, streams),
        Command::Rules(args) => Ok(rules::execute(args, streams)),
        Command::Explain(args) => explain::execute(args, streams),
        Command::Tiers(args) => tiers::execute(args, &cli.global, streams),
        Command::Completions(args) => Ok(completions::execute(args, streams)),
    }
}

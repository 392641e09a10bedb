//! `completions`: a completion script on stdout.

use clap::CommandFactory;
use pyiron_lock_core::Exit;

use crate::{
    args::{Cli, CompletionsArgs},
    streams::Streams,
};

/// Prints the script.
pub(crate) fn execute(args: &CompletionsArgs, streams: &Streams) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "pyiron-lock", &mut script);
    streams.result(&String::from_utf8_lossy(&script));
    Exit::Clean
}

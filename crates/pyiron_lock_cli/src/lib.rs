//! The program `pyiron-lock` as a function: reads arguments, runs one command, turns its result into an exit
//! code. A library only so that the tests can build the same program.

mod archives;
mod args;
mod channels;
pub mod codes;
mod commands;
mod condarc;
mod conformance;
mod failure;
mod files;
mod folders;
mod interrupt;
mod locks;
mod network;
mod pins;
mod platforms;
mod progress;
mod project;
pub mod reference;
mod render;
mod sample;
mod solving;
mod streams;
mod wanted;

use std::process::ExitCode;

use clap::Parser;
use pyiron_lock_core::Exit;

use crate::{args::Cli, streams::Streams};

/// Records are millions of small strings made on several threads, which the system allocator is slow at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Runs the program with the arguments of the process.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let streams = Streams::new(&cli.global);
    let result = commands::run(&cli, &streams);
    let exit = match result {
        Ok(exit) => exit,
        Err(failure) => failure.report(&streams, cli.json()),
    };
    let exit = if streams.lost() {
        exit.worst(Exit::Unavailable)
    } else {
        exit
    };
    ExitCode::from(exit.code())
}

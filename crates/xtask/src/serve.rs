//! A channel on this machine's loopback, to try the network out by hand: a folder as it is, or as shards.

use std::{io::Read, path::Path};

use pyiron_lock_testkit::{server::Server, write_shards_to};

use crate::Report;

/// Serves a folder until standard input ends; with `shards`, its index as shards instead.
pub(crate) fn run(folder: &Path, shards: bool) -> Report {
    match serve(folder, shards) {
        Ok(told) => Report {
            problems: Vec::new(),
            remarks: vec![told],
        },
        Err(error) => Report::problem(format!("{}: {error}", folder.display())),
    }
}

fn serve(folder: &Path, shards: bool) -> std::io::Result<String> {
    let written = tempfile::tempdir()?;
    let served = if shards {
        write_shards_to(folder, written.path())?;
        written.path()
    } else {
        folder
    };
    let server = Server::start(served);
    println!("{}", server.url());
    std::io::stdin().read_to_end(&mut Vec::new())?;
    let log = server.log();
    Ok(format!("{} requests, {} bytes", log.len(), server.bytes()))
}

//! The queue directory of a workstation: queues that pysqa reaches over SSH. Passwords never stand in it.

use serde::Serialize;

use super::{FORMAT, Queue};
use crate::{
    ExportError,
    files::Export,
    formats::clusters::installed::{self, ROOT},
    input::Input,
    template::template,
};

/// What the file is made from; empty for what is not known.
#[derive(Serialize)]
struct File<'a> {
    stamp: Vec<String>,
    primary: &'a str,
    queues: &'a [Queue<'a>],
    host: &'a str,
    user: &'a str,
    known_hosts: &'a str,
    /// Whether a password is asked for, because there is a second factor or a key is not accepted.
    asks: bool,
    two_factor: bool,
    ssh_key: &'a str,
    remote_queues: &'a str,
    remote_path: &'a str,
    local_path: &'a str,
    python: String,
}

pub(super) fn export(input: &Input<'_>, queues: &[Queue<'_>]) -> Result<Export, ExportError> {
    let set = |key| input.parameters.get(key).unwrap_or_default();
    let place = input.place;
    let two_factor = place.and_then(|place| place.two_factor).unwrap_or(false);
    // pysqa asks for a second factor only where it takes a password, not a key.
    let asks = two_factor || place.and_then(|place| place.ssh_keys) == Some(false);
    if asks && input.parameters.get("ssh-key").is_some() {
        return Err(ExportError::Unfit {
            format: FORMAT.name,
            what: "cannot use an SSH key: the target refuses keys, or takes a second factor besides"
                .to_owned(),
            help: Some("leave `ssh-key` out; pysqa then asks for the password".to_owned()),
        });
    }
    let prefix = installed::prefix(&FORMAT, input)?;
    let mut export = Export::default();
    let file = File {
        stamp: input.stamp(),
        primary: queues.first().map_or("default", |queue| queue.name),
        queues,
        host: set("host"),
        user: set("user"),
        known_hosts: set("known-hosts"),
        asks,
        two_factor,
        ssh_key: set("ssh-key"),
        remote_queues: set("remote-queues"),
        remote_path: set("remote-path"),
        local_path: set("local-path"),
        python: prefix
            .map(|prefix| format!("{prefix}/bin/python"))
            .unwrap_or_default(),
    };
    export.files.add(
        "queue.yaml",
        template!("clusters/queue_remote.yaml.j2").fill(file)?,
    )?;
    let mut wanted = vec![
        "queues",
        "cores-max",
        "run-time-max",
        ROOT.key,
        "host",
        "user",
        "remote-queues",
        "remote-path",
        "local-path",
    ];
    if !asks {
        wanted.push("ssh-key");
    }
    export.findings = installed::empty(&FORMAT, input, &wanted);
    Ok(export)
}

//! A hub whose servers are jobs.

use serde::Serialize;

use super::sizes::{self, Setting, Size, System};
use crate::{
    ExportError,
    formats::jupyter::prefix::{PREFIX, UNKNOWN, prefix},
    input::{Input, Place},
    template::template,
};

#[derive(Serialize)]
struct Sized {
    name: String,
    cores: u64,
    memory: u64,
    hours: u64,
    settings: Vec<Setting>,
}

#[derive(Serialize)]
struct Values<'a> {
    hub_host: Option<&'a str>,
    allow_all: bool,
    group: Option<&'a str>,
    class: &'a str,
    known: bool,
    prefix: &'a str,
    wait: u64,
    idle: Option<u64>,
    settings: Vec<Setting>,
    sizes: Vec<Sized>,
}

/// Returns the part of the file after its head, and the parameters that are wanted.
pub(super) fn body(
    input: &Input<'_>,
    place: &Place,
    system: System,
) -> Result<(String, Vec<&'static str>), ExportError> {
    let set = |key| input.parameters.get(key);
    let (queue, account, parallel) = (set("queue"), set("account"), set("parallel-environment"));
    let known = prefix(input)?;
    let group = set("group").or(place.shared_group.as_deref());
    let sizes = set(sizes::KEY).map(sizes::read).transpose()?.unwrap_or_default();
    let mut wanted = vec!["hub-host", "queue", "account"];
    if known.is_none() {
        wanted.push(PREFIX.key);
    }
    if group.is_none() && set("allow-all") != Some("yes") {
        wanted.push("group");
    }
    if system == System::GridEngine && sizes.iter().any(|size| size.cores > 1) {
        wanted.push("parallel-environment");
    }
    let sized = |size: Size| Sized {
        settings: system.sized(&size, queue, account, parallel),
        name: size.name,
        cores: size.cores,
        memory: size.memory,
        hours: size.hours,
    };
    let values = Values {
        hub_host: set("hub-host"),
        allow_all: set("allow-all") == Some("yes"),
        group,
        class: system.class(),
        known: known.is_some(),
        prefix: known.as_deref().unwrap_or(UNKNOWN),
        wait: input.parameters.number("wait").unwrap_or(600),
        idle: input.parameters.number("idle"),
        settings: system.settings(queue, account),
        sizes: sizes.into_iter().map(sized).collect(),
    };
    Ok((template!("jupyter/hub_batch.py.j2").fill(values)?, wanted))
}

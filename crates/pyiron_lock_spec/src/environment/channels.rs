//! The channels of a file or manifest: which words are channels and which come with strings attached.
//! Does not know where a channel is.

use pyiron_lock_core::{
    Severity, Spanned,
    yaml::{Node, Value},
};

use crate::{channel::channel_fault, codes, tree::Reader};

const ANACONDA_NAMES: [&str; 7] = ["defaults", "main", "anaconda", "r", "msys2", "free", "pro"];
const ANACONDA_HOSTS: [&str; 3] = ["repo.anaconda.com", "repo.continuum.io", "repo.anaconda.cloud"];

/// Reads a list of channels; `nodefaults` is taken out and reported as the second value.
pub(crate) fn read_channels(reader: &mut Reader<'_>, node: &Node) -> (Vec<Spanned<String>>, bool) {
    let mut channels = Vec::new();
    let mut nodefaults = false;
    if node.is_null() {
        return (channels, nodefaults);
    }
    for item in reader.items(node, "`channels`").unwrap_or_default() {
        if let Some(channel) = reader.text(item, "a channel") {
            if channel.value == "nodefaults" {
                nodefaults = true;
            } else if check_channel(reader, &channel) {
                channels.push(channel);
            }
        }
    }
    (channels, nodefaults)
}

/// Returns whether the value of `channels` names none, as opposed to naming some that cannot be read.
pub(super) fn names_none(node: &Node) -> bool {
    match &node.value {
        Value::Sequence(items) => items.iter().all(|item| item.as_str() == Some("nodefaults")),
        _ => node.is_null(),
    }
}

/// Judges one channel; returns whether it can be used.
fn check_channel(reader: &mut Reader<'_>, channel: &Spanned<String>) -> bool {
    let text = channel.value.as_str();
    if let Some(fault) = channel_fault(text) {
        let finding = fault.finding(reader.source, reader.one_line(channel.span));
        let usable = finding.severity < Severity::Error;
        reader.push(finding);
        return usable;
    }
    let host = text
        .split_once("://")
        .map(|(_, rest)| rest.split('/').next().unwrap_or(rest));
    let path = text
        .trim_end_matches('/')
        .rsplit_once("conda.anaconda.org/")
        .map(|(_, name)| name);
    let name = path.unwrap_or(text);
    let anaconda = ANACONDA_NAMES.contains(&name)
        || name.starts_with("pkgs/")
        || host.is_some_and(|host| ANACONDA_HOSTS.contains(&host));
    if anaconda {
        let finding = reader
            .finding(
                codes::CHANNELS_DEFAULT,
                channel.span,
                format!("the channel `{text}` is one of Anaconda's own"),
                "comes with terms of use",
            )
            .help("use conda-forge, and `nodefaults` to keep the default channels out");
        reader.push(finding);
    }
    true
}

//! `condarc`: settings of conda and mamba under which an environment stays with the channels of its lock.

use serde::Serialize;

use super::names::channels;
use crate::{
    ExportError,
    files::Export,
    format::{Format, Group, Needs, Proof},
    input::Input,
    parameters::{Kind, Parameter},
    template::template,
};

pub(super) static FORMAT: Format = Format {
    name: "condarc",
    group: Group::Locks,
    title: ".condarc with the channels of the lock and none of those that need a licence",
    needs: Needs::Lock,
    parameters: &[Parameter {
        key: "promises",
        what: "how the virtual packages of the platform stand in the file: as comments, or as keys that conda \
               (25.11 or newer) solves by",
        kind: Kind::Word(&["comments", "keys"]),
        default: Some("comments"),
    }],
    proofs: &[Proof::Documented(
        "conda, Settings (channels, denylist_channels) and Managing virtual packages",
    )],
    export,
};

/// What the terms of Anaconda are about.
const DENIED: &[&str] = &[
    "defaults",
    "https://repo.anaconda.com/pkgs/main",
    "https://repo.anaconda.com/pkgs/r",
    "https://repo.anaconda.com/pkgs/msys2",
];

#[derive(Serialize)]
struct Filling {
    stamp: Vec<String>,
    channels: Vec<String>,
    denied: Vec<String>,
    promises: Vec<(String, String)>,
    keys: bool,
}

fn export(input: &Input<'_>) -> Result<Export, ExportError> {
    let mut export = Export::default();
    export.files.add(
        ".condarc",
        condarc(input, input.parameters.get("promises") == Some("keys"))?,
    )?;
    Ok(export)
}

/// Returns the settings; with keys, conda solves for the platform of the lock and not for the machine it runs on.
pub(crate) fn condarc(input: &Input<'_>, keys: bool) -> Result<String, ExportError> {
    let channels = channels(input)?;
    // A lock that uses one of them is exported as it is; what a group may use is for the rules to say.
    let used = |denied: &str| {
        channels
            .iter()
            .any(|channel| channel == denied || denied == "defaults" && channel.contains("repo.anaconda.com"))
    };
    let denied = DENIED.iter().filter(|denied| !used(denied));
    let promises = input.own.platform().virtual_packages().iter();
    template!("locks/condarc.j2").fill(Filling {
        stamp: input.stamp(),
        denied: denied.map(|denied| (*denied).to_owned()).collect(),
        // conda has these two by the platform alone.
        promises: promises
            .filter(|promise| !matches!(promise.name(), "__unix" | "__win"))
            .map(|promise| {
                let name = promise.name().trim_start_matches('_').to_owned();
                let value = if name == "archspec" {
                    promise.build()
                } else {
                    promise.version()
                };
                (name, value.to_owned())
            })
            .collect(),
        channels,
        keys,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::locks::samples::{LOCK, OURS, made};

    fn text(lock: &str, set: &[(&str, &str)]) -> String {
        made(&FORMAT, lock, "x\nchannels: [evil]", set)
            .files
            .get(".condarc")
            .unwrap()
            .text
            .clone()
    }

    #[test]
    fn the_channels_are_those_of_the_lock_and_the_paid_ones_are_denied() {
        let text = text(LOCK, &[]);
        assert!(
            text.contains(
                "\nchannels:\n  - https://conda.anaconda.org/conda-forge\nchannel_priority: strict\n"
            ),
            "{text}"
        );
        assert!(text.contains("\ndenylist_channels:\n  - defaults\n"), "{text}");
        assert!(
            !text.lines().any(|line| line.starts_with("channels: [")),
            "{text}"
        );
    }

    #[test]
    fn a_channel_that_the_lock_uses_is_not_denied() {
        let text = text(
            &LOCK.replace("https://conda.anaconda.org/conda-forge", DENIED[1]),
            &[],
        );
        assert!(
            text.contains("\n  - https://repo.anaconda.com/pkgs/r\n"),
            "{text}"
        );
        assert_eq!(text.matches(DENIED[1]).count(), 1, "{text}");
        assert!(!text.contains("- defaults"), "{text}");
    }

    #[test]
    fn promises_are_keys_only_when_asked_for() {
        assert!(text(OURS, &[]).contains("\n#   glibc: \"2.28\"\n"));
        let keys = text(OURS, &[("promises", "keys")]);
        assert!(
            keys.contains("\noverride_virtual_packages:\n  glibc: \"2.28\"\n  linux: \"4.18\"\n"),
            "{keys}"
        );
    }
}

//! The JSON schemas of what `verify --host` and `verify --prefix` print.

use pyiron_lock_host::machine::State;
use serde_json::{Value, json};

use super::{
    text,
    verify::{list, nullable, object},
};

/// Returns the shape of a machine beside what is promised of it.
pub(super) fn host() -> Value {
    object(
        "This machine, with `--host`.",
        &["machine", "checks", "unknown", "findings", "waived"],
        &json!({
            "machine": list("What was measured.", "machine"),
            "checks": list("How promises stand.", "check"),
            "unknown": list("Facts that targets do not know.", "unknown"),
            "findings": list("The findings that stand.", "finding"),
            "waived": list("The findings that were set aside.", "waived"),
        }),
    )
}

/// Returns the shape of one measurement.
pub(super) fn machine() -> Value {
    object(
        "One thing that was measured.",
        &["key", "seen", "why"],
        &json!({
            "key": text("The key of the fact that it would be of a target, or words for what is no fact."),
            "seen": nullable("What was seen; null where nothing was."),
            "why": nullable("Why it cannot be measured; null where it was."),
        }),
    )
}

/// Returns the shape of one promise.
pub(super) fn check() -> Value {
    object(
        "A promise, and how it stands.",
        &["of", "kind", "key", "promised", "state", "seen"],
        &json!({
            "of": text("The id of the target, or the name of the lock and its platform."),
            "kind": { "description": "What promises.", "enum": ["target", "lock"] },
            "key": text("The key of the fact, or the name of the virtual package."),
            "promised": text("What is promised."),
            "state": { "description": "How it stands.", "enum": State::ALL.map(State::as_str) },
            "seen": text("What was seen, or why it cannot be measured."),
        }),
    )
}

/// Returns the shape of a fact that nobody knows.
pub(super) fn unknown() -> Value {
    object(
        "A fact that matters at a target and that nobody knows.",
        &["of", "key", "why"],
        &json!({
            "of": text("The id of the target."),
            "key": text("The key of the fact."),
            "why": text("What is missing."),
        }),
    )
}

/// Returns the shape of an environment beside a lock.
pub(super) fn prefix() -> Value {
    object(
        "An environment that is installed, with `--prefix`.",
        &["prefix", "lock", "packages", "files", "pip", "findings", "waived"],
        &json!({
            "prefix": { "$ref": "#/$defs/environment" },
            "lock": {
                "description": "The lock that it was compared with; null where none was named.",
                "oneOf": [{ "$ref": "#/$defs/against" }, { "type": "null" }],
            },
            "packages": list("Packages that differ from the lock.", "package"),
            "files": list("Files that differ from what was installed.", "file"),
            "pip": list("Distributions that no conda package brought.", "distribution"),
            "findings": list("The findings that stand.", "finding"),
            "waived": list("The findings that were set aside.", "waived"),
        }),
    )
}

/// Returns the shape of what was looked at.
pub(super) fn environment() -> Value {
    object(
        "What was looked at.",
        &[
            "path",
            "python",
            "packages",
            "files",
            "bytes",
            "bytecode",
            "unrecorded",
            "quick",
        ],
        &json!({
            "path": text("Where it is."),
            "python": nullable("The version of its Python; null without one."),
            "packages": count("Its packages."),
            "files": count("The files that its records name."),
            "bytes": count("The bytes that were read to hold them against their digests."),
            "bytecode": count("Files of bytecode that Python wrote itself, which are no drift."),
            "unrecorded": count("Files that nobody recorded."),
            "quick": { "description": "Whether files were told by size and time.", "type": "boolean" },
        }),
    )
}

/// Returns the shape of the lock.
pub(super) fn against() -> Value {
    object(
        "The lock.",
        &["name", "platform", "digest"],
        &json!({
            "name": text("Its tier, or its file."),
            "platform": text("Its platform."),
            "digest": nullable("Its digest; null for a lock of another program."),
        }),
    )
}

/// Returns the shape of a package that differs.
pub(super) fn package() -> Value {
    let states = [
        "missing",
        "extra",
        "other-build",
        "other-archive",
        "other-channel",
        "unproven",
        "twice",
    ];
    object(
        "A package that differs from the lock.",
        &["name", "state", "locked", "installed"],
        &json!({
            "name": text("Its name."),
            "state": { "description": "How it differs.", "enum": states },
            "locked": nullable("The version and build, the digest or the address that the lock names."),
            "installed": nullable("What its record names."),
        }),
    )
}

/// Returns the shape of a file that differs.
pub(super) fn file() -> Value {
    let states = [
        "missing",
        "altered",
        "other-kind",
        "link-elsewhere",
        "escapes",
        "unreadable",
        "unrecorded",
    ];
    object(
        "A file that differs from what was installed.",
        &["path", "package", "state", "why"],
        &json!({
            "path": text("Its path below the environment, as the record spells it."),
            "package": nullable("The package or distribution; null where nobody recorded it."),
            "state": { "description": "How it differs.", "enum": states },
            "why": nullable("More about it."),
        }),
    )
}

/// Returns the shape of a distribution.
pub(super) fn distribution() -> Value {
    object(
        "A distribution of Python that no conda package brought.",
        &["name", "version", "installer", "from", "editable"],
        &json!({
            "name": text("Its name."),
            "version": { "description": "Its version.", "type": "string" },
            "installer": nullable("The program that says it installed it."),
            "from": nullable("Where it came from, if not from an index."),
            "editable": { "description": "Whether its code lies elsewhere.", "type": "boolean" },
        }),
    )
}

fn count(description: &str) -> Value {
    json!({ "description": description, "type": "integer", "minimum": 0 })
}

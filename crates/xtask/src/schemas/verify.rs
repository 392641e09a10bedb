//! The JSON schema of what `verify --json` prints. Its keys are stable: one that is not here is a mistake of the program,
//! which `tests/consumers/formats.py` and a test of the program look for.

use pyiron_lock_conform::{State, config::ConfigKind};
use pyiron_lock_core::Severity;
use serde_json::{Value, json};

use super::{DIALECT, text, there};

/// Returns the schema.
pub(super) fn schema() -> Value {
    json!({
        "$schema": DIALECT,
        "title": "pyiron-lock verify --json",
        "description": "What was found, why nothing could be verified, or why the command could not do its job.",
        "oneOf": [
            { "$ref": "#/$defs/report" },
            { "$ref": "#/$defs/host" },
            { "$ref": "#/$defs/prefix" },
            { "$ref": "#/$defs/refused" },
            { "$ref": "#/$defs/failed" },
        ],
        "$defs": {
            "report": object(
                "What was found.",
                &["locks", "configs", "cells", "findings", "waived"],
                &json!({
                    "locks": list("The locks that were looked for.", "lock"),
                    "configs": list("The configurations that were looked at.", "config"),
                    "cells": list("Tiers at targets, those that were looked at.", "cell"),
                    "findings": list("The findings that stand; those about specs come first.", "finding"),
                    "waived": list("The findings that were set aside.", "waived"),
                }),
            ),
            "host": there::host(),
            "machine": there::machine(),
            "check": there::check(),
            "unknown": there::unknown(),
            "prefix": there::prefix(),
            "environment": there::environment(),
            "against": there::against(),
            "package": there::package(),
            "file": there::file(),
            "distribution": there::distribution(),
            "refused": object(
                "Specs or files of `conformance/` are wrong, so that nothing was verified.",
                &["findings"],
                &json!({ "findings": list("What is wrong.", "finding") }),
            ),
            "failed": object("The command could not do its job.", &["error"], &json!({ "error": error() })),
            "lock": lock(),
            "config": config(),
            "cell": cell(),
            "finding": finding(),
            "scope": scope(),
            "origin": origin(),
            "waived": waived(),
        },
    })
}

fn lock() -> Value {
    object(
        "A lock, whether it is there or not.",
        &["path", "tier", "platform", "status"],
        &json!({
            "path": text("Its file."),
            "tier": nullable("The tier; null for a lock without one."),
            "platform": text("The platform."),
            "status": {
                "description": "Against the specs: of the same requests, not of the same and still what they ask for, \
                                missing or not what they ask for, or a file of its own.",
                "enum": ["current", "fits", "stale", "unasked"],
            },
        }),
    )
}

fn config() -> Value {
    let kinds = ConfigKind::ALL.map(ConfigKind::as_str);
    object(
        "A configuration of a user.",
        &["path", "kind"],
        &json!({
            "path": text("Its file or folder."),
            "kind": { "description": "What it configures.", "enum": kinds },
        }),
    )
}

fn cell() -> Value {
    let states = [State::Fits, State::Unfit, State::Unserved, State::Unknown].map(State::as_str);
    object(
        "A tier at a target.",
        &["tier", "target", "asked", "platform", "state", "unknown"],
        &json!({
            "tier": text("The tier, or the name of a lock without one: its file, and its environment if that has a name."),
            "target": text("The id of the target."),
            "asked": { "description": "Whether the tier is meant for the target.", "type": "boolean" },
            "platform": nullable("The platform that serves the target or comes closest; null where none has its subdir."),
            "state": { "description": "How the tier stands there.", "enum": states },
            "unknown": {
                "description": "Facts that would have decided and that nobody knows.",
                "type": "array",
                "items": { "type": "string" },
            },
        }),
    )
}

fn finding() -> Value {
    let severities = [Severity::Error, Severity::Warning, Severity::Note].map(Severity::as_str);
    object(
        "Something that was seen.",
        &["code", "severity", "message", "origins"],
        &json!({
            "code": { "description": "The permanent word of its kind.", "type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$" },
            "severity": { "description": "What it weighs in this run.", "enum": severities },
            "message": text("One line."),
            "origins": list("The places that are its evidence.", "origin"),
            "notes": {
                "description": "What else is known, such as `path: a > b > c`.",
                "type": "array",
                "minItems": 1,
                "items": { "type": "string" },
            },
            "help": text("A way out."),
            "scope": { "$ref": "#/$defs/scope" },
        }),
    )
}

fn scope() -> Value {
    object(
        "What a finding is about; null where it is not about one of that kind. Absent where the specs are at fault.",
        &["tier", "lock", "platform", "target", "package"],
        &json!({
            "tier": nullable("The tier."),
            "lock": nullable("The name of a lock without a tier, as in `cells`."),
            "platform": nullable("The platform of the lock."),
            "target": nullable("The id of the target."),
            "package": nullable("The normalized name of the package at fault."),
        }),
    )
}

fn origin() -> Value {
    let number = |what: &str| json!({ "description": what, "type": "integer", "minimum": 1 });
    object(
        "A place in a file; lines and columns count from 1, the end is exclusive.",
        &[
            "file",
            "line",
            "column",
            "end_line",
            "end_column",
            "text",
            "label",
        ],
        &json!({
            "file": text("The file."),
            "line": number("Where it starts."),
            "column": number("Where it starts."),
            "end_line": number("Where it ends."),
            "end_column": number("Where it ends."),
            "text": { "description": "What stands there; empty where that is a secret.", "type": "string" },
            "label": { "description": "What it has to do with the finding.", "type": "string" },
        }),
    )
}

fn waived() -> Value {
    object(
        "A finding that a waiver sets aside.",
        &["finding", "owner", "reason", "until"],
        &json!({
            "finding": { "$ref": "#/$defs/finding" },
            "owner": text("Who answers for it."),
            "reason": text("Why."),
            "until": { "description": "The last day it holds.", "type": "string", "pattern": "^\\d{4}-\\d{2}-\\d{2}$" },
        }),
    )
}

fn error() -> Value {
    object(
        "Why it could not.",
        &["message", "help", "exit"],
        &json!({
            "message": text("One line."),
            "help": nullable("A way out."),
            "exit": { "description": "The exit code.", "type": "integer", "minimum": 1 },
        }),
    )
}

pub(super) fn object(description: &str, required: &[&str], properties: &Value) -> Value {
    json!({
        "description": description,
        "type": "object",
        "additionalProperties": false,
        "required": required,
        "properties": properties,
    })
}

pub(super) fn list(description: &str, of: &str) -> Value {
    json!({ "description": description, "type": "array", "items": { "$ref": format!("#/$defs/{of}") } })
}

pub(super) fn nullable(description: &str) -> Value {
    json!({ "description": description, "type": ["string", "null"] })
}

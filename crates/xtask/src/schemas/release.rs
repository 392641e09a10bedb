//! The JSON schema of `index.json`, which `export release` writes. Its keys are stable; `tests/consumers` reads the file
//! by it.

use pyiron_lock_core::Severity;
use pyiron_lock_export::Group;
use serde_json::{Value, json};

use super::{DIALECT, text};

/// Returns the schema.
pub(super) fn schema() -> Value {
    json!({
        "$schema": DIALECT,
        "title": "index.json of pyiron-lock export release",
        "description": "Which locks a release is of, which format made which files, and what was left out and why.",
        "$ref": "#/$defs/index",
        "$defs": {
            "index": object(
                "The file.",
                &[
                    "version", "stamp", "tier", "aliases", "description", "target", "locks", "exports", "left_out",
                ],
                &json!({
                    "version": { "description": "The number of this shape.", "const": 1 },
                    "stamp": texts("What made it and from which locks, one line each."),
                    "tier": text("The tier."),
                    "aliases": list("Its other names.", &json!({ "type": "string" }), 0),
                    "description": nullable("What the tier is for."),
                    "target": nullable("The target it was made for; null for none."),
                    "locks": list("The locks, in the order of the tier's platforms.", &json!({ "$ref": "#/$defs/lock" }), 1),
                    "exports": list("What was made, format by format.", &json!({ "$ref": "#/$defs/export" }), 1),
                    "left_out": list("What could not be made.", &json!({ "$ref": "#/$defs/left-out" }), 0),
                }),
            ),
            "lock": lock(),
            "export": export(),
            "file": file(),
            "finding": finding(),
            "left-out": object(
                "A format that could not be made.",
                &["format", "platforms", "reasons"],
                &json!({
                    "format": format(),
                    "platforms": texts("The platforms of the locks."),
                    "reasons": texts("Why, one line each."),
                }),
            ),
        },
    })
}

fn lock() -> Value {
    object(
        "A lock.",
        &["platform", "subdir", "release", "digest", "created", "packages"],
        &json!({
            "platform": text("The platform."),
            "subdir": text("The conda platform."),
            "release": text("What it is called once it is exported."),
            "digest": digest("The digest of the lock."),
            "created": {
                "description": "The cut-off of the index, else when the newest record was built.",
                "type": "string",
                "format": "date-time",
            },
            "packages": { "description": "How many records it holds.", "type": "integer", "minimum": 1 },
        }),
    )
}

fn export() -> Value {
    object(
        "What one format made of one lock.",
        &["format", "group", "platform", "folder", "files", "findings"],
        &json!({
            "format": format(),
            "group": { "description": "What the format is about.", "enum": Group::ALL.map(Group::as_str) },
            "platform": text("The platform of the lock."),
            "folder": text("Its folder."),
            "files": list("Its files, by path.", &json!({ "$ref": "#/$defs/file" }), 1),
            "findings": list("What a person should know of them.", &json!({ "$ref": "#/$defs/finding" }), 0),
        }),
    )
}

fn file() -> Value {
    object(
        "A file.",
        &["path", "mode", "bytes", "sha256"],
        &json!({
            "path": text("Its path below the folder of the release."),
            "mode": { "description": "Its mode, in octal digits.", "enum": ["0644", "0755"] },
            "bytes": { "description": "How long it is.", "type": "integer", "minimum": 1 },
            "sha256": digest("Its digest."),
        }),
    )
}

fn finding() -> Value {
    let severities = [Severity::Warning, Severity::Note].map(Severity::as_str);
    let mut finding = object(
        "Something that a person should know.",
        &["code", "severity", "message"],
        &json!({
            "code": { "description": "The permanent word of its kind.", "type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$" },
            "severity": { "description": "What it weighs.", "enum": severities },
            "message": text("One line."),
        }),
    );
    finding["properties"]["help"] = text("A way out.");
    finding
}

fn format() -> Value {
    json!({ "description": "The name of the format.", "type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$" })
}

fn object(what: &str, required: &[&str], properties: &Value) -> Value {
    json!({
        "description": what,
        "type": "object",
        "additionalProperties": false,
        "required": required,
        "properties": properties,
    })
}

fn list(what: &str, items: &Value, least: u32) -> Value {
    json!({ "description": what, "type": "array", "items": items, "minItems": least })
}

fn texts(what: &str) -> Value {
    list(what, &json!({ "type": "string", "minLength": 1 }), 1)
}

fn nullable(what: &str) -> Value {
    json!({ "description": what, "type": ["string", "null"] })
}

fn digest(what: &str) -> Value {
    json!({ "description": what, "type": "string", "pattern": "^[0-9a-f]{64}$" })
}

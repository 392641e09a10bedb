//! The JSON schemas of `conformance/`, written from the tables that its readers go by, and those of what
//! `verify --json` prints and `export release` writes.

mod release;
mod there;
mod verify;

use std::path::Path;

use pyiron_lock_conform::data::{FIELDS, FieldInfo, Shape, TABLES, Table, WAIVER_KEYS};
use serde_json::{Map, Value, json};

use crate::{
    Report,
    generate::{self, Generated, Mode},
};

const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// Writes the schemas, or compares them.
pub(crate) fn run(root: &Path, mode: Mode) -> Report {
    let files = [
        ("conformance/target.schema.json", target()),
        ("conformance/policy.schema.json", policy()),
        ("conformance/waivers.schema.json", waivers()),
        ("docs/reference/verify.schema.json", verify::schema()),
        ("docs/reference/release.schema.json", release::schema()),
    ];
    let files = files.map(|(path, mut schema)| {
        schema.sort_all_objects();
        Generated {
            path: path.into(),
            bytes: format!("{schema:#}\n").into_bytes(),
        }
    });
    generate::settle(root, &files, mode, "schemas")
}

fn target() -> Value {
    let keys: Vec<&str> = FIELDS.iter().map(|field| field.key).collect();
    json!({
        "$schema": DIALECT,
        "title": "pyiron-lock target (conformance/targets/KIND/ID.yml)",
        "description": "A place where tiers run, as facts in blocks, each block with its evidence.",
        "type": "object",
        "additionalProperties": false,
        "required": ["title", "facts"],
        "properties": {
            "title": text("What it is, one line."),
            "facts": blocks(&json!({ "$ref": "#/$defs/says" })),
            "unknown": {
                "description": "Facts that matter there and that nobody knows, each with what is missing.",
                "type": "object",
                "propertyNames": { "enum": keys },
                "additionalProperties": { "type": "string", "minLength": 1 },
            },
            "notes": { "description": "What a person should know besides.", "type": "array", "items": { "type": "string" } },
        },
        "$defs": { "says": says(FIELDS, &[]) },
    })
}

fn policy() -> Value {
    let defs: Map<String, Value> = TABLES
        .iter()
        .map(|table| (table.name.to_owned(), file(table)))
        .collect();
    json!({
        "$schema": DIALECT,
        "title": "pyiron-lock policies (conformance/policy/NAME.yml)",
        "description": "Tables that hold for every target; a file is described by the entry of `$defs` that has its name.",
        "$defs": defs,
    })
}

fn file(table: &Table) -> Value {
    let entries = json!({
        "description": "The entries of the table, by key.",
        "type": "object",
        "additionalProperties": says(table.fields, table.required),
    });
    json!({
        "description": sentence(table.what),
        "type": "object",
        "additionalProperties": false,
        "required": ["facts"],
        "properties": { "facts": blocks(&entries) },
    })
}

fn waivers() -> Value {
    let known = |key: &str| match key {
        "code" => text("The code that is waived."),
        "owner" => text("Who answers for it."),
        "reason" => text("Why."),
        "until" => {
            json!({ "description": "The last day it holds.", "type": "string", "pattern": "^\\d{4}-\\d{2}-\\d{2}$" })
        }
        key => text(&format!("The {key} that it is about.")),
    };
    let keys: Map<String, Value> = WAIVER_KEYS
        .iter()
        .map(|key| ((*key).to_owned(), known(key)))
        .collect();
    json!({
        "$schema": DIALECT,
        "title": "pyiron-lock waivers (conformance/waivers.yml)",
        "description": "Findings that somebody answers for until a day. A waiver without tier or package does not hold.",
        "type": "object",
        "additionalProperties": false,
        "required": ["waivers"],
        "properties": {
            "waivers": {
                "type": "array",
                "items": {
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["code", "owner", "reason", "until", "tier", "package"],
                    "properties": keys,
                },
            },
        },
    })
}

fn blocks(says: &Value) -> Value {
    json!({
        "description": "Blocks of facts with one origin.",
        "type": "array",
        "items": {
            "type": "object",
            "additionalProperties": false,
            "required": ["source", "says"],
            "properties": {
                "source": text("A repository with its file, a page, or `by definition`."),
                "commit": text("The commit of the repository."),
                "date": {
                    "description": "When it was written or looked at: a year, a month or a day.",
                    "type": ["string", "integer"],
                },
                "uncertain": text("Why the facts may not hold."),
                "says": says,
            },
        },
    })
}

fn says(fields: &[FieldInfo], required: &[&str]) -> Value {
    let properties: Map<String, Value> = fields
        .iter()
        .map(|field| (field.key.to_owned(), value(field)))
        .collect();
    json!({ "type": "object", "additionalProperties": false, "required": required, "properties": properties })
}

fn value(field: &FieldInfo) -> Value {
    let list = |items: Value| json!({ "type": "array", "items": items });
    let mut schema = match field.shape {
        Shape::Text => json!({ "type": "string", "minLength": 1 }),
        Shape::Word(words) => json!({ "enum": words }),
        Shape::Words(words) => list(json!({ "enum": words })),
        Shape::Texts | Shape::Specs => list(json!({ "type": "string", "minLength": 1 })),
        Shape::Subdirs => list(json!({ "type": "string", "pattern": "^[a-z]+-[a-z0-9]+$" })),
        Shape::Version => json!({ "type": "string", "pattern": "^[0-9][0-9A-Za-z._]*$" }),
        Shape::VersionOrNone => json!({ "type": "string", "pattern": "^([0-9][0-9A-Za-z._]*|none)$" }),
        Shape::Number => json!({ "type": "integer", "minimum": 0 }),
        Shape::Bytes => json!({ "type": "string", "pattern": "^[0-9]+ (kB|MB|GB|TB)$" }),
        Shape::Flag => json!({ "type": "boolean" }),
    };
    schema["description"] = json!(sentence(field.what));
    schema
}

fn sentence(phrase: &str) -> String {
    let mut rest = phrase.chars();
    let first = rest.next().map(|first| first.to_uppercase().to_string());
    format!("{}{}.", first.unwrap_or_default(), rest.as_str())
}

fn text(description: &str) -> Value {
    json!({ "description": description, "type": "string", "minLength": 1 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_of_the_readers_is_in_the_schemas() {
        let schema = target();
        for field in FIELDS {
            assert!(
                schema["$defs"]["says"]["properties"][field.key].is_object(),
                "{}",
                field.key
            );
        }
        let schema = policy();
        for table in TABLES {
            assert!(schema["$defs"][table.name].is_object(), "{}", table.name);
        }
    }

    #[test]
    fn the_committed_schemas_are_in_step() {
        let root = crate::workspace::root().unwrap();
        assert_eq!(run(&root, Mode::Check), Report::default());
    }
}

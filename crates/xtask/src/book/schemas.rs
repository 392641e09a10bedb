//! The page of schemas: which file each is for, and what targets and policies can say.

use std::{fmt::Write as _, fs, path::Path};

use pyiron_lock_conform::data::{FIELDS, FieldInfo, Shape, TABLES};

use serde_json::Value;

use super::text::{cell, upper};
use crate::standing::read;

const REPOSITORY: &str = "https://github.com/pyiron/pyiron-lock/blob/main";

/// Writes the page.
pub(super) fn page(root: &Path) -> Result<String, String> {
    let printed = printed(root)?;
    let mut text = format!(
        "# Schemas\n\nEditors and scripts read these JSON schemas. Each is written from the table that the reader \
         itself goes by.\n\n| schema | of |\n|---|---|\n\
         | [`tiers`]({REPOSITORY}/specs/tiers.schema.json) | [the manifest `specs/tiers.yml`](tiers.md) |\n\
         | [`target`]({REPOSITORY}/conformance/target.schema.json) | [a target](conformance.md#a-target) |\n\
         | [`policy`]({REPOSITORY}/conformance/policy.schema.json) | [a policy](conformance.md#policies) |\n\
         | [`waivers`]({REPOSITORY}/conformance/waivers.schema.json) | [waivers](conformance.md#waivers) |\n\
         {printed}\n\
         ## Facts of a target\n\nWhat stands under `says` in a block of facts, in the order in which it is shown.\n\n"
    );
    fields(&mut text, FIELDS, &[]);
    text.push_str("\n## Tables of policies\n");
    for table in TABLES {
        let _ = write!(
            text,
            "\n### `{}`\n\n{}. A fact in bold has to be there.\n\n",
            table.name,
            upper(table.what)
        );
        fields(&mut text, table.fields, table.required);
    }
    Ok(text)
}

/// Returns a row for each schema of what the program prints; they lie beside the pages of the reference.
fn printed(root: &Path) -> Result<String, String> {
    let folder = "docs/reference";
    let entries = fs::read_dir(root.join(folder)).map_err(|error| format!("{folder}: {error}"))?;
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".schema.json"))
        .collect();
    names.sort();
    let mut rows = String::new();
    for name in names {
        let path = format!("{folder}/{name}");
        let schema: Value =
            serde_json::from_str(&read(root, &path)?).map_err(|error| format!("{path}: {error}"))?;
        let title = schema["title"]
            .as_str()
            .ok_or_else(|| format!("{path}: no title"))?;
        let short = name.trim_end_matches(".schema.json");
        let _ = writeln!(rows, "| [`{short}`]({name}) | `{}` |", cell(title));
    }
    Ok(rows)
}

fn fields(text: &mut String, fields: &[FieldInfo], required: &[&str]) {
    text.push_str("| fact | value | what |\n|---|---|---|\n");
    for field in fields {
        let key = match required.contains(&field.key) {
            true => format!("**`{}`**", field.key),
            false => format!("`{}`", field.key),
        };
        let _ = writeln!(text, "| {key} | {} | {} |", shape(field.shape), cell(field.what));
    }
}

fn shape(shape: Shape) -> String {
    let words = |words: &[&str]| {
        let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
        words.join(", ")
    };
    match shape {
        Shape::Text => "text".to_owned(),
        Shape::Word(known) => format!("one of {}", words(known)),
        Shape::Words(known) => format!("some of {}", words(known)),
        Shape::Texts => "a list of texts".to_owned(),
        Shape::Version => "a version, in quotes".to_owned(),
        Shape::VersionOrNone => "a version, in quotes, or `none`".to_owned(),
        Shape::Number => "a whole number".to_owned(),
        Shape::Bytes => "a size, such as `2 GB`".to_owned(),
        Shape::Flag => "`true` or `false`".to_owned(),
        Shape::Specs => "a list of constraints".to_owned(),
        Shape::Subdirs => "a list of subdirs".to_owned(),
    }
}

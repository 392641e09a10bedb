//! The reference page of export formats, written from the table that `export --list` shows.

use std::{fmt::Write as _, path::Path};

use pyiron_lock_export::{Format, Kind, Parameter, Proof, formats};

use crate::{
    Report,
    generate::{self, Generated, Mode},
};

const PAGE: &str = "docs/reference/formats.md";

/// Writes the page, or compares it.
pub(crate) fn run(root: &Path, mode: Mode) -> Report {
    let all: Vec<&Format> = formats().collect();
    let page = Generated {
        path: PAGE.into(),
        bytes: page(&all).into_bytes(),
    };
    generate::settle(root, &[page], mode, "formats")
}

fn page(formats: &[&Format]) -> String {
    let mut text = String::from(
        "<!-- Written by `cargo run -q -p xtask -- formats`; edit the tables in the crate instead. -->\n\n\
         # Export formats\n\n\
         What `pyiron-lock export FORMAT` makes of a lock. Every file says what it was made from where its grammar has \
         a place for\nit, and nothing is made up: a parameter without a default is something that only you know.\n\n\
         *Read by* names a program that reads the files whenever `tests/consumers/run` runs. *As in* names the \
         source of a grammar\nthat no program reads there.\n",
    );
    let mut group = None;
    for format in formats {
        if group != Some(format.group) {
            let heading = format.group.as_str();
            let _ = write!(text, "\n## {}{}\n", heading[..1].to_uppercase(), &heading[1..]);
            group = Some(format.group);
        }
        let _ = write!(text, "\n### `{}`\n\n{}.\n\n", format.name, upper(format.title));
        let _ = writeln!(text, "- Needs: {}", format.needs.as_str());
        for proof in format.proofs {
            let _ = match proof {
                Proof::Tested(reader) => writeln!(text, "- Read by: {reader}"),
                Proof::Documented(source) => writeln!(text, "- As in: {source}"),
            };
        }
        if !format.parameters.is_empty() {
            text.push_str("\n| `--set` | what | value | unless set |\n|---|---|---|---|\n");
        }
        for parameter in format.parameters {
            let _ = writeln!(
                text,
                "| `{}` | {} | {} | {} |",
                parameter.key,
                cell(parameter.what),
                kind(parameter),
                parameter
                    .default
                    .map(|default| format!("`{}`", cell(default)))
                    .unwrap_or_default()
            );
        }
    }
    text
}

fn kind(parameter: &Parameter) -> String {
    match parameter.kind {
        Kind::Text => "one line of text".to_owned(),
        Kind::Name => "a name".to_owned(),
        Kind::Names => "names with commas between them".to_owned(),
        Kind::Path => "an absolute path".to_owned(),
        Kind::Number => "a whole number".to_owned(),
        Kind::Numbers => "whole numbers with commas between them".to_owned(),
        Kind::Word(words) => words
            .iter()
            .map(|word| format!("`{word}`"))
            .collect::<Vec<_>>()
            .join(", "),
        Kind::Url => "an address".to_owned(),
        Kind::Image => "an image, without tag".to_owned(),
        Kind::ImageDigest => "`sha256:` and 64 digits".to_owned(),
    }
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

/// Returns a text with its first letter in upper case.
fn upper(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_has_its_part() {
        let all: Vec<&Format> = formats().collect();
        let page = page(&all);
        for format in all {
            assert!(
                page.contains(&format!("\n### `{}`\n", format.name)),
                "{}",
                format.name
            );
            for parameter in format.parameters {
                assert!(
                    page.contains(&format!("\n| `{}` | ", parameter.key)),
                    "{}",
                    parameter.key
                );
            }
        }
    }

    #[test]
    fn the_committed_page_is_in_step() {
        let root = crate::workspace::root().unwrap();
        assert_eq!(run(&root, Mode::Check), Report::default());
    }
}

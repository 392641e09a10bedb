//! What the script beside the page picks from, as JSON inside the page. Decides nothing.

use std::fmt::Write as _;

use pyiron_lock_conform::data::{FactValue, Known, Target};
use serde_json::{Value, json};

use super::Questions;
use crate::book::{
    Facts,
    support::{answer, behind, word},
};

/// Writes what the script picks from, one target a line.
pub(super) fn write(text: &mut String, facts: &Facts, questions: &Questions) {
    let fixed = json!({
        "audiences": questions.audiences,
        "computers": questions.computers,
        "formats": questions.formats,
        "otherFormat": questions.other_format,
        "networks": questions.networks.iter().map(|it| (it.id.clone(), json!({"label": it.label, "limits": it.limits}))).collect::<serde_json::Map<_, _>>(),
        "tiers": facts.committed.manifest.tiers.iter().map(|tier| (tier.name.to_string(), json!({
            "for": tier.description,
            "platforms": tier.platforms.iter().map(ToString::to_string).collect::<Vec<_>>(),
        }))).collect::<serde_json::Map<_, _>>(),
    });
    let _ = write!(
        text,
        "<script type=\"application/json\" id=\"facts\">\n{{\"fixed\": {},\n\"targets\": {{\n",
        safe(&fixed)
    );
    let all = facts.targets.all();
    for (index, target) in all.iter().enumerate() {
        let comma = if index + 1 < all.len() { "," } else { "" };
        let _ = writeln!(
            text,
            "\"{}\": {}{comma}",
            target.id,
            safe(&target_data(facts, questions, target))
        );
    }
    text.push_str("}}\n</script>\n");
}

fn target_data(facts: &Facts, questions: &Questions, target: &Target) -> Value {
    let cells = facts.judgement.cells.iter().filter(|cell| {
        cell.target == target.id
            && questions
                .audiences
                .iter()
                .any(|audience| audience.tier == cell.label)
    });
    let cells: serde_json::Map<String, Value> = cells
        .map(|cell| {
            let found: Vec<String> = behind(facts, cell)
                .map(|judged| format!("`{}`: {}", judged.finding.code, judged.finding.message))
                .collect();
            let says = json!({
                "state": word(cell.state),
                "sign": cell.state.sign(),
                "says": answer(cell),
                "asked": cell.asked,
                "platform": cell.platform.as_ref().map(ToString::to_string),
                "found": found,
            });
            (cell.label.clone(), says)
        })
        .collect();
    let unknown: Vec<String> = target
        .unknown()
        .map(|(key, why)| format!("`{key}` is not known: {why}"))
        .collect();
    json!({
        "kind": target.kind.as_str(),
        "title": target.title,
        "scheduler": text_of(target, "scheduler"),
        "cuda": text_of(target, "cuda"),
        "internet": [flag_of(target, "internet-login"), flag_of(target, "internet-compute")],
        "limits": unknown.iter().chain(&target.notes).collect::<Vec<_>>(),
        "cells": cells,
    })
}

/// Returns a text or version as it is written, `?` where nobody knows it.
fn text_of(target: &Target, key: &str) -> Option<String> {
    match target.fact(key) {
        Known::Said(fact) => Some(target.source.slice(fact.span).trim_matches('"').to_owned()),
        Known::Unknown => Some("?".to_owned()),
        Known::Unsaid => None,
    }
}

fn flag_of(target: &Target, key: &str) -> Option<bool> {
    match target.fact(key).said()?.value {
        FactValue::Flag(flag) => Some(flag),
        _ => None,
    }
}

/// Writes JSON so that no text in it can end the element it stands in.
fn safe(value: &Value) -> String {
    value.to_string().replace('<', "\\u003c")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_cannot_end_the_element_of_the_data() {
        assert_eq!(safe(&json!("</script>")), "\"\\u003c/script>\"");
    }
}

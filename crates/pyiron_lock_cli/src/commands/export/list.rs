//! `export --list`: what a lock can be exported as, what each format needs, what can be set, and who reads it.

use pyiron_lock_export::{Format, Kind, Needs, Parameter, Proof, formats};
use serde_json::{Value, json};

use crate::streams::Streams;

/// Lists the formats.
pub(super) fn show(json: bool, streams: &Streams) {
    if json {
        let all: Vec<Value> = formats().map(view).collect();
        streams.json(json!({ "formats": all }));
    } else {
        streams.result(&text());
    }
}

fn text() -> String {
    let width = formats().map(|format| format.name.len()).max().unwrap_or(0);
    let mut text = String::new();
    let mut group = None;
    for format in formats() {
        if group != Some(format.group) {
            let gap = if group.is_some() { "\n" } else { "" };
            text.push_str(&format!("{gap}{}\n", format.group.as_str()));
            group = Some(format.group);
        }
        text.push_str(&format!("  {:width$}  {}\n", format.name, format.title));
        let more = |line: &str| format!("  {:width$}    {line}\n", "");
        if format.needs != Needs::Lock {
            text.push_str(&more(&format!("needs {}", format.needs.as_str())));
        }
        for parameter in format.parameters {
            let value = match parameter.default {
                Some(default) => format!("{}={default}", parameter.key),
                None => format!("{}=", parameter.key),
            };
            text.push_str(&more(&format!("--set {value}  {}", parameter.what)));
        }
        for proof in format.proofs {
            text.push_str(&more(&match proof {
                Proof::Tested(reader) => format!("read by {reader}"),
                Proof::Documented(source) => format!("as in {source}"),
            }));
        }
    }
    text.push_str("\n`pyiron-lock export FORMAT --tier TIER -o DIR` makes one\n");
    text
}

fn view(format: &Format) -> Value {
    let parameters: Vec<Value> = format.parameters.iter().map(parameter_view).collect();
    let proofs: Vec<Value> = format
        .proofs
        .iter()
        .map(|proof| match proof {
            Proof::Tested(reader) => json!({"how": "tested", "by": reader}),
            Proof::Documented(source) => json!({"how": "documented", "by": source}),
        })
        .collect();
    json!({
        "name": format.name,
        "group": format.group.as_str(),
        "title": format.title,
        "needs": match format.needs {
            Needs::Lock => "lock",
            Needs::Linux => "linux",
            Needs::LinuxAndTarget => "linux-and-target",
            Needs::Locks => "locks",
        },
        "parameters": parameters,
        "proofs": proofs,
    })
}

fn parameter_view(parameter: &Parameter) -> Value {
    let words = match parameter.kind {
        Kind::Word(words) => Some(words),
        _ => None,
    };
    json!({
        "key": parameter.key,
        "what": parameter.what,
        "kind": match parameter.kind {
            Kind::Text => "text",
            Kind::Name => "name",
            Kind::Names => "names",
            Kind::Path => "path",
            Kind::Number => "number",
            Kind::Numbers => "numbers",
            Kind::Word(_) => "word",
            Kind::Url => "url",
            Kind::Image => "image",
            Kind::ImageDigest => "image-digest",
        },
        "words": words,
        "default": parameter.default,
    })
}

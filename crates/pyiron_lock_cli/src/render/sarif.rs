//! Findings as SARIF 2.1.0, which code hosts show beside the lines they are about. Made by hand with `serde_json`: the
//! crate `serde-sarif` generates its types from the schema when it is built, which brings 13 more crates.

use std::collections::HashMap;

use pyiron_lock_core::{Code, Origin, Severity, Span};
use serde_json::{Map, Value, json};

use super::results::{One, Results, relative, visible, waiver_text};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
const HOME: &str = env!("CARGO_PKG_REPOSITORY");
/// The longest excerpt, in bytes; a longer one is left out, since a part would not be what the region holds.
const MAX_SNIPPET: usize = 2000;

/// Returns one run as a SARIF document.
pub(crate) fn sarif(results: &Results<'_>) -> String {
    let all = results.all();
    let mut codes: Vec<Code> = all.iter().map(|one| one.finding.code).collect();
    codes.sort_unstable_by_key(|code| code.as_str());
    codes.dedup();
    let mut alike = HashMap::new();
    let told: Vec<Value> = all
        .iter()
        .map(|one| result(one, results, &codes, &mut alike))
        .collect();
    let mut document = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "pyiron-lock",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "informationUri": HOME,
                "rules": codes.iter().map(|code| rule(*code)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": told,
        }],
    });
    document.sort_all_objects();
    format!("{document:#}\n")
}

/// Returns the page that says what a code means.
pub(crate) fn help_uri(code: Code) -> String {
    format!("{HOME}/blob/main/docs/reference/codes.md#{code}")
}

fn rule(code: Code) -> Value {
    let info = code.info();
    let docs = json!({"text": info.docs, "markdown": info.docs});
    json!({
        "id": info.word,
        "shortDescription": {"text": info.title},
        "fullDescription": docs,
        // Said again, since code hosts show this one.
        "help": docs,
        "helpUri": help_uri(code),
        "defaultConfiguration": {"level": level(info.severity)},
    })
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn result(one: &One<'_>, results: &Results<'_>, codes: &[Code], alike: &mut HashMap<String, usize>) -> Value {
    let finding = one.finding;
    let mut value = json!({
        "ruleId": finding.code.as_str(),
        "level": level(finding.severity),
        "message": {"text": message(&one.lines().join("\n"))},
        "partialFingerprints": {"pyironLock/v1": fingerprint(one, alike)},
        "suppressions": one.waiver.iter().map(|waiver| {
            let mut suppression = json!({
                "kind": "external",
                "status": "accepted",
                "justification": waiver_text(waiver),
            });
            if let Some(source) = &results.waivers.source {
                let origin = Origin { source: source.clone(), span: waiver.span, label: String::new() };
                suppression["location"] = Value::Object(place(&origin, false));
            }
            suppression
        }).collect::<Vec<_>>(),
    });
    if let Some(index) = codes.iter().position(|code| *code == finding.code) {
        value["ruleIndex"] = json!(index);
    }
    let mut places = finding
        .origins
        .iter()
        .map(|origin| place(origin, !finding.hides_source));
    let mut first = places.next().unwrap_or_else(|| whole_lock(one, results));
    let about = logical(one);
    if !about.is_empty() {
        first.insert("logicalLocations".to_owned(), Value::Array(about));
    }
    if !first.is_empty() {
        value["locations"] = json!([first]);
    }
    let related: Vec<Value> = places.map(Value::Object).collect();
    if !related.is_empty() {
        value["relatedLocations"] = Value::Array(related);
    }
    value
}

/// Returns text in which nothing reads as a link: in SARIF, `[words](place)` is one even in plain text.
fn message(text: &str) -> String {
    if text.contains("](") {
        text.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]")
    } else {
        text.to_owned()
    }
}

fn place(origin: &Origin, with_text: bool) -> Map<String, Value> {
    let start = origin.source.position(origin.span.start);
    let end = origin.source.position(origin.span.end);
    let mut region = json!({
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    });
    let text = origin.source.slice(Span::new(origin.span.start, origin.span.end));
    if with_text && !text.is_empty() && text.len() <= MAX_SNIPPET {
        region["snippet"] = json!({"text": text});
    }
    let mut place = Map::new();
    let file = json!({"artifactLocation": {"uri": uri(origin.source.name())}, "region": region});
    place.insert("physicalLocation".to_owned(), file);
    if !origin.label.is_empty() {
        let label = json!({"text": message(&visible(&origin.label))});
        place.insert("message".to_owned(), label);
    }
    place
}

/// The file of the lock, for a finding without evidence: hosts drop results that have no file.
fn whole_lock(one: &One<'_>, results: &Results<'_>) -> Map<String, Value> {
    let mut place = Map::new();
    if let Some(lock) = results.lock_of(one) {
        let file = json!({"artifactLocation": {"uri": uri(lock.path)}});
        place.insert("physicalLocation".to_owned(), file);
    }
    place
}

fn logical(one: &One<'_>) -> Vec<Value> {
    let about = one.about().into_iter().map(|(kind, name)| {
        let name = visible(name);
        json!({"kind": kind, "name": name, "fullyQualifiedName": format!("{kind}:{name}")})
    });
    about.collect()
}

/// What stays the same while lines move: the code and what it is about, with a number where that is not enough.
fn fingerprint(one: &One<'_>, alike: &mut HashMap<String, usize>) -> String {
    let mut words = vec![one.finding.code.as_str().to_owned()];
    let about = one.about();
    if about.is_empty() || one.tier().is_none() {
        let file = one.finding.origins.first();
        words.extend(file.map(|origin| format!("file={}", uri(origin.source.name()))));
    }
    words.extend(
        about
            .iter()
            .map(|(kind, name)| format!("{kind}={}", encoded(name))),
    );
    let print = words.join(";");
    let count = alike.entry(print.clone()).or_default();
    *count += 1;
    match *count {
        1 => print,
        number => format!("{print};number={number}"),
    }
}

/// Returns a file name as a relative reference.
fn uri(name: &str) -> String {
    encoded(relative(name)).replace("%2F", "/")
}

/// Returns text with everything but unreserved characters as `%XX`.
fn encoded(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            shown.push(char::from(byte));
        } else {
            shown.push_str(&format!("%{byte:02X}"));
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::{super::results::testing::Sample, *};

    fn run(sample: &Sample) -> Value {
        let document: Value = serde_json::from_str(&sample.show(sarif)).unwrap();
        document["runs"][0].clone()
    }

    #[test]
    fn a_result_names_the_thing_and_then_the_rule() {
        let run = run(&Sample::plain());
        insta::assert_snapshot!(format!("{:#}", run["results"][1]));
        insta::assert_snapshot!("rule", format!("{:#}", run["tool"]["driver"]["rules"][3]));
    }

    #[test]
    fn secrets_have_no_snippet_and_a_missing_lock_still_has_a_file() {
        let run = run(&Sample::plain());
        let secret = &run["results"][2];
        assert_eq!(
            secret["locations"][0]["physicalLocation"]["region"]["startLine"],
            2
        );
        assert!(!secret.to_string().contains("snippet"));
        let stale = &run["results"][3]["locations"][0]["physicalLocation"];
        assert_eq!(stale["artifactLocation"]["uri"], "lockfiles/md/osx-arm64.lock");
        assert_eq!(run["results"][0].get("locations"), None);
    }

    #[test]
    fn only_waived_findings_are_suppressed() {
        let run = run(&Sample::plain());
        let results = run["results"].as_array().unwrap();
        let suppressed = |result: &Value| result["suppressions"].as_array().unwrap().len();
        assert_eq!(
            results.iter().map(suppressed).collect::<Vec<_>>(),
            [0, 0, 0, 0, 1]
        );
        let words = &results[4]["suppressions"][0]["justification"];
        assert_eq!(words, "waived by jan until 2027-01-31: soon | gone");
    }

    #[test]
    fn fingerprints_differ_and_hold_no_line() {
        let run = run(&Sample::plain().with_many());
        let results = run["results"].as_array().unwrap();
        let print = |result: &Value| result["partialFingerprints"]["pyironLock/v1"].to_string();
        let mut prints: Vec<String> = results.iter().map(print).collect();
        assert_eq!(
            prints[1],
            "\"test-too-new;tier=md;platform=linux-64;target=raven;package=numpy\""
        );
        prints.sort_unstable();
        prints.dedup();
        assert_eq!(prints.len(), results.len());
    }

    #[test]
    fn hostile_names_make_no_link_and_no_foreign_place() {
        let run = run(&Sample::hostile());
        let text = run["results"][1]["message"]["text"].as_str().unwrap();
        assert!(text.contains("\\](") && !text.contains('\u{1b}'));
        let uri = &run["results"][1]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
        assert_eq!(uri, "a%20b%7C%60%25%C3%A9.lock");
        assert!(!run.to_string().contains("someone"));
    }
}

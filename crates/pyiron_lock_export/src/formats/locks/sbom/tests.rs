//! What could break in a bill of materials: addresses, licences, the graph, and the same bytes for the same lock.

use serde_json::Value;

use super::*;
use crate::formats::locks::samples::{LOCK, OURS, made};

fn document(lock: &str, tier: &str, format: &str) -> Value {
    let export = made(&FORMAT, lock, tier, &[("format", format)]);
    let (_, file) = export.files.iter().next().unwrap();
    serde_json::from_str(&file.text).unwrap()
}

#[test]
fn letters_that_mean_something_in_a_package_url_are_escaped() {
    assert_eq!(escaped("1!2.0+cu_1~x"), "1%212.0%2Bcu_1~x");
    assert_eq!(
        escaped("https://a.invalid/c d"),
        "https%3A%2F%2Fa.invalid%2Fc%20d"
    );
}

#[test]
fn a_channel_with_a_name_is_named_and_another_has_its_address() {
    let purls = |lock| {
        let document = document(lock, "x", "cyclonedx");
        document["components"][0]["purl"].as_str().unwrap().to_owned()
    };
    assert_eq!(
        purls(LOCK),
        "pkg:conda/_x86_64-microarch-level@3?build=5_level3&channel=conda-forge&subdir=noarch&type=conda"
    );
    assert_eq!(
        purls(OURS),
        "pkg:conda/bzip2@1.0.8?build=h_8&repository_url=https%3A%2F%2Fsample.pyiron-lock.invalid&subdir=linux-64&type=conda"
    );
}

#[test]
fn a_licence_is_an_expression_or_words() {
    let lock = OURS.replacen("license: MIT", "license: Any \"old\" words", 1);
    // The digest no longer holds, which is for `verify` to say.
    let names = |document: &Value| document["components"].to_string();
    let text = names(&document(&lock, "x", "cyclonedx"));
    assert!(
        text.contains(r#"{"license":{"name":"Any \"old\" words"}}"#),
        "{text}"
    );
    assert!(
        text.contains(r#"{"expression":"LicenseRef-Public-Domain"}"#),
        "{text}"
    );
    let spdx = document(&lock, "x", "spdx");
    assert_eq!(
        spdx["hasExtractedLicensingInfos"][0]["licenseId"],
        "LicenseRef-Public-Domain"
    );
    let packages = spdx["packages"].to_string();
    assert!(
        packages.contains("in no expression of SPDX: Any \\\"old\\\" words"),
        "{packages}"
    );
}

#[test]
fn the_tier_depends_on_what_was_asked_for_and_every_end_of_an_edge_is_there() {
    let document = document(OURS, "x", "cyclonedx");
    let known: Vec<&Value> = document["components"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| &c["bom-ref"])
        .collect();
    let edges = document["dependencies"].as_array().unwrap();
    assert_eq!(edges.len(), known.len() + 1);
    assert_eq!(edges[0]["dependsOn"].as_array().unwrap().len(), 3);
    for edge in edges {
        for end in edge["dependsOn"].as_array().unwrap() {
            assert!(known.contains(&end), "{end}");
        }
    }
    assert_eq!(document["compositions"][0]["aggregate"], "incomplete");
}

#[test]
fn the_same_lock_gives_the_same_number_and_another_format_another() {
    let number = |lock, format| match format {
        "spdx" => document(lock, "x", format)["documentNamespace"]
            .as_str()
            .unwrap()
            .to_owned(),
        _ => document(lock, "x", format)["serialNumber"]
            .as_str()
            .unwrap()
            .to_owned(),
    };
    assert_eq!(number(OURS, "cyclonedx"), number(OURS, "cyclonedx"));
    assert_ne!(number(OURS, "cyclonedx"), number(LOCK, "cyclonedx"));
    assert_ne!(number(OURS, "cyclonedx"), number(OURS, "spdx"));
    let number = number(OURS, "cyclonedx");
    let groups: Vec<usize> = number["urn:uuid:".len()..].split('-').map(str::len).collect();
    assert_eq!(groups, [8, 4, 4, 4, 12], "{number}");
}

#[test]
fn a_name_of_a_tier_stays_one_text() {
    let name = "a\"\n}, $(id) `x` \u{1f4a5}";
    assert_eq!(
        document(LOCK, name, "cyclonedx")["metadata"]["component"]["name"],
        name
    );
    assert_eq!(document(LOCK, name, "spdx")["name"], name);
}

//! What a release holds, and what it says of what it does not hold.

use serde_json::Value;

use super::*;
use crate::{
    Subject, Tier, format_named,
    input::Place,
    parameters::Parameters,
    testing::{self, lock},
};

const ARCHIVES: &[&str] = &[
    "linux-64/python-3.12.1-h_0.conda",
    "noarch/jupyterlab-4.4.1-pyh_0.conda",
];

fn hostile() -> Tier {
    Tier {
        name: "x".to_owned(),
        description: Some("a \"b\" $(id) `id`\n# é\u{2028}".to_owned()),
        ..Tier::default()
    }
}

fn text<'a>(export: &'a Export, path: &str) -> &'a str {
    &export.files.get(path).unwrap().text
}

fn index(export: &Export) -> Value {
    serde_json::from_str(text(export, INDEX)).unwrap()
}

fn left_out(export: &Export) -> BTreeSet<String> {
    let index = index(export);
    let all = index["left_out"].as_array().unwrap().iter();
    all.map(|one| one["format"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn every_file_is_in_the_sums_once_and_in_order() {
    let export = testing::made(&FORMAT, &lock(ARCHIVES), hostile(), None, &[]).unwrap();
    let lines = text(&export, SUMS).lines();
    let listed: Vec<(&str, &str)> = lines
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split_once("  ").unwrap())
        .collect();
    let paths: Vec<&str> = listed.iter().map(|(_, path)| *path).collect();
    let all: Vec<&str> = export.files.iter().map(|(path, _)| path.as_str()).collect();
    let without: Vec<&str> = all.into_iter().filter(|path| *path != SUMS).collect();
    assert_eq!(paths, without);
    for (sha256, path) in listed {
        assert_eq!(sha256, index::sha256(text(&export, path)), "{path}");
    }
}

#[test]
fn every_format_is_there_or_left_out_with_a_reason() {
    let export = testing::made(&FORMAT, &lock(ARCHIVES), hostile(), None, &[]).unwrap();
    let index = index(&export);
    let exports = index["exports"].as_array().unwrap();
    let made: BTreeSet<String> = exports
        .iter()
        .map(|one| one["format"].as_str().unwrap().to_owned())
        .collect();
    let out = left_out(&export);
    let wanted: BTreeSet<String> = formats()
        .map(|format| format.name.to_owned())
        .filter(|name| name != "release")
        .collect();
    assert!(made.is_disjoint(&out));
    assert_eq!(made.union(&out).cloned().collect::<BTreeSet<_>>(), wanted);
    let target = formats().find(|format| format.needs == Needs::LinuxAndTarget);
    if let Some(format) = target {
        assert!(out.contains(format.name));
    }
    assert_eq!(
        index["description"],
        Value::from("a \"b\" $(id) `id`\n# é\u{2028}")
    );
    for finding in &export.findings {
        assert_ne!(finding.severity, Severity::Error, "{}", finding.message);
    }
    assert!(
        out.is_empty()
            || export
                .findings
                .iter()
                .any(|finding| finding.code == EXPORT_FORMAT_LEFT_OUT)
    );
}

#[test]
fn what_needs_a_target_is_there_once_there_is_one() {
    let place = Place {
        id: "somewhere".to_owned(),
        ..Place::default()
    };
    let export = testing::made(&FORMAT, &lock(ARCHIVES), hostile(), Some(&place), &[]).unwrap();
    assert_eq!(index(&export)["target"], "somewhere");
    let without = testing::made(&FORMAT, &lock(ARCHIVES), hostile(), None, &[]).unwrap();
    assert!(left_out(&export).len() <= left_out(&without).len());
}

#[test]
fn several_locks_have_a_folder_each_and_one_finding_is_said_once() {
    let (one, mut other) = (lock(ARCHIVES), lock(ARCHIVES));
    other.platform.name = "linux-64-v3".parse().unwrap();
    let subjects = [
        Subject::new(&one, Some(hostile())).unwrap(),
        Subject::new(&other, Some(hostile())).unwrap(),
    ];
    let parameters = Parameters::read(&FORMAT, []).unwrap();
    let inputs: Vec<Input<'_>> = subjects
        .iter()
        .map(|own| Input {
            own,
            ancestors: &[],
            place: None,
            parameters: &parameters,
        })
        .collect();
    let export = release(&inputs).unwrap();
    for path in [
        "explicit/linux-64/explicit.txt",
        "explicit/linux-64-v3/explicit.txt",
    ] {
        assert!(export.files.get(path).is_some(), "{path}");
    }
    let mut said = BTreeSet::new();
    for finding in &export.findings {
        assert!(
            said.insert((finding.code.as_str(), &finding.message)),
            "{}",
            finding.message
        );
    }
}

#[test]
fn what_is_set_arrives() {
    let digest = format!("sha256:{}", "b".repeat(64));
    let set = [("base-digest", digest.as_str()), ("sbom.format", "spdx")];
    let export = testing::made(&FORMAT, &lock(ARCHIVES), hostile(), None, &set).unwrap();
    assert!(text(&export, "dockerfile/Dockerfile").contains(&digest));
    assert!(export.files.get("sbom/sbom.spdx.json").is_some());
}

#[test]
fn a_release_hands_each_format_what_it_has() {
    let read = |words: &[(&str, &str)]| {
        let set = words
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        Parameters::read(&FORMAT, set)
    };
    let of = |set: &Parameters, format, key| {
        let part = set.of(format_named(format).unwrap());
        part.get(key).map(str::to_owned)
    };
    let set = read(&[
        ("dockerfile.base-tag", "one"),
        ("base-tag", "all"),
        ("layers", "2"),
    ])
    .unwrap();
    assert_eq!(of(&set, "dockerfile", "base-tag").as_deref(), Some("one"));
    assert_eq!(of(&set, "apptainer", "base-tag").as_deref(), Some("all"));
    assert_eq!(of(&set, "apptainer", "layers"), None);
    assert_eq!(of(&set, "sbom", "format").as_deref(), Some("cyclonedx"));
    for (word, value) in [
        ("base-tags", "x"),
        ("explicit.base-tag", "x"),
        ("nothing.base-tag", "x"),
        ("sbom.format", "x"),
    ] {
        assert!(read(&[(word, value)]).is_err(), "{word}");
    }
}

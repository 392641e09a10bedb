//! `export release` through the program: what it holds is what each format makes alone, and what it says of that is so.

use std::{collections::BTreeMap, fs, path::Path};

use pyiron_lock_core::Digest;
use serde_json::Value;

use super::{export, listed};
use crate::support::{Ran, program, repository, run, tree};

fn release(folder: &Path, arguments: &[&str]) -> Ran {
    run(program()
        .current_dir(repository())
        .args(["export", "release", "-o"])
        .arg(folder)
        .args(arguments))
}

fn index(folder: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(folder.join("index.json")).unwrap()).unwrap()
}

#[test]
fn a_release_holds_what_each_format_makes_alone() {
    let folder = tempfile::tempdir().unwrap();
    release(folder.path(), &["--tier", "minimal", "--platform", "linux-64"]).exits(0);
    let index = index(folder.path());
    let left_out = index["left_out"].as_array().unwrap();
    let mut count = 2;
    for mut format in listed() {
        if format.name == "release" {
            continue;
        }
        format.target = None;
        let alone = tempfile::tempdir().unwrap();
        let ran = run(&mut export(&format, "minimal", alone.path()));
        let part = folder.path().join(&format.name);
        if ran.code == Some(0) {
            let files = tree(alone.path());
            assert_eq!(tree(&part), files, "{}", format.name);
            count += files.len();
        } else {
            assert!(!part.exists(), "{}", format.name);
            let mut names = left_out.iter().map(|one| one["format"].as_str().unwrap());
            assert!(names.any(|name| name == format.name), "{}", format.name);
        }
    }
    assert_eq!(tree(folder.path()).len(), count);
}

#[test]
fn every_lock_of_a_tier_has_its_folder_and_every_file_its_digest() {
    let folder = tempfile::tempdir().unwrap();
    let ran = release(folder.path(), &["--tier", "cmti", "--json"]).exits(0);
    assert_eq!(ran.json()["locks"].as_array().unwrap().len(), 3);
    let index = index(folder.path());
    let platforms: Vec<&str> = index["locks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|lock| lock["platform"].as_str().unwrap())
        .collect();
    assert_eq!(platforms, ["linux-64", "linux-64-v3", "linux-64-cuda"]);
    let mut digests: BTreeMap<String, String> = BTreeMap::new();
    for export in index["exports"].as_array().unwrap() {
        for file in export["files"].as_array().unwrap() {
            let text = |key: &str| file[key].as_str().unwrap().to_owned();
            digests.insert(text("path"), text("sha256"));
        }
    }
    for (name, text) in tree(folder.path()) {
        let digest = Digest::of(text.as_bytes()).to_string();
        match name.as_str() {
            "SHA256SUMS" | "index.json" => {}
            name => assert_eq!(digests.remove(name), Some(digest), "{name}"),
        }
    }
    assert!(digests.is_empty(), "{digests:?}");
    // One run after another changes nothing, and a lock that is missing is an error and no gap.
    release(folder.path(), &["--tier", "cmti"]).exits(0);
    let nowhere = folder.path().join("nowhere");
    let lock_dir = nowhere.to_str().unwrap();
    let ran = release(&nowhere, &["--tier", "cmti", "--lock-dir", lock_dir]).exits(2);
    assert!(ran.stderr.contains("has no lock"), "{ran:?}");
    assert!(!nowhere.exists());
}

#[test]
fn what_is_set_goes_to_the_formats_that_have_it() {
    let folder = tempfile::tempdir().unwrap();
    let digest = format!("base-digest=sha256:{}", "a".repeat(64));
    let one = ["--tier", "minimal", "--platform", "linux-64"];
    let set = ["--set", &digest, "--set", "sbom.format=spdx"];
    let ran = release(folder.path(), &[&one[..], &set].concat()).exits(0);
    assert!(!ran.stderr.contains("base-not-pinned"), "{}", ran.stderr);
    assert!(folder.path().join("sbom/sbom.spdx.json").exists());
    let set = ["--set", "base-digests=x"];
    let ran = release(folder.path(), &[&one[..], &set].concat()).exits(2);
    assert!(
        ran.stderr.contains("did you mean `base-digest`?"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_file_with_locks_of_several_platforms_is_released_whole() {
    let folder = tempfile::tempdir().unwrap();
    let hash = "a".repeat(64);
    let record = |subdir: &str| {
        format!(
            "- name: a\n  version: '1'\n  manager: conda\n  platform: {subdir}\n  dependencies: {{}}\n  \
             url: https://host.invalid/c/{subdir}/a-1-0.conda\n  hash:\n    sha256: {hash}\n  category: main\n  \
             optional: false\n"
        )
    };
    let text = format!(
        "version: 1\nmetadata:\n  content_hash:\n    linux-64: x\n    osx-arm64: x\n  channels:\n  - url: \
         https://host.invalid/c\n    used_env_vars: []\n  platforms:\n  - linux-64\n  - osx-arm64\n  sources: \
         []\npackage:\n{}{}",
        record("linux-64"),
        record("osx-arm64")
    );
    let file = folder.path().join("conda-lock.yml");
    fs::write(&file, text).unwrap();
    let out = folder.path().join("out");
    release(&out, &["--lock", file.to_str().unwrap()]).exits(0);
    for platform in ["linux-64", "osx-arm64"] {
        let path = out.join(format!("explicit/{platform}/explicit.txt"));
        assert!(path.exists(), "{platform}");
    }
    let index = index(&out);
    let left_out = index["left_out"].as_array().unwrap();
    let dockerfile = left_out.iter().find(|one| one["format"] == "dockerfile").unwrap();
    assert_eq!(dockerfile["platforms"], serde_json::json!(["osx-arm64"]));
    assert!(out.join("dockerfile/linux-64/Dockerfile").exists());
}

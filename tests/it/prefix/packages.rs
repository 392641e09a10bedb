//! Packages of a prefix against a lock.

use std::fs;

use super::made::{Made, found};
use crate::{
    support::{program, repository, run, tree},
    verify::fit,
};

/// The one code that a prefix gives.
#[track_caller]
fn only(made: &Made, exit: i32) -> (String, Vec<String>) {
    let all = made.finds(exit);
    assert_eq!(all.len(), 1, "{all:#?}");
    all.into_iter().next().unwrap()
}

#[test]
fn what_the_lock_says_is_clean_and_stays_as_it_is() {
    let made = Made::new();
    let before = tree(&made.path(""));
    let ran = made.verify(&[]).exits(0);
    assert_eq!(
        ran.stdout,
        "env against conda-lock.yml on linux-64: 4 packages, 9 files, 0 errors, 0 warnings, 0 notes\n"
    );
    assert!(tree(&made.path("")) == before);
    let told = made.verify(&["--json"]).exits(0).json();
    assert_eq!(told["prefix"]["python"], "3.12.4");
    assert_eq!(told["findings"].as_array().unwrap().len(), 0);
}

#[test]
fn packages_differ_in_every_way_that_matters() {
    let made = Made::new();
    fs::remove_file(made.path("conda-meta/libx-1.2-0.json")).unwrap();
    let codes: Vec<String> = made.finds(5).into_iter().map(|(code, _)| code).collect();
    assert!(codes.contains(&"prefix-package-missing".to_owned()), "{codes:?}");
    assert!(codes.contains(&"prefix-code-unrecorded".to_owned()), "{codes:?}");

    let mut made = Made::new();
    made.install("extra", "1.0", &[]);
    assert_eq!(only(&made, 5).0, "prefix-package-extra");

    let made = Made::new();
    made.edit_lock("\"1.2\"", "\"1.3\"");
    let (code, lines) = only(&made, 5);
    assert_eq!(code, "prefix-package-differs");
    assert_eq!(lines, ["`libx` is installed as 1.2 0, locked as 1.3 0"]);
}

#[test]
fn another_archive_of_the_same_build_is_told_by_its_digest_alone() {
    let made = Made::new();
    let digest = super::made::sha256(b"libx");
    made.edit("libx", |record| {
        record["sha256"] = super::made::sha256(b"other").into();
    });
    let (code, lines) = only(&made, 5);
    assert_eq!(code, "prefix-package-differs");
    assert_eq!(lines[1], format!("locked: sha256 {digest}"));
}

#[test]
fn the_same_archive_from_elsewhere_is_a_warning() {
    let made = Made::new();
    made.edit("libx", |record| {
        record["url"] = "https://mirror.invalid/linux-64/libx-1.2-0.conda".into();
    });
    assert_eq!(only(&made, 0).0, "prefix-channel-differs");
    made.verify(&["-D", "prefix-channel-differs"]).exits(5);
    made.edit("libx", |record| record["sha256"] = serde_json::Value::Null);
    assert_eq!(only(&made, 0).0, "prefix-package-unproven");
}

#[test]
fn two_records_of_one_name_are_told() {
    let made = Made::new();
    fs::copy(
        made.path("conda-meta/libx-1.2-0.json"),
        made.path("conda-meta/libx-1.1-0.json"),
    )
    .unwrap();
    assert_eq!(only(&made, 5).0, "prefix-package-twice");
}

#[test]
fn without_a_lock_a_prefix_is_held_against_its_own_records() {
    let mut made = Made::new();
    made.install("extra", "1.0", &[]);
    let ran = run(program()
        .current_dir(made.outside())
        .args(["verify", "--prefix", "env"]))
    .exits(0);
    assert!(ran.stdout.contains("no lock was named"), "{ran:?}");
    run(program()
        .current_dir(made.outside())
        .args(["verify", "--prefix", "absent"]))
    .exits(2);
    fs::create_dir(made.outside().join("empty")).unwrap();
    let ran = run(program()
        .current_dir(made.outside())
        .args(["verify", "--prefix", "empty"]))
    .exits(2);
    assert!(ran.stderr.contains("is no environment"), "{ran:?}");
}

#[test]
fn every_format_tells_the_same() {
    let made = Made::new();
    fs::write(made.path("share/x/data"), "other").unwrap();
    let schema = fs::read_to_string(repository().join("docs/reference/verify.schema.json")).unwrap();
    let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
    let told = made.verify(&["--json"]).exits(5).json();
    fit(&schema, &schema["$defs"]["prefix"], &told, "prefix");
    assert_eq!(told["files"][0]["path"], "share/x/data");
    assert_eq!(told["files"][0]["state"], "altered");
    assert_eq!(found(&told)[0].0, "prefix-file-altered");
    let junit = made.verify(&["--format", "junit"]).exits(5).stdout;
    assert!(
        junit.contains("<testsuite name=\"env linux-64\" tests=\"1\" failures=\"1\""),
        "{junit}"
    );
    let alone = run(program()
        .current_dir(made.outside())
        .args(["verify", "--prefix", "env", "--format", "junit"]));
    assert_eq!(alone.exits(5).stdout.matches("<testsuite ").count(), 1);
    let sarif = made.verify(&["--format", "sarif"]).exits(5).stdout;
    assert!(sarif.contains("\"prefix-file-altered\""), "{sarif}");
    let markdown = made.verify(&["--format", "markdown"]).exits(5).stdout;
    assert!(markdown.contains("prefix-file-altered"), "{markdown}");
}

#[test]
fn a_lock_that_was_edited_is_no_measure() {
    let folder = tempfile::tempdir().unwrap();
    let made = Made::new();
    let lock = fs::read_to_string(repository().join("lockfiles/minimal/linux-64.lock")).unwrap();
    let path = folder.path().join("edited.lock");
    fs::write(&path, lock.replacen("python", "pythom", 1)).unwrap();
    let ran = run(program()
        .current_dir(made.outside())
        .args(["verify", "--prefix", "env", "--lock"])
        .arg(&path));
    assert_eq!(ran.code, Some(2), "{ran:?}");
}

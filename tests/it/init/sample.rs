//! The sample channel inside the program: the same records as in the folder, and any folder given comes first.

use std::fs;

use pyiron_lock_testkit::{Channel, Package};
use tempfile::{TempDir, tempdir};

use super::{run_in, with};
use crate::support::{repository, tree};

/// A channel in a folder with one package that the sample channel does not have.
fn other_channel() -> TempDir {
    let folder = tempdir().unwrap();
    let channel = Channel::new("sample").packages([Package::new("only-here 1.0 0")]);
    channel.write_repodata(folder.path()).unwrap();
    folder
}

#[test]
fn a_folder_given_for_the_sample_channel_comes_first() {
    let folder = with(&[("environment.yml", "dependencies:\n  - only-here\n")]);
    let other = other_channel();
    let source = format!("sample={}", other.path().display());
    let file = [
        "resolve",
        "-f",
        "environment.yml",
        "-p",
        "linux-64",
        "-o",
        "x.lock",
        "-c",
        "sample",
    ];
    let ran = run_in(folder.path(), &file).exits(3);
    assert!(ran.stderr.contains("the channel inside this program"), "{ran:?}");
    let ran = run_in(
        folder.path(),
        &[&file[..], &["--channel-source", &source]].concat(),
    )
    .exits(0);
    assert!(!ran.stderr.contains("the channel inside this program"), "{ran:?}");
    let lock = fs::read_to_string(folder.path().join("x.lock")).unwrap();
    assert!(
        lock.contains("https://sample.pyiron-lock.invalid/linux-64/only-here-1.0-0.conda"),
        "{lock}"
    );
}

#[test]
fn a_manifest_that_defines_sample_comes_first() {
    let other = other_channel();
    let manifest = format!(
        "channels: [sample]\nchannel-sources:\n  sample: {{ url: \"https://own.invalid/\", path: \"{}\" }}\n\
         platforms:\n  win-64: {{}}\ntiers:\n  one: {{ spec: one.yml }}\n",
        other.path().display()
    );
    let folder = with(&[
        ("specs/tiers.yml", &manifest),
        ("specs/one.yml", "dependencies:\n  - only-here\n"),
    ]);
    let ran = run_in(folder.path(), &["resolve"]).exits(3);
    assert_eq!(ran.stderr.matches("inside this program").count(), 0, "{ran:?}");
    let url_only = manifest.replace(&format!(", path: \"{}\"", other.path().display()), "");
    fs::write(folder.path().join("specs/tiers.yml"), url_only).unwrap();
    let ran = run_in(folder.path(), &["resolve", "--offline", "--cache-dir", "cache"]).exits(6);
    assert!(
        ran.stderr
            .contains("the index of https://own.invalid/ was never fetched"),
        "{ran:?}"
    );
}

#[test]
fn the_index_inside_the_program_gives_the_locks_that_the_folder_gives() {
    let folder = tempdir().unwrap();
    run_in(folder.path(), &["init", "-c", "sample"]).exits(0);
    let source = format!("sample={}", repository().join("tests/sample-channel").display());
    run_in(folder.path(), &["resolve", "--lock-dir", "inside"]).exits(0);
    run_in(
        folder.path(),
        &["resolve", "--lock-dir", "folder", "--channel-source", &source],
    )
    .exits(0);
    let (inside, outside) = (
        tree(&folder.path().join("inside")),
        tree(&folder.path().join("folder")),
    );
    assert!(!inside.is_empty());
    assert!(inside == outside);
}

#[test]
fn a_subdir_that_the_sample_channel_lacks_is_noted() {
    let folder = with(&[(
        "environment.yml",
        "channels: [sample]\ndependencies:\n  - python\n",
    )]);
    let file = ["resolve", "-f", "environment.yml", "-p", "osx-64", "-o", "x.lock"];
    let ran = run_in(folder.path(), &file).exits(3);
    assert!(ran.stderr.contains("note: the built-in channel"), "{ran:?}");
    assert!(ran.stderr.contains("has no index for osx-64"), "{ran:?}");
}

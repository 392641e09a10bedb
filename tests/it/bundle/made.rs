//! What a bundle holds, and that it is the same wherever and whenever it is made.

use std::{fs, process::Command};

use serde_json::Value;

use super::{bundled, names, project};
use crate::support::{Project, repository, run};

/// Unpacks a bundle with the tar of the system.
fn unpack(project: &Project, bundle: &str) {
    fs::create_dir(project.path("unpacked")).unwrap();
    let mut tar = Command::new("tar");
    tar.args(["-xf", bundle, "-C", "unpacked"])
        .current_dir(project.path(""));
    run(&mut tar).exits(0);
}

#[test]
fn the_same_lock_gives_the_same_bytes_whoever_makes_it() {
    let project = project();
    let first = fs::read(bundled(&project)).unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let root = project.path("");
    let mut shell = Command::new("sh");
    shell
        .arg("-c")
        .arg("umask 077; \"$0\" bundle minimal --project \"$1\" -o again.tar")
        .arg(project.command(&[]).get_program())
        .arg(&root)
        .current_dir(elsewhere.path())
        .env("TZ", "Asia/Tokyo")
        .env("LC_ALL", "tr_TR.UTF-8")
        .env("HOME", elsewhere.path());
    run(&mut shell).exits(0);
    assert_eq!(fs::read(elsewhere.path().join("again.tar")).unwrap(), first);
    // Archives that were touched, and a second time over the first bundle.
    let old = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1);
    for name in names(&project.path("channel/linux-64")) {
        let file = fs::File::options()
            .append(true)
            .open(project.path("channel/linux-64").join(name))
            .unwrap();
        file.set_modified(old).unwrap();
    }
    assert_eq!(fs::read(bundled(&project)).unwrap(), first);
}

#[test]
fn the_tools_of_any_system_read_and_check_it() {
    let project = project();
    bundled(&project);
    unpack(&project, "minimal.tar");
    let mut sums = Command::new("sha256sum");
    sums.args(["--strict", "-c", "SHA256SUMS"])
        .current_dir(project.path("unpacked"));
    let ran = run(&mut sums).exits(0);
    assert_eq!(ran.stdout.lines().count(), 8, "{ran:?}");
    assert_eq!(
        project.read("unpacked/lockfile"),
        project.read("lockfiles/minimal/linux-64.lock")
    );
    assert_eq!(
        names(&project.path("unpacked")),
        ["SHA256SUMS", "bundle.json", "lockfile", "packages"]
    );
    assert_eq!(
        names(&project.path("unpacked/packages/linux-64")),
        [
            "libblas-3.9.0-0.conda",
            "numpy-2.3.4-0.conda",
            "python-3.12.1-0.conda",
            "repodata.json"
        ]
    );
}

#[test]
fn unpacked_it_is_a_channel_that_gives_the_same_records() {
    let project = project();
    bundled(&project);
    unpack(&project, "minimal.tar");
    fs::remove_dir_all(project.path("channel")).unwrap();
    let source = format!("forge={}", project.path("unpacked/packages").display());
    project
        .run(&[
            "resolve",
            "--tier",
            "minimal",
            "--lock-dir",
            "again",
            "--channel-source",
            &source,
        ])
        .exits(0);
    assert_eq!(
        project.read("again/minimal/linux-64.lock"),
        project.read("lockfiles/minimal/linux-64.lock")
    );
    // And it can be bundled again from what was unpacked.
    let first = fs::read(project.path("minimal.tar")).unwrap();
    project
        .run(&[
            "bundle",
            "minimal",
            "-o",
            "minimal.tar",
            "--channel-source",
            &source,
        ])
        .exits(0);
    assert_eq!(fs::read(project.path("minimal.tar")).unwrap(), first);
}

#[test]
fn what_was_made_and_checked_is_told_as_json() {
    let project = project();
    let made = project
        .run(&["bundle", "minimal", "-o", "minimal.tar", "--json"])
        .exits(0)
        .json();
    let bytes = fs::read(project.path("minimal.tar")).unwrap();
    assert_eq!(made["bytes"], bytes.len());
    assert_eq!(made["sha256"], pyiron_lock_core::Digest::of(&bytes).to_string());
    assert_eq!(made["archives"], 4);
    let alone = project
        .run(&["bundle", "--verify", "minimal.tar", "--json"])
        .exits(0)
        .json();
    let against = project
        .run(&["bundle", "--verify", "minimal.tar", "minimal", "--json"])
        .exits(0)
        .json();
    for checked in [&alone, &against] {
        for word in ["tier", "platform", "release", "digest", "archives"] {
            assert_eq!(checked[word], made[word], "{word}");
        }
    }
    assert_eq!(alone["held-against"], Value::Null);
    assert_eq!(against["held-against"], made["digest"]);
}

#[test]
fn locks_of_other_programs_are_bundled_too() {
    let project = project();
    let explicit = project
        .run(&["export", "explicit", "--tier", "minimal"])
        .exits(0)
        .stdout;
    project.write("explicit.txt", &explicit);
    let ran = project
        .run(&["bundle", "--lock", "explicit.txt", "-o", "explicit.tar"])
        .exits(0);
    assert!(ran.stderr.contains("4 archives"), "{ran:?}");
    project
        .run(&["bundle", "--verify", "explicit.tar", "--lock", "explicit.txt"])
        .exits(0);
}

#[test]
fn the_commands_of_the_guide_work() {
    let project = project();
    let guide = fs::read_to_string(repository().join("docs/guide/bundle.md")).unwrap();
    let mut count = 0;
    for line in guide.lines() {
        if let Some(command) = line.strip_prefix("$ pyiron-lock ") {
            project
                .run(&command.split_whitespace().collect::<Vec<_>>())
                .exits(0);
            count += 1;
        }
    }
    assert!(count >= 4, "{count}");
}

#[test]
fn a_secret_in_a_lock_is_not_carried_along() {
    let project = project();
    let explicit = project
        .run(&["export", "explicit", "--tier", "minimal"])
        .exits(0)
        .stdout;
    let secret = format!("# from https://ada:pass-word@forge.invalid/\n{explicit}");
    project.write("explicit.txt", &secret);
    let ran = project
        .run(&["bundle", "--lock", "explicit.txt", "-o", "explicit.tar"])
        .exits(2);
    assert!(
        ran.stderr
            .contains("explicit.txt has an address with a password or token"),
        "{ran:?}"
    );
    assert!(!ran.stderr.contains("pass-word"), "{ran:?}");
    assert!(!project.path("explicit.tar").exists());
}

#[test]
fn only_bundles_are_written_over() {
    let project = project();
    project.write("thesis.tar", "years of work");
    let ran = project.run(&["bundle", "minimal", "-o", "thesis.tar"]).exits(2);
    assert!(
        ran.stderr.contains("thesis.tar is there and is no bundle"),
        "{ran:?}"
    );
    assert_eq!(project.read("thesis.tar"), "years of work");
    bundled(&project);
    project.run(&["bundle", "small", "-o", "minimal.tar"]).exits(0);
    project
        .run(&["bundle", "--verify", "minimal.tar", "small"])
        .exits(0);
}

#[test]
fn an_archive_that_is_missing_or_another_leaves_nothing() {
    let project = project();
    let before = names(&project.path(""));
    let archive = "channel/noarch/six-1.17.0-py_0.conda";
    let bytes = fs::read(project.path(archive)).unwrap();
    let mut other = bytes.clone();
    other[50] ^= 1;
    fs::write(project.path(archive), &other).unwrap();
    let ran = project.run(&["bundle", "minimal", "-o", "minimal.tar"]).exits(2);
    assert!(
        ran.stderr
            .contains("six-1.17.0-py_0.conda is not the archive that the lock lists: it has another sha256"),
        "{ran:?}"
    );
    fs::remove_file(project.path(archive)).unwrap();
    let ran = project.run(&["bundle", "minimal", "-o", "minimal.tar"]).exits(6);
    assert!(
        ran.stderr.contains("has no archive noarch/six-1.17.0-py_0.conda"),
        "{ran:?}"
    );
    assert!(ran.stderr.contains("--channel-source NAME=DIR"), "{ran:?}");
    assert_eq!(names(&project.path("")), before);
}

#[test]
fn what_a_killed_run_left_is_swept_by_the_next() {
    let project = project();
    project.write(".pyiron-lock-abc.tmp/noarch/half.conda", "half");
    project.write(".pyiron-lock-def.tmp", "half a bundle");
    bundled(&project);
    let left: Vec<String> = names(&project.path(""))
        .into_iter()
        .filter(|name| name.starts_with(".pyiron-lock"))
        .collect();
    assert_eq!(left, [""; 0]);
}

#[test]
fn the_words_have_to_say_what_is_to_be_done() {
    let project = project();
    for (words, told) in [
        (&["bundle", "minimal"][..], "--output"),
        (&["bundle", "-o", "x.tar"], "TIER"),
        (
            &["bundle", "minimal", "--lock", "x", "-o", "x.tar"],
            "cannot be used with",
        ),
        (
            &["bundle", "minimal", "-o", "x.tar", "--verify", "x.tar"],
            "cannot be used with",
        ),
        (&["bundle", "minima", "-o", "x.tar"], "minimal"),
        (
            &["bundle", "minimal", "-p", "win-64", "-o", "x.tar"],
            "is not on win-64",
        ),
        (
            &["bundle", "minimal", "-o", "nowhere/x.tar"],
            "nowhere/x.tar cannot be written",
        ),
    ] {
        let ran = project.run(words);
        assert!(matches!(ran.code, Some(2 | 6)), "{words:?}: {ran:?}");
        assert!(ran.stderr.contains(told), "{words:?}: {ran:?}");
    }
}

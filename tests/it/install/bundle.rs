//! Installs from a bundle, with no channel at hand: as one file, and unpacked.

use std::{fs, process::Command};

use super::{Site, contents};
use crate::support::run;

/// A site with a bundle of its lock, and without archives anywhere else.
fn cut_off() -> Site {
    let site = Site::new();
    site.project.run(&["bundle", "one", "-o", "one.tar"]).exits(0);
    for subdir in ["linux-64", "noarch"] {
        let channel = site.project.path("channel").join(subdir);
        for entry in fs::read_dir(channel).unwrap().map(Result::unwrap) {
            if entry.path().extension().is_some_and(|end| end == "conda") {
                fs::remove_file(entry.path()).unwrap();
            }
        }
    }
    site.install(&[]).exits(6);
    site
}

#[test]
fn a_bundle_is_all_that_an_install_needs() {
    let site = cut_off();
    site.install(&["--bundle", "one.tar"]).exits(0);
    site.is_tidy();
    let prefix = |root: &str| site.project.path(root).join("one").join(site.current());
    assert!(prefix("root").join("bin/greet").is_file());
    let unpack = "mkdir unpacked && tar -xf one.tar -C unpacked && mkdir other";
    let mut shell = Command::new("sh");
    shell.args(["-c", unpack]).current_dir(site.project.path(""));
    run(&mut shell).exits(0);
    let unpacked = ["install", "one", "--root", "other", "--bundle", "unpacked"];
    site.project.run(&unpacked).exits(0);
    let [first, second] = ["root", "other"].map(|root| contents(&prefix(root)));
    assert_eq!(
        first.keys().collect::<Vec<_>>(),
        second.keys().collect::<Vec<_>>()
    );
}

#[test]
fn a_bundle_is_installed_on_a_machine_without_any_network() {
    let site = cut_off();
    let install = site.command(&["install", "one", "--bundle", "one.tar"]);
    let mut alone = Command::new("unshare");
    alone.args(["--map-root-user", "--net", "--"]);
    alone.arg(install.get_program()).args(install.get_args());
    alone.current_dir(site.project.path(""));
    let output = alone.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    if said.starts_with("unshare:") {
        eprintln!("a_bundle_is_installed_on_a_machine_without_any_network did not run: {said}");
        return;
    }
    assert!(output.status.success(), "{said}");
    assert!(site.base().join("current/bin/greet").is_file());
}

#[test]
fn a_bundle_of_another_lock_changes_nothing() {
    let site = cut_off();
    site.install(&["--bundle", "one.tar"]).exits(0);
    let first = site.current();
    site.lock(2);
    let ran = site.install(&["--bundle", "one.tar"]).exits(2);
    assert!(ran.stderr.contains("it is not made from this lock"), "{ran:?}");
    assert_eq!(site.current(), first);
    assert_eq!(site.generations().len(), 1);
}

#[test]
fn a_damaged_archive_is_not_installed() {
    let site = cut_off();
    let mut bytes = fs::read(site.project.path("one.tar")).unwrap();
    let name = b"packages/noarch/tool-1.0-py_0.conda";
    let start = bytes.windows(name.len()).rposition(|part| part == name).unwrap();
    // Behind the block of the header.
    bytes[start + 512 + 40] ^= 1;
    fs::write(site.project.path("one.tar"), &bytes).unwrap();
    let ran = site.install(&["--bundle", "one.tar"]);
    assert_ne!(ran.code, Some(0));
    assert!(ran.stderr.contains("has not the sha256"), "{ran:?}");
    assert!(!site.base().join("current").exists());
}

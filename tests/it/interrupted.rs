//! Killed at any moment, or run twice at once, every lock is whole and old or new.

use std::{collections::BTreeSet, process::Stdio, thread};

use pyiron_lock_testkit::{Channel, Package};

use crate::support::{Project, tree};

const LINUX: &str = "    platforms: [linux-64]\n";

fn project() -> Project {
    let numpy = (0..60).map(|i| Package::new(&format!("numpy 2.{i}.0 0")).depends(["libblas"]));
    let channel = Channel::new("forge").packages(numpy).package("libblas 3.9.0 0");
    let environment = "channels: [forge, nodefaults]\ndependencies:\n  - numpy <2.10\n";
    Project::new(
        &channel,
        &[
            ("one", LINUX, environment),
            ("two", LINUX, environment),
            ("three", LINUX, environment),
        ],
    )
}

fn edit(project: &Project, bound: &str) {
    for tier in ["one", "two", "three"] {
        let environment = format!("channels: [forge, nodefaults]\ndependencies:\n  - numpy {bound}\n");
        project.write(&format!("specs/{tier}/environment.yml"), &environment);
    }
}

/// Returns the locks of a project resolved with that bound.
fn locks(project: &Project, bound: &str) -> BTreeSet<(String, String)> {
    edit(project, bound);
    project.run(&["resolve", "--lock-dir", "expected"]).exits(0);
    let locks = tree(&project.path("expected")).into_iter().collect();
    std::fs::remove_dir_all(project.path("expected")).unwrap();
    locks
}

#[test]
fn killed_at_fifty_moments_each_lock_is_old_or_new() {
    let project = project();
    let new = locks(&project, ">=2.50");
    let old = locks(&project, "<2.10");
    let started = std::time::Instant::now();
    project.run(&["resolve"]).exits(0);
    let whole = started.elapsed() * 2;
    let mut changed = 0;
    for moment in 0..50 {
        edit(&project, "<2.10");
        project.run(&["resolve"]).exits(0);
        edit(&project, ">=2.50");
        let mut child = project.command(&["resolve", "--quiet"]).spawn().unwrap();
        thread::sleep(whole * moment / 50);
        drop(child.kill());
        child.wait().unwrap();
        let found: Vec<(String, String)> = tree(&project.path("lockfiles"))
            .into_iter()
            .filter(|(name, _)| !name.ends_with(".tmp"))
            .collect();
        assert_eq!(found.len(), 3);
        for lock in found {
            assert!(
                old.contains(&lock) || new.contains(&lock),
                "{} is neither old nor new",
                lock.0
            );
            changed += usize::from(new.contains(&lock));
        }
    }
    project.run(&["resolve"]).exits(0);
    assert_eq!(
        tree(&project.path("lockfiles"))
            .into_iter()
            .collect::<BTreeSet<_>>(),
        new,
        "litter was left"
    );
    assert!(changed > 0, "no run got far enough to change a lock");
}

#[test]
fn two_runs_at_once_end_with_the_same_locks() {
    let project = project();
    let expected = locks(&project, "<2.30");
    for _ in 0..5 {
        drop(std::fs::remove_dir_all(project.path("lockfiles")));
        let mut children: Vec<_> = (0..4)
            .map(|_| project.command(&["resolve", "--quiet"]).spawn().unwrap())
            .collect();
        for child in &mut children {
            assert!(child.wait().unwrap().success());
        }
        assert_eq!(
            tree(&project.path("lockfiles"))
                .into_iter()
                .collect::<BTreeSet<_>>(),
            expected
        );
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_is_being_written_is_not_swept_and_litter_is() {
    let project = project();
    project.run(&["resolve"]).exits(0);
    let file = "lockfiles/one/.pyiron-lock-abc.tmp";
    project.write(file, "half a lock");
    let writer = std::fs::File::open(project.path("lockfiles/one")).unwrap();
    writer.lock_shared().unwrap();
    project.run(&["resolve"]).exits(0);
    assert_eq!(project.read(file), "half a lock");
    drop(writer);
    project.run(&["resolve"]).exits(0);
    assert!(!project.path(file).exists());
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_with_130_and_writes_nothing() {
    let project = project();
    // Solvable, but long enough at work for the signal to arrive in the middle: many names that need each other.
    let packages = (0..400).flat_map(|i| {
        (0..20).map(move |v| {
            let needs = (1..6).map(|j| format!("p{} >={}", (i * 7 + j * 31) % 400, v / 4));
            Package::new(&format!("p{i} {v} 0")).depends(needs)
        })
    });
    Channel::new("forge")
        .packages(packages)
        .write_repodata(&project.path("channel"))
        .unwrap();
    let lines: String = (0..400).map(|i| format!("  - p{i}\n")).collect();
    for tier in ["one", "two", "three"] {
        let environment = format!("channels: [forge, nodefaults]\ndependencies:\n{lines}");
        project.write(&format!("specs/{tier}/environment.yml"), &environment);
    }
    let started = std::time::Instant::now();
    project.run(&["resolve", "--lock-dir", "whole"]).exits(0);
    let whole = started.elapsed();
    let mut child = project
        .command(&["resolve", "--threads", "1"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    thread::sleep(whole / 3);
    let pid = child.id().to_string();
    let signalled = std::process::Command::new("kill")
        .args(["-INT", &pid])
        .status()
        .unwrap();
    assert!(signalled.success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(tree(&project.path("lockfiles")).is_empty());
}

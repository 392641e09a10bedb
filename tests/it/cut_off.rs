//! `exclude-newer`: what was built later does not count, and a lock says what did.

use pyiron_lock_testkit::{Channel, Package};

use crate::support::Project;

/// 2026-06-01, 2026-07-01 at its last moment, and 2026-07-02, UTC, in milliseconds.
const JUNE: i64 = 1_780_272_000_000;
const JULY_1: i64 = 1_782_950_399_999;
const JULY_2: i64 = 1_782_950_400_000;

fn channel() -> Channel {
    Channel::new("forge")
        .package(Package::new("numpy 2.3.4 0").timestamp(JUNE))
        .package(Package::new("numpy 2.4.0 0").timestamp(JULY_1))
        .package(Package::new("numpy 2.4.3 0").timestamp(JULY_2))
        .package(Package::new("newest 1.0 0").timestamp(JULY_2))
        .package("undated 1.0 0")
}

fn project(lines: &[&str]) -> Project {
    let project = Project::new(
        &channel(),
        &[("minimal", "    platforms: [linux-64]\n", &environment(lines))],
    );
    set_cut_off(&project, "2026-07-01");
    project
}

fn environment(lines: &[&str]) -> String {
    let lines: String = lines.iter().map(|line| format!("  - {line}\n")).collect();
    format!("channels: [forge, nodefaults]\ndependencies:\n{lines}")
}

fn set_cut_off(project: &Project, date: &str) {
    let manifest = project.read("specs/tiers.yml");
    let rest: String = manifest
        .lines()
        .filter(|line| !line.starts_with("exclude-newer"))
        .map(|line| format!("{line}\n"))
        .collect();
    project.write("specs/tiers.yml", &format!("exclude-newer: {date}\n{rest}"));
}

const LOCK: &str = "lockfiles/minimal/linux-64.lock";

#[test]
fn what_is_newer_than_the_day_does_not_count_and_the_lock_says_which_day() {
    let project = project(&["numpy", "undated"]);
    let ran = project.run(&["resolve"]).exits(0);
    let lock = project.read(LOCK);
    assert!(lock.contains("numpy-2.4.0-0.conda"), "{lock}");
    assert!(lock.contains("  exclude-newer: 2026-07-01\n"), "{lock}");
    assert!(
        ran.stderr
            .contains("note: 1 record without a date of build, counted as older than the cut-off"),
        "{ran:?}"
    );
}

#[test]
fn the_option_beats_the_manifest() {
    let project = project(&["numpy"]);
    project
        .run(&["resolve", "--exclude-newer", "2026-06-30T12:00:00+02:00"])
        .exits(0);
    let lock = project.read(LOCK);
    assert!(lock.contains("numpy-2.3.4-0.conda"), "{lock}");
    assert!(lock.contains("  exclude-newer: 2026-06-30T10:00:00Z\n"), "{lock}");
    project.run(&["resolve", "--exclude-newer", "yesterday"]).exits(2);
}

#[test]
fn a_later_day_leaves_a_lock_alone_and_an_earlier_one_makes_it_stale() {
    let project = project(&["numpy"]);
    project.run(&["resolve"]).exits(0);
    let lock = project.read(LOCK);
    set_cut_off(&project, "2026-08-01");
    project.run(&["resolve"]).exits(0);
    assert_eq!(project.read(LOCK), lock);
    set_cut_off(&project, "2026-06-30");
    let ran = project.run(&["resolve", "--check"]).exits(4);
    assert!(
        ran.stdout
            .contains("because numpy 2.4.0 0 is newer than the cut-off"),
        "{ran:?}"
    );
    project.run(&["resolve"]).exits(0);
    assert!(project.read(LOCK).contains("numpy-2.3.4-0.conda"));
}

#[test]
fn what_is_only_missing_because_of_the_day_is_told_so() {
    let project = project(&["newest", "numpy =2.4.3"]);
    let ran = project.run(&["resolve"]).exits(3);
    insta::assert_snapshot!(ran.stdout, @r#"
    error[all-newer]

      × every record of `newest` is newer than the cut-off
       ╭─[specs/minimal/environment.yml:3:5]
     2 │ dependencies:
     3 │   - newest
       ·     ───┬──
       ·        ╰── asked for here
     4 │   - numpy =2.4.3
       ╰────
      note: records newer than 2026-07-01 do not count
      on: minimal on linux-64

    error[version-not-found]

      × no version of `numpy` matches `numpy =2.4.3`
       ╭─[specs/minimal/environment.yml:4:5]
     3 │   - newest
     4 │   - numpy =2.4.3
       ·     ──────┬─────
       ·           ╰── asked for here
       ╰────
      note: there are 2 versions: 2.4.0, 2.3.4
      note: records newer than 2026-07-01 do not count
      on: minimal on linux-64
    "#);
}

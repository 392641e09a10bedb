//! `contains` through the program: families are solved together, a broken promise is told, parents take their
//! children along.

use pyiron_lock_testkit::{Channel, Package};

use crate::support::{Project, tree};

/// The newest lammps needs an older numpy than the newest there is.
fn channel() -> Channel {
    Channel::new("forge")
        .packages(["numpy 1.26.4 0", "numpy 2.3.4 0", "git 2.46.0 0", "git 2.51.0 0"].map(Package::from))
        .package(Package::new("pandas 2.3.3 0").depends(["numpy"]))
        .package(Package::new("lammps 2024.06.27 0").depends(["numpy <2"]))
        .package(Package::new("gpaw 25.7.0 0").depends(["numpy >=2"]))
}

fn environment(lines: &[&str]) -> String {
    let lines: String = lines.iter().map(|line| format!("  - {line}\n")).collect();
    format!("channels: [forge, nodefaults]\ndependencies:\n{lines}")
}

/// base, and md built from it.
fn chain(base: &[&str], md: &[&str]) -> Project {
    Project::new(
        &channel(),
        &[
            ("base", LINUX, &environment(base)),
            ("md", "    contains: base\n", &environment(md)),
        ],
    )
}

const LINUX: &str = "    platforms: [linux-64]\n";
const BASE: &str = "lockfiles/base/linux-64.lock";
const MD: &str = "lockfiles/md/linux-64.lock";

#[test]
fn a_parent_is_solved_so_that_its_child_can_contain_it() {
    let project = chain(&["pandas"], &["lammps"]);
    let ran = project.run(&["resolve"]).exits(0);
    insta::assert_snapshot!(ran.stdout, @r#"
    base  linux-64  wrote 2 records to lockfiles/base/linux-64.lock
        differs from what it would be alone, so that md can contain it: numpy 1.26.4 0 instead of 2.3.4 0 (lammps 2024.06.27 0 needs `numpy <2`)
    md    linux-64  wrote 3 records to lockfiles/md/linux-64.lock
    "#);
    assert!(project.read(BASE).contains("numpy-1.26.4-0.conda"));
    assert!(
        project
            .read(MD)
            .contains("  contains:\n    tier: base\n    records-digest: ")
    );
    let locks = tree(&project.path("lockfiles"));
    let ran = project.run(&["resolve"]).exits(0);
    assert!(
        ran.stdout
            .contains("base  linux-64  current\nmd    linux-64  current\n"),
        "{ran:?}"
    );
    assert_eq!(tree(&project.path("lockfiles")), locks);
}

#[test]
fn a_child_that_cannot_contain_its_parent_is_told_with_the_lines_of_both() {
    let project = chain(&["numpy >=2"], &["lammps"]);
    let ran = project.run(&["resolve"]).exits(3);
    insta::assert_snapshot!(ran.stdout, @r#"
    error[requests-conflict]

      × `numpy >=2`, `lammps` exclude each other
       ╭─[specs/base/environment.yml:3:5]
     2 │ dependencies:
     3 │   - numpy >=2
       ·     ────┬────
       ·         ╰── wants numpy >=2
       ╰────
      ☞ and in specs/md/environment.yml
       ╭─[specs/md/environment.yml:3:5]
     2 │ dependencies:
     3 │   - lammps
       ·     ───┬──
       ·        ╰── needs numpy <2
       ╰────
      path: `lammps` > lammps 2024.6.27 > numpy <2
      note: only one version of `numpy` can be installed
      on: md on linux-64

    base  linux-64  not solved
        because it is solved together with md linux-64
    "#);
    assert!(!project.path(BASE).exists(), "half a family was written");
}

#[test]
fn an_edit_of_the_parent_takes_the_child_along() {
    let project = chain(&["git =2.46"], &["pandas"]);
    project.run(&["resolve"]).exits(0);
    project.write("specs/base/environment.yml", &environment(&["git =2.51"]));
    let ran = project.run(&["resolve"]).exits(0);
    insta::assert_snapshot!(ran.stdout, @r#"
    base  linux-64  wrote 1 record to lockfiles/base/linux-64.lock (1 moved, 0 added, 0 removed)
        because specs/base/environment.yml:3: `git =2.51` is not met, the lock has git 2.46.0 0
    md    linux-64  wrote 3 records to lockfiles/md/linux-64.lock (1 moved, 0 added, 0 removed)
        because specs/base/environment.yml:3: `git =2.51` is not met, the lock has git 2.46.0 0
    "#);
}

#[test]
fn an_edit_of_the_child_moves_the_parent_and_says_who_did_it() {
    let project = chain(&["numpy"], &["pandas"]);
    project.run(&["resolve"]).exits(0);
    project.write("specs/md/environment.yml", &environment(&["pandas", "lammps"]));
    let ran = project.run(&["resolve"]).exits(0);
    insta::assert_snapshot!(ran.stdout, @r#"
    base  linux-64  wrote 1 record to lockfiles/base/linux-64.lock (1 moved, 0 added, 0 removed)
        because md linux-64 moved
    md    linux-64  wrote 3 records to lockfiles/md/linux-64.lock (1 moved, 1 added, 0 removed)
        because specs/md/environment.yml:4: `lammps` is not met, the lock has no lammps
    "#);
    assert!(project.read(BASE).contains("numpy-1.26.4-0.conda"));
}

#[test]
fn a_lock_that_was_changed_alone_breaks_the_promise() {
    let project = chain(&["git"], &["pandas"]);
    project.write("specs/base/environment.yml", &environment(&["git =2.46"]));
    project.run(&["resolve"]).exits(0);
    let older = project.read(BASE);
    project.write("specs/base/environment.yml", &environment(&["git"]));
    std::fs::remove_dir_all(project.path("lockfiles")).unwrap();
    project.run(&["resolve"]).exits(0);
    project.write(BASE, &older);
    let ran = project.run(&["resolve", "--check"]).exits(4);
    insta::assert_snapshot!(ran.stdout, @r#"
    warning[contains-broken]

      ⚠ the lock md linux-64 does not hold all records of `base`
        ╭─[specs/tiers.yml:13:15]
     12 │     spec: md/environment.yml
     13 │     contains: base
        ·               ──┬─
        ·                 ╰── promised here
        ╰────
      lacks git 2.46.0 0; here 2.51.0 0, though nothing here asks for another

    base  linux-64  fits, left as it is
    md    linux-64  stale: lockfiles/md/linux-64.lock
        because it does not hold all records of `base`
    "#);
    project.run(&["resolve"]).exits(0);
    project.run(&["resolve", "--check"]).exits(0);
    let ran = project.run(&["resolve", "--check"]).exits(0);
    assert!(!ran.stdout.contains("contains-broken"), "{ran:?}");
}

#[test]
fn a_family_is_made_together_when_one_of_it_is_asked_for() {
    let project = chain(&["pandas"], &["lammps"]);
    project.run(&["resolve", "--tier", "base"]).exits(0);
    assert!(project.path(MD).exists());
}

#[test]
fn siblings_share_their_parent_but_nothing_else() {
    let project = Project::new(
        &channel(),
        &[
            ("base", LINUX, &environment(&["git"])),
            ("md", "    contains: base\n", &environment(&["lammps"])),
            ("dft", "    contains: base\n", &environment(&["gpaw"])),
        ],
    );
    project.run(&["resolve"]).exits(0);
    assert!(project.read(MD).contains("numpy-1.26.4-0.conda"));
    assert!(
        project
            .read("lockfiles/dft/linux-64.lock")
            .contains("numpy-2.3.4-0.conda")
    );
    project.write("specs/base/environment.yml", &environment(&["git", "numpy"]));
    let ran = project.run(&["resolve"]).exits(3);
    insta::assert_snapshot!(ran.stdout, @r#"
    error[requests-conflict]

      × `lammps`, `gpaw` exclude each other
       ╭─[specs/md/environment.yml:3:5]
     2 │ dependencies:
     3 │   - lammps
       ·     ───┬──
       ·        ╰── needs numpy <2
       ╰────
      ☞ and in specs/dft/environment.yml
       ╭─[specs/dft/environment.yml:3:5]
     2 │ dependencies:
     3 │   - gpaw
       ·     ──┬─
       ·       ╰── needs numpy >=2
       ╰────
      path: `lammps` > lammps 2024.6.27 > numpy <2
      path: `gpaw` > gpaw 25.7.0 > numpy >=2
      note: only one version of `numpy` can be installed
      note: md and dft contain one lock, so that what they ask for has to fit together
      on: dft on linux-64

    base  linux-64  not solved
        because it is solved together with dft linux-64
    md    linux-64  not solved
        because it is solved together with dft linux-64
    "#);
}

#[test]
fn a_child_that_extends_follows_a_parent_that_moved() {
    let before = Channel::new("forge")
        .packages(["numpy 2.0.0 0", "numpy 2.3.4 0"].map(Package::from))
        .package(Package::new("lammps 2024.06.27 0").depends(["numpy <2.3"]));
    let project = Project::new(
        &before,
        &[
            ("minimal", LINUX, &environment(&["numpy"])),
            ("advanced", "    extends: [minimal]\n", &environment(&["lammps"])),
        ],
    );
    project.run(&["resolve"]).exits(0);
    before
        .package("numpy 2.2.0 0")
        .write_repodata(&project.path("channel"))
        .unwrap();
    // The lock of `advanced` would still serve: what is new in `minimal` it has already.
    project.write(
        "specs/minimal/environment.yml",
        &environment(&["numpy", "lammps"]),
    );
    let ran = project.run(&["resolve"]).exits(0);
    insta::assert_snapshot!(ran.stdout, @r#"
    minimal   linux-64  wrote 2 records to lockfiles/minimal/linux-64.lock (1 moved, 1 added, 0 removed)
        because specs/minimal/environment.yml:4: `lammps` is not met, the lock has no lammps
    advanced  linux-64  wrote 2 records to lockfiles/advanced/linux-64.lock (1 moved, 0 added, 0 removed)
        because minimal linux-64 moved
    "#);
}

//! What `tiers` says about a project and its locks.

use pyiron_lock_testkit::{Channel, Package};

use crate::support::Project;

const EVERY: &str = "channels: [forge, nodefaults]\ndependencies:\n";

fn project() -> Project {
    let channel = Channel::new("forge")
        .packages(
            ["numpy 1.26.4 0", "numpy 2.3.4 0", "git 2.51.0 0"]
                .map(|text| Package::new(text).size(1_500_000)),
        )
        .package(
            Package::new("numpy 2.3.4 0")
                .subdir("osx-arm64".parse().unwrap())
                .size(900_000),
        );
    let environment = |line: &str| format!("{EVERY}  - {line}\n");
    Project::new(
        &channel,
        &[
            (
                "minimal",
                "    description: for one user\n",
                &environment("numpy"),
            ),
            (
                "recommended",
                "    extends: [minimal]\n    aliases: [cmti]\n    platforms: [linux-64]\n    targets: [slurm-rhel-8, jupyterhub]\n",
                &environment("git"),
            ),
            (
                "image",
                "    contains: minimal\n    platforms: [linux-64]\n",
                &environment("git"),
            ),
        ],
    )
}

#[test]
fn tiers_are_shown_with_their_locks() {
    let project = project();
    insta::assert_snapshot!(project.run(&["tiers", "minimal"]).exits(0).stdout, @r#"
    minimal
      for one user
      linux-64                             no lock yet
      osx-arm64                            no lock yet

    1 tier; 0 of 2 locks serve, `pyiron-lock resolve` makes the others
    "#);
    project.run(&["resolve"]).exits(0);
    project.write(
        "specs/minimal/environment.yml",
        &format!("{EVERY}  - numpy <2.4\n"),
    );
    project.write(
        "specs/recommended/environment.yml",
        &format!("{EVERY}  - git\n  - numpy <2\n"),
    );
    insta::assert_snapshot!(project.run(&["tiers"]).exits(0).stdout, @r#"
    minimal
      for one user
      linux-64      1 package    1.43 MiB  fits
      osx-arm64     1 package  878.91 KiB  fits

    recommended (cmti)  extends minimal
      linux-64     2 packages    2.86 MiB  stale: specs/recommended/environment.yml:4: `numpy <2` is not met, the lock has numpy 2.3.4 0
      for slurm-rhel-8, jupyterhub

    image  contains minimal
      linux-64     2 packages    2.86 MiB  fits

    3 tiers; 3 of 4 locks serve, `pyiron-lock resolve` makes the others
    "#);
}

#[test]
fn json_names_everything_that_a_script_needs() {
    let project = project();
    project.run(&["resolve"]).exits(0);
    let ran = project.run(&["tiers", "cmti", "--json"]).exits(0);
    insta::assert_snapshot!(ran.stdout, @r#"
    {
      "findings": [],
      "tiers": [
        {
          "aliases": [
            "cmti"
          ],
          "extends": [
            "minimal"
          ],
          "lineage": [
            "minimal"
          ],
          "locks": [
            {
              "download_bytes": 3000000,
              "path": "lockfiles/recommended/linux-64.lock",
              "platform": "linux-64",
              "records": 2,
              "status": "current"
            }
          ],
          "name": "recommended",
          "spec": "specs/recommended/environment.yml",
          "targets": [
            "slurm-rhel-8",
            "jupyterhub"
          ]
        }
      ]
    }
    "#);
}

#[test]
fn a_misspelt_tier_is_told() {
    let ran = project().run(&["tiers", "minmal"]).exits(2);
    assert!(ran.stderr.contains("did you mean `minimal`?"), "{ran:?}");
}

#[test]
fn broken_specs_are_findings() {
    let project = project();
    project.write("specs/minimal/environment.yml", "dependencies: numpy\n");
    let ran = project.run(&["tiers"]).exits(2);
    assert!(ran.stdout.contains("specs/minimal/environment.yml"), "{ran:?}");
}

//! What `resolve` leaves alone, what it makes again and why, and what it says.

use pyiron_lock_testkit::{Channel, Package};

use crate::support::{Project, tree};

fn channel() -> Channel {
    Channel::new("forge")
        .packages(
            [
                "numpy 1.26.4 0",
                "numpy 2.3.4 0",
                "scipy 1.15.0 0",
                "pandas 2.3.3 0",
            ]
            .map(Package::from),
        )
        .package(Package::new("ase 3.28.0 0").depends(["numpy", "scipy"]))
        .package(Package::new("gpaw 24.6.0 0").depends(["numpy <2", "ase"]))
        .packages(
            ["numpy 1.26.4 0", "numpy 2.3.4 0"]
                .map(|text| Package::from(text).subdir("osx-arm64".parse().unwrap())),
        )
}

const LINUX: &str = "    platforms: [linux-64]\n";

fn environment(lines: &[&str]) -> String {
    let lines: String = lines.iter().map(|line| format!("  - {line}\n")).collect();
    format!("channels: [forge, nodefaults]\ndependencies:\n{lines}")
}

fn project(lines: &[&str]) -> Project {
    Project::new(&channel(), &[("minimal", LINUX, &environment(lines))])
}

const LOCK: &str = "lockfiles/minimal/linux-64.lock";

#[test]
fn a_lock_that_still_fits_is_left_alone_to_the_byte() {
    let project = project(&["numpy =1.26.4", "scipy"]);
    project.run(&["resolve"]).exits(0);
    let lock = project.read(LOCK);
    for lines in [
        vec!["scipy   # a comment, another order", "numpy ==1.26.4"],
        vec!["numpy <2", "scipy >=1"],
        vec!["numpy", "scipy"],
    ] {
        project.write("specs/minimal/environment.yml", &environment(&lines));
        project.run(&["resolve", "--check"]).exits(0);
        project.run(&["resolve"]).exits(0);
        assert_eq!(project.read(LOCK), lock, "{lines:?}");
    }
}

#[test]
fn check_writes_nothing_and_gives_a_reason_for_each_item() {
    let project = project(&["numpy <2", "scipy"]);
    project.run(&["resolve", "--check"]).exits(4);
    assert!(!project.path("lockfiles").exists());
    project.run(&["resolve"]).exits(0);
    let before = tree(&project.path("lockfiles"));
    project.write(
        "specs/minimal/environment.yml",
        &environment(&["numpy >=2", "pandas"]),
    );
    let ran = project.run(&["resolve", "--check"]).exits(4);
    insta::assert_snapshot!(ran.stdout, @r#"
    minimal  linux-64  stale: lockfiles/minimal/linux-64.lock
        because specs/minimal/environment.yml:3: `numpy >=2` is not met, the lock has numpy 1.26.4 0
        because specs/minimal/environment.yml:4: `pandas` is not met, the lock has no pandas
        because scipy is not needed any more
    "#);
    assert_eq!(tree(&project.path("lockfiles")), before);
}

#[test]
fn what_is_not_asked_about_does_not_move() {
    let project = project(&["numpy =1.26.4"]);
    project.run(&["resolve"]).exits(0);
    project.write(
        "specs/minimal/environment.yml",
        &environment(&["numpy", "pandas"]),
    );
    let ran = project.run(&["resolve"]).exits(0);
    assert!(ran.stdout.contains("0 moved, 1 added, 0 removed"), "{ran:?}");
    assert!(project.read(LOCK).contains("numpy-1.26.4-0.conda"));
}

#[test]
fn a_record_that_left_the_index_is_replaced_only_when_something_is_solved() {
    let project = project(&["numpy"]);
    project.run(&["resolve"]).exits(0);
    Channel::new("forge")
        .package("numpy 1.26.4 0")
        .package("pandas 2.3.3 0")
        .write_repodata(&project.path("channel"))
        .unwrap();
    let lock = project.read(LOCK);
    project.run(&["resolve"]).exits(0);
    assert_eq!(project.read(LOCK), lock);
    project.write(
        "specs/minimal/environment.yml",
        &environment(&["numpy", "pandas"]),
    );
    project.run(&["resolve"]).exits(0);
    assert!(project.read(LOCK).contains("numpy-1.26.4-0.conda"));
}

#[test]
fn a_changed_promise_makes_the_lock_stale() {
    let project = project(&["numpy"]);
    project.run(&["resolve"]).exits(0);
    let manifest = project.read("specs/tiers.yml").replace("\"2.28\"", "\"2.17\"");
    project.write("specs/tiers.yml", &manifest);
    let ran = project.run(&["resolve", "--check"]).exits(4);
    assert!(
        ran.stdout
            .contains("because the platform changed: __glibc was 2.28, now 2.17\n"),
        "{ran:?}"
    );
}

#[test]
fn an_edited_or_foreign_lock_is_made_again_and_said() {
    for (edit, said) in [
        (("numpy-2.3.4-0", "numpy-2.3.4-1"), "its digest does not match"),
        (("\npyiron-lock:\n", "\nother:\n"), "no `pyiron-lock:` block"),
    ] {
        let project = project(&["numpy"]);
        project.run(&["resolve"]).exits(0);
        let lock = project.read(LOCK);
        project.write(LOCK, &lock.replacen(edit.0, edit.1, 1));
        let ran = project.run(&["resolve", "--check"]).exits(4);
        assert!(ran.stdout.contains(said), "{ran:?}");
        project.run(&["resolve"]).exits(0);
        assert_eq!(project.read(LOCK), lock);
    }
}

#[test]
fn what_can_be_solved_is_written_even_if_something_else_cannot() {
    let both = environment(&["numpy"]);
    let project = Project::new(
        &channel(),
        &[
            ("good", "", &both),
            ("bad", "", &environment(&["numpy", "scipy"])),
        ],
    );
    let ran = project.run(&["resolve"]).exits(3);
    let locks: Vec<String> = tree(&project.path("lockfiles"))
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(
        locks,
        ["bad/linux-64.lock", "good/linux-64.lock", "good/osx-arm64.lock"]
    );
    assert!(ran.stdout.contains("on: bad on osx-arm64"), "{ran:?}");
}

#[test]
fn one_explanation_serves_all_platforms_that_share_it() {
    let project = Project::new(&channel(), &[("minimal", "", &environment(&["numpy", "nunpy"]))]);
    let ran = project.run(&["resolve"]).exits(3);
    insta::assert_snapshot!(ran.stdout, @r#"
    error[package-not-found]

      × the channels have no package `nunpy`
       ╭─[specs/minimal/environment.yml:4:5]
     3 │   - numpy
     4 │   - nunpy
       ·     ──┬──
       ·       ╰── asked for here
       ╰────
      help: did you mean `numpy`?
      on: minimal on linux-64, osx-arm64
    "#);
}

#[test]
fn a_child_prefers_the_records_of_its_parent_and_says_what_moved() {
    let child = environment(&["gpaw"]);
    let project = Project::new(
        &channel(),
        &[
            ("minimal", LINUX, &environment(&["numpy", "pandas"])),
            ("advanced", "    extends: [minimal]\n", &child),
            ("plain", "    extends: [minimal]\n", &environment(&["ase"])),
        ],
    );
    let ran = project.run(&["resolve"]).exits(0);
    insta::assert_snapshot!(ran.stdout, @r#"
    minimal   linux-64  wrote 2 records to lockfiles/minimal/linux-64.lock
    advanced  linux-64  wrote 5 records to lockfiles/advanced/linux-64.lock
        differs from minimal: numpy 1.26.4 0 instead of 2.3.4 0 (gpaw 24.6.0 0 needs `numpy <2`)
    plain     linux-64  wrote 4 records to lockfiles/plain/linux-64.lock
    "#);
}

#[test]
fn a_tier_is_resolved_with_those_it_builds_on() {
    let project = Project::new(
        &channel(),
        &[
            ("minimal", LINUX, &environment(&["numpy"])),
            (
                "advanced",
                "    extends: [minimal]\n    aliases: [cmti]\n",
                &environment(&["pandas"]),
            ),
            ("other", LINUX, &environment(&["scipy"])),
        ],
    );
    project.run(&["resolve", "--tier", "cmti"]).exits(0);
    let locks: Vec<String> = tree(&project.path("lockfiles"))
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(locks, ["advanced/linux-64.lock", "minimal/linux-64.lock"]);
}

#[test]
fn a_lock_does_not_depend_on_other_tiers() {
    let alone = project(&["numpy"]);
    alone.run(&["resolve"]).exits(0);
    let together = Project::new(
        &channel(),
        &[
            ("minimal", LINUX, &environment(&["numpy"])),
            ("other", LINUX, &environment(&["ase", "pandas"])),
        ],
    );
    together.run(&["resolve"]).exits(0);
    assert_eq!(alone.read(LOCK), together.read(LOCK));
}

#[test]
fn pip_lines_are_recorded_as_unlocked_and_said_aloud() {
    let text = "channels: [forge, nodefaults]\ndependencies:\n  - numpy\n  - pip:\n    - marimo-jupyter-extension==0.3.0\n";
    let project = Project::new(&channel(), &[("minimal", LINUX, text)]);
    let ran = project.run(&["resolve"]).exits(0);
    assert!(
        ran.stderr.contains("recorded in the lock, but not locked"),
        "{ran:?}"
    );
    assert!(project.read(LOCK).contains("marimo-jupyter-extension==0.3.0"));
    project.write("specs/minimal/environment.yml", &text.replace("0.3.0", "0.4.0"));
    let ran = project.run(&["resolve", "--check"]).exits(4);
    assert!(ran.stdout.contains("the pip requirements changed"), "{ran:?}");
}

#[test]
fn a_bare_file_needs_no_project() {
    let project = project(&["numpy"]);
    project.write("bare/environment.yml", &environment(&["numpy <2"]));
    let arguments = [
        "resolve",
        "--file",
        "bare/environment.yml",
        "-p",
        "linux-64",
        "-o",
        "bare/out.lock",
        "--channel-source",
        "forge=channel",
    ];
    let ran = project.run(&arguments).exits(0);
    insta::assert_snapshot!(ran.stdout, @r#"
    linux-64  wrote 1 record to bare/out.lock
    "#);
    let ran = project.run(&arguments).exits(0);
    insta::assert_snapshot!(ran.stdout, @r#"
    linux-64  current
    "#);
    insta::assert_snapshot!(project.read("bare/out.lock"), @r#"
    version: 7
    platforms:
    - name: linux-64
      virtual-packages:
      - __glibc=2.28
      - __linux=4.18
      - __unix=0
    environments:
      default:
        channels:
        - url: https://conda.anaconda.org/forge/
        packages:
          linux-64:
          - conda: https://conda.anaconda.org/forge/linux-64/numpy-1.26.4-0.conda
    packages:
    - conda: https://conda.anaconda.org/forge/linux-64/numpy-1.26.4-0.conda
      sha256: 15559e85f9178ee9bc994bd9a6a575a12bb5ec35250e2ec63ce55e2ad2f3eff3
      size: 10000
    pyiron-lock:
      format: 1
      platform: linux-64
      requests:
      - spec: numpy <2
      request-digest: 4ca3a3cfdd367b48382d161c5a32efdcc95f6cbca76b91f5b11b157421dae65f
      index-digest: 5ac33aa5e7931e124454719de13aee2dcc3bd80de60a985dde084007c28520cb
      records-digest: 01ef5c72829374bec0a93d740c69566cad52bb7e91378129410f6f2c8c81d0a5
      solver: rattler_solve 12.0.3, resolvo 0.12.2
      digest: 1417532b1724a757837de7ee1cf357f553abdb649748e0b313138a55bc8bfc3c
    "#);
}

#[test]
fn json_says_what_became_of_each_lock() {
    let project = project(&["numpy"]);
    let json = project.run(&["resolve", "--json"]).exits(0).json();
    assert_eq!(json["locks"][0]["status"], "written");
    assert_eq!(json["locks"][0]["path"], LOCK);
    let json = project.run(&["resolve", "--json"]).exits(0).json();
    assert_eq!(json["locks"][0]["status"], "current");
}

#[test]
fn a_file_that_is_not_ours_is_never_overwritten() {
    let project = project(&["numpy"]);
    project.write("bare/environment.yml", &environment(&["numpy"]));
    let file = project.read("bare/environment.yml");
    for output in ["notes.txt", "pixi.lock", "bare/environment.yml"] {
        if !output.starts_with("bare") {
            project.write(output, "version: 6\n");
        }
        let ran = project.run(&[
            "resolve",
            "--file",
            "bare/environment.yml",
            "-p",
            "linux-64",
            "-o",
            output,
            "--channel-source",
            "forge=channel",
        ]);
        ran.exits(2);
    }
    assert_eq!(project.read("bare/environment.yml"), file);
    assert_eq!(project.read("pixi.lock"), "version: 6\n");
}

#[test]
fn a_checkout_that_changed_the_line_ends_is_named() {
    let project = project(&["numpy"]);
    project.run(&["resolve"]).exits(0);
    project.write(LOCK, &project.read(LOCK).replace('\n', "\r\n"));
    let ran = project.run(&["resolve", "--check"]).exits(4);
    assert!(
        ran.stdout.contains("CRLF") && ran.stderr.contains("run `pyiron-lock resolve`"),
        "{ran:?}"
    );
}

#[test]
fn a_lock_of_no_tier_is_mentioned() {
    let project = project(&["numpy"]);
    project.write("lockfiles/gone/linux-64.lock", "version: 7\n");
    let ran = project.run(&["resolve"]).exits(0);
    assert!(
        ran.stderr
            .contains("lockfiles/gone/linux-64.lock is the lock of no tier"),
        "{ran:?}"
    );
}

#[test]
fn a_tier_that_is_not_on_the_platform_is_told() {
    let project = Project::new(
        &channel(),
        &[
            ("minimal", "", &environment(&["numpy"])),
            ("advanced", LINUX, &environment(&["pandas"])),
        ],
    );
    let ran = project
        .run(&["resolve", "-t", "advanced", "-p", "osx-arm64"])
        .exits(2);
    assert!(
        ran.stderr.contains("tier `advanced` is not on osx-arm64"),
        "{ran:?}"
    );
}

#[test]
fn an_obstacle_that_tiers_and_platforms_share_is_told_once() {
    let project = Project::new(
        &channel(),
        &[
            ("minimal", "", &environment(&["numpy", "nunpy"])),
            ("one", "    extends: [minimal]\n", &environment(&["unknown-one"])),
            (
                "two",
                "    extends: [minimal]\n    platforms: [linux-64]\n",
                &environment(&["pandas"]),
            ),
        ],
    );
    let ran = project.run(&["resolve"]).exits(3);
    assert_eq!(
        ran.stdout.matches("has no package `nunpy`").count()
            + ran.stdout.matches("have no package `nunpy`").count(),
        1
    );
    assert!(
        ran.stdout
            .contains("on: minimal on linux-64, osx-arm64; one on linux-64, osx-arm64; two on linux-64"),
        "{ran:?}"
    );
}

//! `verify` through the program: what it says, how it ends, and that it changes nothing.

use std::fs;

use pyiron_lock_testkit::{Channel, Package};
use serde_json::Value;

use crate::support::{Project, Ran, copy_tree, program, repository, run, tree};

/// The day on which everything here is judged.
const TODAY: &str = "2026-09-01";

const ENVIRONMENT: &str =
    "channels: [forge, nodefaults]\ndependencies:\n  - python =3.12\n  - ipykernel\n  - jupyterlab\n";

fn channel() -> Channel {
    let package = |text: &str| Package::new(text).license("MIT").timestamp(1_780_272_000_000);
    Channel::new("forge")
        .package(package("python 3.12.1 0").depends(["libc", "__glibc >=2.17"]))
        .package(package("libc 1.0 0").depends(["__glibc >=2.34"]))
        .package(package("libc 0.9 0"))
        .package(package("jupyterlab 4.6.3 0").depends(["python"]))
        .package(package("ipykernel 7.3.0 0").depends(["python >=3.12"]))
}

/// A project with one tier on linux-64 that is meant for `targets`, its lock made.
fn project(targets: &str) -> Project {
    let extra = format!("    platforms: [linux-64]\n    targets: [{targets}]\n");
    let project = Project::new(&channel(), &[("minimal", &extra, ENVIRONMENT)]);
    project.write(
        "conformance/policy/channels.yml",
        "facts:\n  - source: these tests\n    says:\n      conda-forge-only:\n        allow: [\"https://forge.invalid/\"]\n        why: it is all there is\n",
    );
    project.run(&["resolve"]).exits(0);
    project
}

/// A project whose platform promises a newer glibc than RHEL 8 has, and whose lock needs it.
fn promising_too_much() -> Project {
    let project = project("slurm-rhel-8");
    let manifest = project.read("specs/tiers.yml");
    project.write("specs/tiers.yml", &manifest.replace("\"2.28\"", "\"2.34\""));
    fs::remove_file(project.path(LOCK)).unwrap();
    project.run(&["resolve"]).exits(0);
    assert!(project.read(LOCK).contains("libc-1.0-0"));
    project
}

fn verify(project: &Project, arguments: &[&str]) -> Ran {
    let state = || ["specs", "lockfiles", "conformance"].map(|part| tree(&project.path(part)));
    let before = state();
    let ran = project.run(&[&["verify", "--today", TODAY], arguments].concat());
    assert!(state() == before, "verify changed something");
    ran
}

const LOCK: &str = "lockfiles/minimal/linux-64.lock";

#[test]
fn the_reference_tiers_fit_their_targets() {
    let folder = tempfile::tempdir().unwrap();
    for part in ["specs", "lockfiles", "tests/sample-channel", "conformance"] {
        copy_tree(&repository().join(part), &folder.path().join(part));
    }
    let verify = |arguments: &[&str]| {
        let mut command = program();
        command
            .current_dir(folder.path())
            .args(["verify", "--today", TODAY]);
        run(command.args(arguments))
    };
    let ran = verify(&[]).exits(0);
    let sum = ran.stdout.lines().last().unwrap();
    assert_eq!(
        sum,
        "32 locks, fit at 39 of 49 places, 10 unknown, 0 errors, 0 warnings, 2 notes"
    );
    let matrix = ran.stdout.lines().filter(|line| line.starts_with("mybinder"));
    assert_eq!(matrix.count(), 1, "{ran:?}");
    let wide = ran
        .stdout
        .lines()
        .filter(|line| line.starts_with("docker ") && line.chars().count() > 100);
    assert_eq!(wide.count(), 0);
    let all = verify(&["--all-targets", "--json"]).json();
    assert_eq!(all["cells"].as_array().unwrap().len(), 10 * 42);
    assert_eq!(all["locks"].as_array().unwrap().len(), 32);
    let quiet = verify(&["--quiet", "-A", "cpu-record-refused"]).exits(0);
    assert_eq!(quiet.stdout, "");
    let one = verify(&["cmti", "--platform", "linux-64"]).exits(0);
    assert!(one.stdout.contains("? cmti: nobody knows"), "{one:?}");
}

#[test]
fn a_lock_that_needs_a_newer_glibc_is_told_with_the_way_to_it() {
    let project = promising_too_much();
    let ran = verify(&project, &[]).exits(1);
    insta::assert_snapshot!(ran.stdout);
}

#[test]
fn a_clean_project_ends_with_the_matrix() {
    let project = project("slurm-rhel-8, docker");
    let ran = verify(&project, &[]).exits(0);
    insta::assert_snapshot!(ran.stdout, @r"
                  minimal
    slurm-rhel-8  linux-64
    docker        linux-64

    1 lock, fit at 2 of 2 places, 0 errors, 0 warnings, 0 notes
    ");
}

#[test]
fn a_stale_lock_ends_with_4_and_its_reasons() {
    let project = project("docker");
    project.write(
        "specs/minimal/environment.yml",
        &ENVIRONMENT.replace("=3.12", "=3.13"),
    );
    let ran = verify(&project, &[]).exits(4);
    assert!(ran.stdout.contains("error[lock-stale]"), "{ran:?}");
    assert!(
        ran.stdout
            .contains("because specs/minimal/environment.yml:3: `python =3.13` is not met"),
        "{ran:?}"
    );
    assert!(ran.stdout.contains("help: run `pyiron-lock resolve`"), "{ran:?}");
    fs::remove_file(project.path(LOCK)).unwrap();
    let told = verify(&project, &["--json"]).exits(4).json();
    assert_eq!(told["findings"][0]["code"], "lock-stale");
    assert_eq!(told["findings"][0]["scope"]["tier"], "minimal");
    assert_eq!(told["locks"][0]["status"], "stale");
}

#[test]
fn a_lock_that_was_edited_is_told() {
    let project = project("docker");
    let text = project.read(LOCK).replace("libc-0.9-0", "libc-1.0-0");
    project.write(LOCK, &text);
    let ran = verify(&project, &[]).exits(4);
    assert!(ran.stdout.contains("error[lock-digest]"), "{ran:?}");
    assert!(ran.stdout.contains("error[lock-contradiction]"), "{ran:?}");
}

#[test]
fn locks_of_others_are_verified_as_files() {
    let project = project("docker");
    let text = project.read(LOCK);
    let foreign = text.split("pyiron-lock:\n").next().unwrap();
    project.write("elsewhere/pixi.lock", foreign);
    let ran = verify(&project, &["elsewhere/pixi.lock", "--target", "docker"]).exits(0);
    assert!(ran.stdout.contains("docker  linux-64"), "{ran:?}");
    project.write(
        "elsewhere/pixi.lock",
        &foreign.replacen("sha256: ", "sha256: 0", 1),
    );
    let ran = verify(&project, &["elsewhere/pixi.lock"]);
    assert!(ran.code != Some(0), "{ran:?}");
    let explicit: String = text
        .lines()
        .filter_map(|line| line.strip_prefix("- conda: "))
        .map(|url| format!("{url}\n"))
        .collect();
    project.write("elsewhere/list.txt", &format!("@EXPLICIT\n{explicit}"));
    let ran = verify(&project, &["elsewhere/list.txt"]).exits(1);
    assert!(ran.stdout.contains("error[lock-hash-missing]"), "{ran:?}");
    project.write("elsewhere/no.lock", "hello\n");
    let ran = verify(&project, &["elsewhere/no.lock"]).exits(2);
    assert!(ran.stderr.contains("it is no lock of a known format"), "{ran:?}");
    let ran = verify(&project, &["elsewhere/list.txt", "-p", "win-64"]).exits(2);
    assert!(ran.stderr.contains("it holds default on linux-64"), "{ran:?}");
    verify(&project, &["elsewhere/absent.lock"]).exits(2);
}

#[test]
fn locks_of_others_stand_for_themselves() {
    let foreign = |project: &Project| {
        let text = project.read(LOCK);
        text.split("pyiron-lock:\n").next().unwrap().to_owned()
    };
    let modest = project("slurm-rhel-8");
    modest.write("good.lock", &foreign(&modest));
    modest.write("bad.lock", &foreign(&promising_too_much()));
    let at = ["--target", "slurm-rhel-8"];
    for files in [["good.lock", "bad.lock"], ["bad.lock", "good.lock"]] {
        let told = verify(&modest, &[&files[..], &at, &["--json"]].concat())
            .exits(1)
            .json();
        let cells = told["cells"].as_array().unwrap();
        let states: Vec<_> = cells
            .iter()
            .map(|cell| (cell["tier"].as_str().unwrap(), cell["state"].as_str().unwrap()))
            .collect();
        let expected = files.map(|file| (file, if file == "good.lock" { "fits" } else { "unserved" }));
        assert_eq!(states, expected);
        let scopes = told["findings"].as_array().unwrap().iter();
        let errors = scopes.filter(|finding| finding["severity"] == "error");
        assert!(
            errors
                .map(|finding| &finding["scope"]["lock"])
                .all(|lock| lock == "bad.lock")
        );
        let junit = verify(&modest, &[&files[..], &at, &["--format", "junit"]].concat()).exits(1);
        let suite = |name: &str| {
            junit
                .stdout
                .split(&format!("<testsuite name=\"{name}"))
                .nth(1)
                .map(str::to_owned)
        };
        let failures = suite("good.lock").unwrap();
        assert!(failures.contains("failures=\"0\""), "{junit:?}");
    }
    verify(&modest, &[&["good.lock"][..], &at].concat()).exits(0);
}

#[test]
fn levels_and_waivers_decide_how_it_ends() {
    let project = promising_too_much();
    let codes = ["target-glibc-too-old", "target-unserved"];
    verify(&project, &["-W", codes[0], "-W", codes[1]]).exits(0);
    verify(&project, &["-A", codes[0], "-A", codes[1]]).exits(0);
    let ran = verify(&project, &["-D", "target-glibc-to-old"]).exits(2);
    assert!(
        ran.stderr.contains("did you mean `target-glibc-too-old`?"),
        "{ran:?}"
    );
    let waiver = "waivers:\n  - code: target-glibc-too-old\n    owner: me\n    reason: we build our own\n    until: \
                  2026-12-31\n    tier: minimal\n    package: libc\n";
    project.write("conformance/waivers.yml", waiver);
    let ran = verify(&project, &["-A", codes[1]]).exits(0);
    assert!(ran.stdout.contains("waived by me until 2026-12-31"), "{ran:?}");
    project.write(
        "conformance/waivers.yml",
        &waiver.replace("2026-12-31", "2026-08-31"),
    );
    let ran = verify(&project, &["-A", codes[1]]).exits(1);
    assert!(ran.stdout.contains("error[waiver-expired]"), "{ran:?}");
    project.write("conformance/waivers.yml", "waivers:\n  - cod: x\n");
    let ran = verify(&project, &[]).exits(2);
    assert!(ran.stdout.contains("conformance/waivers.yml:2:5"), "{ran:?}");
}

/// Looks for keys that a schema does not know, and for those that it requires.
pub(crate) fn fit(schema: &Value, part: &Value, value: &Value, at: &str) {
    if let Some(name) = part["$ref"].as_str() {
        let name = name.strip_prefix("#/$defs/").unwrap();
        return fit(schema, &schema["$defs"][name], value, at);
    }
    if let (Some(known), Some(entries)) = (part["properties"].as_object(), value.as_object()) {
        assert_eq!(part["additionalProperties"], false, "{at}");
        for required in part["required"].as_array().unwrap() {
            assert!(
                entries.contains_key(required.as_str().unwrap()),
                "{at}: no {required}"
            );
        }
        for (key, value) in entries {
            let part = known.get(key);
            let part = part.unwrap_or_else(|| panic!("{at}: {key} is not in the schema"));
            fit(schema, part, value, &format!("{at}/{key}"));
        }
    }
    if let (Some(words), Some(_)) = (part["enum"].as_array(), value.as_str()) {
        assert!(words.contains(value), "{at}: {value}");
    }
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        fit(schema, &part["items"], item, &format!("{at}/{index}"));
    }
}

#[test]
fn what_scripts_read_is_what_the_schema_says() {
    let text = fs::read_to_string(repository().join("docs/reference/verify.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&text).unwrap();
    let fits = |shape: &str, told: &Value| fit(&schema, &schema["$defs"][shape], told, shape);
    let project = promising_too_much();
    project.write(
        "conformance/waivers.yml",
        "waivers:\n  - code: target-glibc-too-old\n    owner: me\n    reason: we build our own\n    until: \
         2026-12-31\n    tier: minimal\n    package: libc\n",
    );
    let told = verify(&project, &["--json", "--all-targets"]).exits(1).json();
    fits("report", &told);
    for list in ["locks", "cells", "findings", "waived"] {
        assert!(!told[list].as_array().unwrap().is_empty(), "{list}");
    }
    let text = project.read(LOCK);
    project.write("pixi.lock", text.split("pyiron-lock:\n").next().unwrap());
    let told = verify(&project, &["pixi.lock", "--json", "--all-targets"])
        .exits(1)
        .json();
    fits("report", &told);
    assert_eq!(told["findings"][0]["scope"]["lock"], "pixi.lock");
    fits("failed", &verify(&project, &["absent", "--json"]).exits(2).json());
    project.write("conformance/waivers.yml", "waivers:\n  - cod: x\n");
    fits("refused", &verify(&project, &["--json"]).exits(2).json());
}

#[test]
fn what_is_not_known_is_told_with_what_may_be_meant() {
    let project = project("docker");
    for (arguments, help) in [
        (&["verify", "minimall"][..], "did you mean `minimal`?"),
        (&["verify", "--target", "mybindr"], "did you mean `mybinder`?"),
        (&["explain", "lock-digst"], "did you mean `lock-digest`?"),
        (&["targets", "cmtl"], "did you mean `cmti`?"),
    ] {
        let ran = project.run(arguments).exits(2);
        assert!(ran.stderr.contains(help), "{ran:?}");
    }
}

#[test]
fn a_project_has_targets_of_its_own() {
    let project = project("ours");
    let ran = verify(&project, &[]).exits(1);
    assert!(ran.stdout.contains("error[target-unknown]"), "{ran:?}");
    project.write(
        "conformance/targets/hpc/ours.yml",
        "title: our cluster\nfacts:\n  - source: our admin\n    says:\n      subdirs: [linux-64]\n      os: rhel-8\n      \
         cuda: none\n      archspec-list: [haswell]\n      needs: [kernel]\n",
    );
    let ran = verify(&project, &[]);
    assert!(ran.stdout.contains("ours"), "{ran:?}");
    assert!(!ran.stdout.contains("target-unknown"), "{ran:?}");
    let told = project.run(&["targets", "ours"]).exits(0);
    assert!(told.stdout.contains("from our admin"), "{told:?}");
    assert!(told.stdout.contains("os: rhel-8"), "{told:?}");
}

#[test]
fn every_code_is_explained() {
    let rules = run(program().args(["rules", "--json"])).exits(0).json();
    for rule in rules["rules"].as_array().unwrap() {
        let code = rule["code"].as_str().unwrap();
        let ran = run(program().args(["explain", code])).exits(0);
        assert!(ran.stdout.starts_with(code), "{ran:?}");
        assert!(
            ran.stdout.lines().all(|line| line.chars().count() <= 240),
            "{ran:?}"
        );
    }
}

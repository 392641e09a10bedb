//! Which channel a record comes from: priority, requests that name a channel, and what an earlier lock may not undo.

use pyiron_lock_testkit::{Channel, Package};

use crate::support::{Project, Ran};

const LINUX: &str = "    platforms: [linux-64]\n";

fn environment(lines: &[&str]) -> String {
    let lines: String = lines.iter().map(|line| format!("  - {line}\n")).collect();
    format!("channels: [forge, nodefaults]\ndependencies:\n{lines}")
}

/// Two channels that both have numpy; `forge` comes first.
fn project(tiers: &[(&str, &str, &str)]) -> Project {
    let forge = Channel::new("forge")
        .package("numpy 2.0.0 0")
        .package("pandas 2.3.3 0");
    let other = Channel::new("other")
        .package("numpy 2.0.0 0")
        .package("numpy 1.26.4 0");
    let project = Project::new(
        &forge.package(Package::new("ase 3.28.0 0").depends(["numpy"])),
        tiers,
    );
    other.write_repodata(&project.path("other")).unwrap();
    let manifest = project
        .read("specs/tiers.yml")
        .replace("channels: [forge]", "channels: [forge, other]")
        .replace(
            "channel-sources:\n",
            "channel-sources:\n  other: { url: \"https://other.invalid/\", path: ../other }\n",
        );
    project.write("specs/tiers.yml", &manifest);
    project
}

fn resolve(project: &Project) -> Ran {
    project.run(&["resolve", "--platform", "linux-64"])
}

const LOCK: &str = "lockfiles/minimal/linux-64.lock";

#[test]
fn a_request_that_names_a_channel_is_met_from_there_and_only_there() {
    let project = project(&[("minimal", LINUX, &environment(&["numpy"]))]);
    resolve(&project).exits(0);
    assert!(
        project
            .read(LOCK)
            .contains("https://forge.invalid/linux-64/numpy-2.0.0-0.conda")
    );
    project.write("specs/minimal/environment.yml", &environment(&["other::numpy"]));
    resolve(&project).exits(0);
    let text = project.read(LOCK);
    assert!(
        text.contains("https://other.invalid/linux-64/numpy-2.0.0-0.conda"),
        "the earlier lock won over the request"
    );
    assert!(!text.contains("https://forge.invalid/linux-64/numpy"));
    project.run(&["resolve", "--check"]).exits(0);
}

#[test]
fn a_parent_does_not_win_over_a_request_that_names_a_channel() {
    let project = project(&[
        ("minimal", LINUX, &environment(&["ase"])),
        (
            "child",
            "    extends: [minimal]\n",
            &environment(&["other::numpy"]),
        ),
    ]);
    resolve(&project).exits(0);
    let text = project.read("lockfiles/child/linux-64.lock");
    assert!(text.contains("https://other.invalid/linux-64/numpy-2.0.0-0.conda"));
}

#[test]
fn an_earlier_lock_does_not_win_over_channel_priority() {
    let project = project(&[("minimal", LINUX, &environment(&["numpy"]))]);
    project.run(&["resolve", "-c", "other"]).exits(0);
    assert!(
        project
            .read(LOCK)
            .contains("https://other.invalid/linux-64/numpy")
    );
    resolve(&project).exits(0);
    assert!(
        project
            .read(LOCK)
            .contains("https://forge.invalid/linux-64/numpy-2.0.0-0.conda")
    );
}

#[test]
fn without_channels_in_the_manifest_the_files_decide() {
    let project = project(&[("minimal", LINUX, &environment(&["numpy"]))]);
    let manifest = project
        .read("specs/tiers.yml")
        .replace("channels: [forge, other]\n", "");
    project.write("specs/tiers.yml", &manifest);
    resolve(&project).exits(0);
    assert!(
        project
            .read(LOCK)
            .contains("https://forge.invalid/linux-64/numpy")
    );
    project.write("specs/minimal/environment.yml", "dependencies:\n  - numpy\n");
    let ran = resolve(&project).exits(2);
    assert!(ran.stderr.contains("no channel is named"), "{ran:?}");
}

#[test]
fn tiers_that_name_different_channels_need_the_manifest_to_decide() {
    let project = project(&[
        ("minimal", LINUX, &environment(&["numpy"])),
        (
            "second",
            LINUX,
            "channels: [other, nodefaults]\ndependencies:\n  - numpy\n",
        ),
    ]);
    let manifest = project
        .read("specs/tiers.yml")
        .replace("channels: [forge, other]\n", "");
    project.write("specs/tiers.yml", &manifest);
    let ran = resolve(&project).exits(2);
    assert!(ran.stderr.contains("name different channels"), "{ran:?}");
}

#[test]
fn one_package_from_two_channels_is_told_with_both_lines() {
    let project = project(&[("minimal", LINUX, &environment(&["forge::numpy", "other::numpy"]))]);
    let ran = resolve(&project).exits(2);
    assert!(ran.stdout.contains("requests-disjoint"), "{ran:?}");
}

#[test]
fn an_address_means_that_channel_and_no_other_of_its_name() {
    let project = project(&[("minimal", LINUX, &environment(&["https://other.invalid::numpy"]))]);
    resolve(&project).exits(0);
    assert!(
        project
            .read(LOCK)
            .contains("https://other.invalid/linux-64/numpy")
    );
    project.write(
        "specs/minimal/environment.yml",
        &environment(&["https://elsewhere.invalid/other::numpy"]),
    );
    let ran = resolve(&project).exits(2);
    assert!(ran.stdout.contains("compose-channel-not-listed"), "{ran:?}");
}

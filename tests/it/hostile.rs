//! Input that is wrong, huge, damaged or hostile: one clear message, the right exit code, nothing lost.

use std::{fs, process::Command};

use pyiron_lock_testkit::{Channel, Package};

use crate::support::{Mounted, Project, Ran, run, tree};

const ENVIRONMENT: &str = "channels: [forge, nodefaults]\ndependencies:\n  - numpy\n";

fn project() -> Project {
    let channel = Channel::new("forge")
        .package("numpy 2.3.4 0")
        .package("scipy 1.15.0 0");
    Project::new(
        &channel,
        &[("minimal", "    platforms: [linux-64]\n", ENVIRONMENT)],
    )
}

/// Checks that a run ended with `code` and one error that says all of `words`, and that it wrote no lock.
#[track_caller]
fn refused(project: &Project, ran: Ran, code: i32, words: &[&str]) {
    let ran = ran.exits(code);
    let said = format!("{}{}", ran.stdout, ran.stderr);
    for word in words {
        assert!(said.contains(word), "no `{word}` in:\n{said}");
    }
    assert!(!said.contains("panicked"), "{said}");
    let locks = project.path("lockfiles");
    assert!(
        !locks.exists() || tree(&locks).is_empty(),
        "something was written"
    );
}

#[test]
fn an_unknown_tier_is_named_with_the_likely_one() {
    let project = project();
    refused(
        &project,
        project.run(&["resolve", "--tier", "minimla"]),
        2,
        &["`minimla`", "did you mean `minimal`"],
    );
}

#[test]
fn an_unknown_platform_is_named_with_the_likely_one() {
    let project = project();
    let ran = project.run(&["resolve", "--platform", "linux-46"]);
    refused(&project, ran, 2, &["`linux-46`", "did you mean `linux-64`"]);
}

#[test]
fn a_missing_file_is_named() {
    let project = project();
    fs::remove_file(project.path("specs/minimal/environment.yml")).unwrap();
    refused(
        &project,
        project.run(&["resolve"]),
        2,
        &["specs/tiers.yml:", "minimal", "does not exist"],
    );
    let ran = project.run(&["resolve", "--file", "no.yml", "-p", "linux-64", "-o", "x.lock"]);
    refused(&project, ran, 2, &["no.yml does not exist"]);
    let ran = run(project.command(&["resolve"]).current_dir("/"));
    refused(&project, ran, 2, &["specs/tiers.yml", "--project"]);
}

#[test]
fn a_truncated_index_is_refused() {
    let project = project();
    let text = project.read("channel/linux-64/repodata.json");
    project.write("channel/linux-64/repodata.json", &text[..text.len() / 2]);
    refused(
        &project,
        project.run(&["resolve"]),
        6,
        &["linux-64/repodata.json", "not a complete repodata file"],
    );
}

#[test]
fn a_garbage_index_is_refused() {
    let project = project();
    for garbage in [
        "",
        "[]",
        "<html>404</html>",
        "{\"packages.conda\": 3}",
        "\u{0}\u{1}",
    ] {
        project.write("channel/linux-64/repodata.json", garbage);
        let ran = project.run(&["resolve"]);
        refused(&project, ran, 6, &["linux-64/repodata.json"]);
    }
}

#[test]
fn a_damaged_compressed_index_is_refused() {
    let project = project();
    let folder = project.path("channel/linux-64");
    let text = fs::read(folder.join("repodata.json")).unwrap();
    fs::remove_file(folder.join("repodata.json")).unwrap();
    let compressed = zstd::encode_all(text.as_slice(), 3).unwrap();
    fs::write(
        folder.join("repodata.json.zst"),
        &compressed[..compressed.len() - 8],
    )
    .unwrap();
    refused(&project, project.run(&["resolve"]), 6, &["repodata.json.zst"]);
    fs::write(folder.join("repodata.json.zst"), compressed).unwrap();
    project.run(&["resolve", "-p", "linux-64"]).exits(0);
}

#[test]
fn an_index_with_hostile_names_is_refused() {
    let record = |name: &str, file: &str, more: &str| {
        format!(
            "{{\"info\": {{\"subdir\": \"linux-64\"{}}}, \"packages\": {{}}, \"packages.conda\": {{\"{file}\": \
             {{\"name\": \"{name}\", \"version\": \"1\", \"build\": \"0\", \"build_number\": 0, \"depends\": [{more}], \
             \"subdir\": \"linux-64\"}}}}}}",
            if more.is_empty() {
                ", \"base_url\": \"https://elsewhere.invalid/\""
            } else {
                ""
            }
        )
    };
    for (index, word) in [
        (record("../x", "../x-1-0.conda", "\"a\""), "../x"),
        (record("numpy", "../numpy-1-0.conda", "\"a\""), "numpy"),
        (
            record("numpy", "numpy-1-0.conda", "\"$(rm -rf)\""),
            "numpy-1-0.conda",
        ),
        (record("numpy", "numpy-1-0.conda", "\"py* >=1\""), "py*"),
        (record("numpy", "numpy-1-0.conda", ""), "elsewhere.invalid"),
        (record("scipy", "numpy-1-0.conda", "\"a\""), "numpy-1-0.conda"),
    ] {
        let project = project();
        project.write("channel/linux-64/repodata.json", &index);
        refused(&project, project.run(&["resolve"]), 6, &["refused", word]);
    }
}

#[test]
fn a_read_only_folder_is_told_and_nothing_is_lost() {
    let project = project();
    project.write("file", "");
    let ran = project.run(&["resolve", "--lock-dir", "file/locks"]).exits(6);
    assert!(ran.stderr.contains("file/locks cannot be created"), "{ran:?}");
    let folder = project.path("locks");
    let Some(_mounted) = Mounted::new(&folder, "ro") else {
        eprintln!("a_read_only_folder_is_told_and_nothing_is_lost ran in part: tmpfs cannot be mounted here");
        return;
    };
    let ran = project.run(&["resolve", "--lock-dir", "locks"]).exits(6);
    assert!(
        ran.stderr
            .contains("locks/minimal/linux-64.lock cannot be written: Read-only file system"),
        "{ran:?}"
    );
    assert!(tree(&folder).is_empty());
    project
        .run(&["resolve", "--lock-dir", "locks", "--check"])
        .exits(4);
}

#[test]
fn a_full_disk_leaves_the_old_lock_and_no_litter() {
    let project = project();
    let disk = project.path("disk");
    let Some(_mounted) = Mounted::new(&disk, "size=16k") else {
        eprintln!("a_full_disk_leaves_the_old_lock_and_no_litter did not run: tmpfs cannot be mounted here");
        return;
    };
    project.run(&["resolve", "--lock-dir", "disk"]).exits(0);
    let mut filler = vec![b'x'; 1 << 20];
    while !filler.is_empty() && fs::write(disk.join("filler"), &filler).is_err() {
        filler.truncate(filler.len() - 4096);
    }
    let old = tree(&disk);
    project.write(
        "specs/minimal/environment.yml",
        &ENVIRONMENT.replace("numpy", "numpy ==2.3.4\n  - scipy"),
    );
    let ran = project.run(&["resolve", "--lock-dir", "disk"]).exits(6);
    assert!(ran.stderr.contains("No space left on device"), "{ran:?}");
    assert!(tree(&disk) == old, "the old lock is gone or litter was left");
}

#[test]
fn a_fifty_megabyte_environment_file_is_refused_quickly() {
    let project = project();
    let line = "  - numpy >=1.0,<3\n";
    project.write(
        "specs/minimal/environment.yml",
        &format!("dependencies:\n{}", line.repeat((50 << 20) / line.len())),
    );
    refused(
        &project,
        project.run(&["resolve"]),
        2,
        &["specs/minimal/environment.yml", "8 MiB"],
    );
}

#[test]
fn ten_thousand_dependencies_are_read_and_each_unknown_one_is_told() {
    let project = project();
    let lines: String = (0..10_000).map(|i| format!("  - package-{i} >=1\n")).collect();
    project.write(
        "specs/minimal/environment.yml",
        &format!("channels: [forge, nodefaults]\ndependencies:\n{lines}"),
    );
    project.run(&["validate"]).exits(0);
    let ran = project.run(&["resolve", "--json"]).exits(3);
    let problems = ran.json()["explanations"].as_array().unwrap().len();
    assert_eq!(problems, 10_000);
}

#[test]
fn ten_thousand_dependencies_that_exist_are_solved() {
    let packages = (0..10_000).map(|i| format!("package-{i} 1.0 0").as_str().into());
    let project = Project::new(
        &Channel::new("forge").packages(packages),
        &[("minimal", "", ENVIRONMENT)],
    );
    let lines: String = (0..10_000).map(|i| format!("  - package-{i} >=1\n")).collect();
    project.write(
        "specs/minimal/environment.yml",
        &format!("channels: [forge, nodefaults]\ndependencies:\n{lines}"),
    );
    project.run(&["resolve", "-p", "linux-64"]).exits(0);
}

#[test]
fn a_lock_of_a_newer_program_is_not_overwritten() {
    let project = project();
    project.run(&["resolve"]).exits(0);
    let text = project
        .read("lockfiles/minimal/linux-64.lock")
        .replace("  format: 1\n", "  format: 99\n");
    project.write("lockfiles/minimal/linux-64.lock", &text);
    let ran = project.run(&["resolve"]).exits(2);
    assert!(ran.stderr.contains("format 99"), "{ran:?}");
    assert_eq!(project.read("lockfiles/minimal/linux-64.lock"), text);
}

#[test]
fn credentials_in_a_channel_are_refused_and_not_repeated() {
    let project = project();
    let ran = project
        .run(&["resolve", "-c", "https://user:secret@example.invalid/forge"])
        .exits(2);
    assert!(
        ran.stderr.contains("user name or password") && !ran.stderr.contains("secret"),
        "{ran:?}"
    );
}

#[test]
fn a_closed_pipe_is_not_an_error() {
    let project = project();
    let lines: String = (0..5_000).map(|i| format!("  - package-{i} >=1\n")).collect();
    project.write(
        "specs/minimal/environment.yml",
        &format!("channels: [forge, nodefaults]\ndependencies:\n{lines}"),
    );
    let script = "\"$0\" resolve --json | head -c 1; exit ${PIPESTATUS[0]}";
    let mut command = Command::new("bash");
    command
        .args(["-c", script, env!("CARGO_BIN_EXE_pyiron-lock-tested")])
        .current_dir(project.path(""));
    let ran = run(&mut command).exits(3);
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("{", ""));
}

#[cfg(target_os = "linux")]
#[test]
fn a_result_that_cannot_be_written_is_told() {
    let project = project();
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command = project.command(&["resolve", "--json"]);
    let output = command.stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(6));
    assert!(String::from_utf8_lossy(&output.stderr).contains("the result cannot be written"));
}

#[test]
fn nesting_that_would_exhaust_the_stack_is_refused() {
    let project = project();
    let deep = format!("numpy {}>=1{}", "(".repeat(800), ")".repeat(800));
    let channel = Channel::new("forge").package(Package::new("numpy 2.3.4 0").depends([deep]));
    channel.write_repodata(&project.path("channel")).unwrap();
    refused(&project, project.run(&["resolve"]), 6, &["more brackets"]);
}

#[cfg(unix)]
#[test]
fn a_pipe_in_the_place_of_a_lock_does_not_hang() {
    let project = project();
    fs::create_dir_all(project.path("lockfiles/minimal")).unwrap();
    let fifo = project.path("lockfiles/minimal/linux-64.lock");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    project.run(&["resolve", "--check"]).exits(4);
}

#[test]
fn a_bomb_is_refused_before_it_fills_the_memory() {
    let project = project();
    let folder = project.path("channel/linux-64");
    fs::remove_file(folder.join("repodata.json")).unwrap();
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
    let zeros = vec![b' '; 1 << 20];
    for _ in 0..1030 {
        std::io::Write::write_all(&mut encoder, &zeros).unwrap();
    }
    fs::write(folder.join("repodata.json.zst"), encoder.finish().unwrap()).unwrap();
    refused(
        &project,
        project.run(&["resolve"]),
        6,
        &["repodata.json.zst holds more than"],
    );
}

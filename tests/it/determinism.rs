//! The same specs and records give the same bytes, whatever the machine.

use std::{fs, path::Path};

use pyiron_lock_testkit::{Channel, Package};

use crate::support::{Project, copy_tree, program, repository, run, tree};

fn resolve(
    project: &Path,
    cwd: &Path,
    arguments: &[&str],
    environment: &[(&str, &str)],
) -> Vec<(String, String)> {
    let locks = tempfile::tempdir().unwrap();
    let mut command = program();
    command
        .current_dir(cwd)
        .arg("--project")
        .arg(project)
        .arg("resolve")
        .arg("--lock-dir")
        .arg(locks.path());
    command.args(arguments).envs(environment.iter().copied());
    run(&mut command).exits(0);
    tree(locks.path())
}

#[test]
fn threads_folder_and_environment_do_not_count() {
    let project = repository();
    let expected = resolve(&project, &project, &[], &[]);
    for threads in ["1", "2", "8"] {
        assert!(
            resolve(&project, &project, &["--threads", threads], &[]) == expected,
            "{threads} threads"
        );
    }
    let elsewhere = tempfile::tempdir().unwrap();
    let strange = [
        ("HOME", "/nonexistent"),
        ("TZ", "Pacific/Kiritimati"),
        ("LC_ALL", "tr_TR.UTF-8"),
        ("LANG", "de_DE.UTF-8"),
        ("CONDA_OVERRIDE_GLIBC", "2.99"),
        ("CONDA_OVERRIDE_CUDA", "12.9"),
        ("CONDA_SUBDIR", "win-64"),
    ];
    assert!(
        resolve(&project, elsewhere.path(), &[], &strange) == expected,
        "the environment counts"
    );
}

#[test]
fn the_order_of_records_in_the_index_does_not_count() {
    let original = repository();
    let expected = resolve(&original, &original, &[], &[]);
    let copy = tempfile::tempdir().unwrap();
    copy_tree(&original.join("specs"), &copy.path().join("specs"));
    let channel = copy.path().join("tests/sample-channel");
    copy_tree(&original.join("tests/sample-channel"), &channel);
    for entry in fs::read_dir(&channel).unwrap().map(Result::unwrap) {
        let index = entry.path().join("repodata.json");
        if index.is_file() {
            fs::write(&index, reversed(&fs::read_to_string(&index).unwrap())).unwrap();
        }
    }
    assert!(
        resolve(copy.path(), copy.path(), &[], &[]) == expected,
        "the order of records counts"
    );
}

/// Writes a repodata file again with its records in reverse order, which a JSON value would sort.
fn reversed(text: &str) -> String {
    let index: serde_json::Value = serde_json::from_str(text).unwrap();
    let records = |key: &str| -> String {
        let records = index[key].as_object().unwrap().iter();
        let lines: Vec<String> = records
            .rev()
            .map(|(name, record)| format!("{name:?}: {record}"))
            .collect();
        lines.join(",")
    };
    format!(
        "{{\"info\": {}, \"packages\": {{{}}}, \"packages.conda\": {{{}}}, \"repodata_version\": 1}}",
        index["info"],
        records("packages"),
        records("packages.conda")
    )
}

#[test]
fn the_order_of_lines_does_not_count() {
    // Either package can be new, not both: whichever the solver meets first would win.
    let channel = Channel::new("forge")
        .package(Package::new("a 2 0").depends(["x 1.*"]))
        .package(Package::new("a 1 0"))
        .package(Package::new("b 2 0").depends(["x 2.*"]))
        .package(Package::new("b 1 0"))
        .packages(["x 1 0", "x 2 0"].map(Package::from));
    let locks = ["  - a\n  - b\n", "  - b\n  - a\n"].map(|lines| {
        let text = format!("channels: [forge, nodefaults]\ndependencies:\n{lines}");
        let project = Project::new(&channel, &[("minimal", "    platforms: [linux-64]\n", &text)]);
        project.run(&["resolve"]).exits(0);
        project.read("lockfiles/minimal/linux-64.lock")
    });
    assert!(locks[0] == locks[1], "{}\n{}", locks[0], locks[1]);
}

#[test]
fn capitals_in_a_dependency_do_not_hide_it() {
    let channel = Channel::new("forge")
        .package(Package::new("pip 1 0").depends(["PyJWT >=2"]))
        .package("pyjwt 2.8 0");
    let text = "channels: [forge, nodefaults]\ndependencies:\n  - pip\n";
    let linux = "    platforms: [linux-64]\n";
    let other = "channels: [forge, nodefaults]\ndependencies:\n  - pyjwt\n";
    let project = Project::new(&channel, &[("minimal", linux, text), ("other", linux, other)]);
    project.run(&["resolve"]).exits(0);
    assert!(
        project
            .read("lockfiles/minimal/linux-64.lock")
            .contains("pyjwt-2.8-0.conda")
    );
    project.run(&["resolve", "--check"]).exits(0);
}

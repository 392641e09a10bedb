//! The same specs and records give the same bytes, whatever the machine.

use std::{fs, path::Path};

use crate::support::{program, repository, run, tree};

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
    let mut records: Vec<String> = index["packages.conda"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, record)| format!("{name:?}: {record}"))
        .collect();
    records.reverse();
    format!(
        "{{\"info\": {}, \"packages\": {{}}, \"packages.conda\": {{{}}}, \"repodata_version\": 1}}",
        index["info"],
        records.join(",")
    )
}

fn copy_tree(from: &Path, to: &Path) {
    for (name, text) in tree(from) {
        let path = to.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

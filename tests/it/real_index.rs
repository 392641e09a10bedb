//! Genuine conda-forge records, where the environment names a folder of them.

use std::{collections::BTreeSet, path::PathBuf};

use crate::support::{Ran, program, run, tree};

/// The specs that cannot be solved, beside the genuine records.
pub(crate) const CONFLICTS: [&str; 4] = [
    "unsat-numpy-lammps",
    "unsat-pysqa-old",
    "unsat-workflow",
    "needs-cuda",
];

/// Returns the folder of genuine records, or says that the test did not run.
pub(crate) fn index(test: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("PYIRON_LOCK_REAL_INDEX").map(PathBuf::from);
    match folder {
        Some(folder) => Some(std::fs::canonicalize(folder).expect("PYIRON_LOCK_REAL_INDEX names a folder")),
        None => {
            eprintln!("{test} did not run: PYIRON_LOCK_REAL_INDEX is not set");
            None
        }
    }
}

fn resolve(index: &std::path::Path, spec: &str, platform: &str, out: &std::path::Path, more: &[&str]) -> Ran {
    let mut command = program();
    command
        .args(["resolve", "--platform", platform, "--output"])
        .arg(out)
        .arg("--file");
    command.arg(index.parent().unwrap().join("real-specs").join(spec));
    command
        .arg("--channel-source")
        .arg(format!("conda-forge={}", index.display()))
        .args(more);
    run(&mut command)
}

#[test]
fn genuine_specs_solve_the_same_at_any_thread_count() {
    let Some(index) = index("genuine_specs_solve_the_same_at_any_thread_count") else {
        return;
    };
    for (spec, platform, records) in [
        ("set-i.yml", "linux-64", 226),
        ("set-iii.yml", "linux-64", 344),
        ("set-i.yml", "osx-arm64", 219),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let mut texts = BTreeSet::new();
        for threads in ["1", "2", "8"] {
            let out = folder.path().join(format!("{threads}.lock"));
            resolve(&index, spec, platform, &out, &["--threads", threads]).exits(0);
            texts.insert(std::fs::read_to_string(out).unwrap());
        }
        assert_eq!(texts.len(), 1, "{spec} on {platform}");
        let lock = pyiron_lock_lockfile::read(texts.first().unwrap()).unwrap();
        assert_eq!(lock.records.len(), records, "{spec} on {platform}");
        assert_eq!(
            pyiron_lock_lockfile::write(&lock).unwrap(),
            *texts.first().unwrap(),
            "{spec} is not canonical"
        );
    }
}

#[test]
fn genuine_conflicts_read_as_a_person_would_want() {
    let Some(index) = index("genuine_conflicts_read_as_a_person_would_want") else {
        return;
    };
    for spec in CONFLICTS {
        let folder = tempfile::tempdir().unwrap();
        let ran = resolve(
            &index,
            &format!("{spec}.yml"),
            "linux-64",
            &folder.path().join("out.lock"),
            &[],
        )
        .exits(3);
        assert!(tree(folder.path()).is_empty());
        let specs = index.parent().unwrap().join("real-specs");
        let text = ran.stdout.replace(&format!("{}/", specs.display()), "");
        insta::with_settings!({snapshot_suffix => spec, omit_expression => true}, {
            insta::assert_snapshot!("conflict", text);
        });
    }
}

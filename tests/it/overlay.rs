//! The reference tiers meet genuine conda-forge records: only what these do not have comes from the sample recipes.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::{
    real_index,
    support::{Ran, copy_tree, program, repository, run},
};

/// Names of which there are genuine records, but years behind, or without what a solve needs; see the folder's
/// `missing.txt`.
const BEHIND: [&str; 16] = [
    "atomistics",
    "bader",
    "batchspawner",
    "custodian",
    "h5io",
    "jupyterhub",
    "jupyterhub-base",
    "jupyterhub-singleuser",
    "monty",
    "pyfileindex",
    "pyiron_base",
    "pyiron_workflow",
    "pylammpsmpi",
    "pysqa",
    "structuretoolkit",
    "toposort",
];

struct Case {
    tier: &'static str,
    /// Names of which there are genuine records, but none that this tier asks for.
    also: &'static [&'static str],
    /// Packages whose lines are taken out, because genuine records do not meet them.
    without: &'static [&'static str],
}

/// Every genuine build of tensorflow for Python 3.12 asks for `__cuda`; lammps of docker-stacks has no genuine record.
const CASES: [Case; 7] = [
    Case {
        tier: "minimal",
        also: &[],
        without: &[],
    },
    Case {
        tier: "advanced",
        also: &[],
        without: &[],
    },
    Case {
        tier: "workshop",
        also: &["tensorflow"],
        without: &[],
    },
    Case {
        tier: "rdm",
        also: &[],
        without: &[],
    },
    Case {
        tier: "potentialworkshop",
        also: &["lammps"],
        without: &[],
    },
    Case {
        tier: "recommended",
        also: &["tensorflow"],
        // No such version: rdkit, duckdb, marimo. For another Python only: mypy. Built against another pcre2, graphviz,
        // libxml2, icu or pyarrow than the rest: wget, pygraphviz, lxml, ffmpeg, pytorch.
        without: &[
            "duckdb",
            "ffmpeg",
            "lxml",
            "marimo",
            "mypy",
            "pygraphviz",
            "pytorch",
            "rdkit",
            "wget",
        ],
    },
    Case {
        tier: "mpie_cmti",
        also: &["tensorflow", "lammps"],
        // pytorch for Python 3.11 only, and every other one with a newer mkl.
        without: &["mkl", "pytorch"],
    },
];

/// The subdirs that a solve for linux-64 reads.
const SUBDIRS: [&str; 2] = ["linux-64", "noarch"];

fn records(index: &Value) -> impl Iterator<Item = (&String, &Value)> {
    ["packages", "packages.conda"]
        .into_iter()
        .filter_map(|key| index.get(key)?.as_object())
        .flatten()
}

fn genuine_names(index: &Path) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for subdir in SUBDIRS {
        let compressed = fs::File::open(index.join(subdir).join("repodata.json.zst")).unwrap();
        let text = zstd::decode_all(compressed).unwrap();
        let index: Value = serde_json::from_slice(&text).unwrap();
        names.extend(records(&index).map(|(_, record)| record["name"].as_str().unwrap().to_owned()));
    }
    names
}

/// Writes the sample channel without the names that genuine records have.
fn write_overlay(folder: &Path, genuine: &BTreeSet<String>, also: &[&str]) {
    for subdir in SUBDIRS {
        let path = repository()
            .join("tests/sample-channel")
            .join(subdir)
            .join("repodata.json");
        let mut index: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        for key in ["packages", "packages.conda"] {
            let packages = index[key].as_object_mut().unwrap();
            packages.retain(|_, record| {
                let name = record["name"].as_str().unwrap();
                !genuine.contains(name) || BEHIND.contains(&name) || also.contains(&name)
            });
        }
        assert!(records(&index).next().is_some());
        fs::create_dir_all(folder.join(subdir)).unwrap();
        fs::write(folder.join(subdir).join("repodata.json"), index.to_string()).unwrap();
    }
}

/// Takes the lines that ask for these packages out of every environment file.
fn take_out(specs: &Path, packages: &[&str]) {
    for folder in fs::read_dir(specs).unwrap().map(|entry| entry.unwrap().path()) {
        let path = folder.join("environment.yml");
        let Ok(text) = fs::read_to_string(&path) else {
            continue;
        };
        let asks = |line: &str| {
            let spec = line.trim_start().strip_prefix("- ").unwrap_or_default();
            packages.contains(&spec.split([' ', '=']).next().unwrap_or_default())
        };
        let kept: String = text
            .lines()
            .filter(|line| !asks(line))
            .map(|line| format!("{line}\n"))
            .collect();
        fs::write(path, kept).unwrap();
    }
}

struct Overlay {
    folder: tempfile::TempDir,
    index: PathBuf,
}

impl Overlay {
    fn resolve(&self, tier: &str, without: &[&str]) -> Ran {
        let project = self.folder.path().join("project");
        fs::remove_dir_all(&project).ok();
        copy_tree(&repository().join("specs"), &project.join("specs"));
        take_out(&project.join("specs"), without);
        let mut command = program();
        command
            .current_dir(&project)
            .args(["resolve", "--tier", tier, "--platform", "linux-64"])
            .args(["-c", "overlay", "-c", "conda-forge"])
            .arg("--channel-source")
            .arg(format!(
                "overlay={}",
                self.folder.path().join("overlay").display()
            ))
            .arg("--channel-source")
            .arg(format!("conda-forge={}", self.index.display()));
        run(&mut command)
    }
}

#[test]
fn reference_tiers_solve_where_only_missing_names_come_from_the_sample() {
    let Some(index) =
        real_index::index("reference_tiers_solve_where_only_missing_names_come_from_the_sample")
    else {
        return;
    };
    let genuine = genuine_names(&index);
    for case in CASES {
        let overlay = Overlay {
            folder: tempfile::tempdir().unwrap(),
            index: index.clone(),
        };
        write_overlay(&overlay.folder.path().join("overlay"), &genuine, case.also);
        let ran = overlay.resolve(case.tier, case.without).exits(0);
        let lock = overlay
            .folder
            .path()
            .join("project/lockfiles")
            .join(case.tier)
            .join("linux-64.lock");
        let lock = pyiron_lock_lockfile::read(&fs::read_to_string(lock).unwrap()).unwrap();
        let of = |channel: &str| {
            lock.records
                .iter()
                .filter(|record| record.url.as_str().contains(channel))
                .count()
        };
        let (sample, real) = (of("/overlay/"), of("/conda-forge/"));
        assert!(
            real > sample,
            "{}: {real} genuine records, {sample} of the sample\n{ran:?}",
            case.tier
        );
        for package in case.without {
            let rest: Vec<&str> = case
                .without
                .iter()
                .copied()
                .filter(|other| other != package)
                .collect();
            let ran = overlay.resolve(case.tier, &rest);
            assert_eq!(ran.code, Some(3), "{} could be left in {}", package, case.tier);
            assert!(ran.stdout.contains(package), "{package} is not told\n{ran:?}");
        }
    }
}

//! `init`: a project from nothing, without a network.

mod sample;
mod unharmed;

use std::{collections::BTreeSet, fs, path::Path};

use pyiron_lock_core::SourceFile;
use pyiron_lock_spec::{Manifest, Tier, read_manifest};
use serde_json::Value;
use tempfile::{TempDir, tempdir};

use crate::support::{Ran, SampleMirror, program, repository, run, tree};

fn run_in(folder: &Path, arguments: &[&str]) -> Ran {
    run(program().current_dir(folder).args(arguments))
}

fn manifest_of(project: &Path) -> Manifest {
    let text = fs::read_to_string(project.join("specs/tiers.yml")).unwrap();
    let reading = read_manifest(&SourceFile::new("tiers.yml", text.clone()));
    assert!(reading.findings.is_empty(), "{:?}\n{text}", reading.findings);
    reading.value.unwrap()
}

fn names(tiers: &[Tier]) -> Vec<String> {
    tiers.iter().map(|tier| tier.name.to_string()).collect()
}

fn list(value: &Value) -> Vec<String> {
    let items = value.as_array().unwrap().iter();
    items.map(|item| item.as_str().unwrap().to_owned()).collect()
}

/// Returns a folder with files in it.
fn with(files: &[(&str, &str)]) -> TempDir {
    let folder = tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// Fails unless the specs are clean.
fn validates(project: &Path) {
    let ran = run_in(project, &["validate", "--json"]).exits(0).json();
    for file in ran["files"].as_array().unwrap() {
        assert_eq!(file["findings"], serde_json::json!([]), "{file:#}");
    }
}

#[test]
fn a_project_from_nothing_resolves_on_the_sample_channel() {
    let folder = tempdir().unwrap();
    run_in(folder.path(), &["init"]).exits(0);
    let ran = run_in(folder.path(), &["resolve", "-c", "sample"]).exits(0);
    assert_eq!(
        ran.stderr.matches("`sample` is the channel inside").count(),
        1,
        "{ran:?}"
    );
    let manifest = manifest_of(folder.path());
    assert_eq!(names(&manifest.tiers), ["minimal"]);
    let locks: BTreeSet<String> = tree(&folder.path().join("lockfiles"))
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    let expected = manifest.tiers[0].platforms.iter();
    let expected: BTreeSet<String> = expected.map(|name| format!("minimal/{name}.lock")).collect();
    assert!(locks.len() >= 4);
    assert_eq!(locks, expected);
    let ran = run_in(
        folder.path(),
        &["resolve", "-c", "sample", "--quiet", "--lock-dir", "again"],
    )
    .exits(0);
    assert_eq!(ran.stderr, "");
    run_in(folder.path(), &["resolve", "-c", "sample", "--check"]).exits(0);
}

#[test]
fn what_a_person_sees() {
    let folder = tempdir().unwrap();
    let ran = run_in(folder.path(), &["init", "new", "--platform", "linux-64"]).exits(0);
    assert_eq!(ran.stderr, "");
    insta::assert_snapshot!(ran.stdout, @r"
    wrote new/README.md
    wrote new/.gitattributes
    wrote new/.github/workflows/locks.yml
    wrote new/specs/minimal/environment.yml
    wrote new/specs/tiers.schema.json
    wrote new/specs/tiers.yml

    tier minimal on linux-64, from conda-forge

    next:
      cd new
      pyiron-lock validate
          checks the specs
      pyiron-lock resolve -c sample
          tries it out, offline, with the sample channel
      pyiron-lock resolve
          makes the locks, from conda-forge
    then say in .github/workflows/locks.yml how pyiron-lock is installed, and commit specs/ and lockfiles/
    ");
}

#[test]
fn every_reference_tier_starts_a_clean_project_on_every_platform() {
    let reference = manifest_of(&repository());
    let mut used = BTreeSet::from(["specs/tiers.yml".to_owned(), "specs/tiers.schema.json".to_owned()]);
    for tier in &reference.tiers {
        let aliases = tier.aliases.iter().map(|alias| alias.value.as_str());
        for name in aliases.chain([tier.name.as_str()]) {
            let folder = tempdir().unwrap();
            run_in(folder.path(), &["init", "--tier", name]).exits(0);
            validates(folder.path());
            let manifest = manifest_of(folder.path());
            let brought: BTreeSet<String> = reference
                .lineage(&tier.name)
                .iter()
                .map(|tier| tier.name.to_string())
                .collect();
            assert_eq!(
                names(&manifest.tiers).into_iter().collect::<BTreeSet<_>>(),
                brought
            );
            for (file, text) in tree(&folder.path().join("specs")) {
                let file = format!("specs/{file}");
                if file != "specs/tiers.yml" {
                    let theirs = fs::read_to_string(repository().join(&file)).unwrap();
                    assert!(text == theirs, "{file} is another");
                }
                used.insert(file);
            }
        }
        for platform in &tier.platforms {
            let folder = tempdir().unwrap();
            let arguments = [
                "init",
                "-t",
                tier.name.as_str(),
                "-p",
                platform.as_str(),
                "--ci",
                "none",
            ];
            run_in(folder.path(), &arguments).exits(0);
            validates(folder.path());
            let manifest = manifest_of(folder.path());
            for tier in &manifest.tiers {
                assert_eq!(tier.platforms, std::slice::from_ref(platform), "{}", tier.name);
            }
            assert_eq!(manifest.platforms.len(), 1);
        }
    }
    let there: BTreeSet<String> = tree(&repository().join("specs"))
        .into_iter()
        .map(|(name, _)| format!("specs/{name}"))
        .collect();
    assert_eq!(
        used, there,
        "some of the specs belong to no tier that `init` knows"
    );
}

#[test]
fn all_reference_tiers_give_the_manifest_of_the_repository_to_the_byte() {
    let folder = tempdir().unwrap();
    let mut arguments = vec!["init".to_owned()];
    for tier in &manifest_of(&repository()).tiers {
        arguments.extend(["--tier".to_owned(), tier.name.to_string()]);
    }
    run(program().current_dir(folder.path()).args(&arguments)).exits(0);
    validates(folder.path());
    let theirs = fs::read_to_string(repository().join("specs/tiers.yml")).unwrap();
    let ours = fs::read_to_string(folder.path().join("specs/tiers.yml")).unwrap();
    let (_, rest) = ours.split_once("channels: [conda-forge]\n").unwrap();
    assert!(theirs.ends_with(rest), "{ours}");
    assert!(theirs.contains(rest.lines().find(|line| line.starts_with('#')).unwrap()));
    assert_eq!(
        list(&run_in(folder.path(), &["tiers", "--json"]).json()["findings"]),
        [""; 0]
    );
}

#[test]
fn a_project_inside_another_is_noted() {
    let folder = tempdir().unwrap();
    run_in(folder.path(), &["init"]).exits(0);
    let ran = run_in(folder.path(), &["init", "inner/project"]).exits(0);
    assert!(
        ran.stderr.contains("note: this is inside the project in"),
        "{ran:?}"
    );
    validates(&folder.path().join("inner/project"));
}

#[test]
fn json_says_what_was_written_and_what_comes_next() {
    let folder = tempdir().unwrap();
    let ran = run_in(
        folder.path(),
        &["init", "new", "-p", "linux-64", "--ci", "none", "--json"],
    )
    .exits(0);
    insta::assert_snapshot!(ran.stdout, @r#"
    {
      "folder": "new",
      "tiers": [
        "minimal"
      ],
      "platforms": [
        "linux-64"
      ],
      "channels": [
        "conda-forge"
      ],
      "files": [
        {
          "path": "new/README.md",
          "status": "written"
        },
        {
          "path": "new/.gitattributes",
          "status": "written"
        },
        {
          "path": "new/specs/minimal/environment.yml",
          "status": "written"
        },
        {
          "path": "new/specs/tiers.schema.json",
          "status": "written"
        },
        {
          "path": "new/specs/tiers.yml",
          "status": "written"
        }
      ],
      "next": [
        {
          "command": "pyiron-lock validate",
          "does": "checks the specs"
        },
        {
          "command": "pyiron-lock resolve -c sample",
          "does": "tries it out, offline, with the sample channel"
        },
        {
          "command": "pyiron-lock resolve",
          "does": "makes the locks, from conda-forge"
        }
      ]
    }
    "#);
    let ran = run_in(folder.path(), &["init", "new", "--json"]).exits(2).json();
    assert_eq!(ran["error"]["exit"], 2);
}

/// The commands of the README and those printed, in their order, with the sample channel in the place of all channels.
#[test]
fn the_commands_that_are_told_work() {
    for channels in [
        &["conda-forge"][..],
        &["sample"],
        &["conda-forge", "https://example.org/own"],
    ] {
        let folder = tempdir().unwrap();
        let mirror = SampleMirror::of(channels);
        let mut arguments = vec!["init", "--json", "-p", "linux-64"];
        arguments.extend(channels.iter().flat_map(|channel| ["-c", channel]));
        let told = run_in(folder.path(), &arguments).exits(0).json();
        validates(folder.path());
        let readme = fs::read_to_string(folder.path().join("README.md")).unwrap();
        assert!(!readme.contains('@'), "{readme}");
        let next: Vec<&str> = told["next"]
            .as_array()
            .unwrap()
            .iter()
            .map(|step| step["command"].as_str().unwrap())
            .collect();
        let lines = readme.lines().filter(|line| line.starts_with("pyiron-lock"));
        let mut count = 0;
        for line in next.into_iter().chain(lines) {
            let words = line.strip_prefix("pyiron-lock ").unwrap().split_whitespace();
            let ran = run(mirror.program().current_dir(folder.path()).args(words));
            assert_eq!(ran.code, Some(0), "{line}: {ran:?}");
            count += 1;
        }
        assert!(count >= 6);
        assert_eq!(mirror.was_asked(), channels != ["sample"]);
    }
}

#[test]
fn the_ci_files_are_yaml_that_asks_both_questions() {
    for (ci, path) in [
        ("github", ".github/workflows/locks.yml"),
        ("gitlab", ".gitlab-ci.yml"),
    ] {
        let folder = tempdir().unwrap();
        run_in(folder.path(), &["init", "--ci", ci]).exits(0);
        let text = fs::read_to_string(folder.path().join(path)).unwrap();
        let parsed: serde_yaml::Value = serde_yaml::from_str(&text).unwrap();
        let commands: Vec<&str> = if ci == "github" {
            let steps = parsed["jobs"]["locks"]["steps"].as_sequence().unwrap();
            steps.iter().filter_map(|step| step["run"].as_str()).collect()
        } else {
            let script = parsed["locks"]["script"].as_sequence().unwrap();
            script.iter().filter_map(|line| line.as_str()).collect()
        };
        for command in ["pyiron-lock validate", "pyiron-lock resolve --check"] {
            assert!(commands.contains(&command), "{text}");
        }
    }
}

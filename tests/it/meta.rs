//! Promises that the code makes about itself.

use std::{collections::BTreeSet, fs};

use crate::support::{program, repository, run};

#[test]
fn codes_are_unique_words_with_documentation() {
    let mut words = BTreeSet::new();
    let rooms = [
        pyiron_lock_core::codes::ALL,
        pyiron_lock_spec::codes::ALL,
        pyiron_lock_solve::codes::ALL,
        pyiron_lock_conform::data::codes::ALL,
        pyiron_lock_conform::rules::CODES,
        pyiron_lock_conform::sound::codes::ALL,
        pyiron_lock_conform::config::codes::ALL,
        pyiron_lock_host::install::codes::ALL,
        pyiron_lock_cli::codes::ALL,
    ];
    for code in rooms.into_iter().flatten() {
        let info = code.info();
        let kebab = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        assert!(info.word.chars().all(kebab), "{} is not kebab-case", info.word);
        assert!(words.insert(info.word), "{} is used twice", info.word);
        assert!(
            !info.title.is_empty() && info.docs.len() > 40,
            "{} is not documented",
            info.word
        );
    }
}

#[test]
fn the_solver_named_in_locks_is_the_one_built_in() {
    let lock = fs::read_to_string(repository().join("Cargo.lock")).unwrap();
    for solver in pyiron_lock_solve::SOLVER.split(", ") {
        let (name, version) = solver.split_once(' ').unwrap();
        let entry = format!("name = \"{name}\"\nversion = \"{version}\"\n");
        assert!(lock.contains(&entry), "Cargo.lock has no {solver}");
    }
}

#[test]
fn no_snapshot_is_left_without_its_test() {
    let scenarios: BTreeSet<String> = names("tests/scenarios", ".yml");
    let cases: BTreeSet<String> = names("conformance/cases/fail", ".yml");
    let snapshots = names("tests/it/snapshots", ".snap");
    assert!(!snapshots.is_empty());
    for snapshot in snapshots {
        let (test, case) = snapshot.split_once('@').unwrap_or((&snapshot, ""));
        let known = match test {
            "it__scenarios__told" => {
                scenarios.contains(case.rsplit_once("--").map_or(case, |(scenario, _)| scenario))
            }
            "it__meta__help" => [
                "help",
                "export_help",
                "resolve_help",
                "validate_help",
                "install_help",
                "verify_help",
            ]
            .contains(&case),
            "it__verify__a_lock_that_needs_a_newer_glibc_is_told_with_the_way_to_it" => true,
            "it__conformance__finding" => cases.contains(case),
            "it__conformance__reference__reference_matrix"
            | "it__conformance__reference__reference_findings" => true,
            "it__real_index__conflict" => crate::real_index::CONFLICTS.contains(&case),
            _ => false,
        };
        assert!(known, "{snapshot} belongs to no test");
    }
}

fn names(folder: &str, suffix: &str) -> BTreeSet<String> {
    fs::read_dir(repository().join(folder))
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().into_string().ok())
        .filter_map(|name| name.strip_suffix(suffix).map(str::to_owned))
        .collect()
}

#[test]
fn help_says_what_there_is() {
    for arguments in [
        vec!["--help"],
        vec!["export", "--help"],
        vec!["install", "--help"],
        vec!["resolve", "--help"],
        vec!["validate", "--help"],
        vec!["verify", "--help"],
    ] {
        let name = arguments.join("_").replace("--", "");
        let ran = run(program().args(&arguments).env("COLUMNS", "100")).exits(0);
        insta::with_settings!({snapshot_suffix => name, omit_expression => true}, {
            insta::assert_snapshot!("help", ran.stdout);
        });
    }
}

#[test]
fn completions_exist_for_the_usual_shells() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran = run(program().args(["completions", shell])).exits(0);
        assert!(ran.stdout.contains("channel-source"), "{shell}");
    }
}

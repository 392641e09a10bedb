//! Locks at targets: the cases of `conformance/cases`, the files beside them, and the committed locks.

mod case;
mod config;
mod hostile;
mod lock;
mod reference;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
};

use pyiron_lock_conform::{
    data::{POLICIES, Policy, TABLES, TARGETS, Targets, Waivers},
    rules,
};
use pyiron_lock_core::SourceFile;

use self::case::Case;
use crate::support::repository;

fn paths(folder: &str) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(repository().join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yml"))
        .collect();
    paths.sort();
    paths
}

/// The code that a case is about, and its name.
fn code_of(path: &std::path::Path) -> (String, String) {
    let name = path.file_stem().unwrap().to_string_lossy().into_owned();
    let (code, what) = name
        .split_once("--")
        .unwrap_or_else(|| panic!("{name} is not CODE--WHAT.yml"));
    assert!(!what.is_empty(), "{name}");
    (code.to_owned(), name)
}

fn check(path: &std::path::Path, fails: bool) {
    let (code, name) = code_of(path);
    let case = Case::read(path);
    let outcome = case.run(&name);
    let found: BTreeSet<&str> = outcome
        .judged
        .iter()
        .map(|judged| judged.finding.code.as_str())
        .collect();
    let mut expected: BTreeSet<&str> = case.also.iter().map(String::as_str).collect();
    if fails {
        expected.insert(&code);
    }
    assert_eq!(found, expected, "{name} ({})\n{}", case.what, outcome.shown());
    for (target, state) in &case.cells {
        let cell = outcome
            .report
            .cells
            .iter()
            .find(|cell| cell.target == *target)
            .unwrap();
        let platform = cell.platform.as_ref().map_or("-", |platform| platform.as_str());
        assert_eq!(
            format!("{} {platform}", cell.state.as_str()),
            *state,
            "{name} at {target}"
        );
    }
    if fails {
        insta::with_settings!({
            snapshot_suffix => name, omit_expression => true, description => case.what,
            snapshot_path => "../snapshots",
        }, {
            insta::assert_snapshot!("finding", outcome.shown());
        });
    }
}

fn check_all(folder: &str, fails: bool) {
    // One that fails must not hide the others.
    let bad = |path: &PathBuf| catch_unwind(AssertUnwindSafe(|| check(path, fails))).is_err();
    let failed: Vec<PathBuf> = paths(folder).into_iter().filter(bad).collect();
    assert!(failed.is_empty(), "{} failed: {failed:#?}", failed.len());
}

#[test]
fn cases_that_fail_give_their_finding() {
    check_all("conformance/cases/fail", true);
}

#[test]
fn cases_that_pass_give_none() {
    check_all("conformance/cases/pass", false);
}

#[test]
fn every_rule_has_a_case_that_passes_and_one_that_fails() {
    let codes = |folder: &str| {
        paths(folder)
            .iter()
            .map(|path| code_of(path).0)
            .collect::<BTreeSet<_>>()
    };
    let known: BTreeSet<String> = rules::CODES.iter().map(|code| code.as_str().to_owned()).collect();
    for folder in ["conformance/cases/pass", "conformance/cases/fail"] {
        let cases = codes(folder);
        assert_eq!(
            known.difference(&cases).collect::<Vec<_>>(),
            [""; 0],
            "without a case in {folder}"
        );
        assert_eq!(
            cases.difference(&known).collect::<Vec<_>>(),
            [""; 0],
            "in {folder}, without a rule"
        );
    }
}

#[test]
fn the_reference_page_shows_files_that_can_be_read() {
    let page = fs::read_to_string(repository().join("docs/reference/conformance.md")).unwrap();
    let blocks: Vec<&str> = page
        .split("```yaml\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
        .collect();
    let [target, waivers] = blocks[..] else {
        panic!("{} blocks", blocks.len())
    };
    let file = ("conformance/targets/hpc/shown.yml".to_owned(), target.to_owned());
    let (targets, found) = Targets::read(&[file]);
    assert!(found.is_empty(), "{found:?}");
    assert_eq!(targets.check(&Policy::read(&[]).0), []);
    assert!(targets.get("shown").is_some());
    let (waivers, found) = Waivers::read(&SourceFile::new("conformance/waivers.yml", waivers));
    assert!(found.is_empty() && waivers.all.len() == 1, "{found:?}");
    for table in TABLES {
        assert!(page.contains(&format!("| `{}` | ", table.name)), "{}", table.name);
    }
}

#[test]
fn the_program_holds_every_file_of_the_folders() {
    let embedded: BTreeMap<&str, &str> = TARGETS.iter().chain(POLICIES).copied().collect();
    let mut found = BTreeSet::new();
    for folder in [
        "targets/hpc",
        "targets/container",
        "targets/jupyter",
        "targets/service",
        "policy",
    ] {
        for path in paths(&format!("conformance/{folder}")) {
            let name = format!(
                "conformance/{folder}/{}",
                path.file_name().unwrap().to_string_lossy()
            );
            let text = fs::read_to_string(&path).unwrap();
            assert_eq!(
                embedded.get(name.as_str()),
                Some(&text.as_str()),
                "{name} is not in embedded.rs"
            );
            found.insert(name);
        }
    }
    assert_eq!(
        embedded.len(),
        found.len(),
        "embedded.rs names a file that is gone"
    );
}

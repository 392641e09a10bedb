//! What every format makes of two tiers: one that stands alone, and one whose image is built from another. A new format
//! has no snapshot, so it fails until somebody has read what it makes.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::Value;

use super::{Listed, export, listed};
use crate::support::{repository, run, tree};

const TIERS: [&str; 2] = ["minimal", "md"];

/// Files whose grammar has no place for the words that say what made them, by format and path.
const UNMARKED: &[(&str, &str)] = &[];

/// How many lines of a file are shown at most at its head, and at its end.
const SHOWN: (usize, usize) = (110, 30);

#[test]
fn every_format_makes_what_was_read() {
    for format in listed() {
        for tier in TIERS {
            let suffix = format!("{}--{tier}", format.name);
            insta::with_settings!({snapshot_suffix => suffix, omit_expression => true, prepend_module_to_snapshot => false}, {
                insta::assert_snapshot!("export", made(&format, tier));
            });
        }
    }
}

#[test]
fn no_snapshot_is_left_without_its_format() {
    let known: BTreeSet<String> = listed()
        .iter()
        .flat_map(|format| TIERS.map(|tier| format!("export@{}--{tier}.snap", format.name)))
        .collect();
    for (name, _) in tree(&repository().join("tests/it/export/snapshots")) {
        assert!(
            known.contains(&name) || name.ends_with(".new"),
            "{name} belongs to no format"
        );
    }
}

#[test]
fn folder_home_locale_and_threads_do_not_count() {
    let elsewhere = tempfile::tempdir().unwrap();
    for format in listed() {
        let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        run(&mut export(&format, "md", folders[0].path()));
        run(export(&format, "md", folders[1].path())
            .arg("--project")
            .arg(repository())
            .current_dir(elsewhere.path())
            .envs([
                ("HOME", "/nonexistent"),
                ("USER", "somebody"),
                ("TZ", "Pacific/Kiritimati"),
                ("LC_ALL", "tr_TR.UTF-8"),
                ("LANG", "de_DE.UTF-8"),
                ("RAYON_NUM_THREADS", "1"),
                ("CONDA_PREFIX", "/opt/conda"),
            ]));
        let [one, other] = folders.map(|folder| tree(folder.path()));
        assert!(one == other, "{} depends on where it is made", format.name);
    }
}

#[test]
fn every_file_says_what_made_it() {
    for format in listed() {
        let folder = tempfile::tempdir().unwrap();
        if run(&mut export(&format, "minimal", folder.path())).code != Some(0) {
            continue;
        }
        let files = tree(folder.path());
        assert!(!files.is_empty(), "{} makes nothing", format.name);
        for (name, text) in files {
            assert!(
                text.contains("made by pyiron-lock") || UNMARKED.contains(&(&format.name, &name)),
                "{} {name} does not say what made it",
                format.name
            );
            assert!(
                text.ends_with('\n'),
                "{} {name}: no newline at the end",
                format.name
            );
            assert!(
                !text.contains('\r') && !text.contains(&*repository().to_string_lossy()),
                "{} {name} tells of this machine",
                format.name
            );
        }
    }
}

/// Returns the files of one export, or why there are none.
fn made(format: &Listed, tier: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let ran = run(export(format, tier, folder.path()).arg("--json"));
    let json = ran.json();
    let mut text = String::new();
    for finding in json["findings"].as_array().into_iter().flatten() {
        text.push_str(&format!(
            "{}[{}]: {}\n",
            word(&finding["severity"]),
            word(&finding["code"]),
            word(&finding["message"])
        ));
    }
    if ran.code != Some(0) {
        return format!("{text}exit {:?}\n{}", ran.code, ran.stderr);
    }
    for file in json["files"].as_array().unwrap() {
        let path = word(&file["path"]);
        if format.name == "release" {
            // Its files are those of the other snapshots; `release.rs` compares them.
            text.push_str(&format!("==> {path} ({})\n", word(&file["mode"])));
            continue;
        }
        let read = fs::read_to_string(folder.path().join(path)).unwrap();
        has_mode(&folder.path().join(path), word(&file["mode"]));
        text.push_str(&format!("==> {path} ({})\n", word(&file["mode"])));
        text.push_str(&folded(&read, word(&file["sha256"])));
    }
    text
}

fn word(value: &Value) -> &str {
    value.as_str().unwrap()
}

#[track_caller]
fn has_mode(path: &Path, mode: &str) {
    use std::os::unix::fs::PermissionsExt;
    let found = fs::metadata(path).unwrap().permissions().mode() & 0o111 != 0;
    assert_eq!(found, mode == "0755", "{}", path.display());
}

/// Returns a text without the packages after the second of a run, and without the middle of what is still long.
fn folded(text: &str, sha256: &str) -> String {
    let all: Vec<&str> = text.lines().collect();
    let mut lines: Vec<String> = Vec::new();
    let mut next = 0;
    for (start, end) in runs(&all) {
        lines.extend(all[next..start].iter().map(|line| cut(line, sha256)));
        lines.push(fold(end - start, sha256));
        next = end;
    }
    lines.extend(all[next..].iter().map(|line| cut(line, sha256)));
    let (head, end) = SHOWN;
    if lines.len() > head + end + 1 {
        let middle = lines.len() - head - end;
        lines.splice(head..head + middle, [fold(middle, sha256)]);
    }
    lines.join("\n") + "\n"
}

/// Returns what can be left out: of packages that follow each other at like distances, those after the second.
fn runs(lines: &[&str]) -> Vec<(usize, usize)> {
    let is_package = |line: &&str| line.contains("https://sample.pyiron-lock.invalid/");
    let places: Vec<usize> = (0..lines.len())
        .filter(|place| is_package(&lines[*place]))
        .collect();
    let mut runs = Vec::new();
    let mut first = 0;
    while first + 3 < places.len() {
        let gap = places[first + 1] - places[first];
        let reach = if gap == 1 { 1 } else { gap.min(12) * 4 };
        let mut last = first;
        while last + 1 < places.len() && places[last + 1] - places[last] <= reach {
            last += 1;
        }
        if last >= first + 3 {
            runs.push((places[first + 2], places[last] + 1));
        }
        first = last + 1;
    }
    runs
}

fn cut(line: &str, sha256: &str) -> String {
    if line.chars().count() <= 400 {
        return line.to_owned();
    }
    let head: String = line.chars().take(300).collect();
    format!(
        "{head}... {} bytes, sha256 of the whole file {sha256}",
        line.len()
    )
}

fn fold(lines: usize, sha256: &str) -> String {
    format!("... {lines} lines, sha256 of the whole file {sha256}")
}

//! The book keeps its word: every command that it shows runs, as a reader would run it, and no page is left out.

use std::{
    fs,
    path::Path,
    process::Command,
    sync::atomic::{AtomicUsize, Ordering},
};

use crate::{
    docs::write_files,
    support::{Ran, copy_tree, repository, run, tree},
};

/// Pages that begin in an empty folder, or with archives; each has a test of its own.
const FROM_NOTHING: [&str; 3] = ["guide/first-project.md", "guide/channels.md", "guide/bundle.md"];

/// What pages say whose commands need the archives of the sample channel; `portal_archives.py` runs those.
const WITH_ARCHIVES: &str = "<!-- with archives -->\n";

/// A command of a page, the exit code that the page says before the block, and the lines that it shows.
pub(crate) struct Step {
    pub(crate) command: String,
    pub(crate) exits: i32,
    shows: Vec<String>,
}

/// Returns the commands of the blocks of a page. A line without `$` is one that the command before it prints.
pub(crate) fn steps(text: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut inside = false;
    let mut exits = 0;
    for line in text.lines() {
        if let Some(code) = line.strip_prefix("<!-- exits: ") {
            exits = code.trim_end_matches(" -->").parse().unwrap();
        } else if line.starts_with("```") {
            let begins = line == "```console";
            if inside && !begins {
                exits = 0;
            }
            inside = begins;
        } else if inside {
            match line.strip_prefix("$ ") {
                Some(command) => steps.push(Step {
                    command: command.to_owned(),
                    exits,
                    shows: Vec::new(),
                }),
                None => steps.last_mut().unwrap().shows.push(line.to_owned()),
            }
        }
    }
    steps
}

/// What a reader has: this repository without its sources, and the program.
pub(crate) fn book_folder() -> tempfile::TempDir {
    let root = repository();
    let folder = tempfile::tempdir().unwrap();
    for part in ["specs", "lockfiles", "conformance/targets", "conformance/policy"] {
        copy_tree(&root.join(part), &folder.path().join(part));
    }
    fs::copy(
        root.join("conformance/waivers.yml"),
        folder.path().join("conformance/waivers.yml"),
    )
    .unwrap();
    fs::create_dir_all(folder.path().join("tests")).unwrap();
    fs::create_dir_all(folder.path().join("bin")).unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_pyiron-lock-tested"));
    std::os::unix::fs::symlink(
        root.join("tests/sample-channel"),
        folder.path().join("tests/sample-channel"),
    )
    .unwrap();
    std::os::unix::fs::symlink(program, folder.path().join("bin/pyiron-lock")).unwrap();
    folder
}

/// Runs a line by a shell in the folder, judging as of a fixed day.
pub(crate) fn shell(line: &str, folder: &Path) -> Ran {
    let line = match line.contains("--today") {
        true => line.to_owned(),
        false => line.replace("pyiron-lock verify", "pyiron-lock verify --today 2026-09-01"),
    };
    let line = line.replace("/tmp/", &format!("{}/", folder.display()));
    let path = std::env::var("PATH").unwrap_or_default();
    run(Command::new("bash")
        .args(["-euo", "pipefail", "-c", &line])
        .env_clear()
        .env("PATH", format!("{}:{path}", folder.join("bin").display()))
        .env("HOME", folder)
        .current_dir(folder))
}

/// Does something with each item, on all cores, and returns what went wrong.
fn in_threads<T: Sync>(items: &[T], job: impl Fn(&T) -> Option<String> + Sync) -> Vec<String> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut problems = Vec::new();
        while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
            problems.extend(job(item));
        }
        problems
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap())
            .collect()
    })
}

#[test]
fn the_commands_of_which_tier_work() {
    let page = fs::read_to_string(repository().join("docs/which-tier.md")).unwrap();
    let folder = book_folder();
    let mut commands: Vec<&str> = page
        .split("<code class=\"run\">")
        .skip(1)
        .filter_map(|rest| rest.split("</code>").next())
        .collect();
    commands.sort_unstable();
    commands.dedup();
    assert!(commands.len() >= 40, "{}", commands.len());
    let problems = in_threads(&commands, |command| {
        let ran = shell(command, folder.path());
        (ran.code != Some(0)).then(|| format!("{command}\n{}{}", ran.stdout, ran.stderr))
    });
    assert!(problems.is_empty(), "{}", problems.join("\n\n"));
}

#[test]
fn every_command_of_the_book_runs() {
    let docs = repository().join("docs");
    let pages: Vec<(String, String)> = tree(&docs)
        .into_iter()
        .filter(|(name, text)| {
            name.ends_with(".md") && !FROM_NOTHING.contains(&name.as_str()) && !text.contains(WITH_ARCHIVES)
        })
        .collect();
    let counts = AtomicUsize::new(0);
    let problems = in_threads(&pages, |(name, text)| {
        let steps = steps(text);
        if steps.is_empty() {
            return None;
        }
        let folder = book_folder();
        write_files(text, folder.path());
        for step in steps {
            counts.fetch_add(1, Ordering::Relaxed);
            let ran = shell(&step.command, folder.path());
            let said = format!("{}{}", ran.stdout, ran.stderr);
            let missing = step.shows.iter().find(|line| !said.contains(line.as_str()));
            if ran.code != Some(step.exits) || missing.is_some() {
                let Step { command, exits, .. } = step;
                return Some(format!(
                    "{name}: {command}\nexits {:?}, not {exits}; lacks {missing:?}\n{said}",
                    ran.code
                ));
            }
        }
        None
    });
    assert!(problems.is_empty(), "{}", problems.join("\n\n"));
    assert!(counts.into_inner() >= 100);
}

#[test]
fn every_page_of_the_book_is_in_its_summary() {
    let docs = repository().join("docs");
    let summary = fs::read_to_string(docs.join("SUMMARY.md")).unwrap();
    for (name, text) in tree(&docs) {
        if name.ends_with(".md") && name != "SUMMARY.md" {
            assert!(
                summary.contains(&format!("]({name})")),
                "{name} is not in docs/SUMMARY.md"
            );
            for line in text.lines().filter(|line| line.starts_with("```")) {
                let kinds = [
                    "```",
                    "```console",
                    "```text",
                    "```yaml",
                    "```ini",
                    "```json",
                    "```sh",
                ];
                assert!(
                    kinds.contains(&line),
                    "{name}: a block of `{line}` is run by nobody"
                );
            }
            // What is shown as shell is a file that commands read, or part of a check that is named.
            let parts: Vec<&str> = text.split("\n```sh\n").collect();
            for before in &parts[..parts.len() - 1] {
                let said = before.lines().last().unwrap_or_default();
                let script = said
                    .strip_prefix("<!-- runs in: ")
                    .and_then(|rest| rest.strip_suffix(" -->"));
                let known = match script {
                    Some(script) => repository().join(script).is_file(),
                    None => said.starts_with("<!-- file: "),
                };
                assert!(known, "{name}: a block of sh after `{said}` is run by nobody");
            }
        }
    }
}

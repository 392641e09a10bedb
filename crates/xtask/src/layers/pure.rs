//! A text scan of the pure rooms for calls that belong to the edges: files, environment, processes, network,
//! clock.
//!
//! It reads lines, not Rust: what stands in comments and under `#[cfg(test)]` does not count. Clippy's list
//! of banned calls in each pure room is the second net.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::workspace;

/// The rooms that do no IO.
const ROOMS: [&str; 6] = [
    "crates/pyiron_lock_core",
    "crates/pyiron_lock_spec",
    "crates/pyiron_lock_lockfile",
    "crates/pyiron_lock_solve",
    "crates/pyiron_lock_conform",
    "crates/pyiron_lock_export",
];

/// What they may not say.
const WORDS: [&str; 8] = [
    "std::fs",
    "fs_err",
    "std::env",
    "std::process",
    "std::net",
    "SystemTime",
    "Instant::now",
    "UNIX_EPOCH",
];

/// The modules of `std` that may not be in a `use std::{..}` list.
const MODULES: [&str; 4] = ["fs", "env", "process", "net"];

/// Scans the sources of the pure rooms.
pub(crate) fn scan(root: &Path) -> Result<Vec<String>, String> {
    let mut problems = Vec::new();
    for file in workspace::rust_files(root)? {
        if is_pure(&file) {
            let text = fs::read_to_string(root.join(&file))
                .map_err(|error| format!("{}: {error}", file.display()))?;
            problems.extend(check(&file, &text));
        }
    }
    Ok(problems)
}

fn is_pure(file: &Path) -> bool {
    let sources = ROOMS.iter().map(|room| PathBuf::from(room).join("src"));
    let tests = file.file_stem().is_some_and(|stem| stem == "tests")
        || file.components().any(|part| part.as_os_str() == "tests");
    !tests && sources.into_iter().any(|folder| file.starts_with(folder))
}

fn check(file: &Path, text: &str) -> Vec<String> {
    let mut problems = Vec::new();
    let mut list: Option<String> = None;
    for (number, line) in code_lines(text) {
        let said = WORDS.iter().filter(|word| line.contains(*word));
        problems.extend(said.map(|word| message(file, number, word)));
        if list.is_none() && line.trim_start().contains("use std::{") {
            list = Some(String::new());
        }
        if let Some(words) = &mut list {
            words.push_str(line);
            words.push(' ');
            if line.contains("};") {
                if let Some(module) = listed(words) {
                    problems.push(message(file, number, &format!("std::{module}")));
                }
                list = None;
            }
        }
    }
    problems
}

fn message(file: &Path, number: usize, word: &str) -> String {
    format!(
        "{}:{number}: `{word}` in a pure room; read it at an edge (gateway, host, cli) and pass the value in",
        file.display()
    )
}

/// Returns the banned module that a `use std::{..}` list names, if any.
fn listed(list: &str) -> Option<&'static str> {
    let identifier = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut words = list.split(|c| !identifier(c));
    words.find_map(|word| MODULES.into_iter().find(|module| *module == word))
}

/// Returns the numbered lines that are neither comments nor under `#[cfg(test)]`.
fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut skipping: Option<Skip> = None;
    text.lines().enumerate().filter_map(move |(index, line)| {
        let trimmed = line.trim_start();
        if trimmed.starts_with("//") {
            return None;
        }
        if skipping.is_none() && trimmed.starts_with("#[cfg(test)]") {
            skipping = Some(Skip::default());
        }
        if let Some(skip) = &mut skipping {
            if skip.ends_with(trimmed.trim_start_matches("#[cfg(test)]")) {
                skipping = None;
            }
            return None;
        }
        let code = line.split(" //").next().unwrap_or(line);
        Some((index + 1, code))
    })
}

/// How far into an item under `#[cfg(test)]` the scan is.
#[derive(Default)]
struct Skip {
    depth: usize,
    opened: bool,
}

impl Skip {
    /// Takes one more line and returns whether the item ends on it.
    fn ends_with(&mut self, line: &str) -> bool {
        for c in line.chars() {
            match c {
                '{' => {
                    self.depth += 1;
                    self.opened = true;
                }
                '}' => self.depth = self.depth.saturating_sub(1),
                ';' if !self.opened => return true,
                _ => {}
            }
        }
        self.opened && self.depth == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        check(Path::new("a.rs"), text)
    }

    #[test]
    fn edge_calls_are_named_with_their_line() {
        assert_eq!(
            found("//! Head.\n\nlet text = std::fs::read(path);\n"),
            [
                "a.rs:3: `std::fs` in a pure room; read it at an edge (gateway, host, cli) and pass the value in"
            ]
        );
        for word in WORDS {
            assert_eq!(found(&format!("use {word};\n")).len(), 1, "{word}");
        }
    }

    #[test]
    fn grouped_imports_are_seen_through() {
        assert_eq!(found("use std::{fmt, env};\n").len(), 1);
        assert_eq!(
            found("use std::{\n    collections::BTreeMap,\n    fs,\n};\n").len(),
            1
        );
        assert_eq!(found("use std::{fmt, str::FromStr};\n"), [""; 0]);
    }

    #[test]
    fn comments_and_tests_do_not_count_but_what_follows_does() {
        let text = "/// Not std::env.\nlet x = 1; // std::fs\n#[cfg(test)]\nuse std::fs;\n\
                    #[cfg(test)]\nmod tests {\n    fn f() { std::fs::read(\"x\"); }\n}\nuse std::net;\n";
        let found = found(text);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("a.rs:9:"));
    }

    #[test]
    fn only_sources_of_pure_rooms_are_read() {
        assert!(is_pure(Path::new("crates/pyiron_lock_solve/src/lib.rs")));
        assert!(!is_pure(Path::new("crates/pyiron_lock_solve/src/tests.rs")));
        assert!(!is_pure(Path::new("crates/pyiron_lock_solve/tests/it.rs")));
        assert!(!is_pure(Path::new("crates/pyiron_lock_gateway/src/lib.rs")));
        assert!(!is_pure(Path::new("tests/it/main.rs")));
    }

    #[test]
    fn pure_rooms_ban_the_same_calls() {
        let root = workspace::root().unwrap();
        let bans = ROOMS.map(|room| fs::read_to_string(root.join(room).join("clippy.toml")).unwrap());
        assert!(bans[0].contains("\"std::fs::read\""));
        for (room, ban) in ROOMS.iter().zip(&bans) {
            assert_eq!(
                *ban, bans[0],
                "{room}/clippy.toml differs from {}/clippy.toml",
                ROOMS[0]
            );
        }
    }
}

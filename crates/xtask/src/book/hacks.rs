//! The page of work-arounds in pyiron's own pipelines, and what takes the place of each. Reads `docs/data/hacks.yml`.

use std::{collections::BTreeSet, fmt::Write as _, path::Path};

use pyiron_lock_cli::reference::commands;
use pyiron_lock_conform::rules;
use serde::Deserialize;

use super::text::{cell, sentence};
use crate::standing::read;

const FILE: &str = "docs/data/hacks.yml";

/// A work-around.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Hack {
    id: String,
    /// What is done, and where.
    hack: String,
    /// What goes wrong with it.
    wrong: String,
    state: State,
    /// What takes its place.
    instead: String,
    /// What is left out, and why.
    #[serde(default)]
    left_out: Option<String>,
    #[serde(default)]
    commands: Vec<String>,
    #[serde(default)]
    rules: Vec<String>,
    #[serde(default)]
    formats: Vec<String>,
    /// Pages of the book, by title.
    #[serde(default)]
    pages: Vec<Page>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    title: String,
    path: String,
}

/// How far a work-around is replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum State {
    Replaced,
    InPart,
    LeftOut,
}

impl State {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Replaced => "replaced",
            Self::InPart => "in part",
            Self::LeftOut => "left out",
        }
    }
}

/// Writes the page.
pub(super) fn page(root: &Path) -> Result<String, String> {
    let hacks: Vec<Hack> =
        serde_yaml::from_str(&read(root, FILE)?).map_err(|error| format!("{FILE}: {error}"))?;
    check(root, &hacks)?;
    let count = |state| hacks.iter().filter(|hack| hack.state == state).count();
    let mut text = format!(
        "# What takes the place of which work-around\n\nThe pipelines of `pyiron/cmmc_env` and `pyiron/docker-stacks` \
         (as read in 2026-08) do by script what this program does by\ndesign. Of the {} work-arounds found in them, {} \
         are replaced, {} in part, and {} left out. What is named under *by* is there:\nthe page is checked against the \
         program.\n\n| | work-around | state |\n|---|---|---|\n",
        hacks.len(),
        count(State::Replaced),
        count(State::InPart),
        count(State::LeftOut)
    );
    for hack in &hacks {
        let _ = writeln!(
            text,
            "| [{}](#{}) | {} | {} |",
            hack.id,
            hack.id.to_lowercase(),
            cell(&hack.hack),
            hack.state.as_str()
        );
    }
    for hack in &hacks {
        let _ = write!(
            text,
            "\n## {}\n\n**{}** {} *{}.*\n\n{}\n",
            hack.id,
            sentence(&hack.hack),
            sentence(&hack.wrong),
            super::text::upper(hack.state.as_str()),
            sentence(&hack.instead)
        );
        if let Some(left_out) = &hack.left_out {
            let _ = write!(text, "\nLeft out: {}\n", sentence(left_out));
        }
        let by = by(hack);
        if !by.is_empty() {
            let _ = write!(text, "\nBy: {}\n", by.join(", "));
        }
    }
    Ok(text)
}

fn by(hack: &Hack) -> Vec<String> {
    let command = |words: &String| format!("[`{words}`](commands.md#{})", words.replace(' ', "-"));
    let rule = |word: &String| format!("[`{word}`](codes.md#{word})");
    let format = |name: &String| format!("[`export {name}`](formats.md#{name})");
    let page = |page: &Page| format!("[{}](../{})", page.title, page.path);
    let commands = hack.commands.iter().map(command);
    let rules = hack.rules.iter().map(rule);
    let formats = hack.formats.iter().map(format);
    commands
        .chain(formats)
        .chain(rules)
        .chain(hack.pages.iter().map(page))
        .collect()
}

/// Refuses a list that names what is not there, or is not complete.
fn check(root: &Path, hacks: &[Hack]) -> Result<(), String> {
    let known: BTreeSet<String> = commands().into_iter().map(|command| command.words).collect();
    let sound = pyiron_lock_conform::sound::codes::ALL;
    let others = [
        pyiron_lock_spec::codes::ALL,
        pyiron_lock_solve::codes::ALL,
        pyiron_lock_export::codes::ALL,
    ];
    let codes: BTreeSet<&str> = rules::CODES
        .iter()
        .chain(sound)
        .chain(others.into_iter().flatten())
        .map(|code| code.as_str())
        .collect();
    for (index, hack) in hacks.iter().enumerate() {
        if hack.id != format!("X{}", index + 1) {
            return Err(format!(
                "{FILE}: X{} is expected, {} stands there",
                index + 1,
                hack.id
            ));
        }
        if hack.state != State::Replaced && hack.left_out.is_none() {
            return Err(format!("{FILE}: {}: what is left out is not said", hack.id));
        }
        let is_format = |name: &str| pyiron_lock_export::format_named(name).is_some();
        let is_page = |path: &str| root.join("docs").join(path).is_file();
        let missing = [
            (
                "command",
                hack.commands.iter().find(|name| !known.contains(*name)),
            ),
            (
                "code",
                hack.rules.iter().find(|name| !codes.contains(name.as_str())),
            ),
            ("format", hack.formats.iter().find(|name| !is_format(name))),
            (
                "page",
                hack.pages
                    .iter()
                    .map(|page| &page.path)
                    .find(|path| !is_page(path)),
            ),
        ];
        for (what, name) in missing {
            if let Some(name) = name {
                return Err(format!("{FILE}: {}: there is no {what} `{name}`", hack.id));
            }
        }
    }
    Ok(())
}

//! `init`: writes a project with some of the reference tiers, for somebody to go on from.

mod cut;
mod new_files;
mod pages;
mod reference;

use std::path::{Path, PathBuf};

use pyiron_lock_core::Exit;
use pyiron_lock_spec::channel_fault;
use serde::Serialize;

use self::{
    new_files::{Fate, NewFile},
    pages::ATTRIBUTES,
};
use crate::{
    args::{Ci, Global, InitArgs},
    failure::Failure,
    files::shown,
    project::MANIFEST,
    streams::Streams,
};

pub(crate) use reference::offered;

const DEFAULT_TIER: &str = "minimal";
const DEFAULT_CHANNEL: &str = "conda-forge";

/// What a run did, as scripts read it.
#[derive(Serialize)]
struct View {
    folder: String,
    tiers: Vec<String>,
    platforms: Vec<String>,
    channels: Vec<String>,
    files: Vec<FileView>,
    next: Vec<Step>,
}

#[derive(Serialize)]
struct FileView {
    path: String,
    status: Fate,
}

/// A command to go on with.
#[derive(Serialize)]
struct Step {
    command: String,
    does: String,
}

/// Writes a project.
pub(crate) fn execute(args: &InitArgs, global: &Global, streams: &Streams) -> Result<Exit, Failure> {
    let root = root(args, global)?;
    let or = |given: &[String], default: &str| match given {
        [] => vec![default.to_owned()],
        given => given.to_vec(),
    };
    let reference = reference::manifest();
    let choice = reference::choose(&reference, &or(&args.tiers, DEFAULT_TIER), &args.platforms)?;
    let channels = channels(or(&args.channels, DEFAULT_CHANNEL))?;
    let files = pages::files(&reference, &choice, &channels, args.ci);
    let fates = new_files::write(&root, &files, streams)?;
    let view = View {
        folder: shown(&root),
        tiers: choice.tiers.iter().map(ToString::to_string).collect(),
        platforms: choice.platforms.iter().map(ToString::to_string).collect(),
        files: files
            .iter()
            .zip(&fates)
            .map(|(file, fate)| FileView {
                path: shown(&root.join(&file.path)),
                status: *fate,
            })
            .collect(),
        next: steps(&channels),
        channels,
    };
    if args.json {
        let view = serde_json::to_string_pretty(&view)
            .map_err(|error| Failure::unavailable(format!("the result cannot be written: {error}")))?;
        streams.result(&format!("{view}\n"));
    } else {
        show(&view, &root, args.ci, streams);
    }
    notes(&root, &files, &fates, streams);
    if view.channels != [DEFAULT_CHANNEL] {
        streams.talk(
            "note: the environment files go on naming conda-forge, for conda; locks follow the channels of \
             specs/tiers.yml",
        );
    }
    Ok(Exit::Clean)
}

/// Returns the folder to start in: the one given, else the one that `--project` names, else the current one.
fn root(args: &InitArgs, global: &Global) -> Result<PathBuf, Failure> {
    match (&args.folder, &global.project) {
        (Some(_), Some(_)) => {
            Err(Failure::bad_input("`--project` names a folder, and so does DIR").help("give one of them"))
        }
        (Some(folder), None) | (None, Some(folder)) => Ok(folder.clone()),
        (None, None) => Ok(PathBuf::from(".")),
    }
}

/// Returns the channels, each once; refuses what could not stand in a manifest.
fn channels(named: Vec<String>) -> Result<Vec<String>, Failure> {
    let mut channels: Vec<String> = Vec::new();
    for name in named {
        if let Some(fault) = channel_fault(&name) {
            let failure = Failure::bad_input(fault.message);
            return Err(match fault.help {
                Some(help) => failure.help(help),
                None => failure,
            });
        }
        if name == "nodefaults" {
            return Err(Failure::bad_input(
                "`nodefaults` is a word for conda, not a channel",
            ));
        }
        if !channels.contains(&name) {
            channels.push(name);
        }
    }
    Ok(channels)
}

/// Returns the commands to go on with; each works as it stands.
fn steps(channels: &[String]) -> Vec<Step> {
    let step = |command: &str, does: String| Step {
        command: command.to_owned(),
        does,
    };
    let mut steps = vec![step("pyiron-lock validate", "checks the specs".to_owned())];
    if pages::only_sample(channels) {
        steps.push(step(
            "pyiron-lock resolve",
            "makes the locks, offline, from the sample channel".to_owned(),
        ));
    } else {
        steps.push(step(
            "pyiron-lock resolve -c sample",
            "tries it out, offline, with the sample channel".to_owned(),
        ));
        steps.push(step(
            "pyiron-lock resolve",
            format!("makes the locks, from {}", channels.join(", ")),
        ));
    }
    steps
}

fn show(view: &View, root: &Path, ci: Ci, streams: &Streams) {
    let mut text = String::new();
    for file in &view.files {
        text.push_str(&match file.status {
            Fate::Written => format!("wrote {}\n", file.path),
            Fate::Kept | Fate::Same => format!("kept  {}, which was there already\n", file.path),
        });
    }
    let noun = if view.tiers.len() == 1 { "tier" } else { "tiers" };
    text.push_str(&format!(
        "\n{noun} {} on {}, from {}\n\nnext:\n",
        view.tiers.join(", "),
        view.platforms.join(", "),
        view.channels.join(", ")
    ));
    if root != Path::new(".") {
        let quote = if view.folder.contains(char::is_whitespace) {
            "'"
        } else {
            ""
        };
        text.push_str(&format!("  cd {quote}{}{quote}\n", view.folder));
    }
    for step in &view.next {
        text.push_str(&format!("  {}\n      {}\n", step.command, step.does));
    }
    if let Some((path, _)) = pages::ci_file(ci) {
        text.push_str(&format!(
            "then say in {path} how pyiron-lock is installed, and commit specs/ and lockfiles/\n"
        ));
    } else {
        text.push_str("then commit specs/ and lockfiles/\n");
    }
    streams.detail(&text);
}

/// Says what somebody may have overlooked.
fn notes(root: &Path, files: &[NewFile], fates: &[Fate], streams: &Streams) {
    let absolute = std::path::absolute(root).unwrap_or_else(|_| root.to_owned());
    let outer = absolute
        .ancestors()
        .skip(1)
        .find(|folder| folder.join(MANIFEST).is_file());
    if let Some(outer) = outer {
        streams.talk(&format!(
            "note: this is inside the project in {}; commands that run in here use the new one",
            outer.display()
        ));
    }
    let attributes = files
        .iter()
        .zip(fates)
        .any(|(file, fate)| file.path == ".gitattributes" && *fate == Fate::Kept);
    let path = root.join(".gitattributes");
    if attributes && !keeps_line_ends(&path) {
        streams.talk(&format!(
            "note: add the line `{ATTRIBUTES}` to {}, so that git does not change the line ends of locks",
            shown(&path)
        ));
    }
}

/// Returns whether git is told already to leave the line ends of locks alone.
fn keeps_line_ends(attributes: &Path) -> bool {
    let text = std::fs::read_to_string(attributes).unwrap_or_default();
    text.lines().any(|line| {
        let mut words = line.split_whitespace();
        let pattern = words.next().unwrap_or_default();
        (pattern.starts_with("lockfiles/") || pattern == "*.lock")
            && words.any(|word| matches!(word, "-text" | "binary" | "eol=lf"))
    })
}

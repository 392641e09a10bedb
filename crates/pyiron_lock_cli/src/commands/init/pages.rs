//! The files of a new project, as text. Knows no folder.

use pyiron_lock_core::{PlatformName, TierName};
use pyiron_lock_spec::Manifest;

use super::{
    cut::{Keep, cut},
    new_files::NewFile,
    reference::{Choice, SCHEMA, spec},
};
use crate::{args::Ci, project::MANIFEST, sample};

const README: &str = include_str!("templates/README.md");
const GITHUB: &str = include_str!("templates/github.yml");
const GITLAB: &str = include_str!("templates/gitlab.yml");

/// The line that keeps git from changing the line ends of locks.
pub(super) const ATTRIBUTES: &str = "lockfiles/** -text linguist-generated=true";

/// Returns the files in the order in which they are written, the manifest last: with it there is a project.
pub(super) fn files(reference: &Manifest, choice: &Choice, channels: &[String], ci: Ci) -> Vec<NewFile> {
    let file = |path: &str, text: String| NewFile {
        path: path.to_owned(),
        text,
        may_stay: matches!(path, "README.md" | ".gitattributes"),
        left_out_by: None,
    };
    let mut files = vec![
        file("README.md", readme(choice, channels)),
        file(".gitattributes", format!("{ATTRIBUTES}\n")),
    ];
    if let Some((path, text)) = ci_file(ci) {
        files.push(NewFile {
            left_out_by: Some("--ci none"),
            ..file(path, text.to_owned())
        });
    }
    for tier in reference
        .tiers
        .iter()
        .filter(|tier| choice.tiers.contains(&tier.name))
    {
        files.push(file(&format!("specs/{}", tier.spec.value), spec(tier).to_owned()));
    }
    files.push(file("specs/tiers.schema.json", SCHEMA.to_owned()));
    files.push(file(MANIFEST, manifest(reference, choice, channels)));
    files
}

/// Returns the file that has the locks checked by a forge.
pub(super) fn ci_file(ci: Ci) -> Option<(&'static str, &'static str)> {
    match ci {
        Ci::Github => Some((".github/workflows/locks.yml", GITHUB)),
        Ci::Gitlab => Some((".gitlab-ci.yml", GITLAB)),
        Ci::None => None,
    }
}

/// Returns the options that say where the indexes of channels are, each with a space before it.
pub(super) fn source_options(channels: &[String]) -> String {
    indexes(channels)
        .iter()
        .map(|(channel, folder)| format!(" --channel-source {channel}={folder}"))
        .collect()
}

/// Returns which words stand for the folders with the indexes, as a sentence; empty where none is needed.
pub(super) fn source_words(channels: &[String]) -> String {
    let indexes: Vec<String> = indexes(channels)
        .iter()
        .map(|(channel, folder)| format!("`{folder}` stands for a folder with the index of {channel}"))
        .collect();
    indexes.join(", ")
}

/// Returns the channels that need a folder, with the word that stands for it.
fn indexes(channels: &[String]) -> Vec<(&str, String)> {
    let needy: Vec<&str> = channels
        .iter()
        .map(String::as_str)
        .filter(|channel| ![sample::NAME, sample::URL].contains(channel))
        .collect();
    let word = |index: usize| match needy.len() {
        1 => "DIR".to_owned(),
        _ => format!("DIR{}", index + 1),
    };
    needy
        .iter()
        .enumerate()
        .map(|(index, channel)| (*channel, word(index)))
        .collect()
}

fn readme(choice: &Choice, channels: &[String]) -> String {
    let words = source_words(channels);
    let indexes = if words.is_empty() {
        "The sample channel is inside the program; it is for trying things out.".to_owned()
    } else {
        format!("{words}:\n`<subdir>/repodata.json` or `<subdir>/repodata.json.zst`, as a mirror has.")
    };
    let tier = choice.tiers.first().map_or("", TierName::as_str);
    README
        .replace("@REPOSITORY@", env!("CARGO_PKG_REPOSITORY"))
        .replace(" @INDEXES@", &format!("\n{indexes}"))
        .replace("@SOURCES@", &source_options(channels))
        .replace("@TIER@", tier)
}

fn manifest(reference: &Manifest, choice: &Choice, channels: &[String]) -> String {
    let list: Vec<String> = channels.iter().map(|channel| scalar(channel)).collect();
    let keep = Keep {
        tiers: choice.tiers.iter().map(TierName::as_str).collect(),
        platforms: choice.platforms.iter().map(PlatformName::as_str).collect(),
        channels: format!(
            "# Where packages come from, in order of priority.\nchannels: [{}]\n",
            list.join(", ")
        ),
    };
    cut(&reference.source, &keep).expect("the reference manifest was read as a map")
}

/// Returns a channel as YAML, in quotes unless it is a plain word.
fn scalar(channel: &str) -> String {
    const WORDS: [&str; 9] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    let plain = channel.starts_with(|c: char| c.is_ascii_alphabetic())
        && channel
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_./".contains(c))
        && !WORDS.contains(&channel.to_ascii_lowercase().as_str());
    if plain {
        channel.to_owned()
    } else {
        serde_json::Value::from(channel).to_string()
    }
}

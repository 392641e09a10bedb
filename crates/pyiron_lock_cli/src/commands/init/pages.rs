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

/// Returns whether all channels are the one inside the program.
pub(super) fn only_sample(channels: &[String]) -> bool {
    let inside = |channel: &String| [sample::NAME, sample::URL].contains(&channel.as_str());
    channels.iter().all(inside)
}

fn readme(choice: &Choice, channels: &[String]) -> String {
    let source = if only_sample(channels) {
        "The sample channel is inside the program; it is for trying things out.".to_owned()
    } else {
        let names: Vec<String> = channels.iter().map(|channel| format!("`{channel}`")).collect();
        format!(
            "Packages come from {}.\nA mirror or a folder to read instead goes under `channel-sources` in `{MANIFEST}`.",
            names.join(", ")
        )
    };
    let tier = choice.tiers.first().map_or("", TierName::as_str);
    README
        .replace("@REPOSITORY@", env!("CARGO_PKG_REPOSITORY"))
        .replace("@SOURCE@", &source)
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

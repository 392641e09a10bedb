//! The page "Which tier am I?": questions, and answers from targets, tiers and locks. Reads `docs/data/which-tier.yml`;
//! the script beside the page only picks and fills in.

mod data;

use std::{fmt::Write as _, path::Path};

use pyiron_lock_conform::{
    Cell,
    data::{Kind, Target},
};
use serde::{Deserialize, Serialize};

use super::{
    Facts,
    support::{anchor, word},
    text::html,
};
use crate::standing::read;

const FILE: &str = "docs/data/which-tier.yml";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Questions {
    audiences: Vec<Audience>,
    formats: std::collections::BTreeMap<String, String>,
    other_format: String,
    computers: Vec<Computer>,
    systems: Vec<Choice>,
    schedulers: Vec<Choice>,
    networks: Vec<Network>,
    gpus: Vec<Choice>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Audience {
    id: String,
    label: String,
    tier: String,
    kinds: Vec<String>,
    guide: String,
    commands: Vec<String>,
    limits: Vec<String>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Computer {
    id: String,
    label: String,
    platform: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Choice {
    id: String,
    label: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Network {
    id: String,
    label: String,
    limits: Vec<String>,
}

/// Writes the page.
pub(super) fn page(root: &Path, facts: &Facts) -> Result<String, String> {
    let questions: Questions =
        serde_yaml::from_str(&read(root, FILE)?).map_err(|error| format!("{FILE}: {error}"))?;
    check(root, facts, &questions)?;
    let mut text = String::from(
        "# Which tier am I?\n\nFive questions, and the tier, the place, the commands and the known limits that follow. \
         The answers come from the same\ntargets, locks and rules as [the matrix](reference/support.md).\n\n",
    );
    form(&mut text, facts, &questions);
    text.push_str(
        "\n<section id=\"answer\" class=\"answer\" aria-live=\"polite\" aria-label=\"Answer\">\n\
         <p class=\"without-script\">Without JavaScript the questions stay hidden; <a href=\"#all-answers\">all answers</a> \
         are below.</p>\n</section>\n\n## All answers\n\nEach line is a place that a tier is meant for. Commands run in \
         this repository, or in a project of yours.\n\n",
    );
    table(&mut text, facts, &questions);
    data::write(&mut text, facts, &questions);
    text.push_str("<script src=\"theme/which-tier.js\" defer></script>\n");
    Ok(text)
}

fn check(root: &Path, facts: &Facts, questions: &Questions) -> Result<(), String> {
    for audience in &questions.audiences {
        if facts.committed.manifest.tier(&audience.tier).is_none() {
            return Err(format!("{FILE}: there is no tier `{}`", audience.tier));
        }
        if !root.join("docs").join(&audience.guide).is_file() {
            return Err(format!("{FILE}: there is no page `{}`", audience.guide));
        }
    }
    for system in &questions.systems {
        for scheduler in &questions.schedulers {
            let id = format!("{}-{}", scheduler.id, system.id);
            if facts.targets.get(&id).is_none() {
                return Err(format!("{FILE}: there is no target `{id}`"));
            }
        }
    }
    let named = questions.formats.values().chain([&questions.other_format]);
    for format in named {
        if pyiron_lock_export::format_named(format).is_none() {
            return Err(format!("{FILE}: there is no format `{format}`"));
        }
    }
    Ok(())
}

fn form(text: &mut String, facts: &Facts, questions: &Questions) {
    text.push_str(
        "<form id=\"which\" class=\"which\" hidden>\n<fieldset id=\"who\">\n<legend>Who are you?</legend>\n",
    );
    for (index, audience) in questions.audiences.iter().enumerate() {
        radio(text, "who", &audience.id, &audience.label, index == 0);
    }
    text.push_str(
        "</fieldset>\n<fieldset>\n<legend>Where does it run?</legend>\n<label for=\"where\">Place</label>\n\
         <select id=\"where\" name=\"where\">\n<optgroup label=\"Computers\" data-kind=\"computer\">\n",
    );
    for computer in &questions.computers {
        option(text, &computer.id, &computer.label);
    }
    text.push_str("</optgroup>\n<optgroup label=\"Clusters\" data-kind=\"hpc\">\n");
    option(text, "cluster", "a cluster that is not in this list");
    for target in named_targets(facts, questions).filter(|target| target.kind == Kind::Hpc) {
        option(text, &target.id, &target.title);
    }
    for (kind, title) in [
        (Kind::Container, "Container engines"),
        (Kind::Jupyter, "Hubs and binders"),
        (Kind::Service, "Services"),
    ] {
        let _ = writeln!(
            text,
            "</optgroup>\n<optgroup label=\"{title}\" data-kind=\"{}\">",
            kind.as_str()
        );
        for target in named_targets(facts, questions).filter(|target| target.kind == kind) {
            option(text, &target.id, &target.title);
        }
    }
    text.push_str("</optgroup>\n</select>\n<div id=\"unlisted\">\n<label for=\"system\">Its operating system</label>\n<select id=\"system\" name=\"system\">\n");
    for system in &questions.systems {
        option(text, &system.id, &system.label);
    }
    text.push_str("</select>\n</div>\n</fieldset>\n<fieldset>\n<legend>What starts jobs?</legend>\n<label for=\"scheduler\">Scheduler</label>\n<select id=\"scheduler\" name=\"scheduler\">\n");
    for scheduler in &questions.schedulers {
        option(text, &scheduler.id, &scheduler.label);
    }
    text.push_str("</select>\n<p id=\"scheduler-known\" class=\"known\"></p>\n</fieldset>\n<fieldset id=\"network\">\n<legend>What of the network?</legend>\n");
    for (index, network) in questions.networks.iter().enumerate() {
        radio(text, "network", &network.id, &network.label, index == 0);
    }
    text.push_str("</fieldset>\n<fieldset id=\"gpu\">\n<legend>Are there GPUs?</legend>\n");
    for (index, gpu) in questions.gpus.iter().enumerate() {
        radio(text, "gpu", &gpu.id, &gpu.label, index == 0);
    }
    text.push_str("</fieldset>\n</form>\n");
}

/// Returns the targets that have a name of their own, which profiles of systems and schedulers do not.
fn named_targets<'f>(facts: &'f Facts, questions: &'f Questions) -> impl Iterator<Item = &'f Target> {
    let profile = |target: &&Target| {
        questions.schedulers.iter().any(|scheduler| {
            let rest = target.id.strip_prefix(&format!("{}-", scheduler.id));
            rest.is_some_and(|rest| questions.systems.iter().any(|system| system.id == rest))
        })
    };
    facts
        .targets
        .all()
        .into_iter()
        .filter(move |target| !profile(target))
}

fn radio(text: &mut String, name: &str, id: &str, label: &str, checked: bool) {
    let checked = if checked { " checked" } else { "" };
    let _ = writeln!(
        text,
        "<label class=\"choice\"><input type=\"radio\" name=\"{name}\" value=\"{id}\"{checked}> <span>{}</span></label>",
        html(label)
    );
}

fn option(text: &mut String, id: &str, label: &str) {
    let _ = writeln!(text, "<option value=\"{id}\">{}</option>", html(label));
}

fn table(text: &mut String, facts: &Facts, questions: &Questions) {
    text.push_str(
        "<div class=\"table-wrapper\">\n<table class=\"answers\">\n<thead><tr><th scope=\"col\">who</th><th scope=\"col\">\
         where</th><th scope=\"col\">tier</th><th scope=\"col\">fits</th><th scope=\"col\">commands</th></tr></thead>\n<tbody>\n",
    );
    for audience in &questions.audiences {
        let tier = &audience.tier;
        if audience.kinds.iter().any(|kind| kind == "computer") {
            for computer in &questions.computers {
                let commands = commands(audience, questions, None, &computer.platform);
                let there = facts.committed.manifest.tier(tier).is_some_and(|tier| {
                    tier.platforms
                        .iter()
                        .any(|platform| platform.as_str() == computer.platform)
                });
                let state = if there { "yes" } else { "no" };
                row(
                    text,
                    audience,
                    &html(&computer.label),
                    (state, state, &format!("reference/tiers/{tier}.html")),
                    &commands,
                );
            }
        }
        let own = |cell: &&Cell| {
            let kind = facts.targets.get(&cell.target).map(|target| target.kind.as_str());
            cell.asked
                && cell.label == *tier
                && kind.is_some_and(|kind| audience.kinds.iter().any(|it| it == kind))
        };
        for cell in facts.judgement.cells.iter().filter(own) {
            let kind = facts
                .targets
                .get(&cell.target)
                .map_or("", |target| target.kind.as_str());
            let place = format!(
                "<a href=\"reference/targets/{kind}.html#{0}\">{0}</a>",
                cell.target
            );
            let platform = cell
                .platform
                .as_ref()
                .map_or("linux-64", |platform| platform.as_str());
            let commands = commands(audience, questions, Some(&cell.target), platform);
            let more = format!("reference/support.html#{}", anchor(cell));
            row(
                text,
                audience,
                &place,
                (word(cell.state), cell.state.sign(), &more),
                &commands,
            );
        }
    }
    text.push_str("</tbody>\n</table>\n</div>\n\n");
}

fn row(text: &mut String, audience: &Audience, place: &str, fits: (&str, &str, &str), commands: &[String]) {
    let (class, sign, more) = fits;
    let guide = audience.guide.replace(".md", ".html");
    let tier = &audience.tier;
    let lines: Vec<String> = commands
        .iter()
        .map(|command| format!("<code class=\"run\">{}</code>", html(command)))
        .collect();
    let _ = writeln!(
        text,
        "<tr><td><a href=\"{guide}\">{}</a></td><td>{place}</td><td><a href=\"reference/tiers/{tier}.html\">{tier}</a></td>\
         <td><a class=\"state {class}\" href=\"{more}\">{sign}</a></td><td>{}</td></tr>",
        html(&audience.label),
        lines.join(" ")
    );
}

fn commands(audience: &Audience, questions: &Questions, target: Option<&str>, platform: &str) -> Vec<String> {
    let fits = |command: &&String| target.is_some() || !command.contains("{target}");
    let format = target
        .and_then(|target| questions.formats.get(target))
        .unwrap_or(&questions.other_format);
    let filled = audience.commands.iter().filter(fits).map(|command| {
        command
            .replace("{tier}", &audience.tier)
            .replace("{target}", target.unwrap_or_default())
            .replace("{platform}", platform)
            .replace("{format}", format)
    });
    filled.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_without_a_place_leave_out_what_needs_one() {
        let root = crate::workspace::root().unwrap();
        let questions: Questions = serde_yaml::from_str(&read(&root, FILE).unwrap()).unwrap();
        let user = &questions.audiences[0];
        assert_eq!(
            commands(user, &questions, None, "osx-arm64"),
            ["pyiron-lock export explicit --tier minimal --platform osx-arm64 -o out/minimal"]
        );
        let builder = questions
            .audiences
            .iter()
            .find(|it| it.id == "container")
            .unwrap();
        assert!(commands(builder, &questions, Some("podman"), "linux-64")[1].contains("export quadlet "));
        assert!(commands(builder, &questions, Some("docker"), "linux-64")[1].contains("export dockerfile "));
    }
}

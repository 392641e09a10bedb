//! The page of what runs where: the matrix of tiers and targets, and behind each cell what was found.

use std::fmt::Write as _;

use pyiron_lock_conform::{Cell, Judged, State, data::Kind};

use super::{
    Facts,
    text::{cell as in_cell, code_in_html, html, upper},
};
use crate::standing::TODAY;

/// Writes the page.
pub(super) fn page(facts: &Facts) -> String {
    let mut text = format!(
        "# What runs where\n\nEvery tier at every target, judged offline from the committed locks, as of {TODAY}: the \
         same as `pyiron-lock verify\n--all-targets`. A filled cell is one that the tier is meant for; the others are \
         judged all the same. A cell leads to what\nis behind it.\n\n\
         <ul class=\"legend\">\n\
         <li><span class=\"state yes\">yes</span> a lock serves the target and no rule objects</li>\n\
         <li><span class=\"state no\">no</span> no lock serves it, or a rule objects</li>\n\
         <li><span class=\"state unknown\">?</span> a fact that would decide is not published; never a pass</li>\n\
         </ul>\n",
    );
    for (kind, title) in [
        (Kind::Hpc, "Clusters"),
        (Kind::Container, "Container engines"),
        (Kind::Jupyter, "Hubs and binders"),
        (Kind::Service, "Services"),
    ] {
        let _ = write!(text, "\n## {title}\n\n");
        table(&mut text, facts, kind);
    }
    text.push_str("\n## What is behind the cells\n");
    for target in facts.targets.all() {
        let _ = write!(
            text,
            "\n### At `{0}`\n\n{1}. [Its facts and their sources](targets/{2}.md#{0}).\n\n",
            target.id,
            in_cell(&upper(&target.title)),
            target.kind.as_str()
        );
        for cell in cells(facts, &target.id) {
            entry(&mut text, facts, cell);
        }
    }
    text
}

/// Returns the cells of a target, in the order of tiers.
fn cells<'f>(facts: &'f Facts, target: &str) -> impl Iterator<Item = &'f Cell> {
    let target = target.to_owned();
    facts
        .judgement
        .cells
        .iter()
        .filter(move |cell| cell.target == target)
}

fn table(text: &mut String, facts: &Facts, kind: Kind) {
    text.push_str(
        "<div class=\"table-wrapper\">\n<table class=\"matrix\">\n<thead><tr><th scope=\"col\">target</th>",
    );
    for tier in &facts.committed.manifest.tiers {
        let _ = write!(
            text,
            "<th scope=\"col\"><a href=\"tiers/{0}.html\">{0}</a></th>",
            tier.name
        );
    }
    text.push_str("</tr></thead>\n<tbody>\n");
    for target in facts
        .targets
        .all()
        .into_iter()
        .filter(|target| target.kind == kind)
    {
        let _ = write!(
            text,
            "<tr><th scope=\"row\"><a href=\"#at-{0}\" title=\"{1}\">{0}</a></th>",
            target.id,
            html(&target.title)
        );
        for cell in cells(facts, &target.id) {
            let asked = if cell.asked { "" } else { " aside" };
            let _ = write!(
                text,
                "<td><a class=\"state {}{asked}\" href=\"#{}\" aria-label=\"{} at {}: {}\">{}</a></td>",
                word(cell.state),
                anchor(cell),
                cell.label,
                target.id,
                word(cell.state),
                cell.state.sign()
            );
        }
        text.push_str("</tr>\n");
    }
    text.push_str("</tbody>\n</table>\n</div>\n");
}

/// Returns the anchor of what is behind a cell.
pub(super) fn anchor(cell: &Cell) -> String {
    format!("{}--{}", cell.target, cell.label)
}

/// Returns the class of a state.
pub(super) fn word(state: State) -> &'static str {
    match state {
        State::Fits => "yes",
        State::Unfit | State::Unserved => "no",
        State::Unknown => "unknown",
        State::NotAsked => "not-asked",
    }
}

fn entry(text: &mut String, facts: &Facts, cell: &Cell) {
    let meant = if cell.asked { ", which is meant for it" } else { "" };
    let _ = writeln!(
        text,
        "- <a id=\"{}\"></a>[`{}`](tiers/{}.md){meant}: <span class=\"state {}\">{}</span> {}",
        anchor(cell),
        cell.label,
        cell.label,
        word(cell.state),
        cell.state.sign(),
        answer(cell)
    );
    for judged in behind(facts, cell) {
        let finding = &judged.finding;
        let _ = writeln!(
            text,
            "  - {} [`{1}`](codes.md#{1}): {2}{3}",
            finding.severity.as_str(),
            finding.code,
            code_in_html(&finding.message),
            ways(judged)
        );
    }
}

/// Says in words how a tier stands at a target.
pub(super) fn answer(cell: &Cell) -> String {
    let platform = cell.platform.as_ref().map_or("", |platform| platform.as_str());
    let facts: Vec<String> = cell.unknown.iter().map(|fact| format!("`{fact}`")).collect();
    match cell.state {
        State::Fits => format!("the lock for `{platform}` serves"),
        State::Unfit if cell.served => format!("the lock for `{platform}` would serve, but a rule objects"),
        State::Unfit => "a rule objects".to_owned(),
        State::Unserved => "none of its locks serves".to_owned(),
        State::Unknown => format!("nobody knows {}", facts.join(", ")),
        State::NotAsked => String::new(),
    }
}

fn ways(judged: &Judged) -> String {
    let mut text = String::new();
    let paths = judged
        .finding
        .notes
        .iter()
        .filter(|note| note.starts_with("path: "));
    for path in paths.take(1) {
        let _ = write!(text, " ({})", code_in_html(path));
    }
    if let Some(help) = &judged.finding.help {
        let _ = write!(text, ". Way out: {}", code_in_html(help));
    }
    text
}

/// Returns what was found about a cell: at the target, or about the lock that serves there.
pub(super) fn behind<'f>(facts: &'f Facts, cell: &'f Cell) -> impl Iterator<Item = &'f Judged> {
    facts.judgement.judged.iter().filter(move |judged| {
        let scope = &judged.scope;
        let about_lock = scope.platform.is_some() && scope.platform == cell.platform;
        scope.tier == cell.tier
            && match &scope.target {
                Some(target) => *target == cell.target,
                None => about_lock,
            }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target_file(id: &str, change: (&str, &str)) -> [(String, String); 1] {
        let root = crate::workspace::root().unwrap();
        let name = format!("conformance/targets/hpc/{id}.yml");
        let text = std::fs::read_to_string(root.join(&name)).unwrap();
        assert!(text.contains(change.0), "{id} does not say {}", change.0);
        [(name, text.replace(change.0, change.1))]
    }

    #[test]
    fn a_change_of_a_target_changes_the_matrix() {
        let root = crate::workspace::root().unwrap();
        let before = page(&Facts::read(&root, &[]).unwrap());
        let cell =
            |state: &str| format!("<a class=\"state {state}\" href=\"#slurm-rhel-8--advanced\" aria-label=");
        assert!(before.contains(&cell("yes")));

        let older = target_file("slurm-rhel-8", ("os: rhel-8", "os: rhel-7"));
        let after = page(&Facts::read(&root, &older).unwrap());
        assert!(after.contains(&cell("no")) && !after.contains(&cell("yes")));
        assert!(after.contains("none of its locks serves"));

        let silent = target_file("slurm-rhel-8", ("      os: rhel-8\n", ""));
        let after = page(&Facts::read(&root, &silent).unwrap());
        assert!(!after.contains(&cell("yes")));
    }

    #[test]
    fn every_cell_leads_to_its_entry() {
        let root = crate::workspace::root().unwrap();
        let page = page(&Facts::read(&root, &[]).unwrap());
        let mut cells = 0;
        for part in page.split("<a class=\"state ").skip(1) {
            let Some((_, rest)) = part.split_once("href=\"#") else {
                continue;
            };
            let anchor = rest.split('"').next().unwrap();
            assert!(page.contains(&format!("<a id=\"{anchor}\"></a>")), "{anchor}");
            cells += 1;
        }
        assert!(cells >= 390, "{cells}");
    }
}

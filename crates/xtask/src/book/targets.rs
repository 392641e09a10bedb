//! The pages of targets: each fact with its evidence, and what nobody knows.

use std::fmt::Write as _;

use pyiron_lock_conform::data::{Evidence, FIELDS, Kind, Target};

use super::{
    Facts,
    text::{cell, counted, upper},
};

/// Writes a page for each kind of target, by its name.
pub(super) fn pages(facts: &Facts) -> Vec<(&'static str, String)> {
    let all = facts.targets.all();
    let of = |kind| all.iter().copied().filter(|target| target.kind == kind).collect();
    Kind::ALL
        .into_iter()
        .map(|kind| (kind.as_str(), page(kind, of(kind))))
        .collect()
}

fn page(kind: Kind, targets: Vec<&Target>) -> String {
    let (title, what) = match kind {
        Kind::Hpc => (
            "Clusters",
            "Named systems, and profiles such as `slurm-rhel-8` for clusters that nobody has described yet.",
        ),
        Kind::Container => (
            "Container engines",
            "What runs an image, and what an image meets there.",
        ),
        Kind::Jupyter => ("Hubs and binders", "Where people open notebooks in a browser."),
        Kind::Service => ("Services", "What an environment talks to."),
    };
    let mut text = format!(
        "# {title}\n\n{what} {} are known. A fact marked **U** is uncertain or dated: confirm it before you rely on \
         it. What\nnobody knows is said, and never counts as a pass. `pyiron-lock targets ID` shows the same.\n\n\
         | target | what it is |\n|---|---|\n",
        upper(&counted(targets.len(), "target"))
    );
    for target in &targets {
        let _ = writeln!(text, "| [`{0}`](#{0}) | {1} |", target.id, cell(&target.title));
    }
    for target in targets {
        section(&mut text, target);
    }
    text
}

fn section(text: &mut String, target: &Target) {
    let _ = write!(
        text,
        "\n## `{0}`\n\n{1}. [Which tiers fit](../support.md#at-{0}).\n\n| fact | value | from |\n|---|---|---|\n",
        target.id,
        cell(&upper(&target.title))
    );
    for (index, evidence) in target.evidence.iter().enumerate() {
        for (key, fact) in target.facts().filter(|(_, fact)| fact.evidence == index) {
            let value = target.source.slice(fact.span);
            let doubt = if evidence.uncertain.is_some() {
                " **U**"
            } else {
                ""
            };
            let _ = writeln!(
                text,
                "| {} | `{}`{doubt} | {} |",
                named(key),
                value.trim_matches('"').replace('|', "\\|"),
                index + 1
            );
        }
    }
    for (key, why) in target.unknown() {
        let _ = writeln!(text, "| {} | *not known:* {} | |", named(key), cell(why));
    }
    text.push('\n');
    for (index, evidence) in target.evidence.iter().enumerate() {
        let _ = writeln!(text, "{}. {}", index + 1, origin(evidence));
    }
    if !target.notes.is_empty() {
        text.push('\n');
    }
    for note in &target.notes {
        let _ = writeln!(text, "- {}", cell(note));
    }
}

/// Returns the key with what it means, for whoever points at it.
fn named(key: &str) -> String {
    let field = FIELDS.iter().find(|field| field.key == key);
    let what = field.map_or("", |field| field.what);
    format!(
        "<abbr title=\"{}\">{key}</abbr>",
        super::text::html(&what.replace('`', ""))
    )
}

fn origin(evidence: &Evidence) -> String {
    let mut text = cell(&upper(&evidence.source));
    for more in [&evidence.commit, &evidence.date].into_iter().flatten() {
        let _ = write!(text, ", {more}");
    }
    if let Some(doubt) = &evidence.uncertain {
        let _ = write!(text, ". **U**: {}", cell(doubt));
    }
    text
}

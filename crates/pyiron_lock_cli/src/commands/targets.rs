//! `targets`: where tiers can run, and what is known of each place, with the evidence.

use pyiron_lock_conform::data::Target;
use pyiron_lock_core::{Exit, finding::any_error, suggest};
use serde_json::{Value, json};

use crate::{
    args::{Global, TargetsArgs},
    conformance::{Conformance, project_root},
    failure::Failure,
    render::{finding_view, findings_text},
    streams::Streams,
};

/// Lists targets, or tells all about some.
pub(crate) fn execute(args: &TargetsArgs, global: &Global, streams: &Streams) -> Result<Exit, Failure> {
    let known = Conformance::read(project_root(global.project.as_deref()).as_deref())?;
    let chosen: Vec<&Target> = if args.targets.is_empty() {
        known.targets.all()
    } else {
        let named = args.targets.iter().map(|id| target_named(&known, id));
        named.collect::<Result<_, _>>()?
    };
    if args.json {
        let targets: Vec<Value> = chosen.iter().map(|target| view(target)).collect();
        let findings: Vec<_> = known.findings.iter().map(finding_view).collect();
        streams.json(json!({"targets": targets, "findings": findings}));
    } else {
        streams.result(&findings_text(&known.findings, streams.stdout_color()));
        let text = if args.targets.is_empty() {
            list(&chosen)
        } else {
            chosen
                .iter()
                .map(|target| whole(target))
                .collect::<Vec<_>>()
                .join("\n")
        };
        streams.result(&text);
    }
    Ok(if any_error(&known.findings) {
        Exit::BadInput
    } else {
        Exit::Clean
    })
}

/// Returns the target of that id, or says which is meant.
pub(crate) fn target_named<'c>(known: &'c Conformance, id: &str) -> Result<&'c Target, Failure> {
    known.targets.get(id).ok_or_else(|| {
        let failure = Failure::bad_input(format!("there is no target `{}`", id.escape_debug()));
        let all = known.targets.all();
        match suggest::nearest(id, all.iter().map(|target| target.id.as_str())) {
            Some(near) => failure.help(format!("did you mean `{near}`?")),
            None => failure.help("`pyiron-lock targets` lists them"),
        }
    })
}

fn list(targets: &[&Target]) -> String {
    let width = targets.iter().map(|target| target.id.len()).max().unwrap_or(0);
    let mut text = String::new();
    let mut kind = None;
    for target in targets {
        if kind != Some(target.kind) {
            let gap = if kind.is_some() { "\n" } else { "" };
            text.push_str(&format!("{gap}{}\n", target.kind.as_str()));
            kind = Some(target.kind);
        }
        text.push_str(&format!("  {:width$}  {}\n", target.id, target.title));
    }
    text.push_str("\n`pyiron-lock targets ID` tells what is known of one\n");
    text
}

fn whole(target: &Target) -> String {
    let mut text = format!("{} ({})\n  {}\n", target.id, target.kind.as_str(), target.title);
    for (index, evidence) in target.evidence.iter().enumerate() {
        let mut source = format!("\n  from {}", evidence.source);
        for more in [&evidence.commit, &evidence.date].into_iter().flatten() {
            source.push_str(&format!(", {more}"));
        }
        text.push_str(&format!("{source}\n"));
        if let Some(doubt) = &evidence.uncertain {
            text.push_str(&format!("  uncertain: {doubt}\n"));
        }
        for (key, fact) in target.facts().filter(|(_, fact)| fact.evidence == index) {
            text.push_str(&format!("    {key}: {}\n", target.source.slice(fact.span)));
        }
    }
    let unknown: Vec<String> = target
        .unknown()
        .map(|(key, why)| format!("    {key}: {why}\n"))
        .collect();
    if !unknown.is_empty() {
        text.push_str(&format!("\n  unknown\n{}", unknown.concat()));
    }
    for note in &target.notes {
        text.push_str(&format!("\n  note: {note}\n"));
    }
    text
}

fn view(target: &Target) -> Value {
    let facts: Vec<Value> = target
        .facts()
        .map(|(key, fact)| {
            let evidence = target.evidence_of(fact);
            json!({
                "key": key,
                "value": target.source.slice(fact.span),
                "source": evidence.source,
                "commit": evidence.commit,
                "date": evidence.date,
                "uncertain": evidence.uncertain,
            })
        })
        .collect();
    let unknown: Vec<Value> = target
        .unknown()
        .map(|(key, why)| json!({"key": key, "why": why}))
        .collect();
    json!({
        "id": target.id,
        "kind": target.kind.as_str(),
        "title": target.title,
        "file": target.source.name(),
        "facts": facts,
        "unknown": unknown,
        "notes": target.notes,
    })
}

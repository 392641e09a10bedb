//! What `verify --host` says: the promises with what was seen, or what this machine is.

use pyiron_lock_conform::{Report, Waived, data::Waivers};
use pyiron_lock_core::Finding;
use pyiron_lock_host::{
    codes,
    machine::{Machine, Reading, State, describe},
};
use serde_json::{Value, json};

use super::{
    super::{
        gather::Gathered,
        output::{judged_view, waived_view},
    },
    Subject,
};
use crate::{
    args::{Format, VerifyArgs},
    codes::LOCK_STALE,
    render::{Family, LockSeen, Results, counted, findings_text, junit, markdown, sarif},
    streams::Streams,
};

/// Says how promises stand.
#[expect(
    clippy::too_many_arguments,
    reason = "each is one part of what is said, and this is the one place"
)]
pub(super) fn show(
    args: &VerifyArgs,
    machine: &Machine,
    subjects: &[Subject<'_>],
    gathered: &Gathered,
    report: &Report,
    waived: &[Waived],
    waivers: &Waivers,
    streams: &Streams,
) {
    let facts = describe(machine);
    if let Some(format) = args.format {
        streams.result(&written(format, gathered, report, waived, waivers));
    } else if args.json {
        let all = view(&facts, subjects, report, waived, waivers);
        streams.json(all);
    } else {
        let findings: Vec<Finding> = report
            .judged
            .iter()
            .map(|judged| judged.finding.clone())
            .collect();
        streams.result(&findings_text(&findings, streams.stdout_color()));
        match subjects.is_empty() {
            true => streams.result(&described(&facts)),
            false => streams.detail(&table(&facts, subjects)),
        }
    }
}

fn written(
    format: Format,
    gathered: &Gathered,
    report: &Report,
    waived: &[Waived],
    waivers: &Waivers,
) -> String {
    let locks: Vec<LockSeen<'_>> = gathered
        .looked
        .iter()
        .map(super::super::gather::Looked::seen)
        .collect();
    let results = Results {
        locks: &locks,
        configs: &[],
        families: &[
            Family {
                name: "host",
                codes: codes::ALL,
                of_specs: false,
            },
            Family {
                name: "current",
                codes: &[LOCK_STALE],
                of_specs: true,
            },
        ],
        specs: &[],
        report,
        waived,
        waivers,
    };
    match format {
        Format::Sarif => sarif(&results),
        Format::Junit => junit(&results),
        Format::Markdown => markdown(&results),
    }
}

fn described(facts: &[(&str, Reading<String>)]) -> String {
    let width = facts.iter().map(|(key, _)| bare(key).len()).max().unwrap_or(0);
    let mut text = String::new();
    for (key, seen) in facts {
        text.push_str(&match seen {
            Ok(seen) => format!("{:width$}  {seen}\n", bare(key)),
            Err(why) => format!("{:width$}  ? {why}\n", bare(key)),
        });
    }
    text.push_str("\n`--target ID`, or tiers and locks, measure this machine against what they promise\n");
    text
}

fn bare(key: &str) -> &str {
    key.trim_matches(['<', '>'])
}

fn sign(state: State) -> &'static str {
    match state {
        State::Holds => "holds",
        State::Fails => "fails",
        State::Unmeasured => "?",
    }
}

fn table(facts: &[(&str, Reading<String>)], subjects: &[Subject<'_>]) -> String {
    let rows = || subjects.iter().flat_map(|subject| &subject.rows);
    let width = |of: &dyn Fn(usize) -> usize| (0..rows().count()).map(of).max().unwrap_or(0);
    let lengths: Vec<(usize, usize)> = rows()
        .map(|(row, _)| (row.key.len(), row.promised.chars().count()))
        .collect();
    let keys = width(&|index| lengths[index].0);
    let promised = width(&|index| lengths[index].1).min(40);
    let mut text = String::new();
    for subject in subjects {
        text.push_str(&format!("{}\n", subject.name));
        for (row, check) in &subject.rows {
            let line = format!(
                "  {:5}  {:keys$}  {:promised$}  {}",
                sign(check.state),
                row.key,
                row.promised,
                check.seen
            );
            text.push_str(&format!("{}\n", line.trim_end()));
        }
        for (key, why) in &subject.unknown {
            text.push_str(&format!("  nobody knows {key}: {why}{}\n", here(facts, key)));
        }
        text.push('\n');
    }
    let count = |state| rows().filter(|(_, check)| check.state == state).count();
    text.push_str(&format!(
        "{}: {} hold, {} fail, {} cannot be measured\n",
        counted(rows().count(), "promise"),
        count(State::Holds),
        count(State::Fails),
        count(State::Unmeasured)
    ));
    text
}

/// What this machine has of a fact that a target does not know.
fn here(facts: &[(&str, Reading<String>)], key: &str) -> String {
    let seen = facts.iter().find(|(known, _)| *known == key);
    match seen {
        Some((_, Ok(seen))) => format!("; here it is {seen}"),
        _ => String::new(),
    }
}

fn view(
    facts: &[(&str, Reading<String>)],
    subjects: &[Subject<'_>],
    report: &Report,
    waived: &[Waived],
    waivers: &Waivers,
) -> Value {
    let machine: Vec<Value> = facts
        .iter()
        .map(|(key, seen)| match seen {
            Ok(seen) => json!({"key": bare(key), "seen": seen, "why": null}),
            Err(why) => json!({"key": bare(key), "seen": null, "why": why}),
        })
        .collect();
    let checks: Vec<Value> = subjects
        .iter()
        .flat_map(|subject| subject.rows.iter().map(move |row| (subject, row)))
        .map(|(subject, (row, check))| {
            json!({
                "of": subject.name,
                "kind": subject.kind,
                "key": row.key,
                "promised": row.promised,
                "state": check.state.as_str(),
                "seen": check.seen,
            })
        })
        .collect();
    let unknown: Vec<Value> = subjects
        .iter()
        .flat_map(|subject| subject.unknown.iter().map(move |unknown| (subject, unknown)))
        .map(|(subject, (key, why))| json!({"of": subject.name, "key": key, "why": why}))
        .collect();
    let findings: Vec<Value> = report.judged.iter().map(judged_view).collect();
    let waived: Vec<Value> = waived.iter().map(|one| waived_view(one, waivers)).collect();
    json!({
        "machine": machine,
        "checks": checks,
        "unknown": unknown,
        "findings": findings,
        "waived": waived,
    })
}

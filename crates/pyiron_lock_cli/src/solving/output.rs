//! What a run says at its end, for people and for scripts, and the exit code that follows.

use std::collections::BTreeSet;

use pyiron_lock_core::{Exit, Finding, Lock, RequestSet, TierName, finding::any_error, same_record};
use pyiron_lock_solve::{Apart, Moved, Solved, StaleReason, Unsolvable};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    failure::Failure,
    files::shown,
    locks::{Item, Plan, State},
    network::Transferred,
    render::{
        MAX_SHOWN, cause_text, conflict_findings, counted, finding_view, findings_text, folded, stale_text,
    },
    streams::Streams,
};

/// Everything a run has to say.
#[derive(Default)]
pub(crate) struct Results {
    pub(crate) findings: Vec<Finding>,
    lines: Vec<Line>,
    unsolvable: Vec<(Unsolvable, Option<String>)>,
    failures: Vec<Failure>,
    /// What went over the network, if anything could.
    pub(crate) transferred: Option<Transferred>,
}

/// What became of one lock.
#[derive(Serialize)]
struct Line {
    tier: Option<String>,
    platform: String,
    path: String,
    status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    records: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<Change>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reasons: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    moved: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    Current,
    Fits,
    Stale,
    Written,
    Unsolvable,
    Waits,
    Refused,
    Unwritten,
}

/// How many records a new lock has otherwise than the earlier one.
#[derive(Serialize)]
struct Change {
    added: usize,
    removed: usize,
    moved: usize,
    /// Archives whose hash is another than in the earlier lock: replaced in the channel, or tampered with.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    other_hash: Vec<String>,
}

impl Results {
    /// Returns whether the specs cannot be worked with.
    pub(crate) fn broken(&self) -> bool {
        any_error(&self.findings)
    }

    /// Notes a lock that was left alone, or is stale and stays so.
    pub(crate) fn kept_or_stale(&mut self, item: &Item) {
        let (status, reasons) = match &item.state {
            State::Current => (Status::Current, Vec::new()),
            State::Fits => (Status::Fits, Vec::new()),
            State::Stale { .. } => (Status::Stale, reasons(item)),
        };
        self.lines.push(Line {
            reasons,
            ..line(item, status)
        });
    }

    /// Notes a lock that was written.
    pub(crate) fn written(&mut self, plan: &Plan, item: &Item, solved: &Solved) {
        let moved = solved
            .moved
            .iter()
            .map(|(parent, moved)| moved_text(&plan.items[*parent], moved, &item.set))
            .chain(
                solved
                    .apart
                    .iter()
                    .map(|apart| apart_text(&plan.items[apart.leaf], apart)),
            )
            .collect();
        let follows = solved
            .follows
            .map(|other| format!("{} moved", plan.items[other].label()));
        self.lines.push(Line {
            records: Some(solved.lock.records.len()),
            change: solved
                .earlier
                .as_ref()
                .map(|earlier| change(earlier, &solved.lock)),
            reasons: reasons_to_replace(item).into_iter().chain(follows).collect(),
            moved,
            ..line(item, Status::Written)
        });
    }

    /// Notes a lock that was made anew and came out the same.
    pub(crate) fn unchanged(&mut self, item: &Item) {
        self.lines.push(line(item, Status::Current));
    }

    /// Notes a lock that could be solved but not written.
    pub(crate) fn unwritten(&mut self, item: &Item, failure: Failure) {
        self.lines.push(Line {
            reasons: vec![failure.message().to_owned()],
            ..line(item, Status::Unwritten)
        });
        self.failures.push(failure);
    }

    /// Notes requests that cannot be satisfied.
    pub(crate) fn unsolvable(&mut self, plan: &Plan, item: &Item, unsolvable: Unsolvable) {
        self.lines.push(line(item, Status::Unsolvable));
        let tier = |index: &usize| plan.items[*index].set.tier.as_ref().map(ToString::to_string);
        let together: Vec<String> = unsolvable.together.iter().filter_map(tier).collect();
        let note = (!together.is_empty()).then(|| {
            format!(
                "note: {} contain one lock, so that what they ask for has to fit together",
                together.join(" and ")
            )
        });
        self.unsolvable.push((unsolvable, note));
    }

    /// Notes a lock that is made together with one that could not be made.
    pub(crate) fn waits(&mut self, plan: &Plan, item: &Item, other: usize) {
        let reason = format!("it is solved together with {}", plan.items[other].label());
        self.lines.push(Line {
            reasons: vec![reason],
            ..line(item, Status::Waits)
        });
    }

    /// Notes records that the solver refused.
    pub(crate) fn refused(&mut self, item: &Item, message: &str) {
        self.lines.push(Line {
            reasons: vec![message.to_owned()],
            ..line(item, Status::Refused)
        });
        self.failures
            .push(Failure::unavailable(format!("{}: {message}", item.label())));
    }

    /// Says everything and returns the exit code.
    pub(crate) fn show(&self, json: bool, streams: &Streams) -> Exit {
        if json {
            streams.json(self.json());
        } else {
            streams.result(&findings_text(&self.findings, streams.stdout_color()));
            self.show_lines(streams);
        }
        let mut exit = if self.broken() {
            Exit::BadInput
        } else {
            Exit::Clean
        };
        for failure in &self.failures {
            exit = exit.worst(failure.report(streams, false));
        }
        if self.lines.iter().any(|line| line.status == Status::Stale) {
            streams.talk("run `pyiron-lock resolve` and commit the locks");
        }
        for line in &self.lines {
            exit = exit.worst(match line.status {
                Status::Stale => Exit::StaleLock,
                Status::Unsolvable | Status::Waits => Exit::NoSolution,
                Status::Refused | Status::Unwritten => Exit::Unavailable,
                Status::Current | Status::Fits | Status::Written => Exit::Clean,
            });
        }
        exit
    }

    fn show_lines(&self, streams: &Streams) {
        let told = self.told();
        for told in told.iter().take(MAX_SHOWN) {
            let text = findings_text(std::slice::from_ref(&told.finding), streams.stdout_color());
            streams.result(&format!("{}\n  on: {}\n\n", text.trim_end(), told.places_text()));
        }
        if told.len() > MAX_SHOWN {
            streams.result(&format!(
                "{} more obstacles are left out; `--json` has them all\n\n",
                told.len() - MAX_SHOWN
            ));
        }
        if self
            .unsolvable
            .iter()
            .any(|(unsolvable, _)| unsolvable.explanation.more)
        {
            streams.result("there are more conflicts; they are told once these are gone\n\n");
        }
        let width =
            |text: fn(&Line) -> &str| self.lines.iter().map(|line| text(line).len()).max().unwrap_or(0);
        let tiers = width(|line| line.tier.as_deref().unwrap_or(""));
        let platforms = width(|line| &line.platform);
        for line in self.lines.iter().filter(|line| line.status != Status::Unsolvable) {
            let tier = line.tier.as_deref().unwrap_or("");
            let gap = if tiers == 0 { "" } else { "  " };
            let text = format!(
                "{tier:tiers$}{gap}{platform:platforms$}  {}\n",
                line.text(),
                platform = line.platform
            );
            match line.status {
                Status::Current | Status::Fits | Status::Written => streams.detail(&text),
                // Told on stderr, with what to do about it.
                Status::Refused | Status::Unwritten => continue,
                Status::Stale | Status::Unsolvable | Status::Waits => streams.result(&text),
            }
            for reason in &line.reasons {
                let text = format!("    because {reason}\n");
                if line.status == Status::Written {
                    streams.detail(&text);
                } else {
                    streams.result(&text);
                }
            }
            for url in line.change.iter().flat_map(|change| &change.other_hash) {
                streams.result(&format!("    the hash of {url} is another than before\n"));
            }
            for moved in &line.moved {
                streams.detail(&format!("    {moved}\n"));
            }
        }
    }

    fn told(&self) -> Vec<crate::render::Told> {
        let notes: BTreeSet<Option<&String>> =
            self.unsolvable.iter().map(|(_, note)| note.as_ref()).collect();
        let mut told = Vec::new();
        for note in notes {
            let noted = self.unsolvable.iter().filter(|(_, known)| known.as_ref() == note);
            let explanations = noted.map(|(unsolvable, _)| (&unsolvable.set, &unsolvable.explanation));
            for mut obstacle in conflict_findings(explanations) {
                obstacle.finding.notes.extend(note.cloned());
                told.push(obstacle);
            }
        }
        told
    }

    fn json(&self) -> Value {
        let explanations: Vec<Value> = self
            .told()
            .iter()
            .map(|told| {
                let places: Vec<Value> = told
                    .places
                    .iter()
                    .map(|(tier, platforms)| json!({"tier": tier, "platforms": platforms}))
                    .collect();
                json!({"places": places, "problem": finding_view(&told.finding)})
            })
            .collect();
        let mut all = json!({
            "locks": self.lines,
            "explanations": explanations,
            "findings": self.findings.iter().map(finding_view).collect::<Vec<_>>(),
        });
        if let Some(transferred) = self.transferred {
            all["transferred"] = json!(transferred);
        }
        all
    }
}

impl Line {
    fn text(&self) -> String {
        match self.status {
            Status::Current => "current".to_owned(),
            Status::Fits => "fits, left as it is".to_owned(),
            Status::Stale => format!("stale: {}", self.path),
            Status::Unsolvable => "no solution".to_owned(),
            Status::Waits => "not solved".to_owned(),
            Status::Refused => "not solved".to_owned(),
            Status::Unwritten => "not written".to_owned(),
            Status::Written => {
                let records = counted(self.records.unwrap_or(0), "record");
                match &self.change {
                    Some(change) => format!(
                        "wrote {records} to {} ({} moved, {} added, {} removed)",
                        self.path, change.moved, change.added, change.removed
                    ),
                    None => format!("wrote {records} to {}", self.path),
                }
            }
        }
    }
}

fn line(item: &Item, status: Status) -> Line {
    Line {
        tier: item.set.tier.as_ref().map(ToString::to_string),
        platform: item.set.platform.name.to_string(),
        path: shown(&item.path),
        status,
        records: None,
        change: None,
        reasons: Vec::new(),
        moved: Vec::new(),
    }
}

fn reasons(item: &Item) -> Vec<String> {
    match &item.state {
        State::Stale { reasons, .. } => reasons
            .iter()
            .map(|reason| stale_text(reason, &item.set))
            .collect(),
        _ => Vec::new(),
    }
}

/// Returns why an existing lock is replaced; that a new one did not exist goes without saying.
fn reasons_to_replace(item: &Item) -> Vec<String> {
    match &item.state {
        State::Stale { reasons: why, .. } if why.contains(&StaleReason::Missing) => Vec::new(),
        _ => reasons(item),
    }
}

fn change(earlier: &Lock, now: &Lock) -> Change {
    let kept: Vec<_> = now
        .records
        .iter()
        .filter_map(|record| {
            Some((
                record,
                earlier.record(record.package_record.name.as_normalized())?,
            ))
        })
        .collect();
    Change {
        added: now.records.len() - kept.len(),
        removed: earlier.records.len() - kept.len(),
        moved: kept
            .iter()
            .filter(|(now, before)| !same_record(now, before))
            .count(),
        other_hash: kept
            .iter()
            .filter(|(now, before)| now.url == before.url && !same_record(now, before))
            .map(|(now, _)| now.url.to_string())
            .collect(),
    }
}

fn moved_text(parent: &Item, moved: &[Moved], set: &RequestSet) -> String {
    let parent = parent.set.tier.as_ref().map_or("its parent", TierName::as_str);
    format!("differs from {parent}: {}", moved_list(moved, set))
}

/// Says what a lock has otherwise than alone, and who made it so.
fn apart_text(leaf: &Item, apart: &Apart) -> String {
    let leaf_name = leaf.set.tier.as_ref().map_or("another", TierName::as_str);
    let mut parts = Vec::new();
    if !apart.moved.is_empty() {
        parts.push(moved_list(&apart.moved, &leaf.set));
    }
    if !apart.added.is_empty() {
        parts.push(format!("with {}", folded(&apart.added)));
    }
    if !apart.dropped.is_empty() {
        parts.push(format!("without {}", folded(&apart.dropped)));
    }
    format!(
        "differs from what it would be alone, so that {leaf_name} can contain it: {}",
        parts.join("; ")
    )
}

fn moved_list(moved: &[Moved], set: &RequestSet) -> String {
    let lines: Vec<String> = moved
        .iter()
        .map(|moved| {
            let cause = cause_text(&moved.cause, set);
            format!(
                "{} {} instead of {} ({cause})",
                moved.name, moved.child, moved.parent
            )
        })
        .collect();
    folded(&lines)
}

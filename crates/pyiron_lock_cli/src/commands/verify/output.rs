//! What `verify` says: findings, the matrix of tiers and targets, and one line that sums it up.

use pyiron_lock_conform::{Judged, Matrix, Report, State, Waived, data::Waivers, rules, sound};
use pyiron_lock_core::{Finding, Severity};
use serde_json::{Value, json};

use super::gather::{Gathered, Looked};
use crate::{
    args::Format,
    codes::LOCK_STALE,
    render::{
        ConfigSeen, Family, LockSeen, Results, counted, finding_view, findings_text, junit, markdown, sarif,
    },
    streams::Streams,
};

/// The widest line of a matrix.
const WIDTH: usize = 100;

/// Says why nothing could be verified.
pub(super) fn refused(findings: &[Finding], json: bool, streams: &Streams) {
    if json {
        let findings: Vec<_> = findings.iter().map(finding_view).collect();
        streams.json(json!({ "findings": findings }));
    } else {
        streams.result(&findings_text(findings, streams.stdout_color()));
    }
}

/// Says what was found in a format of other programs.
pub(super) fn write(
    format: Format,
    gathered: &Gathered,
    specs: &[Finding],
    report: &Report,
    waived: &[Waived],
    waivers: &Waivers,
    streams: &Streams,
) {
    let locks: Vec<LockSeen<'_>> = gathered.looked.iter().map(Looked::seen).collect();
    let configs: Vec<ConfigSeen<'_>> = gathered
        .configs
        .iter()
        .map(|config| ConfigSeen {
            path: &config.path,
            files: config.files(),
        })
        .collect();
    let family = |name, codes, of_specs| Family {
        name,
        codes,
        of_specs,
    };
    let results = Results {
        locks: &locks,
        configs: &configs,
        families: &[
            family("sound", sound::codes::ALL, false),
            family("current", &[LOCK_STALE], true),
            family("rules", rules::CODES, false),
        ],
        specs,
        report,
        waived,
        waivers,
    };
    streams.result(&match format {
        Format::Sarif => sarif(&results),
        Format::Junit => junit(&results),
        Format::Markdown => markdown(&results),
    });
}

/// Says what was found.
pub(super) fn show(
    gathered: &Gathered,
    specs: &[Finding],
    report: &Report,
    waived: &[Waived],
    waivers: &Waivers,
    json: bool,
    streams: &Streams,
) {
    if json {
        let all = view(gathered, specs, report, waived, waivers);
        streams.json(all);
        return;
    }
    let findings: Vec<Finding> = specs
        .iter()
        .chain(report.judged.iter().map(|judged| &judged.finding))
        .cloned()
        .collect();
    streams.result(&findings_text(&findings, streams.stdout_color()));
    streams.detail(&matrix(report));
    for one in waived {
        let waiver = &waivers.all[one.waiver];
        streams.detail(&format!(
            "waived by {} until {}: {} ({})\n",
            waiver.owner, waiver.until.value, one.judged.finding.message, waiver.reason
        ));
    }
    streams.detail(&summary(gathered, specs, report, waived));
}

/// Returns the matrix in as many parts as its width needs, and under it what nobody knows.
fn matrix(report: &Report) -> String {
    let matrix = Matrix::new(report);
    if matrix.rows.is_empty() {
        return String::new();
    }
    let first = matrix
        .rows
        .iter()
        .map(|(target, _)| target.len())
        .max()
        .unwrap_or(0);
    let width = |column: usize| {
        let cells = matrix
            .rows
            .iter()
            .map(|(_, cells)| Matrix::sign(cells[column]).len());
        cells.chain([matrix.tiers[column].len()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..matrix.tiers.len()).map(width).collect();
    let mut text = String::new();
    let mut start = 0;
    while start < widths.len() {
        let mut end = start;
        let mut taken = first;
        while end < widths.len() && (end == start || taken + 2 + widths[end] <= WIDTH) {
            taken += 2 + widths[end];
            end += 1;
        }
        let row = |name: &str, cell: &dyn Fn(usize) -> String| {
            let mut line = format!("{name:first$}");
            for (column, width) in widths.iter().enumerate().take(end).skip(start) {
                line.push_str(&format!("  {:width$}", cell(column)));
            }
            format!("{}\n", line.trim_end())
        };
        text.push_str(&row("", &|column| matrix.tiers[column].to_owned()));
        for (target, cells) in &matrix.rows {
            if cells[start..end].iter().any(|cell| cell.state != State::NotAsked) {
                text.push_str(&row(target, &|column| Matrix::sign(cells[column]).to_owned()));
            }
        }
        text.push('\n');
        start = end;
    }
    for (target, cells) in &matrix.rows {
        let open = cells.iter().filter(|cell| cell.state == State::Unknown);
        let mut unknown: Vec<&str> = open.flat_map(|cell| cell.unknown.iter().copied()).collect();
        unknown.sort_unstable();
        unknown.dedup();
        if !unknown.is_empty() {
            text.push_str(&format!("? {target}: nobody knows {}\n", unknown.join(", ")));
        }
    }
    if text.contains("\n? ") {
        text.push('\n');
    }
    text
}

fn summary(gathered: &Gathered, specs: &[Finding], report: &Report, waived: &[Waived]) -> String {
    let count = |severity| {
        let judged = report.judged.iter().map(|judged| &judged.finding);
        specs
            .iter()
            .chain(judged)
            .filter(|finding| finding.severity == severity)
            .count()
    };
    let cells = |states: &[State]| {
        report
            .cells
            .iter()
            .filter(|cell| states.contains(&cell.state))
            .count()
    };
    let asked = cells(&[State::Fits, State::Unfit, State::Unserved, State::Unknown]);
    let mut parts = Vec::new();
    if gathered.configs.is_empty() || !gathered.looked.is_empty() {
        parts.push(counted(gathered.looked.len(), "lock"));
    }
    if !gathered.configs.is_empty() {
        parts.push(counted(gathered.configs.len(), "configuration"));
    }
    if asked > 0 {
        parts.push(format!(
            "fit at {} of {}",
            cells(&[State::Fits]),
            counted(asked, "place")
        ));
        let unknown = cells(&[State::Unknown]);
        if unknown > 0 {
            parts.push(format!("{unknown} unknown"));
        }
    }
    parts.push(counted(count(Severity::Error), "error"));
    parts.push(counted(count(Severity::Warning), "warning"));
    parts.push(counted(count(Severity::Note), "note"));
    if !waived.is_empty() {
        parts.push(format!("{} waived", waived.len()));
    }
    format!("{}\n", parts.join(", "))
}

fn view(
    gathered: &Gathered,
    specs: &[Finding],
    report: &Report,
    waived: &[Waived],
    waivers: &Waivers,
) -> Value {
    let locks: Vec<Value> = gathered
        .looked
        .iter()
        .map(|lock| {
            json!({"path": lock.path, "tier": lock.tier, "platform": lock.platform, "status": lock.state})
        })
        .collect();
    let cells: Vec<Value> = report
        .cells
        .iter()
        .filter(|cell| cell.state != State::NotAsked)
        .map(|cell| {
            json!({
                "tier": cell.label,
                "target": cell.target,
                "asked": cell.asked,
                "platform": cell.platform.as_ref().map(ToString::to_string),
                "state": cell.state.as_str(),
                "unknown": cell.unknown,
            })
        })
        .collect();
    let mut findings: Vec<Value> = specs.iter().map(|finding| json!(finding_view(finding))).collect();
    findings.extend(report.judged.iter().map(judged_view));
    let waived: Vec<Value> = waived.iter().map(|one| waived_view(one, waivers)).collect();
    let configs: Vec<Value> = gathered
        .configs
        .iter()
        .map(|config| json!({"path": config.path, "kind": config.kind()}))
        .collect();
    json!({"locks": locks, "configs": configs, "cells": cells, "findings": findings, "waived": waived})
}

/// Returns the JSON shape of a finding that was set aside.
pub(super) fn waived_view(one: &Waived, waivers: &Waivers) -> Value {
    let waiver = &waivers.all[one.waiver];
    json!({
        "finding": judged_view(&one.judged),
        "owner": waiver.owner,
        "reason": waiver.reason,
        "until": waiver.until.value.to_string(),
    })
}

/// Returns the JSON shape of a finding with what it is about.
pub(super) fn judged_view(judged: &Judged) -> Value {
    let scope = &judged.scope;
    let mut view = json!(finding_view(&judged.finding));
    view["scope"] = json!({
        "tier": scope.tier.as_ref().map(ToString::to_string),
        "lock": scope.lock,
        "platform": scope.platform.as_ref().map(ToString::to_string),
        "target": scope.target,
        "package": scope.package,
    });
    view
}

//! Judges locks: every lock by the rules about locks, every tier at its targets by the rules about targets.

use std::collections::BTreeSet;

use jiff::civil::Date;
use pyiron_lock_core::{Finding, Spanned};

use crate::{
    Judged, Scope, Subject,
    data::{Policy, Target, Targets},
    fit::{LockView, Machine, Serving, serve},
    report::{Cell, Report, State},
    rule::{Check, LockCase, Seen, TargetCase},
    rules,
};

/// At which targets tiers are judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// Those that each tier is meant for.
    Asked,
    /// All that are known.
    All,
    /// Those of these ids, whatever tiers are meant for.
    Named(Vec<String>),
}

/// What locks are judged by.
#[derive(Debug, Clone, Copy)]
pub struct Setting<'s> {
    /// The targets that are known.
    pub targets: &'s Targets,
    /// The policies.
    pub policy: &'s Policy,
    /// The day.
    pub today: Date,
    /// At which targets.
    pub which: &'s Which,
}

/// Judges locks. The locks of one tier stand for its platforms.
pub fn judge(subjects: &[Subject<'_>], setting: &Setting<'_>) -> Report {
    let views: Vec<LockView<'_>> = subjects.iter().map(|subject| LockView::new(*subject)).collect();
    let all = setting.targets.all();
    let machines: Vec<Machine<'_>> = all
        .iter()
        .map(|target| Machine::new(target, setting.policy))
        .collect();
    let mut report = Report::default();
    let mut seen = Seen::default();
    for view in &views {
        let case = LockCase {
            view,
            views: &views,
            policy: setting.policy,
            today: setting.today,
        };
        for check in rules::ALL.iter().flat_map(|rule| rule.checks) {
            if let Check::Lock(check) = check {
                check(&case, &mut seen);
            }
        }
    }
    report.judged.append(&mut seen.judged);
    for tier in tiers(&views) {
        unknown_targets(&tier, setting.targets, &mut report);
        for (target, machine) in all.iter().zip(&machines) {
            let asked = asks(&tier, &target.id);
            let looked_at = match setting.which {
                Which::Asked => asked,
                Which::All => true,
                Which::Named(ids) => ids.contains(&target.id),
            };
            let cell = if looked_at {
                at(&tier, target, machine, setting.policy, asked, &mut report.judged)
            } else {
                cell(&tier, target, asked)
            };
            report.cells.push(cell);
        }
    }
    report.restate();
    report
}

/// The locks of each tier, in the order in which tiers come; a lock without a tier stands alone.
fn tiers<'v, 'a>(views: &'v [LockView<'a>]) -> Vec<Vec<&'v LockView<'a>>> {
    let mut tiers: Vec<Vec<&LockView<'_>>> = Vec::new();
    for view in views {
        let known = tiers
            .iter_mut()
            .find(|tier| tier[0].tier().is_some() && tier[0].tier() == view.tier());
        match known {
            Some(tier) => tier.push(view),
            None => tiers.push(vec![view]),
        }
    }
    tiers
}

fn asked_targets<'v>(tier: &[&'v LockView<'_>]) -> &'v [Spanned<String>] {
    tier[0].subject.tier.map_or(&[], |tier| tier.targets.as_slice())
}

fn asks(tier: &[&LockView<'_>], id: &str) -> bool {
    asked_targets(tier).iter().any(|target| target.value == id)
}

fn cell(tier: &[&LockView<'_>], target: &Target, asked: bool) -> Cell {
    Cell {
        tier: tier[0].tier().cloned(),
        label: tier[0].label().to_owned(),
        target: target.id.clone(),
        asked,
        platform: None,
        state: State::NotAsked,
        unknown: Vec::new(),
        served: false,
    }
}

/// Judges a tier at a target.
fn at<'v, 'a>(
    tier: &[&'v LockView<'a>],
    target: &Target,
    machine: &Machine<'_>,
    policy: &Policy,
    asked: bool,
    judged: &mut Vec<Judged>,
) -> Cell {
    let mut seen = Seen::default();
    let mut cell = cell(tier, target, asked);
    let (view, served): (&LockView<'a>, bool) = match serve(tier, machine, machine.subdirs()) {
        Serving::By(view) => (view, true),
        Serving::Perhaps(view, unknown) => {
            seen.unknown.extend(unknown);
            (view, true)
        }
        Serving::Nobody(refused) => {
            judged.push(rules::target_unserved::found(tier, target, machine, &refused));
            (refused[0].0, false)
        }
        Serving::NoSubdir => {
            judged.push(rules::target_subdir::found(tier, target));
            cell.state = State::Unserved;
            return cell;
        }
    };
    let case = TargetCase {
        view,
        target,
        machine,
        policy,
    };
    for check in rules::ALL.iter().flat_map(|rule| rule.checks) {
        if let Check::Target(check) = check {
            check(&case, &mut seen);
        }
    }
    judged.append(&mut seen.judged);
    cell.platform = Some(view.subject.lock.platform.name.clone());
    cell.unknown = seen.unknown.into_iter().collect();
    cell.served = served;
    cell.state = if served { State::Fits } else { State::Unserved };
    cell
}

/// Names targets that a tier is meant for and nobody knows.
fn unknown_targets(tier: &[&LockView<'_>], targets: &Targets, report: &mut Report) {
    let Some(facts) = tier[0].subject.tier else { return };
    let known: BTreeSet<&str> = targets.all().iter().map(|target| target.id.as_str()).collect();
    for wanted in facts
        .targets
        .iter()
        .filter(|wanted| !known.contains(wanted.value.as_str()))
    {
        let message = format!(
            "tier `{}` names a target that nobody knows: `{}`",
            facts.name, wanted.value
        );
        let mut finding = Finding::new(rules::target_unknown::RULE.code, message).at(
            &facts.manifest,
            wanted.span,
            "named here",
        );
        if let Some(near) = pyiron_lock_core::suggest::nearest(&wanted.value, known.iter().copied()) {
            finding = finding.help(format!("did you mean `{near}`?"));
        }
        report.judged.push(Judged {
            finding,
            scope: Scope {
                tier: Some(facts.name.clone()),
                target: Some(wanted.value.clone()),
                ..Scope::default()
            },
        });
    }
}

//! `verify --host`: this machine against what targets and locks promise of machines. Without either it says what this
//! machine is. Measures through the room `host`; asks the network only for hosts that were named.

mod output;
mod promises;

use pyiron_lock_conform::{Judged, Report, Scope, data::Target, settle};
use pyiron_lock_core::{Code, Exit, Finding, finding::any_error};
use pyiron_lock_host::{
    codes::{HOST_PROMISE_BROKEN, HOST_UNSERVED},
    machine::{Ask, Check, Machine, State, judge, measure},
};

use self::promises::{Row, of_lock, of_target};
use super::{
    exit,
    gather::{Gathered, gather},
    levels, output as locks_output, today,
};
use crate::{
    args::{Global, VerifyArgs},
    commands::targets::target_named,
    conformance::{Conformance, all_codes, project_root},
    failure::Failure,
    streams::Streams,
};

/// Something that promises, and how its promises stand.
struct Subject<'a> {
    /// What it is called.
    name: String,
    /// `target` or `lock`.
    kind: &'static str,
    scope: Scope,
    rows: Vec<(Row<'a>, Check)>,
    /// What a target does not know, each with what is missing.
    unknown: Vec<(&'a str, &'a str)>,
}

impl Subject<'_> {
    fn first_broken(&self) -> Option<&(Row<'_>, Check)> {
        self.rows.iter().find(|(_, check)| check.state == State::Fails)
    }
}

/// Measures this machine.
pub(super) fn execute(args: &VerifyArgs, global: &Global, streams: &Streams) -> Result<Exit, Failure> {
    let levels = levels(args)?;
    let known = Conformance::read(project_root(global.project.as_deref()).as_deref())?;
    let named = args.targets.iter().map(|id| target_named(&known, id));
    let targets: Vec<&Target> = named.collect::<Result<_, Failure>>()?;
    let gathered = match args.what.is_empty() {
        true => Gathered::default(),
        false => gather(args, global)?,
    };
    let wrong: Vec<_> = gathered.findings.iter().chain(&known.findings).cloned().collect();
    if any_error(&wrong) {
        locks_output::refused(&wrong, args.json, streams);
        return Ok(Exit::BadInput);
    }
    let groups = targets
        .iter()
        .filter_map(|target| target.text("shared-group").said());
    let machine = measure(&Ask {
        at: args.there.at.clone(),
        groups: groups.map(str::to_owned).collect(),
        reach: args.there.reach.clone(),
    })
    .map_err(|error| Failure::bad_input(error.to_string()))?;
    let mut subjects: Vec<Subject<'_>> = Vec::new();
    for target in targets {
        let unknown = target.unknown().collect();
        let scope = Scope {
            target: Some(target.id.clone()),
            ..Scope::default()
        };
        subjects.push(judged(
            &machine,
            target.id.clone(),
            "target",
            scope,
            of_target(target, &known.policy),
            unknown,
        ));
    }
    for (lock, tier) in &gathered.locks {
        let tier = tier
            .as_ref()
            .map(|tier| tier.name.clone())
            .or_else(|| lock.tier.clone());
        let name = format!("{} on {}", lock.label(), lock.platform.name);
        let scope = Scope {
            lock: tier.is_none().then(|| lock.label()),
            tier,
            platform: Some(lock.platform.name.clone()),
            ..Scope::default()
        };
        subjects.push(judged(&machine, name, "lock", scope, of_lock(lock), Vec::new()));
    }
    let unread = gathered
        .looked
        .iter()
        .filter(|lock| !lock.read)
        .map(|lock| &lock.platform);
    let unread: Vec<&String> = unread.collect();
    let missing = gathered.stale.iter().filter(|stale| {
        stale
            .scope
            .platform
            .as_ref()
            .is_some_and(|platform| unread.iter().any(|name| **name == platform.as_str()))
    });
    let mut report = Report {
        cells: Vec::new(),
        judged: missing.cloned().collect(),
    };
    report
        .judged
        .extend(findings(&subjects, !args.platforms.is_empty()));
    let today = args.today.unwrap_or_else(today);
    let other_codes: Vec<&str> = all_codes().map(Code::as_str).collect();
    let waived = settle(&mut report, &levels, &known.waivers, today, false, &other_codes);
    let exit = exit(&report);
    output::show(
        args,
        &machine,
        &subjects,
        &gathered,
        &report,
        &waived,
        &known.waivers,
        streams,
    );
    Ok(exit)
}

fn judged<'a>(
    machine: &Machine,
    name: String,
    kind: &'static str,
    scope: Scope,
    rows: Vec<Row<'a>>,
    unknown: Vec<(&'a str, &'a str)>,
) -> Subject<'a> {
    let rows = rows.into_iter().map(|row| {
        let check = judge(machine, &row.promise);
        (row, check)
    });
    Subject {
        name,
        kind,
        scope,
        rows: rows.collect(),
        unknown,
    }
}

/// Returns what is broken: each promise of a target and of a lock that was named with its platform or file; of a tier
/// only that none of its locks runs here.
fn findings(subjects: &[Subject<'_>], platform_named: bool) -> Vec<Judged> {
    let mut found = Vec::new();
    let mut tiers = Vec::new();
    for subject in subjects {
        match &subject.scope.tier {
            Some(tier) if !platform_named => {
                if !tiers.contains(&tier) {
                    tiers.push(tier);
                }
            }
            _ => found.extend(broken(subject)),
        }
    }
    for tier in tiers {
        let own: Vec<&Subject<'_>> = subjects
            .iter()
            .filter(|subject| subject.scope.tier.as_ref() == Some(tier))
            .collect();
        if own.iter().any(|subject| subject.first_broken().is_none()) {
            continue;
        }
        if let [only] = own.as_slice() {
            found.extend(broken(only));
            continue;
        }
        let mut finding = Finding::new(HOST_UNSERVED, format!("no lock of `{tier}` runs on this machine"));
        for (subject, (row, check)) in own.iter().filter_map(|one| Some((one, one.first_broken()?))) {
            finding = finding.note(format!(
                "{}: it promises {} {}, seen was {}",
                subject.name, row.key, row.promised, check.seen
            ));
        }
        found.push(Judged {
            finding,
            scope: Scope {
                tier: Some(tier.clone()),
                ..Scope::default()
            },
        });
    }
    found
}

fn broken<'s>(subject: &'s Subject<'_>) -> impl Iterator<Item = Judged> + 's {
    subject
        .rows
        .iter()
        .filter(|(_, check)| check.state == State::Fails)
        .map(|(row, check)| {
            let message = format!(
                "`{}` promises {} {}, this machine has {}",
                subject.name, row.key, row.promised, check.seen
            );
            let mut finding = Finding::new(HOST_PROMISE_BROKEN, message);
            finding.origins.extend(row.origin.clone());
            finding.notes.extend(row.doubt.clone());
            Judged {
                finding,
                scope: subject.scope.clone(),
            }
        })
}

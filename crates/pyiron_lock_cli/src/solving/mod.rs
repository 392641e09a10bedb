//! Makes locks: looks at what there is, gets the records, solves what has to be solved, writes what came out. What
//! the verbs that make locks share.

mod output;
mod records;

use std::path::PathBuf;

use pyiron_lock_core::{Pins, RequestSet};
use pyiron_lock_solve::{CancellationToken, Outcome, StaleReason, load, run};
use rayon::ThreadPoolBuilder;

pub(crate) use self::output::Results;
use self::records::Records;
use crate::{
    args::{ChoiceArgs, Global, SolveArgs},
    channels::Channels,
    failure::Failure,
    files::{FolderGuard, write_atomically},
    interrupt,
    locks::{Choice, Item, Plan, State},
    network::Network,
    pins,
    progress::Progress,
    project::{self, Loaded},
    render::{counted, folded, stale_text},
    sample,
    streams::Streams,
};

/// Which locks are made, and from what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// None; it is only said which would be.
    Check,
    /// Those that are missing or stale.
    Stale,
    /// Those that are missing or stale, from the same records as their earlier locks.
    Frozen,
    /// All, from the index as it is now.
    Renew,
}

/// What there is to do.
pub(crate) struct Task {
    pub(crate) plan: Plan,
    pub(crate) channels: Channels,
    /// How far each channel counts.
    pub(crate) pins: Pins,
    /// Where that is written, for a project.
    pub(crate) pins_file: Option<PathBuf>,
    /// Keeps other runs away from the locks.
    pub(crate) _guard: Option<FolderGuard>,
}

/// Looks at the locks of a project; `None` where its specs cannot be worked with.
pub(crate) fn of_project(
    choice: &ChoiceArgs,
    args: &SolveArgs,
    manner: Manner,
    global: &Global,
    streams: &Streams,
    results: &mut Results,
) -> Result<Option<Task>, Failure> {
    let Loaded {
        project, findings, ..
    } = project::load(project::locate(global.project.as_deref())?)?;
    results.findings.extend(findings);
    let Some(mut project) = project else {
        return Ok(None);
    };
    project.manifest.exclude_newer = args.exclude_newer.or(project.manifest.exclude_newer);
    if results.broken() {
        return Ok(None);
    }
    let channels = Channels::of_project(&args.channels, &project)?;
    let committed = project.root.join("lockfiles");
    let folder = choice.lock_dir.clone().unwrap_or_else(|| committed.clone());
    let chosen = Choice {
        tiers: &choice.tiers,
        platforms: &choice.platforms,
    };
    Plan::check_choice(&project, chosen)?;
    let guard = match manner {
        Manner::Check => None,
        _ => Some(FolderGuard::acquire(&folder, streams)?),
    };
    let mut plan = Plan::of_project(&project, chosen, &folder, &channels.list, &mut results.findings)?;
    if manner == Manner::Frozen {
        plan.look_in(&committed);
    }
    if chosen.is_all() {
        plan.strangers(&folder).iter().for_each(|path| {
            streams.talk(&format!(
                "note: {path} is the lock of no tier and platform of this project"
            ));
        });
    }
    if results.broken() {
        return Ok(None);
    }
    let pins_file = project.specs_folder().join(pins::FILE);
    Ok(Some(Task {
        plan,
        channels,
        pins: pins::read(&pins_file)?,
        pins_file: Some(pins_file),
        _guard: guard,
    }))
}

/// Solves what has to be solved and writes what was solved.
pub(crate) fn settle(
    mut task: Task,
    manner: Manner,
    args: &SolveArgs,
    streams: &Streams,
    results: &mut Results,
) -> Result<(), Failure> {
    let due: Vec<usize> = (0..task.plan.items.len())
        .filter(|index| {
            manner == Manner::Renew || matches!(task.plan.items[*index].state, State::Stale { .. })
        })
        .collect();
    if due.is_empty() || manner == Manner::Check {
        let items = &task.plan.items;
        items.iter().for_each(|item| results.kept_or_stale(item));
        return Ok(());
    }
    for item in due.iter().map(|index| &task.plan.items[*index]) {
        announce_pip(&item.set, &item.label(), streams);
    }
    let cancel = interrupt::token();
    let solved = solve(&mut task, manner, due.len(), args, streams, &cancel, results);
    if cancel.is_cancelled() {
        return Err(Failure::interrupted());
    }
    let (outcomes, newest) = solved?;
    let unsolvable = |outcome: &Outcome| matches!(outcome, Outcome::Unsolvable(_));
    if !task.pins.is_empty() && manner != Manner::Renew && outcomes.iter().any(unsolvable) {
        streams.talk(&format!(
            "note: builds newer than the cut-offs in specs/{} did not count; `pyiron-lock update` takes the index as \
             it is now",
            pins::FILE
        ));
    }
    let solved = outcomes
        .iter()
        .any(|outcome| matches!(outcome, Outcome::Solved(_)));
    if let Some(path) = task
        .pins_file
        .as_ref()
        .filter(|_| manner == Manner::Renew && solved)
    {
        // Before the locks: one that is newer than the pins would fall back at its next solve.
        pins::write(path, &task.pins, &newest)?;
    }
    write(&task, outcomes, results)
}

fn write(task: &Task, outcomes: Vec<Outcome>, results: &mut Results) -> Result<(), Failure> {
    let plan = &task.plan;
    for (item, outcome) in plan.items.iter().zip(outcomes) {
        match outcome {
            Outcome::Kept => results.kept_or_stale(item),
            Outcome::Solved(solved) => {
                let text = pyiron_lock_lockfile::write(&solved.lock)
                    .map_err(|error| Failure::unavailable(format!("{}: {error}", item.label())))?;
                if std::fs::read_to_string(&item.path).is_ok_and(|before| before == text) {
                    results.unchanged(item);
                    continue;
                }
                match write_atomically(&item.path, &text) {
                    Ok(()) => results.written(plan, item, &solved),
                    Err(failure) => results.unwritten(item, failure),
                }
            }
            Outcome::Unsolvable(unsolvable) => results.unsolvable(plan, item, *unsolvable),
            Outcome::Waits(other) => results.waits(plan, item, other),
            Outcome::Unfit(reasons) => results.refused(item, &unfit_text(&reasons, &item.set)),
            Outcome::Refused(message) => results.refused(item, &message),
            Outcome::Cancelled => return Err(Failure::interrupted()),
        }
    }
    Ok(())
}

/// Returns what became of every lock, and when the newest record of each channel was built.
fn solve(
    task: &mut Task,
    manner: Manner,
    solves: usize,
    args: &SolveArgs,
    streams: &Streams,
    cancel: &CancellationToken,
    results: &mut Results,
) -> Result<(Vec<Outcome>, Pins), Failure> {
    let pool = ThreadPoolBuilder::new()
        .num_threads(args.threads.map_or(0, usize::from))
        .build()
        .map_err(|error| Failure::unavailable(format!("threads cannot be started: {error}")))?;
    let labels = task.plan.items.iter().map(Item::label).collect();
    let progress = Progress::new(streams, labels, solves);
    let network = Network::of(&mut task.channels, &args.network, streams, progress.bar(), cancel)
        .inspect_err(|_| progress.finish())?;
    if task
        .channels
        .sources()
        .iter()
        .any(|source| source.place == sample::PLACE)
    {
        streams.talk(sample::NOTE);
    }
    let jobs = match manner {
        Manner::Renew => task.plan.jobs_to_renew()?,
        _ => task.plan.jobs()?,
    };
    let no_pins = Pins::default();
    let pins = if manner == Manner::Renew {
        &no_pins
    } else {
        &task.pins
    };
    let solved = pool.install(|| {
        let records = Records::open(task, &jobs, manner, network.as_ref(), args, streams)?;
        let pins = if records.are_frozen() { &no_pins } else { pins };
        let loaded = load(&jobs, records.source(), pins, &progress)?;
        if loaded.undated > 0 {
            streams.talk(&format!(
                "note: {} without a date of build, counted as older than the cut-off",
                counted(loaded.undated, "record")
            ));
        }
        if manner != Manner::Renew {
            records.judge(&task.plan, &loaded.moved(&jobs), manner, streams)?;
        }
        let outcomes = run(&jobs, &loaded, records.source(), &progress, cancel);
        let newest = loaded.newest();
        // The process ends soon; taking millions of records apart first would only cost time.
        match &network {
            Some(network) if !cancel.is_cancelled() => {
                records::keep_snapshots(&loaded.into_snapshots(&jobs, &outcomes), network, streams);
            }
            _ => std::mem::forget(loaded),
        }
        std::mem::forget(records);
        Ok((outcomes, newest))
    });
    progress.finish();
    results.transferred = network.map(|network| network.finish(streams));
    solved
}

fn announce_pip(set: &RequestSet, label: &str, streams: &Streams) {
    if !set.pip.is_empty() {
        let plural = if set.pip.len() == 1 { " is" } else { "s are" };
        streams.talk(&format!(
            "note: {label}: {} pip requirement{plural} recorded in the lock, but not locked",
            set.pip.len()
        ));
    }
}

fn unfit_text(reasons: &[StaleReason], set: &RequestSet) -> String {
    let reasons: Vec<String> = reasons.iter().map(|reason| stale_text(reason, set)).collect();
    format!(
        "the solver gave records that do not satisfy the requests: {}",
        folded(&reasons)
    )
}

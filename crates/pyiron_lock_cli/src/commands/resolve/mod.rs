//! `resolve`: makes the locks that are missing or stale, and leaves alone what still fits.

mod output;

use std::{collections::BTreeSet, path::Path};

use pyiron_lock_core::{Exit, RequestSet, SourceError};
use pyiron_lock_gateway::ChannelIndex;
use pyiron_lock_solve::{CancellationToken, Outcome, StaleReason, load, run};
use pyiron_lock_spec::{MAX_FILE_BYTES, compose_single, read_environment};
use rayon::ThreadPoolBuilder;

use self::output::Results;
use crate::{
    args::{Global, ResolveArgs},
    channels::Channels,
    failure::Failure,
    files::{FolderGuard, read_source, write_atomically},
    interrupt,
    locks::{Choice, Item, Plan, State},
    platforms,
    progress::Progress,
    project::{self, Loaded},
    render::{counted, findings_text, folded, stale_text},
    sample,
    streams::Streams,
};

/// Resolves a project, or one file.
pub(crate) fn execute(args: &ResolveArgs, global: &Global, streams: &Streams) -> Result<Exit, Failure> {
    let mut results = Results::default();
    let prepared = match &args.file {
        Some(_) => prepare_file(args, &mut results)?,
        None => prepare_project(args, global, streams, &mut results)?,
    };
    if let Some((plan, channels, _guard)) = prepared {
        settle(&plan, &channels, args, streams, &mut results)?;
    }
    Ok(results.show(args, streams))
}

type Prepared = (Plan, Channels, Option<FolderGuard>);

fn prepare_project(
    args: &ResolveArgs,
    global: &Global,
    streams: &Streams,
    results: &mut Results,
) -> Result<Option<Prepared>, Failure> {
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
    let folder = args
        .lock_dir
        .clone()
        .unwrap_or_else(|| project.root.join("lockfiles"));
    let choice = Choice {
        tiers: &args.tiers,
        platforms: &args.platforms,
    };
    Plan::check_choice(&project, choice)?;
    let guard = if args.check {
        None
    } else {
        Some(FolderGuard::acquire(&folder, streams)?)
    };
    let plan = Plan::of_project(&project, choice, &folder, &channels.list, &mut results.findings)?;
    if choice.is_all() {
        plan.strangers(&folder).iter().for_each(|path| {
            streams.talk(&format!(
                "note: {path} is the lock of no tier and platform of this project"
            ));
        });
    }
    Ok((!results.broken()).then_some((plan, channels, guard)))
}

fn prepare_file(args: &ResolveArgs, results: &mut Results) -> Result<Option<Prepared>, Failure> {
    let (Some(file), Some(output), [platform]) = (&args.file, &args.output, args.platforms.as_slice()) else {
        return Err(Failure::bad_input(
            "a lock is for one platform; give `--platform` once with `--file`",
        ));
    };
    if output.as_os_str() == "-" || file.as_os_str() == "-" {
        return Err(
            Failure::bad_input("`-` is not a file").help("name a file; a lock is always written to one")
        );
    }
    let same = |path: &Path| std::fs::canonicalize(path).ok();
    if same(file).is_some() && same(file) == same(output) {
        return Err(
            Failure::bad_input("the lock would overwrite the environment file")
                .help("name another file with `--output`"),
        );
    }
    let platform = platforms::bare(platform, &args.virtual_packages)?;
    let source = read_source(file, MAX_FILE_BYTES)?;
    let dialect = args.specs.dialect().or_else(|| project::dialect_for(file));
    let reading = read_environment(&source, dialect);
    results.findings.extend(reading.findings);
    let Some(environment) = reading.value else {
        return Ok(None);
    };
    let channels = Channels::of_file(&args.channels, &environment)?;
    let reading = compose_single(&environment, &platform, &channels.list);
    results.findings.extend(reading.findings);
    let Some(mut set) = reading.value else {
        return Ok(None);
    };
    set.exclude_newer = args.exclude_newer;
    if results.broken() {
        return Ok(None);
    }
    let plan = Plan::of_file(set, output.clone())?;
    Ok(Some((plan, channels, None)))
}

/// Solves what is stale, unless only asked to check, and writes what was solved.
fn settle(
    plan: &Plan,
    channels: &Channels,
    args: &ResolveArgs,
    streams: &Streams,
    results: &mut Results,
) -> Result<(), Failure> {
    let stale = plan
        .items
        .iter()
        .filter(|item| matches!(item.state, State::Stale { .. }))
        .count();
    if stale == 0 || args.check {
        plan.items.iter().for_each(|item| results.kept_or_stale(item));
        return Ok(());
    }
    for item in plan
        .items
        .iter()
        .filter(|item| matches!(item.state, State::Stale { .. }))
    {
        announce_pip(&item.set, &item.label(), streams);
    }
    let cancel = interrupt::token();
    let outcomes = solve(plan, channels, args, streams, &cancel, stale)?;
    if cancel.is_cancelled() {
        return Err(Failure::interrupted());
    }
    for (item, outcome) in plan.items.iter().zip(outcomes) {
        match outcome {
            Outcome::Kept => results.kept_or_stale(item),
            Outcome::Solved(solved) => {
                let text = pyiron_lock_lockfile::write(&solved.lock)
                    .map_err(|error| Failure::unavailable(format!("{}: {error}", item.label())))?;
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

fn solve(
    plan: &Plan,
    channels: &Channels,
    args: &ResolveArgs,
    streams: &Streams,
    cancel: &CancellationToken,
    stale: usize,
) -> Result<Vec<Outcome>, Failure> {
    let sources = channels.sources()?;
    if sources.iter().any(|source| source.place == sample::PLACE) {
        streams.talk(sample::NOTE);
    }
    let pool = ThreadPoolBuilder::new()
        .num_threads(args.threads.map_or(0, usize::from))
        .build()
        .map_err(|error| Failure::unavailable(format!("threads cannot be started: {error}")))?;
    let progress = Progress::new(streams, plan.items.iter().map(Item::label).collect(), stale);
    let outcomes = pool.install(|| {
        let subdirs: BTreeSet<_> = plan
            .items
            .iter()
            .filter(|item| matches!(item.state, State::Stale { .. }))
            .map(|item| item.set.platform.subdir)
            .collect();
        let index = ChannelIndex::open(&sources, &subdirs).map_err(SourceError::from)?;
        for (folder, subdir) in index.absent() {
            streams.talk(&format!("note: {folder} has no index for {subdir}"));
        }
        let jobs = plan.jobs()?;
        let loaded = load(&jobs, &index, &progress)?;
        if loaded.undated > 0 {
            streams.talk(&format!(
                "note: {} without a date of build, counted as older than the cut-off",
                counted(loaded.undated, "record")
            ));
        }
        let outcomes = run(&jobs, &loaded, &index, &progress, cancel);
        // The process ends soon; taking millions of records apart first would only cost time.
        std::mem::forget((index, loaded));
        Ok(outcomes)
    });
    progress.finish();
    outcomes
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

/// Shows findings to people; JSON holds them itself.
fn show_findings(results: &Results, json: bool, streams: &Streams) {
    if !json {
        streams.result(&findings_text(&results.findings, streams.stdout_color()));
    }
}

//! Runs many solves: loads each subdir once for all its tiers, solves parents before children, fans out over
//! tier and platform in one place. Results are keyed by job, never by who finished first.

use std::collections::{BTreeMap, BTreeSet};

use pyiron_lock_core::{ChannelRecords, Lock, RecordSource, RequestSet, SourceError};
use rattler_conda_types::{PackageName, RepoDataRecord, Subdir};
use rattler_solve::CancellationToken;
use rayon::prelude::*;

use crate::{
    explain::{Explanation, explain},
    inherit::{Moved, moved_from_parent},
    reach::{PlatformRecords, Reachable},
    solver::{Failure, SOLVER, solve, sorted, virtual_packages},
    stale::{StaleReason, record_meets, stale_reasons},
};

/// One tier on one platform.
#[derive(Debug)]
pub struct Job {
    /// What is asked for.
    pub set: RequestSet,
    /// What there is to do.
    pub work: Work,
    /// The jobs whose records this one prefers, by index; each comes earlier in the list.
    pub parents: Vec<usize>,
}

/// What there is to do for a job.
#[derive(Debug)]
pub enum Work {
    /// The lock on disk stays; given where a child prefers its records.
    Keep(Option<Lock>),
    /// A new lock is needed; records of the earlier one are preferred.
    Solve(Option<Lock>),
}

/// What became of a job.
#[derive(Debug)]
pub enum Outcome {
    /// Nothing had to be done.
    Kept,
    /// A new lock.
    Solved(Box<Solved>),
    /// The requests cannot be satisfied.
    Unsolvable(Explanation),
    /// The solver gave records that do not satisfy the requests; nothing else is known to be wrong.
    Unfit(Vec<StaleReason>),
    /// The run was cancelled before this job was done.
    Cancelled,
    /// The solver refused the records of the index.
    Refused(String),
}

/// A new lock, and what it moved.
#[derive(Debug)]
pub struct Solved {
    /// The lock.
    pub lock: Lock,
    /// For each parent, by job index, what this tier has otherwise.
    pub moved: Vec<(usize, Vec<Moved>)>,
}

/// What happens while jobs run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// Records of this many subdirs are being read.
    Loading(usize),
    /// All records are there.
    Loaded,
    /// A job was started, by index.
    Started(usize),
    /// A job is done, by index.
    Finished(usize),
}

/// Is told what happens; only for progress, never for results.
pub trait Observer: Sync {
    /// Takes notice of an event; called from any thread.
    fn notice(&self, event: Event);
}

/// The records that a list of jobs needs, loaded once for each subdir.
pub struct Loaded {
    subdirs: BTreeMap<Subdir, (BTreeSet<PackageName>, Vec<ChannelRecords>)>,
}

/// Loads what the jobs that have something to solve can reach, all subdirs at once.
pub fn load(jobs: &[Job], source: &dyn RecordSource, observer: &dyn Observer) -> Result<Loaded, SourceError> {
    let mut names: BTreeMap<Subdir, BTreeSet<PackageName>> = BTreeMap::new();
    for job in jobs.iter().filter(|job| matches!(job.work, Work::Solve(_))) {
        let wanted = job.set.requests.iter().map(|request| request.name.clone());
        names.entry(job.set.platform.subdir).or_default().extend(wanted);
    }
    observer.notice(Event::Loading(names.len()));
    let subdirs = names
        .into_par_iter()
        .map(|(subdir, names)| {
            let records = source.load(subdir, &names)?;
            Ok((subdir, (names, records)))
        })
        .collect::<Result<_, _>>()?;
    observer.notice(Event::Loaded);
    Ok(Loaded { subdirs })
}

/// Runs all jobs on the records loaded for them and returns what became of each, in the order of the jobs.
pub fn run(
    jobs: &[Job],
    loaded: &Loaded,
    source: &dyn RecordSource,
    observer: &dyn Observer,
    cancel: &CancellationToken,
) -> Vec<Outcome> {
    let records: BTreeMap<Subdir, PlatformRecords<'_>> = loaded
        .subdirs
        .par_iter()
        .map(|(subdir, (names, records))| (*subdir, PlatformRecords::new(records, names)))
        .collect();
    let mut outcomes: Vec<Option<Outcome>> = (0..jobs.len()).map(|_| None).collect();
    for level in levels(jobs) {
        let done: Vec<(usize, Outcome)> = level
            .into_par_iter()
            .map(|index| {
                if matches!(jobs[index].work, Work::Keep(_)) {
                    return (index, Outcome::Kept);
                }
                observer.notice(Event::Started(index));
                let outcome = run_job(jobs, index, &outcomes, &records, source, cancel);
                observer.notice(Event::Finished(index));
                (index, outcome)
            })
            .collect();
        for (index, outcome) in done {
            outcomes[index] = Some(outcome);
        }
    }
    outcomes
        .into_iter()
        .map(|outcome| outcome.unwrap_or(Outcome::Cancelled))
        .collect()
}

/// Groups jobs so that every parent is in an earlier group than its children.
fn levels(jobs: &[Job]) -> Vec<Vec<usize>> {
    let mut level_of: Vec<usize> = Vec::with_capacity(jobs.len());
    for (index, job) in jobs.iter().enumerate() {
        let level = job
            .parents
            .iter()
            .filter(|parent| **parent < index)
            .map(|parent| level_of[*parent] + 1)
            .max()
            .unwrap_or(0);
        level_of.push(level);
    }
    let count = level_of.iter().max().map_or(0, |level| level + 1);
    (0..count)
        .map(|level| {
            (0..jobs.len())
                .filter(|index| level_of[*index] == level)
                .collect()
        })
        .collect()
}

fn run_job(
    jobs: &[Job],
    index: usize,
    outcomes: &[Option<Outcome>],
    records: &BTreeMap<Subdir, PlatformRecords<'_>>,
    source: &dyn RecordSource,
    cancel: &CancellationToken,
) -> Outcome {
    let job = &jobs[index];
    let Work::Solve(earlier) = &job.work else {
        return Outcome::Kept;
    };
    if cancel.is_cancelled() {
        return Outcome::Cancelled;
    }
    let Some(records) = records.get(&job.set.platform.subdir) else {
        return Outcome::Refused(format!("no records were loaded for {}", job.set.platform.subdir));
    };
    let reachable = records.reachable(job.set.requests.iter().map(|request| &request.name));
    let parents: Vec<(usize, &Lock)> = job
        .parents
        .iter()
        .filter_map(|parent| Some((*parent, lock_of(&jobs[*parent], outcomes.get(*parent)?.as_ref())?)))
        .collect();
    let preferred = preferred(
        records,
        &reachable,
        &job.set,
        earlier.iter().chain(parents.iter().map(|(_, lock)| *lock)),
    );
    let specs = sorted(job.set.requests.iter().collect())
        .into_iter()
        .map(|request| request.spec.clone())
        .collect();
    let virtual_packages = virtual_packages(&job.set.platform);
    let (solution, digest) = rayon::join(
        || solve(&reachable, &virtual_packages, specs, preferred, cancel),
        || reachable.digest(),
    );
    match solution {
        Ok(solution) => {
            let lock = Lock::new(&job.set, solution, digest, SOLVER.to_owned());
            let reasons = stale_reasons(&lock, &job.set);
            if !reasons.is_empty() {
                return Outcome::Unfit(reasons);
            }
            let moved = parents
                .iter()
                .map(|(parent, parent_lock)| {
                    let offered = |record: &RepoDataRecord| same_record(records, record).is_some();
                    (*parent, moved_from_parent(parent_lock, &lock, &job.set, offered))
                })
                .filter(|(_, moved)| !moved.is_empty())
                .collect();
            Outcome::Solved(Box::new(Solved { lock, moved }))
        }
        Err(Failure::Cancelled) => Outcome::Cancelled,
        Err(Failure::Refused(message)) => Outcome::Refused(message),
        Err(Failure::Unsolvable) => {
            let names = || source.names(job.set.platform.subdir);
            match explain(&job.set, records, names, cancel) {
                Ok(explanation) => Outcome::Unsolvable(explanation),
                Err(Failure::Cancelled) => Outcome::Cancelled,
                Err(Failure::Refused(message)) => Outcome::Refused(message),
                Err(Failure::Unsolvable) => Outcome::Unsolvable(Explanation::default()),
            }
        }
    }
}

fn lock_of<'a>(job: &'a Job, outcome: Option<&'a Outcome>) -> Option<&'a Lock> {
    match (outcome, &job.work) {
        (Some(Outcome::Solved(solved)), _) => Some(&solved.lock),
        (_, Work::Keep(lock)) => lock.as_ref(),
        _ => None,
    }
}

/// Picks, for each name, the record of the first lock that has it, where the solver may choose it: the index still
/// offers exactly that record, from the channel that has priority, and every request for the name accepts it.
///
/// The solver takes a preferred record even against channel priority and against the channel of a request.
fn preferred<'a, 'l>(
    records: &PlatformRecords<'a>,
    reachable: &Reachable<'a>,
    set: &RequestSet,
    locks: impl Iterator<Item = &'l Lock>,
) -> Vec<&'a RepoDataRecord> {
    let mut chosen: BTreeMap<&'l str, &'a RepoDataRecord> = BTreeMap::new();
    for record in locks.flat_map(|lock| &lock.records) {
        let name = record.package_record.name.as_normalized();
        if chosen.contains_key(name) || !reachable.reaches(name) {
            continue;
        }
        let requests: Vec<_> = set
            .requests
            .iter()
            .filter(|request| request.name.as_normalized() == name)
            .collect();
        let channel_asked = requests.iter().any(|request| request.spec.channel.is_some());
        let offered = same_record(records, record).filter(|offered| {
            let first = records.named(name).first().map(|record| &record.channel);
            (channel_asked || first == Some(&offered.channel))
                && requests
                    .iter()
                    .all(|request| record_meets(&request.spec, offered))
        });
        if let Some(offered) = offered {
            chosen.insert(name, offered);
        }
    }
    chosen.into_values().collect()
}

fn same_record<'a>(records: &PlatformRecords<'a>, record: &RepoDataRecord) -> Option<&'a RepoDataRecord> {
    records
        .named(record.package_record.name.as_normalized())
        .into_iter()
        .find(|offered| {
            offered.url == record.url && offered.package_record.sha256 == record.package_record.sha256
        })
}

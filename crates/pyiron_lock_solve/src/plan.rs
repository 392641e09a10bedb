//! Runs many solves: loads each subdir once for all its tiers, solves parents before children, fans out over
//! tier and platform in one place. Results are keyed by job, never by who finished first.

use std::collections::{BTreeMap, BTreeSet};

use pyiron_lock_core::{ChannelRecords, Lock, RecordSource, RequestSet, SourceError};
use rattler_conda_types::{PackageName, Subdir};
use rattler_solve::CancellationToken;
use rayon::prelude::*;

use crate::{explain::Explanation, family::Run, inherit::Moved, reach::PlatformRecords, stale::StaleReason};

/// One tier on one platform.
#[derive(Debug)]
pub struct Job {
    /// What is asked for.
    pub set: RequestSet,
    /// What there is to do.
    pub work: Work,
    /// The jobs whose records this one prefers, by index; each comes earlier in the list.
    pub parents: Vec<usize>,
    /// The job whose records this one has to hold exactly, by index; it comes earlier in the list.
    pub contains: Option<usize>,
}

/// What there is to do for a job.
#[derive(Debug)]
pub enum Work {
    /// The lock on disk serves; given where another job can depend on it or make it follow.
    Keep(Option<Lock>),
    /// A new lock is needed; records of the earlier one are preferred.
    Solve(Option<Lock>),
}

impl Work {
    /// Returns the lock on disk, as far as it is known.
    pub(crate) fn earlier(&self) -> Option<&Lock> {
        match self {
            Self::Keep(lock) | Self::Solve(lock) => lock.as_ref(),
        }
    }
}

/// What became of a job.
#[derive(Debug)]
pub enum Outcome {
    /// Nothing had to be done.
    Kept,
    /// A new lock.
    Solved(Box<Solved>),
    /// The requests cannot be satisfied.
    Unsolvable(Box<Unsolvable>),
    /// A lock of the same family, by job index, could not be made, so that this one has to wait.
    Waits(usize),
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
    /// The lock that it replaces, where that can be read.
    pub earlier: Option<Lock>,
    /// For each parent, by job index, what this tier has otherwise.
    pub moved: Vec<(usize, Vec<Moved>)>,
    /// The job that made this one move, although the lock on disk served.
    pub follows: Option<usize>,
    /// What a lock that has to be contained in another has otherwise than if it were solved alone.
    pub apart: Option<Apart>,
}

/// What a lock has otherwise than if it were solved alone, so that another can contain it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Apart {
    /// The job that contains it, by index; causes that name a request mean one of its set.
    pub leaf: usize,
    /// Records in another version or build; `parent` is what it would have alone.
    pub moved: Vec<Moved>,
    /// Names that it would not have alone.
    pub added: Vec<String>,
    /// Names that only a lock of its own would have.
    pub dropped: Vec<String>,
}

/// Requests that cannot be satisfied, and why.
#[derive(Debug)]
pub struct Unsolvable {
    /// The requests: those of the job, or of all that have to contain one lock.
    pub set: RequestSet,
    /// The jobs whose requests these are, by index, where each could be satisfied without the others.
    pub together: Vec<usize>,
    /// Why.
    pub explanation: Explanation,
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
    /// Records that count although nothing says when they were built, where there is a cut-off.
    pub undated: usize,
}

/// Loads what the jobs that may have to be solved can reach, all subdirs at once; without what is newer than the
/// cut-off, which all jobs share.
pub fn load(jobs: &[Job], source: &dyn RecordSource, observer: &dyn Observer) -> Result<Loaded, SourceError> {
    let mut names: BTreeMap<Subdir, BTreeSet<PackageName>> = BTreeMap::new();
    for job in jobs.iter().filter(|job| !matches!(job.work, Work::Keep(None))) {
        let wanted = job.set.requests.iter().map(|request| request.name.clone());
        names.entry(job.set.platform.subdir).or_default().extend(wanted);
    }
    let cut_off = jobs.iter().find_map(|job| job.set.exclude_newer);
    observer.notice(Event::Loading(names.len()));
    let subdirs: BTreeMap<Subdir, (BTreeSet<PackageName>, Vec<ChannelRecords>)> = names
        .into_par_iter()
        .map(|(subdir, names)| {
            let mut records = source.load(subdir, &names)?;
            if let Some(cut_off) = cut_off {
                for part in &mut records {
                    part.records.retain(|record| !cut_off.excludes(record));
                }
            }
            Ok((subdir, (names, records)))
        })
        .collect::<Result<_, _>>()?;
    observer.notice(Event::Loaded);
    let records = subdirs
        .values()
        .flat_map(|(_, parts)| parts.iter().flat_map(|part| &part.records));
    let undated = match cut_off {
        Some(_) => records
            .filter(|record| record.package_record.timestamp.is_none())
            .count(),
        None => 0,
    };
    Ok(Loaded { subdirs, undated })
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
    let run = Run {
        jobs,
        records: &records,
        source,
        cancel,
    };
    let mut outcomes: Vec<Option<Outcome>> = (0..jobs.len()).map(|_| None).collect();
    for level in levels(jobs, families(jobs)) {
        let done: Vec<Vec<(usize, Outcome)>> = level
            .into_par_iter()
            .map(|members| {
                let solves = || {
                    members
                        .iter()
                        .filter(|job| matches!(jobs[**job].work, Work::Solve(_)))
                };
                solves().for_each(|job| observer.notice(Event::Started(*job)));
                let done = run.family(&members, &outcomes);
                solves().for_each(|job| observer.notice(Event::Finished(*job)));
                done
            })
            .collect();
        for (index, outcome) in done.into_iter().flatten() {
            outcomes[index] = Some(outcome);
        }
    }
    outcomes
        .into_iter()
        .map(|outcome| outcome.unwrap_or(Outcome::Cancelled))
        .collect()
}

/// Groups jobs that contain each other; a job that does not is a family of its own. In the order of first members.
fn families(jobs: &[Job]) -> Vec<Vec<usize>> {
    let mut family_of: Vec<usize> = Vec::with_capacity(jobs.len());
    let mut families: Vec<Vec<usize>> = Vec::new();
    for (index, job) in jobs.iter().enumerate() {
        let family = match job.contains.filter(|parent| *parent < index) {
            Some(parent) => family_of[parent],
            None => families.len(),
        };
        if family == families.len() {
            families.push(Vec::new());
        }
        families[family].push(index);
        family_of.push(family);
    }
    families
}

/// Groups families so that preferred parents are in an earlier group than their children.
///
/// A parent whose family starts after that of the child does not count: two families could wait for each other.
fn levels(jobs: &[Job], families: Vec<Vec<usize>>) -> Vec<Vec<Vec<usize>>> {
    let mut level_of_job: BTreeMap<usize, usize> = BTreeMap::new();
    let mut levels: Vec<Vec<Vec<usize>>> = Vec::new();
    for members in families {
        let parents = members.iter().flat_map(|member| &jobs[*member].parents);
        let level = parents
            .filter(|parent| !members.contains(parent))
            .filter_map(|parent| level_of_job.get(parent))
            .map(|level| level + 1)
            .max()
            .unwrap_or(0);
        level_of_job.extend(members.iter().map(|member| (*member, level)));
        if levels.len() <= level {
            levels.resize(level + 1, Vec::new());
        }
        levels[level].push(members);
    }
    levels
}

//! Runs many solves: loads each subdir once for all its tiers, solves parents before children, fans out over
//! tier and platform in one place. Results are keyed by job, never by who finished first.

use std::collections::{BTreeMap, BTreeSet};

use pyiron_lock_core::{
    ChannelRecords, CutOff, Digest, Lock, Pins, RecordSource, RequestSet, Snapshot, SourceError,
};
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
    /// What the lock was made from that this job replaces or repeats.
    pub made_from: Option<MadeFrom>,
}

/// What an earlier lock was made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeFrom {
    /// The digest of the index records that its requests reached.
    pub index: Digest,
    /// The names of these requests.
    pub names: BTreeSet<PackageName>,
}

/// What there is to do for a job.
#[derive(Debug)]
pub enum Work {
    /// The lock on disk serves; given where another job can depend on it or make it follow.
    Keep(Option<Lock>),
    /// A new lock is needed; records of the earlier one are preferred.
    Solve(Option<Lock>),
    /// A new lock is wanted, as if there had been no earlier one.
    Renew(Option<Lock>),
}

impl Work {
    /// Returns the lock on disk, as far as it is known and counts.
    pub(crate) fn earlier(&self) -> Option<&Lock> {
        match self {
            Self::Keep(lock) | Self::Solve(lock) => lock.as_ref(),
            Self::Renew(_) => None,
        }
    }

    /// Returns the lock on disk, as far as it is known.
    pub(crate) fn on_disk(&self) -> Option<&Lock> {
        match self {
            Self::Keep(lock) | Self::Solve(lock) | Self::Renew(lock) => lock.as_ref(),
        }
    }

    /// Returns whether the job needs a solve, whatever the others do.
    pub fn is_due(&self) -> bool {
        !matches!(self, Self::Keep(_))
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
    subdirs: BTreeMap<Subdir, LoadedSubdir>,
    /// Records that count although nothing says when they were built, where there is a cut-off.
    pub undated: usize,
}

struct LoadedSubdir {
    /// The names that the records were loaded for.
    names: BTreeSet<PackageName>,
    parts: Vec<ChannelRecords>,
    /// Whether everything is reachable from the names: nothing was left out that others depend on.
    whole: bool,
}

impl LoadedSubdir {
    fn records(&self) -> PlatformRecords<'_> {
        PlatformRecords::new(&self.parts, self.whole.then_some(&self.names))
    }
}

/// Loads what the jobs that may have to be solved can reach, all subdirs at once; without what is newer than the
/// cut-off, which all jobs share, or than the pins.
pub fn load(
    jobs: &[Job],
    source: &dyn RecordSource,
    pins: &Pins,
    observer: &dyn Observer,
) -> Result<Loaded, SourceError> {
    let mut names: BTreeMap<Subdir, BTreeSet<PackageName>> = BTreeMap::new();
    for job in jobs.iter().filter(|job| !matches!(job.work, Work::Keep(None))) {
        let wanted = job.set.requests.iter().map(|request| &request.name);
        let earlier = job.made_from.iter().flat_map(|made_from| &made_from.names);
        let of_subdir = names.entry(job.set.platform.subdir).or_default();
        of_subdir.extend(wanted.chain(earlier).cloned());
    }
    let cut_off = jobs.iter().find_map(|job| job.set.exclude_newer);
    observer.notice(Event::Loading(names.len()));
    let subdirs: BTreeMap<Subdir, LoadedSubdir> = names
        .into_par_iter()
        .map(|(subdir, names)| {
            let mut parts = source.load(subdir, &names)?;
            let mut whole = true;
            for part in &mut parts {
                let pin = pins.get(&part.channel, part.subdir);
                let Some(last) = cut_off.into_iter().chain(pin).min() else {
                    continue;
                };
                let before = part.records.len();
                part.records.retain(|record| !last.excludes(record));
                whole &= part.records.len() == before;
            }
            Ok((subdir, LoadedSubdir { names, parts, whole }))
        })
        .collect::<Result<_, _>>()?;
    observer.notice(Event::Loaded);
    let parts = subdirs.values().flat_map(|loaded| &loaded.parts);
    let dated = |part: &&ChannelRecords| cut_off.is_some() || pins.get(&part.channel, part.subdir).is_some();
    let undated = parts
        .filter(dated)
        .flat_map(|part| &part.records)
        .filter(|record| CutOff::built(record).is_none())
        .count();
    Ok(Loaded { subdirs, undated })
}

impl Loaded {
    /// Returns when the newest record of each channel and subdir was built.
    pub fn newest(&self) -> Pins {
        let mut pins = Pins::default();
        for part in self.subdirs.values().flat_map(|loaded| &loaded.parts) {
            let newest = part.records.iter().filter_map(CutOff::built).max();
            let known = pins.get(&part.channel, part.subdir);
            if let Some(newest) = newest.max(known) {
                pins.set(&part.channel, part.subdir, newest);
            }
        }
        pins
    }

    /// Returns the jobs that have to be solved, by index, whose earlier lock was made from other records than these.
    pub fn moved(&self, jobs: &[Job]) -> Vec<usize> {
        let records: BTreeMap<Subdir, PlatformRecords<'_>> = self
            .subdirs
            .iter()
            .map(|(subdir, loaded)| (*subdir, loaded.records()))
            .collect();
        let moved = |index: &usize| {
            let job = &jobs[*index];
            let due = job.made_from.as_ref().filter(|_| job.work.is_due());
            due.zip(records.get(&job.set.platform.subdir))
                .is_some_and(|(made_from, records)| {
                    records.reachable(&made_from.names).digest() != made_from.index
                })
        };
        (0..jobs.len()).into_par_iter().filter(moved).collect()
    }

    /// Turns the records into snapshots, one for each subdir that has new locks.
    pub fn into_snapshots(self, jobs: &[Job], outcomes: &[Outcome]) -> Vec<Snapshot> {
        let mut roots: BTreeMap<Subdir, BTreeMap<Digest, BTreeSet<PackageName>>> = BTreeMap::new();
        for (job, outcome) in jobs.iter().zip(outcomes) {
            if let Outcome::Solved(solved) = outcome {
                let names = job.set.requests.iter().map(|request| request.name.clone());
                let of_subdir = roots.entry(job.set.platform.subdir).or_default();
                of_subdir.insert(solved.lock.index.digest, names.collect());
            }
        }
        self.subdirs
            .into_iter()
            .filter_map(|(subdir, loaded)| {
                Some(Snapshot {
                    subdir,
                    parts: loaded.parts,
                    roots: roots.remove(&subdir)?,
                })
            })
            .collect()
    }
}

/// Computes the index digest of what can be reached from `names` in records.
pub fn index_digest(parts: &[ChannelRecords], names: &BTreeSet<PackageName>) -> Digest {
    PlatformRecords::new(parts, None).reachable(names).digest()
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
        .map(|(subdir, loaded)| (*subdir, loaded.records()))
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
                let solves = || members.iter().filter(|job| jobs[**job].work.is_due());
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

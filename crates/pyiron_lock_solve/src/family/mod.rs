//! Solves jobs that contain each other so that containment is exact by construction: the requests of the leaf decide,
//! and every lock that it contains is cut out of its solution.
//!
//! A chain has a solution if its leaf has one. Where several leaves contain one lock, each is solved with the records
//! that another has fixed; if no order works, all leaves together decide on what they share.

mod outcome;
mod prefer;

use std::collections::{BTreeMap, BTreeSet};

use pyiron_lock_core::{Lock, RecordSource, RequestSet, same_record};
use rattler_conda_types::{RepoDataRecord, Subdir};
use rattler_solve::CancellationToken;

use self::prefer::moved_in_run;
use crate::{
    plan::{Job, Outcome, Work},
    reach::{PlatformRecords, Reachable},
    solver::{Failure, solve, sorted, virtual_packages},
    stale::needed,
};

/// What all families of a run share.
pub(crate) struct Run<'f, 'r> {
    pub(crate) jobs: &'f [Job],
    pub(crate) records: &'f BTreeMap<Subdir, PlatformRecords<'r>>,
    pub(crate) source: &'f dyn RecordSource,
    pub(crate) cancel: &'f CancellationToken,
}

/// One family being solved.
struct Family<'f, 'r> {
    run: &'f Run<'f, 'r>,
    members: &'f [usize],
    records: &'f PlatformRecords<'r>,
    outcomes: &'f [Option<Outcome>],
}

/// The records of each member, by job index.
type Records = BTreeMap<usize, Vec<RepoDataRecord>>;

/// Why a family has no solution.
enum Trouble {
    /// These leaves have none, whatever the others do.
    Alone(Vec<usize>),
    /// Each leaf has one, but no records were found that all can contain.
    Together,
    /// The solver did not get to an answer.
    Failed(Failure),
}

/// Where an attempt got stuck.
enum Stuck {
    Leaf { leaf: usize, free: bool },
    Failed(Failure),
}

impl<'f, 'r> Run<'f, 'r> {
    /// Solves a family if one of its members needs a new lock or has to follow a parent that moved.
    pub(crate) fn family(
        &'f self,
        members: &'f [usize],
        outcomes: &'f [Option<Outcome>],
    ) -> Vec<(usize, Outcome)> {
        let all = |outcome: fn() -> Outcome| members.iter().map(|member| (*member, outcome())).collect();
        let leads: BTreeMap<usize, usize> = members
            .iter()
            .filter_map(|member| Some((*member, self.lead(*member, outcomes)?)))
            .collect();
        let due = |member: &usize| self.jobs[*member].work.is_due();
        if leads.is_empty() && !members.iter().any(due) {
            return all(|| Outcome::Kept);
        }
        if self.cancel.is_cancelled() {
            return all(|| Outcome::Cancelled);
        }
        let subdir = members
            .first()
            .map_or(Subdir::NoArch, |first| self.jobs[*first].set.platform.subdir);
        let Some(records) = self.records.get(&subdir) else {
            let refused = || Outcome::Refused(format!("no records were loaded for {subdir}"));
            return members.iter().map(|member| (*member, refused())).collect();
        };
        let family = Family {
            run: self,
            members,
            records,
            outcomes,
        };
        let cause = leads.values().next().copied();
        let cause = cause.or_else(|| members.iter().copied().find(due));
        let (found, states) = rayon::join(|| family.settle(), || family.index_states());
        match found {
            Ok(found) => family.locks(found, states, &leads, cause),
            Err(trouble) => family.failed(trouble),
        }
    }

    /// Returns the parent whose new records a kept lock has otherwise, if one moved in this run.
    fn lead(&self, member: usize, outcomes: &[Option<Outcome>]) -> Option<usize> {
        let job = &self.jobs[member];
        let Work::Keep(Some(lock)) = &job.work else {
            return None;
        };
        job.parents.iter().copied().find(|parent| {
            moved_in_run(&self.jobs[*parent], outcomes[*parent].as_ref()).any(|record| {
                lock.record(record.package_record.name.as_normalized())
                    .is_some_and(|own| !same_record(own, record))
            })
        })
    }
}

impl<'f, 'r> Family<'f, 'r> {
    fn job(&self, member: usize) -> &'f Job {
        &self.run.jobs[member]
    }

    /// Returns what a member contains, nearest first.
    fn ancestors(&self, member: usize) -> impl Iterator<Item = usize> + use<'f, 'r> {
        let jobs = self.run.jobs;
        std::iter::successors(jobs[member].contains, move |at| jobs[*at].contains)
    }

    /// Returns the members that no other contains, in order.
    fn leaves(&self) -> Vec<usize> {
        let contained = |leaf: &usize| {
            let contains = |member: &usize| self.job(*member).contains == Some(*leaf);
            self.members.iter().any(contains)
        };
        self.members
            .iter()
            .copied()
            .filter(|leaf| !contained(leaf))
            .collect()
    }

    /// Returns the lock of a job of another family, as it is after this run.
    fn lock_elsewhere(&self, job: usize) -> Option<&'f Lock> {
        match (self.outcomes.get(job)?, &self.run.jobs[job].work) {
            (Some(Outcome::Solved(solved)), _) => Some(&solved.lock),
            (Some(_), Work::Keep(lock)) => lock.as_ref(),
            _ => None,
        }
    }

    /// Finds the records of every member.
    fn settle(&self) -> Result<Records, Trouble> {
        let leaves = self.leaves();
        let mut alone = Vec::new();
        for first in &leaves {
            let others = leaves.iter().filter(|leaf| *leaf != first);
            let order: Vec<usize> = std::iter::once(first).chain(others).copied().collect();
            match self.attempt(&order, Records::new()) {
                Ok(found) => return Ok(found),
                Err(Stuck::Leaf { leaf, free: true }) => alone.push(leaf),
                Err(Stuck::Leaf { .. }) => {}
                Err(Stuck::Failed(failure)) => return Err(Trouble::Failed(failure)),
            }
        }
        if !alone.is_empty() {
            return Err(Trouble::Alone(alone));
        }
        let all = match self.solve(&self.union(&leaves), &leaves, &[]) {
            Ok(all) => all,
            Err(Failure::Unsolvable) => return Err(Trouble::Together),
            Err(failure) => return Err(Trouble::Failed(failure)),
        };
        let shared = self.members.iter().filter(|member| {
            let above = |leaf: &&usize| self.ancestors(**leaf).any(|ancestor| ancestor == **member);
            leaves.iter().filter(above).count() > 1
        });
        let fixed = shared
            .map(|member| (*member, cut_out(&all, &self.job(*member).set)))
            .collect();
        self.attempt(&leaves, fixed).map_err(|stuck| match stuck {
            Stuck::Leaf { .. } => Trouble::Together,
            Stuck::Failed(failure) => Trouble::Failed(failure),
        })
    }

    /// Solves leaf after leaf; what one has fixed for a lock that they share holds for the next.
    fn attempt(&self, order: &[usize], mut found: Records) -> Result<Records, Stuck> {
        for leaf in order {
            let set = &self.job(*leaf).set;
            let nearest = self.ancestors(*leaf).find_map(|ancestor| found.get(&ancestor));
            let fixed = nearest.map(Vec::as_slice).unwrap_or_default();
            let free = nearest.is_none();
            let solution = self
                .solve(set, &[*leaf], fixed)
                .map_err(|failure| match failure {
                    Failure::Unsolvable => Stuck::Leaf { leaf: *leaf, free },
                    failure => Stuck::Failed(failure),
                })?;
            for ancestor in self.ancestors(*leaf) {
                found
                    .entry(ancestor)
                    .or_insert_with(|| cut_out(&solution, &self.job(ancestor).set));
            }
            found.insert(*leaf, solution);
        }
        Ok(found)
    }

    fn solve(
        &self,
        set: &RequestSet,
        leaves: &[usize],
        fixed: &[RepoDataRecord],
    ) -> Result<Vec<RepoDataRecord>, Failure> {
        let reachable = self.reachable(set);
        let preferred = self.preferred(&reachable, set, leaves);
        let fixed = fixed.iter().filter_map(|record| self.offered(record)).collect();
        self.solve_with(set, &reachable, preferred, fixed)
    }

    fn solve_with(
        &self,
        set: &RequestSet,
        reachable: &Reachable<'r>,
        preferred: Vec<&'r RepoDataRecord>,
        fixed: Vec<&'r RepoDataRecord>,
    ) -> Result<Vec<RepoDataRecord>, Failure> {
        let specs = sorted(set.requests.iter().collect())
            .into_iter()
            .map(|request| request.spec.clone())
            .collect();
        let promised = virtual_packages(&set.platform);
        solve(reachable, &promised, specs, preferred, fixed, self.run.cancel)
    }

    fn reachable(&self, set: &RequestSet) -> Reachable<'r> {
        self.records
            .reachable(set.requests.iter().map(|request| &request.name))
    }

    /// Returns the requests of several members as one set.
    fn union(&self, members: &[usize]) -> RequestSet {
        let mut sets = members.iter().map(|member| &self.job(*member).set);
        let mut union = match sets.next() {
            Some(first) => first.clone(),
            None => self.job(self.members[0]).set.clone(),
        };
        for request in sets.flat_map(|set| &set.requests) {
            if union
                .requests
                .iter()
                .all(|known| known.canonical != request.canonical)
            {
                union.requests.push(request.clone());
            }
        }
        union
    }
}

/// Returns the records of a solution that a smaller request set needs.
fn cut_out(solution: &[RepoDataRecord], set: &RequestSet) -> Vec<RepoDataRecord> {
    let by_name = solution
        .iter()
        .map(|record| (record.package_record.name.as_normalized(), record))
        .collect();
    let needed: BTreeSet<&str> = needed(&by_name, set);
    solution
        .iter()
        .filter(|record| needed.contains(record.package_record.name.as_normalized()))
        .cloned()
        .collect()
}

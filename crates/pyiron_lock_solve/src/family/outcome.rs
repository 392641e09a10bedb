//! From the records of a family to what became of each member: locks, what they moved, or why there are none.

use std::collections::BTreeMap;

use pyiron_lock_core::{Contained, IndexState, Lock, RequestSet, same_record};
use rattler_conda_types::RepoDataRecord;
use rayon::prelude::*;

use super::{Family, Records, Trouble};
use crate::{
    explain::explain,
    inherit::{Moved, moved_from_parent},
    plan::{Apart, Outcome, Solved, Unsolvable, Work},
    solver::{Failure, SOLVER},
    stale::stale_reasons,
};

impl Family<'_, '_> {
    /// Returns the index records that each member can reach, in short.
    pub(super) fn index_states(&self) -> Vec<IndexState> {
        let state = |member: &usize| self.reachable(&self.job(*member).set).state();
        self.members.par_iter().map(state).collect()
    }

    /// Makes the locks out of what was found.
    pub(super) fn locks(
        &self,
        mut found: Records,
        states: Vec<IndexState>,
        leads: &BTreeMap<usize, usize>,
        cause: Option<usize>,
    ) -> Vec<(usize, Outcome)> {
        let mut locks: BTreeMap<usize, Lock> = self
            .members
            .iter()
            .zip(states)
            .map(|(member, state)| {
                let records = found.remove(member).unwrap_or_default();
                let lock = Lock::new(&self.job(*member).set, records, state, SOLVER.to_owned());
                (*member, lock)
            })
            .collect();
        for member in self.members {
            let contained = self.job(*member).contains.and_then(|parent| {
                let lock = locks.get(&parent)?;
                Some(Contained {
                    tier: lock.tier.clone()?,
                    records: lock.records_digest(),
                })
            });
            if let Some(lock) = locks.get_mut(member) {
                lock.contains = contained;
            }
        }
        let unfit = locks
            .iter()
            .map(|(member, lock)| (*member, stale_reasons(lock, &self.job(*member).set)))
            .find(|(_, reasons)| !reasons.is_empty());
        if let Some((member, reasons)) = unfit {
            return self.all_wait(BTreeMap::from([(member, Outcome::Unfit(reasons))]));
        }
        let outcome = |member: &usize| {
            let lock = &locks[member];
            match &self.job(*member).work {
                Work::Keep(Some(kept)) if same_records(kept, lock) && kept.contains == lock.contains => {
                    Ok((*member, Outcome::Kept))
                }
                work => {
                    let follows = match work {
                        Work::Keep(_) => leads.get(member).copied().or(cause),
                        Work::Solve(_) | Work::Renew(_) => None,
                    };
                    let solved = Solved {
                        moved: self.moved(*member, &locks),
                        apart: self.apart(*member, &locks)?,
                        lock: lock.clone(),
                        earlier: work.on_disk().cloned(),
                        follows,
                    };
                    Ok((*member, Outcome::Solved(Box::new(solved))))
                }
            }
        };
        match self
            .members
            .par_iter()
            .map(outcome)
            .collect::<Result<Vec<_>, _>>()
        {
            Ok(outcomes) => outcomes,
            Err(failure) => self.failed(Trouble::Failed(failure)),
        }
    }

    /// Lists what a member has otherwise than the parents it prefers.
    fn moved(&self, member: usize, locks: &BTreeMap<usize, Lock>) -> Vec<(usize, Vec<Moved>)> {
        let job = self.job(member);
        let parents = job.parents.iter().filter_map(|parent| {
            let lock = locks.get(parent).or_else(|| self.lock_elsewhere(*parent))?;
            Some((*parent, lock))
        });
        parents
            .map(|(parent, lock)| {
                (
                    parent,
                    moved_from_parent(lock, &locks[&member], &job.set, |record| {
                        self.offered(record).is_some()
                    }),
                )
            })
            .filter(|(_, moved)| !moved.is_empty())
            .collect()
    }

    /// Compares a contained lock with what it would be alone; not where earlier locks had a say.
    fn apart(&self, member: usize, locks: &BTreeMap<usize, Lock>) -> Result<Option<Apart>, Failure> {
        let contains = |leaf: &usize| self.ancestors(*leaf).any(|ancestor| ancestor == member);
        let fresh = self
            .members
            .iter()
            .all(|member| self.job(*member).work.earlier().is_none());
        let Some(leaf) = self.leaves().into_iter().find(contains).filter(|_| fresh) else {
            return Ok(None);
        };
        let (own, set) = (&locks[&member], &self.job(member).set);
        let reachable = self.reachable(set);
        let preferred = self.preferred(&reachable, set, &[member]);
        let records = self.solve_with(set, &reachable, preferred, Vec::new())?;
        let alone = Lock::new(set, records, own.index, SOLVER.to_owned());
        let has = |lock: &Lock, name: &str| lock.record(name).is_some();
        let only = |lock: &Lock, other: &Lock| -> Vec<String> {
            let names = lock
                .records
                .iter()
                .map(|record| record.package_record.name.as_normalized());
            names
                .filter(|name| !has(other, name))
                .map(str::to_owned)
                .collect()
        };
        let offered = |record: &RepoDataRecord| self.offered(record).is_some();
        let mut moved = moved_from_parent(&alone, &locks[&leaf], &self.job(leaf).set, offered);
        moved.retain(|moved| has(own, &moved.name));
        let apart = Apart {
            leaf,
            moved,
            added: only(own, &alone),
            dropped: only(&alone, own),
        };
        let differs = !(apart.moved.is_empty() && apart.added.is_empty() && apart.dropped.is_empty());
        Ok(differs.then_some(apart))
    }

    /// Says for every member what became of it where there is no solution.
    pub(super) fn failed(&self, trouble: Trouble) -> Vec<(usize, Outcome)> {
        let told = match trouble {
            Trouble::Alone(leaves) => leaves
                .into_iter()
                .map(|leaf| self.explained_alone(leaf))
                .collect(),
            Trouble::Together => {
                let leaves = self.leaves();
                let last = leaves.last().copied().unwrap_or(self.members[0]);
                let mut set = self.union(&leaves);
                set.tier = self.job(last).set.tier.clone();
                BTreeMap::from([(last, self.explained(set, leaves))])
            }
            Trouble::Failed(Failure::Refused(message)) => {
                BTreeMap::from([(self.members[0], Outcome::Refused(message))])
            }
            Trouble::Failed(_) => BTreeMap::new(),
        };
        if told.is_empty() || told.values().any(|outcome| matches!(outcome, Outcome::Cancelled)) {
            return self
                .members
                .iter()
                .map(|member| (*member, Outcome::Cancelled))
                .collect();
        }
        self.all_wait(told)
    }

    /// Explains the first of a leaf and what it contains whose own requests cannot be satisfied.
    fn explained_alone(&self, leaf: usize) -> (usize, Outcome) {
        let mut path: Vec<usize> = self.ancestors(leaf).collect();
        path.reverse();
        for member in path {
            match self.solve(&self.job(member).set, &[member], &[]) {
                Ok(_) => {}
                Err(Failure::Unsolvable) => {
                    return (member, self.explained(self.job(member).set.clone(), Vec::new()));
                }
                Err(Failure::Cancelled) => return (member, Outcome::Cancelled),
                Err(Failure::Refused(message)) => return (member, Outcome::Refused(message)),
            }
        }
        (leaf, self.explained(self.job(leaf).set.clone(), Vec::new()))
    }

    fn explained(&self, set: RequestSet, together: Vec<usize>) -> Outcome {
        let names = || self.run.source.names(set.platform.subdir);
        let explanation = match explain(&set, self.records, names, self.run.cancel) {
            Ok(explanation) => explanation,
            Err(Failure::Cancelled) => return Outcome::Cancelled,
            Err(Failure::Refused(message)) => return Outcome::Refused(message),
            Err(Failure::Unsolvable) => Default::default(),
        };
        Outcome::Unsolvable(Box::new(Unsolvable {
            set,
            together,
            explanation,
        }))
    }

    /// Gives the outcomes told, and lets every other member wait for the first of them.
    fn all_wait(&self, mut told: BTreeMap<usize, Outcome>) -> Vec<(usize, Outcome)> {
        let first = told.keys().next().copied().unwrap_or_default();
        let outcome = |member: &usize| (*member, told.remove(member).unwrap_or(Outcome::Waits(first)));
        self.members.iter().map(outcome).collect()
    }
}

fn same_records(a: &Lock, b: &Lock) -> bool {
    a.records.len() == b.records.len() && a.records.iter().zip(&b.records).all(|(a, b)| same_record(a, b))
}

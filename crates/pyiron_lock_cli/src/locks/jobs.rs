//! What there is to do for the locks of a run, as the solver wants to know it.

use std::{collections::BTreeSet, path::Path};

use pyiron_lock_core::index::dependency_name;
use pyiron_lock_lockfile::Stamp;
use pyiron_lock_solve::{Job, MadeFrom, Work};
use rattler_conda_types::PackageName;

use super::{Item, Plan, State, read_lock};
use crate::{failure::Failure, files::read_lock_text};

impl Plan {
    /// Returns the jobs for the solver; locks that stay are read only where a stale one bears on them.
    pub(crate) fn jobs(&self) -> Result<Vec<Job>, Failure> {
        let read = self.in_reach();
        let job = |(index, item): (usize, &Item)| {
            let work = match &item.state {
                State::Stale { earlier, .. } => Work::Solve(earlier.as_deref().cloned()),
                _ if read.contains(&index) => Work::Keep(read_lock(&item.path)?),
                _ => Work::Keep(None),
            };
            Ok(item.job(work))
        };
        self.items.iter().enumerate().map(job).collect()
    }

    /// Returns jobs that make every lock anew.
    pub(crate) fn jobs_to_renew(&self) -> Result<Vec<Job>, Failure> {
        let job = |item: &Item| {
            let earlier = match &item.state {
                State::Stale { earlier, .. } => earlier.as_deref().cloned(),
                State::Current | State::Fits => read_lock(&item.path)?,
            };
            Ok(item.job(Work::Renew(earlier)))
        };
        self.items.iter().map(job).collect()
    }

    /// Takes what a lock was made from out of the lock of the same name in another folder, where it has none here.
    pub(crate) fn look_in(&mut self, folder: &Path) {
        for item in self.items.iter_mut().filter(|item| item.stamp.is_none()) {
            let Some(tier) = &item.set.tier else { continue };
            let path = folder
                .join(tier.as_str())
                .join(format!("{}.lock", item.set.platform.name));
            item.stamp = read_lock_text(&path)
                .ok()
                .and_then(|text| Stamp::read(&text).ok());
        }
    }

    /// Returns the locks that can move in this run, being stale, in the family of one that can, or building on one;
    /// and those whose records they prefer.
    fn in_reach(&self) -> BTreeSet<usize> {
        let related = |index: usize| {
            let item = &self.items[index];
            item.parents.iter().copied().chain(item.contains)
        };
        let mut moving: BTreeSet<usize> = (0..self.items.len())
            .filter(|index| matches!(self.items[*index].state, State::Stale { .. }))
            .collect();
        loop {
            let above = moving.iter().filter_map(|index| self.items[*index].contains);
            let below = (0..self.items.len()).filter(|index| related(*index).any(|at| moving.contains(&at)));
            let grown: BTreeSet<usize> = moving.iter().copied().chain(above).chain(below).collect();
            if grown.len() == moving.len() {
                break;
            }
            moving = grown;
        }
        let preferred = moving.iter().flat_map(|index| related(*index));
        moving.iter().copied().chain(preferred).collect()
    }
}

impl Item {
    fn job(&self, work: Work) -> Job {
        Job {
            set: self.set.clone(),
            work,
            parents: self.parents.clone(),
            contains: self.contains,
            made_from: self.stamp.as_ref().map(made_from),
        }
    }
}

fn made_from(stamp: &Stamp) -> MadeFrom {
    let names = stamp
        .requests
        .iter()
        .filter_map(|request| PackageName::try_from(dependency_name(&request.spec).as_ref()).ok());
    MadeFrom {
        index: stamp.index_digest,
        names: names.collect(),
    }
}

//! Which records the solver should rather take, so that little moves.

use std::collections::BTreeMap;

use pyiron_lock_core::{RequestSet, same_record};
use rattler_conda_types::RepoDataRecord;

use super::Family;
use crate::{
    plan::{Job, Outcome},
    reach::Reachable,
    stale::record_meets,
};

/// Returns the records that a job got instead of others of its earlier lock.
pub(super) fn moved_in_run<'a>(
    job: &'a Job,
    outcome: Option<&'a Outcome>,
) -> impl Iterator<Item = &'a RepoDataRecord> {
    let moved = match (outcome, job.work.earlier()) {
        (Some(Outcome::Solved(solved)), Some(earlier)) => Some((&solved.lock, earlier)),
        _ => None,
    };
    moved.into_iter().flat_map(|(lock, earlier)| {
        lock.records.iter().filter(|record| {
            earlier
                .record(record.package_record.name.as_normalized())
                .is_some_and(|before| !same_record(before, record))
        })
    })
}

impl<'f, 'r> Family<'f, 'r> {
    /// Picks, for each name, the first record that the solver may choose: of what a parent moved to in this run,
    /// else of the earlier locks, else of the parents.
    ///
    /// The index has to offer exactly that record, from the channel that has priority, and every request for the name
    /// has to accept it: the solver takes a preferred record even against priority and the channel of a request.
    pub(super) fn preferred(
        &self,
        reachable: &Reachable<'r>,
        set: &RequestSet,
        leaves: &[usize],
    ) -> Vec<&'r RepoDataRecord> {
        let path: Vec<usize> = leaves
            .iter()
            .flat_map(|leaf| std::iter::once(*leaf).chain(self.ancestors(*leaf)))
            .collect();
        let jobs = path.iter().map(|member| self.job(*member));
        let parents = || jobs.clone().flat_map(|job| job.parents.iter().copied());
        let moved = parents().flat_map(|parent| {
            let outcome = self.outcomes.get(parent).and_then(Option::as_ref);
            moved_in_run(&self.run.jobs[parent], outcome)
        });
        let earlier = jobs.clone().filter_map(|job| job.work.earlier());
        let locks = earlier.chain(parents().filter_map(|parent| self.lock_elsewhere(parent)));
        let wanted = moved.chain(locks.flat_map(|lock| &lock.records));

        let mut chosen: BTreeMap<&str, &'r RepoDataRecord> = BTreeMap::new();
        for record in wanted {
            let name = record.package_record.name.as_normalized();
            if !chosen.contains_key(name)
                && reachable.reaches(name)
                && let Some(offered) = self.choosable(record, set)
            {
                chosen.insert(name, offered);
            }
        }
        chosen.into_values().collect()
    }

    fn choosable(&self, record: &RepoDataRecord, set: &RequestSet) -> Option<&'r RepoDataRecord> {
        let offered = self.offered(record)?;
        let name = record.package_record.name.as_normalized();
        let mut requests = set
            .requests
            .iter()
            .filter(|request| request.name.as_normalized() == name);
        let channel_asked = requests.clone().any(|request| request.spec.channel.is_some());
        let first = self.records.named(name).first().map(|record| &record.channel);
        let in_channel = channel_asked || first == Some(&offered.channel);
        (in_channel && requests.all(|request| record_meets(&request.spec, offered))).then_some(offered)
    }

    /// Returns the record as the index has it.
    pub(super) fn offered(&self, record: &RepoDataRecord) -> Option<&'r RepoDataRecord> {
        let named = self.records.named(record.package_record.name.as_normalized());
        named.into_iter().find(|offered| same_record(offered, record))
    }
}

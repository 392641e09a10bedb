//! From many requests to the fewest that already exclude each other.

use pyiron_lock_core::Request;
use rattler_conda_types::GenericVirtualPackage;
use rattler_solve::CancellationToken;
use rayon::prelude::*;

use super::conflict::{Conflict, Verdict, check};
use crate::{reach::PlatformRecords, solver::Failure};

/// The most subsets that are tried in search of a smaller conflict than the minimal one already found.
const SUBSET_BUDGET: usize = 150;

/// What the search needs to ask.
pub(super) struct Search<'s, 'a> {
    pub(super) records: &'s PlatformRecords<'a>,
    pub(super) virtual_packages: &'s [GenericVirtualPackage],
    pub(super) requests: &'s [Request],
    pub(super) cancel: &'s CancellationToken,
}

/// Requests that exclude each other, by index, and the conflict among exactly them.
pub(super) struct Core {
    pub(super) requests: Vec<usize>,
    pub(super) conflict: Conflict,
}

impl Search<'_, '_> {
    /// Returns a smallest set of conflicting requests among `among`, or nothing if they fit together.
    ///
    /// The set is always minimal (dropping any line makes the rest solvable). It is the smallest there is
    /// when all smaller subsets of `among` number at most [`SUBSET_BUDGET`], and the smallest within the
    /// solver's own conflict otherwise.
    pub(super) fn core(&self, among: &[usize]) -> Result<Option<Core>, Failure> {
        let Verdict::Unsolvable(conflict) = self.check(among)? else {
            return Ok(None);
        };
        let mut suspects: Vec<usize> = conflict.requests.keys().map(|index| among[*index]).collect();
        if suspects.is_empty() || matches!(self.check(&suspects)?, Verdict::Solvable) {
            suspects = among.to_vec();
        }
        let minimal = self.minimal(suspects.clone())?;
        let pool = if subsets_below(among.len(), minimal.len()) <= SUBSET_BUDGET {
            among
        } else {
            &suspects
        };
        let requests = self.smaller(pool, minimal.len())?.unwrap_or(minimal);
        match self.check(&requests)? {
            Verdict::Unsolvable(conflict) => Ok(Some(Core { requests, conflict })),
            Verdict::Solvable => Ok(None),
        }
    }

    /// Drops every request that the conflict does without.
    fn minimal(&self, mut requests: Vec<usize>) -> Result<Vec<usize>, Failure> {
        let mut position = requests.len();
        while position > 0 {
            position -= 1;
            let mut fewer = requests.clone();
            fewer.remove(position);
            if !fewer.is_empty() && matches!(self.check(&fewer)?, Verdict::Unsolvable(_)) {
                requests = fewer;
            }
        }
        Ok(requests)
    }

    /// Looks for a conflict with fewer than `size` requests; the first in order of size, then of lines.
    fn smaller(&self, pool: &[usize], size: usize) -> Result<Option<Vec<usize>>, Failure> {
        if subsets_below(pool.len(), size) > SUBSET_BUDGET {
            return Ok(None);
        }
        for count in 1..size {
            let found = subsets(pool, count)
                .into_par_iter()
                .map(|subset| match self.check(&subset) {
                    Ok(Verdict::Solvable) => None,
                    Ok(Verdict::Unsolvable(_)) => Some(Ok(subset)),
                    Err(failure) => Some(Err(failure)),
                })
                .find_first(Option::is_some)
                .flatten();
            if let Some(found) = found {
                return found.map(Some);
            }
        }
        Ok(None)
    }

    fn check(&self, indices: &[usize]) -> Result<Verdict, Failure> {
        let requests: Vec<&Request> = indices.iter().map(|index| &self.requests[*index]).collect();
        check(self.records, self.virtual_packages, &requests, self.cancel)
    }
}

/// Returns how many subsets of `n` things have at least one and fewer than `size` members.
fn subsets_below(n: usize, size: usize) -> usize {
    let mut total = 0usize;
    let mut choose = 1usize;
    for count in 1..size {
        choose = choose.saturating_mul(n.saturating_sub(count - 1)) / count;
        total = total.saturating_add(choose);
    }
    total
}

fn subsets(pool: &[usize], count: usize) -> Vec<Vec<usize>> {
    if count == 0 {
        return vec![Vec::new()];
    }
    (0..pool.len())
        .flat_map(|first| {
            subsets(&pool[first + 1..], count - 1)
                .into_iter()
                .map(move |mut rest| {
                    rest.insert(0, pool[first]);
                    rest
                })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{subsets, subsets_below};

    #[test]
    fn subsets_come_in_order_and_are_counted_beforehand() {
        assert_eq!(subsets(&[1, 2, 3], 2), [[1, 2], [1, 3], [2, 3]]);
        assert_eq!(subsets_below(3, 1), 0);
        assert_eq!(subsets_below(9, 4), 9 + 36 + 84);
        assert!(subsets_below(10_000, 40) > 1_000_000);
    }
}

//! Who needs whom in a lock: the shortest way from a request to a record. Versions are not compared here.

use std::{
    borrow::Cow,
    collections::{HashMap, VecDeque},
};

use pyiron_lock_core::index::needed_names;
use pyiron_lock_lockfile::{AnyLock, LockEntry};

/// The records of a lock by name, with the names that each needs.
#[derive(Debug)]
pub struct Closure<'a> {
    entries: &'a [LockEntry],
    /// The first record of each name.
    by_name: HashMap<&'a str, usize>,
    /// What each record needs, sorted, virtual packages and names without a record included.
    needs: Vec<Vec<Cow<'a, str>>>,
    /// The records among them, in the same order.
    edges: Vec<Vec<usize>>,
}

impl<'a> Closure<'a> {
    /// Reads the names of a lock; of two records of one name the first counts.
    pub fn new(lock: &'a AnyLock) -> Self {
        let mut by_name = HashMap::with_capacity(lock.entries.len());
        for (index, entry) in lock.entries.iter().enumerate() {
            by_name.entry(name_of(entry)).or_insert(index);
        }
        let needs: Vec<Vec<Cow<'a, str>>> = lock
            .entries
            .iter()
            .map(|entry| {
                let mut names: Vec<_> = needed_names(&entry.record).collect();
                names.sort();
                names.dedup();
                names
            })
            .collect();
        let edges = needs
            .iter()
            .map(|names| {
                names
                    .iter()
                    .filter_map(|name| by_name.get(&**name).copied())
                    .collect()
            })
            .collect();
        Self {
            entries: &lock.entries,
            by_name,
            needs,
            edges,
        }
    }

    /// Returns the record of that normalized name.
    pub fn record(&self, name: &str) -> Option<&'a LockEntry> {
        self.by_name.get(name).map(|index| &self.entries[*index])
    }

    /// Returns the normalized names that a record needs, sorted, virtual packages and names without a record
    /// included; none for a name without a record.
    pub fn needs(&self, name: &str) -> &[Cow<'a, str>] {
        self.by_name
            .get(name)
            .map_or(&[], |index| self.needs[*index].as_slice())
    }

    /// Returns the names of the records that no other record needs, sorted: the likely requests of a lock that
    /// does not say what was asked for.
    pub fn roots(&self) -> Vec<&'a str> {
        let mut needed = vec![false; self.entries.len()];
        for (from, targets) in self.edges.iter().enumerate() {
            for target in targets.iter().filter(|target| **target != from) {
                needed[*target] = true;
            }
        }
        let free = |(_, index): &(&&'a str, &usize)| !needed[**index];
        let mut roots: Vec<_> = self.by_name.iter().filter(free).map(|(name, _)| *name).collect();
        roots.sort_unstable();
        roots
    }

    /// Returns the shortest way from one of `roots` to a name, each step as `name version`; of several the first by
    /// alphabet. `None` where no root leads there.
    pub fn path<R: AsRef<str>>(&self, roots: &[R], name: &str) -> Option<Vec<String>> {
        let way = self.way(roots, *self.by_name.get(name)?)?;
        Some(way.into_iter().map(|index| step(&self.entries[index])).collect())
    }

    fn way<R: AsRef<str>>(&self, roots: &[R], goal: usize) -> Option<Vec<usize>> {
        let mut starts: Vec<&str> = roots.iter().map(AsRef::as_ref).collect();
        starts.sort_unstable();
        // Where each record was reached from; a start is reached from itself.
        let mut from: Vec<Option<usize>> = vec![None; self.entries.len()];
        let mut queue = VecDeque::new();
        for start in starts.iter().filter_map(|name| self.by_name.get(name)) {
            if from[*start].is_none() {
                from[*start] = Some(*start);
                queue.push_back(*start);
            }
        }
        while from[goal].is_none() {
            let here = queue.pop_front()?;
            for next in &self.edges[here] {
                if from[*next].is_none() {
                    from[*next] = Some(here);
                    queue.push_back(*next);
                }
            }
        }
        let mut way = vec![goal];
        let mut here = goal;
        while let Some(before) = from[here].filter(|before| *before != here) {
            way.push(before);
            here = before;
        }
        way.reverse();
        Some(way)
    }
}

/// Returns the normalized name of a record.
pub(crate) fn name_of(entry: &LockEntry) -> &str {
    entry.record.package_record.name.as_normalized()
}

/// Returns a record as `name version`.
pub(crate) fn step(entry: &LockEntry) -> String {
    format!("{} {}", name_of(entry), entry.record.package_record.version)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::lock;

    #[test]
    fn the_shortest_way_wins_and_then_the_alphabet() {
        let lock = lock(&[
            ("top 1", &["mid >=1", "zeta", "alpha"]),
            ("mid 1", &["leaf"]),
            ("zeta 2", &["deep"]),
            ("alpha 3", &["deep", "__glibc >=2.28"]),
            ("leaf 1", &["deep"]),
            ("deep 4", &["top"]),
            ("other 5", &[]),
        ]);
        let closure = Closure::new(&lock);
        let path = |roots: &[&str], name| closure.path(roots, name).map(|path| path.join(" > "));
        assert_eq!(
            path(&["top"], "deep").as_deref(),
            Some("top 1 > alpha 3 > deep 4")
        );
        assert_eq!(
            path(&["zeta", "top", "mid"], "deep").as_deref(),
            Some("zeta 2 > deep 4")
        );
        assert_eq!(path(&["top"], "top").as_deref(), Some("top 1"));
        assert_eq!(path(&["top", "absent"], "other"), None);
        assert_eq!(path(&["top"], "absent"), None);
        assert_eq!(closure.needs("alpha"), ["__glibc", "deep"]);
        assert_eq!(closure.needs("absent"), [""; 0]);
        assert_eq!(closure.roots(), ["other"]);
        assert!(closure.record("leaf").is_some() && closure.record("absent").is_none());
    }
}

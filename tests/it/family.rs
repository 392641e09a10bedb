//! Tiers that contain each other, on small random problems: containment is exact, or there is no solution and the
//! right tier is told; what a contained lock has otherwise than alone is reported.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use pyiron_lock_core::{Lock, Pins, Platform, RequestSet, SourceFile, same_record};
use pyiron_lock_solve::{
    CancellationToken, Job, Outcome, Solved, Work, load, not_contained, run, stale_reasons,
};
use pyiron_lock_spec::{Manifest, compose, read_environment, read_manifest};
use rattler_conda_types::{MatchSpec, RepoDataRecord, Subdir};

use crate::oracle::{Asked, Problem, Silent, is_solution, solvable, spec};

/// Packages, and tiers: what each asks for and which earlier tier it contains.
#[derive(Debug, Clone)]
struct Family {
    problem: Problem,
    tiers: Vec<(Vec<Asked>, Option<usize>)>,
}

impl Family {
    fn manifest(&self) -> Manifest {
        let tiers: String = (0..self.tiers.len())
            .map(|tier| {
                let contains = self.tiers[tier].1.map(|parent| format!(", contains: t{parent}"));
                format!(
                    "  t{tier}: {{ spec: t{tier}.yml{} }}\n",
                    contains.unwrap_or_default()
                )
            })
            .collect();
        let text = format!(
            "channels: [forge]\nplatforms:\n  linux-64: {{ virtual-packages: {{ __glibc: '2.28', __linux: '4.18' }} }}\ntiers:\n{tiers}"
        );
        let reading = read_manifest(&SourceFile::new("tiers.yml", text));
        reading.value.unwrap_or_else(|| panic!("{:?}", reading.findings))
    }

    /// Returns the request set of every tier, unless the files already exclude each other.
    fn sets(&self) -> Option<Vec<RequestSet>> {
        let manifest = self.manifest();
        let mut files = BTreeMap::new();
        for (tier, (asked, _)) in manifest.tiers.iter().zip(&self.tiers) {
            let lines: String = asked
                .iter()
                .map(|(p, v, exact)| format!("  - {}\n", spec(*p, *v, *exact)))
                .collect();
            let text = format!("channels: [forge, nodefaults]\ndependencies:\n{lines}");
            let file = read_environment(&SourceFile::new(tier.spec.value.as_str(), text), None).value?;
            files.insert(tier.name.clone(), file);
        }
        let platform = Platform::new("linux-64".parse().unwrap(), Subdir::Linux64, []);
        let compose = |tier| {
            let reading = compose(&manifest, &files, tier, &platform, &[self.problem.named()]);
            reading
                .value
                .filter(|_| reading.findings.iter().all(|finding| !finding.is_error()))
        };
        manifest.tiers.iter().map(|tier| compose(&tier.name)).collect()
    }

    fn solve(&self, sets: &[RequestSet], work: impl Fn(usize) -> Work) -> Vec<Outcome> {
        let jobs: Vec<Job> = sets
            .iter()
            .enumerate()
            .map(|(tier, set)| Job {
                set: set.clone(),
                work: work(tier),
                parents: Vec::new(),
                contains: self.tiers[tier].1,
                made_from: None,
            })
            .collect();
        let channel = self.problem.channel();
        let loaded = load(&jobs, &channel, &Pins::default(), &Silent).unwrap();
        run(&jobs, &loaded, &channel, &Silent, &CancellationToken::new())
    }

    /// Solves one tier as if no other existed.
    fn alone(&self, set: &RequestSet) -> Lock {
        let mut set = set.clone();
        set.contains = None;
        let alone = Family {
            problem: self.problem.clone(),
            tiers: vec![(Vec::new(), None)],
        };
        let mut outcomes = alone.solve(&[set], |_| Work::Solve(None));
        solved(&outcomes.remove(0)).unwrap().lock.clone()
    }

    fn leaves(&self) -> Vec<usize> {
        let contained: BTreeSet<usize> = self.tiers.iter().filter_map(|(_, parent)| *parent).collect();
        (0..self.tiers.len())
            .filter(|tier| !contained.contains(tier))
            .collect()
    }
}

fn solved(outcome: &Outcome) -> Option<&Solved> {
    match outcome {
        Outcome::Solved(solved) => Some(solved),
        _ => None,
    }
}

fn specs<'s>(sets: impl IntoIterator<Item = &'s RequestSet>) -> Vec<MatchSpec> {
    let requests = sets.into_iter().flat_map(|set| &set.requests);
    requests.map(|request| request.spec.clone()).collect()
}

/// Packages of three versions that often need another one in an exact version, so that a leaf moves what others have.
fn packages() -> impl Strategy<Value = Problem> {
    (4usize..=8).prop_flat_map(|count| {
        let dependency = (
            0..count,
            1usize..=3,
            prop::bool::weighted(0.6),
            prop::bool::weighted(0.3),
        );
        let version = prop::collection::vec(dependency, 0..=1);
        let package = prop::collection::vec(version, 3);
        let packages = prop::collection::vec(package, count);
        packages.prop_map(|packages| Problem {
            packages,
            requests: Vec::new(),
        })
    })
}

fn asked(count: usize) -> impl Strategy<Value = Vec<Asked>> {
    let asked = (0..count, 1usize..=3, prop::bool::weighted(0.4));
    let lowest =
        asked.prop_map(|(package, version, exact)| (package, if exact { version } else { 1 }, exact));
    prop::collection::vec(lowest, 1..=2)
}

/// A chain of up to four tiers.
fn chain() -> impl Strategy<Value = Family> {
    packages().prop_flat_map(|problem| {
        let tiers = prop::collection::vec(asked(problem.packages.len()), 2..=4);
        tiers.prop_map(move |tiers| {
            let parent = |tier: usize| tier.checked_sub(1);
            let tiers = tiers
                .into_iter()
                .enumerate()
                .map(|(tier, asked)| (asked, parent(tier)))
                .collect();
            Family {
                problem: problem.clone(),
                tiers,
            }
        })
    })
}

/// A tree of up to five tiers, each containing an earlier one.
fn tree() -> impl Strategy<Value = Family> {
    packages().prop_flat_map(|problem| {
        let tier = (asked(problem.packages.len()), any::<prop::sample::Index>());
        prop::collection::vec(tier, 3..=5).prop_map(move |tiers| {
            let parent = |tier: usize, index: prop::sample::Index| (tier > 0).then(|| index.index(tier));
            let tiers = tiers
                .into_iter()
                .enumerate()
                .map(|(tier, (asked, at))| (asked, parent(tier, at)))
                .collect();
            Family {
                problem: problem.clone(),
                tiers,
            }
        })
    })
}

fn check_solution(family: &Family, sets: &[RequestSet], outcomes: &[Outcome]) -> Result<(), TestCaseError> {
    for (tier, outcome) in outcomes.iter().enumerate() {
        let Some(found) = solved(outcome) else {
            return Err(TestCaseError::fail(format!("t{tier} has no lock: {outcome:?}")));
        };
        let records: Vec<&RepoDataRecord> = found.lock.records.iter().collect();
        prop_assert!(
            is_solution(&records, &specs([&sets[tier]])),
            "t{} is no solution",
            tier
        );
        prop_assert!(stale_reasons(&found.lock, &sets[tier]).is_empty());
        if let Some(parent) = family.tiers[tier].1 {
            let parent = &solved(&outcomes[parent]).unwrap().lock;
            prop_assert!(not_contained(parent, &found.lock, &sets[tier]).is_empty());
            for record in &parent.records {
                let here = found.lock.record(record.package_record.name.as_normalized());
                prop_assert!(
                    here.is_some_and(|here| same_record(here, record)),
                    "t{} lacks a record",
                    tier
                );
            }
            let promise = found.lock.contains.as_ref().map(|contained| contained.records);
            prop_assert_eq!(promise, Some(parent.records_digest()));
        }
    }
    Ok(())
}

/// Compares what is reported with a solve of the tier alone.
fn check_report(family: &Family, sets: &[RequestSet], outcomes: &[Outcome]) -> Result<(), TestCaseError> {
    let leaves = family.leaves();
    for (tier, outcome) in outcomes.iter().enumerate() {
        let found = solved(outcome).unwrap();
        if leaves.contains(&tier) {
            prop_assert!(found.apart.is_none());
            continue;
        }
        let alone = family.alone(&sets[tier]);
        let name = |record: &RepoDataRecord| record.package_record.name.as_normalized().to_owned();
        let only = |lock: &Lock, other: &Lock| -> Vec<String> {
            lock.records
                .iter()
                .map(name)
                .filter(|name| other.record(name).is_none())
                .collect()
        };
        let moved: Vec<String> = alone
            .records
            .iter()
            .filter(|record| {
                found
                    .lock
                    .record(&name(record))
                    .is_some_and(|here| !same_record(here, record))
            })
            .map(name)
            .collect();
        let told = found.apart.clone();
        let told_moved: Vec<String> = told
            .iter()
            .flat_map(|apart| &apart.moved)
            .map(|moved| moved.name.clone())
            .collect();
        prop_assert_eq!(told_moved, moved);
        prop_assert_eq!(
            told.iter()
                .flat_map(|apart| apart.added.clone())
                .collect::<Vec<_>>(),
            only(&found.lock, &alone)
        );
        prop_assert_eq!(
            told.iter()
                .flat_map(|apart| apart.dropped.clone())
                .collect::<Vec<_>>(),
            only(&alone, &found.lock)
        );
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_chain_is_exact_or_has_no_solution(family in chain()) {
        let Some(sets) = family.sets() else { return Ok(()) };
        let records = family.problem.channel().records();
        let outcomes = family.solve(&sets, |_| Work::Solve(None));
        let unsolvable = sets.iter().position(|set| !solvable(&records, &specs([set])));
        match unsolvable {
            None => {
                check_solution(&family, &sets, &outcomes)?;
                check_report(&family, &sets, &outcomes)?;
            }
            Some(first) => for (tier, outcome) in outcomes.iter().enumerate() {
                match outcome {
                    Outcome::Unsolvable(told) => {
                        prop_assert_eq!(tier, first, "the first tier without a solution is told");
                        prop_assert!(!told.explanation.problems.is_empty());
                    }
                    Outcome::Waits(other) => prop_assert_eq!(*other, first),
                    other => prop_assert!(false, "t{}: {:?}", tier, other),
                }
            }
        }
    }

    #[test]
    fn a_tree_is_exact_or_its_leaves_exclude_each_other(family in tree()) {
        let Some(sets) = family.sets() else { return Ok(()) };
        let records = family.problem.channel().records();
        let outcomes = family.solve(&sets, |_| Work::Solve(None));
        if outcomes.iter().all(|outcome| solved(outcome).is_some()) {
            check_solution(&family, &sets, &outcomes)?;
            check_report(&family, &sets, &outcomes)?;
        } else {
            prop_assert!(!solvable(&records, &specs(&sets)), "all tiers together have a solution");
            prop_assert!(outcomes.iter().any(|outcome| matches!(outcome, Outcome::Unsolvable(_))));
            prop_assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Unsolvable(_) | Outcome::Waits(_))));
        }
    }

    /// Whichever member is due, with the earlier locks at hand nothing moves and nothing else is written.
    #[test]
    fn a_family_that_is_made_again_stays(family in tree(), due in any::<prop::sample::Index>()) {
        let Some(sets) = family.sets() else { return Ok(()) };
        let first = family.solve(&sets, |_| Work::Solve(None));
        let Some(locks) = first.iter().map(|outcome| Some(solved(outcome)?.lock.clone())).collect::<Option<Vec<Lock>>>() else {
            return Ok(());
        };
        let due = due.index(sets.len());
        let again = family.solve(&sets, |tier| {
            let lock = Some(locks[tier].clone());
            if tier == due { Work::Solve(lock) } else { Work::Keep(lock) }
        });
        for (tier, outcome) in again.iter().enumerate() {
            match outcome {
                Outcome::Kept => prop_assert!(tier != due),
                Outcome::Solved(solved) => {
                    prop_assert_eq!(tier, due);
                    prop_assert_eq!(solved.lock.records_digest(), locks[tier].records_digest());
                }
                other => prop_assert!(false, "t{}: {:?}", tier, other),
            }
        }
    }
}

//! A brute-force solver as judge: on small random problems it and the program's solver agree on solvable or not,
//! on every solution being one, and on explanations being minimal.

use std::collections::BTreeMap;

use proptest::prelude::*;
use pyiron_lock_core::{Pins, Platform, RequestSet, SourceFile};
use pyiron_lock_solve::{CancellationToken, Event, Job, Observer, Outcome, Work, load, run};
use pyiron_lock_spec::{NamedChannel, compose_single, read_environment};
use pyiron_lock_testkit::{Channel, Package};
use rattler_conda_types::{MatchSpec, Matches, ParseMatchSpecOptions, RepoDataRecord, Subdir};

pub(crate) struct Silent;

impl Observer for Silent {
    fn notice(&self, _: Event) {}
}

/// A dependency: package index, lowest version, whether it is exact, whether it is a constrains entry.
type Dependency = (usize, usize, bool, bool);

/// A request: package index, lowest version, whether it is exact.
pub(crate) type Asked = (usize, usize, bool);

#[derive(Debug, Clone)]
pub(crate) struct Problem {
    /// For each package its versions, for each version its dependencies.
    pub(crate) packages: Vec<Vec<Vec<Dependency>>>,
    pub(crate) requests: Vec<Asked>,
}

pub(crate) fn spec(package: usize, version: usize, exact: bool) -> String {
    if exact {
        format!("p{package} =={version}")
    } else {
        format!("p{package} >={version}")
    }
}

fn problem() -> impl Strategy<Value = Problem> {
    (2usize..=8).prop_flat_map(|count| {
        let dependency = (0..count, 1usize..=3, any::<bool>(), prop::bool::weighted(0.2));
        let version = prop::collection::vec(dependency, 0..=3);
        let package = prop::collection::vec(version, 1..=3);
        let request = (0..count, 1usize..=3, any::<bool>());
        (
            prop::collection::vec(package, count),
            prop::collection::vec(request, 1..=5),
        )
            .prop_map(|(packages, requests)| Problem { packages, requests })
    })
}

impl Problem {
    pub(crate) fn channel(&self) -> Channel {
        let packages = self.packages.iter().enumerate().flat_map(|(package, versions)| {
            versions.iter().enumerate().map(move |(version, needs)| {
                let texts = |constrains: bool| -> Vec<String> {
                    let of = needs
                        .iter()
                        .filter(|need| need.3 == constrains && need.0 != package);
                    of.map(|(p, v, exact, _)| spec(*p, *v, *exact)).collect()
                };
                Package::new(&format!("p{package} {} 0", version + 1))
                    .depends(texts(false))
                    .constrains(texts(true))
            })
        });
        Channel::new("forge").packages(packages)
    }

    pub(crate) fn named(&self) -> NamedChannel {
        NamedChannel {
            name: "forge".to_owned(),
            channel: rattler_conda_types::Channel::from_url(self.channel().url().clone()),
        }
    }

    fn set(&self) -> Option<RequestSet> {
        let lines: String = self
            .requests
            .iter()
            .map(|(p, v, exact)| format!("  - {}\n", spec(*p, *v, *exact)))
            .collect();
        let text = format!("channels: [forge, nodefaults]\ndependencies:\n{lines}");
        let file = read_environment(&SourceFile::new("environment.yml", text), None).value?;
        let platform = Platform::new("linux-64".parse().unwrap(), Subdir::Linux64, []);
        compose_single(&file, &platform, &[self.named()]).value
    }
}

pub(crate) fn parse(text: &str) -> MatchSpec {
    MatchSpec::from_str(text, ParseMatchSpecOptions::lenient()).unwrap()
}

/// Tries every choice of one version or none for each package.
pub(crate) fn solvable(records: &[RepoDataRecord], specs: &[MatchSpec]) -> bool {
    let mut by_name: BTreeMap<String, Vec<&RepoDataRecord>> = BTreeMap::new();
    for record in records {
        by_name
            .entry(record.package_record.name.as_normalized().to_owned())
            .or_default()
            .push(record);
    }
    let packages: Vec<Vec<&RepoDataRecord>> = by_name.into_values().collect();
    try_all(&packages, &mut Vec::new(), specs)
}

fn try_all<'a>(
    packages: &[Vec<&'a RepoDataRecord>],
    chosen: &mut Vec<&'a RepoDataRecord>,
    specs: &[MatchSpec],
) -> bool {
    let Some((first, rest)) = packages.split_first() else {
        return is_solution(chosen, specs);
    };
    if try_all(rest, chosen, specs) {
        return true;
    }
    for record in first {
        chosen.push(record);
        if try_all(rest, chosen, specs) {
            return true;
        }
        chosen.pop();
    }
    false
}

pub(crate) fn is_solution(chosen: &[&RepoDataRecord], specs: &[MatchSpec]) -> bool {
    let met = |spec: &MatchSpec| chosen.iter().any(|record| spec.matches(*record));
    let named =
        |spec: &MatchSpec, record: &RepoDataRecord| spec.name.as_exact() == Some(&record.package_record.name);
    specs.iter().all(met)
        && chosen.iter().all(|record| {
            record.package_record.depends.iter().all(|text| met(&parse(text)))
                && record.package_record.constrains.iter().all(|text| {
                    let spec = parse(text);
                    chosen
                        .iter()
                        .all(|other| !named(&spec, other) || spec.matches(*other))
                })
        })
}

fn solve(problem: &Problem, set: RequestSet) -> Outcome {
    let jobs = [Job {
        set,
        work: Work::Solve(None),
        parents: Vec::new(),
        contains: None,
        made_from: None,
    }];
    let channel = problem.channel();
    let loaded = load(&jobs, &channel, &Pins::default(), &Silent).unwrap();
    let mut outcomes = run(&jobs, &loaded, &channel, &Silent, &CancellationToken::new());
    outcomes.remove(0)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_solver_agrees_with_brute_force(problem in problem()) {
        let Some(set) = problem.set() else { return Ok(()) };
        let records = problem.channel().records();
        let specs: Vec<MatchSpec> = set.requests.iter().map(|request| request.spec.clone()).collect();
        let expected = solvable(&records, &specs);
        match solve(&problem, set.clone()) {
            Outcome::Solved(solved) => {
                prop_assert!(expected, "brute force finds no solution");
                let chosen: Vec<&RepoDataRecord> = solved.lock.records.iter().collect();
                prop_assert!(is_solution(&chosen, &specs), "the records are no solution");
                prop_assert!(pyiron_lock_solve::stale_reasons(&solved.lock, &set).is_empty());
            }
            Outcome::Unsolvable(unsolvable) => {
                prop_assert!(!expected, "brute force finds a solution");
                prop_assert!(!unsolvable.explanation.problems.is_empty());
                for problem in &unsolvable.explanation.problems {
                    let core = problem.requests();
                    let of = |skip: Option<usize>| -> Vec<MatchSpec> {
                        let kept = core.iter().filter(|request| Some(**request) != skip);
                        kept.map(|request| set.requests[*request].spec.clone()).collect()
                    };
                    prop_assert!(!solvable(&records, &of(None)), "the lines told do fit together");
                    for request in core {
                        prop_assert!(solvable(&records, &of(Some(*request))), "a line told does not matter");
                    }
                }
            }
            other => prop_assert!(false, "{other:?}"),
        }
    }
}

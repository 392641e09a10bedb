//! Why requests cannot be satisfied, in terms of the user's own lines.
//!
//! Lines that no record satisfies alone are told first; what remains is cut down to the fewest lines that
//! exclude each other, with the chain of dependencies from each line to the place where they meet.

mod chain;
mod conflict;
mod core;

use std::{cell::LazyCell, collections::BTreeSet};

use pyiron_lock_core::{Code, RequestSet, suggest};
use rattler_conda_types::{MatchSpec, Matches, RepoDataRecord, Version};
use rattler_solve::CancellationToken;

use self::core::Search;
use crate::{
    codes,
    reach::PlatformRecords,
    solver::{Failure, virtual_packages},
    stale::{in_channel, virtual_met},
};

/// The most missing names that are compared with every name of the index.
const MAX_SUGGESTIONS: usize = 20;

/// The most independent conflicts that are told at once.
const MAX_CONFLICTS: usize = 3;

/// Everything that stands in the way of one request set on one platform.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Explanation {
    /// The obstacles: single lines first, then conflicts.
    pub problems: Vec<Problem>,
    /// Whether there are more conflicts than those told.
    pub more: bool,
}

/// One obstacle; requests are named by their index in the request set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// No record of that name.
    PackageNotFound {
        /// The request.
        request: usize,
        /// A name that exists and may be meant.
        suggestion: Option<Suggestion>,
    },
    /// Records of that name, all of them built after the cut-off.
    AllNewer {
        /// The request.
        request: usize,
    },
    /// Records of that name, but none that matches.
    VersionNotFound {
        /// The request.
        request: usize,
        /// Some of what exists: versions, newest first, or builds where only the build does not match.
        available: Vec<String>,
        /// How many of them exist.
        count: usize,
        /// Whether the version exists and only the build does not match.
        build_only: bool,
    },
    /// Lines that cannot be satisfied together, or one that cannot be satisfied because of what it needs.
    Unsatisfiable {
        /// The requests, in the order of the set; leaving any one out makes the rest solvable.
        requests: Vec<usize>,
        /// Where they meet.
        clash: Clash,
        /// The way from each request to that place.
        chains: Vec<Chain>,
        /// Other dead ends that take part.
        also: Vec<(Clash, Chain)>,
    },
}

/// A name that exists and may be meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Suggestion {
    /// It looks alike.
    Alike(String),
    /// It is what the channels call the project that PyPI has under the name asked for.
    FromPypi(String),
}

/// The place where a conflict ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clash {
    /// Different records of one package would be needed.
    OneVersionOnly {
        /// The package.
        name: String,
    },
    /// The channels have no record of that name.
    NoRecord {
        /// The package.
        name: String,
    },
    /// The channels have records of that name, but none that matches.
    NoMatchingRecord {
        /// The package.
        name: String,
    },
    /// The platform does not promise a virtual package, or too little of it.
    VirtualPackage {
        /// The virtual package.
        name: String,
        /// What the platform promises of it.
        promised: Option<String>,
    },
    /// Every record is ruled out.
    Excluded {
        /// The package.
        name: String,
        /// Why.
        reasons: Vec<String>,
    },
}

/// The way from a request to the place where a conflict ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    /// The request it starts from.
    pub request: usize,
    /// The packages on the way; none when the request itself asks.
    pub steps: Vec<Step>,
    /// What the last of them asks.
    pub wanted: Wanted,
}

/// A package on the way, in all versions that take part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The package.
    pub name: String,
    /// Its versions, a range when there are many.
    pub versions: String,
    /// How many versions take part.
    pub candidates: usize,
}

/// What is asked of a package, by one or several records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The package.
    pub name: String,
    /// The different constraints, sorted.
    pub specs: Vec<String>,
}

impl Problem {
    /// Returns the code of the obstacle.
    pub fn code(&self) -> Code {
        match self {
            Self::PackageNotFound { .. } => codes::PACKAGE_NOT_FOUND,
            Self::AllNewer { .. } => codes::ALL_NEWER,
            Self::VersionNotFound { .. } => codes::VERSION_NOT_FOUND,
            Self::Unsatisfiable {
                clash: Clash::VirtualPackage { .. },
                ..
            } => codes::VIRTUAL_PACKAGE_MISSING,
            Self::Unsatisfiable {
                requests,
                clash: Clash::NoRecord { .. } | Clash::NoMatchingRecord { .. },
                ..
            } if requests.len() == 1 => codes::DEPENDENCY_NOT_FOUND,
            Self::Unsatisfiable { .. } => codes::REQUESTS_CONFLICT,
        }
    }

    /// Returns the requests that take part, in the order of the set.
    pub fn requests(&self) -> &[usize] {
        match self {
            Self::PackageNotFound { request, .. }
            | Self::AllNewer { request }
            | Self::VersionNotFound { request, .. } => std::slice::from_ref(request),
            Self::Unsatisfiable { requests, .. } => requests,
        }
    }
}

/// Explains why a set cannot be solved; `names` are the names of the index, for suggestions.
pub(crate) fn explain(
    set: &RequestSet,
    records: &PlatformRecords<'_>,
    names: impl FnOnce() -> BTreeSet<String>,
    cancel: &CancellationToken,
) -> Result<Explanation, Failure> {
    let virtual_packages = virtual_packages(&set.platform);
    let mut problems = alone(set, records, names);
    let told: BTreeSet<usize> = problems
        .iter()
        .flat_map(|problem| problem.requests().to_vec())
        .collect();
    let mut remaining: Vec<usize> = (0..set.requests.len())
        .filter(|index| !told.contains(index))
        .collect();
    let search = Search {
        records,
        virtual_packages: &virtual_packages,
        requests: &set.requests,
        cancel,
    };
    let mut limit_reached = true;
    for _ in 0..MAX_CONFLICTS {
        let Some(core) = search.core(&remaining)? else {
            limit_reached = false;
            break;
        };
        let requests: Vec<_> = core.requests.iter().map(|index| &set.requests[*index]).collect();
        let known = |name: &str| records.has_name(name);
        remaining.retain(|index| !core.requests.contains(index));
        let Some(story) = chain::tell(&core.conflict, &requests, &core.requests, &set.platform, &known)
        else {
            continue;
        };
        problems.push(Problem::Unsatisfiable {
            requests: core.requests,
            clash: story.clash,
            chains: story.chains,
            also: story.also,
        });
    }
    let alone = |problem: &Problem| !matches!(problem, Problem::Unsatisfiable { .. });
    problems.sort_by_key(|problem| (!alone(problem), problem.requests().to_vec()));
    let more = limit_reached && search.core(&remaining)?.is_some();
    Ok(Explanation { problems, more })
}

/// Returns the name that is meant, where a name is not among those known.
pub fn suggestion(name: &str, known: &BTreeSet<String>) -> Option<Suggestion> {
    let elsewhere = pyiron_lock_core::pypi::conda_names(name)
        .iter()
        .find(|conda| known.contains(**conda));
    elsewhere
        .map(|conda| Suggestion::FromPypi((*conda).to_owned()))
        .or_else(|| {
            let near = suggest::nearest(name, known.iter().map(String::as_str));
            near.map(|near| Suggestion::Alike(near.to_owned()))
        })
}

/// Finds the requests that no record satisfies even alone.
fn alone(
    set: &RequestSet,
    records: &PlatformRecords<'_>,
    names: impl FnOnce() -> BTreeSet<String>,
) -> Vec<Problem> {
    let known = LazyCell::new(names);
    let mut compared = 0;
    let mut problems = Vec::new();
    for (index, request) in set.requests.iter().enumerate() {
        let name = request.name.as_normalized();
        if name.starts_with("__") {
            if !virtual_met(&request.spec, name, set) {
                problems.push(virtual_problem(set, index));
            }
            continue;
        }
        let mut candidates = records.named(name);
        let anywhere = !candidates.is_empty();
        candidates.retain(|record| in_channel(&request.spec, record));
        if candidates.is_empty() && anywhere {
            problems.push(Problem::PackageNotFound {
                request: index,
                suggestion: None,
            });
            continue;
        }
        if candidates.is_empty() && records.are_cut_off() && known.contains(name) {
            problems.push(Problem::AllNewer { request: index });
            continue;
        }
        if candidates.is_empty() {
            compared += 1;
            let suggestion = (compared <= MAX_SUGGESTIONS)
                .then(|| suggestion(name, &known))
                .flatten();
            problems.push(Problem::PackageNotFound {
                request: index,
                suggestion,
            });
            continue;
        }
        if candidates.iter().any(|record| request.spec.matches(*record)) {
            continue;
        }
        problems.push(version_problem(index, &request.spec, &candidates));
    }
    problems
}

fn version_problem(request: usize, spec: &MatchSpec, candidates: &[&RepoDataRecord]) -> Problem {
    let packages = || candidates.iter().map(|record| &record.package_record);
    let builds: BTreeSet<&str> = packages()
        .filter(|package| {
            spec.version
                .as_ref()
                .is_none_or(|version| version.matches(&package.version))
        })
        .map(|package| package.build.as_str())
        .collect();
    let build_only = spec.build.is_some() && !builds.is_empty();
    let available: Vec<String> = if build_only {
        builds.into_iter().map(str::to_owned).collect()
    } else {
        let versions: BTreeSet<&Version> = packages().map(|package| package.version.version()).collect();
        versions.into_iter().rev().map(ToString::to_string).collect()
    };
    Problem::VersionNotFound {
        request,
        count: available.len(),
        available: available.into_iter().take(6).collect(),
        build_only,
    }
}

fn virtual_problem(set: &RequestSet, index: usize) -> Problem {
    let request = &set.requests[index];
    let name = request.name.as_normalized().to_owned();
    let (_, nameless) = request.spec.clone().into_nameless();
    Problem::Unsatisfiable {
        requests: vec![index],
        clash: Clash::VirtualPackage {
            promised: set
                .platform
                .virtual_package(&name)
                .map(|package| package.version().to_owned()),
            name: name.clone(),
        },
        chains: vec![Chain {
            request: index,
            steps: Vec::new(),
            wanted: Wanted {
                name,
                specs: vec![nameless.to_string()],
            },
        }],
        also: Vec::new(),
    }
}

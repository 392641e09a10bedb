//! Asks resolvo whether requests can be satisfied together and, if not, copies its conflict graph into plain data:
//! who demands what of whom, and where it ends.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use petgraph::visit::EdgeRef;
use pyiron_lock_core::Request;
use rattler_conda_types::{GenericVirtualPackage, MatchSpec, Version};
use rattler_solve::{
    CancellationToken, ChannelPriority, SolveStrategy,
    resolvo::{CondaDependencyProvider, NameType, RepoData, SolverMatchSpec, SolverPackageRecord},
};
use resolvo::{
    ConditionalRequirement, Interner, Requirement, SolvableId, UnsolvableOrCancelled, VersionSetId,
    conflict::{ConflictCause, ConflictEdge, ConflictGraph, ConflictNode},
};

use crate::{
    reach::PlatformRecords,
    solver::{Failure, guarded},
};

/// Whether requests can be satisfied together.
pub(super) enum Verdict {
    Solvable,
    Unsolvable(Conflict),
}

/// A conflict among records; everything ordered, so that equal conflicts look equal.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Conflict {
    /// The requests that take part, by their index in the list given, with the records each can choose from.
    pub(super) requests: BTreeMap<usize, BTreeSet<Node>>,
    /// Constraints by which one record demands another package that has candidates.
    pub(super) demands: BTreeMap<Node, BTreeSet<Demand>>,
    /// Constraints that no record satisfies, by demanding record (`None`: a request).
    pub(super) dead_ends: BTreeMap<Option<Node>, BTreeSet<Demand>>,
    /// Packages of which two different records would be needed.
    pub(super) clashes: BTreeSet<String>,
    /// Constraints of one record that exclude records of another package.
    pub(super) constrains: BTreeMap<Node, BTreeSet<Demand>>,
    /// Packages that are ruled out, with the reasons.
    pub(super) excluded: BTreeMap<String, BTreeSet<String>>,
}

/// A record, or a virtual package, that takes part in a conflict.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Node {
    pub(super) name: String,
    pub(super) version: Option<Version>,
    pub(super) build: String,
}

/// What a record asks of a package, and the records that would do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Demand {
    pub(super) name: String,
    pub(super) spec: String,
    pub(super) candidates: BTreeSet<Node>,
}

/// Asks whether `requests` can be satisfied together.
pub(super) fn check(
    records: &PlatformRecords<'_>,
    virtual_packages: &[GenericVirtualPackage],
    requests: &[&Request],
    cancel: &CancellationToken,
) -> Result<Verdict, Failure> {
    guarded(|| check_unguarded(records, virtual_packages, requests, cancel))?
}

fn check_unguarded(
    records: &PlatformRecords<'_>,
    virtual_packages: &[GenericVirtualPackage],
    requests: &[&Request],
    cancel: &CancellationToken,
) -> Result<Verdict, Failure> {
    let reachable = records.reachable(requests.iter().map(|request| &request.name));
    let mut ordered: Vec<(usize, &Request)> = requests.iter().copied().enumerate().collect();
    ordered.sort_by(|(_, a), (_, b)| a.canonical.cmp(&b.canonical));
    let specs: Vec<MatchSpec> = ordered.iter().map(|(_, request)| request.spec.clone()).collect();
    let provider = CondaDependencyProvider::new(
        reachable.parts.iter().map(|part| RepoData {
            records: part.clone(),
            multi_channel: None,
        }),
        &[],
        &[],
        virtual_packages,
        &specs,
        None,
        Some(cancel.clone()),
        ChannelPriority::Strict,
        None,
        SolveStrategy::Highest,
        Vec::new(),
        &HashMap::new(),
    )
    .map_err(|error| Failure::Refused(error.to_string()))?;

    let mut requirements: Vec<ConditionalRequirement> = Vec::new();
    for package in virtual_packages {
        let name = provider.pool.intern_package_name(NameType::from(&package.name));
        let any = SolverMatchSpec::MatchSpec(rattler_conda_types::NamelessMatchSpec::default());
        requirements.push(ConditionalRequirement::from(
            provider.pool.intern_version_set(name, any),
        ));
    }
    let mut asked: HashMap<Requirement, usize> = HashMap::new();
    for (index, request) in ordered {
        let name = provider.pool.intern_package_name(NameType::from(&request.name));
        let (_, nameless) = request.spec.clone().into_nameless();
        let set = provider
            .pool
            .intern_version_set(name, SolverMatchSpec::MatchSpec(nameless));
        asked.entry(Requirement::Single(set)).or_insert(index);
        requirements.push(ConditionalRequirement::from(set));
    }
    let mut solver = resolvo::Solver::new(provider);
    match solver.solve(resolvo::Problem::new().requirements(requirements)) {
        Ok(_) => Ok(Verdict::Solvable),
        Err(UnsolvableOrCancelled::Cancelled(_)) => Err(Failure::Cancelled),
        Err(UnsolvableOrCancelled::Unsolvable(conflict)) => {
            let graph = conflict.graph(&solver);
            Ok(Verdict::Unsolvable(fold(&graph, solver.provider(), &asked)))
        }
    }
}

fn fold(
    graph: &ConflictGraph,
    provider: &CondaDependencyProvider<'_>,
    asked: &HashMap<Requirement, usize>,
) -> Conflict {
    let mut conflict = Conflict::default();
    // Candidates of one demand are spread over one edge each: gather them first.
    let mut demands: BTreeMap<(Option<Node>, String, String), BTreeSet<Node>> = BTreeMap::new();
    for edge in graph.graph.edge_references() {
        let from = match graph.graph[edge.source()] {
            ConflictNode::Solvable(solvable) => Some(node(provider, solvable)),
            _ => None,
        };
        let target = match graph.graph[edge.target()] {
            ConflictNode::Solvable(solvable) => Some(node(provider, solvable)),
            _ => None,
        };
        match edge.weight() {
            ConflictEdge::Requires(requirement) => {
                let Requirement::Single(set) = requirement else {
                    continue;
                };
                if from.is_none() {
                    let Some(request) = asked.get(requirement) else {
                        continue;
                    };
                    conflict
                        .requests
                        .entry(*request)
                        .or_default()
                        .extend(target.clone());
                }
                let key = (
                    from,
                    name_of(provider, *set),
                    provider.display_version_set(*set).to_string(),
                );
                demands.entry(key).or_default().extend(target);
            }
            ConflictEdge::Conflict(ConflictCause::ForbidMultipleInstances | ConflictCause::Locked(_)) => {
                conflict.clashes.extend(target.map(|target| target.name));
            }
            ConflictEdge::Conflict(ConflictCause::Constrains(set)) => {
                if let (Some(from), Some(target)) = (from, target) {
                    conflict.constrains.entry(from).or_default().insert(Demand {
                        name: target.name,
                        spec: provider.display_version_set(*set).to_string(),
                        candidates: BTreeSet::new(),
                    });
                }
            }
            ConflictEdge::Conflict(ConflictCause::Excluded) => {
                if let (Some(from), ConflictNode::Excluded(reason)) = (from, graph.graph[edge.target()]) {
                    let text = provider.display_string(reason).to_string();
                    conflict.excluded.entry(from.name).or_default().insert(text);
                }
            }
        }
    }
    for ((from, name, spec), candidates) in demands {
        let demand = Demand {
            name,
            spec,
            candidates,
        };
        match from {
            from if demand.candidates.is_empty() => {
                conflict.dead_ends.entry(from).or_default().insert(demand);
            }
            Some(from) => {
                conflict.demands.entry(from).or_default().insert(demand);
            }
            None => {}
        }
    }
    conflict
}

fn node(provider: &CondaDependencyProvider<'_>, solvable: SolvableId) -> Node {
    let name = provider.display_solvable_name(solvable).to_string();
    match &provider.pool.resolve_solvable(solvable).record {
        SolverPackageRecord::Record(record) => Node {
            name,
            version: Some(record.package_record.version.version().clone()),
            build: record.package_record.build.as_str().to_owned(),
        },
        SolverPackageRecord::VirtualPackage(_) | SolverPackageRecord::Extra { .. } => Node {
            name,
            version: None,
            build: String::new(),
        },
    }
}

fn name_of(provider: &CondaDependencyProvider<'_>, set: VersionSetId) -> String {
    provider.display_name(provider.version_set_name(set)).to_string()
}

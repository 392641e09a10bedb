//! One solve with resolvo, as rattler sets it up: strict channel priority, highest versions, earlier records
//! preferred. Everything that could differ between machines is passed in.

use std::{
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
};

use pyiron_lock_core::{Platform, Request, VirtualPackage};
use rattler_conda_types::{GenericVirtualPackage, MatchSpec, RepoDataRecord};
use rattler_solve::{
    CancellationToken, ChannelPriority, RepoDataIter, SolveError, SolveStrategy, SolverImpl, SolverTask,
};

use crate::reach::Reachable;

/// The solver crates whose choices a lock holds; a test keeps it equal to the versions built in.
pub const SOLVER: &str = "rattler_solve 12.0.3, resolvo 0.12.2";

/// Why a solve gave no records.
#[derive(Debug)]
pub(crate) enum Failure {
    /// No set of records satisfies the requests.
    Unsolvable,
    /// The token was cancelled.
    Cancelled,
    /// The solver refused its input.
    Refused(String),
}

/// Returns the virtual packages of a platform in the form the solver takes.
pub(crate) fn virtual_packages(platform: &Platform) -> Vec<GenericVirtualPackage> {
    platform
        .virtual_packages()
        .iter()
        .map(VirtualPackage::to_generic)
        .collect()
}

/// Returns requests in the order the solver gets them, which can decide between equally good solutions: that of
/// their canonical spelling, so that the order of lines and of tiers never matters.
pub(crate) fn sorted(mut requests: Vec<&Request>) -> Vec<&Request> {
    requests.sort_by(|a, b| a.canonical.cmp(&b.canonical));
    requests
}

/// Solves; `fixed` records are the only ones of their name. The records come back sorted by name.
pub(crate) fn solve<'a>(
    records: &Reachable<'a>,
    virtual_packages: &[GenericVirtualPackage],
    specs: Vec<MatchSpec>,
    preferred: Vec<&'a RepoDataRecord>,
    fixed: Vec<&'a RepoDataRecord>,
    cancel: &CancellationToken,
) -> Result<Vec<RepoDataRecord>, Failure> {
    let task = SolverTask {
        available_packages: records
            .parts
            .iter()
            .map(|part| RepoDataIter(part.iter().copied())),
        locked_packages: preferred,
        pinned_packages: fixed,
        virtual_packages: virtual_packages.to_vec(),
        specs,
        constraints: Vec::new(),
        timeout: None,
        channel_priority: ChannelPriority::Strict,
        exclude_newer: None,
        strategy: SolveStrategy::Highest,
        dependency_overrides: Vec::new(),
        excluded_candidates: HashMap::new(),
        cancellation_token: Some(cancel.clone()),
    };
    let result = guarded(|| rattler_solve::resolvo::Solver.solve(task))?;
    match result {
        Ok(solution) => {
            let mut records = solution.records;
            records.sort_by(|a, b| a.package_record.name.cmp(&b.package_record.name));
            Ok(records)
        }
        Err(SolveError::Unsolvable(_)) => Err(Failure::Unsolvable),
        Err(SolveError::Cancelled) => Err(Failure::Cancelled),
        Err(error) => Err(Failure::Refused(error.to_string())),
    }
}

/// Runs a piece of the solver; an index can hold dependencies that make it panic, which must not end the run.
pub(crate) fn guarded<T>(run: impl FnOnce() -> T) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(run)).map_err(|panic| {
        let text = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("no message");
        Failure::Refused(format!("the solver stopped on a record of the index: {text}"))
    })
}

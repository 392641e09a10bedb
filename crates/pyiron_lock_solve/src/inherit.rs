//! What a tier moved away from its parent, and what forced it.

use std::collections::BTreeSet;

use pyiron_lock_core::{Lock, RequestSet, index::dependency_name, same_record};
use rattler_conda_types::{MatchSpec, Matches, ParseMatchSpecOptions, RepoDataRecord, RepodataRevision};

use crate::stale::{describe, version_and_build};

/// A package that a tier has in another version or build than its parent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// The package name.
    pub name: String,
    /// Version and build in the parent.
    pub parent: String,
    /// Version and build in the tier.
    pub child: String,
    /// What forced it.
    pub cause: Cause,
}

/// What forced a package to move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// A request of the tier that the parent's record does not satisfy, by its index.
    Request(usize),
    /// A record of the tier whose dependency or constraint the parent's record does not satisfy.
    Dependency {
        /// The record, as `name version build`.
        record: String,
        /// The dependency or constraint.
        dependency: String,
    },
    /// The parent's record needs something that the tier has in another version.
    ParentNeeds(String),
    /// The index no longer offers the parent's record.
    NotOffered,
    /// Nothing above: the solver had to move it together with others.
    Together,
}

/// A record that a lock has to hold and does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotContained {
    /// The record, as `name version build`.
    pub record: String,
    /// The version and build that the lock has of that name, if any.
    pub here: Option<String>,
    /// What made it another, where there is one.
    pub cause: Option<Cause>,
}

/// Lists what `parent` has and `child`, which has to contain it, has not; none means that the promise holds.
pub fn not_contained(parent: &Lock, child: &Lock, set: &RequestSet) -> Vec<NotContained> {
    let mut broken = Vec::new();
    for before in &parent.records {
        let here = child.record(before.package_record.name.as_normalized());
        if here.is_some_and(|here| same_record(before, here)) {
            continue;
        }
        broken.push(NotContained {
            record: describe(before),
            here: here.map(version_and_build),
            cause: here.map(|_| cause(before, child, set, &|_| true)),
        });
    }
    broken
}

/// Lists what `child` has otherwise than `parent`; `offered` says whether the index still has a parent's record.
pub fn moved_from_parent(
    parent: &Lock,
    child: &Lock,
    set: &RequestSet,
    offered: impl Fn(&RepoDataRecord) -> bool,
) -> Vec<Moved> {
    let mut moved = Vec::new();
    for before in &parent.records {
        let name = before.package_record.name.as_normalized();
        let Some(after) = child.record(name) else { continue };
        if same_record(before, after) {
            continue;
        }
        moved.push(Moved {
            name: name.to_owned(),
            parent: version_and_build(before),
            child: version_and_build(after),
            cause: cause(before, child, set, &offered),
        });
    }
    moved
}

fn cause(
    before: &RepoDataRecord,
    child: &Lock,
    set: &RequestSet,
    offered: &impl Fn(&RepoDataRecord) -> bool,
) -> Cause {
    let name = before.package_record.name.as_normalized();
    let refused = |request: &pyiron_lock_core::Request| {
        request.name.as_normalized() == name && !request.spec.matches(before)
    };
    if let Some(request) = set.requests.iter().position(refused) {
        return Cause::Request(request);
    }
    if !offered(before) {
        return Cause::NotOffered;
    }
    for record in &child.records {
        let package = &record.package_record;
        for dependency in package.depends.iter().chain(&package.constrains) {
            if dependency_name(dependency) == name && !satisfied(dependency, before) {
                return Cause::Dependency {
                    record: describe(record),
                    dependency: dependency.clone(),
                };
            }
        }
    }
    let present: BTreeSet<&str> = child
        .records
        .iter()
        .map(|record| record.package_record.name.as_normalized())
        .collect();
    let unmet = before.package_record.depends.iter().find(|dependency| {
        let needed = dependency_name(dependency);
        !needed.starts_with("__")
            && (!present.contains(&*needed)
                || child
                    .record(&needed)
                    .is_some_and(|record| !satisfied(dependency, record)))
    });
    match unmet {
        Some(dependency) => Cause::ParentNeeds(dependency.clone()),
        None => Cause::Together,
    }
}

fn satisfied(dependency: &str, record: &RepoDataRecord) -> bool {
    let options = ParseMatchSpecOptions::lenient().with_repodata_revision(RepodataRevision::V3);
    MatchSpec::from_str(dependency, options).is_ok_and(|spec| spec.matches(record))
}

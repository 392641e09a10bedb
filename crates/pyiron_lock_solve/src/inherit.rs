//! What a tier moved away from its parent, and what forced it.

use std::collections::BTreeSet;

use pyiron_lock_core::{Lock, RequestSet, index::dependency_name};
use rattler_conda_types::{MatchSpec, Matches, ParseMatchSpecOptions, RepoDataRecord, RepodataRevision};

use crate::stale::describe;

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
        if before.url == after.url && before.package_record.sha256 == after.package_record.sha256 {
            continue;
        }
        let version = |record: &RepoDataRecord| {
            format!(
                "{} {}",
                record.package_record.version, record.package_record.build
            )
        };
        moved.push(Moved {
            name: name.to_owned(),
            parent: version(before),
            child: version(after),
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

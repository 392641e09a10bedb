//! Whether a lock still satisfies a request set, without solving and without an index; every reason it does not.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use pyiron_lock_core::{Lock, RequestSet, index::dependency_name};
use rattler_conda_types::{MatchSpec, Matches, ParseMatchSpecOptions, RepoDataRecord, RepodataRevision};

/// One reason why a lock no longer fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StaleReason {
    /// There is no lock yet.
    Missing,
    /// The lock cannot be used at all; the text says why.
    Unusable(String),
    /// It was solved for a platform that promised something else.
    Platform {
        /// What the lock was solved for.
        locked: String,
        /// What the manifest says now.
        wanted: String,
    },
    /// It was solved from other channels.
    Channels {
        /// What the lock was solved from.
        locked: Vec<String>,
        /// What is asked for now.
        wanted: Vec<String>,
    },
    /// Pip requirements differ from those recorded.
    Pip,
    /// Environment variables differ from those recorded.
    Variables,
    /// A request that no record of the lock satisfies.
    Request {
        /// The index of the request in the set.
        request: usize,
        /// The version and build the lock has of that name, if any.
        locked: Option<String>,
    },
    /// A dependency of a record that no record satisfies.
    Dependency {
        /// The record, as `name version build`.
        record: String,
        /// The dependency as the record states it.
        dependency: String,
    },
    /// Records that nothing asks for any more.
    Surplus(Vec<String>),
}

/// Returns every reason why `lock` does not fit `set`; none means it fits.
pub fn stale_reasons(lock: &Lock, set: &RequestSet) -> Vec<StaleReason> {
    let mut reasons = Vec::new();
    if lock.platform != set.platform {
        reasons.push(StaleReason::Platform {
            locked: promise(&lock.platform),
            wanted: promise(&set.platform),
        });
    }
    let wanted: Vec<String> = set
        .channels
        .iter()
        .map(|channel| channel.base_url.to_string())
        .collect();
    if lock.channels != wanted {
        reasons.push(StaleReason::Channels {
            locked: lock.channels.clone(),
            wanted,
        });
    }
    if !lock.unlocked_pip.iter().eq(set.pip.iter().map(|pip| &pip.text)) {
        reasons.push(StaleReason::Pip);
    }
    if lock.variables != set.variables {
        reasons.push(StaleReason::Variables);
    }
    let by_name: HashMap<&str, &RepoDataRecord> = lock
        .records
        .iter()
        .map(|record| (record.package_record.name.as_normalized(), record))
        .collect();
    for (index, request) in set.requests.iter().enumerate() {
        if !request_met(&request.spec, request.name.as_normalized(), &by_name, set) {
            reasons.push(StaleReason::Request {
                request: index,
                locked: by_name
                    .get(request.name.as_normalized())
                    .map(|record| version_and_build(record)),
            });
        }
    }
    reasons.extend(closure_faults(lock, &by_name, set));
    reasons
}

fn promise(platform: &pyiron_lock_core::Platform) -> String {
    let packages: Vec<String> = platform
        .virtual_packages()
        .iter()
        .map(ToString::to_string)
        .collect();
    format!(
        "{} on {} with {}",
        platform.name,
        platform.subdir,
        packages.join(" ")
    )
}

fn request_met(
    spec: &MatchSpec,
    name: &str,
    by_name: &HashMap<&str, &RepoDataRecord>,
    set: &RequestSet,
) -> bool {
    if name.starts_with("__") {
        return virtual_met(spec, name, set);
    }
    by_name.get(name).is_some_and(|record| {
        spec.matches(*record)
            && spec.channel.as_ref().is_none_or(|channel| {
                record.channel.as_deref().map(|url| url.trim_end_matches('/'))
                    == Some(channel.base_url.as_str().trim_end_matches('/'))
            })
    })
}

/// Returns whether the platform of a set promises what a request for a virtual package asks.
pub(crate) fn virtual_met(spec: &MatchSpec, name: &str, set: &RequestSet) -> bool {
    set.platform.virtual_package(name).is_some_and(|package| {
        let package = package.to_generic();
        spec.version
            .as_ref()
            .is_none_or(|version| version.matches(&package.version))
            && spec
                .build
                .as_ref()
                .is_none_or(|build| build.matches(package.build_string.as_str()))
    })
}

/// Checks that `depends` of every record are met and that nothing is there without a need.
fn closure_faults(
    lock: &Lock,
    by_name: &HashMap<&str, &RepoDataRecord>,
    set: &RequestSet,
) -> Vec<StaleReason> {
    let mut faults = Vec::new();
    let mut parsed: BTreeMap<&str, Option<MatchSpec>> = BTreeMap::new();
    let options = || ParseMatchSpecOptions::lenient().with_repodata_revision(RepodataRevision::V3);
    for record in &lock.records {
        for dependency in &record.package_record.depends {
            let name = dependency_name(dependency);
            let spec = parsed
                .entry(dependency)
                .or_insert_with(|| MatchSpec::from_str(dependency, options()).ok());
            let met = spec
                .as_ref()
                .is_none_or(|spec| spec.condition.is_some() || request_met(spec, name, by_name, set));
            if !met {
                faults.push(StaleReason::Dependency {
                    record: describe(record),
                    dependency: dependency.clone(),
                });
            }
        }
    }
    let mut needed: BTreeSet<&str> = BTreeSet::new();
    let mut pending: Vec<&str> = set
        .requests
        .iter()
        .map(|request| request.name.as_normalized())
        .collect();
    while let Some(name) = pending.pop() {
        let Some(record) = by_name.get(name) else { continue };
        if needed.insert(name) {
            let package = &record.package_record;
            let extra = package.extra_depends.values().flatten();
            pending.extend(
                package
                    .depends
                    .iter()
                    .chain(extra)
                    .map(|text| dependency_name(text)),
            );
        }
    }
    let surplus: Vec<String> = lock
        .records
        .iter()
        .map(|record| record.package_record.name.as_normalized())
        .filter(|name| !needed.contains(name))
        .map(str::to_owned)
        .collect();
    if !surplus.is_empty() {
        faults.push(StaleReason::Surplus(surplus));
    }
    faults
}

/// Returns a record as `name version build`.
pub(crate) fn describe(record: &RepoDataRecord) -> String {
    format!(
        "{} {}",
        record.package_record.name.as_normalized(),
        version_and_build(record)
    )
}

fn version_and_build(record: &RepoDataRecord) -> String {
    format!(
        "{} {}",
        record.package_record.version, record.package_record.build
    )
}

//! Whether a lock still satisfies a request set, without solving and without an index; every reason it does not.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use pyiron_lock_core::{
    Lock, Platform, RequestSet, TierName,
    index::{dependency_name, needed_names},
};
use rattler_conda_types::{MatchSpec, Matches, ParseMatchSpecOptions, RepoDataRecord, RepodataRevision};

/// One reason why a lock no longer fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StaleReason {
    /// There is no lock yet.
    Missing,
    /// The lock cannot be used at all; the text says why.
    Unusable(String),
    /// It was solved for a platform of another name or subdir, or one that promised something else.
    Platform(Vec<PlatformChange>),
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
    /// A dependency of a record that no record satisfies, or a constraint that one breaks.
    Dependency {
        /// The record, as `name version build`.
        record: String,
        /// The dependency or constraint as the record states it.
        dependency: String,
    },
    /// A record that was built after the cut-off, as `name version build`.
    Newer(String),
    /// A record whose URL lies outside the channels of the lock, as `name version build`.
    Elsewhere(String),
    /// It was made to contain the lock of another tier, or of none.
    Contains {
        /// The tier it was made to contain.
        locked: Option<TierName>,
        /// The tier it has to contain now.
        wanted: Option<TierName>,
    },
    /// It lacks records of the lock of this tier, which it has to contain.
    NotContained(TierName),
    /// Records that nothing asks for any more.
    Surplus(Vec<String>),
}

/// What is otherwise about a platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlatformChange {
    /// The virtual package, or `name` or `subdir`.
    pub what: String,
    /// What the lock was solved for, if anything.
    pub locked: Option<String>,
    /// What the manifest says now, if anything.
    pub wanted: Option<String>,
}

/// Returns every reason why `lock` does not fit `set`; none means it fits.
pub fn stale_reasons(lock: &Lock, set: &RequestSet) -> Vec<StaleReason> {
    let mut reasons = Vec::new();
    if lock.platform != set.platform {
        reasons.push(StaleReason::Platform(platform_changes(
            &lock.platform,
            &set.platform,
        )));
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
    let contained = lock.contains.as_ref().map(|contained| &contained.tier);
    if contained != set.contains.as_ref() {
        reasons.push(StaleReason::Contains {
            locked: contained.cloned(),
            wanted: set.contains.clone(),
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
    if let Some(cut_off) = set.exclude_newer {
        let newer = lock.records.iter().filter(|record| cut_off.excludes(record));
        reasons.extend(newer.map(|record| StaleReason::Newer(describe(record))));
    }
    reasons.extend(closure_faults(lock, &by_name, set));
    reasons
}

fn platform_changes(locked: &Platform, wanted: &Platform) -> Vec<PlatformChange> {
    let facts = |platform: &Platform| {
        let mut facts = BTreeMap::from([
            ("name".to_owned(), platform.name.to_string()),
            ("subdir".to_owned(), platform.subdir.to_string()),
        ]);
        for package in platform.virtual_packages() {
            let text = package.to_string();
            let value = text.split_once('=').map_or("", |(_, value)| value);
            facts.insert(package.name().to_owned(), value.to_owned());
        }
        facts
    };
    let (locked, wanted) = (facts(locked), facts(wanted));
    let names: BTreeSet<&String> = locked.keys().chain(wanted.keys()).collect();
    names
        .into_iter()
        .filter(|name| locked.get(*name) != wanted.get(*name))
        .map(|name| PlatformChange {
            what: name.clone(),
            locked: locked.get(name).cloned(),
            wanted: wanted.get(name).cloned(),
        })
        .collect()
}

/// Returns whether a record, by itself, is what a request asks for; the channel counts where one is named.
pub(crate) fn record_meets(request: &MatchSpec, record: &RepoDataRecord) -> bool {
    request.matches(record) && in_channel(request, record)
}

/// Returns whether a record is from the channel that a request names, if it names one.
pub(crate) fn in_channel(request: &MatchSpec, record: &RepoDataRecord) -> bool {
    request.channel.as_ref().is_none_or(|channel| {
        record.channel.as_deref().map(|url| url.trim_end_matches('/'))
            == Some(channel.base_url.as_str().trim_end_matches('/'))
    })
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
    by_name.get(name).is_some_and(|record| record_meets(spec, record))
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

/// Checks that `depends` and `constrains` of every record hold and that nothing is there without a need.
fn closure_faults(
    lock: &Lock,
    by_name: &HashMap<&str, &RepoDataRecord>,
    set: &RequestSet,
) -> Vec<StaleReason> {
    let mut faults = Vec::new();
    let mut parsed: HashMap<&str, Option<MatchSpec>> = HashMap::new();
    let options = || ParseMatchSpecOptions::lenient().with_repodata_revision(RepodataRevision::V3);
    let promise_changed = lock.platform != set.platform;
    for record in &lock.records {
        let url = record.url.as_str();
        if !lock
            .channels
            .iter()
            .any(|channel| url.starts_with(&format!("{}/", channel.trim_end_matches('/'))))
        {
            faults.push(StaleReason::Elsewhere(describe(record)));
        }
        let package = &record.package_record;
        let depends = package.depends.iter().map(|text| (text, true));
        let constrains = package.constrains.iter().map(|text| (text, false));
        for (text, required) in depends.chain(constrains) {
            let name = dependency_name(text);
            let spec = parsed
                .entry(text)
                .or_insert_with(|| MatchSpec::from_str(text, options()).ok());
            let Some(spec) = spec.as_ref().filter(|spec| spec.condition.is_none()) else {
                continue;
            };
            let met = if name.starts_with("__") {
                let absent = set.platform.virtual_package(&name).is_none();
                // A changed promise is a reason of its own and need not be told again for every record.
                promise_changed || (absent && !required) || virtual_met(spec, &name, set)
            } else {
                by_name
                    .get(&*name)
                    .map_or(!required, |record| spec.matches(*record))
            };
            if !met {
                faults.push(StaleReason::Dependency {
                    record: describe(record),
                    dependency: text.clone(),
                });
            }
        }
    }
    let needed = needed(by_name, set);
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

/// Returns the names that requests lead to, following what each record needs.
pub(crate) fn needed<'n>(by_name: &HashMap<&'n str, &RepoDataRecord>, set: &RequestSet) -> BTreeSet<&'n str> {
    let known = |name: &str| by_name.get_key_value(name).map(|(name, _)| *name);
    let mut needed: BTreeSet<&str> = BTreeSet::new();
    let mut pending: Vec<&str> = set
        .requests
        .iter()
        .filter_map(|request| known(request.name.as_normalized()))
        .collect();
    while let Some(name) = pending.pop() {
        let Some(record) = by_name.get(name).filter(|_| needed.insert(name)) else {
            continue;
        };
        pending.extend(needed_names(record).filter_map(|name| known(&name)));
    }
    needed
}

/// Returns a record as `name version build`.
pub(crate) fn describe(record: &RepoDataRecord) -> String {
    format!(
        "{} {}",
        record.package_record.name.as_normalized(),
        version_and_build(record)
    )
}

pub(crate) fn version_and_build(record: &RepoDataRecord) -> String {
    format!(
        "{} {}",
        record.package_record.version, record.package_record.build
    )
}

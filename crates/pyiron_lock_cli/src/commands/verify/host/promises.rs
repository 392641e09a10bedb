//! What targets and locks promise of a machine, fact by fact. Measures nothing.

use std::collections::BTreeSet;

use pyiron_lock_conform::data::{Fact, FactValue, Policy, Spec, Target};
use pyiron_lock_core::{Origin, index::dependency_name};
use pyiron_lock_host::machine::Promise;
use pyiron_lock_lockfile::AnyLock;

/// One promise with where it stands.
pub(super) struct Row<'a> {
    /// The key of the fact, or the name of a virtual package.
    pub(super) key: &'a str,
    /// What is promised, as written.
    pub(super) promised: String,
    pub(super) promise: Promise,
    pub(super) origin: Option<Origin>,
    /// Why the promise itself may not hold.
    pub(super) doubt: Option<String>,
}

/// Why a fact is not one that a machine tells.
const OF_THE_SITE: &str = "a rule of the site, which no machine tells";
const OF_A_BUILD: &str = "true of a build, not of a machine";
const OF_A_SERVICE: &str = "true of a service, not of a machine";
const OF_PROGRAMS: &str = "the programs of the site would have to be asked";

/// Returns the promises of a target; what its operating system brings is promised with it.
pub(super) fn of_target<'t>(target: &'t Target, policy: &Policy) -> Vec<Row<'t>> {
    let mut rows = Vec::new();
    for (key, fact) in target.facts() {
        let row = |promised: String, promise: Promise| Row {
            key,
            promised,
            promise,
            origin: target.origin(key, "promised here"),
            doubt: target.doubt(key),
        };
        let written = target.source.slice(fact.span).to_owned();
        if key == "os" {
            let entry = target.text("os").said().and_then(|os| policy.entry("os", os));
            for (part, package) in [("glibc", "__glibc"), ("kernel", "__linux")] {
                let own = target.version(part).said().is_some();
                if let Some(version) = entry.and_then(|entry| entry.version(part)).filter(|_| !own) {
                    let promised = format!("{written}, {part} {version}");
                    rows.push(row(promised, Promise::AtLeast(package, version.clone())));
                }
            }
        } else {
            rows.push(row(written, promise(key, fact)));
        }
    }
    rows
}

fn promise(key: &str, fact: &Fact) -> Promise {
    match (key, &fact.value) {
        ("subdirs", FactValue::Subdirs(subdirs)) => Promise::Subdirs(subdirs.clone()),
        ("libc", FactValue::Text(name)) => Promise::Libc(name.clone()),
        ("glibc", FactValue::Version(version)) => Promise::AtLeast("__glibc", version.clone()),
        ("kernel", FactValue::Version(version)) => Promise::AtLeast("__linux", version.clone()),
        ("osx", FactValue::Version(version)) => Promise::AtLeast("__osx", version.clone()),
        ("cuda", FactValue::Version(version)) => Promise::AtLeast("__cuda", version.clone()),
        ("cuda", FactValue::None) => Promise::Nothing,
        ("archspec-min", FactValue::Text(level)) => Promise::Cpus(vec![level.clone()]),
        ("archspec-list", value) => Promise::Cpus(words(value)),
        ("scheduler", FactValue::Text(name)) => Promise::Scheduler(name.clone()),
        ("container-engines", value) => Promise::Engines(words(value)),
        ("userns", FactValue::Flag(may)) => Promise::UserNamespaces(*may),
        ("memory-limit" | "login-memory-limit", FactValue::Number(bytes)) => Promise::Memory(*bytes),
        ("quota-bytes", FactValue::Number(bytes)) => Promise::FreeBytes(*bytes),
        ("quota-inodes", FactValue::Number(files)) => Promise::FreeFiles(*files),
        ("prefix-max-len", FactValue::Number(longest)) => Promise::PathLength(*longest),
        ("umask", FactValue::Text(umask)) => Promise::Umask(umask.clone()),
        ("shared-group", FactValue::Text(name)) => Promise::Group(name.clone()),
        ("module-system", FactValue::Text(name)) => Promise::Modules(name.clone()),
        ("proxy", FactValue::Flag(needed)) => Promise::Proxy(*needed),
        ("internet-login", FactValue::Flag(reaches)) => Promise::Internet {
            in_jobs: false,
            reaches: *reaches,
        },
        ("internet-compute", FactValue::Flag(reaches)) => Promise::Internet {
            in_jobs: true,
            reaches: *reaches,
        },
        ("home-readonly-in-jobs", FactValue::Flag(read_only)) => Promise::HomeReadOnlyInJobs(*read_only),
        ("run-as", FactValue::Number(id)) => Promise::User(*id),
        ("home", FactValue::Text(path)) => Promise::Home(path.clone()),
        ("build-storage" | "build-minutes" | "builds-with", _) => Promise::Unmeasurable(OF_A_BUILD),
        ("hub-version" | "spawner" | "database" | "database-version", _) => {
            Promise::Unmeasurable(OF_A_SERVICE)
        }
        ("mpi" | "pmi" | "conda", _) => Promise::Unmeasurable(OF_PROGRAMS),
        _ => Promise::Unmeasurable(OF_THE_SITE),
    }
}

fn words(value: &FactValue) -> Vec<String> {
    match value {
        FactValue::Texts(words) => words.iter().map(|word| word.value.clone()).collect(),
        _ => Vec::new(),
    }
}

/// Returns what a lock told the solver of machines, or what its records need where it does not say.
pub(super) fn of_lock(lock: &AnyLock) -> Vec<Row<'_>> {
    let row = |key, promised, promise| Row {
        key,
        promised,
        promise,
        origin: None,
        doubt: None,
    };
    let subdir = lock.platform.subdir;
    let mut rows = vec![row("subdirs", subdir.to_string(), Promise::Subdirs(vec![subdir]))];
    for package in lock.platform.virtual_packages() {
        let promised = match package.build() {
            "0" => package.version().to_owned(),
            build => format!("{}={build}", package.version()),
        };
        rows.push(row(package.name(), promised, Promise::Kept(package.clone())));
    }
    if !lock.knows_promises {
        let mut needs: BTreeSet<&str> = BTreeSet::new();
        for entry in &lock.entries {
            let depends = entry.record.package_record.depends.iter().map(String::as_str);
            needs.extend(depends.filter(|need| dependency_name(need).starts_with("__")));
        }
        for need in needs {
            if let Some(spec) = Spec::parse(need) {
                let promise = Promise::Needed(Box::new(spec.spec));
                rows.push(row("needed", need.to_owned(), promise));
            }
        }
    }
    rows
}

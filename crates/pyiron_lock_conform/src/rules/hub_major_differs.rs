//! Hubs that start single-user servers of another major version.

use pyiron_lock_core::{Code, CodeInfo, Finding, Severity};
use rattler_conda_types::{RepoDataRecord, Version};

use crate::{
    fit::{name, title},
    rule::{Check, Rule, Seen, TargetCase},
};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    code: Code::new(&CodeInfo {
        word: "hub-major-differs",
        severity: Severity::Error,
        title: "the hub of a target has another major version than the lock",
        docs: "Hub and single-user server speak with each other. Where their major versions differ, logging in fails or \
               turns in circles, with no more than a warning in the log. Pin `jupyterhub` or `jupyterhub-singleuser` to \
               the major version of the hub. A package that is missing altogether is `need-unmet`.",
    }),
    source: "jupyterhub/jupyterhub `_version.py`",
    example: "jupyterhub-singleuser 4.1.6 where the hub is 5.5.0",
    checks: &[Check::Target(check)],
};

const NAMES: [&str; 3] = ["jupyterhub-singleuser", "jupyterhub-base", "jupyterhub"];

fn check(case: &TargetCase<'_, '_>, seen: &mut Seen) {
    let record = NAMES.iter().find_map(|name| case.view.closure.record(name));
    let Some(record) = record.map(|entry| &entry.record) else { return };
    let Some(Some(hub)) = seen.fact("hub-version", case.target.version("hub-version")) else { return };
    if major(hub) == major(&record.package_record.version) {
        return;
    }
    seen.push(found(case, record, hub));
}

fn found(case: &TargetCase<'_, '_>, record: &RepoDataRecord, hub: &Version) -> crate::Judged {
    let message = format!(
        "{}: {} answers to hubs of its major version, and the hub is {hub}",
        case.who(),
        title(record)
    );
    let fact = Some(("hub-version", "the version of the hub"));
    case.finding(Finding::new(RULE.code, message), Some(name(record)), fact)
}

fn major(version: &Version) -> Option<u64> {
    Some(version.as_major_minor()?.0)
}

//! Locks whose archives are more than a target lets anyone download.

use pyiron_lock_core::{Code, CodeInfo, Finding, Severity};

use super::environment_too_large::size;
use crate::rule::{Check, Rule, Seen, TargetCase};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    code: Code::new(&CodeInfo {
        word: "download-too-large",
        severity: Severity::Error,
        title: "the archives of a lock are larger than a target allows",
        docs: "The sum of the sizes that the records state, no estimate; where some records state none, it is more. On \
               binder the archives have to fit the storage of the build beside what is unpacked from them. Leave \
               large packages out of the tier, or prepare an image elsewhere.",
    }),
    source: "jupyterhub/mybinder.org-deploy",
    example: "3 GB of archives where a build has 2 GB",
    checks: &[Check::Target(check)],
};

fn check(case: &TargetCase<'_, '_>, seen: &mut Seen) {
    for key in ["download-limit", "build-storage", "quota-bytes"] {
        let Some(limit) = seen.fact(key, case.target.number(key)) else { continue };
        if case.view.download <= limit {
            continue;
        }
        let message = format!(
            "{}: {} of archives, where {} are allowed",
            case.who(),
            size(case.view.download),
            size(limit)
        );
        let mut finding = Finding::new(RULE.code, message);
        if case.view.without_size > 0 {
            finding = finding.note(format!("{} records do not state their size", case.view.without_size));
        }
        finding = finding.note(format!("largest: {}", super::environment_too_large::largest(case.view)));
        seen.push(case.finding(finding, None, Some((key, "the limit"))));
    }
}

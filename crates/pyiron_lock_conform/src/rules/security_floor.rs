//! Packages older than the release that closed a known hole.

use pyiron_lock_core::{Code, CodeInfo, Finding, Severity};

use crate::{
    fit::{name, title},
    rule::{Check, LockCase, Rule, Seen},
};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    code: Code::new(&CodeInfo {
        word: "security-floor",
        severity: Severity::Error,
        title: "a package has a known hole that a newer release closes",
        docs: "`policy/security.yml` states from which version on a package is free of holes that matter here. It is \
               no database of advisories: it holds what the people who run hubs and clusters have to mind. Raise the \
               pin and resolve again.",
    }),
    source: "`policy/security.yml`, where each floor has its source",
    example: "jupyterhub 5.2.1, where 5.5.0 is the floor",
    checks: &[Check::Lock(check)],
};

fn check(case: &LockCase<'_, '_>, seen: &mut Seen) {
    for floor in case.policy.table("security") {
        for spec in floor.specs("fixed") {
            let Some(record) = case.view.named(spec) else { continue };
            if case.view.satisfying(spec).is_some() {
                continue;
            }
            let message = format!(
                "`{}` for `{}` holds {}; safe is {}",
                case.view.label(),
                case.view.subject.lock.platform.name,
                title(record),
                spec.text
            );
            let mut judged = case.view.finding(Finding::new(RULE.code, message), Some(name(record)), None);
            judged.finding.origins.push(floor.origin("the floor"));
            judged.finding.notes.push(format!("why: {}", floor.why()));
            seen.push(judged);
        }
    }
}

//! Packages that no lock may hold.

use pyiron_lock_core::{Code, CodeInfo, Finding, Severity};

use crate::{
    fit::{name, title},
    rule::{Check, LockCase, Rule, Seen},
};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    code: Code::new(&CodeInfo {
        word: "package-banned",
        severity: Severity::Error,
        title: "a lock holds a package that is banned",
        docs: "`policy/bans.yml` lists packages that must not be installed, each with the reason and, where there is \
               one, what to take instead. The path shows which request brings it in.",
    }),
    source: "`policy/bans.yml`, where each entry has its source",
    example: "the metapackage anaconda",
    checks: &[Check::Lock(check)],
};

fn check(case: &LockCase<'_, '_>, seen: &mut Seen) {
    for ban in case.policy.table("bans") {
        for record in ban.specs("specs").iter().filter_map(|spec| case.view.satisfying(spec)) {
            let message = format!(
                "`{}` for `{}` holds {}, which is banned",
                case.view.label(),
                case.view.subject.lock.platform.name,
                title(record)
            );
            let mut finding = Finding::new(RULE.code, message);
            if let Some(instead) = ban.text("instead") {
                finding = finding.help(format!("take {instead} instead"));
            }
            let mut judged = case.view.finding(finding, Some(name(record)), None);
            judged.finding.origins.push(ban.origin("banned here"));
            judged.finding.notes.push(format!("why: {}", ban.why()));
            seen.push(judged);
        }
    }
}

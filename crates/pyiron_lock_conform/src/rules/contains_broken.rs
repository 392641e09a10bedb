//! Locks that do not hold the records of the one that they have to contain.

use pyiron_lock_core::{Code, CodeInfo, Finding, Severity, same_record};

use crate::{
    fit::{holds_secret, title},
    rule::{Check, LockCase, Rule, Seen},
};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    code: Code::new(&CodeInfo {
        word: "contains-broken",
        severity: Severity::Warning,
        title: "a lock does not hold the records that it has to contain",
        docs: "`contains` promises that a lock holds all records of another, as an image holds those of the image it is built \
               from. One of the two locks was changed without the other. `resolve` solves both together again.",
    }),
    source: "images of pyiron/docker-stacks, each built FROM another",
    example: "base holds git 2.46.0, md holds git 2.51.0",
    checks: &[Check::Lock(check)],
};

fn check(case: &LockCase<'_, '_>, seen: &mut Seen) {
    let lock = case.view.subject.lock;
    let Some(contains) = lock.stamp.as_ref().and_then(|stamp| stamp.contains.as_ref()) else { return };
    let parent = case.views.iter().find(|view| {
        view.tier().is_some_and(|tier| tier.as_str() == contains.tier)
            && view.subject.lock.platform.name == lock.platform.name
    });
    let Some(parent) = parent else { return };
    for record in parent.records() {
        let name = record.package_record.name.as_normalized();
        let own = case.view.closure.record(name).map(|entry| &entry.record);
        if own.is_some_and(|own| same_record(own, record)) {
            continue;
        }
        let message = format!(
            "`{}` for `{}` does not hold {} of `{}`",
            case.view.label(),
            lock.platform.name,
            title(record),
            parent.label()
        );
        let note = own.map_or("it holds no record of that name".to_owned(), |own| format!("it holds {}", title(own)));
        let finding = Finding::new(RULE.code, message).note(note);
        let mut judged = case.view.finding(finding, Some(name), None);
        if let Some(entry) = parent.closure.record(name) {
            judged.finding.hides_source |= holds_secret(&entry.record);
            judged.finding = judged.finding.at(&parent.subject.lock.source, entry.span, "contained");
        }
        seen.push(judged);
    }
}

//! Packages that do not say under which licence they stand.

use pyiron_lock_core::{Code, CodeInfo, Finding, Severity};

use crate::{
    fit::title,
    rule::{Check, LockCase, Rule, Seen},
};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    code: Code::new(&CodeInfo {
        word: "licence-unknown",
        severity: Severity::Note,
        title: "packages do not say their licence",
        docs: "A record without a licence cannot be judged by `policy/licences.yml`, nor listed in a bill of materials. \
               Formats that do not carry licences, such as explicit lists and conda-lock files, are not looked at.",
    }),
    source: "CEP 34, `license` of a package",
    example: "a record whose `license` is missing",
    checks: &[Check::Lock(check)],
};

fn check(case: &LockCase<'_, '_>, seen: &mut Seen) {
    let silent: Vec<String> = case
        .view
        .records()
        .filter(|record| record.package_record.license.as_ref().is_none_or(|licence| licence.trim().is_empty()))
        .map(title)
        .collect();
    // Where nobody says a licence, the format does not carry them.
    if silent.is_empty() || silent.len() == case.view.subject.lock.entries.len() {
        return;
    }
    let (noun, verb) = if silent.len() == 1 { ("package", "does") } else { ("packages", "do") };
    let message = format!(
        "{} {noun} of `{}` for `{}` {verb} not say a licence",
        silent.len(),
        case.view.label(),
        case.view.subject.lock.platform.name
    );
    let mut shown: Vec<String> = silent.iter().take(10).cloned().collect();
    if silent.len() > 10 {
        shown.push(format!("and {} more", silent.len() - 10));
    }
    let finding = Finding::new(RULE.code, message).note(format!("packages: {}", shown.join(", ")));
    seen.push(case.view.finding(finding, None, None));
}

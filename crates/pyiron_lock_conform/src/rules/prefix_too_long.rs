//! Prefixes into which packages cannot be installed.

use pyiron_lock_core::{Code, CodeInfo, Finding, Severity};

use crate::{
    fit::LockView,
    rule::{Check, Rule, Seen, TargetCase},
};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    code: Code::new(&CodeInfo {
        word: "prefix-too-long",
        severity: Severity::Error,
        title: "the prefix of a target is too long to install into",
        docs: "Programs carry the place they were built at as a text of 255 characters, and installing writes the prefix \
               over it; a longer one ends in a PaddingError. A target can set a lower limit of its own. Choose a \
               shorter root.",
    }),
    source: "conda issues 877 and 15444",
    example: "a prefix of 260 characters",
    checks: &[Check::Target(check)],
};

fn check(case: &TargetCase<'_, '_>, seen: &mut Seen) {
    let Some(prefix) = seen.fact("prefix", case.target.text("prefix")) else { return };
    let filled = filled(prefix, case.view);
    let general = case.policy.limit("prefix-placeholder").map_or(255, |(limit, _)| limit);
    let own = case.target.number("prefix-max-len").said();
    let limit = own.map_or(general, |own| own.min(general));
    let length = filled.chars().count() as u64;
    if length <= limit {
        return;
    }
    let message = format!("{}: the prefix has {length} characters, where {limit} are possible", case.who());
    let finding = Finding::new(RULE.code, message).note(format!("prefix: {filled}"));
    seen.push(case.finding(finding, None, Some(("prefix", "the place of environments"))));
}

/// Fills in the tier, and a release id: a date, `-`, and twelve hex digits.
pub(super) fn filled(prefix: &str, view: &LockView<'_>) -> String {
    let tier = view.tier().map_or("tier", |tier| tier.as_str());
    prefix.replace("<tier>", tier).replace("<release>", "2026-01-01-0123456789ab")
}

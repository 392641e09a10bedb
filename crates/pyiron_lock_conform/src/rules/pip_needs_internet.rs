//! Pip requirements at targets that nothing can be downloaded to.

use pyiron_lock_core::{Code, CodeInfo, Finding, Severity};

use crate::rule::{Check, Rule, Seen, TargetCase};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    code: Code::new(&CodeInfo {
        word: "pip-needs-internet",
        severity: Severity::Error,
        title: "pip requirements cannot be installed at a target without internet",
        docs: "Pip requirements are recorded, not locked: pip looks them up while installing, without hashes, and a \
               target whose login nodes do not reach the internet cannot. Ask for the conda package of the same \
               thing, or leave it out of this tier.",
    }),
    source: "page \"Taming Your Offline HPC Environment\", 2025",
    example: "a `pip:` section at an air-gapped centre",
    checks: &[Check::Target(check)],
};

/// The name that a requirement starts with; what follows may be an address with a password.
fn name(requirement: &str) -> &str {
    let end = requirement.find(|c: char| !(c.is_ascii_alphanumeric() || "._-".contains(c)));
    requirement[..end.unwrap_or(requirement.len())].trim()
}

fn check(case: &TargetCase<'_, '_>, seen: &mut Seen) {
    let lock = case.view.subject.lock;
    let Some(first) = lock.pip.first() else { return };
    if seen.fact("internet-login", case.target.flag("internet-login")) != Some(false) {
        return;
    }
    let noun = if lock.pip.len() == 1 { "requirement" } else { "requirements" };
    let message = format!(
        "{}: {} pip {noun}, and login nodes do not reach the internet",
        case.who(),
        lock.pip.len()
    );
    let finding = Finding::new(RULE.code, message).note(format!("the first of them: {}", name(first)));
    seen.push(case.finding(finding, None, Some(("internet-login", "said here"))));
}

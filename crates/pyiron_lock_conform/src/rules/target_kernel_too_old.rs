//! Records that need a newer Linux kernel than a target has.

use pyiron_lock_core::{Code, CodeInfo, Severity};

use super::floor;
use crate::rule::{Check, Rule, Seen, TargetCase};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    code: Code::new(&CodeInfo {
        word: "target-kernel-too-old",
        severity: Severity::Error,
        title: "a record needs a newer kernel than the target has",
        docs: "The kernel is that of the machine, also for what runs in a container. Promise the platform no more than the \
               oldest kernel that is in use, and resolve again.",
    }),
    source: "CEP 30",
    example: "a record that needs __linux >=5.14 at a target with RHEL 8",
    checks: &[Check::Target(check)],
};

fn check(case: &TargetCase<'_, '_>, seen: &mut Seen) {
    floor::check(case, seen, "__linux", RULE.code);
}

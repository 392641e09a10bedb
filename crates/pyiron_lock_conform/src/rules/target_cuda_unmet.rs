//! Records that need another CUDA than a target has.

use pyiron_lock_core::{Code, CodeInfo, Severity};

use super::floor;
use crate::rule::{Check, Rule, Seen, TargetCase};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    code: Code::new(&CodeInfo {
        word: "target-cuda-unmet",
        severity: Severity::Error,
        title: "a record needs a CUDA that the target does not have",
        docs: "`__cuda` is there only where an NVIDIA driver is, in the newest version that the driver supports. Login nodes often \
               have none, so the target says what compute nodes have. Lock the tier for a platform without CUDA as well, \
               or for one whose promise the driver keeps.",
    }),
    source: "CEP 30; CEP 46",
    example: "pytorch built for CUDA at a target without a GPU",
    checks: &[Check::Target(check)],
};

fn check(case: &TargetCase<'_, '_>, seen: &mut Seen) {
    floor::check(case, seen, "__cuda", RULE.code);
}

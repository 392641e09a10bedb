//! Records that do not run on every CPU of a target.

use pyiron_lock_core::{Code, CodeInfo, Severity};

use super::floor;
use crate::rule::{Check, Rule, Seen, TargetCase};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    code: Code::new(&CodeInfo {
        word: "target-cpu-unmet",
        severity: Severity::Error,
        title: "a record does not run on every CPU of the target",
        docs: "The weakest node type counts. A record may ask for a CPU level, for one CPU by its exact name, or by a pattern of \
               names; a build that names one CPU is refused by solvers on every other, even a newer one. Lock for the level \
               that all nodes have.",
    }),
    source: "conda-forge/microarch-level-feedstock recipe; archspec-json",
    example: "_x86_64-microarch-level 3 2_haswell at a target with icelake nodes",
    checks: &[Check::Target(check)],
};

fn check(case: &TargetCase<'_, '_>, seen: &mut Seen) {
    floor::check(case, seen, "__archspec", RULE.code);
}

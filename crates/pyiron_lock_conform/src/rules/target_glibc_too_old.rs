//! Records that need a newer glibc than a target has.

use pyiron_lock_core::{Code, CodeInfo, Severity};

use super::floor;
use crate::rule::{Check, Rule, Seen, TargetCase};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    code: Code::new(&CodeInfo {
        word: "target-glibc-too-old",
        severity: Severity::Error,
        title: "a record needs a newer glibc than the target has",
        docs: "A program that was linked against a newer glibc does not start on an older one: `version GLIBC_2.34 not found`. In \
               containers the glibc of the image counts. Lower the promise of the platform to what the target has and \
               resolve again; most packages keep builds for older systems, as `libsystemd0` does with 257.",
    }),
    source: "CEP 30; conda-forge-pinning PR 7939: systemd 258 needs glibc 2.34",
    example: "libsystemd0 258 needs __glibc >=2.34 at a target with RHEL 8",
    checks: &[Check::Target(check)],
};

fn check(case: &TargetCase<'_, '_>, seen: &mut Seen) {
    floor::check(case, seen, "__glibc", RULE.code);
}

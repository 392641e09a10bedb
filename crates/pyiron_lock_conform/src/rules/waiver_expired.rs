//! Waivers whose day is over.

use pyiron_lock_core::{Code, CodeInfo, Severity};

use crate::rule::Rule;

/// The rule, applied when findings are set aside.
pub(crate) const RULE: Rule = Rule {
    code: Code::new(&CodeInfo {
        word: "waiver-expired",
        severity: Severity::Error,
        title: "a waiver has expired",
        docs: "A waiver holds until its day, and what it waived stands again. Mend the cause, or agree on a new day and reason.",
    }),
    source: "how this program handles waivers: each has a last day",
    example: "until: 2026-01-31 on a later day",
    checks: &[],
};

//! Waivers that waive nothing.

use pyiron_lock_core::{Code, CodeInfo, Severity};

use crate::rule::Rule;

/// The rule, applied when findings are set aside.
pub(crate) const RULE: Rule = Rule {
    code: Code::new(&CodeInfo {
        word: "waiver-unused",
        severity: Severity::Warning,
        title: "a waiver waives nothing",
        docs: "What it was written for is gone, or never was what it says. Left in place, it would hide the next one. Remove it.",
    }),
    source: "how this program handles waivers: each has a use",
    example: "a waiver of security-floor for a package that is no longer locked",
    checks: &[],
};

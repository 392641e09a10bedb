//! Waivers that are about more than one record.

use pyiron_lock_core::{Code, CodeInfo, Severity};

use crate::rule::Rule;

/// The rule, applied when findings are set aside.
pub(crate) const RULE: Rule = Rule {
    code: Code::new(&CodeInfo {
        word: "waiver-too-broad",
        severity: Severity::Error,
        title: "a waiver names no tier or no package",
        docs: "A waiver is an answer for one record that somebody looked at. Without a tier and a package it would cover whatever \
               comes later, so it does not hold. To change what a code weighs for everything, raise or lower its level.",
    }),
    source: "how this program handles waivers: each is about one record",
    example: "code, owner, reason, until, and nothing else",
    checks: &[],
};

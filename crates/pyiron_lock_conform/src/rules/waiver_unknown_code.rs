//! Waivers of codes that do not exist.

use pyiron_lock_core::{Code, CodeInfo, Severity};

use crate::rule::Rule;

/// The rule, applied when findings are set aside.
pub(crate) const RULE: Rule = Rule {
    code: Code::new(&CodeInfo {
        word: "waiver-unknown-code",
        severity: Severity::Error,
        title: "a waiver names a code that does not exist",
        docs: "Nothing is ever found under that word, so the waiver holds nothing back. `rules` lists the codes.",
    }),
    source: "how this program handles waivers: each is about one kind of finding",
    example: "code: security-flor",
    checks: &[],
};

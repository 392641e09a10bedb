//! Levels of findings, changed by code.

use std::collections::BTreeSet;

use pyiron_lock_core::{Code, Severity};

use crate::Judged;

/// Which codes weigh other than by default. Of several, deny wins over warn and warn over allow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Levels {
    /// Codes whose findings are errors.
    pub deny: BTreeSet<String>,
    /// Codes whose findings are warnings.
    pub warn: BTreeSet<String>,
    /// Codes whose findings are left out.
    pub allow: BTreeSet<String>,
}

impl Levels {
    /// Changes the weight of findings and returns how many were left out.
    pub fn apply(&self, judged: &mut Vec<Judged>) -> usize {
        let before = judged.len();
        let is = |set: &BTreeSet<String>, judged: &Judged| set.contains(judged.finding.code.as_str());
        for judged in judged.iter_mut() {
            if is(&self.deny, judged) {
                judged.finding.severity = Severity::Error;
            } else if is(&self.warn, judged) {
                judged.finding.severity = Severity::Warning;
            }
        }
        judged.retain(|judged| !is(&self.allow, judged) || is(&self.deny, judged) || is(&self.warn, judged));
        before - judged.len()
    }

    /// Returns the words that are no code of these tables.
    pub fn unknown<'l>(&'l self, tables: &[&[Code]]) -> Vec<&'l str> {
        let known = |word: &str| {
            tables
                .iter()
                .any(|codes| codes.iter().any(|code| code.as_str() == word))
        };
        let words = self
            .deny
            .iter()
            .chain(&self.warn)
            .chain(&self.allow)
            .map(String::as_str);
        words.filter(|word| !known(word)).collect()
    }
}

#[cfg(test)]
mod tests {
    use pyiron_lock_core::Finding;

    use super::*;
    use crate::{Scope, rules};

    #[test]
    fn levels_change_what_a_code_weighs() {
        let judged = |word: &str| Judged {
            finding: Finding::new(rules::rule(word).unwrap().code, "seen"),
            scope: Scope::default(),
        };
        let set = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let levels = Levels {
            deny: set(&["lock-too-old", "licence-unknown"]),
            warn: set(&["security-floor"]),
            allow: set(&["licence-unknown", "files-too-many", "no-such-code"]),
        };
        let mut all = [
            "lock-too-old",
            "security-floor",
            "files-too-many",
            "licence-unknown",
            "need-unmet",
        ]
        .map(judged)
        .to_vec();
        assert_eq!(levels.apply(&mut all), 1);
        let seen: Vec<_> = all
            .iter()
            .map(|judged| (judged.finding.code.as_str(), judged.finding.severity.as_str()))
            .collect();
        assert_eq!(
            seen,
            [
                ("lock-too-old", "error"),
                ("security-floor", "warning"),
                ("licence-unknown", "error"),
                ("need-unmet", "error"),
            ]
        );
        assert_eq!(levels.unknown(&[rules::CODES]), ["no-such-code"]);
    }
}

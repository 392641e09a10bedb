//! What a rule is: a kind of finding with its documentation, beside the functions that look for it.

use std::collections::BTreeSet;

use jiff::civil::Date;
use pyiron_lock_core::{Code, Finding};

use crate::{
    Judged,
    data::{Known, Policy, Target},
    fit::{LockView, Machine},
};

/// A rule. Its code says what is wrong and why that matters.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// The kind of finding.
    pub code: Code,
    /// Where the rule comes from.
    pub source: &'static str,
    /// A lock or a fact that breaks it, one line.
    pub example: &'static str,
    /// What looks for it; nothing for a rule that the engine itself applies.
    pub(crate) checks: &'static [Check],
}

/// What looks for a kind of finding.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Check {
    /// At each lock, whatever its targets.
    Lock(fn(&LockCase<'_, '_>, &mut Seen)),
    /// At the lock that serves a target.
    Target(fn(&TargetCase<'_, '_>, &mut Seen)),
}

/// A lock, and what else there is to know.
pub(crate) struct LockCase<'c, 'a> {
    /// The lock.
    pub(crate) view: &'c LockView<'a>,
    /// Every lock that is judged.
    pub(crate) views: &'c [LockView<'a>],
    /// The policies.
    pub(crate) policy: &'c Policy,
    /// The day.
    pub(crate) today: Date,
}

/// A lock at a target that it serves, or comes closest to.
pub(crate) struct TargetCase<'c, 'a> {
    /// The lock.
    pub(crate) view: &'c LockView<'a>,
    /// The target.
    pub(crate) target: &'c Target,
    /// What its weakest node offers.
    pub(crate) machine: &'c Machine<'c>,
    /// The policies.
    pub(crate) policy: &'c Policy,
}

/// What rules saw.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// The findings.
    pub(crate) judged: Vec<Judged>,
    /// Facts that would have decided and are not known.
    pub(crate) unknown: BTreeSet<&'static str>,
}

impl Seen {
    /// Adds a finding.
    pub(crate) fn push(&mut self, judged: Judged) {
        self.judged.push(judged);
    }

    /// Returns a fact if it is said, and remembers it if nobody knows it.
    pub(crate) fn fact<T>(&mut self, key: &'static str, known: Known<T>) -> Option<T> {
        if matches!(known, Known::Unknown) {
            self.unknown.insert(key);
        }
        known.said()
    }
}

impl TargetCase<'_, '_> {
    /// Starts a finding about this lock at this target, with the fact that it goes by.
    pub(crate) fn finding(
        &self,
        finding: Finding,
        package: Option<&str>,
        fact: Option<(&str, &str)>,
    ) -> Judged {
        let mut judged = self.view.finding(finding, package, None);
        if let Some((key, label)) = fact {
            judged.finding.origins.extend(self.target.origin(key, label));
            judged.finding.notes.extend(self.target.doubt(key));
        }
        judged.scope.target = Some(self.target.id.clone());
        judged
    }

    /// Returns `tier at target`, for headlines.
    pub(crate) fn who(&self) -> String {
        format!("`{}` at target `{}`", self.view.label(), self.target.id)
    }
}

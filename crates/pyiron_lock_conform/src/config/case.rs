//! A configuration under check, and what was seen in it so far.

use pyiron_lock_core::{Code, Finding, SourceRef, Span};
use pyiron_lock_lockfile::AnyLock;

use super::ConfigInput;
use crate::{Judged, Scope, data::Target};

/// How many findings are told; a file with more is not what it seems to be.
pub(super) const MAX_FINDINGS: usize = 500;

/// A configuration with its surroundings.
pub(super) struct Case<'a> {
    /// What is checked.
    pub(super) input: &'a ConfigInput,
    /// The lock of the environment that reads it.
    pub(super) lock: Option<&'a AnyLock>,
    /// The target where it is used.
    pub(super) target: Option<&'a Target>,
    /// Places of secrets.
    pub(super) secrets: Vec<(SourceRef, Span)>,
    /// What was seen, at most [`MAX_FINDINGS`].
    pub(super) found: Vec<Judged>,
    left_out: usize,
}

impl<'a> Case<'a> {
    /// Starts a check.
    pub(super) fn new(input: &'a ConfigInput, lock: Option<&'a AnyLock>, target: Option<&'a Target>) -> Self {
        Self {
            input,
            lock,
            target,
            secrets: Vec::new(),
            found: Vec::new(),
            left_out: 0,
        }
    }

    fn add(&mut self, judged: Judged) {
        if self.found.len() < MAX_FINDINGS {
            self.found.push(judged);
        } else {
            self.left_out += 1;
        }
    }

    /// Returns what was seen.
    pub(super) fn finish(mut self) -> Vec<Judged> {
        if let (1.., Some(last)) = (self.left_out, self.found.last_mut()) {
            let note = format!(
                "{} more findings of this configuration are left out",
                self.left_out
            );
            last.finding.notes.push(note);
        }
        self.found
    }

    /// Adds a finding.
    pub(super) fn push(&mut self, finding: Finding) {
        self.add(Judged {
            finding,
            scope: Scope::default(),
        });
    }

    /// Adds a finding that a fact of the target decides.
    pub(super) fn push_at_target(&mut self, mut finding: Finding, fact: &str, label: &str) {
        let mut scope = Scope::default();
        if let Some(target) = self.target {
            finding.origins.extend(target.origin(fact, label));
            finding.notes.extend(target.doubt(fact));
            scope.target = Some(target.id.clone());
        }
        self.add(Judged { finding, scope });
    }

    /// Reports a package that the configuration needs, unless it is locked or no lock is given.
    pub(super) fn need(&mut self, code: Code, source: &SourceRef, span: Span, package: &str, why: &str) {
        let Some(lock) = self.lock else { return };
        let mut names = lock.entries.iter().map(|entry| &entry.record.package_record.name);
        if names.any(|name| name.as_normalized() == package) {
            return;
        }
        let message = format!(
            "{why} needs `{package}`, which is not in `{}`",
            lock.source.name()
        );
        self.add(Judged {
            finding: Finding::new(code, message)
                .at(source, one_line(source, span), "asked for here")
                .help(format!("add `{package}` to the environment")),
            scope: Scope {
                lock: None,
                tier: lock.tier.clone(),
                platform: Some(lock.platform.name.clone()),
                target: None,
                package: Some(package.to_owned()),
            },
        });
    }

    /// Returns whether the caller looked for a path and did not find it.
    pub(super) fn is_missing(&self, path: &str) -> bool {
        self.input.exists.get(path) == Some(&false)
    }
}

/// Cuts a span to its first line.
pub(super) fn one_line(source: &SourceRef, span: Span) -> Span {
    let line = source.slice(span).lines().next().unwrap_or("");
    Span::new(span.start, span.start + line.trim_end().len())
}

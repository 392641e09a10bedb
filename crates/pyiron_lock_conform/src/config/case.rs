//! A configuration under check, and what was seen in it so far.

use std::collections::BTreeSet;

use pyiron_lock_core::{Code, Finding, SourceRef, Span, yaml::Node};
use pyiron_lock_lockfile::AnyLock;

use super::{ConfigInput, secrets};
use crate::{Judged, Scope, data::Target};

/// How many findings are told; a file with more is not what it seems to be.
pub(super) const MAX_FINDINGS: usize = 500;

/// A configuration with its surroundings.
pub(super) struct Case<'a> {
    /// What is checked.
    pub(super) input: &'a ConfigInput,
    /// The locks of environments that read it.
    locks: &'a [&'a AnyLock],
    /// The targets where it is used.
    pub(super) targets: &'a [&'a Target],
    secrets: Vec<(SourceRef, Span)>,
    /// The names of texts whose secrets are all in `secrets`.
    understood: BTreeSet<String>,
    /// What was seen, at most [`MAX_FINDINGS`].
    found: Vec<Judged>,
    left_out: usize,
}

impl<'a> Case<'a> {
    /// Starts a check.
    pub(super) fn new(input: &'a ConfigInput, locks: &'a [&'a AnyLock], targets: &'a [&'a Target]) -> Self {
        Self {
            input,
            locks,
            targets,
            secrets: Vec::new(),
            understood: BTreeSet::new(),
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

    /// Returns what was seen, without any secret.
    pub(super) fn finish(mut self) -> Vec<Judged> {
        if let (1.., Some(last)) = (self.left_out, self.found.last_mut()) {
            let note = format!(
                "{} more findings of this configuration are left out",
                self.left_out
            );
            last.finding.notes.push(note);
        }
        let masks = secrets::Masks::new(&self.input.files, &self.secrets, &self.understood);
        for judged in &mut self.found {
            masks.apply(&mut judged.finding);
        }
        self.found
    }

    /// Remembers the place of a secret.
    pub(super) fn hide(&mut self, source: &SourceRef, span: Span) {
        self.secrets.push((source.clone(), span));
    }

    /// Remembers the secrets of a text that was read as a tree, in which `whole` says that there is nothing else.
    pub(super) fn hide_in_tree(&mut self, source: &SourceRef, root: &Node, whole: bool) {
        let spans = secrets::in_tree(root);
        self.secrets
            .extend(spans.into_iter().map(|span| (source.clone(), span)));
        if whole {
            self.understood.insert(source.name().to_owned());
        }
    }

    /// Adds a finding.
    pub(super) fn push(&mut self, finding: Finding) {
        self.add(Judged {
            finding,
            scope: Scope::default(),
        });
    }

    /// Adds a finding that a fact of a target decides. It is not about the target, at which locks may fit all the same.
    pub(super) fn push_at_target(&mut self, mut finding: Finding, target: &Target, fact: &str, label: &str) {
        finding.origins.extend(target.origin(fact, label));
        finding.notes.extend(target.doubt(fact));
        self.push(finding);
    }

    /// Reports a package that the configuration needs for each lock that lacks it.
    pub(super) fn need(&mut self, code: Code, source: &SourceRef, span: Span, package: &str, why: &str) {
        for lock in self.locks {
            let mut names = lock.entries.iter().map(|entry| &entry.record.package_record.name);
            if names.any(|name| name.as_normalized() == package) {
                continue;
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
                    package: Some(package.to_owned()),
                    ..Scope::of(lock, lock.tier.as_ref())
                },
            });
        }
    }
}

/// Cuts a span to its first line.
pub(super) fn one_line(source: &SourceRef, span: Span) -> Span {
    let line = source.slice(span).lines().next().unwrap_or("");
    Span::new(span.start, span.start + line.trim_end().len())
}

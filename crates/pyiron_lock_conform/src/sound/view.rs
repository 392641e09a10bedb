//! A lock while it is looked at, and findings about it: how they name records and when many are folded into one.

use pyiron_lock_core::{Code, Finding, SourceRef, Span, index::dependency_name};
use pyiron_lock_lockfile::{AnyLock, Format, LockEntry, secret::is_secret};

use crate::{
    closure::{Closure, name_of},
    judged::{Judged, Scope},
};

/// Findings of one code above which they are folded into one.
const FOLD: usize = 5;
/// Places that one finding points at.
const PLACES: usize = 5;

/// A lock with what several checks ask of it.
pub(super) struct View<'a> {
    pub(super) lock: &'a AnyLock,
    pub(super) closure: Closure<'a>,
    roots: Vec<String>,
}

/// Something wrong, before it is folded.
pub(super) struct Case<'a> {
    pub(super) code: Code,
    pub(super) package: Option<String>,
    pub(super) finding: Finding,
    /// The record that a way leads to, and what follows it.
    path: Option<(&'a LockEntry, &'a str)>,
}

impl<'a> Case<'a> {
    /// Has the way from a request to a record shown, with what follows it.
    pub(super) fn led_to(mut self, entry: &'a LockEntry, then: &'a str) -> Self {
        self.path = Some((entry, then));
        self
    }
}

impl<'a> View<'a> {
    pub(super) fn new(lock: &'a AnyLock) -> Self {
        let closure = Closure::new(lock);
        let roots = match &lock.stamp {
            Some(stamp) => {
                let specs = stamp.requests.iter();
                specs
                    .map(|request| dependency_name(&request.spec).into_owned())
                    .collect()
            }
            None => closure.roots().into_iter().map(str::to_owned).collect(),
        };
        Self { lock, closure, roots }
    }

    /// Returns where it is, to end a message with; a lock of ours is one environment on one platform.
    fn place(&self) -> String {
        let (environment, platform) = (&self.lock.environment, &self.lock.platform.name);
        match self.lock.format {
            Format::PyironLock => String::new(),
            _ if environment == "default" => format!(", on {platform}"),
            _ => format!(", in environment `{environment}` on {platform}"),
        }
    }

    /// Starts a case about records, pointing at the first of them.
    pub(super) fn about(&self, code: Code, entries: &[&LockEntry], message: &str, label: &str) -> Case<'a> {
        let mut finding = Finding::new(code, format!("{message}{}", self.place()));
        for entry in entries.iter().take(PLACES) {
            if !entry.span.is_empty() {
                finding = finding.at(&self.lock.source, entry.span, label);
            }
        }
        finding.hides_source = entries.iter().any(|entry| is_secret(entry.record.url.as_str()));
        let package = entries.first().map(|entry| name_of(entry).to_owned());
        Case {
            code,
            package,
            finding,
            path: None,
        }
    }

    /// Starts a case about a place, or the whole lock where the place is not known.
    pub(super) fn at(&self, code: Code, span: Span, message: &str, label: &str) -> Case<'a> {
        let mut finding = Finding::new(code, format!("{message}{}", self.place()));
        if !span.is_empty() {
            finding = finding.at(&self.lock.source, span, label);
        }
        Case {
            code,
            package: None,
            finding,
            path: None,
        }
    }

    /// Folds cases of one code where there are many, and says what they are about.
    pub(super) fn judge(&self, cases: Vec<Case<'a>>, judged: &mut Vec<Judged>) {
        let mut codes: Vec<Code> = Vec::new();
        for case in &cases {
            if !codes.contains(&case.code) {
                codes.push(case.code);
            }
        }
        let mut cases = cases;
        for code in codes {
            let (of_code, rest): (Vec<_>, Vec<_>) = cases.into_iter().partition(|case| case.code == code);
            cases = rest;
            if of_code.len() > FOLD {
                judged.push(self.scoped(self.folded(code, of_code)));
            } else {
                judged.extend(of_code.into_iter().map(|case| self.scoped(case)));
            }
        }
    }

    fn scoped(&self, mut case: Case<'a>) -> Judged {
        // Sought only for what is shown: each way is a search of its own.
        let path = case.path.and_then(|(entry, then)| {
            let mut path = self.closure.path(&self.roots, name_of(entry))?;
            path.push(then.to_owned());
            Some(path.join(" > "))
        });
        if let Some(path) = path {
            case.finding = case.finding.note(format!("path: {path}"));
        }
        Judged {
            finding: case.finding,
            scope: Scope {
                package: case.package,
                ..Scope::of(self.lock, self.lock.tier.as_ref())
            },
        }
    }

    fn folded(&self, code: Code, cases: Vec<Case<'a>>) -> Case<'a> {
        let count = cases.len();
        let message = format!("{}: {count} times{}", code.info().title, self.place());
        let mut finding = Finding::new(code, message);
        for (index, case) in cases.into_iter().enumerate() {
            finding.hides_source |= case.finding.hides_source;
            if index >= PLACES {
                continue;
            }
            finding.notes.push(case.finding.message);
            finding.origins.extend(case.finding.origins.into_iter().take(1));
        }
        Case {
            code,
            package: None,
            finding: finding.note(format!("and {} more", count - PLACES)),
            path: None,
        }
    }

    /// Returns the text of the lock.
    pub(super) fn source(&self) -> &SourceRef {
        &self.lock.source
    }
}

/// Returns a record as `name version build`.
pub(super) fn titled(entry: &LockEntry) -> String {
    let package = &entry.record.package_record;
    format!("{} {} {}", name_of(entry), package.version, package.build)
}

//! Findings: what a check saw, as data. Rendering happens elsewhere.

use std::fmt;

use crate::source::{SourceRef, Span};

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing, nothing to do.
    Note,
    /// Works, but probably not as meant.
    Warning,
    /// The job cannot go on or must not.
    Error,
}

impl Severity {
    /// Returns the word shown to people and in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// What is known of a kind of finding: a permanent kebab-case word, its default weight, and its documentation.
#[derive(Debug, PartialEq, Eq)]
pub struct CodeInfo {
    /// The permanent word.
    pub word: &'static str,
    /// The weight a finding of this kind has unless changed.
    pub severity: Severity,
    /// One line that says what is wrong.
    pub title: &'static str,
    /// Why it matters and what to do, as Markdown.
    pub docs: &'static str,
}

/// A kind of finding; cheap to copy and compared by its word.
#[derive(Clone, Copy)]
pub struct Code(&'static CodeInfo);

impl Code {
    /// Wraps the static description of a kind of finding.
    pub const fn new(info: &'static CodeInfo) -> Self {
        Self(info)
    }

    /// Returns the permanent word.
    pub const fn as_str(self) -> &'static str {
        self.0.word
    }

    /// Returns the description.
    pub const fn info(self) -> &'static CodeInfo {
        self.0
    }
}

impl PartialEq for Code {
    fn eq(&self, other: &Self) -> bool {
        self.0.word == other.0.word
    }
}

impl Eq for Code {}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.word)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0.word)
    }
}

/// Declares codes as public constants and gathers them in a table named `ALL`.
#[macro_export]
macro_rules! codes {
    ($($name:ident = $word:literal, $severity:ident, $title:literal, $docs:literal;)+) => {
        $(
            #[doc = $title]
            pub const $name: $crate::Code = $crate::Code::new(&$crate::CodeInfo {
                word: $word,
                severity: $crate::Severity::$severity,
                title: $title,
                docs: $docs,
            });
        )+
        /// Every code of this module, in the order they are declared.
        pub const ALL: &[$crate::Code] = &[$($name),+];
    };
}

/// A place that a finding points at, and what is to be seen there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The text.
    pub source: SourceRef,
    /// The place in it.
    pub span: Span,
    /// What is to be seen there, a short lower-case phrase.
    pub label: String,
}

/// What a check saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Its kind.
    pub code: Code,
    /// Its weight.
    pub severity: Severity,
    /// One line: what, who, where.
    pub message: String,
    /// The evidence: the thing first, then the rule.
    pub origins: Vec<Origin>,
    /// What else is known, one line each.
    pub notes: Vec<String>,
    /// A way out.
    pub help: Option<String>,
    /// Whether the text at its places is a secret, so that only the places may be shown.
    pub hides_source: bool,
}

impl Finding {
    /// Creates a finding with the default weight of its code and no evidence.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.info().severity,
            message: message.into(),
            origins: Vec::new(),
            notes: Vec::new(),
            help: None,
            hides_source: false,
        }
    }

    /// Adds a place.
    #[must_use]
    pub fn at(mut self, source: &SourceRef, span: Span, label: impl Into<String>) -> Self {
        self.origins.push(Origin {
            source: source.clone(),
            span,
            label: label.into(),
        });
        self
    }

    /// Adds a line of what else is known.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Sets the way out.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Returns whether the job cannot go on.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// Returns whether any finding is an error.
pub fn any_error<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> bool {
    findings.into_iter().any(Finding::is_error)
}

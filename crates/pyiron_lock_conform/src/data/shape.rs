//! The shapes that facts can have, and how each is read. Knows no single fact.

use std::str::FromStr;

use pyiron_lock_core::{
    Span, Spanned,
    yaml::{
        Node, Value,
        tree::{Field, Reader},
    },
};
use rattler_conda_types::{MatchSpec, ParseMatchSpecOptions, Subdir, Version};

use super::{codes, evidence::unknown_word};

/// What kind of value a fact has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Any text.
    Text,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A list of texts.
    Texts,
    /// A list of these words.
    Words(&'static [&'static str]),
    /// A version in quotes.
    Version,
    /// A version in quotes, or the word `none`.
    VersionOrNone,
    /// A whole number.
    Number,
    /// A number of bytes, written with a unit: `2 GB`.
    Bytes,
    /// `true` or `false`.
    Flag,
    /// A list of constraints such as `jupyterhub >=5,<6`.
    Specs,
    /// A list of subdirs.
    Subdirs,
}

/// A fact that a file can state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldInfo {
    /// The key.
    pub key: &'static str,
    /// The shape of its value.
    pub shape: Shape,
    /// What it says, one line.
    pub what: &'static str,
}

/// A constraint with its text.
#[derive(Debug, Clone)]
pub struct Spec {
    /// As written.
    pub text: String,
    /// The constraint.
    pub spec: MatchSpec,
}

impl Spec {
    /// Reads a constraint, leniently as everywhere.
    pub fn parse(text: &str) -> Option<Self> {
        let fault = pyiron_lock_core::index::dependency_fault(text).is_some();
        let spec = (!fault).then(|| MatchSpec::from_str(text, ParseMatchSpecOptions::lenient()))?;
        Some(Self {
            text: text.to_owned(),
            spec: spec.ok()?,
        })
    }

    /// Returns the normalized name that it is about.
    pub fn name(&self) -> &str {
        self.spec.name.as_exact().map_or("", |name| name.as_normalized())
    }
}

/// The value of a fact.
#[derive(Debug, Clone)]
pub enum FactValue {
    /// The word `none` where a version could stand.
    None,
    /// A text or word.
    Text(String),
    /// Texts or words, each with its place.
    Texts(Vec<Spanned<String>>),
    /// A version.
    Version(Version),
    /// A number, or bytes.
    Number(u64),
    /// Yes or no.
    Flag(bool),
    /// Constraints.
    Specs(Vec<Spec>),
    /// Subdirs.
    Subdirs(Vec<Subdir>),
}

/// A fact: its value, its place, and which block states it.
#[derive(Debug, Clone)]
pub struct Fact {
    /// The value.
    pub value: FactValue,
    /// Where the value stands.
    pub span: Span,
    /// The index of its evidence in the file.
    pub evidence: usize,
}

/// Returns the place of a value on its first line, the bracket that closes a list included.
pub(crate) fn place(reader: &Reader<'_>, node: &Node) -> Span {
    let span = reader.one_line(node.span);
    let line_end = reader.source.line_span(span.end).end;
    let rest = reader.source.slice(Span::new(span.end, line_end));
    let listed = reader.source.slice(span).starts_with('[') && !reader.source.slice(span).ends_with(']');
    match rest.find(']').filter(|_| listed) {
        Some(bracket) => Span::new(span.start, span.end + bracket + 1),
        None => span,
    }
}

/// Reads a value of a shape; what does not fit is a finding.
pub(crate) fn read(reader: &mut Reader<'_>, info: &FieldInfo, field: &Field<'_>) -> Option<FactValue> {
    let what = format!("`{}`", info.key);
    match info.shape {
        Shape::Text => text(reader, field.value, &what).map(|text| FactValue::Text(text.value)),
        Shape::Word(known) => {
            let word = text(reader, field.value, &what)?;
            let word = known_word(reader, known, &what, word)?;
            Some(FactValue::Text(word.value))
        }
        Shape::Texts => texts(reader, field.value, &what).map(FactValue::Texts),
        Shape::Words(known) => {
            let words = texts(reader, field.value, &what)?;
            let words = words.into_iter();
            Some(FactValue::Texts(
                words
                    .filter_map(|word| known_word(reader, known, &what, word))
                    .collect(),
            ))
        }
        Shape::Version | Shape::VersionOrNone => version(reader, info, field.value, &what),
        Shape::Number => number(reader, field.value, &what),
        Shape::Bytes => size(reader, field.value, &what),
        Shape::Flag => flag(reader, field.value, &what),
        Shape::Specs => {
            let texts = texts(reader, field.value, &what)?;
            Some(FactValue::Specs(
                texts
                    .iter()
                    .filter_map(|text| spec(reader, text, &what))
                    .collect(),
            ))
        }
        Shape::Subdirs => {
            let texts = texts(reader, field.value, &what)?;
            let subdirs = texts.iter().filter_map(|text| subdir(reader, text, &what));
            Some(FactValue::Subdirs(subdirs.collect()))
        }
    }
}

fn known_word(
    reader: &mut Reader<'_>,
    known: &[&str],
    what: &str,
    word: Spanned<String>,
) -> Option<Spanned<String>> {
    if known.contains(&word.value.as_str()) {
        return Some(word);
    }
    let known = known.iter().copied();
    let finding = unknown_word(
        reader,
        &word.value,
        word.span,
        known,
        &format!("{what} cannot be"),
    );
    reader.push(finding);
    None
}

fn text(reader: &mut Reader<'_>, node: &Node, what: &str) -> Option<Spanned<String>> {
    reader.text(node, what)
}

fn texts(reader: &mut Reader<'_>, node: &Node, what: &str) -> Option<Vec<Spanned<String>>> {
    reader.texts(node, what)
}

fn refuse(reader: &mut Reader<'_>, span: Span, message: String) {
    reader.push(reader.finding(codes::DATA_WRONG_VALUE, span, message, "given here"));
}

fn version(reader: &mut Reader<'_>, info: &FieldInfo, node: &Node, what: &str) -> Option<FactValue> {
    let text = text(reader, node, what)?;
    if info.shape == Shape::VersionOrNone && text.value == "none" {
        return Some(FactValue::None);
    }
    let version = Version::from_str(&text.value).ok();
    if version.is_none() {
        refuse(
            reader,
            text.span,
            format!("{what} is `{}`, which is not a version", text.value),
        );
    }
    version.map(FactValue::Version)
}

fn number(reader: &mut Reader<'_>, node: &Node, what: &str) -> Option<FactValue> {
    let number = node.as_str().and_then(|text| text.trim().parse().ok());
    if number.is_none() {
        reader.wrong_kind(node, what, "a whole number");
    }
    number.map(FactValue::Number)
}

fn flag(reader: &mut Reader<'_>, node: &Node, what: &str) -> Option<FactValue> {
    match (&node.value, node.as_str()) {
        (Value::Scalar { plain: true, .. }, Some("true")) => Some(FactValue::Flag(true)),
        (Value::Scalar { plain: true, .. }, Some("false")) => Some(FactValue::Flag(false)),
        _ => {
            reader.wrong_kind(node, what, "true or false");
            None
        }
    }
}

fn size(reader: &mut Reader<'_>, node: &Node, what: &str) -> Option<FactValue> {
    let text = text(reader, node, what)?;
    let bytes = bytes(&text.value);
    if bytes.is_none() {
        refuse(
            reader,
            text.span,
            format!("{what} is `{}`, not a size such as `2 GB`", text.value),
        );
    }
    bytes.map(FactValue::Number)
}

/// Reads a size with a unit, in powers of ten.
fn bytes(text: &str) -> Option<u64> {
    let (number, unit) = text.split_once(' ')?;
    let factor: u64 = match unit {
        "kB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "TB" => 1_000_000_000_000,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(factor)
}

fn spec(reader: &mut Reader<'_>, text: &Spanned<String>, what: &str) -> Option<Spec> {
    let spec = Spec::parse(&text.value).filter(|spec| !spec.name().is_empty());
    if spec.is_none() {
        refuse(
            reader,
            text.span,
            format!("an item of {what} is `{}`, which names no package", text.value),
        );
    }
    spec
}

fn subdir(reader: &mut Reader<'_>, text: &Spanned<String>, what: &str) -> Option<Subdir> {
    let subdir = text.value.parse().ok();
    if subdir.is_none() {
        refuse(
            reader,
            text.span,
            format!("an item of {what} is `{}`, which is not a subdir", text.value),
        );
    }
    subdir
}

//! A target: a place where tiers run, with the facts known of it. Judges nothing.

use std::collections::BTreeMap;

use pyiron_lock_core::{
    Finding, Origin, SourceRef, Span, Spanned, suggest,
    yaml::tree::{Field, Reader},
};
use rattler_conda_types::{Subdir, Version};

use super::{
    codes,
    evidence::{self, Evidence, check_keys, required, unknown_word},
    fields::{FIELDS, field_info},
    policy::Policy,
    shape::{self, Fact, FactValue, FieldInfo, Spec},
};

/// What kind of place a target is; the folder of its file says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A cluster.
    Hpc,
    /// A container engine.
    Container,
    /// A hub or binder.
    Jupyter,
    /// A service that an environment talks to.
    Service,
}

impl Kind {
    /// Every kind, in the order they are listed.
    pub const ALL: [Self; 4] = [Self::Hpc, Self::Container, Self::Jupyter, Self::Service];

    /// Returns the name of the folder.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hpc => "hpc",
            Self::Container => "container",
            Self::Jupyter => "jupyter",
            Self::Service => "service",
        }
    }
}

/// A place where tiers run.
#[derive(Debug, Clone)]
pub struct Target {
    /// The id, the name of its file.
    pub id: String,
    /// Its kind.
    pub kind: Kind,
    /// What it is, one line.
    pub title: String,
    /// Its file.
    pub source: SourceRef,
    /// The evidence of its blocks.
    pub evidence: Vec<Evidence>,
    /// What a person should know besides.
    pub notes: Vec<String>,
    facts: BTreeMap<&'static str, Fact>,
    unknown: BTreeMap<&'static str, Spanned<String>>,
}

/// What a target says of one fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known<T> {
    /// It is this.
    Said(T),
    /// It matters there, and nobody knows it.
    Unknown,
    /// Nothing: it does not matter there.
    Unsaid,
}

impl<T> Known<T> {
    /// Returns the value where there is one.
    pub fn said(self) -> Option<T> {
        match self {
            Self::Said(value) => Some(value),
            _ => None,
        }
    }
}

pub(crate) const TOP_KEYS: &[&str] = &["title", "facts", "unknown", "notes"];

impl Target {
    /// Reads a file by its name, such as `conformance/targets/hpc/cmti.yml`.
    pub fn read(source: &SourceRef) -> (Option<Self>, Vec<Finding>) {
        let mut reader = Reader::new(source);
        let target = read(&mut reader);
        let sound = !pyiron_lock_core::finding::any_error(&reader.findings);
        (target.filter(|_| sound), reader.findings)
    }

    /// Returns a fact by its key.
    pub fn fact(&self, key: &str) -> Known<&Fact> {
        match self.facts.get(key) {
            Some(fact) => Known::Said(fact),
            None if self.unknown.contains_key(key) => Known::Unknown,
            None => Known::Unsaid,
        }
    }

    /// Returns the facts in the order of the table.
    pub fn facts(&self) -> impl Iterator<Item = (&'static str, &Fact)> {
        FIELDS
            .iter()
            .filter_map(|field| Some((field.key, self.facts.get(field.key)?)))
    }

    /// Returns what is not known, each with what is missing.
    pub fn unknown(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.unknown.iter().map(|(key, why)| (*key, why.value.as_str()))
    }

    /// Returns the evidence of a fact.
    pub fn evidence_of(&self, fact: &Fact) -> &Evidence {
        &self.evidence[fact.evidence]
    }

    /// Returns a note on a fact that may not hold.
    pub fn doubt(&self, key: &str) -> Option<String> {
        let fact = self.facts.get(key)?;
        let doubt = self.evidence_of(fact).uncertain.as_ref()?;
        Some(format!("`{key}` is uncertain: {doubt}"))
    }

    /// Returns the place of a fact, or of the word that says it is unknown.
    pub fn origin(&self, key: &str, label: &str) -> Option<Origin> {
        let span = self
            .facts
            .get(key)
            .map(|fact| fact.span)
            .or_else(|| self.unknown.get(key).map(|why| why.span))?;
        Some(Origin {
            source: self.source.clone(),
            span,
            label: label.to_owned(),
        })
    }

    /// Returns the place of one word of a list.
    pub fn origin_of(&self, word: &Spanned<String>, label: &str) -> Origin {
        Origin {
            source: self.source.clone(),
            span: word.span,
            label: label.to_owned(),
        }
    }

    /// Returns a text or word.
    pub fn text(&self, key: &str) -> Known<&str> {
        self.value(key, |value| match value {
            FactValue::Text(text) => Some(text.as_str()),
            _ => None,
        })
    }

    /// Returns a list of texts or words; empty where nothing is said.
    pub fn texts(&self, key: &str) -> &[Spanned<String>] {
        match self.facts.get(key).map(|fact| &fact.value) {
            Some(FactValue::Texts(texts)) => texts,
            _ => &[],
        }
    }

    /// Returns a version; `Said(None)` is the word `none`.
    pub fn version(&self, key: &str) -> Known<Option<&Version>> {
        self.value(key, |value| match value {
            FactValue::Version(version) => Some(Some(version)),
            FactValue::None => Some(None),
            _ => None,
        })
    }

    /// Returns a number or a number of bytes.
    pub fn number(&self, key: &str) -> Known<u64> {
        self.value(key, |value| match value {
            FactValue::Number(number) => Some(*number),
            _ => None,
        })
    }

    /// Returns yes or no.
    pub fn flag(&self, key: &str) -> Known<bool> {
        self.value(key, |value| match value {
            FactValue::Flag(flag) => Some(*flag),
            _ => None,
        })
    }

    /// Returns constraints.
    pub fn specs(&self, key: &str) -> Known<&[Spec]> {
        self.value(key, |value| match value {
            FactValue::Specs(specs) => Some(specs.as_slice()),
            _ => None,
        })
    }

    /// Returns the subdirs, the usual one first.
    pub fn subdirs(&self) -> &[Subdir] {
        match self.facts.get("subdirs").map(|fact| &fact.value) {
            Some(FactValue::Subdirs(subdirs)) => subdirs,
            _ => &[],
        }
    }

    /// Reports words that no policy explains: operating systems, CPUs, channel policies and needs.
    pub(super) fn check(&self, policy: &Policy) -> Vec<Finding> {
        let cpus = || {
            policy
                .table("cpu")
                .flat_map(|level| level.texts("names"))
                .map(|name| name.value.as_str())
        };
        let levels = || policy.table("cpu").map(|level| level.key.as_str());
        let keys = |table| {
            policy
                .table(table)
                .map(|entry| entry.key.as_str())
                .collect::<Vec<_>>()
        };
        let texts = |key| {
            self.texts(key)
                .iter()
                .map(|text| text.value.clone())
                .collect::<Vec<_>>()
        };
        let text = |key| {
            self.text(key)
                .said()
                .into_iter()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        let used: [(&str, Vec<String>, Vec<&str>); 5] = [
            ("os", text("os"), keys("os")),
            ("channel-policy", text("channel-policy"), keys("channels")),
            ("needs", texts("needs"), keys("needs")),
            ("archspec-min", text("archspec-min"), levels().collect()),
            (
                "archspec-list",
                texts("archspec-list"),
                cpus().chain(levels()).collect(),
            ),
        ];
        let mut findings = Vec::new();
        for (key, words, known) in used {
            for word in words.iter().filter(|word| !known.contains(&word.as_str())) {
                let message = format!(
                    "target `{}`: `{key}` names `{word}`, which no policy explains",
                    self.id
                );
                let mut finding = Finding::new(codes::DATA_WRONG_VALUE, message);
                finding.origins.extend(self.origin(key, "named here"));
                if let Some(near) = suggest::nearest(word, known.iter().copied()) {
                    finding = finding.help(format!("did you mean `{near}`?"));
                }
                findings.push(finding);
            }
        }
        findings
    }

    fn value<'t, T>(&'t self, key: &str, pick: impl Fn(&'t FactValue) -> Option<T>) -> Known<T> {
        match self.fact(key) {
            Known::Said(fact) => pick(&fact.value).map_or(Known::Unsaid, Known::Said),
            Known::Unknown => Known::Unknown,
            Known::Unsaid => Known::Unsaid,
        }
    }
}

fn read(reader: &mut Reader<'_>) -> Option<Target> {
    let source = reader.source.clone();
    let (kind, id) = place(reader)?;
    let document = reader.document()?;
    let Some(root) = &document.root else {
        let message = format!("`{}` is empty", source.name());
        reader.push(reader.finding(
            codes::DATA_MISSING_KEY,
            Span::new(0, 0),
            message,
            "nothing is here",
        ));
        return None;
    };
    let fields = reader.fields(root, "the target")?;
    check_keys(reader, &fields, TOP_KEYS, "the target");
    let title = required(reader, &fields, root, "title", "the target");
    let title = title.and_then(|node| reader.text(node, "`title`"));
    let facts = required(reader, &fields, root, "facts", "the target");
    let mut target = Target {
        id,
        kind,
        title: String::new(),
        source: source.clone(),
        evidence: Vec::new(),
        notes: Vec::new(),
        facts: BTreeMap::new(),
        unknown: BTreeMap::new(),
    };
    for block in facts
        .map(|node| evidence::blocks(reader, node))
        .unwrap_or_default()
    {
        take_block(reader, &mut target, block);
    }
    for field in &fields {
        match field.key {
            "unknown" => take_unknown(reader, &mut target, field.value),
            "notes" => {
                let notes = reader.texts(field.value, "`notes`").unwrap_or_default();
                target.notes = notes.into_iter().map(|note| note.value).collect();
            }
            _ => {}
        }
    }
    if target.subdirs().is_empty() {
        let message = format!("the target `{}` has no `subdirs`", target.id);
        let finding = reader.finding(codes::DATA_MISSING_KEY, Span::new(0, 0), message, "in this file");
        reader.push(finding.help("say which packages run there, as `subdirs: [linux-64]`"));
    }
    target.title = title?.value;
    Some(target)
}

fn place(reader: &mut Reader<'_>) -> Option<(Kind, String)> {
    let name = reader.source.name().to_owned();
    let mut parts = name.rsplit('/');
    let id = parts.next().and_then(|file| file.strip_suffix(".yml"));
    let folder = parts.next().unwrap_or_default();
    let kind = Kind::ALL.into_iter().find(|kind| kind.as_str() == folder);
    let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.';
    if let (Some(kind), Some(id)) = (kind, id.filter(|id| !id.is_empty() && id.chars().all(word))) {
        return Some((kind, id.to_owned()));
    }
    let message = format!("`{name}` is not the place of a target");
    let finding = reader.finding(codes::DATA_PLACE, Span::new(0, 0), message, "this file");
    reader.push(finding.help(
        "put it into `hpc`, `container`, `jupyter` or `service`, named ID.yml in lower-case letters, digits, `-` and `.`",
    ));
    None
}

/// Returns what a fact is by its key, or reports the key.
fn known_field(reader: &mut Reader<'_>, field: &Field<'_>) -> Option<&'static FieldInfo> {
    let info = field_info(field.key);
    if info.is_none() {
        let known = FIELDS.iter().map(|field| field.key);
        let what = "a target has an unknown key";
        let finding = unknown_word(reader, field.key, field.key_span, known, what);
        reader.push(finding);
    }
    info
}

fn take_block(reader: &mut Reader<'_>, target: &mut Target, block: evidence::Block<'_>) {
    let evidence = target.evidence.len();
    target.evidence.push(block.evidence);
    for field in block.says {
        let Some(info) = known_field(reader, &field) else {
            continue;
        };
        let Some(value) = shape::read(reader, info, &field) else {
            continue;
        };
        let span = shape::place(reader, field.value);
        if let Some(first) = target.facts.get(info.key) {
            let message = format!("`{}` is said twice", info.key);
            let finding = reader
                .finding(codes::DATA_DUPLICATE, span, message, "said here again")
                .at(reader.source, first.span, "said here first");
            reader.push(finding);
            continue;
        }
        target.facts.insert(
            info.key,
            Fact {
                value,
                span,
                evidence,
            },
        );
    }
}

fn take_unknown(reader: &mut Reader<'_>, target: &mut Target, node: &pyiron_lock_core::yaml::Node) {
    for field in reader.fields(node, "`unknown`").unwrap_or_default() {
        let Some(info) = known_field(reader, &field) else {
            continue;
        };
        if target.facts.contains_key(info.key) {
            let message = format!("`{}` is said and unknown at once", info.key);
            reader.push(reader.finding(codes::DATA_DUPLICATE, field.key_span, message, "said above"));
        }
        if let Some(why) = reader.text(field.value, "what is missing") {
            let why = Spanned::new(why.value, field.key_span);
            target.unknown.insert(info.key, why);
        }
    }
}

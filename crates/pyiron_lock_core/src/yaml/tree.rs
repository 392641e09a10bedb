//! Reading of YAML nodes that people wrote: maps with merge keys, lists, texts; wrong kinds become findings.
//! Knows no schema; every reader of a file brings its own.

use std::collections::BTreeMap;

use super::{Document, Entry, Node, Value, YamlError};
use crate::{
    codes,
    finding::{Code, Finding},
    source::{SourceRef, Span, Spanned},
    suggest,
};

/// The largest file that a person may hand in; larger ones are refused unread.
pub const MAX_FILE_BYTES: u64 = 8 << 20;

/// A key with its value, after merge keys have been followed.
#[derive(Debug, Clone, Copy)]
pub struct Field<'n> {
    /// The key.
    pub key: &'n str,
    /// Where the key stands.
    pub key_span: Span,
    /// The value.
    pub value: &'n Node,
}

/// The file being read and what was found in it so far.
#[derive(Debug)]
pub struct Reader<'s> {
    /// The file.
    pub source: &'s SourceRef,
    /// What was found so far.
    pub findings: Vec<Finding>,
    explain: fn(&SourceRef, &YamlError) -> Finding,
    is_secret: fn(Code) -> bool,
}

impl<'s> Reader<'s> {
    /// Starts to read a file.
    pub fn new(source: &'s SourceRef) -> Self {
        Self {
            source,
            findings: Vec::new(),
            explain: not_yaml,
            is_secret: |_| false,
        }
    }

    /// Sets what explains a text that is not YAML, for files whose usual slips are known.
    #[must_use]
    pub fn explaining(self, explain: fn(&SourceRef, &YamlError) -> Finding) -> Self {
        Self { explain, ..self }
    }

    /// Sets which findings are about a secret, so that the text at their places may not be shown.
    #[must_use]
    pub fn hiding(self, is_secret: fn(Code) -> bool) -> Self {
        Self { is_secret, ..self }
    }

    /// Starts a finding that points at one place of this file; the caller hands it to [`Self::push`].
    pub fn finding(&self, code: Code, span: Span, message: impl Into<String>, label: &str) -> Finding {
        let mut finding = Finding::new(code, message).at(self.source, self.one_line(span), label);
        finding.hides_source = (self.is_secret)(code);
        finding
    }

    /// Adds a finding.
    pub fn push(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// Reads the text as one YAML document.
    pub fn document(&mut self) -> Option<Document> {
        let text = self.source.text();
        if text.len() as u64 > MAX_FILE_BYTES {
            let message = format!("`{}` is larger than {MAX_FILE_BYTES} bytes", self.source.name());
            self.push(self.finding(codes::SPEC_FILE_TOO_LARGE, Span::new(0, 0), message, "not read"));
            return None;
        }
        match super::read(text) {
            Ok(document) => Some(document),
            Err(error) => {
                self.push((self.explain)(self.source, &error));
                None
            }
        }
    }

    /// Returns the value of a key that has to be there; `what` is the map that it belongs to, `code` tells that it lacks.
    pub fn required<'n>(
        &mut self,
        fields: &[Field<'n>],
        owner: &Node,
        key: &str,
        what: &str,
        code: Code,
    ) -> Option<&'n Node> {
        let found = fields.iter().find(|field| field.key == key);
        if found.is_none() {
            let message = format!("{what} has no `{key}`");
            self.push(self.finding(code, owner.span, message, "not among these keys"));
        }
        found.map(|field| field.value)
    }

    /// Returns the fields of a map; `what` names it in a finding where it is none.
    pub fn fields<'n>(&mut self, node: &'n Node, what: &str) -> Option<Vec<Field<'n>>> {
        let Value::Mapping(entries) = &node.value else {
            self.wrong_kind(node, what, "a map");
            return None;
        };
        let mut own: BTreeMap<&str, Span> = BTreeMap::new();
        let mut fields = Vec::new();
        let mut merged = Vec::new();
        for Entry { key, value } in entries {
            let Some(text) = key.as_str() else {
                self.wrong_kind(key, &format!("a key of {what}"), "text");
                continue;
            };
            if text == "<<" && !matches!(value.value, Value::Scalar { .. }) {
                merged.push(value);
            } else if let Some(first) = own.insert(text, key.span) {
                let finding = self
                    .finding(
                        codes::YAML_DUPLICATE_KEY,
                        key.span,
                        format!("the key `{text}` stands twice"),
                        "stands here again",
                    )
                    .at(self.source, first, "stands here first");
                self.push(finding);
            } else {
                fields.push(Field {
                    key: text,
                    key_span: key.span,
                    value,
                });
            }
        }
        for value in merged {
            let maps: Vec<&Node> = match &value.value {
                Value::Sequence(items) => items.iter().collect(),
                _ => vec![value],
            };
            for map in maps {
                for field in self.fields(map, "a merged map")? {
                    if !own.contains_key(field.key) {
                        own.insert(field.key, field.key_span);
                        fields.push(field);
                    }
                }
            }
        }
        Some(fields)
    }

    /// Returns the items of a list; `what` names it in a finding where it is none.
    pub fn items<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n [Node]> {
        match &node.value {
            Value::Sequence(items) => Some(items),
            _ => {
                self.wrong_kind(node, what, "a list");
                None
            }
        }
    }

    /// Returns a text; numbers, booleans and nothing are findings, as other readers would change them.
    pub fn text(&mut self, node: &Node, what: &str) -> Option<Spanned<String>> {
        match node.as_str() {
            Some(text) if node.kind() == "text" && !text.trim().is_empty() => {
                Some(Spanned::new(text.trim().to_owned(), node.span))
            }
            _ => {
                self.wrong_kind(node, what, "text");
                None
            }
        }
    }

    /// Returns the texts of a list; items of another kind are findings.
    pub fn texts(&mut self, node: &Node, what: &str) -> Option<Vec<Spanned<String>>> {
        let items = self.items(node, what)?;
        Some(
            items
                .iter()
                .filter_map(|item| self.text(item, &format!("an item of {what}")))
                .collect(),
        )
    }

    /// Reports a value of the wrong kind.
    pub fn wrong_kind(&mut self, node: &Node, what: &str, wanted: &str) {
        let found = match node.as_str() {
            Some(text) if text.trim().is_empty() => "nothing",
            _ => node.kind(),
        };
        let mut finding = self.finding(
            codes::YAML_WRONG_KIND,
            node.span,
            format!("{what} is {found}, not {wanted}"),
            &format!("{wanted} belongs here"),
        );
        if let (Some(text), "text", "a number" | "a boolean") = (node.as_str(), wanted, found) {
            finding = finding.help(format!("write `\"{text}\"`, in quotes"));
        } else if let (Some(text), "a list", "text") = (node.as_str(), wanted, found) {
            let whole = self.source.slice(node.span);
            finding = finding.help(match flow_list(text) {
                true if !whole.contains('\n') => format!("write `[{text}]`"),
                _ => "write a list, one item a line, each after `- `".to_owned(),
            });
        }
        self.push(finding);
    }

    /// Returns a span cut to its first line, so that a whole list or map is shown by where it starts.
    pub fn one_line(&self, span: Span) -> Span {
        let covered = self.source.slice(span);
        let line = covered.lines().next().unwrap_or("");
        Span::new(span.start, span.start + line.trim_end().len())
    }
}

/// Says that a text is not YAML, and where reading stopped.
fn not_yaml(source: &SourceRef, error: &YamlError) -> Finding {
    let line = source.position(error.span.start).line;
    let message = format!(
        "`{}` is not YAML at line {line}: {}",
        source.name(),
        error.message
    );
    let span = Span::new(error.span.start, source.line_span(error.span.start).end);
    Finding::new(codes::YAML_SYNTAX, message).at(source, span, "reading stopped here")
}

/// Returns whether brackets around a text make it the list that is meant: words, joined by commas.
fn flow_list(text: &str) -> bool {
    let word = |part: &str| {
        !part.is_empty()
            && !part.starts_with(|c: char| "-?:!&*|>%@`#,".contains(c))
            && !part.contains(|c: char| c.is_whitespace() || "[]{}\"'#:".contains(c))
    };
    text.split(',').all(|part| word(part.trim()))
}

/// Returns `did you mean ...` for a slip of the hand, if there is one near.
pub fn did_you_mean<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<String> {
    suggest::nearest(word, known).map(|near| format!("did you mean `{near}`?"))
}

/// Adds the help if there is one.
pub fn helped(finding: Finding, help: Option<String>) -> Finding {
    match help {
        Some(help) => finding.help(help),
        None => finding,
    }
}

#[cfg(test)]
mod tests {
    use crate::source::SourceFile;

    use super::*;

    #[test]
    fn merge_keys_fill_in_and_own_keys_win() {
        let text = "base: &b {x: 1, y: 2}\nthis: {<<: *b, y: 3}\n";
        let source = SourceFile::new("a.yml", text);
        let mut reader = Reader::new(&source);
        let document = reader.document().unwrap();
        let root = document.root.unwrap();
        let this = reader.fields(&root, "the file").unwrap()[1].value;
        let seen: Vec<_> = reader
            .fields(this, "this")
            .unwrap()
            .iter()
            .map(|f| (f.key, f.value.as_str().unwrap()))
            .collect();
        assert_eq!(seen, [("y", "3"), ("x", "1")]);
        assert!(reader.findings.is_empty());
    }
}

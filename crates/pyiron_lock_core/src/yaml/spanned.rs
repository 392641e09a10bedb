//! A YAML tree in which every node, key and comment keeps its byte span.
//!
//! Built for hostile input: depth, node count and alias expansion are bounded. Duplicate keys are kept, so
//! that whoever knows the schema can point at both. YAML 1.2; one document a text.

use std::collections::HashMap;

use granit_parser::{Event, Options, Parser, ScalarStyle, ScanError};

use crate::source::Span;

const MAX_DEPTH: usize = 64;
const MAX_NODES: usize = 1_000_000;

/// A node of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// What it holds.
    pub value: Value,
    /// Where it stands.
    pub span: Span,
}

/// What a node holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A scalar as written, `plain` when it stands without quotes.
    Scalar {
        /// The text after YAML escapes.
        text: String,
        /// Whether it was written without quotes, so that YAML may read it as a number or null.
        plain: bool,
    },
    /// A list.
    Sequence(Vec<Node>),
    /// A map in the order written, duplicates included.
    Mapping(Vec<Entry>),
}

/// A key and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The key.
    pub key: Node,
    /// The value.
    pub value: Node,
}

/// A comment, `#` included in the span but not in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// The text after `#`.
    pub text: String,
    /// From `#` to the end of the line.
    pub span: Span,
}

/// A text as a tree.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Document {
    /// The top node; `None` when the text holds nothing but comments.
    pub root: Option<Node>,
    /// All comments in the order written.
    pub comments: Vec<Comment>,
}

/// A text that is not YAML, or more of it than we read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct YamlError {
    /// What is wrong.
    pub message: String,
    /// Where.
    pub span: Span,
}

impl Node {
    /// Returns the text of a scalar.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// Returns whether this is what YAML reads as null: nothing, `~` or `null`, without quotes.
    pub fn is_null(&self) -> bool {
        matches!(&self.value, Value::Scalar { text, plain: true }
            if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"))
    }

    /// Returns what the node is, in the words of YAML.
    pub fn kind(&self) -> &'static str {
        match &self.value {
            Value::Scalar { .. } if self.is_null() => "nothing",
            Value::Scalar { text, plain: true } if looks_like_number(text) => "a number",
            Value::Scalar { text, plain: true } if matches!(text.as_str(), "true" | "false") => "a boolean",
            Value::Scalar { .. } => "text",
            Value::Sequence(_) => "a list",
            Value::Mapping(_) => "a map",
        }
    }
}

/// Returns whether YAML reads a plain scalar as an integer or a float.
pub fn looks_like_number(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    digits.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && digits.contains(|c: char| c.is_ascii_digit())
        && digits.parse::<f64>().is_ok()
}

impl Document {
    /// Returns the comment that stands after `offset` on the same line, if any.
    pub fn comment_after(&self, text: &str, offset: usize) -> Option<&Comment> {
        let index = self
            .comments
            .partition_point(|comment| comment.span.start < offset);
        let comment = self.comments.get(index)?;
        (!text.get(offset..comment.span.start)?.contains('\n')).then_some(comment)
    }
}

/// Reads a text.
pub fn read(text: &str) -> Result<Document, YamlError> {
    let mut options = Options::default();
    options.max_buffered_comment_events = 100_000;
    options.block_nesting_limit = MAX_DEPTH;
    options.flow_nesting_limit = MAX_DEPTH;
    let mut builder = Builder {
        text,
        document: Document::default(),
        stack: Vec::new(),
        anchors: HashMap::new(),
        nodes: 0,
        documents: 0,
    };
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, span) = event.map_err(|error| scan_error(text, &error))?;
        let span = match span.byte_range() {
            Some(range) => Span::new(range.start, range.end),
            None => Span::default(),
        };
        builder.take(event, span)?;
    }
    Ok(builder.document)
}

fn scan_error(text: &str, error: &ScanError) -> YamlError {
    let start = error.marker().byte_offset().unwrap_or(text.len()).min(text.len());
    let line_end = text
        .get(start..)
        .and_then(|rest| rest.find('\n'))
        .map_or(text.len(), |newline| start + newline);
    YamlError {
        message: error.info(),
        span: Span::new(start, line_end),
    }
}

/// A collection that is still open.
enum Open {
    Sequence {
        items: Vec<Node>,
        span: Span,
        anchor: usize,
    },
    Mapping {
        entries: Vec<Entry>,
        key: Option<Node>,
        span: Span,
        anchor: usize,
    },
}

struct Builder<'t> {
    text: &'t str,
    document: Document,
    stack: Vec<Open>,
    anchors: HashMap<usize, Node>,
    nodes: usize,
    documents: usize,
}

impl Builder<'_> {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), YamlError> {
        match event {
            Event::Comment(comment, _) => self.document.comments.push(Comment {
                text: comment.into_owned(),
                span,
            }),
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents > 1 {
                    return Err(YamlError {
                        message: "a second document starts here; one file holds one document".to_owned(),
                        span,
                    });
                }
            }
            Event::Scalar(text, style, anchor, tag) => {
                let said_text = tag.is_some_and(|tag| tag.is_yaml_core_schema_tag("str"));
                let node = Node {
                    value: Value::Scalar {
                        text: if span.is_empty() {
                            String::new()
                        } else {
                            text.into_owned()
                        },
                        plain: matches!(style, ScalarStyle::Plain) && !said_text,
                    },
                    span,
                };
                self.close(node, anchor)?;
            }
            Event::SequenceStart(_, anchor, _) => self.open(Open::Sequence {
                items: Vec::new(),
                span,
                anchor,
            })?,
            Event::MappingStart(_, anchor, _) => self.open(Open::Mapping {
                entries: Vec::new(),
                key: None,
                span,
                anchor,
            })?,
            Event::SequenceEnd | Event::MappingEnd => {
                let (node, anchor) = match self.stack.pop() {
                    Some(Open::Sequence {
                        items,
                        span: start,
                        anchor,
                    }) => {
                        let end = items.last().map_or(span.end, |last| last.span.end.max(start.end));
                        (
                            Node {
                                value: Value::Sequence(items),
                                span: Span::new(start.start, end),
                            },
                            anchor,
                        )
                    }
                    Some(Open::Mapping {
                        entries,
                        span: start,
                        anchor,
                        ..
                    }) => {
                        let end = entries
                            .last()
                            .map_or(span.end, |last| last.value.span.end.max(start.end));
                        (
                            Node {
                                value: Value::Mapping(entries),
                                span: Span::new(start.start, end),
                            },
                            anchor,
                        )
                    }
                    None => return Ok(()),
                };
                self.close(node, anchor)?;
            }
            Event::Alias(id) => {
                let Some(node) = self.anchors.get(&id).cloned() else {
                    return Err(YamlError {
                        message: format!(
                            "`{}` refers to an anchor that is still open",
                            &self.text[span.start..span.end]
                        ),
                        span,
                    });
                };
                self.nodes += count(&node);
                self.close(node, 0)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn open(&mut self, open: Open) -> Result<(), YamlError> {
        if self.stack.len() >= MAX_DEPTH {
            let (Open::Sequence { span, .. } | Open::Mapping { span, .. }) = open;
            return Err(YamlError {
                message: format!("nested more than {MAX_DEPTH} levels deep"),
                span,
            });
        }
        self.stack.push(open);
        Ok(())
    }

    fn close(&mut self, node: Node, anchor: usize) -> Result<(), YamlError> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return Err(YamlError {
                message: format!("more than {MAX_NODES} values once aliases are expanded"),
                span: node.span,
            });
        }
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        match self.stack.last_mut() {
            None => self.document.root = Some(node),
            Some(Open::Sequence { items, .. }) => items.push(node),
            Some(Open::Mapping { entries, key, .. }) => match key.take() {
                None => *key = Some(node),
                Some(key) => entries.push(Entry { key, value: node }),
            },
        }
        Ok(())
    }
}

fn count(node: &Node) -> usize {
    match &node.value {
        Value::Scalar { .. } => 1,
        Value::Sequence(items) => 1 + items.iter().map(count).sum::<usize>(),
        Value::Mapping(entries) => {
            1 + entries
                .iter()
                .map(|entry| count(&entry.key) + count(&entry.value))
                .sum::<usize>()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slice(text: &str, node: &Node) -> String {
        text[node.span.start..node.span.end].to_owned()
    }

    #[test]
    fn scalars_keys_and_comments_keep_their_bytes() {
        let text =
            "# top ä\nname: \"x y\"  # why\ndependencies:\n  - python =3.10 # [linux]\n  - pip:\n    - a\n";
        let document = read(text).unwrap();
        let Value::Mapping(entries) = &document.root.as_ref().unwrap().value else {
            panic!("not a map");
        };
        assert_eq!(slice(text, &entries[0].key), "name");
        assert_eq!(slice(text, &entries[0].value), "\"x y\"");
        let Value::Sequence(items) = &entries[1].value.value else {
            panic!("not a list");
        };
        assert_eq!(slice(text, &items[0]), "python =3.10");
        let comment = document.comment_after(text, items[0].span.end).unwrap();
        assert_eq!(comment.text, " [linux]");
        assert_eq!(&text[comment.span.start..comment.span.end], "# [linux]");
        assert_eq!(document.comments.len(), 3);
        assert!(document.comment_after(text, items[1].span.start).is_none());
    }

    #[test]
    fn numbers_keep_their_spelling() {
        let document = read("- 3.10\n- '3.10'\n- ~\n- 1.2.3\n- !!str 3.10\n-\n").unwrap();
        let Value::Sequence(items) = document.root.unwrap().value else {
            panic!("not a list");
        };
        let seen: Vec<_> = items
            .iter()
            .map(|item| (item.as_str().unwrap(), item.kind()))
            .collect();
        assert_eq!(
            seen,
            [
                ("3.10", "a number"),
                ("3.10", "text"),
                ("~", "nothing"),
                ("1.2.3", "text"),
                ("3.10", "text"),
                ("", "nothing")
            ]
        );
    }

    #[test]
    fn hostile_texts_end_in_one_error_with_a_place() {
        let bomb: String = (0..40)
            .map(|i| format!("a{}: &a{} [*a{i}, *a{i}, *a{i}, *a{i}]\n", i + 1, i + 1))
            .collect();
        for text in [
            format!("a0: &a0 x\n{bomb}"),
            format!("{}{}", "[".repeat(2000), "]".repeat(2000)),
            "a: [1, 2".to_owned(),
            "a: 1\n\tb: 2\n".to_owned(),
            "a: *nobody\n".to_owned(),
            "a: 1\n---\nb: 2\n".to_owned(),
            "a: b: c\n".to_owned(),
            "\u{0}".to_owned(),
        ] {
            let error = read(&text).expect_err(&text[..text.len().min(40)]);
            assert!(
                !error.message.is_empty() && error.span.end <= text.len(),
                "{error:?}"
            );
        }
    }

    #[test]
    fn duplicate_keys_are_kept_for_the_schema_to_judge() {
        let Value::Mapping(entries) = read("a: 1\na: 2\n").unwrap().root.unwrap().value else {
            panic!("not a map");
        };
        assert_eq!(entries.len(), 2);
    }
}

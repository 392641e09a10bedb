//! Reads the list of dependencies: requests, the pip section, selectors of both styles.

use std::collections::BTreeSet;

use pyiron_lock_core::{
    Finding, Span,
    yaml::{self, Document, Node, Value},
};

use super::{Dependency, PipLine};
use crate::{
    codes, line,
    selector::{Comment, Dialect, Selector, SelectorTrouble, classify},
    tree::{Field, Reader, helped},
};

/// What the list held.
#[derive(Debug, Default)]
pub(super) struct Items {
    pub(super) dependencies: Vec<Dependency>,
    pub(super) pip: Vec<PipLine>,
}

/// Reads the value of `dependencies`, then looks at comments that belong to no item.
pub(super) fn read(
    reader: &mut Reader<'_>,
    document: &Document,
    field: &Field<'_>,
    dialect: Dialect,
) -> Items {
    let mut list = List {
        document,
        dialect,
        used: BTreeSet::new(),
        comments: None,
        sels: None,
        items: Items::default(),
    };
    match &field.value.value {
        Value::Sequence(items) => list.read(reader, items, field.value.span),
        _ => {
            let kind = if field.value.is_null() {
                "nothing"
            } else {
                field.value.kind()
            };
            let finding = reader
                .finding(
                    codes::ENVIRONMENT_NO_DEPENDENCIES,
                    if field.value.is_null() {
                        field.key_span
                    } else {
                        field.value.span
                    },
                    format!("`dependencies` is {kind}, not a list"),
                    "a list belongs here",
                )
                .help("write one request a line, each after `- `");
            reader.push(finding);
        }
    }
    list.stray_comments(reader);
    if let (Some(comment), Some(sel)) = (list.comments, list.sels) {
        let finding = reader
            .finding(
                codes::SELECTOR_MIXED,
                comment,
                "the file mixes two styles of selectors",
                "as a comment",
            )
            .at(reader.source, sel, "as a key");
        reader.push(finding);
    }
    list.items
}

struct List<'d> {
    document: &'d Document,
    dialect: Dialect,
    used: BTreeSet<usize>,
    comments: Option<Span>,
    sels: Option<Span>,
    items: Items,
}

impl List<'_> {
    fn read(&mut self, reader: &mut Reader<'_>, items: &[Node], list: Span) {
        let mut reached = list.start;
        for item in items {
            let alias = item.span.start < reached;
            reached = reached.max(item.span.end);
            match &item.value {
                Value::Scalar { .. } => {
                    let selector = if alias {
                        None
                    } else {
                        self.comment_selector(reader, item.span)
                    };
                    self.request(reader, item, selector);
                }
                Value::Mapping(_) => {
                    for field in reader.fields(item, "a dependency").unwrap_or_default() {
                        self.section(reader, &field);
                    }
                }
                Value::Sequence(_) => not_text(reader, item, None),
            }
        }
    }

    fn section(&mut self, reader: &mut Reader<'_>, field: &Field<'_>) {
        if let Some(expression) = field
            .key
            .strip_prefix("sel(")
            .and_then(|rest| rest.strip_suffix(')'))
        {
            self.sels.get_or_insert(field.key_span);
            match Selector::sel(expression, field.key_span) {
                Ok(selector) => self.request(reader, field.value, Some(selector)),
                Err(trouble) => reader.push(selector_finding(reader, field.key_span, trouble)),
            }
        } else if field.key == "pip" {
            self.pip(reader, field);
        } else if let (Some(text), false) = (field.value.as_str(), field.value.is_null()) {
            let operator = if text.starts_with(['=', '<', '>', '!', '~']) {
                ""
            } else {
                "="
            };
            let span = Span::new(field.key_span.start, field.value.span.end.max(field.key_span.end));
            let finding = reader
                .finding(
                    codes::DEPENDENCY_NOT_TEXT,
                    span,
                    format!("the dependency `{}` is a map, not text", field.key),
                    "the colon makes it a map",
                )
                .help(format!("write `{} {operator}{text}`", field.key));
            reader.push(finding);
        } else {
            let message = format!("`dependencies` has a section `{}`, which is not known", field.key);
            let finding = reader
                .finding(
                    codes::DEPENDENCY_SECTION_UNKNOWN,
                    field.key_span,
                    message,
                    "only `pip` is known",
                )
                .help(if field.value.is_null() {
                    format!("for a package write `{}` without a colon", field.key)
                } else {
                    "take the section out, or move its requirements under `pip`".to_owned()
                });
            reader.push(finding);
        }
    }

    fn pip(&mut self, reader: &mut Reader<'_>, field: &Field<'_>) {
        if field.value.is_null() {
            let finding = reader.finding(
                codes::PIP_EMPTY,
                field.key_span,
                "the pip section is empty",
                "nothing follows",
            );
            reader.push(finding);
            return;
        }
        let mut reached = field.value.span.start;
        for item in reader.items(field.value, "the pip section").unwrap_or_default() {
            let alias = item.span.start < reached;
            reached = reached.max(item.span.end);
            let selector = if alias {
                None
            } else {
                self.comment_selector(reader, item.span)
            };
            if let Some(text) = reader.text(item, "a pip requirement") {
                self.items.pip.push(PipLine {
                    text: text.value,
                    span: text.span,
                    selector,
                });
            }
        }
    }

    fn request(&mut self, reader: &mut Reader<'_>, node: &Node, selector: Option<Selector>) {
        let text = node.as_str().unwrap_or_default().trim();
        if node.kind() != "text" || text.is_empty() {
            return not_text(reader, node, node.as_str());
        }
        if text.contains('\n')
            || matches!(&node.value, Value::Scalar { plain: true, .. }) && spans_lines(reader, node.span)
        {
            let finding = reader
                .finding(
                    codes::DEPENDENCY_TWO_LINES,
                    node.span,
                    format!("`{}` was joined from two lines", one_line(text)),
                    "goes on in the next line",
                )
                .help("give both lines the same indentation");
            reader.push(finding);
            return;
        }
        if let Some(finding) = comment_in_text(reader, node.span, text) {
            let stop = finding.is_error();
            reader.push(finding);
            if stop {
                return;
            }
        }
        match line::parse(text) {
            Ok(read) => {
                for warning in read.warnings {
                    reader.push(line_finding(reader, node.span, warning));
                }
                self.items.dependencies.push(Dependency {
                    name: read.name,
                    spec: read.spec,
                    canonical: read.canonical,
                    span: node.span,
                    selector,
                });
            }
            Err(trouble) => reader.push(line_finding(reader, node.span, trouble)),
        }
    }

    /// Returns the selector in the comment that follows an item on its line, with nothing but blanks between.
    fn comment_selector(&mut self, reader: &mut Reader<'_>, span: Span) -> Option<Selector> {
        let text = reader.source.text();
        let comment = self.document.comment_after(text, span.end)?;
        if !text.get(span.end..comment.span.start)?.trim().is_empty() {
            return None;
        }
        let (expression, place) = selector_in(comment)?;
        self.used.insert(comment.span.start);
        self.comments.get_or_insert(place);
        match Selector::comment(expression, place, self.dialect) {
            Ok(selector) => Some(selector),
            Err(trouble) => {
                reader.push(selector_finding(reader, place, trouble));
                None
            }
        }
    }

    /// Reports selectors that stand behind something else than an item, and those hidden in prose.
    fn stray_comments(&self, reader: &mut Reader<'_>) {
        for comment in &self.document.comments {
            let line = reader.source.line_span(comment.span.start);
            let alone = reader
                .source
                .slice(Span::new(line.start, comment.span.start))
                .trim()
                .is_empty();
            if alone || self.used.contains(&comment.span.start) {
                continue;
            }
            match classify(&comment.text) {
                Comment::Selector { expression, .. }
                    if Selector::comment(expression, comment.span, self.dialect).is_ok() =>
                {
                    let finding = reader
                        .finding(
                            codes::SELECTOR_MISPLACED,
                            comment.span,
                            format!("the selector `[{expression}]` stands on a line that cannot have one"),
                            "would be ignored here",
                        )
                        .help("put it behind a single dependency or pip requirement");
                    reader.push(finding);
                }
                Comment::Late { expression } => {
                    let finding = reader
                        .finding(
                            codes::SELECTOR_LATE,
                            comment.span,
                            format!("`[{expression}]` is not at the start of its comment, so the line applies everywhere"),
                            "read as prose",
                        )
                        .help(format!("if it is a selector, write `# [{expression}]`"));
                    reader.push(finding);
                }
                _ => {}
            }
        }
    }
}

fn selector_in(comment: &yaml::Comment) -> Option<(&str, Span)> {
    match classify(&comment.text) {
        Comment::Selector { expression, offset } => {
            let start = comment.span.start + 1 + offset;
            Some((expression, Span::new(start, start + expression.len() + 2)))
        }
        _ => None,
    }
}

fn spans_lines(reader: &Reader<'_>, span: Span) -> bool {
    reader.source.slice(span).trim_end().contains('\n')
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Looks for `#` inside a request: quotes, or a missing blank, keep YAML from seeing a comment.
fn comment_in_text(reader: &Reader<'_>, span: Span, text: &str) -> Option<Finding> {
    if text.contains("://") {
        return None;
    }
    let (before, comment) = text.split_once('#')?;
    let before = before.trim();
    let finding =
        |message: String| reader.finding(codes::SELECTOR_IN_TEXT, span, message, "not a comment for YAML");
    if let Comment::Selector { expression, .. } = classify(comment) {
        let message = format!("the selector `[{expression}]` is part of the request");
        return Some(finding(message).help(format!(
            "write `{before}  # [{expression}]`, with the comment outside quotes"
        )));
    }
    let mut finding = finding(format!("`{text}` holds a comment, which is dropped"));
    finding.severity = pyiron_lock_core::Severity::Warning;
    Some(finding.help(format!(
        "write `{before}  #{comment}`, with the comment outside quotes"
    )))
}

fn not_text(reader: &mut Reader<'_>, node: &Node, text: Option<&str>) {
    let line = reader.source.line_span(node.span.start);
    let written = reader.source.slice(line);
    let text = text.unwrap_or_default();
    let nothing = node.is_null() || node.as_str().is_some() && text.trim().is_empty();
    let kind = if nothing { "nothing" } else { node.kind() };
    let indented = written.len() - written.trim_start().len();
    let span = if nothing {
        Span::new(line.start + indented, line.end)
    } else {
        node.span
    };
    let help = match kind {
        _ if written.trim_start().starts_with("- !") => {
            Some("`!` starts a tag: put the request in quotes, with the package name in front".to_owned())
        }
        "a number" => Some(format!(
            "a request starts with a name, for instance `python ={text}`"
        )),
        "nothing" => Some("write a request behind the `-`, or take the line out".to_owned()),
        "a boolean" => Some(format!("put the name in quotes: \"{text}\"")),
        _ => None,
    };
    let message = format!("a dependency is {kind}, not text");
    let finding = reader.finding(
        codes::DEPENDENCY_NOT_TEXT,
        span,
        message,
        "one request belongs here",
    );
    reader.push(helped(finding, help));
}

fn selector_finding(reader: &Reader<'_>, span: Span, trouble: SelectorTrouble) -> Finding {
    helped(
        reader.finding(trouble.code, span, trouble.message, "selects lines"),
        trouble.help,
    )
}

fn line_finding(reader: &Reader<'_>, span: Span, trouble: line::Trouble) -> Finding {
    helped(
        reader.finding(trouble.code, span, trouble.message, "requested here"),
        trouble.help,
    )
}

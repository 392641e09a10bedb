//! Reads the list of dependencies: requests, the pip section, selectors of both styles.

use std::collections::BTreeSet;

use pyiron_lock_core::{
    Finding, Span,
    yaml::{Document, Node, Value},
};

use super::{
    Dependency, PipLine,
    comments::{comment_in_text, selector_finding},
    misfits,
};
use crate::{
    codes, line,
    selector::{Dialect, Selector},
    tree::{Field, Reader, helped},
    yaml_1_1,
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
        pip_section: None,
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
                .help(match field.value.as_str() {
                    Some(text) if text.starts_with('-') => "leave a blank behind each `-`",
                    _ => "write one request a line, each after `- `",
                });
            reader.push(finding);
        }
    }
    list.pip_without_pip(reader);
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

/// The list while it is read.
pub(super) struct List<'d> {
    pub(super) document: &'d Document,
    pub(super) dialect: Dialect,
    /// Where the comments stand that were read as selectors.
    pub(super) used: BTreeSet<usize>,
    /// The first selector in a comment.
    pub(super) comments: Option<Span>,
    /// The first selector in a key.
    sels: Option<Span>,
    /// The key of the pip section, where it has items.
    pub(super) pip_section: Option<Span>,
    pub(super) items: Items,
}

impl List<'_> {
    fn read(&mut self, reader: &mut Reader<'_>, items: &[Node], list: Span) {
        let mut reached = list.start;
        for (place, item) in items.iter().enumerate() {
            let last = place + 1 == items.len();
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
                    let fields = reader.fields(item, "a dependency").unwrap_or_default();
                    if let Some(finding) = misfits::in_parts(reader, item, &fields) {
                        reader.push(finding);
                        continue;
                    }
                    for field in &fields {
                        self.section(reader, field, last);
                    }
                }
                Value::Sequence(_) => misfits::not_text(reader, item, None),
            }
        }
    }

    fn section(&mut self, reader: &mut Reader<'_>, field: &Field<'_>, last: bool) {
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
            self.pip(reader, field, last);
        } else {
            reader.push(misfits::section(reader, field));
        }
    }

    fn request(&mut self, reader: &mut Reader<'_>, node: &Node, selector: Option<Selector>) {
        let text = node.as_str().unwrap_or_default().trim();
        if node.kind() != "text" || text.is_empty() {
            return misfits::not_text(reader, node, selector.as_ref());
        }
        if let Some(finding) = joined(reader, node, text) {
            return reader.push(finding);
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
                if let Some(kind) = yaml_1_1::kind(node) {
                    reader.push(misfits::word_of_yaml(reader, node, kind, text));
                }
                for warning in read.warnings {
                    reader.push(line_finding(reader, node.span, warning));
                }
                self.items.dependencies.push(Dependency {
                    name: read.name,
                    spec: read.spec,
                    text: text.to_owned(),
                    canonical: read.canonical,
                    span: node.span,
                    selector,
                });
            }
            Err(trouble) => reader.push(line_finding(reader, node.span, trouble)),
        }
    }
}

/// Returns a finding for a plain text that YAML joined from several lines.
pub(super) fn joined(reader: &Reader<'_>, node: &Node, text: &str) -> Option<Finding> {
    let written = reader.source.slice(node.span).trim_end();
    let plain = matches!(&node.value, Value::Scalar { plain: true, .. }) && written.contains('\n');
    if !plain && !text.contains('\n') {
        return None;
    }
    let mut lines = written.lines().map(str::trim);
    let (first, second) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    let help = match second.strip_prefix('-') {
        Some(_) if first == "pip" => "write `- pip:`, with a colon".to_owned(),
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_alphabetic()) => {
            format!("write `- {rest}`, with a blank behind the `-` and the indentation of the line above")
        }
        _ => "give both lines the same indentation".to_owned(),
    };
    let message = format!(
        "`{}` was joined from two lines",
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    );
    let finding = reader.finding(
        codes::DEPENDENCY_TWO_LINES,
        node.span,
        message,
        "goes on in the next line",
    );
    Some(finding.help(help))
}

fn line_finding(reader: &Reader<'_>, span: Span, trouble: line::Trouble) -> Finding {
    helped(
        reader.finding(trouble.code, span, trouble.message, "requested here"),
        trouble.help,
    )
}

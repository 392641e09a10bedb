//! Comments of the list of dependencies: selectors where they are read, and those that nobody reads.

use pyiron_lock_core::{
    Finding, Span,
    yaml::{self},
};

use super::dependencies::List;
use crate::{
    codes,
    selector::{Comment, Selector, SelectorTrouble, classify},
    tree::{Reader, helped},
};

impl List<'_> {
    /// Returns the selector in the comment that follows an item on its line, with nothing but blanks between.
    pub(super) fn comment_selector(&mut self, reader: &mut Reader<'_>, span: Span) -> Option<Selector> {
        let text = reader.source.text();
        let comment = self.document.comment_after(text, span.end)?;
        if !text.get(span.end..comment.span.start)?.trim().is_empty() {
            return None;
        }
        let (expression, place, further) = selector_in(comment)?;
        self.used.insert(comment.span.start);
        self.comments.get_or_insert(place);
        if let Some(further) = further {
            let message = format!("`[{further}]` stands behind `[{expression}]` and is not read");
            let finding = reader
                .finding(
                    codes::SELECTOR_LATE,
                    comment.span,
                    message,
                    "only the first bracket is read",
                )
                .help("if both are meant, join their words with `and` or `or` in one bracket");
            reader.push(finding);
        }
        match Selector::comment(expression, place, self.dialect) {
            Ok(selector) => Some(selector),
            Err(trouble) => {
                reader.push(selector_finding(reader, place, trouble));
                None
            }
        }
    }

    /// Reports selectors that stand behind something else than an item, and those hidden in prose.
    pub(super) fn stray_comments(&self, reader: &mut Reader<'_>) {
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
                Comment::Broken { expression, after } => {
                    reader.push(broken(reader, comment.span, expression, after));
                }
                _ => {}
            }
        }
    }
}

/// Returns the expression, its place with brackets, and a second selector behind it.
fn selector_in(comment: &yaml::Comment) -> Option<(&str, Span, Option<&str>)> {
    match classify(&comment.text) {
        Comment::Selector {
            expression,
            offset,
            further,
        } => {
            let start = comment.span.start + 1 + offset;
            Some((
                expression,
                Span::new(start, start + expression.len() + 2),
                further,
            ))
        }
        _ => None,
    }
}

/// Says why a bracket that looks like a selector is none.
fn broken(reader: &Reader<'_>, span: Span, expression: &str, after: Option<char>) -> Finding {
    let (why, help) = match after {
        None => (
            format!("`[{expression}` lacks its closing bracket"),
            "if it is a selector, close the bracket",
        ),
        Some('[') => (
            format!("`[{expression}]` is followed by another bracket"),
            "if both are selectors, join their words with `and` or `or` in one bracket",
        ),
        Some(c) if !c.is_whitespace() => (
            format!("`[{expression}]` is followed by `{c}`"),
            "if it is a selector, leave a blank behind the bracket",
        ),
        Some(_) => (
            format!("`[{expression}]` has more than words in it"),
            "if it is a selector, join its words with `and` or `or`",
        ),
    };
    let message = format!("{why}, so it is no selector and the line applies everywhere");
    reader
        .finding(codes::SELECTOR_LATE, span, message, "read as prose")
        .help(help)
}

/// Looks for `#` inside a request: quotes, or a missing blank, keep YAML from seeing a comment.
pub(super) fn comment_in_text(reader: &Reader<'_>, span: Span, text: &str) -> Option<Finding> {
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

pub(super) fn selector_finding(reader: &Reader<'_>, span: Span, trouble: SelectorTrouble) -> Finding {
    helped(
        reader.finding(trouble.code, span, trouble.message, "selects lines"),
        trouble.help,
    )
}

//! Texts that people wrote and places inside them. Knows nothing about YAML or files on disk.

use std::sync::Arc;

/// A text with the name it is shown under; the name is a path relative to the project where there is one.
#[derive(Debug, PartialEq, Eq)]
pub struct SourceFile {
    name: String,
    text: String,
    /// The offset at which each line starts.
    lines: Vec<usize>,
}

/// A shared [`SourceFile`]; every span refers to exactly one.
pub type SourceRef = Arc<SourceFile>;

impl SourceFile {
    /// Creates a source from the name to show and its text.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> SourceRef {
        let text = text.into();
        let starts = text.match_indices('\n').map(|(newline, _)| newline + 1);
        Arc::new(Self {
            name: name.into(),
            lines: std::iter::once(0).chain(starts).collect(),
            text,
        })
    }

    /// Returns the name to show, with `/` as separator on every system.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the line and column of a byte offset; an offset past the end gives the last position.
    pub fn position(&self, offset: usize) -> Position {
        let mut end = offset.min(self.text.len());
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        let line = self.lines.partition_point(|start| *start <= end);
        let start = self.lines[line - 1];
        Position {
            line,
            column: self.text[start..end].chars().count() + 1,
        }
    }

    /// Returns the text under a span, empty when the span does not fit.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.start..span.end).unwrap_or("")
    }

    /// Returns the span of the whole line, without its line break, that holds `offset`.
    pub fn line_span(&self, offset: usize) -> Span {
        self.line(self.lines.partition_point(|start| *start <= offset))
    }

    /// Returns the span of a line, counted from 1, without its line break; the last line for a higher number.
    pub fn line(&self, number: usize) -> Span {
        let index = number.clamp(1, self.lines.len()) - 1;
        let start = self.lines[index];
        let end = self.lines.get(index + 1).map_or(self.text.len(), |next| next - 1);
        Span::new(start, end)
    }
}

/// A line and a column, both counted from 1; columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

/// A half-open range of byte offsets in a [`SourceFile`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// Creates a span; `end` is raised to `start` where it is smaller.
    pub fn new(start: usize, end: usize) -> Self {
        Self {
            start,
            end: end.max(start),
        }
    }

    /// Returns the number of bytes covered.
    pub fn len(self) -> usize {
        self.end - self.start
    }

    /// Returns whether nothing is covered.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }
}

/// A value together with the place it was written at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// Pairs a value with its span.
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_lines_and_characters() {
        let source = SourceFile::new("a.yml", "ab\nä: x\n");
        assert_eq!(source.position(0), Position { line: 1, column: 1 });
        let x = source.text().find('x').unwrap();
        assert_eq!(source.position(x), Position { line: 2, column: 4 });
        assert_eq!(source.position(10_000), Position { line: 3, column: 1 });
        assert_eq!(source.slice(source.line_span(x)), "ä: x");
    }

    #[test]
    fn an_offset_inside_a_character_is_moved_back() {
        let source = SourceFile::new("a.yml", "ä");
        assert_eq!(source.position(1), Position { line: 1, column: 1 });
    }
}

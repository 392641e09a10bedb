//! One finding as a person reads it: headline, the lines it points at, what else is known, a way out.

use std::fmt;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents,
    SourceCode, SourceSpan, SpanContents,
};
use pyiron_lock_core::{Finding, Origin, Severity, SourceRef, Span};

/// The most findings that a person reads at once.
pub(crate) const MAX_SHOWN: usize = 100;

/// Renders findings, each followed by an empty line; those over a hundred are only counted.
pub(crate) fn findings_text(findings: &[Finding], color: bool) -> String {
    let theme = if color {
        GraphicalTheme::unicode()
    } else {
        GraphicalTheme::unicode_nocolor()
    };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(110)
        .with_context_lines(1)
        .without_syntax_highlighting()
        .with_links(false);
    let mut text = String::new();
    for finding in findings.iter().take(MAX_SHOWN) {
        let groups = if finding.hides_source {
            Vec::new()
        } else {
            groups(&finding.origins)
        };
        let first = Shown::new(finding, groups.first().map_or(&[], Vec::as_slice));
        if handler.render_report(&mut text, &first).is_err() {
            text.push_str(&printable(&finding.message));
        }
        let file = groups.first().map(|group| group[0].source.name());
        for group in groups.iter().skip(1) {
            if handler
                .render_report(&mut text, &Shown::elsewhere(group, file))
                .is_err()
            {
                text.push_str("and elsewhere");
            }
        }
        for origin in finding.origins.iter().filter(|_| finding.hides_source) {
            let position = origin.source.position(origin.span.start);
            let place = format!("{}:{}:{}", origin.source.name(), position.line, position.column);
            text.push_str(&format!("  at: {}, {}\n", printable(&place), origin.label));
        }
        for note in &finding.notes {
            text.push_str(&format!("  {}\n", printable(note)));
        }
        if let Some(help) = &finding.help {
            text.push_str(&format!("  help: {}\n", printable(help)));
        }
        text.push('\n');
    }
    if findings.len() > MAX_SHOWN {
        text.push_str(&format!(
            "{} more findings are left out; `--json` has them all\n\n",
            findings.len() - MAX_SHOWN
        ));
    }
    text
}

/// Places that are drawn together, in the shape miette draws.
struct Shown {
    code: Option<String>,
    message: String,
    severity: Severity,
    source: Option<Excerpt>,
    labels: Vec<LabeledSpan>,
}

impl Shown {
    /// The headline and the first places.
    fn new(finding: &Finding, group: &[&Origin]) -> Self {
        let (source, labels) = labels_in(group);
        Self {
            code: Some(format!("{}[{}]", finding.severity.as_str(), finding.code)),
            message: printable(&finding.message),
            severity: finding.severity,
            source,
            labels,
        }
    }

    /// Further places, in another file or far from the first.
    fn elsewhere(group: &[&Origin], first_file: Option<&str>) -> Self {
        let (source, labels) = labels_in(group);
        let name = group[0].source.name();
        Self {
            code: None,
            message: if first_file == Some(name) {
                "and here".to_owned()
            } else {
                format!("and in {name}")
            },
            severity: Severity::Note,
            source,
            labels,
        }
    }
}

/// Groups places that are drawn together: those of one file that are at most a few lines apart.
fn groups(origins: &[Origin]) -> Vec<Vec<&Origin>> {
    const NEAR: usize = 6;
    let line = |origin: &Origin| origin.source.position(origin.span.start).line;
    let mut groups: Vec<Vec<&Origin>> = Vec::new();
    for origin in origins {
        let near = |other: &&Origin| {
            other.source.name() == origin.source.name() && line(other).abs_diff(line(origin)) <= NEAR
        };
        match groups.iter_mut().find(|group| group.iter().any(near)) {
            Some(group) => group.push(origin),
            None => groups.push(vec![origin]),
        }
    }
    groups
}

fn labels_in(origins: &[&Origin]) -> (Option<Excerpt>, Vec<LabeledSpan>) {
    let Some(first) = origins.first() else {
        return (None, Vec::new());
    };
    let label = |(number, origin): (usize, &&Origin)| {
        let label = (!origin.label.is_empty()).then(|| printable(&origin.label));
        let place = (origin.span.start, origin.span.len());
        if number == 0 {
            LabeledSpan::new_primary_with_span(label, place)
        } else {
            LabeledSpan::new_with_span(label, place)
        }
    };
    (
        Some(Excerpt::new(&first.source, origins)),
        origins.iter().enumerate().map(label).collect(),
    )
}

/// Returns text without characters that a terminal would act on.
fn printable(text: &str) -> String {
    text.chars()
        .flat_map(|c| {
            if c.is_control() {
                c.escape_default().collect()
            } else {
                vec![c]
            }
        })
        .collect()
}

/// The lines around the places of one group, as miette reads them: no control characters, columns counted in
/// characters. Only these lines are copied, so that many findings in one large file stay cheap.
struct Excerpt {
    source: SourceRef,
    /// Where the lines start in the source.
    start: usize,
    shown: String,
}

impl Excerpt {
    fn new(source: &SourceRef, origins: &[&Origin]) -> Self {
        let first = origins.iter().map(|origin| origin.span.start).min().unwrap_or(0);
        let last = origins.iter().map(|origin| origin.span.end).max().unwrap_or(0);
        let start = source.line(source.position(first).line.saturating_sub(1)).start;
        let end = source.line(source.position(last).line + 1).end;
        let lines = source.slice(Span::new(start, end));
        let mut shown = String::with_capacity(lines.len());
        for c in lines.chars() {
            if c.is_control() && !matches!(c, '\n' | '\t' | '\r') {
                // One character for each byte, so that spans keep their meaning.
                shown.extend(std::iter::repeat_n('?', c.len_utf8()));
            } else {
                shown.push(c);
            }
        }
        Self {
            source: source.clone(),
            start,
            shown,
        }
    }
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let within = span
            .offset()
            .checked_sub(self.start)
            .ok_or(MietteError::OutOfBounds)?;
        let inner = self
            .shown
            .read_span(&(within, span.len()).into(), before, after)?;
        let offset = inner.span().offset() + self.start;
        let start = self.source.position(offset);
        Ok(Box::new(MietteSpanContents::new_named(
            printable(self.source.name()),
            inner.data(),
            (offset, inner.span().len()).into(),
            start.line - 1,
            start.column - 1,
            inner.line_count(),
        )))
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Shown {}

impl Diagnostic for Shown {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.code
            .as_ref()
            .map(|code| Box::new(code) as Box<dyn fmt::Display>)
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Note => miette::Severity::Advice,
        })
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|source| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        (!self.labels.is_empty())
            .then(|| Box::new(self.labels.iter().cloned()) as Box<dyn Iterator<Item = _>>)
    }
}

//! One finding as a person reads it: headline, the lines it points at, what else is known, a way out.

use std::fmt;

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, SourceCode};
use pyiron_lock_core::{Finding, Origin, Severity};

/// Renders findings, each followed by an empty line.
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
    for finding in findings {
        let groups = groups(&finding.origins);
        let first = Shown::new(finding, groups.first().map_or(&[], Vec::as_slice));
        if handler.render_report(&mut text, &first).is_err() {
            text.push_str(&finding.message);
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
        for note in &finding.notes {
            text.push_str(&format!("  {note}\n"));
        }
        if let Some(help) = &finding.help {
            text.push_str(&format!("  help: {help}\n"));
        }
        text.push('\n');
    }
    text
}

/// Places that are drawn together, in the shape miette draws.
struct Shown {
    code: Option<String>,
    message: String,
    severity: Severity,
    source: Option<NamedSource<String>>,
    labels: Vec<LabeledSpan>,
}

impl Shown {
    /// The headline and the first places.
    fn new(finding: &Finding, group: &[&Origin]) -> Self {
        let (source, labels) = labels_in(group);
        Self {
            code: Some(format!("{}[{}]", finding.severity.as_str(), finding.code)),
            message: finding.message.clone(),
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

fn labels_in(origins: &[&Origin]) -> (Option<NamedSource<String>>, Vec<LabeledSpan>) {
    let Some(first) = origins.first() else {
        return (None, Vec::new());
    };
    let source = &first.source;
    let labels = origins
        .iter()
        .map(|origin| {
            let label = (!origin.label.is_empty()).then(|| origin.label.clone());
            LabeledSpan::new(label, origin.span.start, origin.span.len())
        })
        .collect();
    (
        Some(NamedSource::new(source.name(), source.text().to_owned())),
        labels,
    )
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

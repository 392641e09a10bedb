//! The JSON shapes that scripts read.

use pyiron_lock_core::{Finding, Origin};
use serde::Serialize;

/// A place in a file; lines and columns count from 1, the end is exclusive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct OriginView {
    file: String,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    text: String,
    label: String,
}

/// A finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct FindingView {
    code: &'static str,
    severity: &'static str,
    message: String,
    origins: Vec<OriginView>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
}

/// Returns the JSON shape of a place.
fn origin_view(origin: &Origin, hides_source: bool) -> OriginView {
    let start = origin.source.position(origin.span.start);
    let end = origin.source.position(origin.span.end);
    OriginView {
        file: origin.source.name().to_owned(),
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
        text: if hides_source {
            String::new()
        } else {
            origin.source.slice(origin.span).to_owned()
        },
        label: origin.label.clone(),
    }
}

/// Returns the JSON shape of a finding.
pub(crate) fn finding_view(finding: &Finding) -> FindingView {
    FindingView {
        code: finding.code.as_str(),
        severity: finding.severity.as_str(),
        message: finding.message.clone(),
        origins: finding
            .origins
            .iter()
            .map(|origin| origin_view(origin, finding.hides_source))
            .collect(),
        notes: finding.notes.clone(),
        help: finding.help.clone(),
    }
}

//! Lines of one file that ask for the same package: repeated, joined, or excluding each other.

use std::collections::BTreeMap;

use pyiron_lock_core::{Finding, Severity};
use rattler_conda_types::Subdir;

use super::Dependency;
use crate::{codes, line::disjoint, tree::Reader};

/// How many earlier lines for one package a line is compared with.
const MAX_COMPARED: usize = 50;

/// Compares lines for one package that hold on a common subdir; each line gives at most one finding.
pub(super) fn check(reader: &mut Reader<'_>, dependencies: &[Dependency]) {
    let mut seen: BTreeMap<&str, Vec<&Dependency>> = BTreeMap::new();
    for dependency in dependencies {
        let earlier = seen.entry(dependency.name.as_normalized()).or_default();
        let compared = earlier
            .iter()
            .take(MAX_COMPARED)
            .filter(|before| meet(before, dependency));
        let worst = compared
            .map(|before| compare(reader, before, dependency))
            .reduce(|worst, next| {
                if next.severity > worst.severity {
                    next
                } else {
                    worst
                }
            });
        if let Some(finding) = worst {
            reader.push(finding);
        }
        earlier.push(dependency);
    }
}

fn meet(a: &Dependency, b: &Dependency) -> bool {
    let holds = |item: &Dependency, subdir| {
        item.selector
            .as_ref()
            .is_none_or(|selector| selector.applies(subdir))
    };
    Subdir::all().any(|subdir| holds(a, subdir) && holds(b, subdir))
}

fn compare(reader: &Reader<'_>, before: &Dependency, now: &Dependency) -> Finding {
    let name = now.name.as_normalized();
    let (code, severity, message) = if before.canonical == now.canonical {
        (
            codes::DEPENDENCY_REPEATED,
            Severity::Warning,
            format!("`{name}` is requested twice in the same way"),
        )
    } else if disjoint(&before.spec, &now.spec) {
        let message = format!("two requests for `{name}` exclude each other");
        (codes::REQUESTS_DISJOINT, Severity::Error, message)
    } else {
        (
            codes::DEPENDENCY_TWICE,
            Severity::Warning,
            format!("`{name}` is requested twice in different ways"),
        )
    };
    let mut finding = Finding::new(code, message)
        .at(reader.source, now.span, "requested here again")
        .at(reader.source, before.span, "requested here first");
    finding.severity = severity;
    finding
}

//! Requests for Python that repo2docker does not understand.

use pyiron_lock_core::{Code, CodeInfo, Finding, Severity};

use crate::rule::{Check, Rule, Seen, TargetCase};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    code: Code::new(&CodeInfo {
        word: "binder-python-unread",
        severity: Severity::Error,
        title: "repo2docker does not understand the line that asks for Python",
        docs: "repo2docker picks its base environment by a pattern: `python`, `=` and digits at the start of the line, of \
               which it keeps major and minor. Of `python >=3.11,<3.14` it understands nothing and takes 3.10, and \
               then moves the whole base. Of `python =3.*` it takes `3.`, for which there is no base, and \
               the build fails. Write `python =3.12`.",
    }),
    source: "jupyterhub/repo2docker, `PYTHON_REGEX` of its conda build pack",
    example: "python >=3.11,<3.14",
    checks: &[Check::Target(check)],
};

/// The Python that repo2docker takes where it understands nothing.
const DEFAULT: &str = "3.10";

/// What repo2docker makes of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Taken {
    /// It is not about Python.
    OtherPackage,
    /// It understands this version.
    Version(String),
    /// It takes its default.
    Default,
    /// It takes a version that there is no base for.
    NoBase(String),
}

fn check(case: &TargetCase<'_, '_>, seen: &mut Seen) {
    if case.target.text("builds-with").said() != Some("repo2docker") {
        return;
    }
    let Some(facts) = case.view.subject.tier else { return };
    let requests = facts.requests.requests.iter().filter(|request| request.name.as_normalized() == "python");
    let lines: Vec<(String, Option<&pyiron_lock_core::Origin>)> = requests
        .flat_map(|request| match request.origins.is_empty() {
            true => vec![(request.text().to_owned(), None)],
            false => request
                .origins
                .iter()
                .map(|origin| (origin.source.slice(origin.span).to_owned(), Some(origin)))
                .collect(),
        })
        .collect();
    // One line that it understands is enough: it stops at the first.
    if lines.iter().any(|(line, _)| matches!(taken(line), Taken::Version(_))) {
        return;
    }
    let said = match lines.first().map(|(line, _)| taken(line)) {
        Some(Taken::NoBase(version)) => format!("takes `{version}`, for which it has no base"),
        _ => format!("takes Python {DEFAULT}"),
    };
    let message = match lines.first() {
        Some((line, _)) => format!("{}: of `{line}` repo2docker {said}", case.who()),
        None => format!("{}: no line asks for Python, so repo2docker {said}", case.who()),
    };
    let mut finding = Finding::new(RULE.code, message);
    if let Some((_, Some(origin))) = lines.first() {
        finding = finding.at(&origin.source, origin.span, "not understood");
    }
    let locked = case.view.closure.record("python").and_then(|entry| {
        let (major, minor) = entry.record.package_record.version.version().as_major_minor()?;
        Some(format!("{major}.{minor}"))
    });
    if let Some(locked) = &locked {
        finding = finding.help(format!("write `python ={locked}`, which is what is locked"));
    }
    let mut judged = case.finding(finding, None, Some(("builds-with", "what reads the line there")));
    judged.scope.package = Some("python".to_owned());
    seen.push(judged);
}

/// Reads a line as repo2docker does: `^python\s*=+\s*([\d\.]*)`, then major and minor.
fn taken(line: &str) -> Taken {
    let line = line.trim().trim_matches(['"', '\'']);
    let Some(rest) = line.strip_prefix("python") else {
        return if line.contains("::python") { Taken::Default } else { Taken::OtherPackage };
    };
    if rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_' || c == '.') {
        return Taken::OtherPackage;
    }
    let rest = rest.trim_start();
    let digits = rest.trim_start_matches('=');
    if digits.len() == rest.len() {
        return Taken::Default;
    }
    let digits = digits.trim_start();
    let end = digits.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(digits.len());
    let mut parts = digits[..end].split('.');
    match (parts.next().unwrap_or(""), parts.next()) {
        ("", _) | (_, None) => Taken::Default,
        (major, Some("")) => Taken::NoBase(format!("{major}.")),
        (major, Some(minor)) => Taken::Version(format!("{major}.{minor}")),
    }
}

#[cfg(test)]
mod tests {
    use super::{Taken, taken};

    #[test]
    fn lines_are_read_as_repo2docker_does() {
        let version = |text: &str| Taken::Version(text.to_owned());
        for (line, seen) in [
            ("python =3.12", version("3.12")),
            ("python=3.12.10", version("3.12")),
            ("python==3.13", version("3.13")),
            ("python >=3.11,<3.14", Taken::Default),
            ("python", Taken::Default),
            ("python 3.12.*", Taken::Default),
            ("conda-forge::python=3.12", Taken::Default),
            ("python =3.*", Taken::NoBase("3.".to_owned())),
            ("python=3", Taken::Default),
            ("python-ace =0.3.1", Taken::OtherPackage),
            ("python-workflow-definition", Taken::OtherPackage),
        ] {
            assert_eq!(taken(line), seen, "{line}");
        }
    }
}

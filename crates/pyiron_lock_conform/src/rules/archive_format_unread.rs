//! Archives in a format that the conda of a target cannot read.

use std::str::FromStr;

use pyiron_lock_core::{Code, CodeInfo, Finding, Severity};
use rattler_conda_types::Version;

use crate::{
    fit::title,
    rule::{Check, Rule, Seen, TargetCase},
};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    code: Code::new(&CodeInfo {
        word: "archive-format-unread",
        severity: Severity::Error,
        title: "archives are in a format that the conda of a target cannot read",
        docs: "conda reads `.conda` archives from version 4.7 on; an older one knows only `.tar.bz2`. Many records exist \
               in the newer format only, so let the target have a newer conda, or install with another program.",
    }),
    source: "conda-forge news of 2022-11-16; CEP 35",
    example: "numpy-2.3.5.conda where conda is 4.6.14",
    checks: &[Check::Target(check)],
};

fn check(case: &TargetCase<'_, '_>, seen: &mut Seen) {
    let Some(Some(conda)) = seen.fact("conda", case.target.version("conda")) else { return };
    if Version::from_str("4.7").is_ok_and(|since| *conda >= since) {
        return;
    }
    let newer: Vec<String> =
        case.view.records().filter(|record| record.url.path().ends_with(".conda")).map(title).collect();
    let Some(first) = newer.first() else { return };
    let message = format!(
        "{}: {} of {} archives are `.conda`, which conda {conda} does not read",
        case.who(),
        newer.len(),
        case.view.subject.lock.entries.len()
    );
    let finding = Finding::new(RULE.code, message).note(format!("the first of them: {first}"));
    seen.push(case.finding(finding, None, Some(("conda", "the conda there"))));
}

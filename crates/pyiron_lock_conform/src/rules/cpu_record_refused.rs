//! Records that name CPUs in a way that conda's solver does not read.

use pyiron_lock_core::{Code, CodeInfo, Finding, Severity};
use rattler_conda_types::StringMatcher;

use crate::{
    fit::{name, title},
    rule::{Check, LockCase, Rule, Seen},
};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    code: Code::new(&CodeInfo {
        word: "cpu-record-refused",
        severity: Severity::Note,
        title: "a record that conda's solver refuses, though it can be installed from the lock",
        docs: "Newer builds of `_x86_64-microarch-level` name the CPUs they run on by a pattern. rattler and pixi read \
               it; conda and mamba compare it letter by letter and find that nothing provides it. Installing from the \
               lock works everywhere, since it solves nothing. A file that conda has to solve, such as an \
               environment.yml for binder, must leave the record out.",
    }),
    source: "conda-forge/microarch-level-feedstock recipe comments; pixi issue 5285; mamba issues 3222, 3698",
    example: "_x86_64-microarch-level 3 5_level3",
    checks: &[Check::Lock(check)],
};

fn check(case: &LockCase<'_, '_>, seen: &mut Seen) {
    let pattern = |build: &Option<StringMatcher>| matches!(build, Some(StringMatcher::Regex(_)));
    for need in case.view.needs.iter().filter(|need| pattern(&need.spec.spec.build)) {
        for entry in &need.by {
            let message = format!(
                "`{}` for `{}` holds {}, which names CPUs by a pattern that conda does not read",
                case.view.label(),
                case.view.subject.lock.platform.name,
                title(&entry.record)
            );
            let finding = Finding::new(RULE.code, message);
            seen.push(case.view.finding(finding, Some(name(&entry.record)), Some(&need.spec.text)));
        }
    }
}

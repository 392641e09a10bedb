//! Prefixes that are too long for the first line of scripts.

use pyiron_lock_core::{Code, CodeInfo, Finding, Severity};

use super::prefix_too_long::filled;
use crate::{
    fit::LockView,
    rule::{Check, Rule, Seen, TargetCase},
};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    code: Code::new(&CodeInfo {
        word: "prefix-breaks-scripts",
        severity: Severity::Warning,
        title: "the prefix of a target is too long for the first line of scripts",
        docs: "Linux reads 127 characters of `#!/prefix/bin/python3.12`, the `#!` and the end of the line included, so a \
               prefix has at most 109 for Python 3.12. Beyond that, and with a blank in it, conda writes `/usr/bin/env` \
               or a small shell script instead, which find their Python only in an activated environment: call python by its \
               full path in kernels and jobs, or choose a shorter root, best below 80.",
    }),
    source: "conda/conda `core/portability.py`",
    example: "a prefix of 120 characters",
    checks: &[Check::Target(check)],
};

fn check(case: &TargetCase<'_, '_>, seen: &mut Seen) {
    let Some(prefix) = seen.fact("prefix", case.target.text("prefix")) else { return };
    let filled = filled(prefix, case.view);
    let line = case.policy.limit("shebang-line").map_or(127, |(limit, _)| limit);
    let interpreter = interpreter(case.view);
    let limit = line.saturating_sub(3 + interpreter.len() as u64);
    let length = filled.chars().count() as u64;
    let message = if filled.contains(' ') {
        format!("{}: the prefix holds a blank, which ends the first line of scripts", case.who())
    } else if length > limit {
        format!(
            "{}: the prefix has {length} characters, and `#!PREFIX{interpreter}` leaves room for {limit}",
            case.who()
        )
    } else {
        return;
    };
    let finding = Finding::new(RULE.code, message).note(format!("prefix: {filled}"));
    seen.push(case.finding(finding, None, Some(("prefix", "the place of environments"))));
}

/// The longest interpreter that entry points of this lock name.
fn interpreter(view: &LockView<'_>) -> String {
    let python = view.closure.record("python").and_then(|entry| {
        let (major, minor) = entry.record.package_record.version.version().as_major_minor()?;
        Some(format!("/bin/python{major}.{minor}"))
    });
    python.unwrap_or_else(|| "/bin/bash".to_owned())
}

//! Environments that are likely to have more files than a target allows: an estimate, and said to be.

use pyiron_lock_core::{Code, CodeInfo, Finding, Severity};

use crate::rule::{Check, Rule, Seen, TargetCase};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    code: Code::new(&CodeInfo {
        word: "files-too-many",
        severity: Severity::Warning,
        title: "an environment likely has more files than a target allows",
        docs: "File systems of clusters count files, and slow down with small ones. No lock states how many a package \
               has, so this is an estimate by an environment that was counted: 289,524 files in 1,015 packages. Pack the \
               environment into one file, as a squashfs image or an Apptainer image, or leave packages out.",
    }),
    source: "NCI page \"Introducing the new hh5 conda environment\", 2023",
    example: "300 packages, estimated 85,500 files, where 50,000 are allowed",
    checks: &[Check::Target(check)],
};

fn check(case: &TargetCase<'_, '_>, seen: &mut Seen) {
    let Some(limit) = seen.fact("quota-inodes", case.target.number("quota-inodes")) else { return };
    let Some((each, _)) = case.policy.limit("files-per-package") else { return };
    let count = case.view.subject.lock.entries.len() as u64;
    let files = count.saturating_mul(each);
    if files <= limit {
        return;
    }
    let message = format!("{}: an estimated {files} files, where {limit} are allowed", case.who());
    let finding = Finding::new(RULE.code, message).note(format!("estimate: {count} packages of {each} files each"));
    seen.push(case.finding(finding, None, Some(("quota-inodes", "the limit"))));
}

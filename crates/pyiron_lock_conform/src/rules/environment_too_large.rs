//! Environments that are likely to be larger than a target has room for: an estimate, and said to be.

use pyiron_lock_core::{Code, CodeInfo, Finding, Severity};

use crate::{
    data::Policy,
    fit::LockView,
    rule::{Check, Rule, Seen, TargetCase},
};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    code: Code::new(&CodeInfo {
        word: "environment-too-large",
        severity: Severity::Error,
        title: "an installed environment is likely larger than a target has room for",
        docs: "An estimate, since no lock states what is unpacked. It goes by an environment that was counted: 1,015 \
               packages, 289,524 files of 36 kB on average; never less than the archives, which are compressed. Leave out large packages, \
               install where there is more room, or pack the environment into an image.",
    }),
    source: "NCI page \"Introducing the new hh5 conda environment\", 2023; jupyterhub/mybinder.org-deploy",
    example: "300 packages, estimated 3.1 GB, where a build has 2 GB",
    checks: &[Check::Target(check)],
};

fn check(case: &TargetCase<'_, '_>, seen: &mut Seen) {
    for key in ["build-storage", "quota-bytes"] {
        let Some(limit) = seen.fact(key, case.target.number(key)) else { continue };
        let Some((bytes, basis)) = estimate(case.view, case.policy) else { continue };
        if bytes <= limit {
            continue;
        }
        let message = format!(
            "{}: an estimated {} installed, where there is room for {}",
            case.who(),
            size(bytes),
            size(limit)
        );
        let finding = Finding::new(RULE.code, message)
            .note(basis)
            .note(format!("largest archives: {}", largest(case.view)));
        seen.push(case.finding(finding, None, Some((key, "the limit"))));
    }
}

/// Estimates the size of what is unpacked, and says how.
fn estimate(view: &LockView<'_>, policy: &Policy) -> Option<(u64, String)> {
    let (files, _) = policy.limit("files-per-package")?;
    let (bytes, _) = policy.limit("bytes-per-file")?;
    let count = view.subject.lock.entries.len() as u64;
    let by_count = count.saturating_mul(files).saturating_mul(bytes);
    if view.download > by_count {
        let basis = "estimate: at least the archives, which are compressed";
        return Some((view.download, basis.to_owned()));
    }
    let basis = format!("estimate: {count} packages of {files} files of {} each", size(bytes));
    Some((by_count, basis))
}

/// Returns a number of bytes for people, in powers of ten.
pub(super) fn size(bytes: u64) -> String {
    let (divisor, unit) = match bytes {
        0..1_000 => return format!("{bytes} B"),
        1_000..1_000_000 => (1_000, "kB"),
        1_000_000..1_000_000_000 => (1_000_000, "MB"),
        _ => (1_000_000_000, "GB"),
    };
    let tenths = bytes.saturating_mul(10) / divisor;
    match tenths % 10 {
        0 => format!("{} {unit}", tenths / 10),
        tenth => format!("{}.{tenth} {unit}", tenths / 10),
    }
}

/// Names the largest archives.
pub(super) fn largest(view: &LockView<'_>) -> String {
    let mut sizes: Vec<(u64, &str)> =
        view.records().filter_map(|record| Some((record.package_record.size?, crate::fit::name(record)))).collect();
    sizes.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
    let shown: Vec<String> = sizes.iter().take(5).map(|(bytes, name)| format!("{name} {}", size(*bytes))).collect();
    if shown.is_empty() { "no size is stated".to_owned() } else { shown.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_have_one_decimal_at_most() {
        let seen = [999, 1_000, 36_000, 1_250_000, 2_000_000_000, 3_090_000_000].map(size);
        assert_eq!(seen, ["999 B", "1 kB", "36 kB", "1.2 MB", "2 GB", "3 GB"]);
    }
}

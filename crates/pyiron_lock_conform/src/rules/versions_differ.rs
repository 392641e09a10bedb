//! Packages that have to be of one version on every platform of a tier.

use std::collections::BTreeMap;

use pyiron_lock_core::{Code, CodeInfo, Finding, Severity};

use crate::rule::{Check, LockCase, Rule, Seen};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    code: Code::new(&CodeInfo {
        word: "versions-differ",
        severity: Severity::Warning,
        title: "a package has different versions on the platforms of one tier",
        docs: "What a workstation sends to a cluster is unpacked there by the same packages: Python and cloudpickle have \
               to agree on both ends. `policy/same.yml` lists packages that have to be of one version on all platforms of a \
               tier, up to the part of the version that matters. Pin them in the tier.",
    }),
    source: "pyiron/executorlib docs/trouble_shooting.md",
    example: "python 3.12 for linux-64 and 3.13 for osx-arm64",
    checks: &[Check::Lock(check)],
};

fn check(case: &LockCase<'_, '_>, seen: &mut Seen) {
    let same: Vec<_> = case
        .views
        .iter()
        .filter(|view| view.tier().is_some() && view.tier() == case.view.tier())
        .collect();
    // Said once, at the first lock of the tier.
    if same.first().is_none_or(|first| !std::ptr::eq(*first, case.view)) {
        return;
    }
    for entry in case.policy.table("same") {
        let parts = entry.number("parts").unwrap_or(u64::MAX);
        for spec in entry.specs("specs") {
            let mut versions: BTreeMap<String, Vec<&str>> = BTreeMap::new();
            for view in &same {
                let Some(record) = view.named(spec) else { continue };
                let version = cut(&record.package_record.version.to_string(), parts);
                versions.entry(version).or_default().push(view.subject.lock.platform.name.as_str());
            }
            if versions.len() < 2 {
                continue;
            }
            let message = format!("`{}` has different versions of {} on its platforms", case.view.label(), spec.name());
            let mut finding = Finding::new(RULE.code, message);
            for (version, platforms) in versions {
                finding = finding.note(format!("{version} for {}", platforms.join(", ")));
            }
            let mut judged = case.view.finding(finding, Some(spec.name()), None);
            judged.finding.origins.push(entry.origin("asked for here"));
            judged.finding.notes.push(format!("why: {}", entry.why()));
            judged.scope.platform = None;
            seen.push(judged);
        }
    }
}

/// Keeps the first parts of a version.
fn cut(version: &str, parts: u64) -> String {
    let kept: Vec<&str> = version.split('.').take(usize::try_from(parts).unwrap_or(usize::MAX)).collect();
    kept.join(".")
}

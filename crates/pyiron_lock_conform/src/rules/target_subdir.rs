//! Targets for whose subdir a tier is not locked.

use pyiron_lock_core::{Code, CodeInfo, Finding, Severity};

use crate::{
    Judged,
    data::Target,
    fit::LockView,
    rule::Rule,
};

/// The rule, applied by the engine.
pub(crate) const RULE: Rule = Rule {
    code: Code::new(&CodeInfo {
        word: "target-subdir",
        severity: Severity::Error,
        title: "a tier is not locked for the kind of machine a target has",
        docs: "Packages are built for one subdir: those for `osx-arm64` do not start on `linux-64`. None of the \
               platforms of the tier has a subdir that runs at the target. Add such a platform to the tier, or take the \
               target off its list.",
    }),
    source: "CEP 26, names of subdirs",
    example: "a lock for osx-arm64 at a cluster",
    checks: &[],
};

/// Says that no lock of a tier has a subdir of the target.
pub(crate) fn found(tier: &[&LockView<'_>], target: &Target) -> Judged {
    let here: Vec<&str> = target.subdirs().iter().map(|subdir| subdir.as_str()).collect();
    let mut have: Vec<&str> =
        tier.iter().map(|view| view.subject.lock.platform.subdir.as_str()).collect();
    have.sort_unstable();
    have.dedup();
    let message = format!(
        "`{}` is locked for {} only, and target `{}` runs {}",
        tier[0].label(),
        have.join(", "),
        target.id,
        here.join(", ")
    );
    let mut judged = tier[0].finding(Finding::new(RULE.code, message), None, None);
    super::target_unserved::place(tier, target, &mut judged);
    judged.finding.origins.extend(target.origin("subdirs", "the target runs these"));
    judged
}

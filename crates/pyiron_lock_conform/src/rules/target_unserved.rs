//! Targets that none of a tier's platforms serves.

use pyiron_lock_core::{Code, CodeInfo, Finding, Origin, Severity};

use crate::{
    Judged,
    data::Target,
    fit::{Answer, LockView, Machine, Need},
    rule::Rule,
};

/// The rule, applied by the engine.
pub(crate) const RULE: Rule = Rule {
    code: Code::new(&CodeInfo {
        word: "target-unserved",
        severity: Severity::Error,
        title: "no platform of a tier fits a target",
        docs: "A target is served by the most specific platform of the tier whose promises its weakest node keeps. Here \
               every platform promises more than the target has. Add a platform to the manifest that promises what \
               the target has, or lower a promise, and resolve again. The records that really need more are \
               named in findings of their own.",
    }),
    source: "how this program picks the platform for a target",
    example: "a tier locked for glibc 2.34 at a target with RHEL 8",
    checks: &[],
};

/// Says that no lock of a tier serves the target, and what each lacks.
pub(crate) fn found(
    tier: &[&LockView<'_>],
    target: &Target,
    machine: &Machine<'_>,
    refused: &[(&LockView<'_>, Vec<String>)],
) -> Judged {
    let message = format!("no platform of `{}` serves target `{}`", tier[0].label(), target.id);
    let mut judged = tier[0].finding(Finding::new(RULE.code, message), None, None);
    place(tier, target, &mut judged);
    for key in ["os", "glibc", "kernel", "archspec-min", "archspec-list", "cuda"] {
        judged.finding.origins.extend(target.origin(key, "what the target has"));
    }
    for (view, why) in refused {
        let platform = &view.subject.lock.platform.name;
        judged.finding.notes.push(format!("platform `{platform}`: {}", why.join("; ")));
    }
    let enough = |view: &&LockView<'_>| {
        let offered = |need: &Need<'_>| machine.offers(&need.spec, need.constrains) == Answer::Yes;
        view.needs.iter().all(offered)
    };
    if let Some(view) = refused.iter().map(|(view, _)| *view).find(enough) {
        judged.finding.help = Some(format!(
            "no record locked for `{}` needs more than the target has: a platform that promises less would serve it \
             (checked for every record)",
            view.subject.lock.platform.name
        ));
    }
    judged
}

/// Puts the line that asks for the target first, and leaves the platform of a tier open, since it is about all of them.
pub(crate) fn place(tier: &[&LockView<'_>], target: &Target, judged: &mut Judged) {
    judged.scope.target = Some(target.id.clone());
    if judged.scope.tier.is_some() {
        judged.scope.platform = None;
    }
    let Some(facts) = tier[0].subject.tier else { return };
    if let Some(asked) = facts.targets.iter().find(|asked| asked.value == target.id) {
        judged.finding.origins.push(Origin {
            source: facts.manifest.clone(),
            span: asked.span,
            label: "asked for here".to_owned(),
        });
    }
}

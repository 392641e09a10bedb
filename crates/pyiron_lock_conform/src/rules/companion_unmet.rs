//! Packages that need others beside them without their records saying so.

use pyiron_lock_core::{Code, CodeInfo, Finding, Severity};

use crate::{
    Judged,
    data::{Known, PolicyEntry, Spec},
    fit::{LockView, name, title},
    rule::{Check, LockCase, Rule, Seen, TargetCase},
};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    code: Code::new(&CodeInfo {
        word: "companion-unmet",
        severity: Severity::Error,
        title: "a package lacks what it needs beside it",
        docs: "Some things only work together although no record says so: Flux over Open MPI 5 needs `flux-pmix`, and \
               its builds stop at Python 3.13; pysqa reads the queue of Grid Engine with `defusedxml`. \
               `policy/companions.yml` lists them, some for targets with a certain scheduler only. Add or pin what \
               is named.",
    }),
    source: "`policy/companions.yml`, where each entry has its source",
    example: "flux-core and openmpi 5.0.10 without flux-pmix",
    checks: &[Check::Lock(everywhere), Check::Target(check)],
};

fn everywhere(case: &LockCase<'_, '_>, seen: &mut Seen) {
    for entry in case.policy.table("companions").filter(|entry| entry.text("scheduler").is_none()) {
        for judged in lacking(case.view, entry) {
            seen.push(judged);
        }
    }
}

fn check(case: &TargetCase<'_, '_>, seen: &mut Seen) {
    for entry in case.policy.table("companions") {
        let Some(scheduler) = entry.text("scheduler") else { continue };
        match case.target.text("scheduler") {
            Known::Said(here) if here == scheduler => {
                for mut judged in lacking(case.view, entry) {
                    judged.finding.origins.extend(case.target.origin("scheduler", "the scheduler there"));
                    judged.scope.target = Some(case.target.id.clone());
                    seen.push(judged);
                }
            }
            Known::Unknown if !lacking(case.view, entry).is_empty() => {
                seen.unknown.insert("scheduler");
            }
            _ => {}
        }
    }
}

fn lacking(view: &LockView<'_>, entry: &PolicyEntry) -> Vec<Judged> {
    let subdir = view.subject.lock.platform.subdir;
    let mut present = Vec::new();
    for spec in entry.specs("if") {
        let Some(record) = view.satisfying(spec) else { return Vec::new() };
        present.push(title(record));
    }
    if !entry.subdirs("subdirs").is_empty() && !entry.subdirs("subdirs").contains(&subdir) {
        return Vec::new();
    }
    let missing = entry.specs("then").iter().filter(|spec| view.satisfying(spec).is_none());
    missing.map(|spec| about(view, entry, spec, &present)).collect()
}

fn about(view: &LockView<'_>, entry: &PolicyEntry, spec: &Spec, present: &[String]) -> Judged {
    let here = format!("`{}` for `{}`", view.label(), view.subject.lock.platform.name);
    let beside = present.join(" and ");
    let (verb, them) = if present.len() == 1 { ("needs", "it") } else { ("need", "them") };
    let there = view.named(spec);
    let message = match there {
        Some(record) => format!("{here}: {beside} {verb} {}, and {} is locked", spec.text, title(record)),
        None => format!("{here}: {beside} {verb} {} beside {them}", spec.text),
    };
    let culprit = entry.specs("if").first().and_then(|spec| view.named(spec));
    let mut judged = view.finding(Finding::new(RULE.code, message), culprit.map(name), None);
    judged.finding.origins.push(entry.origin("what goes together"));
    judged.finding.notes.push(format!("why: {}", entry.why()));
    judged
}

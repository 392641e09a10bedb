//! What a target needs in every environment, such as a kernel or the part of a hub that it starts.

use pyiron_lock_core::{Code, CodeInfo, Finding, Severity};

use crate::{
    data::Spec,
    fit::{name, title},
    rule::{Check, Rule, Seen, TargetCase},
};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    code: Code::new(&CodeInfo {
        word: "need-unmet",
        severity: Severity::Error,
        title: "an environment lacks what a target needs in it",
        docs: "A target lists under `needs` what an environment has to hold there, entries of `policy/needs.yml`: a hub \
               starts `jupyterhub-singleuser`, batchspawner runs its wrapper inside the job, a kernel is `ipykernel`, \
               a PostgreSQL server wants `psycopg2`. Add the package, or a version of it in the range, to the tier. Whether it is of the major version of the \
               hub is the matter of `hub-major-differs`.",
    }),
    source: "`policy/needs.yml`, where each entry has its source",
    example: "a tier without batchspawner at a hub that starts jobs",
    checks: &[Check::Target(check)],
};

fn check(case: &TargetCase<'_, '_>, seen: &mut Seen) {
    seen.fact("needs", case.target.fact("needs"));
    for key in case.target.texts("needs") {
        let Some(need) = case.policy.entry("needs", &key.value) else { continue };
        if need.specs("when").iter().any(|spec| case.view.satisfying(spec).is_none()) {
            continue;
        }
        let any = need.specs("any");
        if any.iter().any(|spec| case.view.satisfying(spec).is_some()) {
            continue;
        }
        let wanted: Vec<&str> = any.iter().map(|spec| spec.text.as_str()).collect();
        let wanted = wanted.join(" or ");
        let there = any.iter().find_map(|spec| case.view.named(spec));
        let message = match there {
            Some(record) => format!("{}: {} is there, needed is {wanted}", case.who(), title(record)),
            None => format!("{}: {wanted} is missing", case.who()),
        };
        let finding = Finding::new(RULE.code, message);
        let mut judged = case.finding(finding, there.map(name), None);
        judged.finding.origins.push(case.target.origin_of(key, "the target needs this"));
        let package = there.map(name).or_else(|| any.first().map(Spec::name));
        judged.scope.package = package.map(str::to_owned);
        judged.finding.origins.push(need.origin("what it means"));
        judged.finding.notes.push(format!("why: {}", need.why()));
        seen.push(judged);
    }
}

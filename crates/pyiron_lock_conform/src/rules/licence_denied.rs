//! Packages under licences that a policy refuses.

use pyiron_lock_core::{Code, CodeInfo, Finding, Severity};

use crate::{
    fit::{name, title},
    rule::{Check, LockCase, Rule, Seen},
};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    code: Code::new(&CodeInfo {
        word: "licence-denied",
        severity: Severity::Error,
        title: "a package stands under a licence that is refused",
        docs: "`policy/licences.yml` lists SPDX identifiers that must not be installed. Of `A OR B` one that is not \
               refused is enough; of `A AND B` none may be refused. The shipped list is short, since what a group may \
               use is its own affair: write yours into `conformance/policy/licences.yml`.",
    }),
    source: "SPDX licence expressions, annex D of the specification 2.3",
    example: "a package under SSPL-1.0, where SSPL-1.0 is refused",
    checks: &[Check::Lock(check)],
};

fn check(case: &LockCase<'_, '_>, seen: &mut Seen) {
    for policy in case.policy.table("licences") {
        let deny: Vec<&str> = policy.texts("deny").iter().map(|text| text.value.as_str()).collect();
        for record in case.view.records() {
            let Some(licence) = &record.package_record.license else { continue };
            if !is_denied(licence, &deny) {
                continue;
            }
            let message = format!(
                "`{}` for `{}` holds {} under {licence}, which is refused",
                case.view.label(),
                case.view.subject.lock.platform.name,
                title(record)
            );
            let mut judged = case.view.finding(Finding::new(RULE.code, message), Some(name(record)), None);
            judged.finding.origins.push(policy.origin("refused here"));
            judged.finding.notes.push(format!("why: {}", policy.why()));
            seen.push(judged);
        }
    }
}

/// Returns whether an expression leaves no way around a refused identifier. Brackets are taken as if they were not
/// there, which errs on the side of refusing; an expression that is not SPDX counts as one identifier.
fn is_denied(expression: &str, deny: &[&str]) -> bool {
    let refused = |identifier: &str| {
        let identifier = identifier.trim_matches(['(', ')', ' ']);
        deny.iter().any(|denied| match denied.strip_suffix('*') {
            Some(family) => identifier.starts_with(family),
            None => identifier.eq_ignore_ascii_case(denied),
        })
    };
    let all_of = |part: &str| part.split(" AND ").any(|term| refused(term.split(" WITH ").next().unwrap_or(term)));
    expression.split(" OR ").all(all_of)
}

#[cfg(test)]
mod tests {
    use super::is_denied;

    #[test]
    fn one_way_around_is_enough() {
        let deny = ["GPL-3.0-only", "LicenseRef-*"];
        for (expression, denied) in [
            ("MIT", false),
            ("GPL-3.0-only", true),
            ("GPL-3.0-only WITH GCC-exception-3.1", true),
            ("MIT OR GPL-3.0-only", false),
            ("MIT AND GPL-3.0-only", true),
            ("(MIT AND GPL-3.0-only) OR LicenseRef-NVIDIA", true),
            ("LicenseRef-NVIDIA", true),
            ("GPL-3.0-or-later", false),
        ] {
            assert_eq!(is_denied(expression, &deny), denied, "{expression}");
        }
    }
}

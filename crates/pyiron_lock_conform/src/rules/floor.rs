//! What the rules on floors share: records that need more of a virtual package than the target has.

use pyiron_lock_core::{Code, Finding};

use crate::{
    Judged,
    fit::{Answer, name, title},
    rule::{Seen, TargetCase},
};

/// More records than this share one finding, since the target lacks what all of them take for granted.
const MANY: usize = 10;

/// Reports the records that need more of a virtual package than the weakest node offers.
pub(super) fn check(case: &TargetCase<'_, '_>, seen: &mut Seen, virtual_package: &str, code: Code) {
    for need in case
        .view
        .needs
        .iter()
        .filter(|need| need.spec.name() == virtual_package)
    {
        let has = match case.machine.offers(&need.spec, need.constrains) {
            Answer::Yes => continue,
            Answer::Unknown(fact) => {
                seen.unknown.insert(fact);
                continue;
            }
            Answer::No(has) => has,
        };
        let verb = if need.constrains { "allows only" } else { "needs" };
        let mut push = |mut judged: Judged| {
            judged
                .finding
                .origins
                .extend(case.machine.origins(virtual_package));
            judged.finding.notes.extend(case.machine.doubt(virtual_package));
            judged.scope.target = Some(case.target.id.clone());
            seen.push(judged);
        };
        if need.by.len() > MANY {
            let message = format!(
                "{}: {} records each need {}, the target has {has}",
                case.who(),
                need.by.len(),
                need.spec.text
            );
            let first: Vec<String> = need
                .by
                .iter()
                .take(MANY)
                .map(|entry| title(&entry.record))
                .collect();
            let note = format!("records: {}, and {} more", first.join(", "), need.by.len() - MANY);
            push(
                case.view
                    .finding(Finding::new(code, message).note(note), None, None),
            );
            continue;
        }
        for entry in &need.by {
            let record = &entry.record;
            let message = format!(
                "{}: {} {verb} {}, the target has {has}",
                case.who(),
                title(record),
                need.spec.text
            );
            push(case.view.finding(
                Finding::new(code, message),
                Some(name(record)),
                Some(&need.spec.text),
            ));
        }
    }
}

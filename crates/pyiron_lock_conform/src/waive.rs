//! Sets findings aside for which there is a waiver, and judges the waivers themselves.

use jiff::civil::Date;
use pyiron_lock_core::{Finding, suggest};

use crate::{
    Judged, Levels, Report, Scope,
    data::{Waiver, Waivers},
    rules::{self, waiver_expired, waiver_too_broad, waiver_unknown_code, waiver_unused},
};

/// A finding that was set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waived {
    /// The finding.
    pub judged: Judged,
    /// The index of the waiver.
    pub waiver: usize,
}

/// What is left after waivers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settled {
    /// Findings that stand, those about waivers last.
    pub judged: Vec<Judged>,
    /// Findings that were set aside.
    pub waived: Vec<Waived>,
}

/// Sets findings aside. `whole` says that everything was judged, so that a waiver without a finding is out of date;
/// `codes` are all that there are besides those of this room.
pub fn waive(judged: Vec<Judged>, waivers: &Waivers, today: Date, whole: bool, codes: &[&str]) -> Settled {
    let mut settled = Settled::default();
    let mut used = vec![false; waivers.all.len()];
    for judged in judged {
        let covers = |waiver: &Waiver| waiver.covers(judged.finding.code.as_str(), &judged.scope);
        // An expired waiver has a use still, it just does not hold.
        for (index, waiver) in waivers.all.iter().enumerate() {
            used[index] |= covers(waiver);
        }
        let holds =
            |waiver: &Waiver| waiver.until.value >= today && broad(waiver).is_none() && covers(waiver);
        match waivers.all.iter().position(holds) {
            Some(waiver) => settled.waived.push(Waived { judged, waiver }),
            None => settled.judged.push(judged),
        }
    }
    for (waiver, used) in waivers.all.iter().zip(used) {
        settled
            .judged
            .extend(about(waiver, waivers, today, used || !whole, codes));
    }
    settled
}

/// Gives findings the weight that levels say, sets aside what waivers cover, and works out again how cells stand.
/// Findings of other rooms belong into the report before. Returns what was set aside.
pub fn settle(
    report: &mut Report,
    levels: &Levels,
    waivers: &Waivers,
    today: Date,
    whole: bool,
    codes: &[&str],
) -> Vec<Waived> {
    let judged = std::mem::take(&mut report.judged);
    let mut settled = waive(judged, waivers, today, whole, codes);
    levels.apply(&mut settled.judged);
    report.judged = settled.judged;
    report.restate();
    settled.waived
}

/// What a waiver lacks to be about one thing.
fn broad(waiver: &Waiver) -> Option<&'static str> {
    match (&waiver.tier, &waiver.package) {
        (None, None) => Some("neither a tier nor a package"),
        (None, _) => Some("no tier"),
        (_, None) => Some("no package"),
        _ => None,
    }
}

fn about(waiver: &Waiver, waivers: &Waivers, today: Date, used: bool, codes: &[&str]) -> Vec<Judged> {
    let mut found: Vec<Finding> = Vec::new();
    let Some(source) = &waivers.source else {
        return Vec::new();
    };
    let code = &waiver.code.value;
    if let Some(lacking) = broad(waiver) {
        let message = format!("the waiver of `{code}` by {} names {lacking}", waiver.owner);
        let finding =
            Finding::new(waiver_too_broad::RULE.code, message).at(source, waiver.span, "this waiver");
        found.push(
            finding
                .note("it does not hold")
                .help("name the tier and the package of the one record that it is about"),
        );
    }
    let own = rules::CODES.iter().map(|code| code.as_str());
    let known: Vec<&str> = own.chain(codes.iter().copied()).collect();
    if !known.contains(&code.as_str()) {
        let message = format!("a waiver names `{code}`, which is no code");
        let mut finding =
            Finding::new(waiver_unknown_code::RULE.code, message).at(source, waiver.code.span, "named here");
        if let Some(near) = suggest::nearest(code, known.iter().copied()) {
            finding = finding.help(format!("did you mean `{near}`?"));
        }
        found.push(finding);
    } else if waiver.until.value < today {
        let message = format!(
            "the waiver of `{code}` by {} ended on {}",
            waiver.owner, waiver.until.value
        );
        let finding =
            Finding::new(waiver_expired::RULE.code, message).at(source, waiver.until.span, "until this day");
        found.push(finding.note(format!("reason: {}", waiver.reason)));
    } else if !used {
        let message = format!("the waiver of `{code}` by {} waives nothing", waiver.owner);
        let finding = Finding::new(waiver_unused::RULE.code, message).at(source, waiver.span, "this waiver");
        found.push(finding.help("remove it"));
    }
    let scope = |finding| Judged {
        finding,
        scope: Scope::default(),
    };
    found.into_iter().map(scope).collect()
}

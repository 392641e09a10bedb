//! Locks whose newest record is older than a project wants.

use jiff::{Timestamp, tz::TimeZone};
use pyiron_lock_core::{Code, CodeInfo, Finding, Severity};

use crate::rule::{Check, LockCase, Rule, Seen};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    code: Code::new(&CodeInfo {
        word: "lock-too-old",
        severity: Severity::Warning,
        title: "nothing in a lock is newer than the age that is allowed",
        docs: "A lock never ages by itself, yet what it holds misses the repairs of the meantime. The age counts from its \
               cut-off, or else from its newest record, to the day of the check; `max-age-days` of \
               `policy/limits.yml` says how much is allowed. `update` moves a lock.",
    }),
    source: "`policy/limits.yml`",
    example: "a cut-off of 2025-01-01 on 2026-06-01",
    checks: &[Check::Lock(check)],
};

fn check(case: &LockCase<'_, '_>, seen: &mut Seen) {
    let Some((limit, entry)) = case.policy.limit("max-age-days") else { return };
    let lock = case.view.subject.lock;
    let cut_off = lock.stamp.as_ref().and_then(|stamp| stamp.exclude_newer.as_ref());
    let cut_off = cut_off.and_then(|text| text.get(..10)?.parse::<jiff::civil::Date>().ok());
    let newest = case.view.records().filter_map(|record| record.package_record.timestamp.as_ref()).max();
    let newest = newest.and_then(|newest| {
        let moment = Timestamp::from_millisecond(newest.timestamp_millis()).ok()?;
        Some(moment.to_zoned(TimeZone::UTC).date())
    });
    let (day, what) = match (cut_off, newest) {
        (Some(day), _) => (day, "its cut-off is"),
        (None, Some(day)) => (day, "its newest record is of"),
        (None, None) => return,
    };
    let Ok(span) = day.until((jiff::Unit::Day, case.today)) else { return };
    let days = i64::from(span.get_days());
    if days <= i64::try_from(limit).unwrap_or(i64::MAX) {
        return;
    }
    let message = format!(
        "`{}` for `{}` is {days} days old: {what} {day}",
        case.view.label(),
        lock.platform.name
    );
    let finding = Finding::new(RULE.code, message).help("`update` looks for newer records");
    let mut judged = case.view.finding(finding, None, None);
    judged.finding.origins.push(entry.origin("the age that is allowed"));
    seen.push(judged);
}

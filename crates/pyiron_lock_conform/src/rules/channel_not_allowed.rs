//! Records from channels that a policy refuses.

use pyiron_lock_core::{Code, CodeInfo, Finding, Severity, Spanned};
use rattler_conda_types::RepoDataRecord;

use crate::{
    Judged,
    data::PolicyEntry,
    fit::{LockView, holds_secret, title},
    rule::{Check, LockCase, Rule, Seen, TargetCase},
};

/// The rule.
pub(crate) const RULE: Rule = Rule {
    code: Code::new(&CodeInfo {
        word: "channel-not-allowed",
        severity: Severity::Error,
        title: "records come from a channel that may not be used",
        docs: "Centres and companies refuse channels, most of all those of Anaconda, whose terms ask larger \
               organisations for a licence; some block the hosts. Ask for conda-forge only, with `nodefaults` for conda, \
               and resolve again. The policies are in `policy/channels.yml`; a target names the one that it has.",
    }),
    source: "policy pages of VACC (Vermont), DESY and Helmholtz centres",
    example: "a record from https://repo.anaconda.com/pkgs/main/",
    checks: &[Check::Lock(everywhere), Check::Target(check)],
};

fn everywhere(case: &LockCase<'_, '_>, seen: &mut Seen) {
    for policy in case.policy.table("channels").filter(|policy| policy.flag("everywhere")) {
        for judged in refused(case.view, policy, "") {
            seen.push(judged);
        }
    }
}

fn check(case: &TargetCase<'_, '_>, seen: &mut Seen) {
    let Some(name) = seen.fact("channel-policy", case.target.text("channel-policy")) else { return };
    let Some(policy) = case.policy.entry("channels", name) else { return };
    for mut judged in refused(case.view, policy, &format!(" at target `{}`", case.target.id)) {
        judged.finding.origins.extend(case.target.origin("channel-policy", "the target names this policy"));
        judged.scope.target = Some(case.target.id.clone());
        seen.push(judged);
    }
}

/// One finding for each channel that is refused, with the first records from it.
fn refused(view: &LockView<'_>, policy: &PolicyEntry, place: &str) -> Vec<Judged> {
    let within = |channel: &str, urls: &[Spanned<String>]| urls.iter().any(|url| channel.starts_with(&url.value));
    let allow = policy.texts("allow");
    let is_refused = |channel: &str| {
        within(channel, policy.texts("deny")) || !allow.is_empty() && !within(channel, allow)
    };
    let channels = view.channels.iter().filter(|(channel, _)| is_refused(channel));
    channels.map(|(channel, records)| about(view, policy, channel, records, place)).collect()
}

fn about(
    view: &LockView<'_>,
    policy: &PolicyEntry,
    channel: &str,
    records: &[&RepoDataRecord],
    place: &str,
) -> Judged {
    let noun = if records.len() == 1 { "record" } else { "records" };
    let message = format!(
        "`{}` for `{}` has {} {noun} from {channel}, which policy `{}` refuses{place}",
        view.label(),
        view.subject.lock.platform.name,
        records.len(),
        policy.key
    );
    let mut judged = view.finding(Finding::new(RULE.code, message), None, None);
    let lock = view.subject.lock;
    if let Some(entry) = lock.entries.iter().find(|entry| entry.record.url == records[0].url) {
        judged.finding = judged.finding.at(&lock.source, entry.span, "the first of them");
        judged.finding.hides_source = holds_secret(&entry.record);
    }
    judged.finding.origins.push(policy.origin("this policy"));
    judged.finding.notes.push(format!("why: {}", policy.why()));
    let mut titles: Vec<String> = records.iter().take(10).map(|record| title(record)).collect();
    if records.len() > 10 {
        titles.push(format!("and {} more", records.len() - 10));
    }
    judged.finding.notes.push(format!("records: {}", titles.join(", ")));
    judged
}

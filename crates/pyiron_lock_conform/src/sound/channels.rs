//! Channels: every record on one that the lock names. Which channels are allowed is for policies to say.

use pyiron_lock_core::Span;
use pyiron_lock_lockfile::{
    LockEntry,
    secret::{is_secret, redacted},
};

use super::{
    codes::{LOCK_CHANNEL_FOREIGN, LOCK_CREDENTIALS, LOCK_URL_MISMATCH},
    titled,
    view::{Case, View},
};

/// Checks where the records come from.
pub(super) fn check<'a>(view: &View<'a>) -> Vec<Case<'a>> {
    let lock = view.lock;
    let mut cases = Vec::new();
    for channel in lock.channels.iter().filter(|channel| is_secret(channel)) {
        let bare = channel.trim_end_matches('/');
        let start = view.source().text().find(bare);
        let span = start.map_or_else(Span::default, |start| Span::new(start, start + bare.len()));
        let message = format!("the address of the channel {} holds a secret", redacted(channel));
        let mut case = view.at(LOCK_CREDENTIALS, span, &message, "holds a secret");
        case.finding.hides_source = true;
        cases.push(case);
    }
    // A channel whose address is filled in from variables may be any.
    let judges = !lock.channels.is_empty() && !lock.channels.iter().any(|channel| channel.contains('$'));
    for entry in &lock.entries {
        let url = entry.record.url.as_str();
        if judges && !on_one_of(url, &lock.channels) {
            let message = format!(
                "{} is from {}, a channel that the lock does not name",
                titled(entry),
                home(entry)
            );
            cases.push(view.about(
                LOCK_CHANNEL_FOREIGN,
                &[entry],
                &message,
                "not on a channel of the lock",
            ));
        }
        if let Some(said) = entry
            .record
            .channel
            .as_deref()
            .filter(|said| !on(url, said) && said.contains("://"))
        {
            let message = format!(
                "{} says that it is from {}, its URL is elsewhere",
                titled(entry),
                redacted(said)
            );
            cases.push(view.about(LOCK_URL_MISMATCH, &[entry], &message, "on another channel"));
        }
    }
    cases
}

fn on_one_of(url: &str, channels: &[String]) -> bool {
    channels.iter().any(|channel| on(url, channel))
}

/// Returns whether an archive lies in a subdir right below a channel.
fn on(url: &str, channel: &str) -> bool {
    url.strip_prefix(channel.trim_end_matches('/'))
        .and_then(|rest| rest.strip_prefix('/'))
        .is_some_and(|rest| rest.split('/').count() == 2)
}

/// Returns what stands before the subdir and the file name, without secrets.
fn home(entry: &LockEntry) -> String {
    let url = redacted(entry.record.url.as_str());
    let home = url.rsplitn(3, '/').nth(2).unwrap_or(&url);
    home.to_owned()
}

#[cfg(test)]
mod tests {
    use super::on;

    #[test]
    fn an_archive_is_right_below_its_channel() {
        assert!(on("https://a.invalid/c/noarch/x.conda", "https://a.invalid/c"));
        assert!(on("https://a.invalid/c/noarch/x.conda", "https://a.invalid/c/"));
        for channel in [
            "https://a.invalid",
            "https://a.invalid/c/d",
            "https://a.invalid/",
            "https://a.invalid/cc",
        ] {
            assert!(!on("https://a.invalid/c/noarch/x.conda", channel), "{channel}");
        }
    }
}

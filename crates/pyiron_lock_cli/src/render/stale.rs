//! Why a lock is stale, one line a reason.

use pyiron_lock_core::RequestSet;
use pyiron_lock_solve::{PlatformChange, StaleReason};

use super::folded;

/// Returns a reason as one line, with file and line where it has one.
pub(crate) fn stale_text(reason: &StaleReason, set: &RequestSet) -> String {
    match reason {
        StaleReason::Missing => "there is no lock yet".to_owned(),
        StaleReason::Unusable(why) => format!("the lock cannot be used: {why}"),
        StaleReason::Platform(changes) => {
            let changes: Vec<String> = changes.iter().map(change).collect();
            format!("the platform changed: {}", folded(&changes))
        }
        StaleReason::Channels { locked, wanted } => {
            format!(
                "the channels changed: locked from {}, now {}",
                locked.join(", "),
                wanted.join(", ")
            )
        }
        StaleReason::Pip => "the pip requirements changed".to_owned(),
        StaleReason::Variables => "the environment variables changed".to_owned(),
        StaleReason::Request { request, locked } => {
            let request = &set.requests[*request];
            let place = request.origins.first().map_or_else(String::new, |origin| {
                let position = origin.source.position(origin.span.start);
                format!("{}:{}: ", origin.source.name(), position.line)
            });
            let name = request.name.as_normalized();
            match locked {
                Some(locked) => format!(
                    "{place}`{}` is not met, the lock has {name} {locked}",
                    request.text()
                ),
                None => format!("{place}`{}` is not met, the lock has no {name}", request.text()),
            }
        }
        StaleReason::Dependency { record, dependency } => {
            format!("{record} asks for `{dependency}`, which the lock does not satisfy")
        }
        StaleReason::Elsewhere(record) => format!("{record} is not from a channel of the lock"),
        StaleReason::Surplus(names) => {
            let verb = if names.len() == 1 { "is" } else { "are" };
            format!("{} {verb} not needed any more", folded(names))
        }
    }
}

fn change(change: &PlatformChange) -> String {
    let what = &change.what;
    match (&change.locked, &change.wanted) {
        (Some(locked), Some(wanted)) => format!("{what} was {locked}, now {wanted}"),
        (Some(locked), None) => format!("{what} was {locked}, now not promised"),
        (None, Some(wanted)) => format!("{what} was not promised, now {wanted}"),
        (None, None) => what.clone(),
    }
}

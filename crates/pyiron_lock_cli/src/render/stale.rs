//! Why a lock is stale, one line a reason.

use pyiron_lock_core::RequestSet;
use pyiron_lock_solve::{Cause, NotContained, PlatformChange, StaleReason};

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
        StaleReason::Newer(record) => format!("{record} is newer than the cut-off"),
        StaleReason::Elsewhere(record) => format!("{record} is not from a channel of the lock"),
        StaleReason::Contains { locked, wanted } => match (locked, wanted) {
            (_, Some(wanted)) => format!("it was not made to contain the lock of `{wanted}`"),
            (Some(locked), None) => format!("it was made to contain the lock of `{locked}`"),
            (None, None) => "what it contains changed".to_owned(),
        },
        StaleReason::NotContained(tier) => format!("it does not hold all records of `{tier}`"),
        StaleReason::Surplus(names) => {
            let verb = if names.len() == 1 { "is" } else { "are" };
            format!("{} {verb} not needed any more", folded(names))
        }
    }
}

/// Returns a record that should be in a lock, and what is there.
pub(crate) fn not_contained_text(lacking: &NotContained, set: &RequestSet) -> String {
    match (&lacking.here, &lacking.cause) {
        (Some(here), None | Some(Cause::Together)) => {
            format!(
                "lacks {}; here {here}, though nothing here asks for another",
                lacking.record
            )
        }
        (Some(here), Some(cause)) => format!(
            "lacks {}; here {here} ({})",
            lacking.record,
            cause_text(cause, set)
        ),
        _ => format!("lacks {}", lacking.record),
    }
}

/// Returns why a record is not that of a parent.
pub(crate) fn cause_text(cause: &Cause, set: &RequestSet) -> String {
    match cause {
        Cause::Request(request) => format!("`{}`", set.requests[*request].text()),
        Cause::Dependency { record, dependency } => format!("{record} needs `{dependency}`"),
        Cause::ParentNeeds(dependency) => format!("the other needs `{dependency}`"),
        Cause::NotOffered => "the index does not have the other any more".to_owned(),
        Cause::Together => "together with the others".to_owned(),
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

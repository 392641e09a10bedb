//! Why a lock is stale, one line a reason.

use pyiron_lock_core::RequestSet;
use pyiron_lock_solve::StaleReason;

use super::folded;

/// Returns a reason as one line, with file and line where it has one.
pub(crate) fn stale_text(reason: &StaleReason, set: &RequestSet) -> String {
    match reason {
        StaleReason::Missing => "there is no lock yet".to_owned(),
        StaleReason::Unusable(why) => format!("the lock cannot be used: {why}"),
        StaleReason::Platform { locked, wanted } => {
            format!("the platform changed: locked for {locked}, now {wanted}")
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
            format!("{record} needs `{dependency}`, which no record of the lock satisfies")
        }
        StaleReason::Surplus(names) => {
            let verb = if names.len() == 1 { "is" } else { "are" };
            format!("{} {verb} not needed any more", folded(names))
        }
    }
}

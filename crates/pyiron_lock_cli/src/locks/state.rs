//! Whether a lock on disk still serves: the request digest first, the whole lock only when it differs.

use std::path::Path;

use pyiron_lock_core::{Lock, RequestSet};
use pyiron_lock_lockfile::{LockError, Stamp, read};
use pyiron_lock_solve::{StaleReason, stale_reasons};

use crate::{
    failure::Failure,
    files::{read_lock_text, shown},
};

/// What there is on disk for a request set.
#[derive(Debug)]
pub(crate) enum State {
    /// The lock was made for exactly these requests.
    Current,
    /// The requests changed, but the lock satisfies them.
    Fits,
    /// A new lock is needed.
    Stale {
        /// Why; at least one.
        reasons: Vec<StaleReason>,
        /// The earlier lock, where it can be read.
        earlier: Option<Box<Lock>>,
    },
}

/// Where a lock is, which decides what may be replaced there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In the lock folder of a project: also a rattler lock without our block, which another program rewrote.
    Lockfiles,
    /// Where `--output` says: nothing but locks of ours.
    Anywhere,
}

/// Looks at the lock in `path`; returns its block as well, where it can be read.
pub(super) fn state(path: &Path, set: &RequestSet, place: Place) -> Result<(State, Option<Stamp>), Failure> {
    let unusable = |why: String| {
        let state = State::Stale {
            reasons: vec![StaleReason::Unusable(why)],
            earlier: None,
        };
        (state, None)
    };
    let exists = path
        .try_exists()
        .map_err(|error| Failure::unavailable(format!("{} cannot be looked at: {error}", shown(path))))?;
    if !exists {
        let state = State::Stale {
            reasons: vec![StaleReason::Missing],
            earlier: None,
        };
        return Ok((state, None));
    }
    let text = match read_lock_text(path) {
        Ok(text) => text,
        Err(failure) if failure.is_bad_input() => return Ok(unusable(failure.message().to_owned())),
        Err(failure) => return Err(failure),
    };
    let stamp = match Stamp::read(&text) {
        Ok(stamp) if stamp.request_digest == set.digest() => return Ok((State::Current, Some(stamp))),
        Ok(stamp) => stamp,
        Err(error @ LockError::Newer { .. }) => {
            return Err(Failure::bad_input(format!("{}: {error}", shown(path)))
                .help("use the pyiron-lock that wrote it, or a newer one"));
        }
        Err(LockError::Foreign) if !may_replace(&text, place) => {
            return Err(Failure::bad_input(format!(
                "{} is not a lock of ours; it is left alone",
                shown(path)
            ))
            .help("name another file, or remove this one if nothing in it is needed"));
        }
        Err(error) => return Ok(unusable(error.to_string())),
    };
    let lock = match read(&text) {
        Ok(lock) => lock,
        Err(error) => return Ok(unusable(error.to_string())),
    };
    if lock.tier != set.tier {
        let owner = lock
            .tier
            .as_ref()
            .map_or_else(|| "a bare file".to_owned(), |tier| format!("tier `{tier}`"));
        return Ok(unusable(format!("it is the lock of {owner}")));
    }
    let reasons = stale_reasons(&lock, set);
    let state = if reasons.is_empty() {
        State::Fits
    } else {
        State::Stale {
            reasons,
            earlier: Some(Box::new(lock)),
        }
    };
    Ok((state, Some(stamp)))
}

/// Returns whether a text without our block may be replaced; an empty one holds nothing.
fn may_replace(text: &str, place: Place) -> bool {
    text.is_empty() || (place == Place::Lockfiles && text.starts_with("version: "))
}

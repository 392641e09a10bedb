//! Whether a lock on disk still serves: the request digest first, the whole lock only when it differs.

use std::path::Path;

use pyiron_lock_core::{Lock, RequestSet};
use pyiron_lock_lockfile::{LockError, Stamp, read};
use pyiron_lock_solve::{StaleReason, stale_reasons};

use crate::{
    failure::Failure,
    files::{MAX_LOCK_BYTES, read_text, shown},
};

/// What there is on disk for a request set.
#[derive(Debug)]
pub(super) enum State {
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

/// Looks at the lock in `path`.
pub(super) fn state(path: &Path, set: &RequestSet) -> Result<State, Failure> {
    let unusable = |why: String| State::Stale {
        reasons: vec![StaleReason::Unusable(why)],
        earlier: None,
    };
    if !path.exists() {
        return Ok(State::Stale {
            reasons: vec![StaleReason::Missing],
            earlier: None,
        });
    }
    let text = read_text(path, MAX_LOCK_BYTES)?;
    match Stamp::read(&text) {
        Ok(stamp) if stamp.request_digest == set.digest() => return Ok(State::Current),
        Ok(_) => {}
        Err(error @ LockError::Newer { .. }) => {
            return Err(Failure::bad_input(format!("{}: {error}", shown(path)))
                .help("use the pyiron-lock that wrote it, or a newer one"));
        }
        Err(error) => return Ok(unusable(error.to_string())),
    }
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
    if reasons.is_empty() {
        return Ok(State::Fits);
    }
    Ok(State::Stale {
        reasons,
        earlier: Some(Box::new(lock)),
    })
}

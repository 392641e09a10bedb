//! The JSON schema of what `verify --host` prints.

use pyiron_lock_host::machine::State;
use serde_json::{Value, json};

use super::{
    text,
    verify::{list, nullable, object},
};

/// Returns the shape of a machine beside what is promised of it.
pub(super) fn host() -> Value {
    object(
        "This machine, with `--host`.",
        &["machine", "checks", "unknown", "findings", "waived"],
        &json!({
            "machine": list("What was measured.", "machine"),
            "checks": list("How promises stand.", "check"),
            "unknown": list("Facts that targets do not know.", "unknown"),
            "findings": list("The findings that stand.", "finding"),
            "waived": list("The findings that were set aside.", "waived"),
        }),
    )
}

/// Returns the shape of one measurement.
pub(super) fn machine() -> Value {
    object(
        "One thing that was measured.",
        &["key", "seen", "why"],
        &json!({
            "key": text("The key of the fact that it would be of a target, or words for what is no fact."),
            "seen": nullable("What was seen; null where nothing was."),
            "why": nullable("Why it cannot be measured; null where it was."),
        }),
    )
}

/// Returns the shape of one promise.
pub(super) fn check() -> Value {
    object(
        "A promise, and how it stands.",
        &["of", "kind", "key", "promised", "state", "seen"],
        &json!({
            "of": text("The id of the target, or the name of the lock and its platform."),
            "kind": { "description": "What promises.", "enum": ["target", "lock"] },
            "key": text("The key of the fact, or the name of the virtual package."),
            "promised": text("What is promised."),
            "state": { "description": "How it stands.", "enum": State::ALL.map(State::as_str) },
            "seen": text("What was seen, or why it cannot be measured."),
        }),
    )
}

/// Returns the shape of a fact that nobody knows.
pub(super) fn unknown() -> Value {
    object(
        "A fact that matters at a target and that nobody knows.",
        &["of", "key", "why"],
        &json!({
            "of": text("The id of the target."),
            "key": text("The key of the fact."),
            "why": text("What is missing."),
        }),
    )
}

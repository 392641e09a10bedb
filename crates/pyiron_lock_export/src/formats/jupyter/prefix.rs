//! Where an environment is installed: what was set, else what the target says, with tier and release filled in. It makes
//! sure that a path needs no quotes in a kernelspec, in Python and in a job script, and looks at no machine.

use crate::{
    ExportError, Input,
    parameters::{Kind, Parameter},
};

/// Where the environment is.
pub(super) const PREFIX: Parameter = Parameter {
    key: "prefix",
    what: "the folder of the installed environment, in which `<tier>` and `<release>` are filled in",
    kind: Kind::Path,
    default: None,
};

/// What stands where the prefix has to be filled in.
pub(super) const UNKNOWN: &str = "/PREFIX-TO-BE-FILLED-IN";

/// Returns the prefix, without `/` at its end; `None` where nobody says it.
pub(super) fn prefix(input: &Input<'_>) -> Result<Option<String>, ExportError> {
    let said = input.place.and_then(|place| place.prefix.as_deref());
    let Some(text) = input.parameters.get(PREFIX.key).or(said) else {
        return Ok(None);
    };
    let own = input.own;
    let filled = text
        .replace("<tier>", &own.tier.name)
        .replace("<release>", &own.release.id);
    // `$` and braces mean something in a kernelspec, blanks and quotes in a job script and in the first line of a program.
    let plain = filled
        .chars()
        .all(|letter| letter.is_ascii_alphanumeric() || "/._+@-".contains(letter));
    match filled.trim_end_matches('/') {
        prefix if plain && prefix.starts_with('/') => Ok(Some(prefix.to_owned())),
        _ => Err(ExportError::Parameter {
            key: PREFIX.key,
            value: text.escape_debug().to_string(),
            why: "it is no absolute path of letters, digits, `.`, `_`, `+`, `@` and `-` below `/`".to_owned(),
        }),
    }
}

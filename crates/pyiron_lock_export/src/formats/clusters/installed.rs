//! Where a release lies on a cluster: below the folder that `shared-env` installs to, so that every format of this group
//! names the same path.

use pyiron_lock_core::Finding;

use crate::{
    ExportError,
    format::Format,
    input::Input,
    parameters::{Kind, Parameter},
};

/// The folder above all tiers.
pub(super) const ROOT: Parameter = Parameter {
    key: "root",
    what: "the folder in which TIER/RELEASE is made",
    kind: Kind::Path,
    default: None,
};

/// Whether a path leads to a release, or to the one that is used at the moment.
pub(super) const PATH: Parameter = Parameter {
    key: "path",
    what: "the release itself, or the link `current`, which moves with the next release",
    kind: Kind::Word(&["release", "current"]),
    default: Some("release"),
};

/// Returns the folder above `<tier>/<release>`: what is set, else what the target says in that form.
pub(super) fn root(input: &Input<'_>) -> Option<String> {
    if let Some(set) = input.parameters.get(ROOT.key) {
        return Some(set.to_owned());
    }
    let prefix = input.place?.prefix.as_deref()?;
    let root = prefix.strip_suffix("/<tier>/<release>")?;
    (root.starts_with('/') && !root.contains('<')).then(|| root.to_owned())
}

/// Returns the last part of the path of a release.
pub(super) fn version<'a>(input: &Input<'a>) -> &'a str {
    match input.parameters.get(PATH.key) {
        Some("current") => "current",
        _ => &input.own.release.id,
    }
}

/// Returns the path of the environment, unless nobody said where it lies. Letters that first lines of scripts and
/// templates could misread are refused, as the script of `shared-env` refuses them.
pub(super) fn prefix(format: &Format, input: &Input<'_>) -> Result<Option<String>, ExportError> {
    let Some(root) = root(input) else {
        return Ok(None);
    };
    let prefix = format!(
        "{}/{}/{}",
        root.trim_end_matches('/'),
        input.own.tier.name,
        version(input)
    );
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "/._+@-".contains(letter);
    if prefix.chars().all(plain) {
        return Ok(Some(prefix));
    }
    Err(ExportError::Unfit {
        format: format.name,
        what: format!("cannot name the environment `{}`", prefix.escape_debug()),
        help: Some("choose a root of letters, digits, `/`, `.`, `_`, `+`, `@` and `-`".to_owned()),
    })
}

/// Returns a finding for each parameter that is wanted and that neither a person nor the target gives.
pub(super) fn empty(format: &Format, input: &Input<'_>, wanted: &[&str]) -> Vec<Finding> {
    let known = root(input).is_some();
    input
        .parameters
        .without(format, |key| wanted.contains(&key) && !(key == ROOT.key && known))
}

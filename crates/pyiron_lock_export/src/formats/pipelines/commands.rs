//! What a pipeline runs, as lines for a shell: the same for every service. Does not know how a service writes them.

use serde::Serialize;

use crate::{
    error::ExportError,
    input::Input,
    parameters::{Kind, Parameter},
    quote::sh,
};

/// Where the source of the program is.
pub(super) const SOURCE: Parameter = Parameter {
    key: "source",
    what: "the repository that cargo installs pyiron-lock from",
    kind: Kind::Url,
    default: Some(env!("CARGO_PKG_REPOSITORY")),
};
/// Its commit.
pub(super) const REVISION: Parameter = Parameter {
    key: "revision",
    what: "the commit of pyiron-lock that is installed, 40 digits",
    kind: Kind::Name,
    default: None,
};
/// Another way to install it.
pub(super) const INSTALL: Parameter = Parameter {
    key: "install",
    what: "a command for a shell that installs pyiron-lock, instead of cargo from `source`",
    kind: Kind::Text,
    default: None,
};

/// The lines.
#[derive(Debug, Serialize)]
pub(super) struct Commands {
    pub(super) install: String,
    /// Whether the program is of one commit, or what installs it is somebody's own.
    pub(super) pinned: bool,
    pub(super) resolve: String,
    /// Without the format, which is that of the service.
    pub(super) verify: String,
    pub(super) export: String,
    /// The tier as part of the name of a file.
    pub(super) archive: String,
    pub(super) pack: String,
}

impl Commands {
    /// Writes the lines for a tier, and for a target where one is named.
    pub(super) fn new(format: &'static str, input: &Input<'_>) -> Result<Self, ExportError> {
        let get = |parameter: Parameter| input.parameters.get(parameter.key);
        let revision = commit(format, REVISION.key, get(REVISION))?;
        let install = get(INSTALL).map_or_else(
            || {
                let source = sh(get(SOURCE).unwrap_or_default());
                let at = revision
                    .map(|commit| format!(" --rev {commit}"))
                    .unwrap_or_default();
                format!("cargo install --locked --git {source}{at} pyiron-lock")
            },
            str::to_owned,
        );
        let own = input.own;
        let tier = sh(&own.tier.name);
        let target = input.place.map(|place| format!(" --target {}", sh(&place.id)));
        let target = target.unwrap_or_default();
        let archive = plain(&own.tier.name);
        Ok(Self {
            install,
            pinned: revision.is_some() || get(INSTALL).is_some(),
            resolve: format!("pyiron-lock resolve --check --tier {tier}"),
            verify: format!("pyiron-lock verify{target} {tier}"),
            export: format!("pyiron-lock export release --tier {tier}{target} -o release"),
            // The time is that of no day, so that a tag gives the same archive again.
            pack: format!(
                "tar --create --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX \
                 --file {archive}.tar release"
            ),
            archive,
        })
    }
}

/// Takes the commit of a repository, which nobody can move.
pub(super) fn commit<'a>(
    format: &'static str,
    key: &str,
    value: Option<&'a str>,
) -> Result<Option<&'a str>, ExportError> {
    let is_commit =
        |text: &str| text.len() == 40 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    match value {
        Some(value) if !is_commit(value) => Err(ExportError::Unfit {
            format,
            what: format!("needs a commit for `{key}`: 40 digits in lower case"),
            help: Some("a branch or tag can be moved to other code".to_owned()),
        }),
        value => Ok(value),
    }
}

/// Returns a name as part of the name of a file.
fn plain(name: &str) -> String {
    let plain: String = name
        .chars()
        .take(60)
        .map(|letter| {
            if letter.is_ascii_alphanumeric() || letter == '_' {
                letter
            } else {
                '-'
            }
        })
        .collect();
    format!("release-{plain}")
}

//! `index.json` of a release: which locks it is of, which format made which files, what was found, what was left out and
//! why. Its shape is `docs/reference/release.schema.json`.

use pyiron_lock_core::{Digest, Finding};
use serde::Serialize;

use crate::{files::Export, format::Format, input::Input};

/// The number of the shape; a key that goes or changes its meaning makes it another.
const VERSION: u32 = 1;

/// The file.
#[derive(Serialize)]
pub(super) struct Index<'a> {
    version: u32,
    stamp: &'a [String],
    tier: &'a str,
    aliases: &'a [String],
    description: Option<&'a str>,
    target: Option<&'a str>,
    locks: Vec<Lock<'a>>,
    exports: &'a [Exported],
    left_out: &'a [LeftOut],
}

#[derive(Serialize)]
struct Lock<'a> {
    platform: &'a str,
    subdir: &'a str,
    release: &'a str,
    digest: &'a str,
    created: &'a str,
    packages: usize,
}

/// The files of one format on one platform.
#[derive(Serialize)]
pub(super) struct Exported {
    format: &'static str,
    group: &'static str,
    platform: String,
    folder: String,
    pub(super) files: Vec<Listed>,
    findings: Vec<Said>,
}

/// A file.
#[derive(Serialize)]
pub(super) struct Listed {
    /// Below the folder of the release.
    pub(super) path: String,
    mode: String,
    bytes: usize,
    pub(super) sha256: String,
}

/// A format that could not be made.
#[derive(Serialize)]
pub(super) struct LeftOut {
    pub(super) format: &'static str,
    pub(super) platforms: Vec<String>,
    pub(super) reasons: Vec<String>,
}

#[derive(Serialize)]
struct Said {
    code: &'static str,
    severity: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
}

impl Exported {
    /// Lists what a format made.
    pub(super) fn new(format: &'static Format, platform: String, folder: &str, export: &Export) -> Self {
        let files = export.files.iter().map(|(path, file)| Listed {
            path: format!("{folder}/{path}"),
            mode: format!("{:04o}", file.mode.bits()),
            bytes: file.text.len(),
            sha256: sha256(&file.text),
        });
        Self {
            format: format.name,
            group: format.group.as_str(),
            platform,
            folder: folder.to_owned(),
            files: files.collect(),
            findings: export.findings.iter().map(said).collect(),
        }
    }
}

fn said(finding: &Finding) -> Said {
    Said {
        code: finding.code.as_str(),
        severity: finding.severity.as_str(),
        message: finding.message.clone(),
        help: finding.help.clone(),
    }
}

/// Returns the sha256 of a text, in hexadecimal digits.
pub(super) fn sha256(text: &str) -> String {
    Digest::of(text.as_bytes()).to_string()
}

impl<'a> Index<'a> {
    /// Gathers what is known; the locks are those of one tier.
    pub(super) fn new(
        stamp: &'a [String],
        inputs: &'a [Input<'a>],
        exports: &'a [Exported],
        left_out: &'a [LeftOut],
    ) -> Self {
        let tier = inputs.first().map(|input| &input.own.tier);
        let lock = |input: &'a Input<'a>| Lock {
            platform: input.own.platform().name.as_str(),
            subdir: input.own.platform().subdir.as_str(),
            release: &input.own.release.id,
            digest: &input.own.release.digest,
            created: &input.own.release.created,
            packages: input.own.packages.len(),
        };
        Self {
            version: VERSION,
            stamp,
            tier: tier.map_or("", |tier| &tier.name),
            aliases: tier.map_or(&[], |tier| &tier.aliases),
            description: tier.and_then(|tier| tier.description.as_deref()),
            target: inputs.first().and_then(|input| Some(input.place?.id.as_str())),
            locks: inputs.iter().map(lock).collect(),
            exports,
            left_out,
        }
    }

    /// Returns the text of the file.
    pub(super) fn text(&self) -> String {
        let text = serde_json::to_string_pretty(self).expect("texts and numbers can be written");
        text + "\n"
    }
}

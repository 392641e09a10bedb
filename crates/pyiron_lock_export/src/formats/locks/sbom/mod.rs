//! `sbom`: the bill of materials of a tier, as CycloneDX 1.6 or SPDX 2.3. Each is made from the lock alone: the same
//! lock, the same bytes.

mod cyclonedx;
mod spdx_document;

use pyiron_lock_core::digest::DigestBuilder;
use serde_json::Value;
use spdx::{Expression, ParseMode};

use super::names::base;
use crate::{
    ExportError,
    files::Export,
    format::{Format, Group, Needs, Proof},
    input::{Input, Package},
    parameters::{Kind, Parameter},
};

pub(super) static FORMAT: Format = Format {
    name: "sbom",
    group: Group::Locks,
    title: "bill of materials with licences and hashes, CycloneDX 1.6 or SPDX 2.3",
    needs: Needs::Lock,
    parameters: &[Parameter {
        key: "format",
        what: "the format: cyclonedx or spdx",
        kind: Kind::Word(&["cyclonedx", "spdx"]),
        default: Some("cyclonedx"),
    }],
    proofs: &[Proof::Tested("cyclonedx-python-lib"), Proof::Tested("spdx-tools")],
    export,
};

/// The host of conda-forge and its like, whose channels have names.
const NAMED_CHANNELS: &str = "https://conda.anaconda.org/";

fn export(input: &Input<'_>) -> Result<Export, ExportError> {
    let mut export = Export::default();
    match input.parameters.get("format") {
        Some("spdx") => export
            .files
            .add("sbom.spdx.json", text(spdx_document::document(input)))?,
        _ => export
            .files
            .add("sbom.cdx.json", text(cyclonedx::document(input)))?,
    }
    Ok(export)
}

/// Keys go in the order of the alphabet, whatever the writer of JSON was built with.
fn text(mut document: Value) -> String {
    document.sort_all_objects();
    format!("{document:#}\n")
}

/// Returns the package URL of a record.
fn purl(package: &Package<'_>) -> String {
    let base = base(package);
    let channel = match base.strip_prefix(NAMED_CHANNELS) {
        Some(name) => format!("channel={}", escaped(name)),
        None => format!("repository_url={}", escaped(&base)),
    };
    format!(
        "pkg:conda/{}@{}?build={}&{channel}&subdir={}&type={}",
        escaped(package.name()),
        escaped(&package.version()),
        escaped(package.build()),
        escaped(package.subdir()),
        if package.file_name().ends_with(".conda") {
            "conda"
        } else {
            "tar.bz2"
        }
    )
}

/// Escapes as package URLs do: all but letters, digits, `.`, `-`, `_` and `~`.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'.' | b'-' | b'_' | b'~' => escaped.push(byte.into()),
            _ => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    escaped
}

/// Returns a UUID that stands for what a lock is in a format, version 8 of RFC 9562: made from a digest.
fn uuid(input: &Input<'_>, format: &str) -> String {
    let mut digest = DigestBuilder::new("pyiron-lock sbom 1");
    digest
        .field(format)
        .field(&input.own.tier.name)
        .field(&input.own.release.digest);
    let digits = digest.finish().to_string();
    format!(
        "{}-{}-8{}-8{}-{}",
        &digits[..8],
        &digits[8..12],
        &digits[13..16],
        &digits[17..20],
        &digits[20..32]
    )
}

/// What a record says of its licence.
enum Licence<'a> {
    /// Nothing.
    Unsaid,
    /// An expression of SPDX.
    Expression(&'a str),
    /// Words that are none.
    Words(&'a str),
}

fn licence<'a>(package: &Package<'a>) -> Licence<'a> {
    let mode = ParseMode {
        allow_deprecated: true,
        ..ParseMode::STRICT
    };
    match package.record().license.as_deref().map(str::trim) {
        None | Some("") => Licence::Unsaid,
        Some(text) if !text.contains("DocumentRef-") && Expression::parse_mode(text, mode).is_ok() => {
            Licence::Expression(text)
        }
        Some(text) => Licence::Words(text),
    }
}

#[cfg(test)]
mod tests;

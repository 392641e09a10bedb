//! `kernelspec`: folders from which Jupyter starts a kernel in an installed environment: one named after the release, and
//! one named after the tier, which notebooks keep from release to release. It does not install them.

#[cfg(test)]
mod tests;

use pyiron_lock_core::Finding;
use serde::Serialize;

use super::prefix::{PREFIX, UNKNOWN, prefix};
use crate::{
    ExportError,
    codes::EXPORT_PACKAGE_MISSING,
    files::Export,
    format::{Format, Group, Needs, Proof},
    input::Input,
    parameters::{Kind, Parameter},
    template::template,
};

pub(super) static FORMAT: Format = Format {
    name: "kernelspec",
    group: Group::Jupyter,
    title: "folders from which Jupyter starts a kernel of an installed release",
    needs: Needs::Linux,
    parameters: &[
        PREFIX,
        Parameter {
            key: "alias",
            what: "whether there is a second one named after the tier, which moves from release to release",
            kind: Kind::Word(&["yes", "no"]),
            default: Some("yes"),
        },
    ],
    proofs: &[Proof::Tested("jupyter_client")],
    export,
};

#[derive(Serialize)]
struct Values<'a> {
    stamp: Vec<String>,
    title: &'a str,
    prefix: &'a str,
    python: String,
    path: String,
    debugger: bool,
}

fn export(input: &Input<'_>) -> Result<Export, ExportError> {
    let own = input.own;
    let mut export = Export::default();
    if own.packages.get("ipykernel").is_none() {
        let text = format!(
            "`{}` lacks `ipykernel`, which is what Jupyter starts",
            own.tier.name
        );
        let finding = Finding::new(EXPORT_PACKAGE_MISSING, text).help("add it to the tier");
        export.findings.push(finding);
        return Ok(export);
    }
    let known = prefix(input)?;
    if known.is_none() {
        export.findings = input.parameters.without(&FORMAT, |key| key == PREFIX.key);
    }
    let prefix = known.as_deref().unwrap_or(UNKNOWN);
    let (tier, release) = (&own.tier.name, &own.release.id);
    let mut add = |name: &str, title: &str| {
        let values = Values {
            stamp: input.stamp(),
            title,
            prefix,
            python: format!("{prefix}/bin/python"),
            // Programs that the kernel starts are looked for in the environment first.
            path: format!("{prefix}/bin:${{PATH}}"),
            debugger: own.packages.get("debugpy").is_some(),
        };
        let text = template!("jupyter/kernel.json.j2").fill(&values)?;
        export.files.add(&format!("{name}/kernel.json"), text)
    };
    let alias = format!("pyiron-{}", folder(tier));
    add(&format!("{alias}-{release}"), &format!("{tier} {release}"))?;
    if input.parameters.get("alias") != Some("no") {
        add(&alias, &format!("{tier}, newest ({release})"))?;
    }
    Ok(export)
}

/// Returns a name as part of the name of a folder of a kernel, which Jupyter compares without case.
fn folder(name: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
    name.chars()
        .map(|letter| {
            if plain(letter) {
                letter.to_ascii_lowercase()
            } else {
                '-'
            }
        })
        .collect()
}

//! `gitlab-ci`: a pipeline that checks the locks on every change and makes a release on a tag. It uses no secrets; the
//! image it runs in is named by its digest, which only a person can look up.

use serde::Serialize;

use super::commands::{Commands, INSTALL, REVISION, SOURCE};
use crate::{
    ExportError,
    files::Export,
    format::{Format, Group, Needs, Proof},
    input::Input,
    parameters::{Kind, Parameter},
    template::{Template, template},
};

pub(super) static FORMAT: Format = Format {
    name: "gitlab-ci",
    group: Group::Pipelines,
    title: "pipeline for GitLab that checks the locks on every change and makes a release on a tag",
    needs: Needs::Lock,
    parameters: &[IMAGE, IMAGE_TAG, IMAGE_DIGEST, SOURCE, REVISION, INSTALL],
    proofs: &[Proof::Tested("check-jsonschema"), Proof::Tested("shellcheck")],
    export,
};

const IMAGE: Parameter = Parameter {
    key: "runner-image",
    what: "the image that the jobs run in; it has cargo, or what `install` needs",
    kind: Kind::Image,
    default: Some("docker.io/library/rust"),
};
const IMAGE_TAG: Parameter = Parameter {
    key: "runner-tag",
    what: "the tag of that image",
    kind: Kind::Name,
    default: Some(concat!(env!("CARGO_PKG_RUST_VERSION"), "-bookworm")),
};
const IMAGE_DIGEST: Parameter = Parameter {
    key: "runner-digest",
    what: "the digest of the image that the jobs run in, which only its registry knows",
    kind: Kind::ImageDigest,
    default: None,
};

const PIPELINE: Template = template!("pipelines/gitlab-ci.yml.j2");

#[derive(Serialize)]
struct Values<'a> {
    stamp: Vec<String>,
    image: String,
    pinned: bool,
    commands: &'a Commands,
}

fn export(input: &Input<'_>) -> Result<Export, ExportError> {
    let get = |parameter: Parameter| input.parameters.get(parameter.key);
    let commands = Commands::new(FORMAT.name, input)?;
    let image = get(IMAGE).unwrap_or_default();
    let tag = get(IMAGE_TAG).unwrap_or_default();
    let digest = get(IMAGE_DIGEST);
    let text = PIPELINE.fill(Values {
        stamp: input.stamp(),
        image: match digest {
            Some(digest) => format!("{image}:{tag}@{digest}"),
            None => format!("{image}:{tag}"),
        },
        pinned: digest.is_some(),
        commands: &commands,
    })?;
    let mut export = Export::default();
    export.files.add(".gitlab-ci.yml", text)?;
    export.findings = input.parameters.without(&FORMAT, |key| {
        key != INSTALL.key && (key != REVISION.key || !commands.pinned)
    });
    Ok(export)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Tier,
        testing::{lock, made},
    };

    #[test]
    fn a_name_is_one_word_of_one_command() {
        let tier = Tier {
            name: "a $(id) 'b'\nscript: [evil]\u{2028}é `x`".to_owned(),
            ..Tier::default()
        };
        let lock = lock(&["noarch/ase-3.28.0-pyh_0.conda"]);
        let export = made(&FORMAT, &lock, tier, None, &[]).unwrap();
        let text = &export.files.get(".gitlab-ci.yml").unwrap().text;
        assert!(
            !text
                .lines()
                .any(|line| line.trim_start().starts_with("script: [evil]")),
            "{text}"
        );
        assert!(
            text.contains(
                r#"    - "pyiron-lock resolve --check --tier 'a $(id) '\\''b'\\''\nscript: [evil]"#
            ),
            "{text}"
        );
        let keys: Vec<&str> = export
            .findings
            .iter()
            .filter_map(|finding| finding.help.as_deref())
            .collect();
        assert_eq!(
            keys,
            [
                "give it with `--set runner-digest=...`",
                "give it with `--set revision=...`"
            ]
        );
    }
}

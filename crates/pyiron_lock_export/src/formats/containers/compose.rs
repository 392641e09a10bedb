//! `compose`: the recipes of a whole chain of images, and what builds them in order. What a recipe says is the matter
//! of `dockerfile`.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{
    context::{image, part},
    dockerfile,
};
use crate::{
    ExportError,
    files::Export,
    format::{Format, Group, Needs, Proof},
    input::Input,
    template::{Template, template},
};

pub(super) static FORMAT: Format = Format {
    name: "compose",
    group: Group::Containers,
    title: "folders of a whole chain of images, and what builds them in order",
    needs: Needs::Linux,
    parameters: dockerfile::PARAMETERS,
    proofs: &[
        Proof::Tested("hadolint"),
        Proof::Tested("buildah"),
        Proof::Documented("Docker Buildx, bake file reference"),
    ],
    export,
};

const BAKE: Template = template!("containers/bake.hcl.j2");
const BUILD: Template = template!("containers/build.sh.j2");

#[derive(Serialize)]
struct Image {
    part: String,
    image: String,
    release: String,
    epoch: i64,
    parent: Option<String>,
    parent_image: Option<String>,
}

#[derive(Serialize)]
struct Values {
    stamp: Vec<String>,
    platform: &'static str,
    images: Vec<Image>,
}

fn export(input: &Input<'_>) -> Result<Export, ExportError> {
    let mut export = Export::default();
    let mut images: Vec<Image> = Vec::new();
    let chain = input.parameters.get("from") == Some("parent");
    let lower = if chain { input.ancestors } else { &[] };
    for (index, own) in lower.iter().chain([input.own]).enumerate() {
        let step = Input {
            own,
            ancestors: &input.ancestors[..index.min(lower.len())],
            ..*input
        };
        let mut made = dockerfile::export(&step)?;
        export.findings.append(&mut made.findings);
        let part = part(&own.tier.name);
        if made.files.is_empty() {
            export.files = crate::Files::default();
            return Ok(export);
        }
        export.files.add_below(&part, made.files)?;
        let parent = images.last();
        images.push(Image {
            image: image(input, &own.tier.name),
            release: own.release.id.clone(),
            epoch: own.release.epoch,
            parent: parent.map(|parent| parent.part.clone()),
            parent_image: parent.map(|parent| format!("{}:{}", parent.image, parent.release)),
            part,
        });
    }
    // A digest that is not known is said once for the first image, not once an image.
    let mut said = BTreeSet::new();
    export
        .findings
        .retain(|finding| said.insert(finding.message.clone()));
    let values = Values {
        stamp: input.stamp(),
        platform: platform(input)?,
        images,
    };
    export.files.add("docker-bake.hcl", BAKE.fill(&values)?)?;
    export.files.add_executable("build.sh", BUILD.fill(&values)?)?;
    Ok(export)
}

/// Returns the platform as OCI spells it.
fn platform(input: &Input<'_>) -> Result<&'static str, ExportError> {
    match input.own.platform().subdir.as_str() {
        "linux-64" => Ok("linux/amd64"),
        "linux-aarch64" => Ok("linux/arm64"),
        "linux-ppc64le" => Ok("linux/ppc64le"),
        other => Err(ExportError::Unfit {
            format: FORMAT.name,
            what: format!("knows no platform of images for `{other}`"),
            help: None,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::samples, *};
    use crate::{
        input::{Subject, Tier},
        parameters::Parameters,
    };

    #[test]
    fn each_image_is_built_after_the_one_below_and_from_it() {
        let (below, above) = (samples::chain_parent(), samples::chain_child());
        let named = |name: &str| {
            Some(Tier {
                name: name.to_owned(),
                ..Tier::default()
            })
        };
        let ancestors = [Subject::new(&below, named("lower")).unwrap()];
        let own = Subject::new(&above, named("upper")).unwrap();
        let parameters = Parameters::read(&FORMAT, []).unwrap();
        let input = Input {
            own: &own,
            ancestors: &ancestors,
            place: None,
            parameters: &parameters,
        };
        let export = FORMAT.make(&input).unwrap();
        let text = |path: &str| &export.files.get(path).unwrap().text;
        let lower = format!("localhost/pyiron/lower:{}", ancestors[0].release.id);
        assert!(text("docker-bake.hcl").contains(&format!("\"{lower}\" = \"target:lower\"")));
        let build = text("build.sh");
        assert!(build.find(" lower\n").unwrap() < build.find(" upper\n").unwrap());
        assert!(text("lower/Dockerfile").contains("FROM ${BASE_IMAGE}"));
        assert!(text("upper/Dockerfile").contains("ARG PARENT_IMAGE=localhost/pyiron/lower\n"));
        let pins = export
            .findings
            .iter()
            .filter(|finding| finding.code.as_str() == "base-not-pinned");
        assert_eq!(pins.count(), 1);
    }
}

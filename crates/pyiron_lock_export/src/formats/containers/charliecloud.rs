//! `charliecloud`: a folder that ch-image builds from, and a script that builds, packs and runs the image. Holds the
//! whole lock: users and `COPY --chown` are ignored there, and variables before the image are not read.

use serde::Serialize;

use super::context::{BASE_DIGEST, BASE_IMAGE, BASE_TAG, Context, LAYERS, Layer, PREFIX, REGISTRY, image};
use crate::{
    ExportError,
    files::Export,
    format::{Format, Group, Needs, Proof},
    input::Input,
    template::{Template, template},
};

pub(super) static FORMAT: Format = Format {
    name: "charliecloud",
    group: Group::Containers,
    title: "folder that Charliecloud builds an image from, and a script that packs and runs it",
    needs: Needs::Linux,
    parameters: &[BASE_IMAGE, BASE_TAG, BASE_DIGEST, REGISTRY, PREFIX, LAYERS],
    proofs: &[Proof::Tested("charliecloud"), Proof::Tested("shellcheck")],
    export,
};

const RECIPE: Template = template!("containers/charliecloud.dockerfile.j2");
const SCRIPT: Template = template!("containers/charliecloud.sh.j2");

#[derive(Serialize)]
struct Values<'a> {
    stamp: Vec<String>,
    from_image: &'a str,
    from_tag: &'a str,
    from_digest: Option<&'a str>,
    image: String,
    release: &'a str,
    epoch: i64,
    layers: &'a [Layer],
    prefix: &'a str,
}

fn export(input: &Input<'_>) -> Result<Export, ExportError> {
    // Without the parameter that asks for the image below, everything starts from the base image.
    let context = Context::new(FORMAT.name, input)?;
    let own = input.own;
    let values = Values {
        stamp: input.stamp(),
        from_image: &context.from.image,
        from_tag: &context.from.tag,
        from_digest: context.from.digest.as_deref(),
        image: image(input, &own.tier.name),
        release: &own.release.id,
        epoch: own.release.epoch,
        layers: &context.layers,
        prefix: &context.prefix,
    };
    let mut export = Export::default();
    export.files.add("Dockerfile", RECIPE.fill(&values)?)?;
    export
        .files
        .add_executable("charliecloud.sh", SCRIPT.fill(&values)?)?;
    context.add_to(input, &mut export.files)?;
    export.findings = context.findings;
    Ok(export)
}

#[cfg(test)]
mod tests {
    use super::{super::samples, *};
    use crate::{
        input::{Subject, Tier},
        parameters::Parameters,
    };

    #[test]
    fn it_holds_the_whole_lock_and_names_its_base_plainly() {
        let (below, above) = (samples::chain_parent(), samples::chain_child());
        let tier = Tier {
            name: "Größe\nRUN id $(id)".to_owned(),
            ..Tier::default()
        };
        let own = Subject::new(&above, Some(tier)).unwrap();
        let ancestors = [Subject::new(&below, None).unwrap()];
        let set = [("layers".to_owned(), "1".to_owned())];
        let parameters = Parameters::read(&FORMAT, set).unwrap();
        let input = Input {
            own: &own,
            ancestors: &ancestors,
            place: None,
            parameters: &parameters,
        };
        let export = FORMAT.make(&input).unwrap();
        let text = |path: &str| export.files.get(path).unwrap().text.clone();
        let recipe = text("Dockerfile");
        assert!(
            recipe.contains("\nFROM quay.io/jupyter/base-notebook:82d322f00937\n"),
            "{recipe}"
        );
        assert!(!recipe.lines().any(|line| line.starts_with("RUN id")), "{recipe}");
        assert!(!recipe.contains("USER") && !recipe.contains("${"), "{recipe}");
        let list = text("layers/gr-e-run-id-id-01.txt");
        assert_eq!(list.matches("#sha256:").count(), own.packages.len());
    }
}

//! `apptainer`: a definition file with the records and the scripts that it copies. Holds the whole lock, because a SIF
//! file has no layers below it; nothing is below a home or a folder that is mounted over.

use serde::Serialize;

use super::{
    context::{BASE_DIGEST, BASE_IMAGE, BASE_TAG, Context, Layer, PREFIX, part},
    dockerfile::{Label, labels},
};
use crate::{
    ExportError,
    files::Export,
    format::{Format, Group, Needs, Proof},
    input::Input,
    template::{Template, template},
};

pub(super) static FORMAT: Format = Format {
    name: "apptainer",
    group: Group::Containers,
    title: "definition file of an Apptainer image, with what it copies",
    needs: Needs::Linux,
    parameters: &[BASE_IMAGE, BASE_TAG, BASE_DIGEST, PREFIX],
    proofs: &[
        Proof::Tested("spython"),
        Proof::Documented("Apptainer user guide, definition files"),
    ],
    export,
};

const DEFINITION: Template = template!("containers/apptainer.def.j2");

#[derive(Serialize)]
struct Values<'a> {
    stamp: Vec<String>,
    from_image: &'a str,
    from_tag: &'a str,
    from_digest: Option<&'a str>,
    part: &'a str,
    release: &'a str,
    epoch: i64,
    layers: &'a [Layer],
    prefix: &'a str,
    labels: Vec<Label>,
}

fn export(input: &Input<'_>) -> Result<Export, ExportError> {
    // Without the parameters of a chain, everything is one layer on the base image.
    let context = Context::new(FORMAT.name, input)?;
    let part = part(&input.own.tier.name);
    let values = Values {
        stamp: input.stamp(),
        from_image: &context.from.image,
        from_tag: &context.from.tag,
        from_digest: context.from.digest.as_deref(),
        part: &part,
        release: &input.own.release.id,
        epoch: input.own.release.epoch,
        layers: &context.layers,
        prefix: &context.prefix,
        labels: labels(input),
    };
    let mut export = Export::default();
    export
        .files
        .add(&format!("{part}.def"), DEFINITION.fill(&values)?)?;
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
    fn a_hostile_description_opens_no_section() {
        let (below, above) = (samples::chain_parent(), samples::chain_child());
        let tier = Tier {
            name: "Größe/x".to_owned(),
            description: Some("a\n%post\n    id".to_owned()),
            ..Tier::default()
        };
        let own = Subject::new(&above, Some(tier)).unwrap();
        let ancestors = [Subject::new(&below, None).unwrap()];
        let parameters = Parameters::read(&FORMAT, []).unwrap();
        let export = FORMAT
            .make(&Input {
                own: &own,
                ancestors: &ancestors,
                place: None,
                parameters: &parameters,
            })
            .unwrap();
        let text = &export.files.get("gr-e-x.def").unwrap().text;
        assert!(text.starts_with("Bootstrap: docker\nFrom: quay.io/"));
        assert_eq!(text.lines().filter(|line| line.starts_with("%post")).count(), 1);
        let list = &export.files.get("layers/gr-e-x-01.txt").unwrap().text;
        assert_eq!(list.matches("#sha256:").count(), own.packages.len());
    }
}

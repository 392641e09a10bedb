//! `quadlet`: units of systemd from which Podman runs an image of the project as a user. Does not build the image.

use serde::Serialize;

use super::{
    context::{IMAGE_DIGEST, REGISTRY, image, part},
    dockerfile::uid,
};
use crate::{
    ExportError,
    files::Export,
    format::{Format, Group, Needs, Proof},
    input::Input,
    parameters::{Kind, Parameter},
    template::{Template, template},
};

pub(super) static FORMAT: Format = Format {
    name: "quadlet",
    group: Group::Containers,
    title: "systemd units that run the image with rootless Podman",
    needs: Needs::Linux,
    parameters: &[REGISTRY, IMAGE_DIGEST, PORT],
    proofs: &[Proof::Documented(
        "podman-systemd.unit(5), Container and Volume units",
    )],
    export,
};

const PORT: Parameter = Parameter {
    key: "port",
    what: "the port on this machine; only this machine can reach it",
    kind: Kind::Number,
    default: Some("8888"),
};

const CONTAINER: Template = template!("containers/quadlet.container.j2");
const VOLUME: Template = template!("containers/quadlet.volume.j2");

#[derive(Serialize)]
struct Values<'a> {
    stamp: Vec<String>,
    name: String,
    release: &'a str,
    image: String,
    pinned: bool,
    update: &'static str,
    uid: u64,
    home: &'a str,
    port: u64,
    lab: bool,
}

fn export(input: &Input<'_>) -> Result<Export, ExportError> {
    let own = input.own;
    let part = part(&own.tier.name);
    // Units and volumes of a machine are in one namespace.
    let name = if part.starts_with("pyiron") {
        part
    } else {
        format!("pyiron-{part}")
    };
    let repository = image(input, &own.tier.name);
    let digest = input.parameters.get(IMAGE_DIGEST.key);
    let home = input.place.and_then(|place| place.home.as_deref());
    let port = input.parameters.number(PORT.key).unwrap_or(8888);
    if !(1..=65535).contains(&port) {
        return Err(ExportError::Unfit {
            format: FORMAT.name,
            what: format!("cannot use the port {port}"),
            help: Some("a port is a number from 1 to 65535".to_owned()),
        });
    }
    let values = Values {
        stamp: input.stamp(),
        release: &own.release.id,
        image: digest.map_or_else(
            || format!("{repository}:{}", own.release.id),
            |digest| format!("{repository}@{digest}"),
        ),
        pinned: digest.is_some(),
        update: if repository.starts_with("localhost/") {
            "local"
        } else {
            "registry"
        },
        uid: uid(input),
        home: home.unwrap_or("/home/jovyan"),
        port,
        lab: own.packages.get("jupyterlab").is_some(),
        name,
    };
    let mut export = Export::default();
    let file = |kind: &str| format!("{}.{kind}", values.name);
    export.files.add(&file("container"), CONTAINER.fill(&values)?)?;
    export.files.add(&file("volume"), VOLUME.fill(&values)?)?;
    export.findings = input.parameters.empty(&FORMAT);
    Ok(export)
}

#[cfg(test)]
mod tests {
    use super::{super::samples, *};
    use crate::{input::Subject, parameters::Parameters};

    fn unit(set: &[(&str, &str)]) -> Result<String, ExportError> {
        let lock = samples::chain_child();
        let own = Subject::new(&lock, None)?;
        let set = set
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        let parameters = Parameters::read(&FORMAT, set)?;
        let input = Input {
            own: &own,
            ancestors: &[],
            place: None,
            parameters: &parameters,
        };
        let export = FORMAT.make(&input)?;
        Ok(export.files.get("pyiron-default.container").unwrap().text.clone())
    }

    #[test]
    fn an_image_updates_where_it_can_come_from() {
        assert!(unit(&[]).unwrap().contains("\nAutoUpdate=local\n"));
        let remote = unit(&[("registry", "quay.io/pyiron")]).unwrap();
        assert!(remote.contains("\nImage=quay.io/pyiron/default:"));
        assert!(remote.contains("\nAutoUpdate=registry\n"));
        let digest = format!("sha256:{}", "b".repeat(64));
        let pinned = unit(&[("image-digest", &digest)]).unwrap();
        assert!(pinned.contains(&format!("@{digest}\n")) && !pinned.contains("\nAutoUpdate="));
    }

    #[test]
    fn a_port_is_a_port() {
        assert!(unit(&[("port", "0")]).is_err() && unit(&[("port", "70000")]).is_err());
    }
}

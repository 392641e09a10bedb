//! `dockerfile`: a folder from which an image is built: the recipe, the records as lists, one a layer, and the script
//! that checks every archive before it is installed. Starts from the image of the tier below where there is one.

use serde::Serialize;

use super::context::{
    BASE_DIGEST, BASE_IMAGE, BASE_TAG, Context, FROM, LAYERS, Layer, PREFIX, REGISTRY, image,
};
use crate::{
    ExportError,
    files::Export,
    format::{Format, Group, Needs, Proof},
    input::Input,
    parameters::Parameter,
    template::{Template, template},
};

pub(super) static FORMAT: Format = Format {
    name: "dockerfile",
    group: Group::Containers,
    title: "folder to build an image from, in layers, from the image of the tier below",
    needs: Needs::Linux,
    parameters: PARAMETERS,
    proofs: &[
        Proof::Tested("hadolint"),
        Proof::Tested("buildah"),
        Proof::Tested("podman"),
    ],
    export,
};

/// What can be set for a recipe of an image.
pub(super) const PARAMETERS: &[Parameter] =
    &[BASE_IMAGE, BASE_TAG, BASE_DIGEST, FROM, REGISTRY, PREFIX, LAYERS];

const DOCKERFILE: Template = template!("containers/dockerfile.j2");
const IGNORE: Template = template!("containers/dockerignore.j2");

/// A label of an image.
#[derive(Serialize)]
pub(super) struct Label {
    pub(super) key: &'static str,
    pub(super) value: String,
}

#[derive(Serialize)]
struct Values<'a> {
    stamp: Vec<String>,
    parent: bool,
    from_image: &'a str,
    from_tag: &'a str,
    from_digest: Option<&'a str>,
    image: String,
    release: &'a str,
    epoch: i64,
    layers: &'a [Layer],
    count: usize,
    prefix: &'a str,
    openmpi: bool,
    uid: u64,
    labels: Vec<Label>,
}

/// Makes the folder; `compose` makes one a tier.
pub(super) fn export(input: &Input<'_>) -> Result<Export, ExportError> {
    let context = Context::new(FORMAT.name, input)?;
    let mut export = Export::default();
    if context.fits() {
        let own = input.own;
        let values = Values {
            stamp: input.stamp(),
            parent: context.from.parent,
            from_image: &context.from.image,
            from_tag: &context.from.tag,
            from_digest: context.from.digest.as_deref(),
            image: image(input, &own.tier.name),
            release: &own.release.id,
            epoch: own.release.epoch,
            layers: &context.layers,
            count: own.packages.len(),
            prefix: &context.prefix,
            openmpi: own.packages.get("openmpi").is_some(),
            uid: uid(input),
            labels: labels(input),
        };
        export.files.add("Dockerfile", DOCKERFILE.fill(&values)?)?;
        export.files.add(".dockerignore", IGNORE.fill(&values)?)?;
        context.add_to(input, &mut export.files)?;
    }
    export.findings = context.findings;
    Ok(export)
}

/// Returns the numeric user that the image runs as, never root.
pub(super) fn uid(input: &Input<'_>) -> u64 {
    let uid = input.place.and_then(|place| place.run_as);
    uid.filter(|uid| *uid != 0).unwrap_or(1000)
}

/// Returns what an image says of itself: annotations of OCI and our own.
pub(super) fn labels(input: &Input<'_>) -> Vec<Label> {
    let own = input.own;
    let description = own.tier.description.clone();
    let mut labels = vec![
        ("org.opencontainers.image.created", own.release.created.clone()),
        ("org.opencontainers.image.title", own.tier.name.clone()),
        (
            "org.opencontainers.image.description",
            description.unwrap_or_else(|| format!("the tier {}", own.tier.name)),
        ),
        ("org.opencontainers.image.version", own.release.id.clone()),
        ("org.pyiron.lock.digest", own.release.digest.clone()),
        ("org.pyiron.lock.tier", own.tier.name.clone()),
        ("org.pyiron.lock.platform", own.platform().name.to_string()),
    ];
    if let Some(place) = input.place {
        labels.push(("org.pyiron.lock.target", place.id.clone()));
    }
    let of = |(key, value)| Label { key, value };
    labels.into_iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::{super::samples, *};
    use crate::{
        codes::EXPORT_CHAIN_APART,
        input::{Smoke, Subject, Tier},
        parameters::Parameters,
    };

    fn made(own: &Subject<'_>, ancestors: &[Subject<'_>], set: &[(&str, &str)]) -> Export {
        let set = set
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        let parameters = Parameters::read(&FORMAT, set).unwrap();
        FORMAT
            .make(&Input {
                own,
                ancestors,
                place: None,
                parameters: &parameters,
            })
            .unwrap()
    }

    fn text<'a>(export: &'a Export, path: &str) -> &'a str {
        &export.files.get(path).unwrap().text
    }

    #[test]
    fn a_child_adds_only_what_its_parent_does_not_have() {
        let (below, above) = (samples::chain_parent(), samples::chain_child());
        let ancestors = [Subject::new(&below, None).unwrap()];
        let own = Subject::new(&above, None).unwrap();
        let export = made(&own, &ancestors, &[("layers", "1")]);
        assert_eq!(
            text(&export, "layers/default-01.txt").matches("#sha256:").count(),
            2
        );
        assert!(!text(&export, "layers/default-01.txt").contains("/python-"));
        let recipe = text(&export, "Dockerfile");
        assert!(recipe.contains(&format!("ARG PARENT_TAG={}\n", ancestors[0].release.id)));
        let whole = made(&own, &ancestors, &[("layers", "1"), ("from", "base")]);
        assert_eq!(
            text(&whole, "layers/default-01.txt").matches("#sha256:").count(),
            own.packages.len()
        );
    }

    #[test]
    fn a_parent_that_would_bring_more_is_refused() {
        let (below, above) = (samples::chain_child(), samples::chain_parent());
        let ancestors = [Subject::new(&below, None).unwrap()];
        let own = Subject::new(&above, None).unwrap();
        let export = made(&own, &ancestors, &[]);
        assert!(export.files.is_empty());
        assert!(
            export
                .findings
                .iter()
                .any(|finding| finding.code == EXPORT_CHAIN_APART)
        );
    }

    #[test]
    fn a_digest_pins_the_base_and_without_one_that_is_said() {
        let lock = samples::chain_parent();
        let own = Subject::new(&lock, None).unwrap();
        let codes = |export: &Export| {
            export
                .findings
                .iter()
                .map(|finding| finding.code.as_str())
                .collect::<Vec<_>>()
        };
        let open = made(&own, &[], &[]);
        assert!(codes(&open).contains(&"base-not-pinned"));
        let digest = format!("sha256:{}", "a".repeat(64));
        let pinned = made(&own, &[], &[("base-digest", &digest)]);
        assert!(!codes(&pinned).contains(&"base-not-pinned"));
        assert!(text(&pinned, "Dockerfile").contains("FROM ${BASE_IMAGE}:${BASE_TAG}@${BASE_DIGEST}\n"));
    }

    #[test]
    fn hostile_words_stay_words() {
        let lock = samples::chain_parent();
        let hostile = "a\"$(id)`id`\nRUN id\n\u{2028}é'";
        let tier = Tier {
            name: "x".to_owned(),
            description: Some(hostile.to_owned()),
            smoke: Smoke {
                imports: vec![hostile.to_owned()],
                commands: vec![hostile.to_owned()],
            },
            ..Tier::default()
        };
        let own = Subject::new(&lock, Some(tier)).unwrap();
        let export = made(&own, &[], &[]);
        let recipe = text(&export, "Dockerfile");
        assert!(recipe.lines().all(|line| !line.starts_with("RUN id")));
        assert!(recipe.contains(r#"description="a\"\$(id)"#), "{recipe}");
        assert!(text(&export, "smoke.sh").contains(r#"'a"$(id)`id`"#));
    }

    #[test]
    fn a_home_is_no_prefix() {
        let lock = samples::chain_parent();
        let own = Subject::new(&lock, None).unwrap();
        for path in ["/home/jovyan/env", "/tmp/x", "/root", "/", "/opt/a b", "/opt/$x"] {
            let set = [("prefix".to_owned(), path.to_owned())];
            let parameters = Parameters::read(&FORMAT, set).unwrap();
            let input = Input {
                own: &own,
                ancestors: &[],
                place: None,
                parameters: &parameters,
            };
            assert!(FORMAT.make(&input).is_err(), "{path}");
        }
    }
}

//! What recipes of images share: where they start, where the environment goes, what is copied into the image. Does not
//! know the grammar of any recipe.

use pyiron_lock_core::Finding;
use serde::Serialize;

use super::layers;
use crate::{
    ExportError, Input, Package,
    codes::{BASE_NOT_PINNED, EXPORT_CHAIN_APART},
    files::Files,
    parameters::{Kind, Parameter},
    template::{Template, template},
};

/// The image that a chain starts from.
pub(super) const BASE_IMAGE: Parameter = Parameter {
    key: "base-image",
    what: "the image to start from; it has conda or mamba, and curl or wget",
    kind: Kind::Image,
    default: Some("quay.io/jupyter/base-notebook"),
};
/// Its tag.
pub(super) const BASE_TAG: Parameter = Parameter {
    key: "base-tag",
    what: "the tag of the image to start from: a date or a commit, not `latest`",
    kind: Kind::Name,
    default: Some("82d322f00937"),
};
/// Its digest.
pub(super) const BASE_DIGEST: Parameter = Parameter {
    key: "base-digest",
    what: "the digest of the image to start from, which only its registry knows",
    kind: Kind::ImageDigest,
    default: None,
};
/// Where the environment goes.
pub(super) const PREFIX: Parameter = Parameter {
    key: "prefix",
    what: "where the environment is in the image; the same along a chain",
    kind: Kind::Path,
    default: Some("/opt/conda/envs/pyiron"),
};
/// How many layers the records become.
pub(super) const LAYERS: Parameter = Parameter {
    key: "layers",
    what: "into how many layers the records are cut, at most",
    kind: Kind::Number,
    default: Some("4"),
};
/// What images are built from.
pub(super) const FROM: Parameter = Parameter {
    key: "from",
    what: "whether the image adds to that of the tier below it, or holds everything itself",
    kind: Kind::Word(&["parent", "base"]),
    default: Some("parent"),
};
/// Where images of the project are.
pub(in crate::formats) const REGISTRY: Parameter = Parameter {
    key: "registry",
    what: "where the images of the tiers are, without the name of the tier",
    kind: Kind::Image,
    default: Some("localhost/pyiron"),
};

/// The digest of an image of the project.
pub(in crate::formats) const IMAGE_DIGEST: Parameter = Parameter {
    key: "image-digest",
    what: "the digest of the image that is run, which is known once it is pushed",
    kind: Kind::ImageDigest,
    default: None,
};

const INSTALL: Template = template!("containers/install-locked.sh.j2");
const ACTIVATE: Template = template!("containers/activate.sh.j2");
const SMOKE: Template = template!("containers/smoke.sh.j2");

/// The image that a recipe starts from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct From {
    pub(super) image: String,
    pub(super) tag: String,
    pub(super) digest: Option<String>,
    pub(super) parent: bool,
}

/// Some records and the file that lists them.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Layer {
    pub(super) file: String,
    pub(super) count: usize,
    pub(super) bytes: Option<u64>,
    #[serde(skip)]
    list: String,
}

/// What a recipe is written from.
#[derive(Debug)]
pub(super) struct Context {
    pub(super) from: From,
    pub(super) prefix: String,
    pub(super) layers: Vec<Layer>,
    pub(super) findings: Vec<Finding>,
}

impl Context {
    /// Plans an image; with a finding of weight error and no layers where there can be none.
    pub(super) fn new(format: &'static str, input: &Input<'_>) -> Result<Self, ExportError> {
        let parent = input
            .parent()
            .filter(|_| input.parameters.get(FROM.key) == Some("parent"));
        let mut findings = Vec::new();
        let get = |parameter: Parameter| input.parameters.get(parameter.key).unwrap_or_default().to_owned();
        let from = match parent {
            Some(parent) => From {
                image: image(input, &parent.tier.name),
                tag: parent.release.id.clone(),
                digest: None,
                parent: true,
            },
            None => From {
                image: get(BASE_IMAGE),
                tag: get(BASE_TAG),
                digest: input.parameters.get(BASE_DIGEST.key).map(str::to_owned),
                parent: false,
            },
        };
        if !from.parent && from.digest.is_none() {
            findings.push(
                Finding::new(
                    BASE_NOT_PINNED,
                    format!(
                        "`{}` starts from `{}:{}` and no digest of it is known",
                        input.own.tier.name, from.image, from.tag
                    ),
                )
                .help("look the digest up in the registry, and give it with `--set base-digest=sha256:...`"),
            );
        }
        let own = &input.own.packages;
        let same = |one: &Package<'_>, other: &Package<'_>| one.sha256() == other.sha256();
        let apart: Vec<&str> = parent
            .iter()
            .flat_map(|parent| parent.packages.iter())
            .filter(|record| !own.get(record.name()).is_some_and(|mine| same(&mine, record)))
            .map(Package::name)
            .collect();
        if !apart.is_empty() {
            findings.push(Finding::new(
                EXPORT_CHAIN_APART,
                format!(
                    "`{}` does not contain these records of the lock it is built from as they are there: {}",
                    input.own.tier.name,
                    apart.join(", ")
                ),
            ));
        }
        let added: Vec<Package<'_>> = own
            .iter()
            .filter(|record| parent.is_none_or(|parent| parent.packages.get(record.name()).is_none()))
            .copied()
            .collect();
        local(format, &added)?;
        let most = input.parameters.number(LAYERS.key).unwrap_or(1).clamp(1, 60);
        let layers = layers::layers(&added, usize::try_from(most).unwrap_or(1));
        Ok(Self {
            from,
            prefix: prefix(format, input)?,
            layers: layers
                .iter()
                .enumerate()
                .map(|(index, layer)| written(input, index, layer))
                .collect(),
            findings,
        })
    }

    /// Returns whether a recipe can be written.
    pub(super) fn fits(&self) -> bool {
        self.findings
            .iter()
            .all(|finding| finding.code != EXPORT_CHAIN_APART)
    }

    /// Adds what is copied into the image.
    pub(super) fn add_to(&self, input: &Input<'_>, files: &mut Files) -> Result<(), ExportError> {
        let values = Scripts {
            stamp: input.stamp(),
            prefix: &self.prefix,
            imports: &input.own.tier.smoke.imports,
            commands: &input.own.tier.smoke.commands,
        };
        files.add_executable("install-locked", INSTALL.fill(&values)?)?;
        files.add("activate.sh", ACTIVATE.fill(&values)?)?;
        files.add_executable("smoke.sh", SMOKE.fill(&values)?)?;
        for layer in &self.layers {
            files.add(&layer.file, layer.list.clone())?;
        }
        Ok(())
    }
}

#[derive(Serialize)]
struct Scripts<'a> {
    stamp: Vec<String>,
    prefix: &'a str,
    imports: &'a [String],
    commands: &'a [String],
}

fn written(input: &Input<'_>, index: usize, layer: &[Package<'_>]) -> Layer {
    let mut list = String::new();
    for line in input.stamp() {
        list.push_str(&format!("# {line}\n"));
    }
    list.push_str("@EXPLICIT\n");
    for package in layer {
        list.push_str(&format!("{}#sha256:{}\n", package.url(), package.sha256()));
    }
    Layer {
        file: format!("layers/{}-{:02}.txt", part(&input.own.tier.name), index + 1),
        count: layer.len(),
        bytes: layer.iter().map(Package::size).sum(),
        list,
    }
}

/// Refuses archives of this machine, which no build of an image can fetch.
fn local(format: &'static str, packages: &[Package<'_>]) -> Result<(), ExportError> {
    match packages.iter().find(|package| package.url().scheme() == "file") {
        None => Ok(()),
        Some(package) => Err(ExportError::Unfit {
            format,
            what: format!(
                "cannot fetch `{}`, which is a file of one machine",
                package.name()
            ),
            help: Some("lock from a channel with http or https".to_owned()),
        }),
    }
}

/// Returns where the environment goes: a plain path that no volume and no home hides.
fn prefix(format: &'static str, input: &Input<'_>) -> Result<String, ExportError> {
    let prefix = input.parameters.get(PREFIX.key).unwrap_or_default();
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "/._-".contains(letter);
    let hidden = [
        "/home", "/root", "/tmp", "/var/tmp", "/dev", "/proc", "/sys", "/run",
    ];
    let below = |folder: &&str| prefix == *folder || prefix.starts_with(&format!("{folder}/"));
    let home = input.place.and_then(|place| place.home.as_deref());
    if !prefix.chars().all(plain) || prefix.trim_matches('/').is_empty() {
        return Err(ExportError::Unfit {
            format,
            what: "needs a prefix of letters, digits, `.`, `_`, `-` and `/`".to_owned(),
            help: None,
        });
    }
    if hidden.iter().chain(home.as_ref()).any(below) {
        return Err(ExportError::Unfit {
            format,
            what: format!("cannot put an environment into `{prefix}`, which is hidden when a container runs"),
            help: Some("choose a folder such as `/opt/conda/envs/pyiron`".to_owned()),
        });
    }
    Ok(prefix.trim_end_matches('/').to_owned())
}

/// Returns the image of a tier, without its tag.
pub(in crate::formats) fn image(input: &Input<'_>, tier: &str) -> String {
    let registry = input.parameters.get(REGISTRY.key).unwrap_or_default();
    format!("{registry}/{}", part(tier))
}

/// Returns a name as part of the name of an image: lower case, one mark between letters.
pub(in crate::formats) fn part(name: &str) -> String {
    let mut part = String::new();
    for letter in name.chars().map(|letter| letter.to_ascii_lowercase()) {
        if letter.is_ascii_alphanumeric() {
            part.push(letter);
        } else if !part.is_empty() && !part.ends_with(['-', '_', '.']) {
            part.push(if matches!(letter, '_' | '.') { letter } else { '-' });
        }
    }
    match part.trim_end_matches(['-', '_', '.']) {
        "" => "environment".to_owned(),
        part => part.to_owned(),
    }
}

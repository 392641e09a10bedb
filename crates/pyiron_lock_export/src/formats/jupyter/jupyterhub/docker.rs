//! A hub whose servers are containers, as on PMD-S.

use serde::Serialize;

use crate::{
    ExportError, Subject,
    formats::containers::context::{IMAGE_DIGEST, image},
    input::{Input, Place},
    template::template,
};

#[derive(Serialize)]
struct Image {
    title: String,
    image: String,
}

#[derive(Serialize)]
struct Values<'a> {
    pmd: bool,
    major: &'a str,
    hub_host: Option<&'a str>,
    allow: &'a str,
    images: Vec<Image>,
    home: &'a str,
    network: &'a str,
    memory: Option<u64>,
    wait: u64,
    idle: Option<u64>,
}

/// Returns the part of the file after its head, and the parameters that are wanted.
pub(super) fn body(
    input: &Input<'_>,
    place: &Place,
    major: &str,
) -> Result<(String, Vec<&'static str>), ExportError> {
    let set = |key| input.parameters.get(key);
    // The stack of PMD-S names its services, and its variables, as its sources say.
    let pmd = place.id == "pmd-s";
    let hub_host = set("hub-host").or(pmd.then_some("hub"));
    let mut wanted = vec!["allow-all", IMAGE_DIGEST.key];
    if hub_host.is_none() {
        wanted.push("hub-host");
    }
    // The image of the lock itself is the first, which users get unless they choose; not every image below has a server.
    let has_server = |subject: &&Subject<'_>| {
        let packages = &subject.packages;
        packages.hub_version().is_some() && packages.get("jupyterlab").is_some()
    };
    let below = input.ancestors.iter().rev().filter(has_server);
    let subjects = std::iter::once(input.own).chain(below);
    let values = Values {
        pmd,
        major,
        hub_host,
        allow: set("allow-all").unwrap_or_default(),
        images: subjects.map(|subject| offered(input, subject)).collect(),
        home: place.home.as_deref().unwrap_or("/home/jovyan"),
        network: set("network").unwrap_or_default(),
        memory: place.memory_limit,
        wait: input.parameters.number("wait").unwrap_or(600),
        idle: input.parameters.number("idle"),
    };
    Ok((template!("jupyter/hub_docker.py.j2").fill(values)?, wanted))
}

fn offered(input: &Input<'_>, subject: &Subject<'_>) -> Image {
    let release = &subject.release.id;
    let repository = image(input, &subject.tier.name);
    let own = std::ptr::eq(subject, input.own);
    Image {
        title: format!("{} {release}", subject.tier.name),
        image: match input.parameters.get(IMAGE_DIGEST.key).filter(|_| own) {
            Some(digest) => format!("{repository}@{digest}"),
            None => format!("{repository}:{release}"),
        },
    }
}

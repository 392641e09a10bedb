//! The document of CycloneDX 1.6. Keys stand in the order of the alphabet.

use serde_json::{Value, json};

use super::{Licence, licence, purl, uuid};
use crate::{
    MARK,
    formats::locks::names::{by_name, direct},
    input::{Input, Package},
};

pub(super) fn document(input: &Input<'_>) -> Value {
    let own = input.own;
    let packages = by_name(own.packages.iter().copied());
    let pip = &own.lock.pip;
    let mut properties: Vec<Value> = input
        .stamp()
        .into_iter()
        .map(|line| json!({"name": "pyiron-lock:stamp", "value": line}))
        .collect();
    properties.extend(
        pip.iter()
            .map(|text| json!({"name": "pyiron-lock:pip-not-locked", "value": text})),
    );
    let mut root = json!({
        "bom-ref": "tier",
        "name": own.tier.name,
        "type": "platform",
        "version": own.release.id,
    });
    if let Some(description) = &own.tier.description {
        root["description"] = json!(description);
    }
    let refs = |packages: Vec<Package<'_>>| packages.iter().map(purl).collect::<Vec<_>>();
    let mut dependencies = vec![json!({"dependsOn": refs(direct(input)), "ref": "tier"})];
    dependencies.extend(packages.iter().map(|package| {
        let depends = by_name(package.depends().filter_map(|name| own.packages.get(name)));
        let mut depends = refs(depends);
        depends.dedup();
        json!({"dependsOn": depends, "ref": purl(package)})
    }));
    json!({
        "bomFormat": "CycloneDX",
        "components": packages.iter().map(component).collect::<Vec<_>>(),
        // What pip installs besides is not known.
        "compositions": [{
            "aggregate": if pip.is_empty() { "complete" } else { "incomplete" },
            "dependencies": ["tier"],
        }],
        "dependencies": dependencies,
        "metadata": {
            "component": root,
            "properties": properties,
            "timestamp": own.release.created,
            "tools": {"components": [{
                "description": MARK,
                "name": "pyiron-lock",
                "type": "application",
            }]},
        },
        "serialNumber": format!("urn:uuid:{}", uuid(input, "cyclonedx")),
        "specVersion": "1.6",
        "version": 1,
    })
}

fn component(package: &Package<'_>) -> Value {
    let purl = purl(package);
    let mut hashes = vec![json!({"alg": "SHA-256", "content": package.sha256()})];
    hashes.extend(package.md5().map(|md5| json!({"alg": "MD5", "content": md5})));
    let mut component = json!({
        "bom-ref": purl,
        "externalReferences": [{"hashes": hashes, "type": "distribution", "url": package.url().as_str()}],
        "hashes": hashes,
        "name": package.name(),
        "purl": purl,
        "type": "library",
        "version": package.version(),
    });
    match licence(package) {
        Licence::Unsaid => {}
        Licence::Expression(text) => component["licenses"] = json!([{"expression": text}]),
        Licence::Words(text) => component["licenses"] = json!([{"license": {"name": text}}]),
    }
    component
}

//! The document of SPDX 2.3. Keys stand in the order of the alphabet.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Licence, licence, purl, uuid};
use crate::{
    formats::locks::names::{by_name, direct},
    input::{Input, Package},
};

const DOCUMENT: &str = "SPDXRef-DOCUMENT";
const TIER: &str = "SPDXRef-Tier";

pub(super) fn document(input: &Input<'_>) -> Value {
    let own = input.own;
    let packages = by_name(own.packages.iter().copied());
    let mut comments = input.stamp();
    let pip = own.lock.pip.iter();
    comments.extend(pip.map(|text| format!("pip installs besides what is not locked: {text}")));
    let mut root = json!({
        "SPDXID": TIER,
        "copyrightText": "NOASSERTION",
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": false,
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": "NOASSERTION",
        "name": own.tier.name,
        "versionInfo": own.release.id,
    });
    if let Some(description) = &own.tier.description {
        root["description"] = json!(description);
    }
    let mut listed = vec![root];
    listed.extend(packages.iter().map(listing));
    let relation = |from: &str, kind: &str, to: &str| json!({"relatedSpdxElement": to, "relationshipType": kind, "spdxElementId": from});
    let mut relations = vec![relation(DOCUMENT, "DESCRIBES", TIER)];
    relations.extend(
        direct(input)
            .iter()
            .map(|package| relation(TIER, "DEPENDS_ON", &id(package))),
    );
    for package in &packages {
        let depends: BTreeSet<String> = package
            .depends()
            .filter_map(|name| own.packages.get(name))
            .map(|depend| id(&depend))
            .collect();
        relations.extend(
            depends
                .iter()
                .map(|depend| relation(&id(package), "DEPENDS_ON", depend)),
        );
    }
    let mut document = json!({
        "SPDXID": DOCUMENT,
        "comment": comments.join("\n"),
        "creationInfo": {"created": own.release.created, "creators": ["Tool: pyiron-lock"]},
        "dataLicense": "CC0-1.0",
        "documentNamespace": format!("urn:uuid:{}", uuid(input, "spdx")),
        "name": own.tier.name,
        "packages": listed,
        "relationships": relations,
        "spdxVersion": "SPDX-2.3",
    });
    let named: Vec<Value> = references(&packages)
        .into_iter()
        .map(|reference| {
            json!({
                "extractedText": "named by the record of a package; the text is in its archive",
                "licenseId": reference,
            })
        })
        .collect();
    if !named.is_empty() {
        document["hasExtractedLicensingInfos"] = Value::Array(named);
    }
    document
}

fn listing(package: &Package<'_>) -> Value {
    let mut checksums = vec![json!({"algorithm": "SHA256", "checksumValue": package.sha256()})];
    checksums.extend(
        package
            .md5()
            .map(|md5| json!({"algorithm": "MD5", "checksumValue": md5})),
    );
    let mut listing = json!({
        "SPDXID": id(package),
        "checksums": checksums,
        "copyrightText": "NOASSERTION",
        "downloadLocation": package.url().as_str(),
        "externalRefs": [{
            "referenceCategory": "PACKAGE-MANAGER",
            "referenceLocator": purl(package),
            "referenceType": "purl",
        }],
        "filesAnalyzed": false,
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": "NOASSERTION",
        "name": package.name(),
        "packageFileName": package.file_name(),
        "versionInfo": package.version(),
    });
    match licence(package) {
        Licence::Unsaid => {}
        Licence::Expression(text) => listing["licenseDeclared"] = json!(text),
        Licence::Words(text) => {
            listing["licenseComments"] = json!(format!("the record says, in no expression of SPDX: {text}"));
        }
    }
    listing
}

/// Returns the id of a package, in whose grammar `_` is no letter; the digits keep `a_b` and `a-b` apart.
fn id(package: &Package<'_>) -> String {
    let name = package.name().replace('_', "-");
    format!("SPDXRef-Package-{name}-{}", &package.sha256()[..12])
}

/// Returns the licences beyond the list of SPDX that expressions name, for which the document has to have texts.
fn references(packages: &[Package<'_>]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for package in packages {
        if let Licence::Expression(text) = licence(package) {
            let words =
                text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-' && letter != '.');
            found.extend(
                words
                    .filter(|word| word.starts_with("LicenseRef-"))
                    .map(str::to_owned),
            );
        }
    }
    found
}

//! `openbis`: where openBIS is, as pybis reads it, and a record of the environment that can go with a data set. Holds no
//! user, password or token.

use std::collections::BTreeMap;

use pyiron_lock_core::Finding;
use serde::Serialize;
use serde_json::{Value, json};

use super::values::readers;
use crate::{
    ExportError,
    codes::EXPORT_SETTING_REFUSED,
    files::Export,
    format::{Format, Group, Needs, Proof},
    input::{Input, Package},
    parameters::{Kind, Parameter},
    template::template,
};

pub(super) static FORMAT: Format = Format {
    name: "openbis",
    group: Group::Services,
    title: "where openBIS is, and a record of the environment to attach to what is uploaded",
    needs: Needs::Lock,
    parameters: &[
        Parameter {
            key: "url",
            what: "the address of openBIS, with https",
            kind: Kind::Url,
            default: None,
        },
        Parameter {
            key: "image-digest",
            what: "the digest of the image that the environment is in, for the record",
            kind: Kind::ImageDigest,
            default: None,
        },
        Parameter {
            key: "source-revision",
            what: "the commit of the project that the lock is in, for the record",
            kind: Kind::Name,
            default: None,
        },
    ],
    proofs: &[Proof::Tested("pybis")],
    export,
};

/// The version of the record: readers refuse one that they do not know.
const FORMAT_NUMBER: u64 = 1;

#[derive(Serialize)]
struct Values<'a> {
    stamp: Vec<String>,
    url: &'a str,
    is_set: bool,
}

fn export(input: &Input<'_>) -> Result<Export, ExportError> {
    let url = input.parameters.get("url");
    let mut export = Export::default();
    if let Some(why) = url.and_then(fault) {
        let text = format!(
            "`url` cannot be `{}`: it {why}",
            url.unwrap_or_default().escape_debug()
        );
        export.findings.push(Finding::new(EXPORT_SETTING_REFUSED, text));
        return Ok(export);
    }
    let values = Values {
        stamp: input.stamp(),
        url: url.unwrap_or("https://to-be-filled-in.invalid"),
        is_set: url.is_some(),
    };
    let text = template!("services/openbis.env.j2").fill(&values)?;
    export.files.add("openbis.env", text)?;
    export
        .files
        .add("provenance.json", format!("{:#}\n", record(input)))?;
    export.findings = readers(input, &["pybis"]);
    export
        .findings
        .extend(input.parameters.without(&FORMAT, |key| key == "url"));
    Ok(export)
}

/// Returns why pybis, or what hands it a variable, would not take an address as it is written.
fn fault(url: &str) -> Option<&'static str> {
    let Some(rest) = url.strip_prefix("https://") else {
        return Some("is without https, which pybis insists on");
    };
    let harmless = |letter: char| letter.is_ascii_alphanumeric() || "._-:/".contains(letter);
    (!rest.chars().all(harmless)).then_some("has letters that a file of variables cannot hold")
}

/// Returns what is installed and from which lock, as data.
fn record(input: &Input<'_>) -> Value {
    let own = input.own;
    let platform = own.platform();
    let promised = platform.virtual_packages().iter();
    let promised: BTreeMap<&str, String> = promised
        .map(|promise| match promise.build() {
            "" | "0" => (promise.name(), promise.version().to_owned()),
            build => (promise.name(), format!("{}={build}", promise.version())),
        })
        .collect();
    let packages: BTreeMap<&str, Value> = own
        .packages
        .iter()
        .map(|package| (package.name(), entry(package)))
        .collect();
    let mut record = json!({
        "created": own.release.created,
        "format": FORMAT_NUMBER,
        "lock-digest": own.release.digest,
        "packages": packages,
        "platform": {
            "name": platform.name.to_string(),
            "subdir": platform.subdir.as_str(),
            "virtual-packages": promised,
        },
        "release": own.release.id,
        "sample-channel": own.is_sample(),
        "stamp": input.stamp(),
        "tier": own.tier.name,
    });
    if let Some(description) = &own.tier.description {
        record["description"] = json!(description);
    }
    if !own.lock.pip.is_empty() {
        record["pip-not-locked"] = json!(own.lock.pip);
    }
    if let Some(place) = input.place {
        record["target"] = json!(place.id);
    }
    for key in ["image-digest", "source-revision"] {
        if let Some(value) = input.parameters.get(key) {
            record[key] = json!(value);
        }
    }
    record.sort_all_objects();
    record
}

fn entry(package: &Package<'_>) -> Value {
    json!({
        "build": package.build(),
        "sha256": package.sha256(),
        "subdir": package.subdir(),
        "url": package.url().as_str(),
        "version": package.version(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        input::{Place, Tier},
        testing,
    };

    const NAME: &str = "x \"{}\" $(id)\nOPENBIS_TOKEN=a é";

    fn made(set: &[(&str, &str)], place: Option<&Place>) -> Export {
        let lock = testing::lock(&["noarch/pybis-1.37.5-pyh_0.conda", "linux-64/a_b-1!2.0-h_0.conda"]);
        let tier = Tier {
            name: NAME.to_owned(),
            description: Some(NAME.to_owned()),
            ..Tier::default()
        };
        testing::made(&FORMAT, &lock, tier, place, set).unwrap()
    }

    fn text(export: &Export, path: &str) -> String {
        export.files.get(path).unwrap().text.clone()
    }

    #[test]
    fn the_record_is_data_whatever_a_tier_is_called() {
        let place = Place {
            id: "slurm-a".to_owned(),
            ..Place::default()
        };
        let export = made(&[("url", "https://openbis.example.org")], Some(&place));
        assert!(export.findings.is_empty(), "{:?}", export.findings);
        let record: Value = serde_json::from_str(&text(&export, "provenance.json")).unwrap();
        assert_eq!(
            (&record["tier"], &record["target"]),
            (&json!(NAME), &json!("slurm-a"))
        );
        let packages = record["packages"].as_object().unwrap();
        assert_eq!(packages.len(), 2);
        assert_eq!(packages["a_b"]["version"], "1!2.0");
        assert_eq!(packages["pybis"]["sha256"], "a".repeat(64));
        assert!(record.get("image-digest").is_none());
    }

    #[test]
    fn the_variables_are_one_and_no_secret() {
        for set in [&[][..], &[("url", "https://openbis.example.org:8443/x")]] {
            let text = text(&made(set, None), "openbis.env");
            let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
            assert_eq!(lines.len(), 1, "{text}");
            assert!(lines[0].starts_with("OPENBIS_URL=https://"), "{text}");
            assert_eq!(text.contains("To be filled in."), set.is_empty(), "{text}");
        }
    }

    #[test]
    fn an_address_that_pybis_or_a_shell_takes_otherwise_is_refused() {
        for url in [
            "http://openbis.example.org",
            "https://a.example.org/$(id)",
            "https://a.example.org/a b",
        ] {
            let export = made(&[("url", url)], None);
            assert!(export.files.is_empty(), "{url}");
            assert_eq!(export.findings[0].code, EXPORT_SETTING_REFUSED, "{url}");
        }
    }
}

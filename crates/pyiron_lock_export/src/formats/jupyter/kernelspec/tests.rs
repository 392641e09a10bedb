//! What a kernelspec must not get wrong.

use serde_json::Value;

use super::FORMAT;
use crate::{
    Export, ExportError, Place, Tier,
    testing::{lock, made},
};

fn kernels(
    name: &str,
    archives: &[&str],
    place: &Place,
    set: &[(&str, &str)],
) -> Result<Export, ExportError> {
    let tier = Tier {
        name: name.to_owned(),
        ..Tier::default()
    };
    made(&FORMAT, &lock(archives), tier, Some(place), set)
}

fn specs(export: &Export) -> Vec<(String, Value)> {
    let files = export.files.iter();
    files
        .map(|(path, file)| (path.to_string(), serde_json::from_str(&file.text).unwrap()))
        .collect()
}

const KERNEL: [&str; 1] = ["noarch/ipykernel-7.3.0-pyh_0.conda"];

#[test]
fn there_is_no_kernelspec_without_a_kernel() {
    let export = kernels("demo", &["noarch/a-1-0.conda"], &Place::default(), &[]).unwrap();
    assert!(export.files.is_empty() && export.findings[0].is_error());
}

#[test]
fn the_environment_of_the_user_and_of_modules_stays_outside() {
    let set = [("prefix", "/soft/<tier>/<release>/")];
    let export = kernels("demo", &KERNEL, &Place::default(), &set).unwrap();
    let specs = specs(&export);
    let (path, pinned) = &specs[0];
    let release = path
        .strip_prefix("pyiron-demo-")
        .unwrap()
        .strip_suffix("/kernel.json")
        .unwrap();
    let prefix = format!("/soft/demo/{release}");
    assert_eq!(pinned["argv"][0], format!("{prefix}/bin/python"));
    assert_eq!(pinned["display_name"], format!("demo {release}"));
    let env = &pinned["env"];
    assert_eq!(env["PATH"], format!("{prefix}/bin:${{PATH}}"));
    assert_eq!(
        (&env["PYTHONPATH"], &env["PYTHONHOME"]),
        (&Value::from(""), &Value::from(""))
    );
    assert_eq!(env["PYTHONNOUSERSITE"], "1");
    let (path, moving) = &specs[1];
    assert_eq!(path, "pyiron-demo/kernel.json");
    assert_eq!((&moving["argv"], &moving["env"]), (&pinned["argv"], env));
    assert_ne!(moving["display_name"], pinned["display_name"]);
}

#[test]
fn a_prefix_that_jupyter_would_read_otherwise_is_refused() {
    for prefix in [
        "/soft/$HOME",
        "/soft/{x}",
        "/a b",
        "/a'b",
        "/soft/<group>",
        "/",
        "/é",
    ] {
        let place = Place {
            prefix: Some(prefix.to_owned()),
            ..Place::default()
        };
        assert!(kernels("demo", &KERNEL, &place, &[]).is_err(), "{prefix}");
        assert!(kernels("demo", &KERNEL, &Place::default(), &[("prefix", prefix)]).is_err());
    }
}

#[test]
fn names_of_folders_are_those_that_jupyter_takes() {
    let hostile = "Å $(id)\n\"x\"/../y";
    let set = [("prefix", "/soft/x"), ("alias", "yes")];
    let export = kernels(hostile, &KERNEL, &Place::default(), &set).unwrap();
    for (path, spec) in specs(&export) {
        let name = path.strip_suffix("/kernel.json").unwrap();
        assert!(name.starts_with("pyiron-----id---x--..-y"), "{name}");
        assert!(spec["display_name"].as_str().unwrap().starts_with(hostile));
    }
    let set = [("prefix", "/soft/x"), ("alias", "no")];
    let export = kernels("demo", &KERNEL, &Place::default(), &set).unwrap();
    assert_eq!(export.files.len(), 1);
}

#[test]
fn a_prefix_that_nobody_said_is_a_marked_place() {
    let export = kernels("demo", &KERNEL, &Place::default(), &[]).unwrap();
    assert_eq!(export.findings.len(), 1);
    for (_, spec) in specs(&export) {
        assert_eq!(spec["argv"][0], "/PREFIX-TO-BE-FILLED-IN/bin/python");
    }
}

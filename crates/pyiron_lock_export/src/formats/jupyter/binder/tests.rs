//! What binder must not be given.

use pyiron_lock_core::Severity;

use super::FORMAT;
use crate::{
    Export, ExportError, Place, Smoke, Tier,
    testing::{lock, made},
};

const WHOLE: [&str; 4] = [
    "linux-64/python-3.12.12-h_0_cpython.conda",
    "noarch/jupyterlab-4.6.3-pyh_0.conda",
    "noarch/jupyterhub-singleuser-5.5.0-pyh_0.conda",
    "noarch/notebook-7.5.6-pyh_0.conda",
];

fn exact(archives: &[&str], storage: u64, set: &[(&str, &str)]) -> Result<Export, ExportError> {
    let place = Place {
        id: "mybinder".to_owned(),
        build_storage: Some(storage),
        ..Place::default()
    };
    let tier = Tier {
        name: "demo".to_owned(),
        smoke: Smoke {
            imports: vec!["$(x)".to_owned()],
            commands: Vec::new(),
        },
        ..Tier::default()
    };
    let set: Vec<_> = [("strictness", "exact")]
        .into_iter()
        .chain(set.iter().copied())
        .collect();
    made(&FORMAT, &lock(archives), tier, Some(&place), &set)
}

/// Returns the message of the only refusal, after checking that nothing was made.
fn refusal(export: &Export) -> String {
    assert!(export.files.is_empty());
    let errors: Vec<_> = export
        .findings
        .iter()
        .filter(|it| it.severity == Severity::Error)
        .collect();
    assert_eq!(errors.len(), 1, "{errors:?}");
    errors[0].message.clone()
}

#[test]
fn what_is_known_to_fail_is_refused() {
    let gigabytes = 2_000_000_000;
    assert!(refusal(&exact(&WHOLE[..3], gigabytes, &[]).unwrap()).contains("`notebook`"));
    assert!(refusal(&exact(&WHOLE, 1_000_000, &[]).unwrap()).contains("estimated"));
    for moving in ["HEAD", "main", "master"] {
        assert!(refusal(&exact(&WHOLE, gigabytes, &[("ref", moving)]).unwrap()).contains("moves"));
    }
    assert!(refusal(&exact(&WHOLE, gigabytes, &[("base-tag", "latest")]).unwrap()).contains("latest"));
    let content = [("content-repo", "https://example.org/x")];
    assert!(refusal(&exact(&WHOLE, gigabytes, &content).unwrap()).contains("nbgitpuller"));
    // A list does not say what was asked for.
    assert!(refusal(&exact(&WHOLE, gigabytes, &[("strictness", "solvable")]).unwrap()).contains("asked for"));
}

#[test]
fn words_that_are_no_names_are_refused() {
    for (key, value) in [("apt", "git $(id)"), ("apt", "-y git"), ("apt", "git;id")] {
        assert!(exact(&WHOLE, u64::MAX, &[(key, value)]).is_err(), "{value}");
    }
    for repo in ["owner", "../x", "a/b)c", "a/b?c", "a//b"] {
        assert!(
            exact(&WHOLE, u64::MAX, &[("repo", repo), ("ref", "v1")]).is_err(),
            "{repo}"
        );
    }
}

#[test]
fn what_is_not_known_is_a_marked_place() {
    let export = exact(&WHOLE, u64::MAX, &[]).unwrap();
    let docker = &export.files.get("binder/Dockerfile").unwrap().text;
    assert!(docker.contains("TO BE FILLED IN") && docker.contains("\nFROM image.invalid/"));
    assert_eq!(export.findings.len(), 4);
    assert!(export.files.get("badge.md").is_none());
    let set = [
        ("base-image", "quay.io/a/b"),
        ("base-tag", "1.2"),
        ("repo", "a/b"),
        ("ref", "x#y"),
    ];
    let export = exact(&WHOLE, u64::MAX, &set).unwrap();
    assert!(
        export
            .files
            .get("binder/Dockerfile")
            .unwrap()
            .text
            .contains("\nFROM quay.io/a/b:1.2\n")
    );
    assert!(
        export
            .files
            .get("badge.md")
            .unwrap()
            .text
            .contains("(https://mybinder.org/v2/gh/a/b/x%23y)")
    );
    assert!(export.findings.is_empty());
}

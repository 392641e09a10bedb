//! What a script for a shared environment must not get wrong.

use super::{FORMAT, flags, machine};
use crate::{
    Place, Smoke, Tier,
    testing::{lock, made},
};

fn place(prefix: Option<&str>) -> Place {
    Place {
        id: "somewhere".to_owned(),
        prefix: prefix.map(ToOwned::to_owned),
        ..Place::default()
    }
}

fn tier() -> Tier {
    Tier {
        name: "demo".to_owned(),
        ..Tier::default()
    }
}

#[test]
fn texts_of_a_project_stay_texts() {
    let hostile = "it's \"x\" $(touch /tmp/x) `id`\n; Ångström";
    let tier = Tier {
        description: Some(hostile.to_owned()),
        smoke: Smoke {
            imports: vec![hostile.to_owned()],
            commands: vec![hostile.to_owned()],
        },
        ..tier()
    };
    let export = made(
        &FORMAT,
        &lock(&["noarch/a-1-0.conda"]),
        tier,
        Some(&place(None)),
        &[],
    )
    .unwrap();
    let script = &export.files.get("install.sh").unwrap().text;
    let quoted = format!("'{}'", hostile.replace('\'', "'\\''"));
    assert!(script.contains(&format!("importable {quoted}\n")));
    assert!(script.contains(&format!("works {quoted}\n")));
    assert!(
        script
            .contains("DISPLAY_NAME='\"it'\\''s \\\"x\\\" $(touch /tmp/x) `id`\\n; \\u00c5ngstr\\u00f6m\"'")
    );
}

#[test]
fn the_root_is_what_is_set_else_what_the_target_says_and_else_marked() {
    let records = lock(&["noarch/a-1-0.conda"]);
    let known = place(Some("/opt/it's/<tier>/<release>"));
    let script = |place: &Place, set: &[(&str, &str)]| {
        let export = made(&FORMAT, &records, tier(), Some(place), set).unwrap();
        (
            export.files.get("install.sh").unwrap().text.clone(),
            export.findings.len(),
        )
    };
    let (text, findings) = script(&known, &[]);
    assert!(text.contains("\nROOT='/opt/it'\\''s'\n") && findings == 0);
    assert!(script(&known, &[("root", "/soft")]).0.contains("\nROOT=/soft\n"));
    let (text, findings) = script(&place(Some("/opt/<tier>-<release>")), &[]);
    assert!(text.contains("\nROOT=''\n") && findings == 1);
}

#[test]
fn a_release_that_is_used_is_never_one_too_many() {
    let set = [("keep", "0"), ("root", "/soft")];
    let export = made(
        &FORMAT,
        &lock(&["noarch/a-1-0.conda"]),
        tier(),
        Some(&place(None)),
        &set,
    )
    .unwrap();
    assert!(
        export
            .files
            .get("install.sh")
            .unwrap()
            .text
            .contains("\nKEEP=1\n")
    );
}

#[test]
fn kernelspecs_need_a_kernel() {
    let set = [("kernels", "/k"), ("root", "/soft")];
    let script = |archives: &[&str]| {
        let export = made(&FORMAT, &lock(archives), tier(), Some(&place(None)), &set).unwrap();
        export.files.get("install.sh").unwrap().text.clone()
    };
    assert!(script(&["noarch/a-1-0.conda"]).contains("\nKERNELS=''\n"));
    assert!(script(&["noarch/ipykernel-7.3.0-pyh_0.conda"]).contains("\nKERNELS=/k\n"));
}

#[test]
fn levels_hold_those_below_and_other_names_are_not_guessed() {
    assert!(flags("x86_64_v4").contains(&"ssse3") && flags("x86_64_v4").contains(&"avx512f"));
    assert!(flags("x86_64_v3").contains(&"avx2") && !flags("x86_64_v3").contains(&"avx512f"));
    assert!(flags("zen4").is_empty() && flags("").is_empty());
    assert_eq!(
        [machine("linux-64"), machine("linux-aarch64")],
        ["x86_64", "aarch64"]
    );
}

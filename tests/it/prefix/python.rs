//! What Python of a prefix would import besides what was locked.

use std::fs;

use super::made::{Made, SITE, found};

/// Lays a distribution over a prefix as pip does.
fn overlay(made: &Made, name: &str, more: &[(&str, &str)]) {
    made.write(&format!("{SITE}/{name}.py"), b"x = 1\n");
    let record = format!(
        "{name}.py,sha256=7lfCFHp4-Gnb0jGl1zbK_1dwPgQpzD6cRd7zkYyTRmI,6\n{name}-3.1.dist-info/RECORD,,\n\
         {name}-3.1.dist-info/METADATA,,\n{name}-3.1.dist-info/INSTALLER,,\n{name}-3.1.dist-info/direct_url.json,,\n"
    );
    let info = |file: &str| format!("{SITE}/{name}-3.1.dist-info/{file}");
    made.write(&info("RECORD"), record.as_bytes());
    made.write(
        &info("METADATA"),
        format!("Metadata-Version: 2.1\nName: {name}\nVersion: 3.1\n\n").as_bytes(),
    );
    made.write(&info("INSTALLER"), b"pip\n");
    for (file, text) in more {
        made.write(&info(file), text.as_bytes());
    }
}

fn codes(made: &Made, exit: i32) -> Vec<String> {
    made.finds(exit).into_iter().map(|(code, _)| code).collect()
}

#[test]
fn what_pip_laid_over_a_prefix_is_told_with_its_origin() {
    let made = Made::new();
    let origin =
        r#"{"url": "https://me:secret@git.invalid/x", "vcs_info": {"vcs": "git", "commit_id": "abc"}}"#;
    overlay(&made, "extra", &[("direct_url.json", origin)]);
    let all = made.finds(5);
    let own: Vec<_> = all
        .iter()
        .filter(|(code, _)| code == "prefix-pip-overlay")
        .collect();
    assert_eq!(own.len(), 1, "{all:#?}");
    let lines = &own[0].1;
    assert_eq!(lines[0], "`extra` 3.1 was installed over the environment by pip");
    assert_eq!(lines[2], "from git https://git.invalid/x at abc");
    let told = made.verify(&["--json"]).exits(5).json();
    assert_eq!(told["pip"][0]["installer"], "pip");
    assert!(!told.to_string().contains("secret"));
}

#[test]
fn a_lock_may_ask_for_pip_packages() {
    let made = Made::new();
    overlay(
        &made,
        "extra",
        &[("direct_url.json", r#"{"url": "file:///home/x", "dir_info": {}}"#)],
    );
    let pip = "- name: extra\n  version: \"3.1\"\n  manager: pip\n  platform: linux-64\n  dependencies: {}\n  \
               url: https://pip.invalid/extra-3.1-py3-none-any.whl\n  hash: {sha256: 0123456789012345678901234567890123456789012345678901234567890123}\n  category: main\n  optional: false\n";
    made.edit_lock("package:\n", &format!("package:\n{pip}"));
    assert_eq!(codes(&made, 5), ["prefix-pip-altered"]);
    fs::write(made.path(&format!("{SITE}/extra.py")), "").unwrap();
    let altered = made.finds(5);
    assert_eq!(altered[0].1[1], format!("{SITE}/extra.py: altered"));
    made.edit_lock("version: \"3.1\"", "version: \"3.2\"");
    assert!(codes(&made, 5).contains(&"prefix-pip-differs".to_owned()));
}

#[test]
fn requirements_of_distributions_are_held_against_what_is_there() {
    let made = Made::new();
    let metadata = format!("{SITE}/tool-2.1.dist-info/METADATA");
    let text = b"Metadata-Version: 2.1\nName: Tool\nVersion: 1.9\n\n";
    made.write(&metadata, text);
    made.edit("tool", |record| {
        record["paths_data"]["paths"][0]["sha256"] = super::made::sha256(text).into();
        record["paths_data"]["paths"][0]["size_in_bytes"] = text.len().into();
    });
    let all = made.finds(0);
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].0, "prefix-requires-unmet");
    assert_eq!(all[0].1, ["`mod 1.0` requires tool >=2, and 1.9 is there"]);
    made.verify(&["-D", "prefix-requires-unmet"]).exits(1);
}

#[test]
fn packages_of_the_user_and_variables_are_told() {
    let made = Made::new();
    let home = tempfile::tempdir().unwrap();
    let site = home.path().join(".local/lib/python3.12/site-packages/mod");
    fs::create_dir_all(&site).unwrap();
    let home = home.path().to_str().unwrap();
    let told = found(&made.verify_with(&["--json"], &[("HOME", home)]).exits(0).json());
    assert_eq!(told[0].0, "prefix-user-site");
    assert_eq!(told[0].1[1], "in the place of those installed: mod");
    let off = [("HOME", home), ("PYTHONNOUSERSITE", "1")];
    assert_eq!(found(&made.verify_with(&["--json"], &off).exits(0).json()), []);
    let path = format!("{home}/.local/lib/python3.12/site-packages");
    let told = found(
        &made
            .verify_with(&["--json"], &[("PYTHONPATH", &path)])
            .exits(0)
            .json(),
    );
    assert_eq!(told[0].0, "prefix-python-path");
    let inside = made.path(SITE);
    let told = made.verify_with(&["--json"], &[("PYTHONPATH", inside.to_str().unwrap())]);
    assert_eq!(found(&told.exits(0).json()), []);
}

#[test]
fn a_pth_file_that_leads_out_is_told() {
    let made = Made::new();
    made.write(&format!("{SITE}/__editable__.pth"), b"/home/jane/checkout\n");
    let codes = codes(&made, 5);
    assert_eq!(codes, ["prefix-code-unrecorded", "prefix-pth-leads-out"]);
}

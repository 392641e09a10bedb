//! What `validate` says through the program; the rules themselves are tested in the spec room.

use pyiron_lock_testkit::Channel;

use crate::support::{Project, program, repository, run};

#[test]
fn the_project_of_this_repository_is_valid() {
    let ran = run(program().current_dir(repository()).arg("validate")).exits(0);
    assert!(ran.stdout.ends_with("0 errors, 0 warnings\n"), "{ran:?}");
}

fn project(environment: &str) -> Project {
    Project::new(
        &Channel::new("forge").package("numpy 2.3.4 0"),
        &[("minimal", "", environment)],
    )
}

#[test]
fn an_error_points_at_the_line_and_says_what_to_write() {
    let project = project("channels: [forge, nodefaults]\ndependencies:\n  - python: 3.10\n");
    let ran = project
        .run(&["validate", "specs/minimal/environment.yml"])
        .exits(2);
    insta::assert_snapshot!(ran.stdout, @r#"
    error[dependency-not-text]

      × the dependency `python` is a map, not text
       ╭─[specs/minimal/environment.yml:3:5]
     2 │ dependencies:
     3 │   - python: 3.10
       ·     ──────┬─────
       ·           ╰── the colon makes it a map
       ╰────
      help: write `python =3.10`

    1 file checked: 1 error, 0 warnings
    "#);
    let json = project
        .run(&["validate", "specs/minimal/environment.yml", "--json"])
        .exits(2)
        .json();
    assert_eq!(json["files"][0]["verdict"], "refused");
    assert_eq!(
        json["files"][0]["findings"].as_array().unwrap().last().unwrap()["origins"][0]["line"],
        3
    );
}

#[test]
fn a_name_that_no_channel_has_is_a_warning_with_the_likely_one() {
    let project = project("channels: [forge, nodefaults]\ndependencies:\n  - nunpy\n");
    let ran = project.run(&["validate"]).exits(0);
    insta::assert_snapshot!(ran.stdout, @r#"
    warning[package-not-found]

      ⚠ the channels at hand have no package `nunpy`
       ╭─[specs/minimal/environment.yml:3:5]
     2 │ dependencies:
     3 │   - nunpy
       ·     ──┬──
       ·       ╰── asked for here
       ╰────
      help: did you mean `numpy`?

    2 files checked: 0 errors, 1 warning
    "#);
    let ran = project
        .run(&[
            "validate",
            "specs/minimal/environment.yml",
            "--channel-source",
            "forge=channel",
        ])
        .exits(0);
    assert!(ran.stdout.contains("did you mean `numpy`"), "{ran:?}");
}

#[test]
fn lines_of_two_files_that_exclude_each_other_are_both_shown() {
    let project = Project::new(
        &Channel::new("forge").package("numpy 2.3.4 0"),
        &[
            (
                "minimal",
                "",
                "channels: [forge, nodefaults]\ndependencies:\n  - numpy =1.26.4\n",
            ),
            (
                "advanced",
                "    extends: [minimal]\n",
                "channels: [forge, nodefaults]\ndependencies:\n  - numpy >=2\n",
            ),
        ],
    );
    let ran = project.run(&["validate"]).exits(2);
    insta::assert_snapshot!(ran.stdout, @r#"
    error[requests-disjoint]

      × `numpy =1.26.4` of the tier `minimal` and `numpy >=2` of the tier `advanced` exclude each other
       ╭─[specs/advanced/environment.yml:3:5]
     2 │ dependencies:
     3 │   - numpy >=2
       ·     ────┬────
       ·         ╰── requested here
       ╰────
      ☞ and in specs/minimal/environment.yml
       ╭─[specs/minimal/environment.yml:3:5]
     2 │ dependencies:
     3 │   - numpy =1.26.4
       ·     ──────┬──────
       ·           ╰── requested here
       ╰────

    3 files checked: 1 error, 0 warnings
    "#);
}

#[test]
fn colour_is_used_only_where_asked_or_seen() {
    let project = project("channels: [forge, nodefaults]\ndependencies:\n  - python: 3.10\n");
    let plain = project.run(&["validate"]).exits(2);
    assert!(!plain.stdout.contains('\u{1b}'));
    let always = project.run(&["validate", "--color", "always"]).exits(2);
    assert!(always.stdout.contains('\u{1b}'));
}

#[test]
fn a_file_that_cannot_be_read_does_not_hide_the_others() {
    let project = project("channels: [forge, nodefaults]\ndependencies:\n  - python: 3.10\n");
    std::fs::write(project.path("latin.yml"), b"name: \xe4\n").unwrap();
    let paths = [
        "validate",
        "--json",
        "latin.yml",
        "nope.yml",
        "specs/minimal/environment.yml",
    ];
    let json = project.run(&paths).exits(2).json();
    let codes: Vec<&str> = json["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| {
            file["findings"].as_array().unwrap().last().unwrap()["code"]
                .as_str()
                .unwrap()
        })
        .collect();
    assert_eq!(
        codes,
        ["dependency-not-text", "file-unreadable", "file-unreadable"]
    );
}

#[test]
fn a_project_is_known_by_its_folder_its_specs_and_its_manifest() {
    let project = project("channels: [forge, nodefaults]\ndependencies:\n  - numpy\n");
    for path in [".", "specs", "specs/tiers.yml"] {
        let ran = project.run(&["validate", path]).exits(0);
        assert!(ran.stdout.contains("2 files checked"), "{path}: {ran:?}");
    }
    let ran = run(project
        .command(&["validate", "tiers.yml"])
        .current_dir(project.path("specs")))
    .exits(0);
    assert!(ran.stdout.contains("2 files checked"), "{ran:?}");
}

#[test]
fn a_spec_is_read_in_the_dialect_of_its_project() {
    let text = "channels: [forge, nodefaults]\ndependencies:\n  - numpy  # [unix64]\n";
    let project = project(text);
    project.write("bare.yml", text);
    let manifest = project.read("specs/tiers.yml");
    project.write("specs/tiers.yml", &format!("selector-dialect: cmmc\n{manifest}"));
    project
        .run(&["validate", "specs/minimal/environment.yml"])
        .exits(0);
    project.run(&["validate", "bare.yml"]).exits(2);
    project
        .run(&["validate", "bare.yml", "--selector-dialect", "cmmc"])
        .exits(0);
}

#[test]
fn what_a_terminal_would_act_on_is_shown_as_text() {
    let project =
        project("channels: [forge, nodefaults]\ndependencies:\n  - \"num\\e[31mpy\"\n  - a\u{9b}31m\n");
    let ran = project
        .run(&["validate", "specs/minimal/environment.yml"])
        .exits(2);
    assert!(
        ran.stdout.chars().all(|c| !c.is_control() || c == '\n'),
        "{ran:?}"
    );
}

#[test]
fn columns_count_characters_and_a_byte_order_mark_does_not_count() {
    let project = project("\u{feff}näme: x\nchannels: [forge, nodefaults]\ndependencies: [ä, \"@\"]\n");
    let ran = project
        .run(&["validate", "specs/minimal/environment.yml"])
        .exits(2);
    assert!(
        ran.stdout.contains("[specs/minimal/environment.yml:1:1]"),
        "{ran:?}"
    );
    assert!(
        ran.stdout.contains("[specs/minimal/environment.yml:3:19]"),
        "{ran:?}"
    );
}

#[test]
fn secrets_are_named_by_place_and_never_repeated() {
    let project = project(
        "channels: [\"https://me:hunter2@example.invalid/c\", forge, nodefaults]\nvariables: {API_TOKEN: hunter2}\n\
         dependencies:\n  - numpy\n  - pip\n  - pip:\n    - git+https://me:hunter2@example.invalid/a.git\n",
    );
    let json = project
        .run(&["validate", "specs/minimal/environment.yml", "--json"])
        .exits(2)
        .json();
    let findings = json["files"][0]["findings"].as_array().unwrap();
    let codes: Vec<&str> = findings
        .iter()
        .map(|finding| finding["code"].as_str().unwrap())
        .collect();
    assert_eq!(codes, ["channel-secret", "variable-secret", "pip-secret"]);
    assert!(!json.to_string().contains("hunter2"), "{json}");
    let ran = project
        .run(&["validate", "specs/minimal/environment.yml"])
        .exits(2);
    assert!(!ran.stdout.contains("hunter2"), "{ran:?}");
    assert!(
        ran.stdout.contains("at: specs/minimal/environment.yml:1:12"),
        "{ran:?}"
    );
}

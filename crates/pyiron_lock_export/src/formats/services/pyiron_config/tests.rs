//! What could break in settings of pyiron: traps of its grammar, a secret, and a key that contradicts another.

use super::*;
use crate::{
    codes::EXPORT_PARAMETER_EMPTY,
    input::{Place, Tier},
    testing,
};

fn made(set: &[(&str, &str)], place: Option<&Place>) -> Export {
    let lock = testing::lock(&["noarch/pyiron_base-0.15.20-pyh_0.conda"]);
    let tier = Tier {
        name: "x\n[DEFAULT]\nPASSWD = a ;$(id) `é`".to_owned(),
        ..Tier::default()
    };
    testing::made(&FORMAT, &lock, tier, place, set).unwrap()
}

fn text(export: &Export, path: &str) -> String {
    export.files.get(path).unwrap().text.clone()
}

/// Returns the settings as Python reads a file without continued lines and sections of others.
fn settings(export: &Export) -> Vec<(String, String)> {
    let text = text(export, ".pyiron");
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let mut lines = lines.skip_while(|line| *line == "[DEFAULT]");
    let pairs = lines.by_ref().map(|line| line.split_once(" = ").unwrap());
    pairs
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}

fn keys(export: &Export) -> String {
    let keys: Vec<String> = settings(export).into_iter().map(|(key, _)| key).collect();
    keys.join(" ")
}

fn refused(set: &[(&str, &str)]) -> String {
    let export = made(set, None);
    assert!(export.files.is_empty(), "{set:?}");
    let is_refusal = |finding: &&Finding| finding.code == EXPORT_SETTING_REFUSED;
    let refusals = export.findings.iter().filter(is_refusal);
    refusals
        .map(|finding| finding.message.clone())
        .collect::<Vec<_>>()
        .join("\n")
}

const POSTGRES: [(&str, &str); 4] = [
    ("database", "postgres"),
    ("user", "anna.b-c"),
    ("host", "db.example.org"),
    ("home", "/home/anna"),
];

#[test]
fn a_sqlite_file_needs_nothing_that_only_a_person_knows() {
    let export = made(&[], None);
    assert_eq!(keys(&export), "TYPE PROJECT_CHECK_ENABLED");
    assert_eq!((export.files.len(), export.findings.len()), (1, 0));
    for (set, file) in [
        (&[("home", "/home/a b")][..], "/home/a b/pyiron.db"),
        (&[("home", "/home/a"), ("file", "/data/x.db")][..], "/data/x.db"),
    ] {
        assert_eq!(
            settings(&made(set, None))[1],
            ("FILE".to_owned(), file.to_owned())
        );
    }
}

#[test]
fn a_list_keeps_its_blanks_and_a_flag_is_a_word_of_python() {
    let set = [
        ("projects", "~/a b:/däta #1"),
        ("project-check", "yes"),
        ("resources", "/r%(x)s"),
    ];
    let settings = settings(&made(&set, None));
    for (key, value) in [
        ("PROJECT_PATHS", "~/a b,/däta #1"),
        ("PROJECT_CHECK_ENABLED", "True"),
        ("RESOURCE_PATHS", "/r%(x)s"),
    ] {
        assert!(
            settings.contains(&(key.to_owned(), value.to_owned())),
            "{settings:?}"
        );
    }
}

#[test]
fn no_file_holds_a_password_and_the_place_of_it_is_written_out() {
    let export = made(&POSTGRES, None);
    assert_eq!(
        keys(&export),
        "TYPE HOST NAME USER JOB_TABLE CREDENTIALS_FILE PROJECT_CHECK_ENABLED"
    );
    let file = text(&export, ".pyiron");
    assert!(
        file.contains("\nCREDENTIALS_FILE = /home/anna/.pyiron-credentials\n"),
        "{file}"
    );
    assert!(file.contains("\nJOB_TABLE = jobs_anna_b_c\n"), "{file}");
    assert!(!file.contains("PASSWD = a\n") && !file.lines().any(|line| line.starts_with("PASSWD")));
    let template = text(&export, "pyiron-credentials.template");
    assert!(template.ends_with("[DEFAULT]\nPASSWD =\n"), "{template}");
    assert_eq!(template.lines().filter(|line| !line.starts_with('#')).count(), 2);
}

#[test]
fn what_only_a_person_knows_has_a_marked_place_and_a_finding() {
    let export = made(&[("database", "postgres")], None);
    let file = text(&export, ".pyiron");
    assert_eq!(
        file.to_lowercase().matches("to be filled in.\n").count(),
        3,
        "{file}"
    );
    let codes = export.findings.iter().map(|finding| finding.code);
    let empty = codes.filter(|code| *code == EXPORT_PARAMETER_EMPTY).count();
    // The fourth: this lock has no driver of the database.
    assert_eq!((empty, export.findings.len()), (3, 4));
    let place = Place {
        home: Some("/home/jovyan".to_owned()),
        ..Place::default()
    };
    let export = made(&POSTGRES[..3], Some(&place));
    assert!(text(&export, ".pyiron").contains(" = /home/jovyan/.pyiron-credentials\n"));
}

#[test]
fn a_port_stands_behind_the_host_only_where_it_is_another() {
    let host = |port| {
        let set = [&POSTGRES[..], &[("port", port)]].concat();
        settings(&made(&set, None))[1].1.clone()
    };
    assert_eq!(host("5432"), "db.example.org");
    assert_eq!(host("5433"), "db.example.org:5433");
    assert!(refused(&[("database", "postgres"), ("port", "0")]).contains("port"));
}

#[test]
fn without_a_database_nothing_contradicts_it() {
    let export = made(&[("database", "none"), ("resources", "/r")], None);
    assert_eq!(
        keys(&export),
        "DISABLE_DATABASE PROJECT_CHECK_ENABLED RESOURCE_PATHS"
    );
    assert!(refused(&[("database", "none"), ("projects", "/a")]).contains("refuses both"));
}

#[test]
fn what_pyiron_reads_as_something_else_is_refused() {
    for (set, said) in [
        (("projects", "/a,/b"), "ends a path"),
        (("projects", "/a:"), "absolute"),
        (("projects", "/a ;/b"), "comment"),
        (("resources", "$CONDA_PREFIX/share"), "absolute"),
        (("resources", "/x/$CONDA_PREFIX"), "`~` only"),
        (("file", "/a?b/pyiron.db"), "address"),
        (("home", "/home/$USER"), "`~` only"),
        (("project-check", "yes"), "every project"),
    ] {
        let found = refused(&[set]);
        assert!(found.contains(said), "{set:?}: {found}");
    }
    for (set, said) in [
        (("user", "a23456789012345678901"), "20 letters"),
        (("user", "pg_x"), "keeps"),
        (("host", "sqlite.example.org"), "takes any database"),
        (("home", "/home/$USER"), "`~` only"),
    ] {
        let found = refused(&[("database", "postgres"), set]);
        assert!(found.contains(said), "{set:?}: {found}");
    }
}

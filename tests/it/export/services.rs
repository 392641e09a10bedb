//! What `export` writes for pyiron and openBIS is what `verify --config` has nothing to say against.

use std::fs;

use serde_json::Value;

use crate::support::{Ran, program, repository, run};

fn verified(file: &std::path::Path) -> Ran {
    let tier = [
        "verify",
        "advanced",
        "--platform",
        "linux-64",
        "--json",
        "--config",
    ];
    run(program().current_dir(repository()).args(tier).arg(file))
}

fn codes(ran: &Ran) -> Vec<String> {
    let found = ran.json()["findings"].as_array().unwrap().clone();
    let code = |finding: &Value| finding["code"].as_str().unwrap().to_owned();
    let codes = found.iter().map(code);
    codes
        .filter(|code| code.starts_with("pyiron-") || code.starts_with("config-"))
        .collect()
}

#[test]
fn verify_finds_nothing_in_exported_settings() {
    for (format, file, set) in [
        (
            "pyiron-config",
            ".pyiron",
            &["home=/home/a b", "projects=~/a:/data/b"][..],
        ),
        (
            "pyiron-config",
            ".pyiron",
            &[
                "database=postgres",
                "user=a.b",
                "host=db.example.org",
                "home=/home/a",
                "port=5433",
            ],
        ),
        ("pyiron-config", ".pyiron", &["database=postgres"]),
        ("pyiron-config", ".pyiron", &["database=none", "resources=/a"]),
        ("openbis", "openbis.env", &["url=https://openbis.example.org"]),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let mut export = program();
        export
            .current_dir(repository())
            .args(["export", format, "--tier", "advanced", "-o"]);
        export.arg(folder.path());
        export.args(set.iter().flat_map(|value| ["--set", *value]));
        run(&mut export).exits(0);
        let path = folder.path().join(file);
        assert_eq!(codes(&verified(&path)), [""; 0], "{format} {set:?}");
        if format == "pyiron-config" {
            let broken = fs::read_to_string(&path).unwrap() + "CONNECTION_TIMEOUT = long\n";
            fs::write(&path, broken).unwrap();
            assert_eq!(codes(&verified(&path)), ["pyiron-number"], "{format} {set:?}");
        }
    }
}

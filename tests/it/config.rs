//! `verify --config` through the program: what a path is, how a run ends, and that no format shows a secret.

use std::fs;
#[cfg(unix)]
use std::os::unix::fs::{PermissionsExt, symlink};

use pyiron_lock_testkit::{Channel, Package};
use serde_json::Value;

use crate::support::{Project, Ran, program, run};

/// A folder with configuration, and no project anywhere near.
struct Folder(tempfile::TempDir);

impl Folder {
    fn with(files: &[(&str, &str)]) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        for (name, text) in files {
            let path = folder.0.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    fn verify(&self, arguments: &[&str]) -> Ran {
        let mut command = program();
        command.current_dir(self.0.path()).arg("verify").args(arguments);
        run(&mut command)
    }
}

fn codes(ran: &Ran) -> Vec<String> {
    let found = ran.json()["findings"].as_array().unwrap().clone();
    let code = |finding: &Value| finding["code"].as_str().unwrap().to_owned();
    found.iter().map(code).collect()
}

const SETTINGS: &str = "[DEFAULT]\nUSER = me\nRESOURCE_PATHS = /a, /b\n";
const QUEUES: &str = "queue_type: SLURM\nqueue_primary: a\nqueues: {a: {script: a.sh}}\n";
const LINUX: &str = "    platforms: [linux-64]\n";
const SCRIPT: &str = "#!/bin/sh\n{{command}}\n";

#[test]
fn what_a_path_is_is_told_without_a_project() {
    let kernel = "{\"argv\": [\"/opt/p/wrap\", \"{connection_file}\"], \"display_name\": \"x\", \"language\": \"python\"}";
    let folder = Folder::with(&[
        (".pyiron", SETTINGS),
        ("settings", SETTINGS),
        ("q/queue.yaml", QUEUES),
        ("q/a.sh", SCRIPT),
        (
            "d/queue.yaml",
            "queue_type: SLURM\nqueue_primary: a\nqueues: {a: {script: ./sub//a.sh}}\n",
        ),
        ("d/sub/a.sh", SCRIPT),
        ("c/clusters.yaml", "cluster_primary: a\ncluster: {a: a.yaml}\n"),
        ("c/a.yaml", QUEUES),
        ("c/a.sh", SCRIPT),
        ("k/kernel.json", kernel),
        ("job.txt", "PYIRONCONFIG=/a/settings\n"),
    ]);
    for (path, kind) in [
        (".pyiron", "pyiron"),
        ("settings", "pyiron"),
        ("q", "queues"),
        ("q/queue.yaml", "queues"),
        ("./d/", "queues"),
        ("c", "queues"),
        ("c/a.yaml", "queues"),
        ("k", "kernel"),
        ("k/kernel.json", "kernel"),
        ("job.txt", "environment"),
    ] {
        let json = folder.verify(&["--config", path, "--json"]).exits(0).json();
        assert_eq!(json["configs"][0]["kind"], kind, "{path}");
        assert_eq!(json["findings"], Value::Array(Vec::new()), "{path}");
    }
    let ran = folder.verify(&["--config", "q", "--config", ".pyiron"]).exits(0);
    assert_eq!(ran.stdout, "2 configurations, 0 errors, 0 warnings, 0 notes\n");
}

#[test]
fn what_cannot_be_read_is_bad_input() {
    let large = "# a\n".repeat(100_000);
    let folder = Folder::with(&[
        ("notes.txt", "hello\n"),
        ("empty/x", ""),
        ("large/.pyiron", &large),
    ]);
    for (path, why) in [
        ("none", "does not exist"),
        ("notes.txt", "is no configuration that is known"),
        ("empty", "holds no `queue.yaml`, `clusters.yaml` or `kernel.json`"),
        ("large/.pyiron", "holds more than 256 KiB"),
        ("/dev/zero", "is not a regular file"),
    ] {
        let ran = folder.verify(&["--config", path]).exits(2);
        assert!(ran.stderr.contains(why), "{}", ran.stderr);
    }
}

#[test]
fn the_weight_of_findings_decides_how_a_run_ends() {
    let folder = Folder::with(&[(".pyiron", "[DEFAULT]\nDISABLE_DATABASE = true\n")]);
    let ran = folder.verify(&["--config", ".pyiron"]).exits(1);
    assert!(ran.stdout.contains("DISABLE_DATABASE = true"), "{}", ran.stdout);
    folder
        .verify(&["--config", ".pyiron", "-A", "pyiron-boolean"])
        .exits(0);
    folder
        .verify(&["--config", ".pyiron", "-W", "pyiron-boolean"])
        .exits(0);
    run(program().args(["explain", "pyiron-boolean"])).exits(0);
}

#[test]
#[cfg(unix)]
fn nothing_outside_a_queue_directory_is_read() {
    let queues = "queue_type: SLURM\nqueue_primary: a\nqueues:\n  a: {script: ../x.sh}\n  b: {script: link.sh}\n  \
                  c: {script: lost.sh}\n  d: {script: pipe}\n  e: {script: inside.sh}\n";
    let folder = Folder::with(&[
        ("q/queue.yaml", queues),
        ("q/sub/a.sh", SCRIPT),
        ("x.sh", "{{ nobody_knows }}\n"),
    ]);
    let path = |name: &str| folder.0.path().join(name);
    symlink("../x.sh", path("q/link.sh")).unwrap();
    symlink("nowhere", path("q/lost.sh")).unwrap();
    symlink("sub/a.sh", path("q/inside.sh")).unwrap();
    symlink("/dev/zero", path("q/pipe")).unwrap();
    let ran = folder.verify(&["--config", "q", "--json"]).exits(1);
    let outside = "queue-file-outside";
    assert_eq!(codes(&ran), [outside, outside, "queue-file-unread", outside]);
    assert!(!ran.stdout.contains("nobody_knows"));
}

#[test]
#[cfg(unix)]
fn a_file_with_a_password_is_for_its_owner_alone() {
    let folder = Folder::with(&[("credentials", "[DEFAULT]\nPASSWD = x\n")]);
    let path = folder.0.path().join("credentials");
    for (mode, exit) in [(0o600, 0), (0o640, 1), (0o604, 1)] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        folder.verify(&["--config", "credentials"]).exits(exit);
    }
}

#[test]
fn no_format_shows_a_secret() {
    let folder = Folder::with(&[
        (
            ".pyiron",
            "[DEFAULT]\nHSOT = a\nPASSWD = hunter2\nTYPE = pg://me:hunter2@h/d\nPASWD hunter2 = 1\nDISABLE_DATABASE = x\n",
        ),
        (
            "q/queue.yaml",
            "queue_type: RMT\nssh_password: hunter2\nssh_key_pasphrase: hunter2\n# token: hunter2\nqueues: 1\n",
        ),
        (
            "k/kernel.json",
            "{\"argv\": [\"python\", \"--token=hunter2\"],\n\"env\": {\"A_TOKEN\": \"hunter2\"}\n}\n",
        ),
        (
            "broken/kernel.json",
            "{\"env\": {\n\"A_TOKEN\": \"hunter2\"\n\"B\": 1}}\n",
        ),
        (
            "job.env",
            "PYIRONSQLHOST=h\nPYIRONSQLUSERKEY=hunter2\nDB=pg://a:hunter2@h\n",
        ),
        (
            "yaml/queue.yaml",
            "queue_type: SLURM\nssh_password: 'hunter2\n: [\n",
        ),
    ]);
    let all = [
        "--config", ".pyiron", "--config", "q", "--config", "k", "--config", "broken", "--config", "job.env",
        "--config", "yaml",
    ];
    for format in [
        &[][..],
        &["--json"],
        &["--format", "sarif"],
        &["--format", "junit"],
        &["--format", "markdown"],
    ] {
        let ran = folder.verify(&[&all[..], format].concat()).exits(1);
        assert!(ran.stdout.len() > 2000, "{format:?}");
        assert!(
            !ran.stdout.contains("hunter2") && !ran.stderr.contains("hunter2"),
            "{format:?}\n{}",
            ran.stdout
        );
    }
    let ran = folder.verify(&["--config", ".pyiron"]).exits(1);
    assert!(ran.stdout.contains("PASSWD = *******"), "{}", ran.stdout);
}

#[test]
fn a_report_has_a_suite_for_each_configuration() {
    let folder = Folder::with(&[(".pyiron", SETTINGS), ("job.env", "PYIRONDISABLE=true\n")]);
    let arguments = ["--config", ".pyiron", "--config", "job.env", "--format", "junit"];
    let xml = folder.verify(&arguments).exits(1).stdout;
    assert!(xml.contains("tests=\"2\" failures=\"1\""), "{xml}");
    assert!(
        xml.contains("<testsuite name=\".pyiron\" tests=\"1\" failures=\"0\""),
        "{xml}"
    );
    assert!(
        xml.contains("<testsuite name=\"job.env\" tests=\"1\" failures=\"1\""),
        "{xml}"
    );
}

#[test]
fn a_lock_says_whether_the_driver_is_there() {
    let channel = Channel::new("forge")
        .package(Package::new("python 3.12.1 0"))
        .package(Package::new("psycopg2 2.9.11 0"));
    let environment = |name: &str| format!("channels: [forge, nodefaults]\ndependencies:\n  - {name}\n");
    let project = Project::new(
        &channel,
        &[
            ("without", LINUX, &environment("python")),
            ("with", LINUX, &environment("psycopg2")),
        ],
    );
    project.run(&["resolve"]).exits(0);
    project.write(
        "mine/.pyiron",
        "[DEFAULT]\nTYPE = Postgres\nUSER = a\nHOST = h\nNAME = b\nCREDENTIALS_FILE = c\n",
    );
    let found = |lock: &str| {
        let ran = project.run(&["verify", lock, "--config", "mine/.pyiron", "--json"]);
        let drivers = codes(&ran);
        drivers
            .into_iter()
            .filter(|code| code == "pyiron-driver-missing")
            .count()
    };
    assert_eq!(found("lockfiles/without/linux-64.lock"), 1);
    assert_eq!(found("lockfiles/with/linux-64.lock"), 0);
    assert_eq!(found("without"), 1);
}

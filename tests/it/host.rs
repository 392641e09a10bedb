//! `verify --host` through the program, on a machine that variables make up.

use pyiron_lock_testkit::{Channel, Package};

use crate::{
    support::{Project, Ran, program, repository, run},
    verify::fit,
};

/// Runs `verify --host` in this repository on a machine with a glibc and a CPU.
fn host(glibc: &str, cpu: &str, arguments: &[&str]) -> Ran {
    let mut command = program();
    command
        .current_dir(repository())
        .args(["verify", "--host", "--today", "2026-09-01"])
        .args(arguments)
        .envs([
            ("CONDA_OVERRIDE_GLIBC", glibc),
            ("CONDA_OVERRIDE_LINUX", "5.14"),
            ("CONDA_OVERRIDE_ARCHSPEC", cpu),
            ("CONDA_OVERRIDE_CUDA", ""),
        ]);
    run(&mut command)
}

/// The state of one promise.
fn state(ran: &Ran, of: &str, key: &str) -> (String, String) {
    let all = ran.json();
    let checks = all["checks"].as_array().unwrap();
    let own = checks
        .iter()
        .find(|check| check["of"] == of && check["key"] == key);
    let own = own.unwrap_or_else(|| panic!("no {key} of {of} in {all:#}"));
    (
        own["state"].as_str().unwrap().to_owned(),
        own["seen"].as_str().unwrap().to_owned(),
    )
}

#[test]
fn without_words_it_says_what_the_machine_is() {
    let ran = host("2.28", "zen3", &[]).exits(0);
    assert!(ran.stdout.contains("archspec-min       x86_64_v3\n"), "{ran:?}");
    assert!(ran.stdout.contains("__glibc=2.28"), "{ran:?}");
    let json = host("2.28", "zen3", &["--json"]).exits(0).json();
    let glibc = json["machine"]
        .as_array()
        .unwrap()
        .iter()
        .find(|fact| fact["key"] == "glibc");
    assert_eq!(glibc.unwrap()["seen"], "2.28");
}

#[test]
fn a_target_that_promises_more_is_an_error() {
    let ran = host("2.28", "zen3", &["--target", "slurm-rhel-9", "--json"]).exits(1);
    let seen = "2.28, as CONDA_OVERRIDE_GLIBC says";
    assert_eq!(
        state(&ran, "slurm-rhel-9", "os"),
        ("fails".to_owned(), seen.to_owned())
    );
    assert_eq!(
        state(&ran, "slurm-rhel-9", "internet-login").0,
        "cannot be measured"
    );
    let schema = std::fs::read_to_string(repository().join("docs/reference/verify.schema.json")).unwrap();
    let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
    let findings = ran.json();
    fit(&schema, &schema["$defs"]["host"], &findings, "host");
    let found = &findings["findings"][0];
    assert_eq!(found["code"], "host-promise-broken");
    assert_eq!(
        found["origins"][0]["file"],
        "conformance/targets/hpc/slurm-rhel-9.yml"
    );
    // A weight can be changed as everywhere.
    host(
        "2.28",
        "zen3",
        &["--target", "slurm-rhel-9", "-W", "host-promise-broken"],
    )
    .exits(0);
}

#[test]
fn a_tier_is_served_when_one_of_its_locks_runs() {
    let ran = host("2.28", "zen3", &["minimal", "--json"]).exits(0);
    assert_eq!(state(&ran, "minimal on linux-64-v3", "__archspec").0, "holds");
    assert_eq!(state(&ran, "minimal on linux-64-cuda", "__cuda").0, "fails");
    let ran = host("2.28", "zen3", &["minimal", "--platform", "linux-64-cuda"]).exits(1);
    assert!(
        ran.stdout.contains("__cuda 12.6, this machine has no __cuda"),
        "{ran:?}"
    );
    let ran = host("2.17", "nehalem", &["minimal"]).exits(1);
    assert!(
        ran.stdout.contains("no lock of `minimal` runs on this machine"),
        "{ran:?}"
    );
}

#[test]
fn a_lock_without_promises_is_judged_by_what_its_records_need() {
    let package = |text: &str| Package::new(text).license("MIT");
    let channel = Channel::new("forge").package(package("app 1.0 0").depends(["__glibc >=2.34"]));
    let project = Project::new(&channel, &[]);
    project.write(
        "explicit.txt",
        "# platform: linux-64\n@EXPLICIT\nhttps://forge.invalid/linux-64/app-1.0-0.conda#0123456789abcdef0123456789abcdef\n",
    );
    project.write(
        "conda-lock.yml",
        "version: 1\nmetadata:\n  channels: [{url: forge, used_env_vars: []}]\n  platforms: [linux-64]\n  content_hash: {linux-64: x}\n  sources: [environment.yml]\n\
         package:\n- name: app\n  version: '1.0'\n  manager: conda\n  platform: linux-64\n  dependencies: {__glibc: '>=2.34'}\n  \
         url: https://forge.invalid/linux-64/app-1.0-0.conda\n  hash: {md5: 0123456789abcdef0123456789abcdef}\n  category: main\n  optional: false\n",
    );
    let verify = |glibc: &str, lock: &str| {
        run(project
            .command(&["verify", "--host", lock])
            .env("CONDA_OVERRIDE_GLIBC", glibc))
    };
    verify("2.34", "./conda-lock.yml").exits(0);
    let ran = verify("2.28", "./conda-lock.yml").exits(1);
    assert!(
        ran.stdout
            .contains("needed __glibc >=2.34, this machine has 2.28"),
        "{ran:?}"
    );
    verify("2.28", "./explicit.txt").exits(0);
}

#[test]
fn a_place_need_not_be_there_and_is_not_made() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("not/there");
    let place = place.to_str().unwrap();
    let ran = host("2.28", "zen3", &["--at", place, "--json"]).exits(0);
    let seen: Vec<String> = ran.json()["machine"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fact| fact["key"].as_str().unwrap().to_owned())
        .collect();
    assert!(seen.iter().any(|key| key == "file system"), "{seen:?}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn hosts_are_asked_only_when_they_are_named() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let ran = host(
        "2.34",
        "icelake",
        &["--target", "slurm-rhel-9", "--reach", &address, "--json"],
    );
    assert_eq!(
        state(&ran, "slurm-rhel-9", "internet-login"),
        ("holds".to_owned(), format!("{address} is reached"))
    );
    drop(listener);
    let ran = host(
        "2.34",
        "icelake",
        &["--target", "slurm-rhel-9", "--reach", &address, "--json"],
    );
    assert_eq!(state(&ran, "slurm-rhel-9", "internet-login").0, "fails");
}

#[test]
fn a_variable_that_cannot_be_read_is_bad_input() {
    let ran = host("2.28:", "zen3", &[]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
}

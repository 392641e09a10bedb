//! Runs every file of `tests/scenarios`: small channels, what a user wrote, what has to come out.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
};

use pyiron_lock_testkit::{Channel, Package};
use rattler_conda_types::Subdir;
use serde::Deserialize;

use crate::support::{Ran, program, repository, run, tree};

/// Channel, then `name version build`, then what it needs; `constrains` entries start with `!`.
type Channels = BTreeMap<String, BTreeMap<String, Vec<String>>>;

/// Each lock, as `tier/platform`, or `out` for a bare file, with its records.
type Locks = BTreeMap<String, Vec<String>>;

#[derive(Deserialize)]
struct Scenario {
    what: String,
    channels: Channels,
    #[serde(flatten)]
    input: Input,
}

/// What the user wrote.
#[derive(Deserialize)]
#[serde(untagged)]
enum Input {
    File(File),
    Project(Project),
}

/// One environment file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    platform: String,
    #[serde(default)]
    promises: Vec<String>,
    environment: String,
    expect: FileExpect,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileExpect {
    #[serde(default)]
    records: Vec<String>,
    #[serde(default)]
    exit: i32,
    /// Whether what is said has to be looked at although all went well.
    #[serde(default)]
    told: bool,
}

/// Tiers that build on each other, and what happens to them one after the other.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Project {
    /// The manifest from `platforms` on.
    manifest: String,
    /// The environment file of each tier.
    specs: BTreeMap<String, String>,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    /// Channels from now on.
    #[serde(default)]
    channels: Channels,
    /// Environment files from now on.
    #[serde(default)]
    specs: BTreeMap<String, String>,
    /// Locks that another program or a merge leaves as they were before the step of this number, from 1.
    #[serde(default)]
    put_back: BTreeMap<String, usize>,
    /// Whether it only checks.
    #[serde(default)]
    check: bool,
    expect: StepExpect,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StepExpect {
    #[serde(default)]
    exit: i32,
    #[serde(default)]
    locks: Locks,
    #[serde(default)]
    told: bool,
}

fn write_channels(folder: &Path, channels: &Channels, subdirs: &[Subdir]) {
    for (name, packages) in channels {
        let packages = packages
            .iter()
            .flat_map(|(text, needs)| packages_of(text, needs, subdirs));
        let channel = Channel::new(name).packages(packages);
        channel.write_repodata(&folder.join(name)).unwrap();
    }
}

/// One package for each subdir, or that of its mark: `[SUBDIR/]NAME VERSION [BUILD] [broken]`.
fn packages_of(text: &str, needs: &[String], subdirs: &[Subdir]) -> Vec<Package> {
    let (text, broken) = match text.strip_suffix(" broken") {
        Some(text) => (text, true),
        None => (text, false),
    };
    let (subdirs, text) = match text.split_once('/') {
        Some((subdir, text)) => (vec![subdir.parse().unwrap()], text),
        None => (subdirs.to_vec(), text),
    };
    let (constrains, depends): (Vec<&String>, Vec<&String>) =
        needs.iter().partition(|need| need.starts_with('!'));
    let package = |subdir| {
        let package = Package::new(text)
            .subdir(subdir)
            .depends(depends.clone())
            .constrains(constrains.iter().map(|need| need[1..].to_owned()));
        if broken { package.broken() } else { package }
    };
    subdirs.into_iter().map(package).collect()
}

fn records(lock: &Path) -> Vec<String> {
    let lock = pyiron_lock_lockfile::read(&fs::read_to_string(lock).unwrap()).unwrap();
    let text = |record: &rattler_conda_types::RepoDataRecord| {
        let package = &record.package_record;
        let name = package.name.as_normalized();
        format!("{name} {} {}", package.version, package.build)
    };
    lock.records.iter().map(text).collect()
}

fn snapshot(name: &str, what: &str, ran: &Ran) {
    insta::with_settings!({snapshot_suffix => name, omit_expression => true, description => what}, {
        insta::assert_snapshot!("told", ran.stdout);
    });
}

impl File {
    fn run(&self, name: &str, scenario: &Scenario, folder: &Path) {
        let subdir: Subdir = self.platform.parse().unwrap();
        write_channels(folder, &scenario.channels, &[subdir]);
        fs::write(folder.join("environment.yml"), &self.environment).unwrap();
        let mut command = program();
        command
            .current_dir(folder)
            .args(["resolve", "--file", "environment.yml", "--output", "out.lock"])
            .args(["--platform", &self.platform]);
        for promise in &self.promises {
            command.args(["--virtual-package", promise]);
        }
        for channel in scenario.channels.keys() {
            command
                .arg("--channel-source")
                .arg(format!("{channel}={channel}"));
        }
        let ran = run(&mut command);
        let lock = folder.join("out.lock");
        assert_eq!(
            ran.code,
            Some(self.expect.exit),
            "{name} ({})\n{ran:?}",
            scenario.what
        );
        if self.expect.exit == 0 {
            assert_eq!(records(&lock), self.expect.records, "{name}");
        } else {
            assert!(!lock.exists(), "{name} left a lock behind");
        }
        if self.expect.exit != 0 || self.expect.told {
            snapshot(name, &scenario.what, &ran);
        }
    }
}

impl Project {
    fn run(&self, name: &str, scenario: &Scenario, folder: &Path) {
        let sources: String = scenario
            .channels
            .keys()
            .map(|channel| {
                format!("  {channel}: {{ url: \"https://{channel}.invalid/\", path: ../{channel} }}\n")
            })
            .collect();
        let names: Vec<&str> = scenario.channels.keys().map(String::as_str).collect();
        let manifest = format!(
            "channels: [{}]\nchannel-sources:\n{sources}{}",
            names.join(", "),
            self.manifest
        );
        fs::create_dir_all(folder.join("specs")).unwrap();
        fs::write(folder.join("specs/tiers.yml"), manifest).unwrap();
        let locks = folder.join("lockfiles");
        fs::create_dir_all(&locks).unwrap();
        let path = |lock: &str| locks.join(format!("{lock}.lock"));
        let mut earlier: Vec<BTreeMap<PathBuf, String>> = Vec::new();
        write_channels(folder, &scenario.channels, &self.subdirs());
        write_specs(folder, &self.specs);
        for (index, step) in self.steps.iter().enumerate() {
            let name = format!("{name}--{}", index + 1);
            write_channels(folder, &step.channels, &self.subdirs());
            write_specs(folder, &step.specs);
            earlier.push(lock_texts(&locks));
            for (lock, before) in &step.put_back {
                fs::write(path(lock), &earlier[before - 1][&path(lock)]).unwrap();
            }
            let before = lock_texts(&locks);
            let mut command = program();
            command.current_dir(folder).arg("resolve");
            if step.check {
                command.arg("--check");
            }
            let ran = run(&mut command);
            assert_eq!(
                ran.code,
                Some(step.expect.exit),
                "{name} ({})\n{ran:?}",
                scenario.what
            );
            for (lock, expected) in &step.expect.locks {
                assert_eq!(&records(&path(lock)), expected, "{name}: {lock}");
            }
            let after = lock_texts(&locks);
            if step.check || step.expect.exit != 0 && step.expect.locks.is_empty() {
                assert_eq!(after, before, "{name} changed locks");
            } else if !step.expect.locks.is_empty() {
                let listed: BTreeSet<PathBuf> = step.expect.locks.keys().map(|lock| path(lock)).collect();
                assert!(
                    after.keys().eq(&listed),
                    "{name} left other locks: {:?}",
                    after.keys()
                );
            }
            if step.expect.exit != 0 || step.expect.told {
                snapshot(&name, &scenario.what, &ran);
            }
        }
    }

    /// The subdirs of its platforms, all of which have the records of the channels.
    fn subdirs(&self) -> Vec<Subdir> {
        let manifest: serde_yaml::Value = serde_yaml::from_str(&self.manifest).unwrap();
        let platforms = manifest["platforms"].as_mapping().unwrap().iter();
        let subdirs: BTreeSet<&str> = platforms
            .filter_map(|(name, keys)| keys.get("subdir").unwrap_or(name).as_str())
            .collect();
        subdirs
            .into_iter()
            .map(|subdir| subdir.parse().unwrap())
            .collect()
    }
}

fn lock_texts(locks: &Path) -> BTreeMap<PathBuf, String> {
    let files = tree(locks).into_iter();
    files
        .filter(|(name, _)| name.ends_with(".lock"))
        .map(|(name, text)| (locks.join(name), text))
        .collect()
}

fn write_specs(folder: &Path, specs: &BTreeMap<String, String>) {
    for (tier, text) in specs {
        fs::write(folder.join("specs").join(format!("{tier}.yml")), text).unwrap();
    }
}

fn check(path: &Path) {
    let name = path.file_stem().unwrap().to_string_lossy().into_owned();
    let scenario: Scenario = serde_yaml::from_str(&fs::read_to_string(path).unwrap())
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    let folder = tempfile::tempdir().unwrap();
    match &scenario.input {
        Input::File(file) => file.run(&name, &scenario, folder.path()),
        Input::Project(project) => project.run(&name, &scenario, folder.path()),
    }
}

#[test]
fn every_scenario_holds() {
    let mut paths: Vec<PathBuf> = fs::read_dir(repository().join("tests/scenarios"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yml"))
        .collect();
    paths.sort();
    assert!(paths.len() >= 51, "only {} scenarios were found", paths.len());
    // One that fails must not hide the others.
    let fails = |path: &&PathBuf| catch_unwind(AssertUnwindSafe(|| check(path))).is_err();
    let failed: Vec<_> = paths
        .iter()
        .filter(fails)
        .filter_map(|path| path.file_stem())
        .collect();
    assert!(failed.is_empty(), "{} failed: {failed:?}", failed.len());
}

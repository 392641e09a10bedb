//! Runs every file of `tests/scenarios`: small channels, one environment file, what has to come out.

use std::{collections::BTreeMap, fs};

use pyiron_lock_testkit::{Channel, Package};
use rattler_conda_types::Subdir;
use serde::Deserialize;

use crate::support::{Ran, program, repository, run};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scenario {
    what: String,
    channels: BTreeMap<String, BTreeMap<String, Vec<String>>>,
    platform: String,
    #[serde(default)]
    promises: Vec<String>,
    environment: String,
    expect: Expect,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    #[serde(default)]
    records: Vec<String>,
    #[serde(default)]
    exit: i32,
}

impl Scenario {
    fn run(&self, folder: &std::path::Path) -> Ran {
        let mut command = program();
        command
            .current_dir(folder)
            .args(["resolve", "--file", "environment.yml", "--output", "out.lock"]);
        command.args(["--platform", &self.platform]);
        for promise in &self.promises {
            command.args(["--virtual-package", promise]);
        }
        for (name, packages) in &self.channels {
            let subdir: Subdir = self.platform.parse().unwrap();
            let packages = packages.iter().map(|(package, needs)| {
                let (constrains, depends): (Vec<&String>, Vec<&String>) =
                    needs.iter().partition(|need| need.starts_with('!'));
                Package::new(package)
                    .subdir(subdir)
                    .depends(depends)
                    .constrains(constrains.into_iter().map(|need| need[1..].to_owned()))
            });
            let channel = Channel::new(name).packages(packages);
            channel.write_repodata(&folder.join(name)).unwrap();
            command.arg("--channel-source").arg(format!("{name}={name}"));
        }
        fs::write(folder.join("environment.yml"), &self.environment).unwrap();
        run(&mut command)
    }
}

#[test]
fn every_scenario_holds() {
    let mut count = 0;
    for entry in fs::read_dir(repository().join("tests/scenarios"))
        .unwrap()
        .map(Result::unwrap)
    {
        let path = entry.path();
        if path.extension().is_none_or(|extension| extension != "yml") {
            continue;
        }
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let scenario: Scenario = serde_yaml::from_str(&fs::read_to_string(&path).unwrap())
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let folder = tempfile::tempdir().unwrap();
        let ran = scenario.run(folder.path());
        assert_eq!(
            ran.code,
            Some(scenario.expect.exit),
            "{name} ({})\n{ran:?}",
            scenario.what
        );
        if scenario.expect.exit == 0 {
            let text = fs::read_to_string(folder.path().join("out.lock")).unwrap();
            let lock = pyiron_lock_lockfile::read(&text).unwrap();
            let records: Vec<String> = lock
                .records
                .iter()
                .map(|record| {
                    let package = &record.package_record;
                    format!(
                        "{} {} {}",
                        package.name.as_normalized(),
                        package.version,
                        package.build
                    )
                })
                .collect();
            assert_eq!(records, scenario.expect.records, "{name}");
        } else {
            assert!(
                !folder.path().join("out.lock").exists(),
                "{name} left a lock behind"
            );
            insta::with_settings!({snapshot_suffix => name, omit_expression => true, description => scenario.what}, {
                insta::assert_snapshot!("told", ran.stdout);
            });
        }
        count += 1;
    }
    assert!(count >= 19, "only {count} scenarios were found");
}

//! Configuration of users: every code is tried by a file of `conformance/cases/config`, which says what is found.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use pyiron_lock_conform::{
    config::{self, ConfigFile, ConfigInput, ConfigKind, Unread, check_config},
    data::Targets,
};
use pyiron_lock_core::SourceFile;
use pyiron_lock_lockfile::AnyLock;
use serde::Deserialize;

use super::{lock::Lock, paths};

/// A file of `conformance/cases/config`, named after a code.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    /// Configurations in which the code is found.
    fails: Vec<Case>,
    /// Configurations in which it is not.
    passes: Vec<Case>,
}

/// A configuration and what is found in it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// Texts by name, the main one first.
    files: serde_yaml::Mapping,
    /// The mode of all of them.
    #[serde(default)]
    mode: Option<String>,
    /// Files that were not read, and why; `outside` for a link.
    #[serde(default)]
    unread: BTreeMap<String, String>,
    /// Facts of the target where it is used.
    #[serde(default)]
    at: Option<serde_yaml::Value>,
    /// The packages of the lock.
    #[serde(default)]
    locked: Option<Vec<String>>,
    /// What is found, `file:line code message`.
    #[serde(default)]
    found: Vec<String>,
}

impl Case {
    fn input(&self) -> ConfigInput {
        let mode = self
            .mode
            .as_ref()
            .map(|mode| u32::from_str_radix(mode, 8).unwrap());
        let text = |value: &serde_yaml::Value| value.as_str().unwrap().to_owned();
        let files: Vec<ConfigFile> = self
            .files
            .iter()
            .map(|(name, body)| ConfigFile {
                source: SourceFile::new(text(name), text(body)),
                mode,
            })
            .collect();
        let unread = self.unread.iter().map(|(name, why)| {
            let why = match why.as_str() {
                "outside" => Unread::Outside,
                why => Unread::Because(why.to_owned()),
            };
            (name.clone(), why)
        });
        ConfigInput {
            kind: ConfigKind::of(&files[0].source).unwrap(),
            unread: unread.collect(),
            files,
        }
    }

    fn run(&self) -> Vec<String> {
        let lock: Option<AnyLock> = self.locked.as_ref().map(|packages| {
            let packages: BTreeMap<&String, [&str; 0]> = packages.iter().map(|title| (title, [])).collect();
            let text = serde_yaml::to_string(&BTreeMap::from([("packages", packages)])).unwrap();
            serde_yaml::from_str::<Lock>(&text).unwrap().build(&[]).0
        });
        let own = self.at.as_ref().map(|facts| {
            let facts = serde_yaml::to_string(facts).unwrap().replace('\n', "\n    ");
            let text =
                format!("title: x\nfacts:\n- source: y\n  says:\n    subdirs: [linux-64]\n    {facts}\n");
            ("conformance/targets/hpc/here.yml".to_owned(), text)
        });
        let (targets, found) = Targets::read(own.as_slice());
        assert!(found.is_empty(), "{found:?}");
        let target = targets.get("here");
        let found = check_config(&self.input(), lock.as_ref().as_slice(), target.as_slice());
        let line = |judged: &pyiron_lock_conform::Judged| {
            let origin = &judged.finding.origins[0];
            assert!(origin.span.end <= origin.source.text().len());
            format!(
                "{}:{} {} {}",
                origin.source.name(),
                origin.source.position(origin.span.start).line,
                judged.finding.code,
                judged.finding.message
            )
        };
        found.iter().map(line).collect()
    }
}

#[test]
fn every_code_of_configuration_is_found_where_it_should_be_and_nowhere_else() {
    let mut tried = BTreeSet::new();
    for path in paths("conformance/cases/config") {
        let code = path.file_stem().unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).unwrap();
        let cases: Cases = serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{code}: {error}"));
        assert!(!cases.fails.is_empty() && !cases.passes.is_empty(), "{code}");
        let all = cases.fails.iter().map(|case| (case, true));
        for (case, fails) in all.chain(cases.passes.iter().map(|case| (case, false))) {
            let found = case.run();
            assert_eq!(found, case.found, "{code}, fails: {fails}");
            let is_it = |line: &String| line.contains(&format!(" {code} "));
            assert_eq!(found.iter().any(is_it), fails, "{code} in {found:#?}");
        }
        tried.insert(code);
    }
    let known: BTreeSet<String> = config::codes::ALL
        .iter()
        .map(|code| code.as_str().to_owned())
        .collect();
    assert_eq!(tried, known);
}

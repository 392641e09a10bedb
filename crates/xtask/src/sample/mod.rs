//! The sample channel: `tests/sample-channel/recipes.yml` in, one `repodata.json` a subdir out.

mod closure;
mod date;
mod expand;
mod read;
mod recipe;

use std::{fs, path::Path};

use pyiron_lock_core::SourceFile;
use pyiron_lock_testkit::{Channel, Package};
use rattler_conda_types::Subdir;

use crate::{
    Report,
    generate::{self, Generated, Mode},
};

const FOLDER: &str = "tests/sample-channel";

/// The subdirs the channel has, whether or not a recipe fills them.
const SUBDIRS: [Subdir; 5] = [
    Subdir::Linux64,
    Subdir::LinuxAarch64,
    Subdir::OsxArm64,
    Subdir::Win64,
    Subdir::NoArch,
];

/// Writes the index of the sample channel, or compares it.
pub(crate) fn run(root: &Path, mode: Mode) -> Report {
    let name = format!("{FOLDER}/recipes.yml");
    let text = match fs::read_to_string(root.join(&name)) {
        Ok(text) => text,
        Err(error) => return Report::problem(format!("{name}: {error}")),
    };
    match packages(&name, &text) {
        Ok(packages) => generate::settle(root, &files(packages), mode, "sample"),
        Err(problems) => Report {
            problems,
            remarks: Vec::new(),
        },
    }
}

/// Turns recipes into packages; every problem is named with its line.
fn packages(name: &str, text: &str) -> Result<Vec<Package>, Vec<String>> {
    let source = SourceFile::new(name, text);
    let recipes = read::recipes(&source)?;
    let packages = expand::packages(&source, &recipes)?;
    let problems = closure::check(name, &packages);
    if problems.is_empty() {
        Ok(packages)
    } else {
        Err(problems)
    }
}

fn files(packages: Vec<Package>) -> Vec<Generated> {
    let channel = Channel::new("sample").packages(packages);
    let file = |subdir: &Subdir| Generated {
        path: [FOLDER, subdir.as_str(), "repodata.json"].iter().collect(),
        text: channel.repodata(*subdir),
    };
    SUBDIRS.iter().map(file).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_index_is_what_the_recipes_give() {
        let root = crate::workspace::root().unwrap();
        assert_eq!(run(&root, Mode::Check), Report::default());
    }

    #[test]
    fn every_generated_record_is_valid() {
        let root = crate::workspace::root().unwrap();
        let text = fs::read_to_string(root.join(FOLDER).join("recipes.yml")).unwrap();
        let packages = packages("recipes.yml", &text).unwrap();
        let records = Channel::new("sample").packages(packages).records();
        let mut urls: Vec<&str> = records.iter().map(|record| record.url.as_str()).collect();
        urls.sort_unstable();
        urls.dedup();
        assert_eq!(urls.len(), records.len());
        for record in &records {
            for spec in record
                .package_record
                .depends
                .iter()
                .chain(&record.package_record.constrains)
            {
                let parsed = rattler_conda_types::MatchSpec::from_str(
                    spec,
                    rattler_conda_types::ParseMatchSpecOptions::lenient(),
                );
                assert!(parsed.is_ok(), "{}: {spec}", record.url);
            }
        }
    }
}

//! The sample channel: `tests/sample-channel/recipes.yml` in, one `repodata.json` a subdir out, and on request the
//! archives it speaks of.

mod closure;
mod contents;
mod date;
mod expand;
mod read;
mod recipe;
#[cfg(test)]
mod tests;
mod value;

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

/// Writes the index of the sample channel, or compares it. With `archives` the repository is left alone, and that
/// folder becomes the whole channel: the same index, and every archive.
pub(crate) fn run(root: &Path, mode: Mode, archives: Option<&Path>) -> Report {
    let name = format!("{FOLDER}/recipes.yml");
    let text = match fs::read_to_string(root.join(&name)) {
        Ok(text) => text,
        Err(error) => return Report::problem(format!("{name}: {error}")),
    };
    let channel = match packages(&name, &text) {
        Ok(packages) => Channel::new("sample").packages(packages),
        Err(problems) => {
            return Report {
                problems,
                remarks: Vec::new(),
            };
        }
    };
    match archives {
        None => generate::settle(root, &indexes(&channel, FOLDER), mode, "sample"),
        Some(folder) => whole(&channel, mode, folder),
    }
}

/// Writes or compares the channel with its archives, in few words.
fn whole(channel: &Channel, mode: Mode, folder: &Path) -> Report {
    let mut files = indexes(channel, "");
    files.extend(channel.archives().map(|(package, archive)| Generated {
        path: [package.home().as_str(), &package.file_name()].iter().collect(),
        bytes: archive.bytes().to_vec(),
    }));
    let chore = format!("sample --archives {}", folder.display());
    let mut report = generate::settle(folder, &files, mode, &chore);
    if mode == Mode::Write {
        let bytes: usize = files.iter().map(|file| file.bytes.len()).sum();
        report.remarks = vec![format!(
            "{} of {} files written, {bytes} bytes in all",
            report.remarks.len(),
            files.len()
        )];
    }
    report
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

fn indexes(channel: &Channel, folder: &str) -> Vec<Generated> {
    let file = |subdir: &Subdir| Generated {
        path: [folder, subdir.as_str(), "repodata.json"].iter().collect(),
        bytes: channel.repodata(*subdir).into_bytes(),
    };
    SUBDIRS.iter().map(file).collect()
}

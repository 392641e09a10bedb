//! Bundles through the program: made from folders and over the network, the same bytes again, whole or refused.

mod fetched;
mod hostile;
mod image;
mod made;

use std::{
    fs,
    path::{Path, PathBuf},
};

use pyiron_lock_testkit::{Channel, Contents, Package};

use crate::support::Project;

fn channel() -> Channel {
    let package = |text, byte: u8| {
        let noise: Vec<u8> = (0..3000_u32)
            .map(|i| (i.wrapping_mul(2_654_435_761) >> 9) as u8 ^ byte)
            .collect();
        Package::new(text)
            .contents(Contents::new().file(format!("share/{byte}"), noise))
            .timestamp(JUNE)
    };
    Channel::new("forge")
        .package(package("python 3.12.1 0", 1))
        .package(package("libblas 3.9.0 0", 2))
        .package(package("numpy 2.3.4 0", 3).depends(["python >=3.12", "libblas"]))
        .package(package("six 1.17.0 py_0", 4).noarch_python().depends(["python"]))
}

/// 2026-06-01 UTC in milliseconds.
const JUNE: i64 = 1_780_272_000_000;

const ENVIRONMENT: &str = "channels: [forge, nodefaults]\ndependencies:\n  - numpy\n  - six\n";

/// A project with locks on a channel that has archives.
fn project() -> Project {
    let channel = channel();
    let project = Project::new(
        &channel,
        &[
            ("minimal", "    platforms: [linux-64]\n", ENVIRONMENT),
            (
                "small",
                "    platforms: [linux-64]\n",
                "channels: [forge, nodefaults]\ndependencies:\n  - libblas\n",
            ),
        ],
    );
    channel.write_archives(&project.path("channel")).unwrap();
    project.run(&["resolve"]).exits(0);
    project
}

/// Makes a bundle of `minimal` and returns its place.
fn bundled(project: &Project) -> PathBuf {
    project.run(&["bundle", "minimal", "-o", "minimal.tar"]).exits(0);
    project.path("minimal.tar")
}

/// Returns the names of all that is in a folder.
fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

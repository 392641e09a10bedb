//! The sample channel as a part of the program, so that `-c sample` works in any folder without a network.
//!
//! A folder given for the channel, on the command line or in a manifest, comes first.

use pyiron_lock_gateway::Place;
use rattler_conda_types::Subdir;

/// The name that stands for the channel where the manifest does not define it.
pub(crate) const NAME: &str = "sample";

/// Its canonical URL, a name that cannot exist.
pub(crate) const URL: &str = "https://sample.pyiron-lock.invalid/";

/// Its index.
pub(crate) const PLACE: Place = Place::Memory(&[
    (
        Subdir::NoArch,
        include_bytes!("../../../tests/sample-channel/noarch/repodata.json"),
    ),
    (
        Subdir::Linux64,
        include_bytes!("../../../tests/sample-channel/linux-64/repodata.json"),
    ),
    (
        Subdir::LinuxAarch64,
        include_bytes!("../../../tests/sample-channel/linux-aarch64/repodata.json"),
    ),
    (
        Subdir::OsxArm64,
        include_bytes!("../../../tests/sample-channel/osx-arm64/repodata.json"),
    ),
    (
        Subdir::Win64,
        include_bytes!("../../../tests/sample-channel/win-64/repodata.json"),
    ),
]);

/// What is said in a run that makes locks from it.
pub(crate) const NOTE: &str = "note: `sample` is the channel inside this program, for trying things out; a lock made \
                               from it cannot be installed from conda-forge";

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, fs, path::Path};

    use super::*;

    #[test]
    fn the_index_inside_the_program_is_that_of_the_repository() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/sample-channel");
        let mut files = BTreeMap::new();
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            if let Ok(bytes) = fs::read(entry.path().join("repodata.json")) {
                files.insert(entry.file_name().into_string().unwrap(), bytes);
            }
        }
        let Place::Memory(indexes) = PLACE else {
            panic!("not in memory")
        };
        let embedded: BTreeMap<String, Vec<u8>> = indexes
            .iter()
            .map(|(subdir, bytes)| (subdir.to_string(), bytes.to_vec()))
            .collect();
        let names = |of: &BTreeMap<String, Vec<u8>>| of.keys().cloned().collect::<Vec<_>>();
        assert_eq!(
            names(&embedded),
            names(&files),
            "the table in sample.rs has other subdirs"
        );
        assert!(embedded == files);
    }
}

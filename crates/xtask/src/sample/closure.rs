//! Whether the channel holds what its packages ask for by name; versions are the solver's to judge.

use std::collections::{BTreeMap, BTreeSet};

use pyiron_lock_core::index::dependency_name;
use pyiron_lock_testkit::Package;
use rattler_conda_types::Subdir;

use super::SUBDIRS;

/// Names every dependency that no package provides where it is needed. A `noarch` package is content with a
/// provider on any subdir; a broken package provides nothing.
pub(crate) fn check(file: &str, packages: &[Package]) -> Vec<String> {
    let mut provided: BTreeMap<Subdir, BTreeSet<&str>> = BTreeMap::new();
    for package in packages.iter().filter(|package| !package.is_broken()) {
        provided.entry(package.home()).or_default().insert(package.name());
    }
    let has = |subdir: &Subdir, name: &str| provided.get(subdir).is_some_and(|names| names.contains(name));
    let mut problems = BTreeSet::new();
    for package in packages {
        for spec in package.dependencies() {
            let name = dependency_name(spec);
            let found = match package.home() {
                Subdir::NoArch => SUBDIRS.iter().any(|subdir| has(subdir, &name)),
                home => has(&home, &name) || has(&Subdir::NoArch, &name),
            };
            if !found && !name.starts_with("__") {
                problems.insert(format!(
                    "{file}: `{}` on {} needs `{spec}`, and no recipe provides `{name}` there",
                    package.name(),
                    package.home()
                ));
            }
        }
    }
    problems.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_provider_is_named_with_its_subdir() {
        let packages = [
            Package::new("zlib 1.3"),
            Package::new("numpy 1.26").depends(["zlib >=1", "__glibc >=2.17"]),
            Package::new("numpy 1.26").subdir(Subdir::Win64).depends(["zlib"]),
            Package::new("six 1").noarch_python().depends(["zlib"]),
        ];
        assert_eq!(
            check("r.yml", &packages),
            ["r.yml: `numpy` on win-64 needs `zlib`, and no recipe provides `zlib` there"]
        );
    }
}

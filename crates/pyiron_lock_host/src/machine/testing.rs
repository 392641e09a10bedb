//! A machine made up for tests: a zen3 with glibc 2.31, slurm and apptainer; nothing else was measured.

use std::collections::{BTreeMap, BTreeSet};

use rattler_conda_types::{GenericVirtualPackage, PackageName, Subdir, package::BuildString};

use super::Machine;

pub(super) fn machine() -> Machine {
    let package = |name: &str, version: &str, build: &str| GenericVirtualPackage {
        name: PackageName::new_unchecked(name),
        version: version.parse().unwrap(),
        build_string: BuildString::new_unchecked(build),
    };
    let not = || "not measured".to_owned();
    Machine {
        subdir: Ok(Subdir::Linux64),
        virtual_packages: vec![
            package("__archspec", "1", "zen3"),
            package("__glibc", "2.31", "0"),
            package("__linux", "5.4", "0"),
            package("__unix", "0", "0"),
        ],
        overridden: BTreeSet::new(),
        cpus: Ok(["zen3", "zen2", "zen", "x86_64_v3", "x86_64_v2", "x86_64"]
            .map(str::to_owned)
            .into()),
        os: Ok("Test 1".to_owned()),
        memory: Ok(1 << 32),
        umask: Ok(0o22),
        userns: Err(not()),
        commands: Ok(BTreeSet::from(["sbatch", "squeue", "scancel", "singularity"])),
        modules: Err(not()),
        groups: BTreeMap::new(),
        user: Ok(1000),
        home: Ok("/home/jane".into()),
        home_writable: Ok(true),
        job: None,
        proxy: None,
        place: Err(not()),
        reached: Vec::new(),
    }
}

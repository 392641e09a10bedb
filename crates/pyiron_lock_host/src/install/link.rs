//! From unpacked packages to files in a prefix, as rattler links them: hard links where the file system has them, copies
//! with the path of the prefix written into them where packages ask for it, commands of Python packages, and a record
//! of each package.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use rattler::install::{
    ExternalSymlinkPolicy, InstallOptions, PythonInfo, link_package_sync,
    link_script::{LinkScriptType, run_link_scripts},
};
use rattler_conda_types::{
    PackageRecord, PrefixRecord, RepoDataRecord, Subdir,
    package::{IndexJson, PackageFile, PathType, PathsJson},
    prefix::Prefix,
    prefix_record::Link,
};
use rayon::prelude::*;

use super::{Watch, error::InstallError, look, store};

/// A record and where its package is unpacked.
pub(super) type Package<'p> = (&'p RepoDataRecord, PathBuf);

/// What was linked.
pub(super) struct LinkedPrefix {
    /// A record of each package, each after what it depends on.
    pub(super) records: Vec<PrefixRecord>,
    /// Files that several packages bring: the path, the package whose file it is, and the others.
    pub(super) clobbered: Vec<(String, String, Vec<String>)>,
    /// Packages with a script to run once they are linked.
    pub(super) scripts: Vec<String>,
    /// The Python of the prefix.
    pub(super) python: Option<PythonInfo>,
}

/// Links packages into a prefix that is empty but for what says that it is begun.
pub(super) fn link(
    prefix: &Path,
    packages: &[Package<'_>],
    subdir: Subdir,
    watch: &dyn Watch,
) -> Result<LinkedPrefix, InstallError> {
    let python = python(packages, subdir)?;
    check_together(packages, python.as_ref())?;
    let prefix = Prefix::create(prefix).map_err(crate::root::RootError::io(prefix, "made"))?;
    // Its type has no public name; it knows which packages bring the same file.
    let registry = Arc::default();
    let linked = packages.par_iter().map(|(record, folder)| {
        if watch.cancelled() {
            return Err(InstallError::Stopped);
        }
        let package = store::name(record);
        let options = InstallOptions {
            platform: Some(subdir),
            python_info: python.clone(),
            external_symlink_policy: ExternalSymlinkPolicy::Allow,
            ..InstallOptions::default()
        };
        let (paths, link_type) = link_package_sync(folder, &prefix, Arc::clone(&registry), options)
            .map_err(|error| InstallError::package(&package, "linked", &error))?;
        let prefix_record = PrefixRecord {
            extracted_package_dir: Some(folder.clone()),
            link: Some(Link {
                source: folder.clone(),
                link_type: Some(link_type),
            }),
            ..PrefixRecord::from_repodata_record((*record).clone(), paths)
        };
        let path = prefix.path().join("conda-meta").join(prefix_record.file_name());
        prefix_record
            .write_to_path(path, true)
            .map_err(|error| InstallError::package(&package, "recorded", &error))?;
        watch.done(&package, false);
        Ok(prefix_record)
    });
    let records: Vec<PrefixRecord> = linked.collect::<Result<_, _>>()?;
    let records = PackageRecord::sort_topologically(records);
    let sorted: Vec<&PrefixRecord> = records.iter().collect();
    let clobbered = {
        let mut registry = registry.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        registry
            .unclobber(&sorted, &prefix)
            .map_err(|error| InstallError::package("what several packages bring", "told apart", &error))?
    };
    let mut clobbered: Vec<_> = clobbered
        .into_iter()
        .map(|(path, of)| {
            let mut others: Vec<String> = of
                .other_packages
                .iter()
                .map(|name| name.as_normalized().to_owned())
                .collect();
            others.sort();
            let path = path.to_string_lossy().into_owned();
            (path, of.package.as_normalized().to_owned(), others)
        })
        .collect();
    clobbered.sort();
    let scripts = records
        .iter()
        .filter(|record| {
            let path = LinkScriptType::PostLink.get_path(&record.repodata_record.package_record, &subdir);
            prefix.path().join(path).exists()
        })
        .map(|record| record.name().as_normalized().to_owned())
        .collect();
    Ok(LinkedPrefix {
        records,
        clobbered,
        scripts,
        python,
    })
}

/// Runs what packages want to be run once they are linked.
pub(super) fn run_scripts(prefix: &Path, linked: &LinkedPrefix, subdir: Subdir) -> Result<(), InstallError> {
    let records = linked.records.iter();
    let ran = run_link_scripts(LinkScriptType::PostLink, records, prefix, &subdir, None)
        .map_err(|error| InstallError::package("a script", "run", &error))?;
    match ran.failed_packages.first() {
        Some(package) => Err(InstallError::Script(package.as_normalized().to_owned())),
        None => Ok(()),
    }
}

/// Holds the records of a prefix against those that were to be linked.
pub(super) fn is_the_lock(prefix: &Path, packages: &[Package<'_>]) -> Result<(), InstallError> {
    let found: Vec<PrefixRecord> = PrefixRecord::collect_from_prefix(prefix)
        .map_err(|error| InstallError::NotTheLock(error.to_string()))?;
    let words = |record: &PackageRecord| {
        (
            record.name.as_normalized().to_owned(),
            record.version.to_string(),
            record.build.to_string(),
        )
    };
    let mut found: Vec<_> = found
        .iter()
        .map(|record| words(&record.repodata_record.package_record))
        .collect();
    let mut wanted: Vec<_> = packages
        .iter()
        .map(|(record, _)| words(&record.package_record))
        .collect();
    found.sort();
    wanted.sort();
    if found == wanted {
        return Ok(());
    }
    let odd = wanted.iter().find(|record| !found.contains(record));
    let odd = odd.or_else(|| found.iter().find(|record| !wanted.contains(record)));
    Err(InstallError::NotTheLock(odd.map_or_else(
        || "a record is there twice".to_owned(),
        |(name, version, build)| format!("{name} {version} {build}"),
    )))
}

fn python(packages: &[Package<'_>], subdir: Subdir) -> Result<Option<PythonInfo>, InstallError> {
    let python = packages.iter().map(|(record, _)| *record);
    let mut python = python.filter(|record| record.package_record.name.as_normalized() == "python");
    let Some(record) = python.next() else {
        return Ok(None);
    };
    let package = store::name(record);
    let info = PythonInfo::from_python_record(&record.package_record, subdir)
        .map_err(|error| InstallError::package(&package, "used", &error))?;
    if !look::stays_inside(&info.site_packages_path) {
        return Err(InstallError::Refused {
            package,
            why: "its modules are to go out of the prefix".to_owned(),
        });
    }
    Ok(Some(info))
}

/// Looks at all paths of all packages at once, where they are going to be.
fn check_together(packages: &[Package<'_>], python: Option<&PythonInfo>) -> Result<(), InstallError> {
    let listed = packages.par_iter().map(|(record, folder)| {
        let package = store::name(record);
        let unread = |error: std::io::Error| InstallError::package(&package, "read", &error);
        let index = IndexJson::from_package_directory(folder).map_err(unread)?;
        let unread = |error: std::io::Error| InstallError::package(&package, "read", &error);
        let paths = PathsJson::from_package_directory_with_deprecated_fallback(folder).map_err(unread)?;
        let linked = paths.paths.into_iter().map(|entry| {
            let target = match entry.path_type {
                PathType::SoftLink => {
                    Some(fs::read_link(folder.join(&entry.relative_path)).unwrap_or_default())
                }
                _ => None,
            };
            let path = match python.filter(|_| index.noarch.is_python()) {
                Some(python) => python
                    .get_python_noarch_target_path(&entry.relative_path)
                    .into_owned(),
                None => entry.relative_path,
            };
            (path, target)
        });
        let linked: Vec<look::Linked> = linked.collect();
        Ok((package, linked))
    });
    let listed: Vec<(String, Vec<look::Linked>)> = listed.collect::<Result<_, InstallError>>()?;
    // The same name twice would overwrite its own record.
    let mut names = BTreeMap::new();
    for (record, _) in packages {
        let name = record.package_record.name.as_normalized();
        if names.insert(name, ()).is_some() {
            return Err(InstallError::NotTheLock(format!("{name} is there twice")));
        }
    }
    look::together(&listed)
}

//! Platforms for files without a project: a subdir with conservative promises, the same on every machine.

use pyiron_lock_core::{Platform, VirtualPackage, suggest};
use rattler_conda_types::Subdir;

use crate::failure::Failure;

/// The subdirs that a platform can be named after.
pub(crate) const SUBDIRS: [Subdir; 6] = [
    Subdir::Linux64,
    Subdir::LinuxAarch64,
    Subdir::Osx64,
    Subdir::OsxArm64,
    Subdir::Win64,
    Subdir::LinuxPpc64le,
];

/// What is promised unless said otherwise: glibc 2.28 as on RHEL 8, the oldest that centres still run.
fn promises(subdir: Subdir) -> &'static [&'static str] {
    if subdir.is_linux() {
        &["__glibc=2.28", "__linux=4.18"]
    } else if subdir.is_osx() {
        &["__osx=13.0"]
    } else {
        &[]
    }
}

/// Returns the platform of that subdir, with `stated` promises instead of or beside the usual ones.
pub(crate) fn bare(name: &str, stated: &[String]) -> Result<Platform, Failure> {
    let subdir = SUBDIRS
        .into_iter()
        .find(|subdir| subdir.as_str() == name)
        .ok_or_else(|| {
            let failure =
                Failure::bad_input(format!("`{name}` is not a platform for a file without a project"));
            match suggest::nearest(name, SUBDIRS.iter().map(|subdir| subdir.as_str())) {
                Some(near) => failure.help(format!("did you mean `{near}`?")),
                None => failure
                    .help("use one of linux-64, linux-aarch64, osx-64, osx-arm64, win-64, linux-ppc64le"),
            }
        })?;
    let name = name
        .parse()
        .map_err(|error| Failure::bad_input(format!("{error}")))?;
    let packages = promises(subdir)
        .iter()
        .map(|text| (*text).to_owned())
        .chain(stated.iter().cloned())
        .map(|text| text.parse())
        .collect::<Result<Vec<VirtualPackage>, _>>()
        .map_err(|error| Failure::bad_input(format!("--virtual-package: {error}")))?;
    Ok(Platform::new(name, subdir, packages))
}

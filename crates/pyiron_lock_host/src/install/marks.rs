//! What is added to a prefix for all to use: modules that are compiled once, and marks that keep conda and pip from
//! changing it.

use std::{fs, path::Path, time::Duration};

use rattler::install::PythonInfo;

use super::{
    Watch,
    error::InstallError,
    run::{Ended, run},
};
use crate::root::RootError;

/// How long compiling may take.
const LIMIT: Duration = Duration::from_secs(3600);

/// What users read who try to change the environment.
const MESSAGE: &str = "This environment is shared. It is replaced as a whole by the next release; make your own for \
                       other packages.";

/// Compiles the modules of Python, which readers could not; false where some cannot be, as is common for templates.
pub(super) fn compile(
    prefix: &Path,
    python: &PythonInfo,
    apart: &Path,
    watch: &dyn Watch,
) -> Result<bool, InstallError> {
    let program = prefix.join(python.path());
    let (major, minor) = python.short_version;
    let library = prefix.join(format!("lib/python{major}.{minor}"));
    let (program, library) = (program.to_string_lossy(), library.to_string_lossy());
    let words = [&*program, "-m", "compileall", "-q", &*library];
    match run(prefix, apart, &words, LIMIT, &|| watch.cancelled()) {
        Ok(Ended::Well) => Ok(true),
        Ok(Ended::Badly(_)) => Ok(false),
        Ok(Ended::Stopped) => Err(InstallError::Stopped),
        Err(error) => Err(InstallError::package("python", "started", &error)),
    }
}

/// Marks the prefix as not to be changed: CEP 22 for conda, PEP 668 for pip.
pub(super) fn freeze(prefix: &Path, python: Option<&PythonInfo>) -> Result<(), RootError> {
    let frozen = prefix.join("conda-meta/frozen");
    fs::write(&frozen, format!("{{\"message\": \"{MESSAGE}\"}}\n"))
        .map_err(RootError::io(&frozen, "written"))?;
    if let Some(python) = python {
        let (major, minor) = python.short_version;
        let library = prefix.join(format!("lib/python{major}.{minor}"));
        let managed = library.join("EXTERNALLY-MANAGED");
        let text = format!("[externally-managed]\nError={MESSAGE}\n");
        let written = fs::create_dir_all(&library).and_then(|()| fs::write(&managed, text));
        written.map_err(RootError::io(&managed, "written"))?;
    }
    Ok(())
}

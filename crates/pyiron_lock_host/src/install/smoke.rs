//! Whether an environment works: the modules and commands that its tier names.

use std::{path::Path, time::Duration};

use super::{
    Watch,
    error::InstallError,
    run::{Ended, run},
};

/// How long one test may take; the first import from a file system over the network takes minutes.
const LIMIT: Duration = Duration::from_secs(900);

/// Imports one module and nothing else.
const IMPORT: &str = "import importlib, sys; importlib.import_module(sys.argv[1])";

/// What shows that an installed environment works.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Smoke {
    /// Python modules that can be imported.
    pub imports: Vec<String>,
    /// Commands that end well.
    pub commands: Vec<String>,
}

impl Smoke {
    /// Returns how many tests there are.
    pub fn len(&self) -> usize {
        self.imports.len() + self.commands.len()
    }

    /// Returns whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Runs the tests, one after the other, until one fails.
    pub(super) fn run(&self, prefix: &Path, apart: &Path, watch: &dyn Watch) -> Result<(), InstallError> {
        let python = prefix.join("bin/python");
        let python = python.to_string_lossy();
        for module in &self.imports {
            let what = format!("the import of `{module}`");
            test(&what, prefix, apart, &[&python, "-c", IMPORT, module], watch)?;
        }
        for command in &self.commands {
            let what = format!("the command `{command}`");
            test(&what, prefix, apart, &["/bin/sh", "-c", command], watch)?;
        }
        Ok(())
    }
}

fn test(
    what: &str,
    prefix: &Path,
    apart: &Path,
    words: &[&str],
    watch: &dyn Watch,
) -> Result<(), InstallError> {
    if watch.cancelled() {
        return Err(InstallError::Stopped);
    }
    let failed = |why: String| {
        Err(InstallError::Test {
            what: what.to_owned(),
            why,
        })
    };
    match run(prefix, apart, words, LIMIT, &|| watch.cancelled()) {
        Ok(Ended::Well) => {
            watch.done(what, false);
            Ok(())
        }
        Ok(Ended::Badly(why)) => failed(why),
        Ok(Ended::Stopped) => Err(InstallError::Stopped),
        Err(error) => failed(format!("it cannot be started: {error}")),
    }
}

//! For the tests of formats: a small lock, and what a format makes of it.

use pyiron_lock_core::SourceFile;
use pyiron_lock_lockfile::AnyLock;

use crate::{Export, ExportError, Format, Input, Parameters, Place, Subject, Tier};

/// Returns an explicit list of archives as a lock; each is named as in `noarch/ase-3.28.0-pyh_0.conda`.
pub(crate) fn lock(archives: &[&str]) -> AnyLock {
    let mut text = "# platform: linux-64\n@EXPLICIT\n".to_owned();
    for archive in archives {
        let address = format!("https://conda.anaconda.org/conda-forge/{archive}");
        text.push_str(&format!("{address}#sha256:{}\n", "a".repeat(64)));
    }
    let source = SourceFile::new("list.txt", text);
    pyiron_lock_lockfile::open(&source).expect("a list").remove(0)
}

/// Makes a format with what is set.
pub(crate) fn made(
    format: &Format,
    lock: &AnyLock,
    tier: Tier,
    place: Option<&Place>,
    set: &[(&str, &str)],
) -> Result<Export, ExportError> {
    let own = Subject::new(lock, Some(tier))?;
    let set = set
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    let parameters = Parameters::read(format, set)?;
    format.make(&Input {
        own: &own,
        ancestors: &[],
        place,
        parameters: &parameters,
    })
}

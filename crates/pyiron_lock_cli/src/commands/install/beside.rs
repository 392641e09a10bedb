//! The kernelspec and the modulefiles of a release, as `export` makes them for the place where it is installed. A release
//! can do without: what speaks against one of them is a note.

use std::path::Path;

use pyiron_lock_core::Finding;
use pyiron_lock_export::{Export, ExportError, Input, Parameters, Subject, format_named};
use pyiron_lock_host::install::Beside;

use crate::codes::INSTALL_WITHOUT;

/// Makes the files of a release below a root, and says what there is not.
pub(super) fn of(subject: &Subject<'_>, root: &Path) -> (Vec<Beside>, Vec<Finding>) {
    let root = root.display().to_string();
    let prefix = format!("{}/<tier>/<release>", root.trim_end_matches('/'));
    let (mut files, mut notes) = (Vec::new(), Vec::new());
    for (name, folder, key, value) in [
        ("kernelspec", "jupyter/kernels/", "prefix", prefix),
        ("modulefile", "", "root", root),
    ] {
        let made = export(name, subject, key, value);
        let why = match &made {
            Ok(export) if !export.files.is_empty() => {
                files.extend(export.files.iter().map(|(path, file)| Beside {
                    path: format!("{folder}{path}"),
                    text: file.text.clone(),
                }));
                continue;
            }
            Ok(export) => export.findings.first().map(|finding| finding.message.clone()),
            Err(error) => Some(error.to_string()),
        };
        let why = why.unwrap_or_else(|| "it has no files".to_owned());
        notes.push(Finding::new(
            INSTALL_WITHOUT,
            format!("the release has no {name}: {why}"),
        ));
    }
    (files, notes)
}

fn export(name: &str, own: &Subject<'_>, key: &str, value: String) -> Result<Export, ExportError> {
    let format = format_named(name).expect("it is a format of ours");
    format.make(&Input {
        own,
        ancestors: &[],
        place: None,
        parameters: &Parameters::read(format, [(key.to_owned(), value)])?,
    })
}

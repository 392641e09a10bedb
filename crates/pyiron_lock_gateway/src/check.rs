//! Refuses records that no channel would publish, before anything is built from their names.

use rattler_conda_types::RepoDataRecord;

use pyiron_lock_core::index::{dependency_fault, dependency_name};

/// Returns why a package name cannot be used, if so; the characters of CEP 26 and nothing that leads a path.
pub(crate) fn package_name_fault(name: &str) -> Option<String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let fault =
        name.is_empty() || name.starts_with(['.', '-']) || !name.chars().all(allowed) || name.len() > 128;
    fault.then(|| format!("`{}` is not a package name", printable(name)))
}

/// Returns why a record cannot be used, if so.
///
/// `base` is the canonical URL of the subdir, with a slash at its end.
pub(crate) fn record_fault(record: &RepoDataRecord, subdir: &str, base: &str) -> Option<String> {
    let package = &record.package_record;
    let name = package.name.as_normalized();
    let file = record.identifier.to_file_name();
    if let Some(fault) = package_name_fault(name) {
        return Some(fault);
    }
    let allowed = |c: char| c.is_ascii_graphic() && !matches!(c, '/' | '\\' | '"' | '\'' | '`' | '$');
    if file.starts_with('.') || !file.chars().all(allowed) || file.len() > 255 {
        return Some(format!("`{}` is not a file name", printable(&file)));
    }
    let begins = file
        .get(..name.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(name));
    if !begins || file.as_bytes().get(name.len()) != Some(&b'-') {
        return Some(format!("`{file}` says it is package `{name}`"));
    }
    if package.subdir != subdir {
        return Some(format!(
            "`{file}` says it belongs to subdir `{}`",
            printable(&package.subdir)
        ));
    }
    let url = record.url.as_str();
    if url.strip_prefix(base).is_none_or(|rest| rest.contains('/')) {
        return Some(format!(
            "`{file}` is said to be at {}, outside its channel",
            printable(url)
        ));
    }
    package
        .depends
        .iter()
        .chain(&package.constrains)
        .find_map(|dependency| {
            dependency_fault(dependency)
                .map(str::to_owned)
                .or_else(|| package_name_fault(&dependency_name(dependency)))
                .map(|fault| format!("`{file}` has the dependency `{}`: {fault}", printable(dependency)))
        })
}

fn printable(text: &str) -> String {
    text.chars().take(80).flat_map(char::escape_default).collect()
}

//! What the URL of a record says, against what the record says: name, version, build, subdir. And one record a name.

use std::borrow::Cow;

use pyiron_lock_lockfile::{LockEntry, secret::is_secret};
use rattler_conda_types::{Subdir, package::CondaArchiveIdentifier};

use super::{
    codes::{LOCK_CREDENTIALS, LOCK_DUPLICATE, LOCK_SUBDIR, LOCK_URL_MISMATCH},
    titled,
    view::{Case, View},
};
use crate::closure::name_of;

/// Checks the URL of every record, and that no two have one name.
pub(super) fn check<'a>(view: &View<'a>) -> Vec<Case<'a>> {
    let mut cases = Vec::new();
    let mut by_name: Vec<&LockEntry> = view.lock.entries.iter().collect();
    for entry in &by_name {
        cases.extend(mismatch(view, entry));
        cases.extend(subdir(view, entry));
        if is_secret(entry.record.url.as_str()) {
            let message = format!("the URL of {} holds a secret", titled(entry));
            cases.push(view.about(LOCK_CREDENTIALS, &[entry], &message, "holds a secret"));
        }
    }
    by_name.sort_by_key(|entry| name_of(entry));
    for same in by_name.chunk_by(|a, b| name_of(a) == name_of(b)) {
        if let [first, second, ..] = same {
            let message = format!(
                "`{}` is there {} times, as {} and {}",
                name_of(first),
                same.len(),
                titled(first),
                titled(second)
            );
            cases.push(view.about(LOCK_DUPLICATE, same, &message, "one of them"));
        }
    }
    cases
}

fn mismatch<'a>(view: &View<'a>, entry: &LockEntry) -> Option<Case<'a>> {
    let record = &entry.record;
    let package = &record.package_record;
    let file = decoded(record.url.path_segments()?.next_back()?);
    let of_url = CondaArchiveIdentifier::try_from_filename(&file).map(|archive| archive.identifier);
    let wrong = match of_url {
        None => Some("it does not end in `NAME-VERSION-BUILD.conda` or `.tar.bz2`".to_owned()),
        Some(of_url) => [
            (
                "name",
                of_url.name.to_ascii_lowercase(),
                name_of(entry).to_owned(),
            ),
            ("version", of_url.version, package.version.as_str().into_owned()),
            ("build", of_url.build_string, package.build.to_string()),
        ]
        .into_iter()
        .find(|(_, url, record)| url != record)
        .map(|(what, url, record)| format!("the {what} is `{url}` in the URL and `{record}` in the record")),
    };
    let wrong = wrong.or_else(|| {
        let said = record.identifier.to_file_name();
        (said != file).then(|| format!("the record has the file name `{said}`"))
    })?;
    let message = format!("the URL of {} is not its own: {wrong}", titled(entry));
    Some(view.about(LOCK_URL_MISMATCH, &[entry], &message, "of another archive"))
}

fn subdir<'a>(view: &View<'a>, entry: &LockEntry) -> Option<Case<'a>> {
    let record = &entry.record;
    let package = &record.package_record;
    let said = package.subdir.as_str();
    let platform = view.lock.platform.subdir;
    let of_url: Option<Subdir> = record
        .url
        .path_segments()
        .and_then(|mut parts| parts.nth_back(1)?.parse().ok());
    let wrong = if said != "noarch" && said != platform.as_str() {
        format!("is of `{said}`, not of `{platform}`")
    } else if let Some(of_url) = of_url.filter(|of_url| of_url.as_str() != said) {
        format!("says `{said}`, its URL says `{of_url}`")
    } else if !package.noarch.is_none() && said != "noarch" {
        format!("says that it is noarch, and comes from `{said}`")
    } else {
        return None;
    };
    let message = format!("{} {wrong}", titled(entry));
    Some(view.about(LOCK_SUBDIR, &[entry], &message, "of another subdir"))
}

/// Returns a part of a URL with its `%XX` as characters.
fn decoded(part: &str) -> Cow<'_, str> {
    if !part.contains('%') {
        return Cow::Borrowed(part);
    }
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.as_bytes();
    while let [first, more @ ..] = rest {
        let escaped = (*first == b'%')
            .then(|| more.get(..2))
            .flatten()
            .and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        bytes.push(escaped.unwrap_or(*first));
        rest = if escaped.is_some() { &more[2..] } else { more };
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

//! Which channels a lock uses and what was asked for directly, from what locks of any format say.

use std::collections::BTreeSet;

use crate::{
    ExportError,
    input::{Input, Package},
};

/// Returns the channels in the order of the lock, without `/` at the end; where it names none, those of its records in
/// the order of their URLs.
pub(crate) fn channels(input: &Input<'_>) -> Result<Vec<String>, ExportError> {
    let mut channels: Vec<String> = Vec::new();
    let named = input.own.lock.channels.iter().cloned();
    let of_records: BTreeSet<String> = input.own.packages.iter().map(base).collect();
    let all: Vec<String> = named.collect();
    for channel in if all.is_empty() {
        of_records.into_iter().collect()
    } else {
        all
    } {
        let channel = channel.trim_end_matches('/').to_owned();
        check(&channel)?;
        if !channels.contains(&channel) {
            channels.push(channel);
        }
    }
    Ok(channels)
}

/// Returns the URL of the channel of a record: that of its archive without the subdir and the name.
pub(crate) fn base(package: &Package<'_>) -> String {
    let url = package.url().as_str();
    let folder = url.rsplit_once('/').map_or(url, |(folder, _)| folder);
    folder
        .strip_suffix(package.subdir())
        .unwrap_or(folder)
        .trim_end_matches('/')
        .to_owned()
}

/// Refuses what is neither a name nor an address, and what holds a password or token.
fn check(channel: &str) -> Result<(), ExportError> {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "._-/:+~%".contains(letter);
    let why = if channel.contains('@') || channel.contains("/t/") || channel.contains('?') {
        "is a channel whose address holds a secret"
    } else if channel.is_empty() || channel.starts_with('-') || !channel.chars().all(plain) {
        "is no channel"
    } else {
        return Ok(());
    };
    Err(ExportError::Record {
        record: if why.ends_with("secret") {
            "***".to_owned()
        } else {
            channel.escape_debug().to_string()
        },
        why: why.to_owned(),
    })
}

/// Returns the records that were asked for by name, by name; all of them where the lock does not say.
pub(crate) fn direct<'a>(input: &Input<'a>) -> Vec<Package<'a>> {
    let packages = &input.own.packages;
    let Some(stamp) = &input.own.lock.stamp else {
        return by_name(packages.iter().copied());
    };
    let asked: BTreeSet<String> = stamp
        .requests
        .iter()
        .map(|request| requested(&request.spec))
        .collect();
    by_name(
        packages
            .iter()
            .copied()
            .filter(|package| asked.contains(package.name())),
    )
}

/// Sorts records by name.
pub(crate) fn by_name<'a>(packages: impl Iterator<Item = Package<'a>>) -> Vec<Package<'a>> {
    let mut packages: Vec<_> = packages.collect();
    packages.sort_by_key(Package::name);
    packages
}

/// Returns the normalized name that a constraint is about.
fn requested(spec: &str) -> String {
    let spec = spec.rsplit_once("::").map_or(spec, |(_, spec)| spec).trim_start();
    let end = spec
        .find([' ', '=', '<', '>', '!', '~', '['])
        .unwrap_or(spec.len());
    spec[..end].to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_constraint_is_found_in_every_spelling() {
        for spec in [
            "numpy",
            "numpy 2.4.*",
            "NumPy>=2",
            "conda-forge::numpy 2.4.3 py312_0",
            "numpy[version='>=2']",
        ] {
            assert_eq!(requested(spec), "numpy", "{spec}");
        }
        assert_eq!(requested("pyiron_base =0.15"), "pyiron_base");
    }

    #[test]
    fn a_channel_gives_no_secret_away() {
        for channel in [
            "https://me:word@example.org/c",
            "https://example.org/t/tk-123/c",
            "https://example.org/c?key=1",
        ] {
            let error = check(channel).unwrap_err().to_string();
            assert!(
                !error.contains("word") && !error.contains("tk-123") && !error.contains("key"),
                "{error}"
            );
        }
        assert!(check("-rf").is_err() && check("a\nb").is_err() && check("").is_err());
        assert!(check("conda-forge").is_ok() && check("https://conda.anaconda.org/conda-forge").is_ok());
    }
}

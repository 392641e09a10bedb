//! The packages of a prefix against the records of a lock. Pure: both are handed in.

use std::collections::{BTreeMap, BTreeSet};

use rattler_conda_types::RepoDataRecord;

use super::record::Installed;

/// How a package differs from the lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// The lock names it, the prefix has no record of it.
    Missing,
    /// The prefix has it, the lock does not name it.
    Extra,
    /// Another version or build.
    OtherBuild,
    /// The same version and build from another archive: its digest differs.
    OtherArchive,
    /// The same archive from another place.
    OtherChannel,
    /// Neither the lock nor the record has a digest that the other has too.
    Unproven,
    /// Two records have the name.
    Twice,
}

/// A package that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Different {
    /// Its name.
    pub package: String,
    /// How it differs.
    pub how: Difference,
    /// What the lock names.
    pub wanted: Option<String>,
    /// What is there.
    pub there: Option<String>,
}

/// Compares, by name.
pub(super) fn compare(wanted: &[&RepoDataRecord], installed: &[Installed]) -> Vec<Different> {
    let mut there: BTreeMap<String, Vec<&Installed>> = BTreeMap::new();
    for record in installed {
        there.entry(record.name.to_lowercase()).or_default().push(record);
    }
    let wanted: BTreeMap<&str, &RepoDataRecord> = wanted
        .iter()
        .map(|record| (record.package_record.name.as_normalized(), *record))
        .collect();
    let names: BTreeSet<&str> = wanted
        .keys()
        .copied()
        .chain(there.keys().map(String::as_str))
        .collect();
    let mut found = Vec::new();
    for name in names {
        let own = there.get(name).map_or(&[][..], Vec::as_slice);
        let record = wanted.get(name);
        let different = |how, there: Option<String>| Different {
            package: name.to_owned(),
            how,
            wanted: record.map(|record| build_of(record)),
            there,
        };
        match (record, own) {
            (Some(_), []) => found.push(different(Difference::Missing, None)),
            (None, [one, ..]) => found.push(different(Difference::Extra, Some(text(one)))),
            (Some(record), [one, ..]) => {
                if let Some((how, there)) = differs(record, one) {
                    found.push(Different {
                        wanted: Some(match how {
                            Difference::OtherArchive => digest_of(record),
                            Difference::OtherChannel => record.url.to_string(),
                            _ => build_of(record),
                        }),
                        ..different(how, Some(there))
                    });
                }
            }
            (None, []) => {}
        }
        if own.len() > 1 {
            let files: Vec<&str> = own.iter().map(|record| record.file.as_str()).collect();
            found.push(different(Difference::Twice, Some(files.join(", "))));
        }
    }
    found
}

fn differs(record: &RepoDataRecord, there: &Installed) -> Option<(Difference, String)> {
    let package = &record.package_record;
    if package.version.as_str() != there.version || package.build.as_str() != there.build {
        return Some((Difference::OtherBuild, text(there)));
    }
    let sha256 = package.sha256.map(|digest| hex(&digest));
    let md5 = package.md5.map(|digest| hex(&digest));
    let same = |wanted: &Option<String>, own: &Option<String>| {
        let (wanted, own) = (wanted.as_ref()?, own.as_ref()?);
        Some(wanted.eq_ignore_ascii_case(own))
    };
    let channel = |url: &Option<String>| match url {
        Some(url) if without_file(url) != without_file(record.url.as_str()) => Some(url.clone()),
        _ => None,
    };
    match same(&sha256, &there.sha256).or_else(|| same(&md5, &there.md5)) {
        Some(false) => {
            let own = there.sha256.as_ref().or(there.md5.as_ref());
            Some((Difference::OtherArchive, own.cloned().unwrap_or_default()))
        }
        Some(true) => channel(&there.url).map(|url| (Difference::OtherChannel, url)),
        None => Some((Difference::Unproven, text(there))),
    }
}

fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The folder of an archive; what stands after `#` is a digest.
fn without_file(url: &str) -> &str {
    let url = url.split('#').next().unwrap_or(url);
    url.rsplit_once('/').map_or(url, |(folder, _)| folder)
}

fn text(record: &Installed) -> String {
    format!("{} {}", record.version, record.build)
}

fn build_of(record: &RepoDataRecord) -> String {
    format!(
        "{} {}",
        record.package_record.version, record.package_record.build
    )
}

fn digest_of(record: &RepoDataRecord) -> String {
    let package = &record.package_record;
    let sha256 = package.sha256.map(|digest| hex(&digest));
    sha256
        .or_else(|| package.md5.map(|digest| hex(&digest)))
        .unwrap_or_default()
}

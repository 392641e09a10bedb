//! The records of `conda-meta`: what each package says it installed. Whatever stands there may be hostile: sizes and
//! numbers are bounded, only regular files are opened, and paths are taken apart by those who follow them.

use std::borrow::Cow;

use rayon::prelude::*;
use serde::Deserialize;

use super::{hash::Sha256, tree::Tree};

/// The folder of the records.
pub(super) const META: &str = "conda-meta";
/// The most that one record may hold.
const MAX_RECORD_BYTES: u64 = 64 << 20;
/// The most records.
const MAX_RECORDS: usize = 20_000;
/// The most that all records may hold: some hundred megabytes are those of a hundred thousand packages.
const MAX_BYTES: u64 = 512 << 20;

/// What a package installed.
#[derive(Debug, Clone)]
pub struct Installed {
    /// The name of the file in `conda-meta`.
    pub file: String,
    /// The name of the package.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its build string.
    pub build: String,
    /// The address of its archive.
    pub url: Option<String>,
    /// The digest of its archive, in hexadecimal digits.
    pub sha256: Option<String>,
    /// The older digest of its archive.
    pub md5: Option<String>,
    /// Where Python looks for modules, as the record of Python says it.
    pub(super) site_packages: Option<String>,
    pub(super) noarch_python: bool,
    /// When the record was written, in seconds and nanoseconds since 1970.
    pub(super) written: (i64, i64),
    pub(super) entries: Vec<Entry>,
}

/// How a path was installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Link,
    Folder,
    /// Compiled by the installer; whoever runs Python may compile it again.
    Bytecode,
    /// The record does not say.
    Any,
}

/// One path that a package installed.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) path: String,
    pub(super) kind: Kind,
    /// The digest in the package.
    pub(super) packaged: Option<Sha256>,
    /// The digest as installed, where that is another.
    pub(super) installed: Option<Sha256>,
    pub(super) size: Option<u64>,
    /// Whether the prefix was written into it as text, which changes the size; some installers note the size before.
    pub(super) size_is_of_package: bool,
}

/// A record that cannot be used, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unusable {
    /// The name of the file in `conda-meta`.
    pub file: String,
    /// Why.
    pub why: String,
}

#[derive(Deserialize)]
struct Wire<'t> {
    #[serde(borrow)]
    name: Cow<'t, str>,
    #[serde(borrow)]
    version: Cow<'t, str>,
    #[serde(default)]
    build: String,
    url: Option<String>,
    sha256: Option<String>,
    md5: Option<String>,
    noarch: Option<serde_json::Value>,
    python_site_packages_path: Option<String>,
    #[serde(default)]
    files: Vec<String>,
    paths_data: Option<WirePaths>,
}

#[derive(Deserialize)]
struct WirePaths {
    #[serde(default)]
    paths: Vec<WireEntry>,
}

#[derive(Deserialize)]
struct WireEntry {
    #[serde(rename = "_path")]
    path: String,
    path_type: Option<String>,
    sha256: Option<String>,
    sha256_in_prefix: Option<String>,
    size_in_bytes: Option<u64>,
    file_mode: Option<String>,
    prefix_placeholder: Option<String>,
}

/// Reads every record, in the order of their files.
pub(super) fn read_all(tree: &Tree) -> (Vec<Installed>, Vec<Unusable>) {
    let nodes = tree
        .nodes_in(META)
        .iter()
        .filter(|(name, _)| name.ends_with(".json"));
    let mut names: Vec<&str> = nodes.map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    let mut unusable = Vec::new();
    if names.len() > MAX_RECORDS {
        unusable.push(Unusable {
            file: META.to_owned(),
            why: format!("it holds more than {MAX_RECORDS} records, the rest was not read"),
        });
        names.truncate(MAX_RECORDS);
    }
    let mut left = MAX_BYTES;
    let sized: Vec<(&str, bool)> = names
        .into_iter()
        .map(|name| {
            let size = tree.size(&format!("{META}/{name}"));
            let fits = size <= left;
            left -= if fits { size } else { 0 };
            (name, fits)
        })
        .collect();
    let read: Vec<Result<Installed, Unusable>> = sized
        .par_iter()
        .map(|(name, fits)| {
            let outcome = match fits {
                true => read(tree, name),
                false => Err("the records together are larger than those of any environment".to_owned()),
            };
            outcome.map_err(|why| Unusable {
                file: (*name).to_owned(),
                why,
            })
        })
        .collect();
    let mut installed = Vec::new();
    for outcome in read {
        match outcome {
            Ok(record) => installed.push(record),
            Err(fault) => unusable.push(fault),
        }
    }
    (installed, unusable)
}

fn read(tree: &Tree, file: &str) -> Result<Installed, String> {
    let (bytes, written) = tree.read(&format!("{META}/{file}"), MAX_RECORD_BYTES)?;
    let wire: Wire<'_> =
        serde_json::from_slice(&bytes).map_err(|error| format!("it cannot be read: {error}"))?;
    let noarch_python = wire.noarch.as_ref().and_then(serde_json::Value::as_str) == Some("python");
    let entries = match wire.paths_data {
        Some(data) if !data.paths.is_empty() => {
            data.paths.into_iter().map(entry).collect::<Result<_, String>>()?
        }
        _ => wire.files.into_iter().map(bare).collect(),
    };
    Ok(Installed {
        file: file.to_owned(),
        name: wire.name.into_owned(),
        version: wire.version.into_owned(),
        build: wire.build,
        url: wire.url,
        sha256: wire.sha256,
        md5: wire.md5,
        site_packages: wire.python_site_packages_path,
        noarch_python,
        written,
        entries,
    })
}

fn entry(wire: WireEntry) -> Result<Entry, String> {
    let digest = |text: Option<String>| match text.filter(|text| !text.is_empty()) {
        None => Ok(None),
        Some(text) => Sha256::from_hex(&text)
            .map(Some)
            .ok_or_else(|| format!("`{}` has a sha256 that is none", wire.path.escape_debug())),
    };
    let kind = match wire.path_type.as_deref() {
        Some("softlink") => Kind::Link,
        Some("directory") => Kind::Folder,
        Some("pyc_file") => Kind::Bytecode,
        Some(_) => Kind::File,
        None => Kind::Any,
    };
    let installed = digest(wire.sha256_in_prefix)?;
    Ok(Entry {
        kind,
        packaged: digest(wire.sha256)?,
        size: wire.size_in_bytes,
        size_is_of_package: wire.prefix_placeholder.is_some() && wire.file_mode.as_deref() != Some("binary"),
        installed,
        path: wire.path,
    })
}

/// A path of a record that says nothing else of it.
fn bare(path: String) -> Entry {
    Entry {
        path,
        kind: Kind::Any,
        packaged: None,
        installed: None,
        size: None,
        size_is_of_package: false,
    }
}

//! Python distributions of a prefix: who installed them, from where, and which files they recorded. Runs no Python.

use std::collections::HashMap;

use rayon::prelude::*;
use serde::Deserialize;

use super::{
    files::Recorded,
    hash::{self, BUFFER, Sha256},
    record::Installed,
    tree::{Node, Tree, fault, joined, split},
};

const MAX_RECORD: u64 = 64 << 20;
const MAX_METADATA: u64 = 8 << 20;
const MAX_SMALL: u64 = 1 << 20;
/// The most distributions of one folder.
const MAX_DISTS: usize = 20_000;
/// The most that the metadata of all of them may hold; of further ones nothing but the name is known.
const MAX_BYTES: u64 = 512 << 20;

/// A distribution in a folder that Python imports from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dist {
    /// The name as its metadata say it.
    pub name: String,
    /// The version as its metadata say it.
    pub version: String,
    /// Its folder below the prefix.
    pub folder: String,
    /// The program that installed it, as it says itself.
    pub installer: Option<String>,
    /// Whether a conda package brought it.
    pub of_conda: bool,
    /// Where it came from, if not from an index.
    pub origin: Option<String>,
    /// Whether its code lies elsewhere, where it was checked out.
    pub editable: bool,
    /// What it requires, as written.
    pub requires: Vec<String>,
    /// The files that it recorded, below the prefix.
    pub(super) files: Vec<(String, Option<Sha256>, Option<u64>)>,
    /// Files that it recorded outside of the prefix.
    pub outside: Vec<String>,
}

/// Returns a name of Python's index as all its spellings are compared.
pub(super) fn normalised(name: &str) -> String {
    let mut shown = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '-' | '_' | '.' if shown.ends_with('-') => {}
            '-' | '_' | '.' => shown.push('-'),
            c => shown.extend(c.to_lowercase()),
        }
    }
    shown
}

/// Returns the folders that Python of this prefix imports from.
pub(super) fn site_packages(tree: &Tree, installed: &[Installed]) -> Vec<String> {
    let mut folders: Vec<String> = Vec::new();
    if let Some(python) = installed.iter().find(|record| record.name == "python") {
        let minor = minor(&python.version);
        folders.push(
            python
                .site_packages
                .clone()
                .unwrap_or_else(|| format!("lib/python{minor}/site-packages")),
        );
        folders.push("Lib/site-packages".to_owned());
    } else {
        let versions = tree
            .nodes_in("lib")
            .iter()
            .filter(|(name, _)| name.starts_with("python3"));
        folders.extend(versions.map(|(name, _)| format!("lib/{name}/site-packages")));
    }
    folders.retain(|folder| fault(folder).is_none() && tree.is_folder(folder));
    folders
}

/// Returns `3.12` of `3.12.4`.
pub(super) fn minor(version: &str) -> String {
    version.split('.').take(2).collect::<Vec<_>>().join(".")
}

/// Reads the distributions of a folder, sorted by their folders.
pub(super) fn dists(tree: &Tree, recorded: &Recorded<'_>, site: &str) -> Vec<Dist> {
    let folders = tree.nodes_in(site).iter().filter(|(name, node)| {
        *node == Node::Folder && (name.ends_with(".dist-info") || name.ends_with(".egg-info"))
    });
    let mut folders: Vec<String> = folders.map(|(name, _)| joined(site, name)).collect();
    folders.sort();
    folders.truncate(MAX_DISTS);
    let mut left = MAX_BYTES;
    let sized: Vec<(String, bool)> = folders
        .into_iter()
        .map(|folder| {
            let files = ["METADATA", "PKG-INFO", "RECORD"].iter();
            let size = files
                .map(|file| tree.size(&joined(&folder, file)))
                .fold(0, u64::saturating_add);
            let fits = size <= left;
            left -= if fits { size } else { 0 };
            (folder, fits)
        })
        .collect();
    sized
        .par_iter()
        .map(|(folder, fits)| dist(tree, recorded, site, folder, *fits))
        .collect()
}

fn dist(tree: &Tree, recorded: &Recorded<'_>, site: &str, folder: &str, fits: bool) -> Dist {
    let (_, last) = split(folder);
    let stem = last.trim_end_matches(".dist-info").trim_end_matches(".egg-info");
    let (name, version) = stem.split_once('-').unwrap_or((stem, ""));
    let of_conda = ["METADATA", "PKG-INFO", "RECORD"]
        .iter()
        .any(|file| recorded.has(&joined(folder, file)));
    let mut dist = Dist {
        name: name.to_owned(),
        version: version.to_owned(),
        folder: folder.to_owned(),
        installer: None,
        of_conda,
        origin: None,
        editable: false,
        requires: Vec::new(),
        files: Vec::new(),
        outside: Vec::new(),
    };
    if !fits {
        return dist;
    }
    let metadata = ["METADATA", "PKG-INFO"]
        .iter()
        .find(|file| tree.is_file(&joined(folder, file)));
    let metadata = metadata.and_then(|file| tree.read(&joined(folder, file), MAX_METADATA).ok());
    for line in metadata
        .iter()
        .flat_map(|(bytes, _)| bytes.split(|byte| *byte == b'\n'))
    {
        if line.is_empty() || line == b"\r" {
            break;
        }
        let line = String::from_utf8_lossy(line);
        match line.split_once(':') {
            Some(("Name", name)) => dist.name = name.trim().to_owned(),
            Some(("Version", version)) => dist.version = version.trim().to_owned(),
            Some(("Requires-Dist", text)) => dist.requires.push(text.trim().to_owned()),
            _ => {}
        }
    }
    if of_conda {
        return dist;
    }
    let installer = tree.read_text(&joined(folder, "INSTALLER"), MAX_SMALL).ok();
    dist.installer = installer
        .map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty());
    read_origin(tree, &mut dist);
    if let Ok(record) = tree.read_text(&joined(folder, "RECORD"), MAX_RECORD) {
        read_record(&record, site, &mut dist);
    }
    dist
}

#[derive(Deserialize)]
struct Origin {
    url: String,
    dir_info: Option<DirInfo>,
    vcs_info: Option<VcsInfo>,
}

#[derive(Deserialize)]
struct DirInfo {
    #[serde(default)]
    editable: bool,
}

#[derive(Deserialize)]
struct VcsInfo {
    vcs: String,
    commit_id: String,
}

fn read_origin(tree: &Tree, dist: &mut Dist) {
    let Ok(text) = tree.read_text(&joined(&dist.folder, "direct_url.json"), MAX_SMALL) else {
        return;
    };
    let Ok(origin) = serde_json::from_str::<Origin>(&text) else {
        dist.origin = Some("an address that cannot be read".to_owned());
        return;
    };
    dist.editable = origin.dir_info.is_some_and(|info| info.editable);
    let url = without_secret(&origin.url);
    dist.origin = Some(match origin.vcs_info {
        Some(vcs) => format!("{} {url} at {}", vcs.vcs, vcs.commit_id),
        None => url,
    });
}

/// Returns an address without the user and password that may stand in it.
fn without_secret(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let end = rest.find('/').unwrap_or(rest.len());
    match rest[..end].rsplit_once('@') {
        Some((_, host)) => format!("{scheme}://{host}{}", &rest[end..]),
        None => url.to_owned(),
    }
}

/// Takes the lines `path,sha256=digest,size`; a path with a comma stands in quotes.
fn read_record(text: &str, site: &str, dist: &mut Dist) {
    for line in text.lines() {
        let (path, rest) = match line.strip_prefix('"') {
            Some(quoted) => quoted.split_once("\",").unwrap_or((quoted, "")),
            None => line.split_once(',').unwrap_or((line, "")),
        };
        if path.is_empty() {
            continue;
        }
        let Some(path) = below(site, path) else {
            dist.outside.push(path.to_owned());
            continue;
        };
        let (digest, size) = rest.split_once(',').unwrap_or((rest, ""));
        let digest = digest.strip_prefix("sha256=").and_then(Sha256::from_base64);
        dist.files.push((path, digest, size.trim().parse().ok()));
    }
}

/// Returns the path below the prefix that a path means that is relative to a folder in it.
fn below(site: &str, path: &str) -> Option<String> {
    if path.starts_with('/') || path.contains('\0') {
        return None;
    }
    let mut parts: Vec<&str> = site.split('/').collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    let path = parts.join("/");
    fault(&path).is_none().then_some(path)
}

/// Returns the files of distributions that are missing or altered, by distribution.
pub(super) fn altered(tree: &Tree, dists: &[Dist]) -> Vec<(String, String, bool)> {
    let mut found: Vec<(String, String, bool)> = dists
        .par_iter()
        .map_init(
            || vec![0; BUFFER],
            |buffer, dist| {
                let mut found = Vec::new();
                for (path, digest, size) in &dist.files {
                    // Python compiles as it likes; what is there of it is told with what no record names.
                    if path.ends_with(".pyc") {
                        continue;
                    }
                    if !tree.is_file(path) {
                        found.push((dist.name.clone(), path.clone(), false));
                        continue;
                    }
                    let Some(digest) = digest else { continue };
                    let full = tree.full(path);
                    let seen = full.symlink_metadata();
                    let same = seen.is_ok_and(|seen| {
                        size.is_none_or(|size| size == seen.len())
                            && hash::at(&full, &seen, buffer).is_ok_and(|own| own == *digest)
                    });
                    if !same {
                        found.push((dist.name.clone(), path.clone(), true));
                    }
                }
                found
            },
        )
        .flatten()
        .collect();
    found.sort();
    found
}

/// Returns the versions of distributions by their normalised names; the last of several wins, as it does for Python.
pub(super) fn versions(dists: &[Dist]) -> HashMap<String, &Dist> {
    dists.iter().map(|dist| (normalised(&dist.name), dist)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_as_the_index_does() {
        assert_eq!(normalised("Ruamel._-YAML"), "ruamel-yaml");
    }

    #[test]
    fn what_pip_recorded_stays_below_the_prefix() {
        let site = "lib/python3.12/site-packages";
        assert_eq!(
            below(site, "a/b.py").unwrap(),
            "lib/python3.12/site-packages/a/b.py"
        );
        assert_eq!(below(site, "../../../bin/x").unwrap(), "bin/x");
        assert_eq!(below(site, "../../../../etc/passwd"), None);
        assert_eq!(below(site, "/etc/passwd"), None);
    }

    #[test]
    fn no_password_of_an_address_is_shown() {
        assert_eq!(without_secret("https://me:secret@host/x@y"), "https://host/x@y");
        assert_eq!(without_secret("file:///home/a@b"), "file:///home/a@b");
    }
}

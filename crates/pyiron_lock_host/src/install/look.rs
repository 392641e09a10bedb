//! Whether an archive may be unpacked and its files linked: nothing in it may lead out of the folder it is put into, and
//! it has to fit on the disk. Looked at before a byte of it is written.

use std::{
    collections::BTreeMap,
    fs::File,
    io::Read,
    path::{Component, Path, PathBuf},
};

use rattler_conda_types::package::{IndexJson, LinkJson, NoArchLinks, PackageFile, PathsJson};
use rattler_package_streaming::{
    read::stream_tar_bz2,
    seek::{stream_conda_content, stream_conda_info},
};

use super::error::InstallError;

/// The most files that a package may have; the largest that are known have a tenth.
const MAX_ENTRIES: u64 = 1_000_000;

/// Looks through an archive of which `free` bytes can be unpacked.
pub(super) fn archive(path: &Path, package: &str, free: u64) -> Result<(), InstallError> {
    let mut looked = Looked {
        package,
        free,
        bytes: 0,
        entries: 0,
    };
    let open = || File::open(path).map_err(|error| InstallError::package(package, "read", &error));
    let unread =
        |error: &(dyn std::error::Error + 'static)| InstallError::package(package, "unpacked", error);
    if path.to_string_lossy().ends_with(".conda") {
        looked.through(stream_conda_info(open()?).map_err(|error| unread(&error))?)?;
        looked.through(stream_conda_content(open()?).map_err(|error| unread(&error))?)
    } else {
        looked.through(stream_tar_bz2(open()?))
    }
}

struct Looked<'l> {
    package: &'l str,
    free: u64,
    bytes: u64,
    entries: u64,
}

impl Looked<'_> {
    fn through<R: Read>(&mut self, mut archive: tar::Archive<R>) -> Result<(), InstallError> {
        let package = self.package;
        let unread = |error: &std::io::Error| InstallError::package(package, "unpacked", error);
        for entry in archive.entries().map_err(|error| unread(&error))? {
            let entry = entry.map_err(|error| unread(&error))?;
            let path = entry.path().map_err(|error| unread(&error))?.into_owned();
            let shown = path.to_string_lossy().escape_debug().to_string();
            let kind = entry.header().entry_type();
            // The folder it is unpacked to, which some archives name.
            let itself = kind.is_dir() && path.components().all(|part| part == Component::CurDir);
            if !itself && !stays_inside(&path) {
                return Err(self.refuse(format!("its archive holds `{shown}`, which leads out of it")));
            }
            if kind.is_hard_link() {
                let target = entry.link_name().map_err(|error| unread(&error))?;
                if !target.is_some_and(|target| stays_inside(&target)) {
                    return Err(self.refuse(format!(
                        "its archive holds `{shown}`, a link that leads out of it"
                    )));
                }
            } else if !(kind.is_file()
                || kind.is_dir()
                || kind.is_symlink()
                || kind.is_contiguous()
                || kind.is_gnu_sparse())
            {
                return Err(self.refuse(format!(
                    "its archive holds `{shown}`, which is no file, folder or link"
                )));
            }
            self.entries += 1;
            // What is said here is what is unpacked: no more is read of an entry than its head states.
            self.bytes = self.bytes.saturating_add(entry.size());
            if self.bytes > self.free {
                return Err(InstallError::NoRoom {
                    package: self.package.to_owned(),
                    bytes: self.bytes,
                    free: self.free,
                });
            }
            if self.entries > MAX_ENTRIES {
                return Err(self.refuse(format!("its archive holds more than {MAX_ENTRIES} files")));
            }
        }
        Ok(())
    }

    fn refuse(&self, why: String) -> InstallError {
        InstallError::Refused {
            package: self.package.to_owned(),
            why,
        }
    }
}

/// Looks at what an unpacked package wants to be linked: no path and no command leads out of the prefix.
pub(super) fn unpacked(folder: &Path, package: &str) -> Result<(), InstallError> {
    let refuse = |why: String| {
        Err(InstallError::Refused {
            package: package.to_owned(),
            why,
        })
    };
    let unread = |error: std::io::Error| InstallError::package(package, "read", &error);
    let paths = PathsJson::from_package_directory_with_deprecated_fallback(folder).map_err(unread)?;
    for entry in &paths.paths {
        if !stays_inside(&entry.relative_path) {
            let path = entry.relative_path.to_string_lossy();
            return refuse(format!(
                "it lists `{}`, which leads out of the prefix",
                path.escape_debug()
            ));
        }
    }
    let index = IndexJson::from_package_directory(folder).map_err(unread)?;
    if index.noarch.is_python()
        && folder.join(LinkJson::package_path()).exists()
        && let NoArchLinks::Python(links) = LinkJson::from_package_directory(folder).map_err(unread)?.noarch
    {
        for entry in &links.entry_points {
            let command = &entry.command;
            let plain = |letter: char| letter.is_ascii_alphanumeric() || "._+-".contains(letter);
            if command.is_empty() || command.starts_with('.') || !command.chars().all(plain) {
                return refuse(format!("it has a command named `{}`", command.escape_debug()));
            }
        }
    }
    Ok(())
}

/// A path of a package in the prefix, and where it leads if it is a link.
pub(super) type Linked = (PathBuf, Option<PathBuf>);

/// Refuses packages of which one puts a file below a link that leads out of the prefix, its own or that of another.
pub(super) fn together(packages: &[(String, Vec<Linked>)]) -> Result<(), InstallError> {
    let all = packages.iter().flat_map(|(_, paths)| paths);
    let links: BTreeMap<&Path, &Path> = all
        .filter_map(|(path, target)| Some((path.as_path(), target.as_deref()?)))
        .collect();
    for (package, paths) in packages {
        for (path, _) in paths {
            let folders = path.ancestors().skip(1);
            let Some(link) = folders.filter(|folder| links.contains_key(folder)).last() else {
                continue;
            };
            let folder = path.parent().unwrap_or(Path::new(""));
            if resolved(folder, &links).is_none() {
                return Err(InstallError::Refused {
                    package: package.clone(),
                    why: format!(
                        "it puts files below `{}`, a link that leads out of the prefix",
                        link.display()
                    ),
                });
            }
        }
    }
    Ok(())
}

/// Follows every link on a way; nothing if it leads out of the prefix or goes round in circles.
fn resolved(path: &Path, links: &BTreeMap<&Path, &Path>) -> Option<PathBuf> {
    let mut way: Vec<Component<'_>> = path.components().rev().collect();
    let mut reached = PathBuf::new();
    let mut hops = 0;
    while let Some(part) = way.pop() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                if !reached.pop() {
                    return None;
                }
            }
            Component::RootDir | Component::Prefix(_) => return None,
            Component::Normal(name) => {
                reached.push(name);
                if let Some(target) = links.get(reached.as_path()) {
                    hops += 1;
                    if hops > 40 {
                        return None;
                    }
                    reached.pop();
                    way.extend(target.components().rev());
                }
            }
        }
    }
    Some(reached)
}

/// Returns whether a relative path names something below the folder it starts in.
pub(super) fn stays_inside(path: &Path) -> bool {
    let mut named = false;
    for part in path.components() {
        match part {
            Component::Normal(_) => named = true,
            Component::CurDir => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return false,
        }
    }
    named
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leads_out_is_told_from_what_does_not() {
        for good in ["bin/python", "./lib/a", "lib/..a/b"] {
            assert!(stays_inside(Path::new(good)), "{good}");
        }
        for bad in ["/etc/passwd", "../a", "lib/../../a", "lib/..", "", "."] {
            assert!(!stays_inside(Path::new(bad)), "{bad}");
        }
    }

    #[test]
    fn no_file_goes_out_through_links() {
        let link = |place: &str, target: &str| (PathBuf::from(place), Some(PathBuf::from(target)));
        let file = |place: &str| (PathBuf::from(place), None);
        let judge = |one: Vec<Linked>, two: Vec<Linked>| {
            together(&[("one 1".to_owned(), one), ("two 2".to_owned(), two)])
        };
        judge(
            vec![link("lib64", "lib"), link("etc", "/etc")],
            vec![file("lib64/a.so")],
        )
        .unwrap();
        assert!(judge(vec![link("etc", "/etc")], vec![file("etc/passwd")]).is_err());
        assert!(judge(vec![link("a/b", "../../c")], vec![file("a/b/d/e")]).is_err());
        // Each looks harmless alone.
        let both = vec![link("b", "."), link("a", "b/c/../..")];
        assert!(judge(both, vec![file("a/x")]).is_err());
        assert!(judge(vec![link("a", "b"), link("b", "a")], vec![file("a/x")]).is_err());
    }

    /// Packs entries as they are told, however odd: name, kind, where a link leads, and how many zeros it holds.
    fn packed(entries: &[(&str, tar::EntryType, &str, u64)]) -> tempfile::NamedTempFile {
        let mut builder = tar::Builder::new(Vec::new());
        for (name, kind, target, size) in entries {
            let mut header = tar::Header::new_gnu();
            header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
            header.as_old_mut().linkname[..target.len()].copy_from_slice(target.as_bytes());
            header.set_entry_type(*kind);
            header.set_mode(0o644);
            header.set_size(*size);
            header.set_cksum();
            builder.append(&header, std::io::repeat(0).take(*size)).unwrap();
        }
        let content = zstd::encode_all(builder.into_inner().unwrap().as_slice(), 3).unwrap();
        let nothing = tar::Builder::new(Vec::new()).into_inner().unwrap();
        let info = zstd::encode_all(nothing.as_slice(), 3).unwrap();
        let file = tempfile::Builder::new().suffix(".conda").tempfile().unwrap();
        let mut zip = zip::ZipWriter::new(file.reopen().unwrap());
        let stored =
            zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        for (name, bytes) in [("pkg-evil-1-0.tar.zst", content), ("info-evil-1-0.tar.zst", info)] {
            zip.start_file(name, stored).unwrap();
            std::io::Write::write_all(&mut zip, &bytes).unwrap();
        }
        zip.finish().unwrap();
        file
    }

    #[test]
    fn an_archive_that_leads_out_or_does_not_fit_is_refused() {
        use tar::EntryType;
        let judge = |name: &str, kind, target: &str, size| {
            let file = packed(&[
                ("bin/fine", EntryType::Regular, "", 3),
                (name, kind, target, size),
            ]);
            archive(file.path(), "evil 1", 1 << 20)
        };
        judge("lib/a", EntryType::Regular, "", 100).unwrap();
        judge("lib/a", EntryType::Symlink, "../bin/fine", 0).unwrap();
        judge("lib/a", EntryType::Link, "bin/fine", 0).unwrap();
        judge("./", EntryType::Directory, "", 0).unwrap();
        for (name, kind, target) in [
            ("../evil", EntryType::Regular, ""),
            ("/etc/evil", EntryType::Regular, ""),
            ("lib/../../evil", EntryType::Regular, ""),
            ("lib/..", EntryType::Directory, ""),
            ("lib/a", EntryType::Link, "../../etc/passwd"),
            ("lib/a", EntryType::Link, "/etc/passwd"),
            ("lib/a", EntryType::Char, ""),
            ("lib/a", EntryType::Fifo, ""),
        ] {
            let refused = judge(name, kind, target, 0);
            assert!(
                matches!(refused, Err(InstallError::Refused { .. })),
                "{name} {target}: {refused:?}"
            );
        }
        let large = judge("lib/a", EntryType::Regular, "", 8 << 20);
        assert!(
            matches!(large, Err(InstallError::NoRoom { free: 1_048_576, .. })),
            "{large:?}"
        );
    }

    #[test]
    fn a_list_of_files_that_leads_out_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let info = folder.path().join("info");
        std::fs::create_dir(&info).unwrap();
        let index = r#"{"name": "evil", "version": "1", "build": "0", "build_number": 0, "subdir": "noarch", "depends": []}"#;
        std::fs::write(info.join("index.json"), index).unwrap();
        for (path, good) in [
            ("bin/a", true),
            ("../evil", false),
            ("/etc/evil", false),
            ("bin/../../evil", false),
        ] {
            let paths = format!(
                r#"{{"paths": [{{"_path": "{path}", "path_type": "hardlink"}}], "paths_version": 1}}"#
            );
            std::fs::write(info.join("paths.json"), paths).unwrap();
            assert_eq!(unpacked(folder.path(), "evil 1").is_ok(), good, "{path}");
        }
    }
}

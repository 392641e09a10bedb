//! Bits that flip in archives and in packages that were unpacked before: whatever is installed afterwards is what the
//! lock says.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{Site, contents};
use crate::support::run;

/// How many bits are flipped of archives, and how many of unpacked packages.
const FLIPS: usize = 150;

/// The regular files below a folder that have bytes, sorted.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut pending = vec![folder.to_owned()];
    while let Some(next) = pending.pop() {
        for entry in fs::read_dir(&next).unwrap().map(Result::unwrap) {
            let metadata = entry.metadata().unwrap();
            if metadata.is_dir() {
                pending.push(entry.path());
            } else if metadata.is_file() && metadata.len() > 0 {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    found
}

/// Flips one bit of one of the files, another one for each number; returns the file and the bytes it had.
fn flip(files: &[PathBuf], number: usize) -> (PathBuf, Vec<u8>) {
    let path = &files[number % files.len()];
    let bytes = fs::read(path).unwrap();
    let mut flipped = bytes.clone();
    // Steps of a large prime reach every part of a file.
    flipped[number * 7919 % bytes.len()] ^= 1 << (number % 8);
    fs::write(path, flipped).unwrap();
    (path.clone(), bytes)
}

#[test]
fn flipped_bits_of_archives_are_not_installed() {
    let site = Site::new();
    let archives: Vec<PathBuf> = files(&site.project.path("channel"))
        .into_iter()
        .filter(|path| path.extension().is_some_and(|end| end == "conda"))
        // The lock names this version of the tool only.
        .filter(|path| {
            !path.to_string_lossy().contains("tool-") || path.to_string_lossy().contains("tool-1.0")
        })
        .collect();
    for number in 0..FLIPS {
        let (path, bytes) = flip(&archives, number);
        let ran = site.install(&["--quiet"]).exits(6);
        assert!(ran.stderr.contains("sha256"), "{}: {ran:?}", path.display());
        assert!(!site.base().join("current").exists());
        fs::write(path, bytes).unwrap();
        fs::remove_dir_all(site.base()).unwrap();
    }
    site.install(&[]).exits(0);
}

#[test]
fn flipped_bits_of_unpacked_packages_are_not_linked() {
    let site = Site::new();
    site.install(&[]).exits(0);
    let release = site.current();
    let whole = contents(&site.base().join(&release));
    let store = site.base().join(".pyiron-lock/packages");
    let unpacked = files(&store);
    for number in 0..FLIPS {
        fs::remove_dir_all(site.base().join(&release)).unwrap();
        fs::remove_file(site.base().join("current")).unwrap();
        let (path, _) = flip(&unpacked, number);
        run(&mut site.command(&["install", "one", "--quiet"])).exits(0);
        let now = contents(&site.base().join(&release));
        let other: Vec<_> = whole
            .iter()
            .filter(|(name, what)| now.get(*name) != Some(what))
            .collect();
        assert_eq!(
            (other, now.len()),
            (Vec::new(), whole.len()),
            "{}",
            path.display()
        );
    }
}

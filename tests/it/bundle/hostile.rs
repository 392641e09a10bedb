//! Bundles that were damaged or forged on the way.

use std::{
    fs,
    io::{Seek, SeekFrom, Write},
    process::Command,
};

use pyiron_lock_host::bundle::Bundle;

use super::{bundled, project};
use crate::support::{Project, run};

fn refused(project: &Project, told: &str) {
    let ran = project.run(&["bundle", "--verify", "bad.tar"]).exits(2);
    assert!(ran.stderr.contains(told), "{told}: {ran:?}");
    assert!(ran.stdout.is_empty(), "{ran:?}");
}

#[test]
fn a_thousand_flipped_bits_all_over_are_caught() {
    let project = project();
    let bytes = fs::read(bundled(&project)).unwrap();
    let path = project.path("flipped.tar");
    fs::write(&path, &bytes).unwrap();
    let mut file = fs::File::options().write(true).open(&path).unwrap();
    let mut put = |at: usize, byte: u8| {
        file.seek(SeekFrom::Start(at as u64)).unwrap();
        file.write_all(&[byte]).unwrap();
    };
    let step = bytes.len() / 1200;
    let mut flips = 0;
    // The last ones fall into the two blocks of zeros that end the archive.
    for at in (0..bytes.len()).step_by(step).chain(bytes.len() - 5..bytes.len()) {
        put(at, bytes[at] ^ (1 << (flips % 8)));
        let whole = Bundle::open(&path).and_then(|mut bundle| bundle.verify(&|_| true));
        assert!(whole.is_err(), "byte {at} is not checked");
        if flips % 60 == 0 {
            project.run(&["bundle", "--verify", "flipped.tar"]).exits(2);
        }
        put(at, bytes[at]);
        flips += 1;
    }
    assert!(flips >= 1000, "{flips}");
    project.run(&["bundle", "--verify", "flipped.tar"]).exits(0);
}

#[test]
fn what_was_cut_off_or_goes_on_is_refused() {
    let project = project();
    let bytes = fs::read(bundled(&project)).unwrap();
    for length in [
        0,
        100,
        512,
        4000,
        bytes.len() / 2,
        bytes.len() - 512,
        bytes.len() - 1,
    ] {
        fs::write(project.path("bad.tar"), &bytes[..length]).unwrap();
        refused(&project, "bad.tar is refused: it ");
    }
    fs::write(project.path("bad.tar"), [&bytes[..], &[0; 512]].concat()).unwrap();
    refused(&project, "something is behind its end");
    fs::write(project.path("bad.tar"), [&bytes[..], &bytes[..]].concat()).unwrap();
    refused(&project, "something is behind its end");
}

#[test]
fn what_tar_made_of_the_same_files_is_refused() {
    let project = project();
    bundled(&project);
    let mut tar = Command::new("sh");
    tar.arg("-c")
        .arg("mkdir x && tar -xf minimal.tar -C x && tar -cf bad.tar -C x bundle.json lockfile SHA256SUMS packages")
        .current_dir(project.path(""));
    run(&mut tar).exits(0);
    refused(&project, "bad.tar is refused");
    // A link in the place of the lock, and a path that leads out of the folder.
    let mut tar = Command::new("sh");
    tar.arg("-c")
        .arg(
            "cd x && ln -sf /etc/passwd lockfile && tar -cf ../bad.tar --format=ustar --owner=0 --group=0 bundle.json \
             lockfile SHA256SUMS",
        )
        .current_dir(project.path(""));
    run(&mut tar).exits(0);
    refused(&project, "bad.tar is refused");
    let mut tar = Command::new("sh");
    tar.arg("-c")
        .arg("cd x/packages && tar -P -cf ../../bad.tar --format=ustar ../bundle.json")
        .current_dir(project.path(""));
    run(&mut tar).exits(0);
    refused(&project, "it is not a bundle of pyiron-lock");
}

#[test]
fn a_lock_that_was_exchanged_with_all_its_sums_is_refused() {
    let project = project();
    let bytes = fs::read(bundled(&project)).unwrap();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    // The sums are made to hold again; the lock's own digest still tells.
    let lock = project.read("lockfiles/minimal/linux-64.lock");
    let changed = lock
        .replace("numpy >=2", "numpy >=3")
        .replacen("linux-64", "linux-65", 1);
    assert_ne!(lock, changed);
    assert_eq!(lock.len(), changed.len());
    let digest = |text: &str| pyiron_lock_core::Digest::of(text.as_bytes()).to_string();
    let size = usize::from_str_radix(&text[124..135], 8).unwrap();
    let manifest = &text[512..512 + size];
    let new_manifest = manifest.replace(&digest(&lock), &digest(&changed));
    let mut forged = bytes.clone();
    replace(&mut forged, manifest, &new_manifest);
    replace(&mut forged, &lock, &changed);
    replace(&mut forged, &digest(&lock), &digest(&changed));
    replace(&mut forged, &digest(manifest), &digest(&new_manifest));
    fs::write(project.path("bad.tar"), &forged).unwrap();
    let mut whole = Bundle::open(&project.path("bad.tar")).unwrap();
    whole.verify(&|_| true).unwrap();
    refused(&project, "the lock in bad.tar");
}

#[test]
fn a_lock_under_the_name_of_another_tier_is_refused() {
    let project = project();
    let bytes = fs::read(bundled(&project)).unwrap();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let size = usize::from_str_radix(&text[124..135], 8).unwrap();
    let manifest = &text[512..512 + size];
    let forged = manifest.replace("\"minimal\"", "\"maximal\"");
    let sum = |text: &str| pyiron_lock_core::Digest::of(text.as_bytes()).to_string();
    let mut bad = bytes.clone();
    replace(&mut bad, manifest, &forged);
    replace(&mut bad, &sum(manifest), &sum(&forged));
    fs::write(project.path("bad.tar"), &bad).unwrap();
    Bundle::open(&project.path("bad.tar"))
        .and_then(|mut bundle| bundle.verify(&|_| true))
        .unwrap();
    refused(&project, "its tier is maximal, and that of the lock is minimal");
}

/// Replaces the first occurrence of a text by one of the same length.
fn replace(bytes: &mut [u8], from: &str, to: &str) {
    assert_eq!(from.len(), to.len());
    let at = bytes
        .windows(from.len())
        .position(|part| part == from.as_bytes())
        .unwrap();
    bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
}

#[test]
fn a_whole_bundle_of_another_lock_is_refused() {
    let project = project();
    bundled(&project);
    let ran = project
        .run(&["bundle", "--verify", "minimal.tar", "small"])
        .exits(2);
    assert!(
        ran.stderr
            .contains("it is not made from this lock: its tier is minimal"),
        "{ran:?}"
    );
    // The same tier, locked anew.
    project.write(
        "specs/minimal/environment.yml",
        "channels: [forge, nodefaults]\ndependencies:\n  - numpy\n",
    );
    project.run(&["resolve"]).exits(0);
    let ran = project
        .run(&["bundle", "--verify", "minimal.tar", "minimal"])
        .exits(2);
    assert!(ran.stderr.contains("its release is "), "{ran:?}");
    assert!(ran.stderr.contains("make a bundle of this lock"), "{ran:?}");
}

#[cfg(unix)]
#[test]
fn pipes_and_folders_are_not_waited_for() {
    let project = project();
    run(Command::new("mkfifo").arg(project.path("bad.tar"))).exits(0);
    refused(&project, "it is not a regular file");
    fs::remove_file(project.path("bad.tar")).unwrap();
    fs::create_dir(project.path("bad.tar")).unwrap();
    refused(&project, "it is not a regular file");
    let ran = project.run(&["bundle", "--verify", "nothing.tar"]).exits(2);
    assert!(ran.stderr.contains("nothing.tar does not exist"), "{ran:?}");
}

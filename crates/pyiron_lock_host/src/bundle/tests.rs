//! Bundles of made-up archives: the same bytes again, every byte checked, and everything foreign refused.

use std::{
    collections::BTreeMap,
    fs,
    io::{Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use pyiron_lock_core::{Digest, Platform};
use pyiron_lock_testkit::{Channel, Contents, Package};
use rattler_conda_types::{PackageName, RepoDataRecord, Subdir};
use rattler_digest::Sha256Hash;
use tempfile::TempDir;

use super::{
    header::{BLOCK, END, header},
    *,
};
use crate::Wanted;

const LOCK: &[u8] = b"version: 7\n# the lock\n";

struct Made {
    folder: TempDir,
    wanted: Wanted,
}

impl Made {
    fn new() -> Self {
        let package =
            |text, bytes: &[u8]| Package::new(text).contents(Contents::new().file("share/x", bytes));
        let channel = Channel::new("forge")
            .package(package("libblas 3.9.0 0", b"blas"))
            .package(package("numpy 2.3.4 0", b"numpy").depends(["libblas"]))
            .package(package("six 1.17.0 py_0", b"six").noarch_python());
        let folder = tempfile::tempdir().unwrap();
        channel.write_archives(&folder.path().join("channel")).unwrap();
        let wanted = Wanted {
            estimated_files: 0,
            estimated_bytes: 0,
            tier: "minimal".to_owned(),
            platform: Platform::new("linux-64".parse().unwrap(), Subdir::Linux64, []),
            release: "2026-06-01-e3b0c44298fc".to_owned(),
            digest: Digest::of(b"").to_string(),
            epoch: 1_780_272_000,
            records: channel.records(),
        };
        Self { folder, wanted }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn place(&self, record: &RepoDataRecord) -> PathBuf {
        let name = record.url.path().rsplit('/').next().unwrap();
        self.path("channel")
            .join(&record.package_record.subdir)
            .join(name)
    }

    fn bytes_of(&self, wanted: &Wanted) -> Result<Vec<u8>, BundleError> {
        let mut bytes = Vec::new();
        let place = |record: &RepoDataRecord| self.place(record);
        let written = write_bundle(&mut bytes, Path::new("x.tar"), wanted, LOCK, &place, &|_| true)?;
        assert_eq!(written.bytes, bytes.len() as u64);
        assert_eq!(written.sha256, Digest::of(&bytes).to_string());
        Ok(bytes)
    }

    fn bytes(&self) -> Vec<u8> {
        self.bytes_of(&self.wanted).unwrap()
    }

    /// Writes bytes to a file and checks them as a bundle.
    fn check(&self, bytes: &[u8]) -> Result<(), BundleError> {
        let path = self.path("checked.tar");
        fs::write(&path, bytes).unwrap();
        let mut bundle = Bundle::open(&path)?;
        bundle.verify(&|_| true)
    }

    fn fault(&self, bytes: &[u8]) -> Fault {
        match self.check(bytes) {
            Err(BundleError::Refused { fault, .. }) => fault,
            other => panic!("{other:?}"),
        }
    }
}

/// Packs members as they are given, with the manifest and the sums that belong to them.
fn packed(manifest: &Manifest, contents: &BTreeMap<&str, Vec<u8>>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for member in manifest.members() {
        let content = match member.path.as_str() {
            "bundle.json" => manifest.text(),
            "SHA256SUMS" => manifest.sums().into_bytes(),
            path => contents[path].clone(),
        };
        bytes.extend(header(&member.path, member.size, manifest.epoch).unwrap());
        bytes.extend(content);
        bytes.resize(bytes.len().next_multiple_of(BLOCK), 0);
    }
    bytes.resize(bytes.len() + END as usize, 0);
    bytes
}

#[test]
fn what_is_written_is_whole_and_of_its_lock() {
    let made = Made::new();
    let bytes = made.bytes();
    made.check(&bytes).unwrap();
    assert_eq!(bytes, made.bytes());
    let mut bundle = Bundle::open(&made.path("checked.tar")).unwrap();
    assert_eq!(bundle.lock(), LOCK);
    assert_eq!(bundle.manifest().archives().count(), 3);
    bundle.is_of(&made.wanted).unwrap();
    // The order of the records is not that of the bundle.
    let mut turned = made.wanted.clone();
    turned.records.reverse();
    assert_eq!(made.bytes_of(&turned).unwrap(), bytes);
}

#[test]
fn a_flipped_bit_in_any_byte_is_caught() {
    let mut made = Made::new();
    made.wanted.records.truncate(1);
    let bytes = made.bytes();
    let path = made.path("flipped.tar");
    fs::write(&path, &bytes).unwrap();
    let file = fs::File::options().write(true).open(&path).unwrap();
    let put = |at: usize, byte: u8| {
        (&file).seek(SeekFrom::Start(at as u64)).unwrap();
        (&file).write_all(&[byte]).unwrap();
    };
    for (at, byte) in bytes.iter().enumerate() {
        put(at, byte ^ (1 << (at % 8)));
        let whole = Bundle::open(&path).and_then(|mut bundle| bundle.verify(&|_| true));
        assert!(whole.is_err(), "byte {at} of {} is not checked", bytes.len());
        put(at, *byte);
    }
    Bundle::open(&path).unwrap().verify(&|_| true).unwrap();
}

#[test]
fn what_is_cut_off_or_goes_on_is_refused() {
    let made = Made::new();
    let bytes = made.bytes();
    for length in (0..bytes.len())
        .step_by(311)
        .chain([bytes.len() - 1, bytes.len() - BLOCK])
    {
        assert!(made.check(&bytes[..length]).is_err(), "{length}");
    }
    assert!(matches!(made.fault(&bytes[..bytes.len() - 1]), Fault::Cut { .. }));
    assert_eq!(made.fault(&bytes[..100]), Fault::NotABundle);
    for more in [vec![0], vec![0; 8192], b"more".to_vec()] {
        let longer = [bytes.clone(), more].concat();
        assert!(matches!(made.fault(&longer), Fault::Trailing { .. }));
    }
}

#[test]
fn other_tar_archives_and_other_files_are_no_bundles() {
    let made = Made::new();
    let first = |path: &str| {
        let mut bytes = header(path, 0, 0).unwrap().to_vec();
        bytes.resize(4 * BLOCK, 0);
        bytes
    };
    for bytes in [
        Vec::new(),
        vec![0; 4096],
        b"PK\x03\x04".repeat(500),
        first("../bundle.json"),
        first("/bundle.json"),
        first("bundle.jsonx"),
    ] {
        assert_eq!(made.fault(&bytes), Fault::NotABundle);
    }
    assert!(matches!(made.fault(&first("bundle.json")), Fault::Manifest(_)));
    // A size that would fill the memory is not believed.
    let mut bomb = header("bundle.json", super::manifest::MAX_TEXT + 1, 0)
        .unwrap()
        .to_vec();
    bomb.resize(1 << 20, b' ');
    assert!(matches!(made.fault(&bomb), Fault::Manifest(_)));
    let mut bomb = header("bundle.json", super::manifest::MAX_TEXT, 0)
        .unwrap()
        .to_vec();
    bomb.resize(1 << 20, b' ');
    assert!(matches!(made.fault(&bomb), Fault::Cut { .. }));
    let folder = Bundle::open(made.folder.path());
    assert!(matches!(
        folder,
        Err(BundleError::Refused {
            fault: Fault::NotAFile,
            ..
        })
    ));
}

#[test]
fn links_and_devices_in_the_place_of_members_are_refused() {
    let made = Made::new();
    let bytes = made.bytes();
    let manifest = Manifest::read(text_of(&bytes)).unwrap();
    let mut at = 0;
    for member in manifest.members() {
        // Hard link, symbolic link, devices, folder, pipe, and the long names and attributes of other dialects.
        for kind in *b"1234567LKgx\0" {
            let mut turned = bytes.clone();
            turned[at + 156] = kind;
            assert_eq!(made.fault(&turned), Fault::Header(member.path.clone()), "{kind}");
        }
        at += BLOCK + (member.size as usize).next_multiple_of(BLOCK);
    }
}

/// Returns the text of the manifest in a bundle.
fn text_of(bytes: &[u8]) -> &[u8] {
    let size = super::header::size_in(bytes[..BLOCK].try_into().unwrap(), "bundle.json").unwrap();
    &bytes[BLOCK..][..size as usize]
}

#[test]
fn a_consistent_forgery_is_refused_by_its_paths_and_by_the_lock() {
    let made = Made::new();
    let lock = Member::of("lockfile", LOCK);
    let manifest = |path: &str| {
        let mut manifest = Manifest::read(text_of(&made.bytes())).unwrap();
        manifest.files = vec![lock.clone(), Member::of(path, b"evil")];
        manifest
    };
    let contents = |path| BTreeMap::from([("lockfile", LOCK.to_vec()), (path, b"evil".to_vec())]);
    for path in [
        "../evil.conda",
        "/etc/evil.conda",
        "packages/noarch/../evil.conda",
        "packages/noarch/evil.sh",
        "README",
    ] {
        let fault = made.fault(&packed(&manifest(path), &contents(path)));
        assert!(matches!(fault, Fault::Manifest(_)), "{path}: {fault:?}");
    }
    // In itself it is whole, and the lock does not list it.
    let path = "packages/noarch/evil-1-0.conda";
    made.check(&packed(&manifest(path), &contents(path))).unwrap();
    let mut bundle = Bundle::open(&made.path("checked.tar")).unwrap();
    assert!(bundle.is_of(&made.wanted).is_err());
}

#[test]
fn a_bundle_of_another_lock_says_what_differs() {
    let made = Made::new();
    made.check(&made.bytes()).unwrap();
    let mut bundle = Bundle::open(&made.path("checked.tar")).unwrap();
    let mut told = |change: &dyn Fn(&mut Wanted)| {
        let mut wanted = made.wanted.clone();
        change(&mut wanted);
        bundle.is_of(&wanted).unwrap_err().to_string()
    };
    let release = told(&|wanted| wanted.release = "2026-06-02-e3b0c44298fc".to_owned());
    assert!(
        release.contains("its release is 2026-06-01-e3b0c44298fc"),
        "{release}"
    );
    let fewer = told(&|wanted| drop(wanted.records.pop()));
    assert!(fewer.contains("the lock does not list packages/"), "{fewer}");
    let other = told(&|wanted| wanted.records[0].package_record.sha256 = None);
    assert!(other.contains("has another sha256"), "{other}");
    let other = told(&|wanted| wanted.records[0].package_record.depends = vec!["evil".to_owned()]);
    assert!(other.contains("repodata.json: it lists"), "{other}");
}

#[test]
fn archives_are_checked_while_they_are_taken_out() {
    let made = Made::new();
    let bytes = made.bytes();
    made.check(&bytes).unwrap();
    let mut bundle = Bundle::open(&made.path("checked.tar")).unwrap();
    let sums: Vec<_> = made
        .wanted
        .records
        .iter()
        .filter_map(|record| record.package_record.sha256)
        .collect();
    let mut copy = |sum: &Sha256Hash, name: &str| {
        let mut file = fs::File::create(made.path(name)).unwrap();
        bundle.copy(sum, &mut file, &|_| true)
    };
    for (sum, record) in sums[..2].iter().zip(&made.wanted.records) {
        copy(sum, "out").unwrap();
        assert_eq!(
            fs::read(made.path("out")).unwrap(),
            fs::read(made.place(record)).unwrap()
        );
    }
    let unknown = copy(&Sha256Hash::default(), "out");
    assert!(matches!(
        unknown,
        Err(BundleError::Refused {
            fault: Fault::Missing(_),
            ..
        })
    ));
    // The last archive is damaged after the bundle was opened.
    let content = fs::read(made.place(&made.wanted.records[2])).unwrap();
    let at = bytes
        .windows(content.len())
        .position(|part| part == content)
        .unwrap();
    let mut damaged = bytes;
    damaged[at + 20] ^= 1;
    fs::write(made.path("checked.tar"), &damaged).unwrap();
    let refused = copy(&sums[2], "out");
    let Err(BundleError::Refused {
        fault: Fault::Sum(path),
        ..
    }) = refused
    else {
        panic!("{refused:?}");
    };
    assert_eq!(path, "packages/noarch/six-1.17.0-py_0.conda");
}

#[test]
fn archives_that_are_not_what_the_lock_lists_are_not_written() {
    let made = Made::new();
    let file = made.place(&made.wanted.records[0]);
    let bytes = fs::read(&file).unwrap();
    let told = |bytes: &[u8]| {
        fs::write(&file, bytes).unwrap();
        made.bytes_of(&made.wanted).unwrap_err().to_string()
    };
    assert!(told(&bytes[..bytes.len() - 1]).contains("bytes instead of"));
    let mut other = bytes.clone();
    other[40] ^= 1;
    assert!(told(&other).contains("another sha256"));
    fs::remove_file(&file).unwrap();
    assert!(matches!(
        made.bytes_of(&made.wanted),
        Err(BundleError::Read { .. })
    ));
}

#[test]
fn records_that_no_bundle_can_hold_are_told_before_anything_is_written() {
    let made = Made::new();
    let told = |change: &dyn Fn(&mut RepoDataRecord)| {
        let mut wanted = made.wanted.clone();
        change(&mut wanted.records[0]);
        made.bytes_of(&wanted).unwrap_err().to_string()
    };
    let subdir = told(&|record| record.package_record.subdir = "../..".to_owned());
    assert!(subdir.contains("its subdir is no name of a folder"), "{subdir}");
    let name = told(&|record| {
        record
            .url
            .set_path(&format!("/linux-64/{}.conda", "x".repeat(101)));
    });
    assert!(name.contains("no plain name"), "{name}");
    let kind = told(&|record| record.url.set_path("/linux-64/x-1-0.whl"));
    assert!(kind.contains("neither `.conda` nor `.tar.bz2`"), "{kind}");
    let hash = told(&|record| record.package_record.sha256 = None);
    assert!(hash.contains("no sha256"), "{hash}");
    let mut twice = made.wanted.clone();
    let mut second = twice.records[0].clone();
    second.package_record.name = PackageName::new_unchecked("other");
    twice.records.push(second);
    let twice = made.bytes_of(&twice).unwrap_err().to_string();
    assert!(twice.contains("two records have this archive"), "{twice}");
}

#[test]
fn whoever_stops_gets_nothing() {
    let made = Made::new();
    let place = |record: &RepoDataRecord| made.place(record);
    let mut bytes = Vec::new();
    let stopped = write_bundle(&mut bytes, Path::new("x"), &made.wanted, LOCK, &place, &|_| false);
    assert!(matches!(stopped, Err(BundleError::Stopped)));
    made.check(&made.bytes()).unwrap();
    let mut bundle = Bundle::open(&made.path("checked.tar")).unwrap();
    assert!(matches!(bundle.verify(&|_| false), Err(BundleError::Stopped)));
}

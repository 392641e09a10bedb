//! Soundness of locks: those of this repository are, and any change of one field is told by its own code.

use std::{collections::BTreeSet, sync::LazyLock};

use proptest::{prelude::*, sample::Index, test_runner::Config};
use pyiron_lock_conform::sound;
use pyiron_lock_core::{Digest, Lock, Severity, SourceFile, records_digest};
use pyiron_lock_lockfile::{AnyLock, open, read, write};
use rattler_conda_types::{RepoDataRecord, package::BuildString};

use crate::support::{repository, tree};

/// Reads every lock of the repository, with its path.
fn committed() -> &'static [(String, String)] {
    static LOCKS: LazyLock<Vec<(String, String)>> = LazyLock::new(|| {
        let locks = tree(&repository().join("lockfiles"));
        assert!(locks.len() > 30);
        locks
    });
    &LOCKS
}

fn opened(text: &str) -> AnyLock {
    let mut locks = open(&SourceFile::new("test.lock", text)).unwrap();
    assert_eq!(locks.len(), 1);
    locks.remove(0)
}

fn codes(lock: &AnyLock) -> BTreeSet<&'static str> {
    let judged = sound(lock);
    judged.iter().map(|judged| judged.finding.code.as_str()).collect()
}

/// Puts the digest of a changed text into its last line.
fn signed(text: &str) -> String {
    let line = text.trim_end().rfind('\n').unwrap() + 1;
    let digest = Digest::of(&text.as_bytes()[..line]);
    format!("{}  digest: {digest}\n", &text[..line])
}

#[test]
fn every_committed_lock_is_sound() {
    for (path, text) in committed() {
        let lock = opened(text);
        let judged = sound(&lock);
        let faults: Vec<_> = judged
            .iter()
            .map(|judged| &judged.finding)
            .filter(|finding| finding.severity > Severity::Note)
            .collect();
        assert!(faults.is_empty(), "{path}: {faults:#?}");
        assert!(lock.entries.iter().all(|entry| {
            lock.source.slice(entry.span) == entry.record.url.as_str() && entry.knows_depends
        }));
    }
}

#[test]
fn both_readers_see_the_same_lock() {
    for (path, text) in committed() {
        let (lock, any) = (read(text).unwrap(), opened(text));
        let mut records: Vec<&RepoDataRecord> = any.entries.iter().map(|entry| &entry.record).collect();
        records.sort_by(|a, b| a.package_record.name.cmp(&b.package_record.name));
        assert!(lock.records.iter().eq(records), "{path}");
        assert_eq!(
            (lock.platform, lock.channels, lock.tier),
            (any.platform, any.channels, any.tier),
            "{path}"
        );
    }
}

/// A change of one field, with the code that it gives.
#[derive(Debug, Clone, Copy)]
enum Change {
    HashGone,
    HashMalformed,
    HashOther,
    Url,
    Version,
    Build,
    Subdir,
    DependsMore,
    DependsOther,
    Constrains,
    ConstrainsPromise,
    Removed,
    Duplicate,
    ForeignChannel,
    VirtualPackage,
}

impl Change {
    const ALL: [Self; 15] = [
        Self::HashGone,
        Self::HashMalformed,
        Self::HashOther,
        Self::Url,
        Self::Version,
        Self::Build,
        Self::Subdir,
        Self::DependsMore,
        Self::DependsOther,
        Self::Constrains,
        Self::ConstrainsPromise,
        Self::Removed,
        Self::Duplicate,
        Self::ForeignChannel,
        Self::VirtualPackage,
    ];

    fn code(self) -> &'static str {
        match self {
            Self::HashGone => "lock-hash-missing",
            Self::HashMalformed => "lock-hash-malformed",
            Self::HashOther => "lock-contradiction",
            Self::Url | Self::Version | Self::Build => "lock-url-mismatch",
            Self::Subdir => "lock-subdir",
            Self::DependsMore | Self::Removed => "lock-dependency-missing",
            Self::DependsOther => "lock-dependency-unmet",
            Self::Constrains | Self::ConstrainsPromise => "lock-constrains-broken",
            Self::Duplicate => "lock-duplicate",
            Self::ForeignChannel => "lock-channel-foreign",
            Self::VirtualPackage => "lock-virtual-package",
        }
    }

    /// Changes one record; `other` is another one of the lock. Returns whether that can be done here.
    fn apply(self, lock: &mut Lock, at: usize, other: usize) -> bool {
        let other_name = lock.records[other].package_record.name.as_normalized().to_owned();
        let name = lock.records[at].package_record.name.as_normalized().to_owned();
        let record = &mut lock.records[at];
        let package = &mut record.package_record;
        match self {
            Self::HashGone => {
                package.sha256 = None;
                package.md5 = None;
            }
            Self::HashMalformed | Self::HashOther => {}
            Self::Url => {
                let url = record
                    .url
                    .as_str()
                    .replace(&format!("/{name}-"), &format!("/x{name}-"));
                record.url = url.parse().unwrap();
                record.identifier = record
                    .url
                    .path_segments()
                    .unwrap()
                    .next_back()
                    .unwrap()
                    .parse()
                    .unwrap();
            }
            Self::Version => package.version = "99.1.7".parse().unwrap(),
            Self::Build => package.build = BuildString::new_unchecked("other_77"),
            Self::Subdir => {
                let subdir = if lock.platform.subdir.as_str() == "osx-64" {
                    "win-32"
                } else {
                    "osx-64"
                };
                record.url = record
                    .url
                    .as_str()
                    .replace(&format!("/{}/", package.subdir), &format!("/{subdir}/"))
                    .parse()
                    .unwrap();
                subdir.clone_into(&mut package.subdir);
            }
            Self::DependsMore => package.depends.push("nobody-has-this >=1".to_owned()),
            Self::DependsOther => package.depends.push(format!("{other_name} <0.0.0a0")),
            Self::Constrains => package.constrains.push(format!("{other_name} ==999.9.9")),
            Self::ConstrainsPromise => {
                let promise = lock.platform.virtual_packages()[0].name().to_owned();
                package.constrains.push(format!("{promise} >=9999"));
            }
            Self::VirtualPackage => package.depends.push("__cuda >=9999".to_owned()),
            Self::Removed => {
                let needs = |record: &RepoDataRecord| {
                    pyiron_lock_core::index::needed_names(record).any(|needed| needed == name.as_str())
                };
                let needed = lock
                    .records
                    .iter()
                    .enumerate()
                    .any(|(index, record)| index != at && needs(record));
                lock.records.remove(at);
                return needed;
            }
            Self::Duplicate => {
                let mut double = record.clone();
                let build = format!("{}9", double.package_record.build);
                let file = |text: &str| {
                    text.replace(
                        &format!("-{}.", record.package_record.build),
                        &format!("-{build}."),
                    )
                };
                double.url = file(double.url.as_str()).parse().unwrap();
                double.identifier = file(&double.identifier.to_file_name()).parse().unwrap();
                double.package_record.build = BuildString::new_unchecked(&build);
                lock.records.push(double);
            }
            Self::ForeignChannel => {
                let url = record.url.as_str();
                let below = url.splitn(4, '/').nth(3).unwrap();
                record.url = format!("https://elsewhere.invalid/c/{below}").parse().unwrap();
                record.channel = Some("https://elsewhere.invalid/c/".to_owned());
            }
        }
        true
    }
}

/// Changes hashes in the text, where a lock in memory cannot hold what is wrong.
fn change_hash(text: &str, change: Change, at: Index) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let hashes: Vec<usize> = (0..lines.len())
        .filter(|line| lines[*line].starts_with("  sha256: "))
        .collect();
    let line = *at.get(&hashes);
    let hash = match change {
        Change::HashMalformed => "ab".repeat(31),
        _ => "ab".repeat(32),
    };
    let mut lines: Vec<String> = lines.into_iter().map(str::to_owned).collect();
    lines[line] = format!("  sha256: {hash}");
    signed(&format!("{}\n", lines.join("\n")))
}

fn config(cases: u32) -> Config {
    Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    }
}

proptest! {
    #![proptest_config(config(12))]

    #[test]
    fn a_changed_field_is_told_by_its_code(file in any::<Index>(), at in any::<Index>(), other in any::<Index>()) {
        let (path, whole) = file.get(committed());
        for change in Change::ALL {
            let text = if matches!(change, Change::HashMalformed | Change::HashOther) {
                change_hash(whole, change, at)
            } else {
                let mut lock = read(whole).unwrap();
                let (at, other) = (at.index(lock.records.len()), other.index(lock.records.len()));
                if !change.apply(&mut lock, at, other) {
                    continue;
                }
                write(&lock).unwrap()
            };
            let lock = opened(&text);
            let found = codes(&lock);
            prop_assert!(lock.digest_holds == Some(true), "{path} {change:?}");
            prop_assert!(found.contains(change.code()), "{path} {change:?}: {found:?}");
            let last = |text: &str| text.trim_end().rfind('\n').unwrap() + 1;
            let unsigned = format!("{}{}", &text[..last(&text)], &whole[last(whole)..]);
            prop_assert!(codes(&opened(&unsigned)).contains("lock-digest"), "{path} {change:?}");
        }
    }

    #[test]
    fn a_changed_byte_is_told_by_the_digest(file in any::<Index>(), at in any::<Index>(), byte in b' '..=b'~') {
        let (path, text) = file.get(committed());
        let end = text.trim_end().rfind('\n').unwrap();
        let at = at.index(end);
        prop_assume!(text.as_bytes()[at] != byte);
        let mut bytes = text.clone().into_bytes();
        bytes[at] = byte;
        let changed = String::from_utf8(bytes).unwrap();
        match open(&SourceFile::new("test.lock", changed)) {
            // Changes of the shape of the text make it unreadable, which is told as well.
            Err(_) => {}
            Ok(locks) => for lock in locks {
                prop_assert!(codes(&lock).contains("lock-digest"), "{path} at {at}: {}", char::from(byte));
            },
        }
    }
}

#[test]
fn many_findings_of_one_kind_are_folded() {
    let (_, text) = &committed()[0];
    let mut lock = opened(text);
    for entry in &mut lock.entries {
        entry.record.package_record.sha256 = None;
        entry.record.package_record.md5 = None;
    }
    let judged = sound(&lock);
    let of_code: Vec<_> = judged
        .iter()
        .filter(|judged| judged.finding.code.as_str() == "lock-hash-missing")
        .collect();
    let [judged] = of_code.as_slice() else {
        panic!("{of_code:#?}");
    };
    let finding = &judged.finding;
    assert!(
        finding.message.contains(&lock.entries.len().to_string()),
        "{}",
        finding.message
    );
    assert_eq!((finding.origins.len(), judged.scope.package.as_ref()), (5, None));
}

#[test]
fn a_lock_of_many_records_is_judged_in_no_time() {
    let (path, text) = committed().iter().max_by_key(|(_, text)| text.len()).unwrap();
    let lock = opened(text);
    let start = std::time::Instant::now();
    drop(sound(&lock));
    // A debug build on a loaded machine; a quadratic check would take far longer.
    assert!(start.elapsed().as_millis() < 2_000, "{path}");
    assert!(records_digest(lock.entries.iter().map(|entry| &entry.record)) != Digest::of(b""));
}

//! One fault each in a lock that is sound without it, and what is said of it.

use pyiron_lock_core::{Platform, Severity, Span};
use pyiron_lock_lockfile::{AnyLock, Format, Unread};
use rattler_conda_types::Subdir;

use super::{codes, sound};
use crate::{
    judged::Judged,
    testing::{CHANNEL, lock},
};

fn whole() -> AnyLock {
    lock(&[
        (
            "app 1.0",
            &["libfoo >=2,<3.0a0", "numpy", "__glibc >=2.17", "__linux"],
        ),
        ("libfoo 2.1", &[]),
        ("numpy 2.3.4", &["libfoo >=2"]),
    ])
}

/// Returns what is found, `code: message` each.
fn said(lock: &AnyLock) -> Vec<String> {
    let shown = |judged: &Judged| format!("{}: {}", judged.finding.code, judged.finding.message);
    sound(lock).iter().map(shown).collect()
}

fn changed(change: impl Fn(&mut AnyLock)) -> Vec<String> {
    let mut lock = whole();
    change(&mut lock);
    said(&lock)
}

#[test]
fn a_whole_lock_gives_nothing() {
    assert_eq!(said(&whole()), [""; 0]);
}

#[test]
fn hashes_that_are_missing_weak_or_none_are_told() {
    let hash = |change: fn(&mut AnyLock)| changed(change);
    assert_eq!(
        hash(|lock| lock.entries[1].record.package_record.sha256 = None),
        ["lock-hash-missing: libfoo 2.1 0 has no hash, on linux-64"]
    );
    assert_eq!(
        hash(|lock| {
            let package = &mut lock.entries[1].record.package_record;
            package.sha256 = None;
            package.md5 = Some(Default::default());
        }),
        ["lock-hash-weak: libfoo 2.1 0 has an md5 and no sha256, on linux-64"]
    );
    assert_eq!(
        hash(|lock| lock.entries[1].hash_fault = Some(Span::new(0, 4))),
        ["lock-hash-malformed: the hash of libfoo 2.1 0 is none, on linux-64"]
    );
}

#[test]
fn a_url_has_to_be_that_of_the_record() {
    let url = |from: &'static str, to: &'static str| {
        changed(|lock| {
            let record = &mut lock.entries[1].record;
            record.url = record.url.as_str().replace(from, to).parse().unwrap();
        })
    };
    for (from, to, message) in [
        (
            "libfoo-2.1",
            "libbar-2.1",
            "lock-url-mismatch: the URL of libfoo 2.1 0 is not its own: the name is `libbar` in the URL and `libfoo` in \
             the record, on linux-64",
        ),
        (
            "-2.1-0",
            "-2.1-1",
            "lock-url-mismatch: the URL of libfoo 2.1 0 is not its own: the build is `1` in the URL and `0` in the \
             record, on linux-64",
        ),
        (
            ".conda",
            ".tar.bz2",
            "lock-url-mismatch: the URL of libfoo 2.1 0 is not its own: the record has the file name \
             `libfoo-2.1-0.conda`, on linux-64",
        ),
        (
            "libfoo-2.1-0.conda",
            "get",
            "lock-url-mismatch: the URL of libfoo 2.1 0 is not its own: it does not end in \
             `NAME-VERSION-BUILD.conda` or `.tar.bz2`, on linux-64",
        ),
        (
            "linux-64",
            "noarch",
            "lock-subdir: libfoo 2.1 0 says `linux-64`, its URL says `noarch`, on linux-64",
        ),
    ] {
        assert_eq!(url(from, to), [message]);
    }
    // What a URL escapes is the same name.
    assert_eq!(url("libfoo", "lib%66oo"), [""; 0]);
}

#[test]
fn subdirs_have_to_fit_the_platform() {
    let seen = changed(|lock| {
        lock.platform = Platform::new(
            "other".parse().unwrap(),
            Subdir::OsxArm64,
            lock.platform.virtual_packages().to_vec(),
        );
    });
    assert_eq!(
        seen[0],
        "lock-subdir: app 1.0 0 is of `linux-64`, not of `osx-arm64`, on other"
    );
    assert_eq!(seen.len(), 3);
}

#[test]
fn channels_are_those_that_the_lock_names() {
    let foreign = |lock: &mut AnyLock| {
        let record = &mut lock.entries[1].record;
        record.url = record
            .url
            .as_str()
            .replace(CHANNEL, "https://a.invalid/c/")
            .parse()
            .unwrap();
        record.channel = None;
    };
    assert_eq!(
        changed(foreign),
        [
            "lock-channel-foreign: libfoo 2.1 0 is from https://a.invalid/c, a channel that the lock does not name, on \
          linux-64"
        ]
    );
    let mut lock = whole();
    foreign(&mut lock);
    lock.channels.push("https://${HOST}/c/".to_owned());
    assert_eq!(said(&lock), [""; 0]);
    lock.channels.clear();
    assert_eq!(said(&lock), [""; 0]);
}

#[test]
fn secrets_are_told_and_never_repeated() {
    let mut lock = whole();
    let record = &mut lock.entries[1].record;
    record.url = "https://me:hunter2@a.invalid/t/hunter2/c/linux-64/libfoo-2.1-0.conda"
        .parse()
        .unwrap();
    record.channel = Some("https://me:hunter2@a.invalid/t/hunter2/c/".to_owned());
    lock.channels.push("https://a.invalid/t/hunter2/d/".to_owned());
    record_without_hash(&mut lock);
    let judged = sound(&lock);
    assert!(
        judged
            .iter()
            .any(|judged| judged.finding.code == codes::LOCK_CREDENTIALS)
    );
    for judged in &judged {
        let finding = &judged.finding;
        let shown = format!("{} {:?} {:?}", finding.message, finding.notes, finding.help);
        assert!(!shown.contains("hunter2"), "{shown}");
    }
    let about = judged
        .iter()
        .filter(|judged| judged.scope.package.as_deref() == Some("libfoo"));
    assert!(about.clone().count() >= 2 && about.into_iter().all(|judged| judged.finding.hides_source));
}

fn record_without_hash(lock: &mut AnyLock) {
    lock.entries[1].record.package_record.sha256 = None;
}

#[test]
fn dependencies_are_met_by_one_record_each() {
    assert_eq!(
        changed(|lock| drop(lock.entries.remove(1))),
        ["lock-dependency-missing: `libfoo` is missing, needed by app 1.0 0 and numpy 2.3.4 0, on linux-64"]
    );
    let mut lock = whole();
    lock.entries[0].record.package_record.depends[1] = "numpy >=3".to_owned();
    let judged = sound(&lock);
    let [judged] = judged.as_slice() else {
        panic!("{judged:#?}");
    };
    assert_eq!(
        (judged.finding.code, judged.finding.message.as_str()),
        (
            codes::LOCK_DEPENDENCY_UNMET,
            "numpy 2.3.4 0 does not satisfy `numpy >=3`, needed by app 1.0 0, on linux-64"
        )
    );
    assert_eq!(judged.finding.notes, ["path: app 1.0 > numpy >=3"]);
    let labels: Vec<_> = judged
        .finding
        .origins
        .iter()
        .map(|origin| origin.label.as_str())
        .collect();
    assert_eq!(labels, ["needs it", "is this"]);
    assert_eq!(
        changed(|lock| {
            let mut double = lock.entries[1].clone();
            double.record.package_record.build = "1".parse().unwrap();
            double.record.url = double
                .record
                .url
                .as_str()
                .replace("-0.conda", "-1.conda")
                .parse()
                .unwrap();
            double.record.identifier = "libfoo-2.1-1.conda".parse().unwrap();
            lock.entries.push(double);
        }),
        ["lock-duplicate: `libfoo` is there 2 times, as libfoo 2.1 0 and libfoo 2.1 1, on linux-64"]
    );
    assert_eq!(
        changed(|lock| lock.entries[1]
            .record
            .package_record
            .depends
            .push("numpy >>=abc=1".to_owned())),
        ["lock-dependency-unreadable: `numpy >>=abc=1` of libfoo 2.1 0 cannot be read, on linux-64"]
    );
    for conditional in ["nobody >=1[when=\"__win\"]", "numpy >=3[when=\"__win\"]"] {
        let depend = |lock: &mut AnyLock| {
            let package = &mut lock.entries[1].record.package_record;
            package.depends.push(conditional.to_owned());
        };
        assert_eq!(changed(depend), [""; 0], "{conditional}");
    }
}

#[test]
fn constraints_hold_for_records_and_for_promises() {
    let constrain = |text: &'static str| {
        changed(|lock| {
            lock.entries[2]
                .record
                .package_record
                .constrains
                .push(text.to_owned());
        })
    };
    assert_eq!(constrain("absent >=1"), [""; 0]);
    assert_eq!(constrain("__cuda >=99"), [""; 0]);
    assert_eq!(constrain("__glibc >=2.17"), [""; 0]);
    assert_eq!(
        constrain("libfoo >=3"),
        [
            "lock-constrains-broken: libfoo 2.1 0 is excluded by `libfoo >=3`, a constraint of numpy 2.3.4 0, on linux-64"
        ]
    );
    assert_eq!(
        constrain("__glibc >=2.34"),
        [
            "lock-constrains-broken: `__glibc >=2.34` is not met, the platform promises `__glibc=2.28`, a constraint of \
          numpy 2.3.4 0, on linux-64"
        ]
    );
}

#[test]
fn promises_have_to_be_there_and_high_enough() {
    let need = |text: &'static str| {
        changed(|lock| {
            lock.entries[2]
                .record
                .package_record
                .depends
                .push(text.to_owned());
        })
    };
    assert_eq!(
        need("__glibc >=2.34"),
        [
            "lock-virtual-package: `__glibc >=2.34` is not met, the platform promises `__glibc=2.28`, needed by numpy \
          2.3.4 0, on linux-64"
        ]
    );
    assert_eq!(
        need("__cuda >=12"),
        [
            "lock-virtual-package: `__cuda >=12` is not met, the platform promises no __cuda, needed by numpy 2.3.4 0, on \
          linux-64"
        ]
    );
    assert_eq!(
        changed(|lock| lock.knows_promises = false),
        [
            "lock-promises-unknown: records need virtual packages, and the lock does not say what its platform promises, \
          on linux-64"
        ]
    );
}

#[test]
fn what_is_left_open_is_told_once() {
    let mut lock = whole();
    lock.format = Format::Explicit;
    for entry in &mut lock.entries {
        entry.knows_depends = false;
        entry.record.package_record.depends.clear();
    }
    lock.pip = vec!["a==1".to_owned()];
    let judged = sound(&lock);
    assert_eq!(
        said(&lock),
        [
            "lock-pip-unchecked: 1 pip package is not checked, on linux-64",
            "lock-depends-unknown: what 3 of 3 records depend on is not in the lock, on linux-64"
        ]
    );
    assert!(
        judged
            .iter()
            .all(|judged| judged.finding.severity == Severity::Note)
    );
}

#[test]
fn what_cannot_be_read_is_told_and_counts_as_there() {
    let seen = changed(|lock| {
        let entry = lock.entries.remove(1);
        lock.unread.push(Unread {
            name: Some("libfoo".to_owned()),
            what: "the source package `libfoo`".to_owned(),
            span: entry.span,
        });
    });
    assert_eq!(
        seen,
        ["lock-unread: cannot be checked: the source package `libfoo`, on linux-64"]
    );
}

#[test]
fn environments_are_named_where_there_are_several() {
    let seen = changed(|lock| {
        lock.environment = "gpu".to_owned();
        lock.entries[1].record.package_record.sha256 = None;
    });
    assert_eq!(
        seen,
        ["lock-hash-missing: libfoo 2.1 0 has no hash, in environment `gpu` on linux-64"]
    );
}

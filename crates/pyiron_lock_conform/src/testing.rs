//! Locks for unit tests, made of names, versions and dependencies.

use pyiron_lock_core::{Platform, SourceFile, Span};
use pyiron_lock_lockfile::{AnyLock, Format, LockEntry};
use rattler_conda_types::{PackageName, PackageRecord, RepoDataRecord, Subdir, VersionWithSource};

/// The channel of every record.
pub(crate) const CHANNEL: &str = "https://forge.invalid/";

/// Makes a lock for linux-64, glibc 2.28, of records given as (`name version`, depends), all of them whole.
pub(crate) fn lock(records: &[(&str, &[&str])]) -> AnyLock {
    let mut text = String::new();
    let entries: Vec<LockEntry> = records
        .iter()
        .map(|(title, depends)| {
            let record = record(title, depends);
            let start = text.len();
            text.push_str(record.url.as_str());
            let span = Span::new(start, text.len());
            text.push('\n');
            LockEntry {
                record,
                span,
                knows_depends: true,
                hash_fault: None,
            }
        })
        .collect();
    let promised = ["__glibc=2.28", "__linux=4.18"].map(|text| text.parse().unwrap());
    AnyLock {
        source: SourceFile::new("test.lock", text),
        format: Format::Rattler(7),
        environment: "default".to_owned(),
        tier: None,
        platform: Platform::new("linux-64".parse().unwrap(), Subdir::Linux64, promised),
        knows_promises: true,
        channels: vec![CHANNEL.to_owned()],
        entries,
        stamp: None,
        digest_holds: None,
        pip: Vec::new(),
        unread: Vec::new(),
    }
}

fn record(title: &str, depends: &[&str]) -> RepoDataRecord {
    let (name, version) = title.split_once(' ').unwrap();
    let version: VersionWithSource = version.parse().unwrap();
    let mut package = PackageRecord::new(
        PackageName::new_unchecked(name),
        version.clone(),
        "0".parse().unwrap(),
    );
    "linux-64".clone_into(&mut package.subdir);
    package.depends = depends.iter().map(|text| (*text).to_owned()).collect();
    package.sha256 = Some(rattler_digest::compute_bytes_digest::<rattler_digest::Sha256>(
        title,
    ));
    let file = format!("{name}-{version}-0.conda");
    RepoDataRecord {
        url: format!("{CHANNEL}linux-64/{file}").parse().unwrap(),
        identifier: file.parse().unwrap(),
        channel: Some(CHANNEL.to_owned()),
        package_record: package,
    }
}

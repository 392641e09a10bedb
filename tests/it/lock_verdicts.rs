//! What is said of genuine locks of every format, against the committed table; where the environment names a folder
//! beside which they lie.

use std::{collections::BTreeMap, fs};

use pyiron_lock_conform::sound;
use pyiron_lock_core::SourceFile;
use pyiron_lock_lockfile::{AnyLock, Format, open};

use crate::{real_index::index, support::repository};

const TABLE: &str = "tests/consumers/lock-verdicts.tsv";
const HEADER: &str = "file\tformat\tenvironments x platforms\trecords\tcodes or error";

fn format(lock: &AnyLock) -> String {
    match lock.format {
        Format::PyironLock => "pyiron-lock".to_owned(),
        Format::Rattler(version) => format!("rattler {version}"),
        Format::CondaLock => "conda-lock".to_owned(),
        Format::Explicit => "explicit".to_owned(),
    }
}

/// Says of one lock its environments, platforms, number of records, and codes with how often each is found.
fn row(name: &str, text: &str) -> String {
    let source = SourceFile::new(name, text);
    let locks = match open(&source) {
        Err(error) => return format!("{name}\t-\t-\t-\t{error}"),
        Ok(locks) => locks,
    };
    let mut codes: BTreeMap<&str, usize> = BTreeMap::new();
    for judged in locks.iter().flat_map(sound) {
        let finding = judged.finding;
        *codes.entry(finding.code.as_str()).or_default() += 1;
        for origin in &finding.origins {
            assert!(
                !origin.span.is_empty() && origin.span.end <= text.len(),
                "{name}: {finding:#?}"
            );
        }
    }
    for lock in &locks {
        for entry in &lock.entries {
            let written = source.slice(entry.span);
            assert_eq!(written, entry.record.url.as_str(), "{name}");
        }
    }
    let listed = |texts: Vec<String>| {
        if texts.is_empty() {
            "-".to_owned()
        } else {
            texts.join(" ")
        }
    };
    let places = locks
        .iter()
        .map(|lock| format!("{}/{}", lock.environment, lock.platform.name));
    let records = locks.iter().map(|lock| match lock.pip.len() {
        0 => lock.entries.len().to_string(),
        pip => format!("{}+{pip}", lock.entries.len()),
    });
    let codes = codes.iter().map(|(code, count)| format!("{code}:{count}"));
    format!(
        "{name}\t{}\t{}\t{}\t{}",
        locks.first().map_or("-".to_owned(), format),
        listed(places.collect()),
        listed(records.collect()),
        listed(codes.collect())
    )
}

#[test]
fn genuine_locks_get_the_verdicts_of_the_table() {
    let Some(index) = index("genuine_locks_get_the_verdicts_of_the_table") else {
        return;
    };
    let folder = index.parent().unwrap().join("corpus/locks");
    let mut names: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let mut table = vec![HEADER.to_owned()];
    for name in names {
        table.push(row(&name, &fs::read_to_string(folder.join(&name)).unwrap()));
    }
    let path = repository().join(TABLE);
    if std::env::var_os("PYIRON_LOCK_WRITE_TABLES").is_some() {
        fs::write(&path, format!("{}\n", table.join("\n"))).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap();
    assert_eq!(
        kept.lines().collect::<Vec<_>>(),
        table,
        "PYIRON_LOCK_WRITE_TABLES=1 writes {TABLE}"
    );
}

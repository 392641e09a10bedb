//! The committed locks are what the program makes from the committed specs, to the byte.

use pyiron_lock_core::SourceFile;
use pyiron_lock_lockfile::{AnyLock, open};

use crate::support::{program, repository, run, tree};

#[test]
fn resolving_into_an_empty_folder_gives_the_committed_locks() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = program();
    command
        .current_dir(repository())
        .args(["resolve", "--lock-dir"])
        .arg(folder.path());
    run(&mut command).exits(0);
    let (made, committed) = (tree(folder.path()), tree(&repository().join("lockfiles")));
    let names = |locks: &[(String, String)]| locks.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert!(!made.is_empty());
    assert_eq!(names(&made), names(&committed));
    for ((name, made), (_, committed)) in made.iter().zip(&committed) {
        assert!(
            made == committed,
            "lockfiles/{name} is not what its spec gives; remove it and run `resolve`"
        );
    }
}

#[test]
fn the_committed_locks_are_current() {
    let mut command = program();
    command.current_dir(repository()).args(["resolve", "--check"]);
    run(&mut command).exits(0);
}

/// A comment, which no tool writes into a lock, makes the parser of YAML read it.
#[test]
fn the_committed_locks_are_read_alike_by_both_readers() {
    let seen = |text: &str| {
        let locks: Vec<AnyLock> = open(&SourceFile::new("x.lock", text)).unwrap();
        let lock = &locks[0];
        assert!(locks.len() == 1 && !lock.entries.is_empty());
        format!(
            "{:?}",
            (
                &lock.environment,
                &lock.tier,
                &lock.platform,
                &lock.channels,
                &lock.entries,
                &lock.stamp,
                &lock.pip
            )
        )
    };
    for (name, text) in tree(&repository().join("lockfiles")) {
        let (records, _) = text.split_at(text.find("\npyiron-lock:\n").unwrap() + 1);
        for text in [&text, records] {
            assert!(
                seen(text) == seen(&format!("{text}# read by the parser\n")),
                "{name}"
            );
        }
    }
}

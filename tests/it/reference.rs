//! The committed locks are what the program makes from the committed specs, to the byte.

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

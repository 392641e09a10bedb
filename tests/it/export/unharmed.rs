//! What an export leaves alone: files that it did not make, what links lead to, and a folder that cannot be written.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::Path,
    process::Command,
};

use super::{export, listed};
use crate::support::{Mounted, Ran, program, repository, run, tree};

const FOREIGN: &str = "mine\n";

fn explicit(folder: &Path, more: &[&str]) -> Ran {
    run(program()
        .current_dir(repository())
        .args(["export", "explicit", "--tier", "minimal", "-o"])
        .arg(folder)
        .args(more))
}

/// Returns the names of everything in a folder, temporary files and all.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.collect()
}

#[test]
fn a_file_of_somebody_else_stays_unless_forced() {
    for format in listed() {
        let folder = tempfile::tempdir().unwrap();
        if run(&mut export(&format, "minimal", folder.path())).code != Some(0) {
            continue;
        }
        let whole = tree(folder.path());
        let (last, text) = whole.last().unwrap();
        for (name, _) in &whole {
            fs::remove_file(folder.path().join(name)).unwrap();
        }
        fs::write(folder.path().join(last), FOREIGN).unwrap();
        let ran = run(&mut export(&format, "minimal", folder.path())).exits(2);
        assert!(
            ran.stderr.contains(last.as_str()) && ran.stderr.contains("--force"),
            "{ran:?}"
        );
        assert_eq!(
            tree(folder.path()),
            [(last.clone(), FOREIGN.to_owned())],
            "{}",
            format.name
        );
        run(export(&format, "minimal", folder.path()).arg("--force")).exits(0);
        assert_eq!(tree(folder.path()), whole, "{}", format.name);
        if text.contains("made by pyiron-lock") {
            fs::write(folder.path().join(last), format!("{text}# more\n")).unwrap();
            run(&mut export(&format, "minimal", folder.path())).exits(0);
            assert_eq!(tree(folder.path()), whole, "{}", format.name);
        }
    }
}

#[test]
fn what_is_there_already_is_not_touched() {
    let folder = tempfile::tempdir().unwrap();
    let fate = |ran: Ran| ran.exits(0).json()["files"][0]["fate"].clone();
    let file = folder.path().join("explicit.txt");
    assert_eq!(fate(explicit(folder.path(), &["--json"])), "written");
    let before = fs::metadata(&file).unwrap().modified().unwrap();
    assert_eq!(fate(explicit(folder.path(), &["--json"])), "same");
    assert_eq!(fs::metadata(&file).unwrap().modified().unwrap(), before);
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(fate(explicit(folder.path(), &["--json"])), "replaced");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o644);
}

#[test]
fn the_umask_of_the_user_applies() {
    let folder = tempfile::tempdir().unwrap();
    let own = program();
    let mut command = Command::new("sh");
    command
        .current_dir(repository())
        .args(["-c", "umask 077; exec \"$@\"", "sh"])
        .arg(own.get_program())
        .args(["export", "explicit", "--tier", "minimal", "-o"])
        .arg(folder.path().join("a/b"));
    run(&mut command).exits(0);
    for (path, mode) in [("a", 0o700), ("a/b", 0o700), ("a/b/explicit.txt", 0o600)] {
        let found = fs::metadata(folder.path().join(path))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(found & 0o777, mode, "{path}");
    }
}

#[test]
fn links_are_not_followed() {
    let outside = tempfile::tempdir().unwrap();
    let victim = outside.path().join("victim");
    fs::write(&victim, "made by pyiron-lock\n").unwrap();
    for format in listed() {
        let folder = tempfile::tempdir().unwrap();
        if run(&mut export(&format, "minimal", folder.path())).code != Some(0) {
            continue;
        }
        let files = tree(folder.path());
        // Of very many files, some at like distances.
        let step = files.len() / 20 + 1;
        for (name, _) in files.into_iter().step_by(step) {
            let place = tempfile::tempdir().unwrap();
            match name.split_once('/') {
                Some((top, _)) => symlink(outside.path(), place.path().join(top)).unwrap(),
                None => symlink(&victim, place.path().join(&name)).unwrap(),
            }
            for force in [&[][..], &["--force"]] {
                let ran = run(export(&format, "minimal", place.path()).args(force)).exits(2);
                assert!(ran.stderr.contains("symbolic link"), "{ran:?}");
            }
            assert_eq!(names(place.path()).len(), 1, "{}: {name}", format.name);
        }
        let unharmed = [("victim".to_owned(), "made by pyiron-lock\n".to_owned())];
        assert_eq!(tree(outside.path()), unharmed, "{}", format.name);
    }
}

#[test]
fn a_file_or_folder_in_the_way_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, FOREIGN).unwrap();
    for (place, code, said) in [
        (file.clone(), 2, "is not a folder"),
        (file.join("below"), 6, "cannot be written"),
    ] {
        let ran = explicit(&place, &["--force"]).exits(code);
        assert!(ran.stderr.contains(said), "{ran:?}");
    }
    assert_eq!(tree(folder.path()), [("file".to_owned(), FOREIGN.to_owned())]);
    fs::create_dir_all(folder.path().join("out/explicit.txt")).unwrap();
    let ran = explicit(&folder.path().join("out"), &["--force"]).exits(2);
    assert!(ran.stderr.contains("is no regular file"), "{ran:?}");
}

#[test]
fn a_file_system_that_is_full_or_read_only_gets_all_files_or_none() {
    let folder = tempfile::tempdir().unwrap();
    for options in ["ro", "size=8k"] {
        let place = folder.path().join(options);
        let Some(_mounted) = Mounted::new(&place, options) else {
            eprintln!("not run: a file system cannot be mounted here");
            return;
        };
        for format in listed() {
            let out = place.join("out");
            let ran = run(&mut export(&format, "minimal", &out));
            match ran.code {
                Some(0) => fs::remove_dir_all(&out).unwrap(),
                Some(6) => {
                    assert!(ran.stderr.contains("cannot be written"), "{ran:?}");
                    assert_eq!(names(&place), [""; 0], "{}", format.name);
                }
                _ => assert_eq!(names(&place), [""; 0], "{}: {ran:?}", format.name),
            }
        }
        assert_eq!(explicit(&place.join("out"), &[]).code, Some(6), "{options}");
    }
}

#[test]
fn interrupted_or_killed_at_any_moment_no_file_is_a_part() {
    let folder = tempfile::tempdir().unwrap();
    explicit(folder.path(), &[]).exits(0);
    let whole = tree(folder.path());
    let file = folder.path().join("explicit.txt");
    let started = std::time::Instant::now();
    explicit(folder.path(), &["--force"]).exits(0);
    let long = started.elapsed();
    for moment in 0..30 {
        let signal = if moment % 2 == 0 { "INT" } else { "KILL" };
        drop(fs::remove_file(&file));
        let mut child = program()
            .current_dir(repository())
            .args(["export", "explicit", "--tier", "minimal", "--quiet", "-o"])
            .arg(folder.path())
            .spawn()
            .unwrap();
        std::thread::sleep(long * moment / 20);
        let id = child.id().to_string();
        drop(Command::new("kill").args(["-s", signal, &id]).output());
        child.wait().unwrap();
        let found = tree(folder.path());
        let files: Vec<_> = found.iter().filter(|(name, _)| !name.ends_with(".tmp")).collect();
        assert!(
            files.is_empty() || files == whole.iter().collect::<Vec<_>>(),
            "{moment}"
        );
        let litter = found.len() - files.len();
        assert!(signal == "KILL" || litter == 0, "{moment}: litter was left");
        for (name, _) in found {
            drop(fs::remove_file(folder.path().join(name)));
        }
    }
    drop(fs::remove_file(&file));
    fs::write(folder.path().join(".pyiron-lock-abc.tmp"), "half").unwrap();
    explicit(folder.path(), &[]).exits(0);
    assert_eq!(tree(folder.path()), whole, "litter was left");
}

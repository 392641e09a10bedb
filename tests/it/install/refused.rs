//! What is refused, before or while it is installed; what was there before is untouched.

use std::{fs, process::Command};

use pyiron_lock_testkit::Contents;

use super::Site;
use crate::support::{Mounted, Ran, run};

/// Fails unless a run was refused with these words and changed nothing.
#[track_caller]
fn unchanged(site: &Site, ran: &Ran, told: &str) {
    assert!(ran.stderr.contains(told), "`{told}` is missing: {ran:?}");
    assert_eq!(site.generations().len(), 1);
    site.is_tidy();
}

#[test]
fn an_archive_with_another_sha256_is_not_used() {
    let site = Site::new();
    site.install(&[]).exits(0);
    let first = site.current();
    site.lock(2);
    let archive = site.project.path("channel/noarch/tool-2.0-py_0.conda");
    let good = fs::read(&archive).unwrap();
    let mut bad = good.clone();
    let at = bad.len() / 2;
    bad[at] ^= 1;
    fs::write(&archive, &bad).unwrap();
    let ran = site.install(&[]).exits(6);
    unchanged(&site, &ran, "tool 2.0 is refused: its archive has the sha256");
    fs::write(&archive, &good[..good.len() - 1]).unwrap();
    let ran = site.install(&[]).exits(6);
    unchanged(&site, &ran, "tool 2.0 is refused: its archive has");
    fs::remove_file(&archive).unwrap();
    let ran = site.install(&[]).exits(6);
    unchanged(&site, &ran, "channel has no archive noarch/tool-2.0-py_0.conda");
    assert_eq!(site.current(), first);
    fs::write(&archive, good).unwrap();
    site.install(&[]).exits(0);
}

#[test]
fn a_command_cannot_lead_out_of_the_prefix() {
    for command in ["../../../../tmp/evil = tool:main", "/tmp/evil = tool:main"] {
        let contents = Contents::new()
            .file("site-packages/tool/__init__.py", "\n")
            .entry_point(command);
        let site = Site::new();
        site.install(&[]).exits(0);
        let evil = super::tool("9.0").contents(contents);
        let channel = site.channel.clone().package(evil);
        channel.write_repodata(&site.project.path("channel")).unwrap();
        channel.write_archives(&site.project.path("channel")).unwrap();
        site.lock(9);
        let ran = site.install(&[]).exits(6);
        unchanged(&site, &ran, "tool 9.0 cannot be read: entry point command");
        assert!(!std::path::Path::new("/tmp/evil").exists());
    }
}

#[test]
fn what_stands_in_the_way_stays() {
    let site = Site::new();
    let release = site.lock(1);
    let prefix = site.base().join(&release);
    fs::create_dir_all(&prefix).unwrap();
    fs::write(prefix.join("mine.txt"), "mine").unwrap();
    let ran = site.install(&[]).exits(6);
    assert!(
        ran.stderr
            .contains("is in the way: it is no environment that this program made"),
        "{ran:?}"
    );
    assert_eq!(fs::read_to_string(prefix.join("mine.txt")).unwrap(), "mine");
    fs::remove_dir_all(&prefix).unwrap();
    fs::create_dir(site.base().join("current")).unwrap();
    let ran = site.install(&[]).exits(6);
    assert!(ran.stderr.contains("current is in the way"), "{ran:?}");
}

#[test]
fn a_root_that_cannot_be_one_is_told() {
    let site = Site::new();
    for root in ["with blank", "a/../b", "quo'te"] {
        let ran = run(&mut site.project.command(&["install", "one", "--root", root])).exits(2);
        assert!(ran.stderr.contains("cannot be a root"), "{ran:?}");
    }
    let long = format!("root/{}", "x".repeat(250));
    let ran = run(&mut site.project.command(&["install", "one", "--root", &long])).exits(1);
    assert!(ran.stderr.contains("install-prefix-too-long"), "{ran:?}");
    assert!(!site.project.path("root").join("x".repeat(250)).exists());
}

#[test]
fn a_machine_that_does_not_keep_the_promise_is_told() {
    let site = Site::new();
    let manifest = site
        .project
        .read("specs/tiers.yml")
        .replace("\"2.28\"", "\"9.99\"");
    site.project.write("specs/tiers.yml", &manifest);
    site.project.run(&["resolve"]).exits(0);
    let ran = site.install(&[]).exits(1);
    assert!(ran.stderr.contains("install-promise-unmet"), "{ran:?}");
    assert!(
        ran.stderr.contains("the lock was promised __glibc=9.99"),
        "{ran:?}"
    );
    assert!(!site.base().exists());
}

#[test]
fn a_root_that_cannot_be_written_is_told() {
    let site = Site::new();
    let root = site.project.path("sealed");
    let Some(_mounted) = Mounted::new(&root, "ro") else {
        eprintln!("a_root_that_cannot_be_written_is_told did not run: tmpfs cannot be mounted here");
        return;
    };
    let ran = run(&mut site.project.command(&["install", "one", "--root", "sealed"])).exits(1);
    assert!(ran.stderr.contains("install-not-writable"), "{ran:?}");
    let noexec = site.project.path("noexec");
    let Some(_mounted) = Mounted::new(&noexec, "noexec") else {
        return;
    };
    let ran = run(&mut site.project.command(&["install", "one", "--root", "noexec"])).exits(1);
    assert!(ran.stderr.contains("install-no-programs"), "{ran:?}");
}

#[test]
fn a_group_that_is_none_is_told() {
    let site = Site::new();
    let ran = site.install(&["--group", "no-such-group-here"]).exits(1);
    assert!(
        ran.stderr.contains("there is no group `no-such-group-here`"),
        "{ran:?}"
    );
    let ran = site.install(&["--group", "x $(id)"]).exits(1);
    assert!(ran.stderr.contains("install-group"), "{ran:?}");
}

#[test]
fn a_full_disk_leaves_what_was_there() {
    let site = Site::new();
    let disk = site.project.path("root");
    fs::remove_dir(&disk).unwrap();
    let Some(_mounted) = Mounted::new(&disk, "size=2m") else {
        eprintln!("a_full_disk_leaves_what_was_there did not run: tmpfs cannot be mounted here");
        return;
    };
    let first = site.lock(1);
    site.install(&[]).exits(0);
    let whole = super::contents(&site.base().join(&first));
    let second = site.lock(2);
    let (mut full, mut fits) = (0, 0);
    for left in (0..720).step_by(24) {
        drop(fs::remove_file(disk.join("filler")));
        drop(fs::remove_dir_all(site.base().join(&second)));
        super::point(&site.base(), &first);
        // Every package is unpacked anew, so that each step can be the one without room.
        let packages = site.base().join(".pyiron-lock/packages");
        fs::remove_dir_all(&packages).unwrap();
        fs::create_dir(&packages).unwrap();
        fill(&disk, left);
        let ran = site.install(&[]);
        let expected = if ran.code == Some(0) { &second } else { &first };
        fits += usize::from(ran.code == Some(0));
        full += usize::from(ran.code != Some(0));
        assert!(matches!(ran.code, Some(0 | 1 | 6)), "{ran:?}");
        assert_eq!(&site.current(), expected, "{ran:?}");
        assert!(whole == super::contents(&site.base().join(&first)));
        assert_eq!(site.generations().len(), if ran.code == Some(0) { 2 } else { 1 });
        assert_eq!(site.base().join(&second).exists(), ran.code == Some(0), "{ran:?}");
    }
    assert!(full > 3 && fits > 0, "{full} full, {fits} fit");
}

/// Fills a disk but for so many KiB.
fn fill(disk: &std::path::Path, left: usize) {
    let filler = disk.join("filler");
    let mut size = 2 << 20;
    while size > 0 && fs::write(&filler, vec![b'x'; size]).is_err() {
        size -= 4096;
    }
    fs::write(&filler, vec![b'x'; size.saturating_sub(left << 10)]).unwrap();
}

#[test]
fn a_user_without_the_right_to_write_is_told() {
    let site = Site::new();
    fs::set_permissions(
        site.project.path(""),
        std::os::unix::fs::PermissionsExt::from_mode(0o755),
    )
    .unwrap();
    let program = site.command(&["install", "one"]);
    let mut command = Command::new("setpriv");
    command.args(["--reuid", "65534", "--regid", "65534", "--clear-groups"]);
    command.arg(program.get_program()).args(program.get_args());
    command
        .current_dir(site.project.path(""))
        .env("HOME", "/nonexistent");
    let Ok(output) = command.output() else { return };
    let said = String::from_utf8_lossy(&output.stderr);
    if said.contains("setpriv:")
        || said.contains("Permission denied (os error 13)") && !said.contains("install-")
    {
        eprintln!("a_user_without_the_right_to_write_is_told did not run: {said}");
        return;
    }
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("install-not-writable"), "{said}");
}

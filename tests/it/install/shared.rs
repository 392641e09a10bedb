//! Many users of one root: who reads and writes, and two installs at once.

use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::{Site, contents};

#[test]
fn readers_read_and_nobody_else_writes_whatever_the_umask() {
    let site = Site::new();
    fs::set_permissions(site.project.path(""), fs::Permissions::from_mode(0o755)).unwrap();
    for (umask, version) in [("077", 1), ("000", 2)] {
        site.lock(version);
        drop(fs::remove_dir_all(site.project.path("root")));
        let program = site.command(&["install", "one"]);
        let words = format!("umask {umask}; exec \"$0\" \"$@\"");
        let mut command = Command::new("sh");
        command
            .args(["-c", &words])
            .arg(program.get_program())
            .args(program.get_args());
        command.current_dir(site.project.path(""));
        assert!(command.output().unwrap().status.success());
        let found = contents(&site.base().join(site.current()));
        for (path, what) in &found {
            let fine = ["folder 2755", "file 644", "file 755", "link "];
            assert!(
                fine.iter().any(|fine| what.starts_with(fine)),
                "{}: {what}",
                path.display()
            );
        }
        let prefix = fs::metadata(site.base().join("current")).unwrap();
        assert_eq!(prefix.mode() & 0o7777, 0o2755);
    }
    for folder in [site.base(), site.project.path("root")] {
        assert_eq!(fs::metadata(folder).unwrap().mode() & 0o7777, 0o2755);
    }
    assert_eq!(
        fs::metadata(site.base().join("leases")).unwrap().mode() & 0o7777,
        0o1777
    );
    // Another user starts a program of it.
    let mut other = Command::new("setpriv");
    other.args(["--reuid", "65534", "--regid", "65534", "--clear-groups"]);
    other.arg(site.base().join("current/bin/greet"));
    match other.output() {
        Ok(output) if output.status.success() => {
            assert!(String::from_utf8_lossy(&output.stdout).contains(&site.current()));
        }
        _ => eprintln!(
            "readers_read_and_nobody_else_writes_whatever_the_umask ran in part: setpriv cannot be used here"
        ),
    }
}

/// A command as a user of a group, with a umask.
fn as_user(user: u32, group: u32, umask: &str, command: &Command) -> Command {
    let mut other = Command::new("setpriv");
    let ids = [user, group].map(|id| id.to_string());
    other.args([
        "--reuid",
        &ids[0],
        "--regid",
        &ids[1],
        "--clear-groups",
        "sh",
        "-c",
    ]);
    other.arg(format!("umask {umask}; exec \"$0\" \"$@\""));
    other.arg(command.get_program()).args(command.get_args());
    if let Some(folder) = command.get_current_dir() {
        other.current_dir(folder);
    }
    other.env("HOME", "/nonexistent");
    other
}

#[test]
fn two_users_of_one_group_install_and_read_each_other() {
    const GROUP: u32 = 64_000;
    let site = Site::new();
    let place = site.project.path("");
    let open = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    open(&place, 0o755);
    site.project.run(&["bundle", "one", "-o", "one.tar"]).exits(0);
    let users = [(64_001, "077"), (64_002, "002")];
    let root = |user: u32| format!("root-{user}");
    for (user, umask) in users {
        let folder = site.project.path(&root(user));
        fs::create_dir(&folder).unwrap();
        if std::os::unix::fs::chown(&folder, Some(user), Some(GROUP)).is_err() {
            eprintln!("two_users_of_one_group_install_and_read_each_other did not run: it takes root");
            return;
        }
        open(&folder, 0o2750);
        let root = root(user);
        let words = [
            "install",
            "one",
            "--bundle",
            "one.tar",
            "--readers",
            "group",
            "--root",
            &root,
        ];
        let command = site.project.command(&words);
        let output = as_user(user, GROUP, umask, &command).output().unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    for ((owner, _), (reader, umask)) in [(users[0], users[1]), (users[1], users[0])] {
        let tier = site.project.path(&root(owner)).join("one");
        let prefix = tier.join(fs::read_link(tier.join("current")).unwrap());
        let shown = prefix.to_str().unwrap();
        let verify = site.project.command(&["verify", "one", "--prefix", shown]);
        let output = as_user(reader, GROUP, umask, &verify).output().unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stdout)
        );
        let greet = as_user(reader, GROUP, umask, &Command::new(prefix.join("bin/greet"))).output();
        assert!(greet.unwrap().status.success());
        let mut write = Command::new("touch");
        write.arg(prefix.join("bin/more"));
        assert!(
            !as_user(reader, GROUP, umask, &write)
                .output()
                .unwrap()
                .status
                .success()
        );
        // Whoever is in no such group sees nothing.
        let mut look = Command::new("ls");
        look.arg(&prefix);
        assert!(
            !as_user(65_534, 65_534, umask, &look)
                .output()
                .unwrap()
                .status
                .success()
        );
    }
}

#[test]
fn a_group_alone_can_read() {
    let site = Site::new();
    let own = fs::metadata(site.project.path("root")).unwrap();
    let group = if own.uid() == 0 {
        "daemon".to_owned()
    } else {
        own.gid().to_string()
    };
    site.install(&["--group", &group, "--readers", "group"]).exits(0);
    let id = fs::metadata(site.base().join("current")).unwrap().gid();
    assert!(own.uid() != 0 || id != own.gid(), "the group is another");
    for (path, what) in contents(&site.base().join(site.current())) {
        let fine = ["folder 2750", "file 640", "file 750", "link "];
        assert!(
            fine.iter().any(|fine| what.starts_with(fine)),
            "{}: {what}",
            path.display()
        );
        let found = fs::symlink_metadata(site.base().join("current").join(&path)).unwrap();
        assert_eq!(found.gid(), id, "{}", path.display());
    }
}

#[test]
fn two_installs_at_once_are_one_after_the_other() {
    let site = Site::new();
    for _ in 0..3 {
        drop(fs::remove_dir_all(site.base()));
        let mut children: Vec<_> = (0..4)
            .map(|_| site.command(&["install", "one", "--quiet"]).spawn().unwrap())
            .collect();
        for child in &mut children {
            assert!(child.wait().unwrap().success());
        }
        assert_eq!(site.generations().len(), 1);
        site.is_tidy();
    }
    // Two releases at once: both are there, and the last one is the current one.
    drop(fs::remove_dir_all(site.base()));
    let first = site.lock(1);
    let lock = site.project.path("lockfiles/one/linux-64.lock");
    fs::copy(&lock, site.project.path("first.lock")).unwrap();
    let second = site.lock(2);
    let mut one = site
        .command(&["install", "./first.lock", "--quiet"])
        .spawn()
        .unwrap();
    let mut two = site.command(&["install", "one", "--quiet"]).spawn().unwrap();
    assert!(one.wait().unwrap().success() && two.wait().unwrap().success());
    let mut releases: Vec<String> = site
        .generations()
        .into_iter()
        .map(|(_, release)| release)
        .collect();
    assert_eq!(&site.current(), releases.last().unwrap());
    releases.sort();
    let mut expected = [first, second];
    expected.sort();
    assert_eq!(releases, expected);
}

#[test]
fn a_run_that_cannot_be_seen_is_waited_for_until_it_is_silent() {
    let site = Site::new();
    fs::create_dir_all(site.base().join(".lock")).unwrap();
    fs::write(
        site.base().join(".lock/holder"),
        "login2 boot pid:[1] 77 token 4711",
    )
    .unwrap();
    let mut child = site
        .command(&["install", "one"])
        .env("PYIRON_LOCK_SILENT_AFTER", "1")
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It lives for a while.
    let began = Instant::now();
    for count in 0..6 {
        fs::write(site.base().join(".lock/alive"), count.to_string()).unwrap();
        thread::sleep(Duration::from_millis(300));
        assert!(child.try_wait().unwrap().is_none(), "it did not wait");
    }
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    assert!(began.elapsed() > Duration::from_secs(2));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("waiting for another run"), "{said}");
    assert!(said.contains("process 4711 on login2"), "{said}");
    site.is_tidy();
}

#[test]
fn ctrl_c_ends_an_install_and_leaves_nothing() {
    let site = Site::with("    smoke: { commands: [sleep 60] }\n");
    let mut child = site
        .command(&["install", "one"])
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let begun = || {
        fs::read_dir(site.base())
            .into_iter()
            .flatten()
            .flatten()
            .any(|entry| entry.path().join("conda-meta/frozen").exists())
    };
    let began = Instant::now();
    while !begun() && began.elapsed() < Duration::from_secs(60) {
        thread::sleep(Duration::from_millis(20));
    }
    let pid = child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &pid])
            .status()
            .unwrap()
            .success()
    );
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(site.generations(), []);
    assert!(!site.base().join("current").exists());
    site.is_tidy();
}

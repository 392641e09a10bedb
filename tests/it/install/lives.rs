//! A tier as it lives: installed, replaced by the next release, rolled back, cleaned up.

use std::{fs, path::Path, process::Command};

use pyiron_lock_testkit::{Channel, Contents, Package};

use super::{Site, contents};
use crate::support::{Project, run};

#[test]
fn modulefiles_follow_the_release_and_are_looked_at_with_it() {
    let site = Site::new();
    let ran = site.install(&[]).exits(0);
    assert!(
        ran.stderr
            .contains("the release has no kernelspec: `one` lacks `ipykernel`"),
        "{ran:?}"
    );
    let module = |release: &str| format!("current/share/pyiron-lock/lmod/one/{release}.lua");
    let first = site.current();
    let text = fs::read_to_string(site.base().join(module(&first))).unwrap();
    let prefix = site.base().join(&first);
    assert!(text.contains(&format!("\"{}\"", prefix.display())), "{text}");
    let verify = |prefix: &Path| {
        let words = ["verify", "one", "--prefix", prefix.to_str().unwrap()];
        site.project.run(&words)
    };
    verify(&prefix).exits(0);
    let altered = text.replace("bin", "sbin");
    assert_ne!(altered, text);
    fs::write(site.base().join(module(&first)), altered).unwrap();
    let ran = verify(&prefix).exits(5);
    assert!(ran.stdout.contains("share/pyiron-lock/lmod/one/"), "{ran:?}");

    site.lock(2);
    site.install(&[]).exits(0);
    assert!(site.base().join(module(&site.current())).is_file());
    assert!(!site.base().join(module(&first)).exists());
    site.run(&["rollback", "one"]).exits(0);
    assert!(site.base().join(module(&first)).is_file());
}

#[test]
fn a_release_is_whole_and_the_current_one() {
    let site = Site::new();
    let said = site.install(&["--json"]).exits(0).json();
    assert_eq!(said["result"], "installed");
    assert_eq!(said["generation"], 1);
    assert_eq!(said["fetched"], 4);
    let release = said["release"].as_str().unwrap();
    assert_eq!(site.current(), release);
    assert_eq!(site.generations(), [(1, release.to_owned())]);
    site.is_tidy();
    let prefix = site.base().join(release);
    let shown = prefix.display().to_string();
    let read = |path: &str| fs::read_to_string(prefix.join(path)).unwrap();
    assert!(
        read("bin/greet").contains(&format!("echo {shown}\n")),
        "the prefix is written in"
    );
    assert!(read("bin/tool").starts_with(&format!("#!{shown}/bin/python3.12\n")));
    assert_eq!(
        read("lib/python3.12/site-packages/tool/__init__.py"),
        "version = '1.0'\n"
    );
    assert!(read("conda-meta/frozen").contains("message"));
    assert!(read("lib/python3.12/EXTERNALLY-MANAGED").starts_with("[externally-managed]\nError="));
    assert!(!prefix.join("share/ran").exists(), "no script was to be run");
    assert!(!prefix.join("conda-meta/pyiron-lock.begun").exists());
    let records = fs::read_dir(prefix.join("conda-meta")).unwrap().flatten();
    let records = records.filter(|entry| entry.path().extension().is_some_and(|ending| ending == "json"));
    assert_eq!(records.count(), 4);
    let reports: Vec<_> = fs::read_dir(site.base().join(".pyiron-lock/reports"))
        .unwrap()
        .collect();
    assert_eq!(reports.len(), 1);
}

#[test]
fn what_is_there_is_not_made_again() {
    let site = Site::new();
    site.install(&[]).exits(0);
    let before = contents(&site.base().join(site.current()));
    let said = site.install(&["--json"]).exits(0).json();
    assert_eq!(said["result"], "there-already");
    assert_eq!(said["fetched"], 0);
    assert!(before == contents(&site.base().join(site.current())));
    assert_eq!(site.generations().len(), 1);
}

#[test]
fn the_next_release_stands_beside_and_the_one_before_comes_back() {
    let site = Site::new();
    let first = site.lock(1);
    site.install(&[]).exits(0);
    let whole = contents(&site.base().join(&first));
    let second = site.lock(2);
    let said = site.install(&["--json"]).exits(0).json();
    assert_eq!(
        said["fetched"], 1,
        "three packages are those of the first: {said:#}"
    );
    assert_eq!(said["before"], first.as_str());
    assert_eq!(site.current(), second);
    assert!(
        whole == contents(&site.base().join(&first)),
        "an earlier release was changed"
    );

    site.run(&["rollback", "one"]).exits(0);
    assert_eq!(site.current(), first);
    let ran = site.run(&["rollback", "one"]).exits(2);
    assert!(
        ran.stderr.contains("no generation before the current one"),
        "{ran:?}"
    );
    site.run(&["rollback", "one", "2"]).exits(0);
    assert_eq!(site.current(), second);
    site.run(&["rollback", "one", &first]).exits(0);
    assert_eq!(site.current(), first);
    let ran = site.run(&["rollback", "one", "7"]).exits(2);
    assert!(
        ran.stderr.contains(&format!("1 ({first}), 2 ({second})")),
        "{ran:?}"
    );
    // A lock that is installed again becomes the current one under its own number.
    site.install(&[]).exits(0);
    assert_eq!(site.current(), second);
    assert_eq!(site.generations(), [(1, first), (2, second)]);
    site.is_tidy();
}

#[test]
fn old_generations_go_unless_something_speaks_for_them() {
    let site = Site::new();
    let releases: Vec<String> = (1..=4)
        .map(|version| {
            let release = site.lock(version);
            site.install(&[]).exits(0);
            release
        })
        .collect();
    let kept = |words: &[&str]| {
        let mut all = vec!["gc", "one", "--json"];
        all.extend(words);
        let said = site.run(&all).exits(0).json();
        let list = said["tiers"][0]["kept"].as_array().unwrap().clone();
        list.iter()
            .map(|each| each["why"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(kept(&["--keep", "1"]), ["young", "young", "young", "current"]);
    assert_eq!(
        kept(&["--keep", "2", "--min-age", "0", "--dry-run"]),
        ["new", "current"]
    );
    assert_eq!(site.generations().len(), 4, "a dry run removes nothing");

    let mut kernel = Command::new("sleep")
        .arg("600")
        .current_dir(site.base().join(&releases[0]).join("bin"))
        .spawn()
        .unwrap();
    fs::write(site.base().join("leases/job-12"), &releases[1]).unwrap();
    assert_eq!(
        kept(&["--keep", "1", "--min-age", "0"]),
        ["used", "used", "current"]
    );
    kernel.kill().unwrap();
    kernel.wait().unwrap();
    fs::remove_file(site.base().join("leases/job-12")).unwrap();
    assert_eq!(kept(&["--keep", "1", "--min-age", "0"]), ["current"]);
    assert_eq!(site.generations(), [(4, releases[3].clone())]);
    let packages = fs::read_dir(site.base().join(".pyiron-lock/packages")).unwrap();
    assert_eq!(
        packages.count(),
        4,
        "packages of removed generations go with them"
    );
    site.is_tidy();
    // What is left still works, and so does the next one.
    site.lock(2);
    site.install(&[]).exits(0);
    assert_eq!(
        site.generations()
            .iter()
            .map(|(number, _)| *number)
            .collect::<Vec<_>>(),
        [4, 5]
    );
}

#[test]
fn scripts_of_packages_run_when_asked_for() {
    let site = Site::new();
    let ran = site.install(&[]).exits(0);
    assert!(ran.stderr.contains("install-scripts-left-out"), "{ran:?}");
    assert!(ran.stderr.contains("greet"), "{ran:?}");
    site.lock(2);
    let ran = site.install(&["--link-scripts"]).exits(0);
    assert!(!ran.stderr.contains("install-scripts-left-out"), "{ran:?}");
    let ran = fs::read_to_string(site.base().join("current/share/ran")).unwrap();
    assert_eq!(ran, "ran\n");
}

#[test]
fn a_lock_is_installed_without_its_project() {
    let site = Site::new();
    let lock = site.project.path("lockfiles/one/linux-64.lock");
    let folder = tempfile::tempdir().unwrap();
    fs::copy(lock, folder.path().join("some.lock")).unwrap();
    // The folder is named by the address that is in the lock.
    let source = format!(
        "https://forge.invalid/={}",
        site.project.path("channel").display()
    );
    let mut named = crate::support::program();
    named.current_dir(folder.path());
    named.args([
        "install",
        "./some.lock",
        "--root",
        "here",
        "--json",
        "--channel-source",
        &source,
    ]);
    let said = run(&mut named).exits(0).json();
    assert_eq!(said["tier"], "one");
    assert_eq!(said["smoke-tests"], 0);
    let bundle = site.project.path("channel");
    let ran = site.install(&["--bundle", bundle.to_str().unwrap()]).exits(0);
    assert!(ran.stderr.contains("generation 1"), "{ran:?}");
}

#[test]
fn a_test_that_fails_leaves_everything_as_it_was() {
    let site = Site::with("    smoke: { commands: [\"greet && echo no wonder >&2; exit 3\"] }\n");
    site.install(&["--no-smoke"]).exits(0);
    let first = site.current();
    site.lock(2);
    let ran = site.install(&[]).exits(1);
    assert!(ran.stderr.contains("install-test-failed"), "{ran:?}");
    assert!(
        ran.stderr.contains("no wonder"),
        "the last words are shown: {ran:?}"
    );
    assert_eq!(site.current(), first);
    assert_eq!(site.generations().len(), 1);
    site.is_tidy();
    site.install(&["--no-smoke"]).exits(0);
    assert_eq!(site.generations().len(), 2);
}

#[test]
fn a_package_that_was_changed_since_is_fetched_again() {
    let site = Site::new();
    site.install(&[]).exits(0);
    let packages = site.base().join(".pyiron-lock/packages");
    let libs = fs::read_dir(&packages)
        .unwrap()
        .flatten()
        .map(|entry| entry.path());
    let libs = libs
        .filter(|path| path.to_string_lossy().contains("libs-1.0"))
        .last()
        .unwrap();
    let file = libs.join("share/libs/7.txt");
    fs::remove_file(&file).unwrap();
    fs::write(&file, "something else\n").unwrap();
    site.lock(2);
    let said = site.install(&["--json"]).exits(0).json();
    assert_eq!(said["fetched"], 2, "{said:#}");
    let text = fs::read_to_string(site.base().join("current/share/libs/7.txt")).unwrap();
    assert_eq!(text, "7\n".repeat(350));
}

#[test]
fn a_file_of_two_packages_is_told_and_installed_once() {
    let both = |name: &str| {
        Package::new(&format!("{name} 1.0 0"))
            .contents(Contents::new().file("share/both.txt", format!("{name}\n")))
    };
    let channel = Channel::new("forge")
        .package(both("one-of"))
        .package(both("two-of"));
    let environment = "channels: [forge, nodefaults]\ndependencies: [one-of, two-of]\n";
    let project = Project::new(&channel, &[("md", "    platforms: [linux-64]\n", environment)]);
    channel.write_archives(&project.path("channel")).unwrap();
    project.run(&["resolve"]).exits(0);
    let ran = project.run(&["install", "md", "--root", "root"]).exits(0);
    assert!(ran.stderr.contains("install-shared-path"), "{ran:?}");
    let text = fs::read_to_string(project.path("root/md/current/share/both.txt")).unwrap();
    assert!(["one-of\n", "two-of\n"].contains(&text.as_str()), "{text}");
}

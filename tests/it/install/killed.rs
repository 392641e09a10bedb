//! Killed at any moment: `current` leads to a whole release, what is listed is whole, nothing that was finished is lost,
//! and the next run ends as if nothing had happened.

use std::{
    collections::BTreeMap,
    fs,
    path::PathBuf,
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

use super::{Site, contents, point};

type Whole = BTreeMap<PathBuf, String>;

struct Killing {
    site: Site,
    first: String,
    second: String,
    whole: BTreeMap<String, Whole>,
    /// How long an install and a rollback take.
    install: Duration,
    rollback: Duration,
}

impl Killing {
    fn new() -> Self {
        let site = Site::new();
        let first = site.lock(1);
        site.install(&[]).exits(0);
        let second = site.lock(2);
        fs::remove_dir_all(site.base().join(".pyiron-lock/packages")).unwrap();
        let began = Instant::now();
        site.install(&["--quiet"]).exits(0);
        let install = began.elapsed();
        let whole = [&first, &second].map(|release| (release.clone(), contents(&site.base().join(release))));
        let began = Instant::now();
        site.run(&["rollback", "one", &first, "--quiet"]).exits(0);
        let rollback = began.elapsed();
        Self {
            site,
            first,
            second,
            whole: whole.into(),
            install,
            rollback,
        }
    }

    /// Kills a run after a while and looks at what there is.
    fn kill(&self, words: &[&str], after: Duration) {
        let mut child = self.site.command(words).stderr(Stdio::null()).spawn().unwrap();
        thread::sleep(after);
        drop(child.kill());
        child.wait().unwrap();
        self.holds(after);
    }

    #[track_caller]
    fn holds(&self, after: Duration) {
        let current = self.site.current();
        let whole = self.whole.get(&current);
        let whole = whole.unwrap_or_else(|| panic!("`current` leads to {current} after {after:?}"));
        self.is_whole(&current, whole, after);
        let listed: Vec<String> = self
            .site
            .generations()
            .into_iter()
            .map(|(_, release)| release)
            .collect();
        assert!(
            listed.contains(&self.first),
            "the first release is lost after {after:?}"
        );
        assert!(
            listed.contains(&current),
            "the current release is not listed after {after:?}"
        );
        for release in listed {
            self.is_whole(&release, &self.whole[&release], after);
        }
    }

    #[track_caller]
    fn is_whole(&self, release: &str, whole: &Whole, after: Duration) {
        let mut found = contents(&self.site.base().join(release));
        // Gone a moment after a release is finished, or with the next install.
        found.remove(&PathBuf::from("conda-meta/pyiron-lock.begun"));
        for (path, what) in whole {
            assert_eq!(
                found.get(path),
                Some(what),
                "{} of {release} after {after:?}",
                path.display()
            );
        }
        assert_eq!(found.len(), whole.len(), "{release} after {after:?}");
    }

    fn round(&self, at: u32, of: u32) {
        let base = self.site.base();
        // A quarter of the moments is spread over a switch alone, the others over an install.
        if at % 4 == 3 {
            self.kill(
                &["rollback", "one", &self.second, "--quiet"],
                self.rollback * at / of,
            );
            self.kill(
                &["rollback", "one", &self.first, "--quiet"],
                self.rollback * (of - at) / of,
            );
        } else {
            drop(fs::remove_dir_all(base.join(&self.second)));
            point(&base, &self.first);
            if at.is_multiple_of(4) {
                drop(fs::remove_dir_all(base.join(".pyiron-lock/packages")));
            }
            self.kill(&["install", "one", "--quiet"], self.install * 11 / 10 * at / of);
        }
        self.site.install(&["--quiet"]).exits(0);
        assert_eq!(self.site.current(), self.second);
        self.holds(Duration::MAX);
        assert_eq!(self.site.generations().len(), 2);
        self.site.is_tidy();
    }
}

#[test]
fn killed_at_thirty_moments_nothing_is_half() {
    let killing = Killing::new();
    for at in 0..30 {
        killing.round(at, 30);
    }
}

/// Some minutes long: run by hand with `--ignored` after a change of what this is about.
#[test]
#[ignore = "takes minutes"]
fn killed_at_two_hundred_moments_nothing_is_half() {
    let killing = Killing::new();
    for at in 0..200 {
        killing.round(at, 200);
    }
}

#[test]
fn a_collection_that_is_killed_goes_on() {
    let killing = Killing::new();
    let site = &killing.site;
    let third = site.lock(3);
    let words = ["gc", "one", "--keep", "1", "--min-age", "0", "--quiet"];
    for at in 0..10 {
        for version in 1..=3 {
            site.lock(version);
            site.install(&["--quiet"]).exits(0);
        }
        let mut child = site.command(&words).stdout(Stdio::null()).spawn().unwrap();
        thread::sleep(killing.rollback * at / 5);
        drop(child.kill());
        child.wait().unwrap();
        assert_eq!(site.current(), third);
        for (_, release) in site.generations() {
            if let Some(whole) = killing.whole.get(&release) {
                killing.is_whole(&release, whole, Duration::ZERO);
            }
        }
        site.run(&words).exits(0);
        // The third was there from the second time on, so that another one is the newest.
        assert_eq!(site.generations().len(), if at == 0 { 1 } else { 2 });
        site.is_tidy();
    }
}

//! Installs below a root: what is there afterwards, what is refused, and what is left of a run that did not end well.
//! Packages are real archives, made for these tests and for linux-64.

#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

mod bundle;
mod flips;
mod killed;
mod lives;
mod network;
mod refused;
mod shared;

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::{MetadataExt, symlink},
    path::{Path, PathBuf},
    process::Command,
};

use pyiron_lock_testkit::{Channel, Contents, PREFIX, Package};
use serde_json::Value;

use crate::support::{Project, Ran, run};

/// 2026-06-01 UTC in milliseconds.
const JUNE: i64 = 1_780_272_000_000;

/// Stands in for Python: finds a module where the installer puts it, and compiles nothing.
fn python() -> Contents {
    let script = format!(
        "#!/bin/sh\n[ \"$1\" != -c ] || test -e \"{PREFIX}/lib/python3.12/site-packages/$3/__init__.py\"\n"
    );
    Contents::new()
        .program("bin/python3.12", script)
        .link("bin/python", "python3.12")
        .file("lib/libpython3.12.so", format!("\0{PREFIX}/lib\0\0").into_bytes())
}

fn tool(version: &str) -> Package {
    let contents = Contents::new()
        .file(
            "site-packages/tool/__init__.py",
            format!("version = '{version}'\n"),
        )
        .entry_point("tool = tool:main");
    Package::new(&format!("tool {version} py_0"))
        .noarch_python()
        .depends(["python", "libs"])
        .timestamp(JUNE)
        .contents(contents)
}

fn channel() -> Channel {
    let many = (0..60).fold(Contents::new(), |contents, at| {
        contents.file(format!("share/libs/{at}.txt"), format!("{at}\n").repeat(50 * at))
    });
    let script = "#!/bin/sh\nmkdir -p \"$PREFIX/share\" && echo ran >\"$PREFIX/share/ran\"\n";
    Channel::new("forge")
        .package(Package::new("python 3.12.1 0").timestamp(JUNE).contents(python()))
        .package(Package::new("libs 1.0 0").timestamp(JUNE).contents(many))
        .package(
            Package::new("greet 1.0 0").timestamp(JUNE).contents(
                Contents::new()
                    .program("bin/greet", format!("#!/bin/sh\necho {PREFIX}\n"))
                    .program("bin/.greet-post-link.sh", script),
            ),
        )
        .packages((1..=4).map(|version| tool(&format!("{version}.0"))))
}

/// A project with one tier, a root, and a folder for each lock that was made.
struct Site {
    project: Project,
    channel: Channel,
}

impl Site {
    fn new() -> Self {
        Self::with("    smoke: { imports: [tool], commands: [greet] }\n")
    }

    fn with(extra: &str) -> Self {
        let channel = channel();
        let extra = format!("    platforms: [linux-64]\n{extra}");
        let project = Project::new(&channel, &[("one", &extra, &environment(1))]);
        channel.write_archives(&project.path("channel")).unwrap();
        let site = Self { project, channel };
        fs::create_dir(site.project.path("root")).unwrap();
        site.project.run(&["resolve"]).exits(0);
        site
    }

    /// Makes the lock of another version of the tool, and returns its release.
    fn lock(&self, version: u32) -> String {
        self.project
            .write("specs/one/environment.yml", &environment(version));
        self.project.run(&["resolve"]).exits(0);
        let said = self.install(&["--dry-run", "--json"]).exits(0).json();
        said["release"].as_str().unwrap().to_owned()
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut all = words.to_vec();
        all.extend(["--root", "root"]);
        self.project.command(&all)
    }

    fn run(&self, words: &[&str]) -> Ran {
        run(&mut self.command(words))
    }

    fn install(&self, more: &[&str]) -> Ran {
        let mut words = vec!["install", "one"];
        words.extend(more);
        self.run(&words)
    }

    fn base(&self) -> PathBuf {
        self.project.path("root/one")
    }

    /// Returns the release that `current` leads to.
    fn current(&self) -> String {
        let link = fs::read_link(self.base().join("current")).unwrap();
        link.into_os_string().into_string().unwrap()
    }

    /// Returns the generations that are listed: number and release.
    fn generations(&self) -> Vec<(u64, String)> {
        let said = self.run(&["generations", "one", "--json"]).exits(0).json();
        let list = said["tiers"][0]["generations"].as_array().unwrap().clone();
        let words = |each: &Value| {
            (
                each["generation"].as_u64().unwrap(),
                each["release"].as_str().unwrap().to_owned(),
            )
        };
        list.iter().map(words).collect()
    }

    /// Fails if a run left anything of its own behind.
    #[track_caller]
    fn is_tidy(&self) {
        let names = |folder: PathBuf| -> Vec<String> {
            let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
            entries
                .map(|entry| entry.file_name().into_string().unwrap())
                .collect()
        };
        assert_eq!(names(self.base().join(".pyiron-lock/work")), [""; 0]);
        let locks = names(self.base());
        assert!(locks.iter().all(|name| !name.starts_with(".lock")), "{locks:?}");
    }
}

fn environment(version: u32) -> String {
    format!("channels: [forge, nodefaults]\ndependencies:\n  - tool {version}.*\n  - greet\n")
}

/// Everything below a folder by its path: kind, mode and content. What says when and how it was made is left out.
fn contents(folder: &Path) -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    let mut pending = vec![folder.to_owned()];
    while let Some(next) = pending.pop() {
        for entry in fs::read_dir(&next).unwrap().map(Result::unwrap) {
            let path = entry.path();
            let relative = path.strip_prefix(folder).unwrap().to_owned();
            let metadata = fs::symlink_metadata(&path).unwrap();
            let mode = metadata.mode() & 0o7777;
            let what = if metadata.is_symlink() {
                format!("link {}", fs::read_link(&path).unwrap().display())
            } else if metadata.is_dir() {
                pending.push(path);
                format!("folder {mode:o}")
            } else if relative == Path::new("conda-meta/pyiron-lock") {
                format!("file {mode:o}")
            } else {
                format!(
                    "file {mode:o} {}",
                    String::from_utf8_lossy(&fs::read(&path).unwrap())
                )
            };
            found.insert(relative, what);
        }
    }
    found
}

/// Makes the link `current` lead to a release, as a test wants it.
fn point(base: &Path, release: &str) {
    let link = base.join("current");
    drop(fs::remove_file(&link));
    symlink(release, link).unwrap();
}

//! Channels over the network, on a server of the tests' own: every way of reading, and every way it can fail.

mod access;
mod fails;
mod reads;
mod replay;
mod shared;

use std::{fs, path::PathBuf, process::Command};

use pyiron_lock_testkit::{
    Channel, Package,
    server::{Behaviour, Rule, Server},
};

use crate::support::{Ran, program, run, tree};

/// Packages that need each other, on two subdirs, with one that nothing reaches.
fn channel() -> Channel {
    Channel::new("forge")
        .package(Package::new("python 3.12.1 0").timestamp(JUNE))
        .package(Package::new("python 3.13.0 0").timestamp(JUNE))
        .package(
            Package::new("numpy 2.3.4 0")
                .depends(["python >=3.12", "libblas"])
                .timestamp(JUNE),
        )
        .package(Package::new("libblas 3.9.0 0").timestamp(JUNE))
        .package(
            Package::new("six 1.17.0 py_0")
                .noarch_python()
                .depends(["python"])
                .timestamp(JUNE),
        )
        .package(Package::new("unreachable 1.0 0").timestamp(JUNE))
}

/// 2026-06-01 UTC in milliseconds.
const JUNE: i64 = 1_780_272_000_000;

const ENVIRONMENT: &str = "channels: [forge, nodefaults]\ndependencies:\n  - numpy\n  - six\n";

/// What a channel offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Shards,
    Packed,
    Plain,
}

/// A project, a server with its channel, and a cache.
struct Site {
    folder: tempfile::TempDir,
    server: Server,
}

impl Site {
    fn new(kind: Kind) -> Self {
        Self::with(kind, &channel())
    }

    fn with(kind: Kind, channel: &Channel) -> Self {
        let folder = tempfile::tempdir().unwrap();
        publish(kind, channel, &folder.path().join("www/forge"));
        let server = Server::start(&folder.path().join("www"));
        let site = Self { folder, server };
        site.write("specs/minimal/environment.yml", ENVIRONMENT);
        site.manifest("  minimal: { spec: minimal/environment.yml, platforms: [linux-64] }\n");
        site
    }

    /// Publishes a channel in the place of what was there.
    fn publish(&self, kind: Kind, channel: &Channel) {
        let folder = self.path("www/forge");
        fs::remove_dir_all(&folder).unwrap();
        publish(kind, channel, &folder);
    }

    fn manifest(&self, tiers: &str) {
        self.write(
            "specs/tiers.yml",
            &format!(
                "channels: [forge]\nchannel-sources:\n  forge: {{ url: \"https://forge.invalid/\", mirror: \
                 \"{}/forge\" }}\nplatforms:\n  linux-64: {{ virtual-packages: {{ __glibc: \"2.28\", __linux: \
                 \"4.18\" }} }}\ntiers:\n{tiers}",
                self.server.url()
            ),
        );
    }

    fn path(&self, relative: &str) -> PathBuf {
        self.folder.path().join(relative)
    }

    fn write(&self, relative: &str, text: &str) {
        let path = self.path(relative);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(&self, relative: &str) -> String {
        fs::read_to_string(self.path(relative)).unwrap()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = program();
        command
            .current_dir(self.folder.path())
            .args(arguments)
            .env("PYIRON_LOCK_CACHE_DIR", self.path("cache"))
            .env("PYIRON_LOCK_HTTP_RETRIES", "1")
            .env("PYIRON_LOCK_HTTP_TIMEOUT", "20");
        command
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        run(&mut self.command(arguments))
    }

    /// Resolves, after everything but the cache was removed.
    fn resolve_anew(&self, arguments: &[&str]) -> Ran {
        drop(fs::remove_dir_all(self.path("lockfiles")));
        let mut all = vec!["resolve"];
        all.extend(arguments);
        self.run(&all)
    }

    fn lock(&self) -> String {
        self.read(LOCK)
    }

    /// Adds a rule for the index of each kind, whatever it is called.
    fn index_rule(&self, behaviour: &Behaviour, times: Option<usize>) {
        for end in [
            "/linux-64/repodata_shards.msgpack.zst",
            "/linux-64/repodata.json.zst",
            "/linux-64/repodata.json",
        ] {
            let rule = Rule::ending(end, behaviour.clone()).method("GET");
            self.server.rule(match times {
                Some(times) => rule.times(times),
                None => rule,
            });
        }
    }

    /// Returns the files of the cache that are not whole: temporary ones.
    fn litter(&self) -> Vec<String> {
        let files = fs::metadata(self.path("cache")).map(|_| files(&self.path("cache")));
        let files = files.unwrap_or_default();
        let temporary = |path: &String| path.rsplit('/').next().unwrap().starts_with(".tmp");
        files.into_iter().filter(temporary).collect()
    }
}

const LOCK: &str = "lockfiles/minimal/linux-64.lock";

fn publish(kind: Kind, channel: &Channel, folder: &std::path::Path) {
    match kind {
        Kind::Shards => {
            channel.write_shards(folder).unwrap();
            remove(folder, &["repodata.json", "repodata.json.zst"]);
        }
        Kind::Packed => {
            channel.write_repodata(folder).unwrap();
            remove(folder, &["repodata.json"]);
        }
        Kind::Plain => {
            channel.write_repodata(folder).unwrap();
            remove(folder, &["repodata.json.zst"]);
        }
    }
}

fn remove(folder: &std::path::Path, names: &[&str]) {
    for subdir in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        for name in names {
            fs::remove_file(subdir.path().join(name)).unwrap();
        }
    }
}

/// Returns the names of all files below a folder.
fn files(folder: &std::path::Path) -> Vec<String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.path().is_dir() {
            names.extend(files(&entry.path()));
        } else {
            names.push(entry.path().display().to_string());
        }
    }
    names
}

/// Fails if a text is anywhere in what a run said, wrote or keeps.
#[track_caller]
fn nowhere(site: &Site, ran: &Ran, secret: &str) {
    assert!(
        !ran.stdout.contains(secret) && !ran.stderr.contains(secret),
        "{ran:?}"
    );
    if site.path("lockfiles").exists() {
        let locks = tree(&site.path("lockfiles"));
        assert!(locks.iter().all(|(_, text)| !text.contains(secret)));
    }
    for name in files(&site.path("cache")) {
        let bytes = fs::read(&name).unwrap();
        let found = bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
        assert!(!found, "{name} holds the secret");
    }
}

//! Runs the program in a clean environment, on projects and channels made for one test.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use pyiron_lock_testkit::{Channel, server::Server};
use serde_json::Value;

/// The repository.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The program with nothing of the caller's environment but PATH.
pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pyiron-lock-tested"));
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .stdin(Stdio::null());
    command
}

/// The sample channel on a server of this machine, to which conda's configuration leads in the place of channels.
pub(crate) struct SampleMirror {
    server: Server,
    folder: tempfile::TempDir,
}

impl SampleMirror {
    /// Stands in for the channels named.
    pub(crate) fn of(channels: &[&str]) -> Self {
        let server = Server::start(&repository().join("tests/sample-channel"));
        let folder = tempfile::tempdir().unwrap();
        let mut condarc = String::from("mirrored_channels:\n");
        for channel in channels {
            condarc.push_str(&format!("  \"{channel}\": [\"{}\"]\n", server.url()));
        }
        fs::write(folder.path().join("condarc"), condarc).unwrap();
        Self { server, folder }
    }

    /// The program as [`program`] gives it, told of the mirror, with a cache of its own.
    pub(crate) fn program(&self) -> Command {
        let mut command = program();
        command
            .env("CONDARC", self.folder.path().join("condarc"))
            .env("PYIRON_LOCK_CACHE_DIR", self.folder.path().join("cache"));
        command
    }

    /// Returns whether anybody asked for anything.
    pub(crate) fn was_asked(&self) -> bool {
        !self.server.log().is_empty()
    }
}

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// Returns stdout as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Fails unless the exit code is the one given.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(
            self.code,
            Some(code),
            "stdout:\n{}\nstderr:\n{}",
            self.stdout,
            self.stderr
        );
        self
    }
}

/// Runs a command to its end.
pub(crate) fn run(command: &mut Command) -> Ran {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    Ran {
        code: status.code(),
        stdout: String::from_utf8(stdout).unwrap(),
        stderr: String::from_utf8(stderr).unwrap(),
    }
}

/// A project in a folder of its own, on a channel of its own called `forge`.
pub(crate) struct Project {
    folder: tempfile::TempDir,
}

impl Project {
    /// Creates a project with tiers given as (name, extra manifest lines, environment file) on linux-64 and
    /// osx-arm64.
    pub(crate) fn new(channel: &Channel, tiers: &[(&str, &str, &str)]) -> Self {
        let project = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        channel.write_repodata(&project.path("channel")).unwrap();
        let mut manifest = String::from(
            "channels: [forge]\nchannel-sources:\n  forge: { url: \"https://forge.invalid/\", path: ../channel }\n\
             platforms:\n  linux-64: { virtual-packages: { __glibc: \"2.28\", __linux: \"4.18\" } }\n  \
             osx-arm64: { virtual-packages: { __osx: \"13.0\" } }\ntiers:\n",
        );
        for (name, extra, environment) in tiers {
            manifest.push_str(&format!("  {name}:\n    spec: {name}/environment.yml\n{extra}"));
            project.write(&format!("specs/{name}/environment.yml"), environment);
        }
        project.write("specs/tiers.yml", &manifest);
        project
    }

    /// Returns a path inside the project.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.folder.path().join(relative)
    }

    /// Writes a file and the folders above it.
    pub(crate) fn write(&self, relative: &str, text: &str) {
        let path = self.path(relative);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Reads a file.
    pub(crate) fn read(&self, relative: &str) -> String {
        fs::read_to_string(self.path(relative)).unwrap()
    }

    /// Returns the program, to be run in the project.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = program();
        command.current_dir(self.folder.path()).args(arguments);
        command
    }

    /// Runs the program in the project.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        run(&mut self.command(arguments))
    }
}

/// Returns every file below a folder with its content, by relative path.
pub(crate) fn tree(folder: &Path) -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut pending = vec![folder.to_owned()];
    while let Some(next) = pending.pop() {
        for entry in fs::read_dir(&next).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                pending.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
                files.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    files.sort();
    files
}

/// Copies the text files below a folder.
pub(crate) fn copy_tree(from: &Path, to: &Path) {
    for (name, text) in tree(from) {
        let path = to.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

/// Mounts a tmpfs, which holds for root as well, and unmounts it at the end.
pub(crate) struct Mounted(PathBuf);

impl Mounted {
    pub(crate) fn new(folder: &Path, options: &str) -> Option<Self> {
        fs::create_dir_all(folder).unwrap();
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", options, "none"])
            .arg(folder)
            .output();
        mount
            .is_ok_and(|mount| mount.status.success())
            .then(|| Self(folder.to_owned()))
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        drop(Command::new("umount").arg(&self.0).status());
    }
}

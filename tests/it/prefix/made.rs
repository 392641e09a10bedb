//! A prefix made by hand as an installer would have made it, and the lock that it was made from.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use rattler_digest::{Sha256, compute_bytes_digest};
use serde_json::{Value, json};

use crate::support::{Ran, program, run};

/// Where Python of the prefix looks for modules.
pub(super) const SITE: &str = "lib/python3.12/site-packages";

/// A prefix in a folder of its own, with its lock beside it.
pub(super) struct Made {
    folder: tempfile::TempDir,
    packages: Vec<(String, String)>,
}

pub(super) fn sha256(bytes: &[u8]) -> String {
    let digest = compute_bytes_digest::<Sha256>(bytes);
    digest.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

impl Made {
    /// Python with a module, a library with a link, and a script.
    pub(super) fn new() -> Self {
        let mut made = Self {
            folder: tempfile::tempdir().unwrap(),
            packages: Vec::new(),
        };
        let python = made.prefix().join("bin/python3.12");
        let script = format!("#!{}\nimport mod\n", python.display());
        made.install(
            "python",
            "3.12.4",
            &[
                ("bin/python3.12", b"\x7fELF python"),
                ("lib/python3.12/os.py", b"os = 1\n"),
            ],
        );
        let metadata = b"Metadata-Version: 2.1\nName: mod\nVersion: 1.0\nRequires-Dist: tool >=2\n\nText\n";
        made.install(
            "mod",
            "1.0",
            &[
                (&format!("{SITE}/mod/__init__.py"), b"import tool\n"),
                (&format!("{SITE}/mod-1.0.dist-info/METADATA"), metadata),
                ("bin/mod", script.as_bytes()),
            ],
        );
        let metadata = b"Metadata-Version: 2.1\nName: Tool\nVersion: 2.1\n\n";
        made.install(
            "tool",
            "2.1",
            &[(&format!("{SITE}/tool-2.1.dist-info/METADATA"), metadata)],
        );
        made.install(
            "libx",
            "1.2",
            &[("lib/libx.so.1.2", b"\x7fELF x"), ("share/x/data", &[7; 5000])],
        );
        std::os::unix::fs::symlink("libx.so.1.2", made.path("lib/libx.so")).unwrap();
        made.edit("libx", |record| {
            let entry =
                json!({"_path": "lib/libx.so", "path_type": "softlink", "sha256": sha256(b"\x7fELF x")});
            record["paths_data"]["paths"].as_array_mut().unwrap().push(entry);
        });
        fs::write(made.path("conda-meta/history"), "").unwrap();
        made.write_lock();
        made
    }

    /// Returns the folder of the prefix, without links.
    pub(super) fn prefix(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join("env")
    }

    pub(super) fn path(&self, below: &str) -> PathBuf {
        self.prefix().join(below)
    }

    /// The folder that the prefix and its lock are in.
    pub(super) fn outside(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file that no record names.
    pub(super) fn write(&self, below: &str, bytes: &[u8]) {
        let path = self.path(below);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// Installs files as a package, without adding it to the lock.
    pub(super) fn install(&mut self, name: &str, version: &str, files: &[(&str, &[u8])]) {
        let entries: Vec<Value> = files
            .iter()
            .map(|(path, bytes)| {
                self.write(path, bytes);
                json!({"_path": path, "path_type": "hardlink", "sha256": sha256(bytes), "size_in_bytes": bytes.len()})
            })
            .collect();
        let record = json!({
            "name": name,
            "version": version,
            "build": "0",
            "build_number": 0,
            "subdir": "linux-64",
            "fn": format!("{name}-{version}-0.conda"),
            "url": url(name, version),
            "channel": "https://forge.invalid/",
            "sha256": sha256(name.as_bytes()),
            "depends": [],
            "files": [],
            "paths_data": {"paths_version": 1, "paths": entries},
        });
        self.write(
            &format!("conda-meta/{name}-{version}-0.json"),
            record.to_string().as_bytes(),
        );
        self.packages.push((name.to_owned(), version.to_owned()));
    }

    /// Changes a record.
    pub(super) fn edit(&self, name: &str, change: impl FnOnce(&mut Value)) {
        let (_, version) = self.packages.iter().find(|(own, _)| own == name).unwrap();
        let path = self.path(&format!("conda-meta/{name}-{version}-0.json"));
        let mut record: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        change(&mut record);
        fs::write(path, record.to_string()).unwrap();
    }

    /// Writes the lock that has every package that was installed.
    pub(super) fn write_lock(&self) {
        let mut text = String::from(
            "version: 1\nmetadata:\n  channels: [{url: \"https://forge.invalid/\", used_env_vars: []}]\n  platforms: [linux-64]\n  \
             content_hash: {linux-64: x}\n  sources: [environment.yml]\npackage:\n",
        );
        for (name, version) in &self.packages {
            let _ = write!(
                text,
                "- name: {name}\n  version: \"{version}\"\n  manager: conda\n  platform: linux-64\n  dependencies: {{}}\n  \
                 url: {}\n  hash: {{sha256: {}}}\n  category: main\n  optional: false\n",
                url(name, version),
                sha256(name.as_bytes())
            );
        }
        fs::write(self.folder.path().join("conda-lock.yml"), text).unwrap();
    }

    /// Changes the lock.
    pub(super) fn edit_lock(&self, from: &str, to: &str) {
        let path = self.folder.path().join("conda-lock.yml");
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{text}");
        fs::write(path, text.replace(from, to)).unwrap();
    }

    /// Runs `verify --prefix` with the lock.
    pub(super) fn verify(&self, more: &[&str]) -> Ran {
        self.verify_with(more, &[])
    }

    /// Runs it with variables.
    pub(super) fn verify_with(&self, more: &[&str], variables: &[(&str, &str)]) -> Ran {
        let mut command = program();
        command
            .current_dir(self.folder.path())
            .args([
                "verify",
                "--prefix",
                "env",
                "--lock",
                "conda-lock.yml",
                "--today",
                "2026-09-01",
            ])
            .args(more)
            .envs(variables.iter().copied());
        run(&mut command)
    }

    /// Returns the codes that a run finds, each with the lines below it, and checks the exit code.
    #[track_caller]
    pub(super) fn finds(&self, code: i32) -> Vec<(String, Vec<String>)> {
        found(&self.verify(&["--json"]).exits(code).json())
    }
}

/// Returns the codes of findings with the message and the notes.
pub(super) fn found(report: &Value) -> Vec<(String, Vec<String>)> {
    let findings = report["findings"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    findings
        .iter()
        .map(|finding| {
            let notes = finding["notes"].as_array().into_iter().flatten();
            let lines = [text(&finding["message"])].into_iter().chain(notes.map(text));
            (text(&finding["code"]), lines.collect())
        })
        .collect()
}

fn url(name: &str, version: &str) -> String {
    format!("https://forge.invalid/linux-64/{name}-{version}-0.conda")
}

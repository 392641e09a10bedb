//! Who uses a release: processes of this machine, and people or jobs that left a lease. What cannot be seen from here is
//! said in `docs/guide/install.md`: processes of other machines without a lease, and of other users where they started
//! through the link `current` and this user may not look into them.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use super::place::TierRoot;

/// How long a lease counts after it was last written: as long as the longest jobs of clusters that are known run.
const LEASE: Duration = Duration::from_secs(30 * 86_400);

/// The most of a lease that is read.
const MAX_LEASE: usize = 4096;

/// One use of a release.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Use {
    /// A process of this machine.
    Process(u32),
    /// A file that says so.
    Lease(PathBuf),
}

/// Who uses which release.
#[derive(Debug, Clone, Default)]
pub struct InUse {
    by_release: BTreeMap<String, Vec<Use>>,
    /// How many processes could not be looked into.
    pub unseen: usize,
}

impl InUse {
    /// Returns who uses a release.
    pub fn of(&self, release: &str) -> &[Use] {
        self.by_release.get(release).map_or(&[], Vec::as_slice)
    }

    fn add(&mut self, release: &str, by: Use) {
        let uses = self.by_release.entry(release.to_owned()).or_default();
        if !uses.contains(&by) {
            uses.push(by);
        }
    }
}

/// Looks who uses which of the releases of a tier.
pub fn in_use(root: &TierRoot, releases: &[&str]) -> InUse {
    let mut found = InUse::default();
    // A process shows where a path leads, not how it was written.
    let mut bases = vec![root.base().to_owned()];
    bases.extend(
        fs::canonicalize(root.base())
            .ok()
            .filter(|base| base != root.base()),
    );
    processes(&bases, releases, &mut found);
    leases(&root.leases(), releases, &mut found);
    found
}

fn processes(bases: &[PathBuf], releases: &[&str], found: &mut InUse) {
    let own = std::process::id();
    let folders: Vec<(&str, Vec<u8>)> = releases
        .iter()
        .flat_map(|release| {
            let folder = move |base: &PathBuf| base.join(release).to_string_lossy().into_owned().into_bytes();
            bases.iter().map(move |base| (*release, folder(base)))
        })
        .collect();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(pid) = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse::<u32>().ok())
        else {
            continue;
        };
        if pid == own {
            continue;
        }
        let process = entry.path();
        let mut texts = Vec::new();
        for link in ["exe", "cwd", "root"] {
            match fs::read_link(process.join(link)) {
                Ok(target) => texts.push(target.to_string_lossy().into_owned().into_bytes()),
                Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied && link == "exe" => {
                    found.unseen += 1;
                }
                Err(_) => {}
            }
        }
        // Libraries that are loaded, how it was started, and the environment it was started in.
        for file in ["maps", "cmdline", "environ"] {
            texts.extend(fs::read(process.join(file)).ok());
        }
        for (release, folder) in &folders {
            if texts.iter().any(|text| names(text, folder)) {
                found.add(release, Use::Process(pid));
            }
        }
    }
}

/// Returns whether a text names a folder or something below it.
fn names(text: &[u8], folder: &[u8]) -> bool {
    let mut rest = text;
    while let Some(at) = rest.windows(folder.len()).position(|window| window == folder) {
        let after = rest.get(at + folder.len());
        if after.is_none_or(|letter| matches!(letter, b'/' | b'\0' | b'\n' | b':' | b' ' | b'"' | b'\'')) {
            return true;
        }
        rest = &rest[at + 1..];
    }
    false
}

fn leases(folder: &Path, releases: &[&str], found: &mut InUse) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        // A link may lead to anything, and a pipe never ends.
        let Ok(metadata) = fs::symlink_metadata(&path) else {
            continue;
        };
        if !metadata.is_file() {
            continue;
        }
        let ended = metadata
            .modified()
            .is_ok_and(|written| written.elapsed().is_ok_and(|age| age > LEASE));
        if ended {
            continue;
        }
        let mut text = fs::read(&path).unwrap_or_default();
        text.truncate(MAX_LEASE);
        let text = String::from_utf8_lossy(&text);
        for word in text.split_whitespace() {
            // A whole path is fine as well.
            let word = word.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
            if releases.contains(&word) {
                found.add(word, Use::Lease(path.clone()));
            }
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_named_by_its_whole_name_only() {
        assert!(names(
            b"/r/md/2026-01-01-aa/bin/python\0-m",
            b"/r/md/2026-01-01-aa"
        ));
        assert!(names(
            b"A=1\0CONDA_PREFIX=/r/md/2026-01-01-aa",
            b"/r/md/2026-01-01-aa"
        ));
        assert!(!names(b"/r/md/2026-01-01-aab/bin", b"/r/md/2026-01-01-aa"));
    }

    #[test]
    fn processes_and_leases_are_seen() {
        let folder = tempfile::tempdir().unwrap();
        let root = TierRoot::new(folder.path(), "md").unwrap();
        root.make().unwrap();
        for release in ["one", "two", "three"] {
            fs::create_dir(root.base().join(release)).unwrap();
        }
        let mut child = std::process::Command::new("sleep")
            .arg("60")
            .current_dir(root.base().join("one"))
            .spawn()
            .unwrap();
        let lease = root.leases().join("job-7");
        fs::write(&lease, format!("{}/two\n", root.base().display())).unwrap();
        let found = in_use(&root, &["one", "two", "three"]);
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(found.of("one"), [Use::Process(child.id())]);
        assert_eq!(found.of("two"), [Use::Lease(lease)]);
        assert!(found.of("three").is_empty());
    }
}

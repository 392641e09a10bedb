//! The manifest of a bundle: what it is for and what it holds. From it follows every other byte but the contents: the
//! order of the members, their headers, the sums, the length of the whole.

use std::str::FromStr;

use pyiron_lock_core::Digest;
use serde::{Deserialize, Serialize};

use super::{
    error::Fault,
    header::{BLOCK, END, MAX_NAME, MAX_SIZE, padding},
};
use crate::Wanted;

/// The format that is written.
const FORMAT: u64 = 1;

/// The paths of the members that are not below `packages/`.
pub(super) const MANIFEST: &str = "bundle.json";
pub(super) const LOCKFILE: &str = "lockfile";
pub(super) const SUMS: &str = "SHA256SUMS";

/// The name of the index of a subdir.
pub(super) const INDEX: &str = "repodata.json";

/// The most that the manifest may have, and the lock: well above what they need.
pub(super) const MAX_TEXT: u64 = 64 << 20;

/// What a bundle is for and what it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Manifest {
    /// The number of the format.
    #[serde(rename = "pyiron-lock-bundle")]
    format: u64,
    /// The tier.
    pub tier: String,
    /// The name of the platform.
    pub platform: String,
    /// The release id.
    pub release: String,
    /// The digest of the lock.
    pub digest: String,
    /// The time of everything in the bundle, in seconds since 1970.
    pub epoch: u64,
    /// The members behind the manifest, but for the sums.
    pub files: Vec<Member>,
}

/// A member of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Member {
    /// Its path.
    pub path: String,
    /// Its bytes.
    pub size: u64,
    /// The sha256 of its content, in hexadecimal digits.
    pub sha256: String,
}

impl Member {
    /// Describes a text.
    pub(super) fn of(path: &str, text: &[u8]) -> Self {
        Self {
            path: path.to_owned(),
            size: text.len() as u64,
            sha256: Digest::of(text).to_string(),
        }
    }

    /// Returns whether it is an archive of a package.
    pub fn is_archive(&self) -> bool {
        self.path.ends_with(".conda") || self.path.ends_with(".tar.bz2")
    }
}

impl Manifest {
    /// Describes a bundle; `packages` are the members below `packages/`, sorted by path.
    pub(super) fn new(wanted: &Wanted, lock: &[u8], packages: Vec<Member>) -> Self {
        let mut files = vec![Member::of(LOCKFILE, lock)];
        files.extend(packages);
        Self {
            format: FORMAT,
            tier: wanted.tier.clone(),
            platform: wanted.platform.name.to_string(),
            release: wanted.release.clone(),
            digest: wanted.digest.clone(),
            // What was built before 1970 is as old as the format can say.
            epoch: u64::try_from(wanted.epoch).unwrap_or(0),
            files,
        }
    }

    /// Reads a manifest and refuses any that this program would have written otherwise.
    pub(super) fn read(text: &[u8]) -> Result<Self, Fault> {
        #[derive(Deserialize)]
        struct Format {
            #[serde(rename = "pyiron-lock-bundle")]
            format: u64,
        }
        let unlike = |why: &dyn ToString| Fault::Manifest(why.to_string());
        let Format { format } = serde_json::from_slice(text).map_err(|error| unlike(&error))?;
        if format != FORMAT {
            return Err(Fault::Format(format));
        }
        let manifest: Self = serde_json::from_slice(text).map_err(|error| unlike(&error))?;
        manifest.check().map_err(|why| unlike(&why))?;
        if manifest.text() != text {
            return Err(unlike(&"its spelling differs"));
        }
        Ok(manifest)
    }

    /// Returns the text of the manifest.
    pub(super) fn text(&self) -> Vec<u8> {
        let mut text = serde_json::to_vec_pretty(self).expect("a manifest is words and numbers");
        text.push(b'\n');
        text
    }

    /// Returns the text of the sums, in the order of the members.
    pub(super) fn sums(&self) -> String {
        let own = Member::of(MANIFEST, &self.text());
        let line = |member: &Member| format!("{}  {}\n", member.sha256, member.path);
        std::iter::once(&own).chain(&self.files).map(line).collect()
    }

    /// Returns all members in their order.
    pub(super) fn members(&self) -> Vec<Member> {
        let mut members = vec![Member::of(MANIFEST, &self.text())];
        let (lock, packages) = self.files.split_at(1);
        members.extend_from_slice(lock);
        members.push(Member::of(SUMS, self.sums().as_bytes()));
        members.extend_from_slice(packages);
        members
    }

    /// Returns the archives of packages.
    pub fn archives(&self) -> impl Iterator<Item = &Member> {
        self.files.iter().filter(|member| member.is_archive())
    }

    /// Says what no bundle has.
    pub(super) fn check(&self) -> Result<(), String> {
        for (what, word) in [
            ("tier", &self.tier),
            ("platform", &self.platform),
            ("release", &self.release),
        ] {
            if !is_plain(word) {
                return Err(format!("its {what} is no plain word"));
            }
        }
        Digest::from_str(&self.digest).map_err(|error| error.to_string())?;
        if self.epoch > MAX_SIZE {
            return Err("its time is out of reach".to_owned());
        }
        let Some((lock, packages)) = self.files.split_first() else {
            return Err("it lists nothing".to_owned());
        };
        if lock.path != LOCKFILE || lock.size > MAX_TEXT {
            return Err("its first member is no lock".to_owned());
        }
        let mut before = "";
        for member in packages {
            is_member(&member.path)?;
            if member.path.as_str() <= before {
                return Err(format!("{} is there twice or not in its place", member.path));
            }
            if member.size > MAX_SIZE || (!member.is_archive() && member.size > MAX_TEXT) {
                return Err(format!("{} is larger than any such file", member.path));
            }
            before = &member.path;
        }
        for member in &self.files {
            Digest::from_str(&member.sha256).map_err(|error| format!("{}: {error}", member.path))?;
        }
        Ok(())
    }
}

/// Returns how many bytes members take up, with the end of the archive.
pub(super) fn length(members: &[Member]) -> u64 {
    // At most 2^33 bytes each, and fewer than 2^24 of them: their lines have to be within the manifest.
    let of = |member: &Member| BLOCK as u64 + member.size + padding(member.size);
    members.iter().map(of).sum::<u64>() + END
}

/// Returns whether a text can be the name of a file or folder that means nothing special anywhere.
pub(super) fn is_plain(text: &str) -> bool {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || "._-+!".contains(letter);
    !text.is_empty() && text.len() <= MAX_NAME && text.chars().all(fits) && !text.starts_with(['.', '-'])
}

/// Checks the path of a member below `packages/`.
fn is_member(path: &str) -> Result<(), String> {
    let parts: Vec<&str> = path.split('/').collect();
    let [folder, subdir, name] = parts.as_slice() else {
        return Err(format!("`{}` is no path of a package", path.escape_debug()));
    };
    let is_archive = name.ends_with(".conda") || name.ends_with(".tar.bz2");
    if *folder == "packages" && is_plain(subdir) && is_plain(name) && (is_archive || *name == INDEX) {
        return Ok(());
    }
    Err(format!("`{}` is no path of a package", path.escape_debug()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(paths: &[&str]) -> Manifest {
        let member = |path: &&str| Member::of(path, b"x");
        Manifest {
            format: FORMAT,
            tier: "minimal".to_owned(),
            platform: "linux-64".to_owned(),
            release: "2026-07-30-ccd607ef462f".to_owned(),
            digest: Digest::of(b"").to_string(),
            epoch: 1,
            files: std::iter::once(&LOCKFILE).chain(paths).map(member).collect(),
        }
    }

    #[test]
    fn what_was_written_is_read_and_only_that() {
        let manifest = manifest(&["packages/noarch/a-1-0.conda", "packages/noarch/repodata.json"]);
        let text = manifest.text();
        assert_eq!(Manifest::read(&text), Ok(manifest));
        let spelled = String::from_utf8(text).unwrap();
        for other in [
            spelled.replace("  ", " "),
            spelled.replace("\"epoch\": 1", "\"epoch\": 1.0"),
            spelled.replace("\"tier\"", "\"x\": 1, \"tier\""),
            format!("{spelled}\n"),
        ] {
            assert!(Manifest::read(other.as_bytes()).is_err(), "{other}");
        }
        let newer = spelled.replace("bundle\": 1", "bundle\": 2");
        assert_eq!(Manifest::read(newer.as_bytes()), Err(Fault::Format(2)));
    }

    #[test]
    fn paths_that_lead_elsewhere_are_refused() {
        for path in [
            "packages/noarch/../../x.conda",
            "packages/../x.conda",
            "/packages/noarch/x.conda",
            "packages/noarch/.conda",
            "packages/noarch/x.sh",
            "packages/noarch/a\\b.conda",
            "packages/noarch/a\nb.conda",
            "packages/noarch",
            "elsewhere/noarch/x.conda",
            "packages//x.conda",
            "SHA256SUMS",
        ] {
            let text = manifest(&[path]).text();
            let found = Manifest::read(&text);
            assert!(matches!(found, Err(Fault::Manifest(_))), "{path}: {found:?}");
        }
    }

    #[test]
    fn each_path_is_there_once_and_in_its_place() {
        let (a, b) = ("packages/noarch/a-1-0.conda", "packages/noarch/b-1-0.conda");
        for paths in [[a, a], [b, a]] {
            let found = Manifest::read(&manifest(&paths).text());
            assert!(matches!(found, Err(Fault::Manifest(_))), "{found:?}");
        }
    }

    #[test]
    fn sizes_are_bounded_before_anything_is_read() {
        let mut large = manifest(&["packages/noarch/repodata.json"]);
        large.files[1].size = MAX_TEXT + 1;
        assert!(Manifest::read(&large.text()).is_err());
        let mut large = manifest(&["packages/noarch/a-1-0.conda"]);
        large.files[1].size = MAX_SIZE + 1;
        assert!(Manifest::read(&large.text()).is_err());
        large.files[1].size = MAX_SIZE;
        assert!(Manifest::read(&large.text()).is_ok());
    }
}

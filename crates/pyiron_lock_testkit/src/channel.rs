//! A channel that lives in memory: records for a solver, index files for a directory source, archives for an
//! installer.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::Path,
    sync::Arc,
};

use pyiron_lock_core::Digest;
use rattler_conda_types::{PackageRecord, RepoDataRecord, Subdir};
use rayon::prelude::*;
use serde_json::{Map, Value, json};
use url::Url;

use crate::{archive::Archive, json::repodata, package::Package};

/// A named channel made of synthetic packages.
///
/// The digests of a package with contents are those of its archive. Of one without, sha256 is the digest of the
/// channel's name, the subdir and the file name: stable, different for every file, and of no archive.
#[derive(Debug, Clone)]
pub struct Channel {
    name: String,
    url: Url,
    packages: Vec<Member>,
}

/// A package and its archive, packed when it joins the channel.
#[derive(Debug, Clone)]
struct Member {
    package: Package,
    archive: Option<Arc<Archive>>,
}

impl Channel {
    /// Creates an empty channel under `https://NAME.pyiron-lock.invalid/`.
    ///
    /// # Panics
    ///
    /// When the name cannot stand in a host name.
    pub fn new(name: &str) -> Self {
        let url = format!("https://{name}.pyiron-lock.invalid/");
        Self {
            name: name.to_owned(),
            url: Url::parse(&url).expect("a channel name can stand in a host name"),
            packages: Vec::new(),
        }
    }

    /// Adds a package: a [`Package`], or the text `NAME VERSION [BUILD]`.
    #[must_use]
    pub fn package(mut self, package: impl Into<Package>) -> Self {
        let member = self.member(package.into());
        self.packages.push(member);
        self
    }

    /// Adds several packages; their archives are packed in parallel.
    #[must_use]
    pub fn packages(mut self, packages: impl IntoIterator<Item = Package>) -> Self {
        let packages: Vec<Package> = packages.into_iter().collect();
        let members: Vec<Member> = packages
            .into_par_iter()
            .map(|package| self.member(package))
            .collect();
        self.packages.extend(members);
        self
    }

    /// Returns the canonical URL, with a slash at the end.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Returns every record, in the order added; a broken package has none.
    ///
    /// # Panics
    ///
    /// When a package says something that no index may say, such as a version that is none.
    pub fn records(&self) -> Vec<RepoDataRecord> {
        self.listed().map(|member| self.record(member)).collect()
    }

    /// Returns the records of one subdir, in the order added.
    ///
    /// # Panics
    ///
    /// As [`Channel::records`].
    pub fn records_in(&self, subdir: Subdir) -> Vec<RepoDataRecord> {
        let here = self.listed().filter(|member| member.package.home() == subdir);
        here.map(|member| self.record(member)).collect()
    }

    /// Returns the records an environment on `subdir` can use: the subdir's own, then `noarch`.
    ///
    /// # Panics
    ///
    /// As [`Channel::records`].
    pub fn records_for(&self, subdir: Subdir) -> Vec<RepoDataRecord> {
        let mut records = self.records_in(subdir);
        if subdir != Subdir::NoArch {
            records.extend(self.records_in(Subdir::NoArch));
        }
        records
    }

    /// Returns the index text of one subdir.
    pub fn repodata(&self, subdir: Subdir) -> String {
        let here = self
            .packages
            .iter()
            .filter(|member| member.package.home() == subdir);
        let (removed, listed): (Vec<_>, Vec<_>) = here.partition(|member| member.package.is_broken());
        repodata(
            subdir,
            listed
                .into_iter()
                .map(|member| (member.package.file_name(), self.entry(member))),
            removed
                .into_iter()
                .map(|member| member.package.file_name())
                .collect(),
        )
    }

    /// Returns the archive of every package with contents, broken ones included, in the order added.
    pub fn archives(&self) -> impl Iterator<Item = (&Package, &Archive)> {
        self.packages
            .iter()
            .filter_map(|member| Some((&member.package, member.archive.as_deref()?)))
    }

    /// Returns the index texts of every subdir that holds a package, and of `noarch`.
    pub fn indexes(&self) -> BTreeMap<&'static str, String> {
        let mut subdirs: BTreeSet<Subdir> =
            self.packages.iter().map(|member| member.package.home()).collect();
        subdirs.insert(Subdir::NoArch);
        subdirs
            .into_iter()
            .map(|subdir| (subdir.as_str(), self.repodata(subdir)))
            .collect()
    }

    /// Writes `SUBDIR/repodata.json` and `SUBDIR/repodata.json.zst` below `dir`, for every subdir in use and
    /// `noarch`.
    pub fn write_repodata(&self, dir: &Path) -> io::Result<()> {
        for (subdir, text) in self.indexes() {
            let folder = dir.join(subdir);
            fs::create_dir_all(&folder)?;
            fs::write(folder.join("repodata.json"), &text)?;
            let packed = zstd::encode_all(text.as_bytes(), 3)?;
            fs::write(folder.join("repodata.json.zst"), packed)?;
        }
        Ok(())
    }

    /// Writes the plain index and beside it the sharded one, as [`crate::write_shards`] does.
    pub fn write_shards(&self, dir: &Path) -> io::Result<()> {
        self.write_repodata(dir)?;
        crate::shards::write_shards(dir)
    }

    /// Writes `SUBDIR/FILE` below `dir` for every package with contents. The index is not written.
    pub fn write_archives(&self, dir: &Path) -> io::Result<()> {
        for (package, archive) in self.archives() {
            let folder = dir.join(package.home().as_str());
            fs::create_dir_all(&folder)?;
            fs::write(folder.join(package.file_name()), archive.bytes())?;
        }
        Ok(())
    }

    fn member(&self, package: Package) -> Member {
        let archive = package
            .files()
            .map(|contents| Arc::new(Archive::build(&package, contents, &self.name, &self.url)));
        Member { package, archive }
    }

    fn listed(&self) -> impl Iterator<Item = &Member> {
        self.packages.iter().filter(|member| !member.package.is_broken())
    }

    fn entry(&self, member: &Member) -> Map<String, Value> {
        let package = &member.package;
        let mut entry = package.entry();
        let mut set = |key: &str, value: Value| entry.insert(key.to_owned(), value);
        if let Some(archive) = &member.archive {
            set("md5", json!(archive.md5()));
            set("sha256", json!(archive.sha256()));
            set("size", json!(archive.size()));
        } else {
            let seed = format!(
                "pyiron-lock {} channel\n{}/{}",
                self.name,
                package.home(),
                package.file_name()
            );
            set("sha256", json!(Digest::of(seed.as_bytes()).to_string()));
            set("size", json!(package.stated_size()));
        }
        entry
    }

    fn record(&self, member: &Member) -> RepoDataRecord {
        let package = &member.package;
        let file_name = package.file_name();
        let package_record: PackageRecord = serde_json::from_value(Value::Object(self.entry(member)))
            .unwrap_or_else(|error| panic!("{file_name} is no valid record: {error}"));
        let url = self
            .url
            .join(&format!("{}/{file_name}", package.home()))
            .expect("a subdir and a file name join to a URL");
        RepoDataRecord {
            package_record,
            identifier: file_name
                .parse()
                .unwrap_or_else(|_| panic!("{file_name} is no archive name")),
            url,
            channel: Some(self.url.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn channel() -> Channel {
        Channel::new("test")
            .package("zlib 1.3.1")
            .package(Package::new("zlib 1.3.1").subdir(Subdir::Win64))
            .package(
                Package::new("numpy 1.26.0 py312_2")
                    .depends(["zlib"])
                    .constrains(["old <1"]),
            )
            .package(
                Package::new("six 1.17.0 py_0")
                    .noarch_python()
                    .timestamp(1_750_000_000_000),
            )
    }

    #[test]
    fn records_carry_what_was_said() {
        let records = channel().records_for(Subdir::Linux64);
        assert_eq!(records.len(), 3);
        let numpy = &records[1];
        assert_eq!(
            numpy.url.as_str(),
            "https://test.pyiron-lock.invalid/linux-64/numpy-1.26.0-py312_2.conda"
        );
        assert_eq!(
            numpy.channel.as_deref(),
            Some("https://test.pyiron-lock.invalid/")
        );
        assert_eq!(numpy.package_record.build_number, 2);
        assert_eq!(numpy.package_record.depends, ["zlib"]);
        assert_eq!(numpy.package_record.constrains, ["old <1"]);
        assert!(records[2].package_record.noarch.is_python());
        assert!(records[2].package_record.timestamp.is_some());
    }

    #[test]
    fn hashes_are_stable_and_differ_between_files_subdirs_and_channels() {
        let hashes = |channel: &Channel| -> Vec<_> {
            let records = channel.records();
            records
                .iter()
                .map(|record| record.package_record.sha256)
                .collect()
        };
        let first = hashes(&channel());
        assert_eq!(first, hashes(&channel()));
        assert_eq!(
            first.iter().collect::<std::collections::HashSet<_>>().len(),
            first.len()
        );
        let other = Channel::new("other").package("zlib 1.3.1");
        assert_ne!(first[0], hashes(&other)[0]);
    }

    #[test]
    fn files_are_written_plain_and_packed_and_noarch_is_always_there() {
        let dir = tempfile::tempdir().unwrap();
        Channel::new("test")
            .package("zlib 1.3.1")
            .write_repodata(dir.path())
            .unwrap();
        for subdir in ["linux-64", "noarch"] {
            let plain = fs::read(dir.path().join(subdir).join("repodata.json")).unwrap();
            let packed = fs::read(dir.path().join(subdir).join("repodata.json.zst")).unwrap();
            assert_eq!(zstd::decode_all(&packed[..]).unwrap(), plain);
        }
        assert!(!dir.path().join("win-64").exists());
    }

    #[test]
    #[should_panic(expected = "is no valid record")]
    fn a_version_that_is_none_is_named() {
        let _ = Channel::new("test").package("a !!").records();
    }
}

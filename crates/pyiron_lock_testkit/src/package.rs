//! One synthetic package: what an index says of a build. Knows no channel.

use rattler_conda_types::Subdir;
use serde_json::{Map, Value, json};

use crate::contents::Contents;

/// The size an index states for a package without an archive unless told otherwise, in bytes.
const SIZE: u64 = 10_000;

/// A synthetic build, described in the words of a channel index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    name: String,
    version: String,
    build: String,
    build_number: u64,
    subdir: Subdir,
    noarch: Option<&'static str>,
    depends: Vec<String>,
    constrains: Vec<String>,
    track_features: Vec<String>,
    license: Option<String>,
    timestamp: Option<i64>,
    size: u64,
    format: Format,
    broken: bool,
    contents: Option<Contents>,
}

/// How an archive is packed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Format {
    /// `.conda`, which conda reads since 4.7.
    #[default]
    Conda,
    /// `.tar.bz2`, which every conda reads.
    TarBz2,
}

impl Package {
    /// Describes a build by the text `NAME VERSION [BUILD]`, on `linux-64` and with build string `0` unless
    /// told otherwise; the build number is the last number among the `_`-separated parts of the build string.
    ///
    /// # Panics
    ///
    /// When the text has fewer than two or more than three words.
    pub fn new(text: &str) -> Self {
        let words: Vec<&str> = text.split_whitespace().collect();
        let (name, version, build) = match words[..] {
            [name, version] => (name, version, "0"),
            [name, version, build] => (name, version, build),
            _ => panic!("a package is `NAME VERSION [BUILD]`, not `{text}`"),
        };
        Self {
            name: name.to_owned(),
            version: version.to_owned(),
            build: build.to_owned(),
            build_number: build_number(build),
            subdir: Subdir::Linux64,
            noarch: None,
            depends: Vec::new(),
            constrains: Vec::new(),
            track_features: Vec::new(),
            license: None,
            timestamp: None,
            size: SIZE,
            format: Format::Conda,
            broken: false,
            contents: None,
        }
    }

    /// Adds what has to be installed beside it.
    #[must_use]
    pub fn depends<S: Into<String>>(mut self, specs: impl IntoIterator<Item = S>) -> Self {
        self.depends.extend(specs.into_iter().map(Into::into));
        self
    }

    /// Adds what has to hold for packages that are installed anyway.
    #[must_use]
    pub fn constrains<S: Into<String>>(mut self, specs: impl IntoIterator<Item = S>) -> Self {
        self.constrains.extend(specs.into_iter().map(Into::into));
        self
    }

    /// Adds features that weigh a build down.
    #[must_use]
    pub fn track_features<S: Into<String>>(mut self, features: impl IntoIterator<Item = S>) -> Self {
        self.track_features.extend(features.into_iter().map(Into::into));
        self
    }

    /// Puts it into a subdir; [`Subdir::NoArch`] makes it `noarch: generic`.
    #[must_use]
    pub fn subdir(mut self, subdir: Subdir) -> Self {
        self.subdir = subdir;
        self.noarch = (subdir == Subdir::NoArch).then_some("generic");
        self
    }

    /// Makes it `noarch: python`, in the `noarch` subdir.
    #[must_use]
    pub fn noarch_python(mut self) -> Self {
        self.subdir = Subdir::NoArch;
        self.noarch = Some("python");
        self
    }

    /// Sets the build number that the build string does not show.
    #[must_use]
    pub fn build_number(mut self, number: u64) -> Self {
        self.build_number = number;
        self
    }

    /// Sets the licence.
    #[must_use]
    pub fn license(mut self, license: impl Into<String>) -> Self {
        self.license = Some(license.into());
        self
    }

    /// Sets the build time in milliseconds since 1970; none is stated otherwise.
    #[must_use]
    pub fn timestamp(mut self, milliseconds: i64) -> Self {
        self.timestamp = Some(milliseconds);
        self
    }

    /// Sets the size that the index states where no contents give one, in bytes.
    #[must_use]
    pub fn size(mut self, bytes: u64) -> Self {
        self.size = bytes;
        self
    }

    /// Gives it files, and with them an archive whose size and digests the index states.
    #[must_use]
    pub fn contents(mut self, contents: Contents) -> Self {
        self.contents = Some(contents);
        self
    }

    /// Sets how its archive is packed.
    #[must_use]
    pub fn packed(mut self, format: Format) -> Self {
        self.format = format;
        self
    }

    /// Marks it as broken: the index names its file as removed, and no solver sees a record of it.
    #[must_use]
    pub fn broken(mut self) -> Self {
        self.broken = true;
        self
    }

    /// Returns the name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the subdir it stands in.
    pub fn home(&self) -> Subdir {
        self.subdir
    }

    /// Returns what has to be installed beside it.
    pub fn dependencies(&self) -> &[String] {
        &self.depends
    }

    /// Tells whether it is marked as broken.
    pub fn is_broken(&self) -> bool {
        self.broken
    }

    /// Returns the files it puts into a prefix, if it was given any.
    pub fn files(&self) -> Option<&Contents> {
        self.contents.as_ref()
    }

    /// Returns the archive's file name.
    pub fn file_name(&self) -> String {
        let ending = match self.format {
            Format::Conda => "conda",
            Format::TarBz2 => "tar.bz2",
        };
        format!("{}.{ending}", self.stem())
    }

    /// Returns the file name without its ending.
    pub(crate) fn stem(&self) -> String {
        format!("{}-{}-{}", self.name, self.version, self.build)
    }

    pub(crate) fn format(&self) -> Format {
        self.format
    }

    pub(crate) fn noarch(&self) -> Option<&'static str> {
        self.noarch
    }

    pub(crate) fn stated_license(&self) -> Option<&str> {
        self.license.as_deref()
    }

    pub(crate) fn stated_size(&self) -> u64 {
        self.size
    }

    pub(crate) fn stated_timestamp(&self) -> Option<i64> {
        self.timestamp
    }

    /// Returns the index entry without size and digests, which are of the archive.
    pub(crate) fn entry(&self) -> Map<String, Value> {
        let mut entry = Map::new();
        let mut set = |key: &str, value: Value| entry.insert(key.to_owned(), value);
        set("name", json!(self.name));
        set("version", json!(self.version));
        set("build", json!(self.build));
        set("build_number", json!(self.build_number));
        set("subdir", json!(self.subdir.as_str()));
        set("depends", json!(self.depends));
        set("constrains", json!(self.constrains));
        if let Some(noarch) = self.noarch {
            set("noarch", json!(noarch));
        }
        if let Some(license) = &self.license {
            set("license", json!(license));
        }
        if let Some(timestamp) = self.timestamp {
            set("timestamp", json!(timestamp));
        }
        if !self.track_features.is_empty() {
            set("track_features", json!(self.track_features.join(" ")));
        }
        entry
    }
}

impl From<&str> for Package {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

fn build_number(build: &str) -> u64 {
    build
        .rsplit('_')
        .find_map(|part| part.parse().ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_build_number_is_the_last_number_of_the_build_string() {
        let cases = [
            ("0", 0),
            ("py312_3", 3),
            ("h9e4_1_cpython", 1),
            ("101_cp313", 101),
            ("mpi", 0),
        ];
        for (build, number) in cases {
            assert_eq!(build_number(build), number, "{build}");
        }
    }

    #[test]
    #[should_panic(expected = "a package is `NAME VERSION [BUILD]`, not `numpy`")]
    fn a_name_alone_is_no_package() {
        let _ = Package::new("numpy");
    }
}

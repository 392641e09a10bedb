//! The archive of a package, in memory: metadata ([`info`]) and files, packed so that the same package always
//! gives the same bytes ([`pack`]).

mod info;
mod pack;

use pyiron_lock_core::{Digest, digest::hex};
use rattler_digest::{Md5, compute_bytes_digest};
use url::Url;

use crate::{contents::Contents, package::Package};

/// A packed archive and the digests by which an index names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Archive {
    bytes: Vec<u8>,
    sha256: String,
    md5: String,
}

impl Archive {
    /// Packs a package of the channel `channel`, whose home is `home`.
    pub(crate) fn build(package: &Package, contents: &Contents, channel: &str, home: &Url) -> Self {
        let info = info::files(package, contents, channel, home);
        let bytes = pack::archive(package, &info, contents);
        Self {
            sha256: Digest::of(&bytes).to_string(),
            md5: hex(&compute_bytes_digest::<Md5>(&bytes)),
            bytes,
        }
    }

    /// Returns the archive's bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns the SHA-256 of the bytes as hex digits.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// Returns the MD5 of the bytes as hex digits.
    pub fn md5(&self) -> &str {
        &self.md5
    }

    /// Returns the number of bytes.
    pub fn size(&self) -> usize {
        self.bytes.len()
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use rattler_conda_types::{
        PackageRecord, Subdir,
        package::{AboutJson, FileMode, IndexJson, LinkJson, NoArchLinks, PackageFile, PathType, PathsJson},
    };
    use rattler_package_streaming::{ExtractResult, read};

    use crate::{Channel, Contents, Format, PREFIX, Package};

    fn native() -> Package {
        let contents = Contents::new()
            .program("bin/tool", format!("#!{PREFIX}/bin/sh\n"))
            .file("lib/libtool.so", format!("\0{PREFIX}\0"))
            .file("share/tool/a.txt", "plain\n")
            .link("lib/libtool.so.1", "libtool.so");
        Package::new("tool 1.2 h_3")
            .depends(["zlib >=1"])
            .track_features(["slow"])
            .license("MIT")
            .timestamp(1_750_000_000_000)
            .contents(contents)
    }

    fn pure() -> Package {
        let contents = Contents::new()
            .file("site-packages/six/__init__.py", "")
            .entry_point("six = six:main");
        Package::new("six 1.17.0 py_0").noarch_python().contents(contents)
    }

    fn extract(bytes: &[u8], format: Format, into: &Path) -> ExtractResult {
        match format {
            Format::Conda => read::extract_conda_via_streaming(bytes, into),
            Format::TarBz2 => read::extract_tar_bz2(bytes, into),
        }
        .unwrap()
    }

    #[test]
    fn bytes_depend_on_the_package_alone() {
        let bytes = |threads: usize| -> Vec<Vec<u8>> {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            let packages = [native(), native().packed(Format::TarBz2), pure()];
            let channel = pool.install(|| Channel::new("test").packages(packages));
            channel
                .archives()
                .map(|(_, archive)| archive.bytes().to_vec())
                .collect()
        };
        let first = bytes(1);
        assert_eq!(first.len(), 3);
        assert_eq!(first, bytes(1));
        assert_eq!(first, bytes(3));
    }

    #[test]
    fn another_reader_finds_what_the_index_says() {
        for (package, format) in [
            (native(), Format::Conda),
            (native(), Format::TarBz2),
            (pure(), Format::Conda),
        ] {
            let channel = Channel::new("test").package(package.packed(format));
            let dir = tempfile::tempdir().unwrap();
            let (_, archive) = channel.archives().next().unwrap();
            let found = extract(archive.bytes(), format, dir.path());
            let record = channel.records().remove(0).package_record;
            assert_eq!((record.sha256, record.md5), (Some(found.sha256), Some(found.md5)));
            assert_eq!(record.size, Some(found.total_size));

            let index = IndexJson::from_package_directory(dir.path()).unwrap();
            let own = PackageRecord::from_index_json(index, record.size, record.sha256, record.md5).unwrap();
            assert_eq!(own, record);
            let about = AboutJson::from_package_directory(dir.path()).unwrap();
            assert_eq!(about.summary.as_deref(), Some("test channel"));
        }
    }

    #[test]
    fn every_file_is_listed_with_its_digest() {
        let channel = Channel::new("test").package(native());
        let dir = tempfile::tempdir().unwrap();
        let (_, archive) = channel.archives().next().unwrap();
        extract(archive.bytes(), Format::Conda, dir.path());
        let listed = PathsJson::from_package_directory(dir.path()).unwrap();
        let mut modes = Vec::new();
        for entry in &listed.paths {
            let bytes = fs::read(dir.path().join(&entry.relative_path)).unwrap();
            let digest = rattler_digest::compute_bytes_digest::<rattler_digest::Sha256>(&bytes);
            assert_eq!(entry.sha256, Some(digest), "{entry:?}");
            assert_eq!(entry.size_in_bytes, Some(bytes.len() as u64), "{entry:?}");
            modes.push((
                entry.relative_path.to_str().unwrap(),
                entry.path_type,
                entry.prefix_placeholder.as_ref().map(|found| found.file_mode),
            ));
        }
        assert_eq!(
            modes,
            [
                ("bin/tool", PathType::HardLink, Some(FileMode::Text)),
                ("lib/libtool.so", PathType::HardLink, Some(FileMode::Binary)),
                ("lib/libtool.so.1", PathType::SoftLink, None),
                ("share/tool/a.txt", PathType::HardLink, None),
            ]
        );
    }

    #[test]
    fn commands_are_the_installer_s_to_write() {
        let channel = Channel::new("test").package(pure());
        let dir = tempfile::tempdir().unwrap();
        channel.write_archives(dir.path()).unwrap();
        let file = fs::read(dir.path().join("noarch/six-1.17.0-py_0.conda")).unwrap();
        extract(&file, Format::Conda, &dir.path().join("six"));
        let link = LinkJson::from_package_directory(dir.path().join("six")).unwrap();
        let NoArchLinks::Python(links) = link.noarch else {
            panic!("{link:?}")
        };
        assert_eq!(links.entry_points[0].to_string(), "six = six:main");
    }

    #[test]
    fn a_broken_package_has_an_archive_and_no_record() {
        let channel = Channel::new("test").package(native().broken());
        assert_eq!(channel.records(), []);
        assert_eq!(channel.archives().count(), 1);
        let index = channel.repodata(Subdir::Linux64);
        assert!(index.contains("\"removed\": [\"tool-1.2-h_3.conda\"]"), "{index}");
    }
}

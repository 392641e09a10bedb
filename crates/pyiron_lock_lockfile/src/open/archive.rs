//! What the URL of an archive says of the record: name, version, build, subdir, channel.

use rattler_conda_types::{
    NoArchType, PackageRecord, RepoDataRecord, Subdir, VersionWithSource,
    package::{BuildString, DistArchiveIdentifier},
};
use rattler_conda_types::{PackageName, package::CondaArchiveIdentifier};
use rattler_digest::{Md5, Sha256, parse_digest_from_hex};
use url::Url;

/// What a text says that a URL may leave open.
#[derive(Default)]
pub(super) struct Said<'t> {
    pub(super) name: Option<&'t str>,
    pub(super) version: Option<&'t str>,
    pub(super) build: Option<&'t str>,
    pub(super) subdir: Option<&'t str>,
}

/// Makes the record of an archive of which no more is known than its URL and what is said beside it.
pub(super) fn record(url: Url, said: &Said<'_>) -> Result<RepoDataRecord, String> {
    let file = url.path_segments().and_then(Iterator::last).unwrap_or("");
    let archive = CondaArchiveIdentifier::try_from_filename(file)
        .ok_or("its URL does not end in `NAME-VERSION-BUILD.conda` or `.tar.bz2`")?;
    let of_url = &archive.identifier;
    let name: PackageName = said
        .name
        .unwrap_or(&of_url.name)
        .parse()
        .map_err(|_| "its name is not one that a package can have")?;
    let version: VersionWithSource = said
        .version
        .unwrap_or(&of_url.version)
        .parse()
        .map_err(|_| "its version cannot be read")?;
    let build = said.build.unwrap_or(&of_url.build_string);
    let mut package = PackageRecord::new(name, version, BuildString::new_unchecked(build));
    package.build_number = build_number(build);
    package.subdir = subdir(&url)
        .map(|subdir| subdir.to_string())
        .or_else(|| said.subdir.map(str::to_owned))
        .unwrap_or_else(|| Subdir::NoArch.to_string());
    package.noarch = match package.subdir.as_str() {
        "noarch" if build.contains("py") => NoArchType::python(),
        "noarch" => NoArchType::generic(),
        _ => NoArchType::none(),
    };
    Ok(RepoDataRecord {
        package_record: package,
        identifier: DistArchiveIdentifier::from(archive),
        channel: channel(&url),
        url,
    })
}

/// Returns the subdir in a URL, `noarch` included.
pub(super) fn subdir(url: &Url) -> Option<Subdir> {
    url.path_segments()?.rev().nth(1)?.parse().ok()
}

/// Returns what stands before the subdir in a URL.
fn channel(url: &Url) -> Option<String> {
    subdir(url)?;
    let mut channel = url.clone();
    channel.path_segments_mut().ok()?.pop().pop().push("");
    channel.set_fragment(None);
    Some(channel.to_string())
}

fn build_number(build: &str) -> u64 {
    let digits = build.len() - build.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    build[build.len() - digits..].parse().unwrap_or(0)
}

/// Sets a hash from its hex digits, told apart by their number or by `kind`; returns whether it is one.
pub(super) fn set_hash(package: &mut PackageRecord, kind: Option<&str>, hex: &str) -> bool {
    match (kind, hex.len()) {
        (Some("sha256") | None, 64) => {
            package.sha256 = parse_digest_from_hex::<Sha256>(hex);
            package.sha256.is_some()
        }
        (Some("md5") | None, 32) => {
            package.md5 = parse_digest_from_hex::<Md5>(hex);
            package.md5.is_some()
        }
        _ => false,
    }
}

//! One item of `packages`: a record from its URL and from the lines under it, in the order in which tools write them.

use jiff::Timestamp;
use pyiron_lock_core::{Span, index::dependency_fault};
use rattler_conda_types::{
    ChannelUrl, NoArchType, PackageName, PackageRecord, RepoDataRecord, Subdir, VersionWithSource,
    package::{BuildString, CondaArchiveIdentifier, DistArchiveIdentifier},
};
use rattler_digest::parse_digest_from_hex;
use url::Url;

use super::lines::{Lines, hash, number, plain, scalar};

/// Timestamps up to this one, the end of the year 9999, count seconds and those above it milliseconds.
const LAST_SECOND: i64 = 253_402_300_799;

/// A record with the place of its URL.
#[derive(Clone)]
pub(crate) struct Archive {
    pub(crate) record: RepoDataRecord,
    pub(crate) span: Span,
}

/// Takes the lines of an item, and returns its URL as written and what they say.
pub(super) fn read<'t>(lines: &mut Lines<'t>) -> Option<(&'t str, Archive)> {
    const KEY: &str = "- conda: ";
    let start = lines.place() + KEY.len();
    let url = plain(lines.after(KEY)?)?;
    let span = Span::new(start, start + url.len());
    let mut record = of_url(url)?;
    let package = &mut record.package_record;
    if let Some(value) = lines.after("  build_number: ") {
        package.build_number = number(value)?;
    }
    if let Some(value) = lines.after("  subdir: ") {
        package.subdir = scalar(value)?.to_owned();
    }
    if let Some(value) = lines.after("  noarch: ") {
        package.noarch = match value {
            "python" => NoArchType::python(),
            "generic" => NoArchType::generic(),
            _ => return None,
        };
    }
    if let Some(value) = lines.after("  sha256: ") {
        package.sha256 = Some(parse_digest_from_hex::<rattler_digest::Sha256>(hash(value)?)?);
    }
    if let Some(value) = lines.after("  md5: ") {
        package.md5 = Some(parse_digest_from_hex::<rattler_digest::Md5>(hash(value)?)?);
    }
    if let Some(value) = lines.after("  legacy_bz2_md5: ") {
        package.legacy_bz2_md5 = Some(parse_digest_from_hex::<rattler_digest::Md5>(hash(value)?)?);
    }
    package.depends = texts(lines, "  depends:")?;
    package.constrains = texts(lines, "  constrains:")?;
    let mut constraints = package.depends.iter().chain(&package.constrains);
    if constraints.any(|constraint| dependency_fault(constraint).is_some()) {
        return None;
    }
    if let Some(value) = lines.after("  channel: ") {
        let channel: Url = plain(value)?.parse().ok()?;
        record.channel = Some(ChannelUrl::from(channel).to_string());
    }
    package.features = text(lines, "  features: ")?;
    package.track_features = texts(lines, "  track_features:")?;
    package.license = text(lines, "  license: ")?;
    package.license_family = text(lines, "  license_family: ")?;
    if lines.exactly("  purls: []").is_some() {
        package.purls = Some(Default::default());
    } else if let purls @ [_, ..] = lines.list("  purls:", "  - ")?.as_slice() {
        let purls = purls.iter().map(|purl| purl.parse().ok());
        package.purls = Some(purls.collect::<Option<_>>()?);
    }
    if let Some(value) = lines.after("  size: ") {
        package.size = Some(number(value)?);
    }
    if let Some(value) = lines.after("  legacy_bz2_size: ") {
        package.legacy_bz2_size = Some(number(value)?);
    }
    if let Some(value) = lines.after("  timestamp: ") {
        package.timestamp = Some(moment(number(value)?)?.into());
    }
    package.python_site_packages_path = text(lines, "  python_site_packages_path: ")?;
    if let Ok(subdir) = package.subdir.parse::<Subdir>() {
        package.arch = subdir.arch().map(|arch| arch.to_string());
        package.platform = subdir.only_platform().map(str::to_owned);
    }
    Some((url, Archive { record, span }))
}

/// Returns what the URL of an archive says by itself, as `rattler_lock` derives it.
fn of_url(text: &str) -> Option<RepoDataRecord> {
    let url: Url = text.parse().ok()?;
    let over_network = matches!(url.scheme(), "https" | "http");
    if !over_network || url.as_str() != text || text.contains(['?', '#']) {
        return None;
    }
    let mut segments = url.path_segments()?.rev();
    let archive = CondaArchiveIdentifier::try_from_filename(segments.next()?)?;
    let subdir = segments.next()?.to_owned();
    subdir.parse::<Subdir>().ok()?;
    let version: VersionWithSource = archive.identifier.version.parse().ok()?;
    let name = PackageName::new_unchecked(archive.identifier.name.clone());
    let build = archive.identifier.build_string.as_str();
    let digits = build.len() - build.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let build_number = build[build.len() - digits..].parse().unwrap_or(0);
    let noarch = match subdir.as_str() {
        "noarch" if build.contains("py") => NoArchType::python(),
        "noarch" => NoArchType::generic(),
        _ => NoArchType::none(),
    };
    let mut package = PackageRecord::new(name, version, BuildString::new_unchecked(build));
    package.build_number = build_number;
    package.noarch = noarch;
    package.subdir = subdir;
    let mut channel = url.clone();
    channel.path_segments_mut().ok()?.pop().pop();
    Some(RepoDataRecord {
        package_record: package,
        identifier: DistArchiveIdentifier::from(archive),
        channel: Some(ChannelUrl::from(channel).to_string()),
        url,
    })
}

/// Takes the text of a key, where there is one.
fn text(lines: &mut Lines<'_>, key: &str) -> Option<Option<String>> {
    match lines.after(key) {
        Some(value) => scalar(value).map(|text| Some(text.to_owned())),
        None => Some(None),
    }
}

/// Takes the texts of a list, none where there is no list.
fn texts(lines: &mut Lines<'_>, key: &str) -> Option<Vec<String>> {
    let list = lines.list(key, "  - ")?;
    Some(list.into_iter().map(str::to_owned).collect())
}

fn moment(number: u64) -> Option<Timestamp> {
    let number = i64::try_from(number).ok()?;
    if number > LAST_SECOND {
        return Timestamp::from_millisecond(number).ok();
    }
    Timestamp::from_second(number).ok()
}

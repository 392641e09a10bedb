//! Rattler locks, versions 2 to 7, with our block or without.

use pyiron_lock_core::{Platform, SourceRef, VirtualPackage, index::dependency_fault, yaml::bounded};
use rattler_conda_types::{PackageRecord, RepoDataRecord, Subdir};
use rattler_lock::{CondaBinaryData, CondaPackageData, Environment, LockFile, LockedPackage, UrlOrPath};

use super::{
    channel_urls,
    places::Places,
    platform_name,
    regular::{self, Archive, Regular},
};
use crate::{
    any::{AnyLock, Format, LockEntry, Unread},
    error::LockError,
    secret,
    stamp::{Block, parse_tier},
};

/// What all records of a text may hold, in bytes: many environments may name one record.
const MAX_EXPANDED: usize = 256 << 20;

/// Takes the text of a rattler lock apart.
pub(crate) fn parse(text: &str) -> Result<LockFile, LockError> {
    bounded(text).map_err(|error| LockError::Records(error.to_string()))?;
    LockFile::from_str_with_base_directory(text, None)
        .map_err(|error| LockError::Records(secret::redacted(&error.to_string())))
}

/// Returns the record of an archive, unless a parser of its dependencies would not survive them.
pub(crate) fn record(binary: &CondaBinaryData) -> Result<RepoDataRecord, LockError> {
    let package = &binary.package_record;
    let extra = package.extra_depends.values().flatten();
    let mut constraints = package.depends.iter().chain(&package.constrains).chain(extra);
    if let Some(fault) = constraints.find_map(|text| dependency_fault(text)) {
        let name = package.name.as_normalized();
        return Err(LockError::Records(format!(
            "a dependency of {name} is refused: {fault}"
        )));
    }
    RepoDataRecord::try_from(binary).map_err(|error| LockError::Records(secret::redacted(&error.to_string())))
}

/// Reads every environment on every platform.
pub(super) fn open(source: &SourceRef, block: Option<&Block>) -> Result<Vec<AnyLock>, LockError> {
    let quickly = regular::read(source.text()).map(|regular| of_regular(source, regular, block));
    match quickly.transpose()?.flatten() {
        Some(locks) => Ok(locks),
        None => open_slowly(source, block),
    }
}

/// Turns what was read line by line into locks; `None` where it is too much.
fn of_regular(
    source: &SourceRef,
    regular: Regular<'_>,
    block: Option<&Block>,
) -> Result<Option<Vec<AnyLock>>, LockError> {
    let mut locks = Vec::new();
    let mut expanded = 0;
    let mut archives: Vec<Option<Archive>> = regular.archives.into_iter().map(Some).collect();
    let last = regular.listings.len().saturating_sub(1);
    for (number, listing) in regular.listings.into_iter().enumerate() {
        let mut lock = blank(source, regular.version, block)?;
        listing.environment.clone_into(&mut lock.environment);
        lock.channels = listing.channels.into_iter().flat_map(channel_urls).collect();
        let platform = listing.platform;
        promises(&mut lock, platform.name, platform.subdir, &platform.promised);
        for index in listing.archives {
            let place = &mut archives[index];
            // A listing names an archive once.
            let archive = if number == last {
                place.take()
            } else {
                place.clone()
            };
            let Some(Archive { record, span }) = archive else {
                return Ok(None);
            };
            expanded += weight(&record.package_record);
            if expanded > MAX_EXPANDED {
                return Ok(None);
            }
            lock.entries.push(LockEntry {
                record,
                span,
                knows_depends: true,
                hash_fault: None,
            });
        }
        locks.push(lock);
    }
    Ok(Some(locks))
}

/// Reads what anybody may have written.
pub(super) fn open_slowly(source: &SourceRef, block: Option<&Block>) -> Result<Vec<AnyLock>, LockError> {
    let places = Places::of(source.text());
    let file = parse(&places.clean)?;
    let mut locks = Vec::new();
    let mut expanded = 0;
    let mut environments: Vec<_> = file.environments().collect();
    environments.sort_by_key(|(name, _)| *name);
    for (name, environment) in environments {
        let mut platforms: Vec<_> = environment.platforms().collect();
        platforms.sort_by_key(|platform| platform.name().to_string());
        for platform in platforms {
            let mut lock = blank(source, file.version() as u16, block)?;
            name.clone_into(&mut lock.environment);
            let channels = environment.channels();
            lock.channels = channels
                .iter()
                .flat_map(|channel| channel_urls(&channel.url))
                .collect();
            promises(
                &mut lock,
                platform.name().as_str(),
                platform.subdir(),
                platform.virtual_packages(),
            );
            packages(&mut lock, environment, platform, &places, &mut expanded)?;
            locks.push(lock);
        }
    }
    Ok(locks)
}

fn blank(source: &SourceRef, version: u16, block: Option<&Block>) -> Result<AnyLock, LockError> {
    let stamp = block.map(|block| block.stamp.clone());
    let tier = parse_tier(stamp.as_ref().and_then(|stamp| stamp.tier.clone()))?;
    Ok(AnyLock {
        source: source.clone(),
        format: match block {
            Some(_) => Format::PyironLock,
            None => Format::Rattler(version),
        },
        environment: String::new(),
        tier,
        platform: Platform::new(
            "platform".parse().expect("a lower-case word is a name"),
            rattler_conda_types::Subdir::NoArch,
            [],
        ),
        knows_promises: block.is_some(),
        channels: Vec::new(),
        entries: Vec::new(),
        pip: stamp
            .as_ref()
            .map(|stamp| stamp.unlocked_pip.clone())
            .unwrap_or_default(),
        stamp,
        digest_holds: block.map(|block| block.holds),
        unread: Vec::new(),
    })
}

fn promises(lock: &mut AnyLock, name: &str, subdir: Subdir, texts: &[impl AsRef<str>]) {
    let mut promised = Vec::new();
    for text in texts {
        match text.as_ref().parse::<VirtualPackage>() {
            Ok(package) => promised.push(package),
            Err(error) => lock.unread.push(Unread {
                name: None,
                what: format!("a promise that cannot be read: {error}"),
                span: Default::default(),
            }),
        }
    }
    lock.knows_promises |= !texts.is_empty();
    lock.platform = Platform::new(platform_name(name, subdir), subdir, promised);
}

fn packages(
    lock: &mut AnyLock,
    environment: Environment<'_>,
    platform: rattler_lock::Platform<'_>,
    places: &Places<'_>,
    expanded: &mut usize,
) -> Result<(), LockError> {
    for package in environment.packages(platform).into_iter().flatten() {
        match package {
            LockedPackage::Pypi(package) => lock.pip.push(match package.version() {
                Some(version) => format!("{}=={version}", package.name()),
                None => package.name().to_string(),
            }),
            LockedPackage::Conda(CondaPackageData::Binary(binary)) => {
                archive(lock, binary, places, expanded)?;
            }
            LockedPackage::Conda(CondaPackageData::Source(package)) => {
                let name = package.name().as_normalized();
                let place = places.find_source(name);
                lock.unread.push(Unread {
                    what: format!("the source package `{name}`, which is built where it is installed"),
                    span: place.unwrap_or_else(|| places.find(package.location.as_str())),
                    name: Some(name.to_owned()),
                });
            }
        }
    }
    Ok(())
}

/// Returns about how many bytes a copy of a record takes.
fn weight(package: &PackageRecord) -> usize {
    let texts = package.depends.iter().chain(&package.constrains);
    1_000 + texts.map(|text| text.len() + 24).sum::<usize>()
}

fn archive(
    lock: &mut AnyLock,
    binary: &CondaBinaryData,
    places: &Places<'_>,
    expanded: &mut usize,
) -> Result<(), LockError> {
    let location = binary.location.as_str();
    let span = places.find(location);
    if matches!(binary.location, UrlOrPath::Path(_)) {
        let name = binary.package_record.name.as_normalized();
        lock.unread.push(Unread {
            name: Some(name.to_owned()),
            what: format!("the archive of `{name}` in a folder of the machine that locked it"),
            span,
        });
        return Ok(());
    }
    let record = record(binary)?;
    let written = lock.source.slice(span).to_owned();
    // Before version 6 an archive is listed once for each platform.
    let doubles = match lock.format {
        Format::Rattler(..6) => None,
        _ => places.doubles.get(written.as_str()),
    };
    let doubles = doubles.map_or(&[][..], Vec::as_slice);
    *expanded += weight(&binary.package_record) * (1 + doubles.len());
    if *expanded > MAX_EXPANDED {
        let fault = "it names the same records more often than any real lock";
        return Err(LockError::Records(fault.to_owned()));
    }
    let entry = |record, span| LockEntry {
        record,
        span,
        knows_depends: true,
        hash_fault: places.hash_faults.get(written.as_str()).copied(),
    };
    let doubles = doubles.iter().map(|double| entry(record.clone(), *double));
    lock.entries.extend(doubles);
    lock.entries.push(entry(record, span));
    Ok(())
}

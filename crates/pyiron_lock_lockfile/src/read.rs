//! A text as a lock, both parts parsed and compared.

use pyiron_lock_core::{CutOff, IndexState, Lock, ParseCutOffError, Platform, VirtualPackage};
use rattler_conda_types::{RepoDataRecord, Subdir};

use crate::{
    error::LockError,
    open::{
        rattler,
        regular::{self, Regular},
    },
    stamp::{Stamp, parse_tier},
    write::ENVIRONMENT,
};

/// Reads a lock that this program wrote.
///
/// Hashes, closure and the agreement of URLs with records are not judged here; that is what `verify` does.
pub fn read(text: &str) -> Result<Lock, LockError> {
    let stamp = Stamp::read(text)?;
    let contradiction = |what: &str| LockError::Contradiction(what.to_owned());
    let part = match regular::read(text).and_then(quickly) {
        Some(part) => part,
        None => slowly(text)?,
    };
    if part.platform != stamp.platform {
        return Err(contradiction(
            "the platform of the records is not that of the block",
        ));
    }
    let mut promised = Vec::new();
    for text in &part.promised {
        let package: VirtualPackage = text
            .parse()
            .map_err(|_| contradiction("a virtual package is misspelt"))?;
        promised.push(package);
    }
    let mut records = part.records;
    records.sort_by(|a, b| a.package_record.name.cmp(&b.package_record.name));
    let name = stamp
        .platform
        .parse()
        .map_err(|_| contradiction("the platform is not a name"))?;
    let lock = Lock {
        tier: parse_tier(stamp.tier)?,
        platform: Platform::new(name, part.subdir, promised),
        channels: part.channels,
        requests: stamp
            .requests
            .into_iter()
            .map(TryInto::try_into)
            .collect::<Result<_, _>>()?,
        contains: stamp.contains.map(TryInto::try_into).transpose()?,
        exclude_newer: moment(stamp.exclude_newer)?,
        unlocked_pip: stamp.unlocked_pip,
        variables: stamp.variables.into_iter().collect(),
        request_digest: stamp.request_digest,
        index: IndexState {
            digest: stamp.index_digest,
            cut_off: moment(stamp.index_cut_off)?,
        },
        solver: stamp.solver,
        records,
    };
    if lock.records_digest() != stamp.records_digest {
        return Err(contradiction(
            "the digest in the block is not that of the records",
        ));
    }
    Ok(lock)
}

/// What a lock says without its block.
struct Part {
    channels: Vec<String>,
    platform: String,
    subdir: Subdir,
    promised: Vec<String>,
    records: Vec<RepoDataRecord>,
}

/// Turns what was read line by line into the records of one platform; `None` where these are more or less.
fn quickly(regular: Regular<'_>) -> Option<Part> {
    let owned = |texts: Vec<&str>| texts.into_iter().map(str::to_owned).collect();
    let mut archives: Vec<_> = regular.archives.into_iter().map(Some).collect();
    let mut listings = regular.listings.into_iter();
    let listing = listings.find(|listing| listing.environment == ENVIRONMENT)?;
    if listings.any(|other| other.environment == ENVIRONMENT) {
        return None;
    }
    let records = listing.archives.iter();
    Some(Part {
        channels: owned(listing.channels),
        platform: listing.platform.name.to_owned(),
        subdir: listing.platform.subdir,
        promised: owned(listing.platform.promised),
        records: records
            .map(|index| archives[*index].take().map(|archive| archive.record))
            .collect::<Option<_>>()?,
    })
}

/// Reads the records of one platform from any rattler lock.
fn slowly(text: &str) -> Result<Part, LockError> {
    let contradiction = |what: &str| LockError::Contradiction(what.to_owned());
    let file = rattler::parse(text)?;
    let environment = file
        .environment(ENVIRONMENT)
        .ok_or_else(|| contradiction("no environment `default`"))?;
    let mut platforms = environment.platforms();
    let platform = match (platforms.next(), platforms.next()) {
        (Some(platform), None) => platform,
        _ => return Err(contradiction("it holds more or less than one platform")),
    };
    let mut records = Vec::new();
    for package in environment.conda_packages(platform).into_iter().flatten() {
        let binary = package
            .as_binary()
            .ok_or_else(|| contradiction("a record has no archive"))?;
        records.push(rattler::record(binary)?);
    }
    let channels = environment.channels().iter();
    Ok(Part {
        channels: channels.map(|channel| channel.url.clone()).collect(),
        platform: platform.name().to_string(),
        subdir: platform.subdir(),
        promised: platform.virtual_packages().to_vec(),
        records,
    })
}

fn moment(text: Option<String>) -> Result<Option<CutOff>, LockError> {
    text.map(|text| text.parse())
        .transpose()
        .map_err(|error: ParseCutOffError| LockError::Block(error.to_string()))
}

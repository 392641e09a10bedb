//! A text as a lock, both parts parsed and compared.

use pyiron_lock_core::{CutOff, IndexState, Lock, ParseCutOffError, Platform, VirtualPackage};
use rattler_conda_types::RepoDataRecord;

use crate::{
    error::LockError,
    open::rattler,
    stamp::{Stamp, parse_tier},
};

/// Reads a lock that this program wrote.
///
/// Hashes, closure and the agreement of URLs with records are not judged here; that is what `verify` does.
pub fn read(text: &str) -> Result<Lock, LockError> {
    let stamp = Stamp::read(text)?;
    let file = rattler::parse(text)?;
    let contradiction = |what: &str| LockError::Contradiction(what.to_owned());
    let environment = file
        .default_environment()
        .ok_or_else(|| contradiction("no environment `default`"))?;
    let mut platforms = environment.platforms();
    let platform = match (platforms.next(), platforms.next()) {
        (Some(platform), None) => platform,
        _ => return Err(contradiction("it holds more or less than one platform")),
    };
    if platform.name().as_str() != stamp.platform {
        return Err(contradiction(
            "the platform of the records is not that of the block",
        ));
    }
    let mut promised = Vec::new();
    for text in platform.virtual_packages() {
        let package: VirtualPackage = text
            .parse()
            .map_err(|_| contradiction("a virtual package is misspelt"))?;
        promised.push(package);
    }
    let mut records: Vec<RepoDataRecord> = Vec::new();
    for package in environment.conda_packages(platform).into_iter().flatten() {
        let binary = package
            .as_binary()
            .ok_or_else(|| contradiction("a record has no archive"))?;
        records.push(rattler::record(binary)?);
    }
    records.sort_by(|a, b| a.package_record.name.cmp(&b.package_record.name));
    let name = stamp
        .platform
        .parse()
        .map_err(|_| contradiction("the platform is not a name"))?;
    let lock = Lock {
        tier: parse_tier(stamp.tier)?,
        platform: Platform::new(name, platform.subdir(), promised),
        channels: environment
            .channels()
            .iter()
            .map(|channel| channel.url.clone())
            .collect(),
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

fn moment(text: Option<String>) -> Result<Option<CutOff>, LockError> {
    text.map(|text| text.parse())
        .transpose()
        .map_err(|error: ParseCutOffError| LockError::Block(error.to_string()))
}

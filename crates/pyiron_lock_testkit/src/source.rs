//! Channels in memory as the record source of a solve.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use pyiron_lock_core::index::{ChannelRecords, RecordSource, SourceError, needed_names};
use rattler_conda_types::{PackageName, RepoDataRecord, Subdir};

use crate::channel::Channel;

/// Several channels, the one with the highest priority first.
#[derive(Debug, Clone)]
pub struct Channels(pub Vec<Channel>);

impl RecordSource for Channel {
    fn load(
        &self,
        subdir: Subdir,
        names: &BTreeSet<PackageName>,
    ) -> Result<Vec<ChannelRecords>, SourceError> {
        Ok(reachable(std::slice::from_ref(self), subdir, names))
    }

    fn names(&self, subdir: Subdir) -> BTreeSet<String> {
        names(std::slice::from_ref(self), subdir)
    }
}

impl RecordSource for Channels {
    fn load(
        &self,
        subdir: Subdir,
        names: &BTreeSet<PackageName>,
    ) -> Result<Vec<ChannelRecords>, SourceError> {
        Ok(reachable(&self.0, subdir, names))
    }

    fn names(&self, subdir: Subdir) -> BTreeSet<String> {
        names(&self.0, subdir)
    }
}

fn reachable(channels: &[Channel], subdir: Subdir, wanted: &BTreeSet<PackageName>) -> Vec<ChannelRecords> {
    let homes = |channel: &Channel| {
        let mut homes = vec![subdir, Subdir::NoArch];
        homes.dedup();
        homes
            .into_iter()
            .map(|home| ChannelRecords {
                channel: channel.url().to_string(),
                subdir: home,
                records: channel.records_in(home),
            })
            .collect::<Vec<_>>()
    };
    let mut loaded: Vec<ChannelRecords> = channels.iter().flat_map(homes).collect();
    let mut needs: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for record in loaded.iter().flat_map(|channel| &channel.records) {
        let found = needs.entry(name(record)).or_default();
        found.extend(needed_names(record).map(Cow::into_owned));
    }
    let mut open: Vec<&str> = wanted.iter().map(PackageName::as_normalized).collect();
    let mut reached: BTreeSet<String> = BTreeSet::new();
    while let Some(name) = open.pop() {
        if reached.insert(name.to_owned()) {
            open.extend(needs.get(name).into_iter().flatten().map(String::as_str));
        }
    }
    for channel in &mut loaded {
        channel.records.retain(|record| reached.contains(name(record)));
    }
    loaded
}

fn names(channels: &[Channel], subdir: Subdir) -> BTreeSet<String> {
    let records = channels.iter().flat_map(|channel| channel.records_for(subdir));
    records.map(|record| name(&record).to_owned()).collect()
}

fn name(record: &RepoDataRecord) -> &str {
    record.package_record.name.as_normalized()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::Package;

    #[test]
    fn only_what_can_be_reached_is_loaded_and_the_subdir_comes_first() {
        let first = Channel::new("first")
            .package(Package::new("six 1").noarch_python())
            .package(Package::new("numpy 1").depends(["six >=1", "__glibc >=2.17"]))
            .package("stranger 1")
            .package(Package::new("numpy 1").subdir(Subdir::Win64));
        let second = Channel::new("second").package("six 2");
        let wanted = BTreeSet::from([PackageName::new_unchecked("numpy")]);
        let channels = Channels(vec![first, second]);
        let loaded = channels.load(Subdir::Linux64, &wanted).unwrap();
        let files: Vec<Vec<String>> = loaded
            .iter()
            .map(|channel| {
                channel
                    .records
                    .iter()
                    .map(|record| record.url.to_string())
                    .collect()
            })
            .collect();
        assert_eq!(
            files,
            [
                vec!["https://first.pyiron-lock.invalid/linux-64/numpy-1-0.conda"],
                vec!["https://first.pyiron-lock.invalid/noarch/six-1-0.conda"],
                vec!["https://second.pyiron-lock.invalid/linux-64/six-2-0.conda"],
                vec![],
            ]
        );
        let names: Vec<String> = channels.names(Subdir::Win64).into_iter().collect();
        assert_eq!(names, ["numpy", "six"]);
    }
}

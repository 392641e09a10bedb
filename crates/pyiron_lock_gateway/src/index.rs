//! The opened indexes of channels. Records are parsed only for the names that are asked for, and refused whole
//! where one of them is not what a channel would publish.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashSet},
    sync::Arc,
};

use pyiron_lock_core::{ChannelRecords, RecordSource, SourceError, index::needed_names};
use rattler_conda_types::{PackageName, RepoDataRecord, Subdir};
use rattler_repodata_gateway::sparse::PackageFormatSelection;
use rayon::prelude::*;
use url::Url;

use crate::{
    check::record_fault,
    error::IndexError,
    network::{Network, NetworkSettings, Remote, Trouble, TroubleKind, shown_address},
    place::{IndexSource, OpenSubdir, Place},
};

/// The opened indexes of several channels, in order of priority.
pub struct ChannelIndex {
    channels: Vec<OpenChannel>,
    absent: Vec<(String, Subdir)>,
    notices: Vec<String>,
}

struct OpenChannel {
    url: String,
    records: Records,
}

/// Where the records of a channel come from.
enum Records {
    AtHand(BTreeMap<Subdir, OpenSubdir>),
    Remote(Box<Remote>),
}

const FORMATS: PackageFormatSelection = PackageFormatSelection::PreferConda;

impl ChannelIndex {
    /// Opens the indexes of `subdirs` and of `noarch` for every source that is at hand, all at once. Those on the
    /// network are asked when records are loaded, as `settings` say; without settings they are refused.
    pub fn open(
        sources: &[IndexSource],
        subdirs: &BTreeSet<Subdir>,
        settings: Option<&NetworkSettings>,
    ) -> Result<Self, IndexError> {
        let wanted: Vec<Subdir> = subdirs.iter().copied().chain([Subdir::NoArch]).collect();
        let at_hand = |source: &usize| !matches!(sources[*source].place, Place::Network { .. });
        let files: Vec<(usize, Subdir)> = (0..sources.len())
            .filter(at_hand)
            .flat_map(|source| wanted.iter().map(move |subdir| (source, *subdir)))
            .collect();
        let opened: Vec<Option<OpenSubdir>> = files
            .par_iter()
            .map(|(source, subdir)| sources[*source].open(*subdir))
            .collect::<Result<_, _>>()?;
        let network = network(sources, settings)?;
        let mut channels: Vec<OpenChannel> = sources
            .iter()
            .map(|source| OpenChannel {
                url: source.channel.base_url.to_string(),
                records: match (&source.place, &network) {
                    (Place::Network { mirror }, Some(network)) => {
                        let remote = Remote::new(network, &source.channel, mirror.as_ref());
                        Records::Remote(Box::new(remote))
                    }
                    _ => Records::AtHand(BTreeMap::new()),
                },
            })
            .collect();
        let mut absent = Vec::new();
        for ((source, subdir), open) in files.into_iter().zip(opened) {
            match (open, &mut channels[source].records) {
                (Some(open), Records::AtHand(subdirs)) => {
                    subdirs.insert(subdir, open);
                }
                _ => absent.push((sources[source].shown(), subdir)),
            }
        }
        Ok(Self {
            channels,
            absent,
            notices: network
                .iter()
                .filter_map(|network| network.notice.clone())
                .collect(),
        })
    }

    /// Returns the places that have no index for a subdir that was asked for; they were read as empty there.
    pub fn absent(&self) -> &[(String, Subdir)] {
        &self.absent
    }

    /// Returns what the user should know of how channels are read.
    pub fn notices(&self) -> &[String] {
        &self.notices
    }

    /// Loads names wave by wave: the names asked for, then what their records need.
    fn load_checked(
        &self,
        subdir: Subdir,
        names: &BTreeSet<PackageName>,
    ) -> Result<Vec<ChannelRecords>, IndexError> {
        let mut seen: HashSet<PackageName> = names.iter().cloned().collect();
        let mut wave: Vec<PackageName> = names.iter().cloned().collect();
        self.channels
            .par_iter()
            .filter_map(|channel| match &channel.records {
                Records::Remote(remote) => Some(remote),
                Records::AtHand(_) => None,
            })
            .try_for_each(|remote| remote.prefetch([subdir, Subdir::NoArch], &wave))?;
        let parts = self.parts(subdir);
        let mut loaded: Vec<Vec<RepoDataRecord>> = parts.iter().map(|_| Vec::new()).collect();
        while !wave.is_empty() {
            let found: Vec<Found> = parts
                .par_iter()
                .map(|part| part.load(&wave))
                .collect::<Result<_, IndexError>>()?;
            wave.clear();
            for (loaded, Found { records, needs }) in loaded.iter_mut().zip(found) {
                loaded.extend(records);
                wave.extend(needs.into_iter().filter(|name| seen.insert(name.clone())));
            }
        }
        for channel in &self.channels {
            if let Records::Remote(remote) = &channel.records {
                remote.forget(subdir);
            }
        }
        Ok(parts
            .into_iter()
            .zip(loaded)
            .map(|(part, records)| ChannelRecords {
                channel: part.channel.to_owned(),
                subdir: part.subdir,
                records,
            })
            .collect())
    }

    /// Returns what a subdir is made of: for each channel its own index, then that of `noarch`.
    fn parts(&self, subdir: Subdir) -> Vec<Part<'_>> {
        self.channels
            .iter()
            .flat_map(|channel| [channel.part(subdir), channel.part(Subdir::NoArch)])
            .collect()
    }
}

impl OpenChannel {
    fn part(&self, subdir: Subdir) -> Part<'_> {
        Part {
            source: match &self.records {
                Records::AtHand(subdirs) => subdirs.get(&subdir).map(Source::AtHand),
                Records::Remote(remote) => Some(Source::Remote(remote)),
            },
            channel: &self.url,
            subdir,
        }
    }
}

/// Makes the network ready, where a source needs it.
fn network(
    sources: &[IndexSource],
    settings: Option<&NetworkSettings>,
) -> Result<Option<Arc<Network>>, IndexError> {
    let addresses: Vec<Url> = sources
        .iter()
        .filter_map(|source| match &source.place {
            Place::Network { mirror } => Some(mirror.as_ref().unwrap_or(source.channel.base_url.url())),
            _ => None,
        })
        .cloned()
        .collect();
    let Some(first) = addresses.first() else {
        return Ok(None);
    };
    let Some(settings) = settings else {
        let kind = TroubleKind::Other("the network is not used here".to_owned());
        let address = shown_address(first);
        return Err(Trouble {
            address,
            kind,
            attempts: 0,
        }
        .into());
    };
    Ok(Some(Arc::new(Network::open(settings.clone(), &addresses)?)))
}

/// One subdir of one channel.
struct Part<'i> {
    /// `None` where the channel has no such subdir.
    source: Option<Source<'i>>,
    channel: &'i str,
    subdir: Subdir,
}

enum Source<'i> {
    AtHand(&'i OpenSubdir),
    Remote(&'i Remote),
}

/// Records, and the names that they depend on.
#[derive(Default)]
struct Found {
    records: Vec<RepoDataRecord>,
    needs: BTreeSet<PackageName>,
}

impl Part<'_> {
    /// Loads the records of `names`, or refuses them all.
    fn load(&self, names: &[PackageName]) -> Result<Found, IndexError> {
        let records: Vec<Vec<RepoDataRecord>> = match self.source {
            None => return Ok(Found::default()),
            Some(Source::AtHand(open)) => names
                .par_iter()
                .map(|name| {
                    let records = open.data.load_records(name, FORMATS);
                    records.map_err(|error| self.refuse(format!("{}: {error}", name.as_source())))
                })
                .collect::<Result<_, _>>()?,
            Some(Source::Remote(remote)) => vec![remote.load(self.subdir, names)?],
        };
        let base = format!("{}{}/", self.channel, self.subdir);
        let check = |record: &RepoDataRecord| record_fault(record, self.subdir.as_str(), &base);
        if let Some(fault) = records.par_iter().flatten().find_map_first(check) {
            return Err(self.refuse(fault));
        }
        let needs =
            records
                .par_iter()
                .map(|records| needs(records))
                .reduce(BTreeSet::new, |mut all, some| {
                    all.extend(some);
                    all
                });
        Ok(Found {
            records: records.into_iter().flatten().collect(),
            needs,
        })
    }

    fn refuse(&self, message: String) -> IndexError {
        let path = match self.source {
            Some(Source::AtHand(open)) => open.path.clone(),
            Some(Source::Remote(remote)) => remote.shown().join(self.subdir.as_str()),
            None => self.channel.into(),
        };
        IndexError::Record { path, message }
    }
}

/// Returns the names that records depend on.
fn needs(records: &[RepoDataRecord]) -> BTreeSet<PackageName> {
    let names: BTreeSet<Cow<'_, str>> = records
        .iter()
        .flat_map(needed_names)
        .filter(|name| !name.starts_with("__"))
        .collect();
    names
        .into_iter()
        .filter_map(|name| PackageName::try_from(&*name).ok())
        .collect()
}

impl RecordSource for ChannelIndex {
    fn load(
        &self,
        subdir: Subdir,
        names: &BTreeSet<PackageName>,
    ) -> Result<Vec<ChannelRecords>, SourceError> {
        Ok(self.load_checked(subdir, names)?)
    }

    fn names(&self, subdir: Subdir) -> BTreeSet<String> {
        let wanted = [subdir, Subdir::NoArch];
        let of = |channel: &OpenChannel| -> BTreeSet<String> {
            match &channel.records {
                Records::AtHand(subdirs) => wanted
                    .iter()
                    .filter_map(|subdir| subdirs.get(subdir))
                    .flat_map(|open| open.data.package_names(FORMATS))
                    .map(str::to_owned)
                    .collect(),
                // Names are for suggestions; where they cannot be had, there are none.
                Records::Remote(remote) => remote.names(wanted).unwrap_or_default(),
            }
        };
        self.channels.iter().flat_map(of).collect()
    }
}

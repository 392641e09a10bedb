//! From channel names to canonical URLs and to the places where their indexes are.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use pyiron_lock_gateway::{Credential, IndexSource, Place};
use pyiron_lock_spec::{EnvironmentFile, Manifest, NamedChannel, channel_fault};
use rattler_conda_types::{Channel, ChannelConfig};
use url::Url;

use crate::{args::ChannelArgs, failure::Failure, files::shown, project::Project, sample};

/// What a channel name stands for where a name alone is given.
pub(crate) const CHANNEL_ALIAS: &str = "https://conda.anaconda.org/";

/// The channels of a run, in order of priority, and where the records of each are.
pub(crate) struct Channels {
    pub(crate) list: Vec<NamedChannel>,
    /// Folders by canonical channel URL.
    folders: BTreeMap<String, PathBuf>,
    /// Addresses to read from instead, by canonical channel URL.
    mirrors: BTreeMap<String, Mirror>,
}

impl Channels {
    /// Settles the channels of a project.
    pub(crate) fn of_project(args: &ChannelArgs, project: &Project) -> Result<Self, Failure> {
        Self::new(args, Some(project), &project.files.values().collect::<Vec<_>>())
    }

    /// Settles the channels of a file without a project.
    pub(crate) fn of_file(args: &ChannelArgs, file: &EnvironmentFile) -> Result<Self, Failure> {
        Self::new(args, None, &[file])
    }

    /// Settles the channels that archives of a lock lie in, given by their addresses.
    pub(crate) fn of_addresses(
        args: &ChannelArgs,
        project: Option<&Project>,
        addresses: &BTreeSet<Url>,
    ) -> Result<Self, Failure> {
        let manifest = project.map(|project| &project.manifest);
        let mut names: BTreeMap<String, String> = BTreeMap::new();
        for name in manifest
            .into_iter()
            .flat_map(|manifest| manifest.channel_sources.keys())
        {
            let url = channel(name, manifest)?.base_url.to_string();
            names.insert(url, name.clone());
        }
        let list = addresses
            .iter()
            .filter(|address| matches!(address.scheme(), "http" | "https"))
            .map(|address| {
                let channel = Channel::from_url(address.clone());
                let name = names.get(channel.base_url.as_str()).cloned();
                NamedChannel {
                    name: name.unwrap_or_else(|| channel.name().to_owned()),
                    channel,
                }
            });
        Ok(Self {
            list: list.collect(),
            folders: folders(args, project)?,
            mirrors: mirrors(manifest)?,
        })
    }

    /// Returns where the channel with this address is.
    pub(crate) fn place_of(&self, address: &Url) -> Place {
        let channel = Channel::from_url(address.clone());
        let name = channel.name().to_owned();
        self.place(&NamedChannel { name, channel })
    }

    /// Settles the channels: those of the command line, else those of the manifest, else those of the files.
    fn new(
        args: &ChannelArgs,
        project: Option<&Project>,
        files: &[&EnvironmentFile],
    ) -> Result<Self, Failure> {
        let manifest = project.map(|project| &project.manifest);
        let names: Vec<String> = match manifest {
            _ if !args.channels.is_empty() => args.channels.clone(),
            Some(manifest) if !manifest.channels.is_empty() => manifest
                .channels
                .iter()
                .map(|channel| channel.value.clone())
                .collect(),
            _ => channels_of(files)?,
        };
        let mut list: Vec<NamedChannel> = Vec::new();
        for name in names {
            let channel = channel(&name, manifest)?;
            if list
                .iter()
                .all(|known| known.channel.base_url != channel.base_url)
            {
                list.push(NamedChannel { name, channel });
            }
        }
        Ok(Self {
            list,
            folders: folders(args, project)?,
            mirrors: mirrors(manifest)?,
        })
    }

    /// Returns where the index of each channel is.
    pub(crate) fn sources(&self) -> Vec<IndexSource> {
        let source = |named: &NamedChannel| IndexSource {
            channel: named.channel.clone(),
            place: self.place(named),
        };
        self.list.iter().map(source).collect()
    }

    /// Returns where the index of each channel is, unless one of them is on the network.
    pub(crate) fn sources_at_hand(&self) -> Option<Vec<IndexSource>> {
        let sources = self.sources();
        let remote = |source: &IndexSource| matches!(source.place, Place::Network { .. });
        (!sources.is_empty() && !sources.iter().any(remote)).then_some(sources)
    }

    /// Returns the channels that are read over the network.
    pub(crate) fn remote(&self) -> impl Iterator<Item = &NamedChannel> {
        let remote = |named: &&NamedChannel| matches!(self.place(named), Place::Network { .. });
        self.list.iter().filter(remote)
    }

    /// Returns the mirror that a channel is read from.
    pub(crate) fn mirror(&self, named: &NamedChannel) -> Option<&Mirror> {
        self.mirrors.get(named.channel.base_url.as_str())
    }

    /// Reads every channel on the network that has no mirror from the one that `mirror` gives, if any.
    pub(crate) fn add_mirrors(&mut self, mirror: impl Fn(&NamedChannel) -> Option<Mirror>) {
        let without: Vec<NamedChannel> = self
            .remote()
            .filter(|named| self.mirror(named).is_none())
            .cloned()
            .collect();
        for named in without {
            if let Some(mirror) = mirror(&named) {
                self.mirrors.insert(named.channel.base_url.to_string(), mirror);
            }
        }
    }

    fn place(&self, named: &NamedChannel) -> Place {
        let url = named.channel.base_url.as_str();
        match self.folders.get(url) {
            Some(folder) => Place::Folder(folder.clone()),
            None if url == sample::URL => sample::PLACE,
            None => Place::Network {
                mirror: self.mirror(named).map(|mirror| mirror.address.clone()),
            },
        }
    }
}

/// An address to read a channel from, and who to be there.
#[derive(Debug, Clone)]
pub(crate) struct Mirror {
    /// The address, without user and password.
    pub(crate) address: Url,
    /// The user and password of the address, if it had them.
    pub(crate) credential: Option<Credential>,
    /// The file outside of the project that says so.
    pub(crate) said_by: Option<PathBuf>,
}

/// Returns the mirrors of the manifest.
fn mirrors(manifest: Option<&Manifest>) -> Result<BTreeMap<String, Mirror>, Failure> {
    let sources = manifest
        .into_iter()
        .flat_map(|manifest| &manifest.channel_sources);
    let mut mirrors = BTreeMap::new();
    for (name, source) in sources {
        if let Some(address) = &source.mirror {
            let mirror = Mirror {
                address: address.clone(),
                credential: None,
                said_by: None,
            };
            mirrors.insert(channel(name, manifest)?.base_url.to_string(), mirror);
        }
    }
    Ok(mirrors)
}

/// Returns the folders that stand in for channels; the command line beats the manifest.
fn folders(args: &ChannelArgs, project: Option<&Project>) -> Result<BTreeMap<String, PathBuf>, Failure> {
    let manifest = project.map(|project| &project.manifest);
    let mut folders = BTreeMap::new();
    if let Some(project) = project {
        for (name, source) in &project.manifest.channel_sources {
            if let Some(path) = &source.path {
                let url = channel(name, manifest)?.base_url.to_string();
                folders.insert(url, tidy(&project.specs_folder().join(path)));
            }
        }
    }
    for source in &args.sources {
        let parts = source
            .split_once('=')
            .filter(|(name, folder)| !name.is_empty() && !folder.is_empty());
        let (name, folder) = parts.ok_or_else(|| {
            Failure::bad_input("a channel source is not of the form NAME=DIR").help(
                "write `--channel-source NAME=DIR`, as in `--channel-source conda-forge=/srv/conda-forge`",
            )
        })?;
        folders.insert(
            channel(name, manifest)?.base_url.to_string(),
            PathBuf::from(folder),
        );
    }
    Ok(folders)
}

/// Returns a path as it is shown, without `..`, so that messages name the folder the way people do.
fn tidy(path: &Path) -> PathBuf {
    std::fs::canonicalize(path).map_or_else(|_| path.to_owned(), |path| PathBuf::from(shown(&path)))
}

/// Returns the channels that files name; several files have to name the same.
fn channels_of(files: &[&EnvironmentFile]) -> Result<Vec<String>, Failure> {
    let mut lists = files.iter().map(|file| {
        file.channels
            .iter()
            .map(|channel| channel.value.clone())
            .collect::<Vec<_>>()
    });
    let first = lists.next().unwrap_or_default();
    if lists.any(|list| list != first) {
        return Err(
            Failure::bad_input("the files of the tiers name different channels")
                .help("list the channels, in order of priority, under `channels` in specs/tiers.yml"),
        );
    }
    if first.is_empty() {
        return Err(Failure::bad_input("no channel is named")
            .help("add `channels: [conda-forge]`, or give `-c conda-forge`"));
    }
    Ok(first)
}

fn channel(name: &str, manifest: Option<&Manifest>) -> Result<Channel, Failure> {
    let source = manifest.and_then(|manifest| manifest.channel_sources.get(name));
    if let Some(url) = source.and_then(|source| source.url.clone()) {
        return Ok(Channel::from_url(url));
    }
    if let Some(fault) = channel_fault(name) {
        let failure = Failure::bad_input(fault.message);
        return Err(match fault.help {
            Some(help) => failure.help(help),
            None => failure,
        });
    }
    let bad = |why: &str| Failure::bad_input(format!("`{name}` is not a channel: {why}"));
    let address = if name == sample::NAME { sample::URL } else { name };
    if address.contains("://") {
        return Url::parse(address)
            .map(Channel::from_url)
            .map_err(|error| bad(&error.to_string()));
    }
    let config = ChannelConfig {
        channel_alias: Url::parse(CHANNEL_ALIAS).map_err(|error| bad(&error.to_string()))?,
        root_dir: PathBuf::from("/"),
    };
    Channel::from_str(name, &config).map_err(|error| bad(&error.to_string()))
}

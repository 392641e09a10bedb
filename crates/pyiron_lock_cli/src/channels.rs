//! From channel names to canonical URLs and to the folders that stand in for them.

use std::{collections::BTreeMap, path::PathBuf};

use pyiron_lock_gateway::DirectorySource;
use pyiron_lock_spec::Manifest;
use rattler_conda_types::{Channel, ChannelConfig};
use url::Url;

use crate::{args::ChannelArgs, failure::Failure, files::shown, project::Project};

/// What a channel name stands for where a name alone is given.
const CHANNEL_ALIAS: &str = "https://conda.anaconda.org/";

/// The channels of a run, in order of priority, and where the records of each are.
pub(crate) struct Channels {
    pub(crate) list: Vec<Channel>,
    folders: BTreeMap<String, PathBuf>,
    names: BTreeMap<String, String>,
}

impl Channels {
    /// Settles the channels: those of the command line, else those of the manifest, else `from_file`.
    pub(crate) fn new(
        args: &ChannelArgs,
        project: Option<&Project>,
        from_file: &[String],
    ) -> Result<Self, Failure> {
        let manifest = project.map(|project| &project.manifest);
        let named: Vec<String> = if !args.channels.is_empty() {
            args.channels.clone()
        } else if let Some(manifest) = manifest {
            manifest
                .channels
                .iter()
                .map(|channel| channel.value.clone())
                .collect()
        } else {
            from_file.to_vec()
        };
        let mut channels = Self {
            list: Vec::new(),
            folders: BTreeMap::new(),
            names: BTreeMap::new(),
        };
        if let Some(project) = project {
            for (name, source) in &project.manifest.channel_sources {
                let channel = channel(name, manifest)?;
                channels.names.insert(channel.base_url.to_string(), name.clone());
                if let Some(path) = &source.path {
                    channels
                        .folders
                        .insert(channel.base_url.to_string(), project.specs_folder().join(path));
                }
            }
        }
        for source in &args.sources {
            let (name, folder) = source.split_once('=').filter(|(name, folder)| !name.is_empty() && !folder.is_empty())
                .ok_or_else(|| {
                    Failure::bad_input(format!("`{source}` is not a channel source"))
                        .help("write `--channel-source NAME=DIR`, as in `--channel-source conda-forge=/srv/conda-forge`")
                })?;
            let channel = channel(name, manifest)?;
            channels
                .names
                .insert(channel.base_url.to_string(), name.to_owned());
            channels
                .folders
                .insert(channel.base_url.to_string(), PathBuf::from(folder));
        }
        for name in named {
            let channel = channel(&name, manifest)?;
            channels.names.entry(channel.base_url.to_string()).or_insert(name);
            if channels
                .list
                .iter()
                .all(|known| known.base_url != channel.base_url)
            {
                channels.list.push(channel);
            }
        }
        Ok(channels)
    }

    /// Returns the folder for each channel, or which channel has none.
    pub(crate) fn directory_sources(&self) -> Result<Vec<DirectorySource>, Failure> {
        self.list
            .iter()
            .map(|channel| self.directory_source(channel))
            .collect()
    }

    /// Returns the folders of the channels that have one.
    pub(crate) fn known_sources(&self) -> Vec<DirectorySource> {
        self.list
            .iter()
            .filter_map(|channel| self.directory_source(channel).ok())
            .collect()
    }

    fn directory_source(&self, channel: &Channel) -> Result<DirectorySource, Failure> {
        let url = channel.base_url.to_string();
        let name = self.names.get(&url).map_or(url.as_str(), String::as_str);
        let folder = self.folders.get(&url).ok_or_else(|| {
            Failure::unavailable(format!("there is no source of records for channel `{name}`")).help(format!(
                "give a folder that holds its index: `--channel-source {name}=DIR` (reading channels over the network comes later)"
            ))
        })?;
        if !folder.is_dir() {
            return Err(Failure::unavailable(format!(
                "the folder {} for channel `{name}` does not exist",
                shown(folder)
            )));
        }
        Ok(DirectorySource {
            channel: channel.clone(),
            folder: folder.clone(),
        })
    }
}

fn channel(name: &str, manifest: Option<&Manifest>) -> Result<Channel, Failure> {
    if let Some(source) = manifest.and_then(|manifest| manifest.channel_sources.get(name)) {
        return Ok(Channel::from_url(source.url.clone()));
    }
    let bad = |why: &str| Failure::bad_input(format!("`{name}` is not a channel: {why}"));
    if name.contains("://") {
        let url = Url::parse(name).map_err(|error| bad(&error.to_string()))?;
        if !matches!(url.scheme(), "https" | "http" | "file") {
            return Err(bad("give a name or an https URL"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Failure::bad_input("a channel URL holds a user name or password")
                .help("leave credentials out of specs and options, where they would reach locks and logs"));
        }
        return Ok(Channel::from_url(url));
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    if name.is_empty() || !name.chars().all(plain) || name.starts_with(['.', '/']) || name.contains("..") {
        return Err(bad(
            "give a name such as `conda-forge`, or a URL; folders go to `--channel-source NAME=DIR`",
        ));
    }
    let config = ChannelConfig {
        channel_alias: Url::parse(CHANNEL_ALIAS).map_err(|error| bad(&error.to_string()))?,
        root_dir: PathBuf::from("/"),
    };
    Channel::from_str(name, &config).map_err(|error| bad(&error.to_string()))
}

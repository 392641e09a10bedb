//! Where the archives of an install come from: a bundle, a folder that stands in for a channel, or the network.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use indicatif::ProgressBar;
use pyiron_lock_gateway::{NetworkSettings, Trouble, Watch};
use pyiron_lock_host::install::{Archives, FetchFailure};
use pyiron_lock_solve::CancellationToken;
use rattler_conda_types::RepoDataRecord;
use url::Url;

use crate::{
    args::{CacheArgs, InstallArgs, NetworkArgs},
    channels::{ArchivePlace, Channels},
    failure::Failure,
    files::shown,
    network::Network,
    streams::Streams,
};

/// Where the archives of an install come from.
pub(super) struct Sources {
    channels: Channels,
    bundle: Option<PathBuf>,
    network: Option<NetworkSettings>,
    /// Made when the first archive is asked for over the network.
    client: Mutex<Option<Arc<pyiron_lock_gateway::Archives>>>,
    transfers: Arc<Transfers>,
}

/// Counts what goes over the network.
struct Transfers {
    bytes: AtomicU64,
    cancel: CancellationToken,
}

impl Watch for Transfers {
    fn asked(&self) {}

    fn received(&self, bytes: u64) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    fn cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }
}

impl Sources {
    /// Settles where archives come from; nothing is sent yet.
    pub(super) fn new(
        mut channels: Channels,
        args: &InstallArgs,
        streams: &Streams,
        cancel: &CancellationToken,
    ) -> Result<Self, Failure> {
        let transfers = Arc::new(Transfers {
            bytes: AtomicU64::new(0),
            cancel: cancel.clone(),
        });
        let network = NetworkArgs {
            offline: args.offline || args.bundle.is_some(),
            // Archives are kept in the root and nowhere else.
            cache: CacheArgs {
                cache_dir: Some(args.root.root.clone()),
            },
        };
        let hidden = ProgressBar::hidden();
        let network = Network::of(&mut channels, &network, streams, &hidden, cancel)?;
        let network = network.map(|network| NetworkSettings {
            watch: transfers.clone(),
            ..network.settings
        });
        Ok(Self {
            channels,
            bundle: args.bundle.clone(),
            network,
            client: Mutex::new(None),
            transfers,
        })
    }

    /// Returns how many bytes came over the network.
    pub(super) fn bytes(&self) -> u64 {
        self.transfers.bytes.load(Ordering::Relaxed)
    }

    fn client(&self, address: &Url) -> Result<Arc<pyiron_lock_gateway::Archives>, FetchFailure> {
        let mut client = self.client.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = client.as_ref() {
            return Ok(client.clone());
        }
        let settings = self.network.clone().ok_or_else(|| FetchFailure {
            message: format!(
                "{} is not at hand: its channel is not known",
                pyiron_lock_gateway::shown_address(address)
            ),
            help: Some("name the folder or bundle that holds it".to_owned()),
        })?;
        let made = pyiron_lock_gateway::Archives::open(settings, std::slice::from_ref(address));
        let made = Arc::new(made.map_err(|trouble| of_trouble(&trouble))?);
        *client = Some(made.clone());
        Ok(made)
    }
}

impl Archives for Sources {
    fn fetch(&self, record: &RepoDataRecord, to: &mut File) -> Result<(), FetchFailure> {
        let file = record.url.path().rsplit('/').next().unwrap_or_default();
        if let Some(folder) = &self.bundle {
            let places = [
                folder.join(&record.package_record.subdir).join(file),
                folder.join(file),
            ];
            return match places.iter().find(|place| place.is_file()) {
                Some(place) => copy(place, to),
                None => Err(FetchFailure {
                    message: format!("{file} is not in the bundle {}", shown(folder)),
                    help: Some("make the bundle anew from the same lock".to_owned()),
                }),
            };
        }
        match self.channels.archive(&record.url) {
            ArchivePlace::File(path) => copy(&path, to),
            ArchivePlace::Nowhere => Err(FetchFailure {
                message: format!("the sample channel inside this program has no archives, and so not {file}"),
                help: Some(
                    "write them with `cargo run -q -p xtask -- sample --archives DIR`, and give \
                     `--channel-source sample=DIR`"
                        .to_owned(),
                ),
            }),
            ArchivePlace::Address(address) => {
                let sha256 = record.package_record.sha256.as_ref();
                let sha256 = sha256.ok_or_else(|| FetchFailure {
                    message: format!("the lock states no sha256 for {file}"),
                    help: None,
                })?;
                let size = record.package_record.size;
                let client = self.client(&address)?;
                client
                    .fetch(&address, sha256, size, to)
                    .map_err(|trouble| of_trouble(&trouble))
            }
        }
    }
}

fn of_trouble(trouble: &Trouble) -> FetchFailure {
    FetchFailure {
        message: trouble.to_string(),
        help: Some(trouble.help().to_owned()),
    }
}

fn copy(from: &Path, to: &mut File) -> Result<(), FetchFailure> {
    let copied = File::open(from).and_then(|mut file| io::copy(&mut file, to));
    copied.map(drop).map_err(|error| FetchFailure {
        message: format!("{} cannot be copied: {error}", shown(from)),
        help: (error.kind() == io::ErrorKind::NotFound).then(|| {
            "the folder stands in for a channel and has to hold its archives as well, in one folder a subdir".to_owned()
        }),
    })
}

//! One channel on the network. Blocks the thread that asks; the work itself is asynchronous.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    future::Future,
    io::ErrorKind,
    path::PathBuf,
    pin::pin,
    sync::Arc,
    time::Duration,
};

use pyiron_lock_core::Digest;
use rattler_conda_types::{Channel, PackageName, RepoDataRecord, Subdir};
use rattler_networking::{
    AuthenticationMiddleware, AuthenticationStorage, MirrorMiddleware, OfflineMiddleware,
    mirror_middleware::Mirror,
};
use rattler_repodata_gateway::{
    CacheClearMode, ChannelConfig, ChannelRelationsMode, Gateway, GatewayError, SourceConfig,
    SubdirSelection,
    fetch::{CacheAction, FetchRepoDataError},
};
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware};
use tokio::runtime::{Builder, Runtime};
use url::Url;

use super::{
    client::client,
    credentials,
    guard::Guard,
    meter::not_an_index,
    settings::NetworkSettings,
    trouble::{Trouble, TroubleKind, Troubles, innermost, io_error, shown},
};

/// The most requests that one server gets at once.
const MAX_REQUESTS: usize = 50;

/// How long a run that ends early waits for what is being written to the cache.
const LAST_WRITES: Duration = Duration::from_secs(1);

/// What all channels of a run share.
pub(crate) struct Network {
    pub(super) settings: NetworkSettings,
    pub(super) client: reqwest::Client,
    pub(super) storage: AuthenticationStorage,
    /// Dropped once what is being written to the cache is written.
    runtime: Option<Runtime>,
    /// What the user should know of the credentials.
    pub(crate) notice: Option<String>,
}

/// A channel that is read over the network.
pub(crate) struct Remote {
    network: Arc<Network>,
    gateway: Gateway,
    channel: Channel,
    /// Where it is read from: its own address, or that of a mirror.
    address: Url,
    troubles: Arc<Troubles>,
}

impl Network {
    /// Makes ready to read from `addresses`; nothing is sent yet.
    pub(crate) fn open(settings: NetworkSettings, addresses: &[Url]) -> Result<Self, Trouble> {
        let address = addresses.first().map(shown).unwrap_or_default();
        if let Err(error) = std::fs::create_dir_all(&settings.cache) {
            let kind = cache_trouble(&settings.cache, &error);
            return Err(Trouble {
                address,
                kind,
                attempts: 0,
            });
        }
        let client = client(&settings, addresses)?;
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.map_err(|error| Trouble {
            address,
            kind: TroubleKind::Other(error.to_string()),
            attempts: 0,
        })?;
        let (storage, notice) = credentials::storage(&settings.credentials);
        Ok(Self {
            settings,
            client,
            storage,
            runtime: Some(runtime),
            notice,
        })
    }

    /// Waits for some work.
    pub(super) fn block_on<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime
            .as_ref()
            .expect("it is taken only on drop")
            .block_on(work)
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(LAST_WRITES);
        }
    }
}

impl Remote {
    /// Makes a channel ready to be read, from a mirror where one is given.
    pub(crate) fn new(network: &Arc<Network>, channel: &Channel, mirror: Option<&Url>) -> Self {
        let settings = &network.settings;
        let troubles = Arc::new(Troubles::default());
        let address = with_slash(mirror.unwrap_or(channel.base_url.url()));
        let cache = match mirror {
            None => settings.cache.join("index"),
            // What a mirror says of its own state must not be taken for that of the channel.
            Some(_) => {
                let digest = Digest::of(address.as_str().as_bytes()).to_string();
                settings.cache.join("mirrors").join(&digest[..16])
            }
        };
        let action = if settings.offline {
            CacheAction::ForceCacheOnly
        } else {
            CacheAction::CacheOrFetch
        };
        let gateway = Gateway::builder()
            .with_client(stack(network, channel, mirror, &troubles))
            .with_cache_dir(cache)
            .with_max_concurrent_requests(MAX_REQUESTS)
            .with_channel_config(ChannelConfig {
                default: SourceConfig {
                    bz2_enabled: false,
                    cache_action: action,
                    ..SourceConfig::default()
                },
                per_channel: HashMap::new(),
            })
            .finish();
        Self {
            network: network.clone(),
            gateway,
            channel: channel.clone(),
            address,
            troubles,
        }
    }

    /// Fetches what can be reached from `names` within this channel, many at once; what is then loaded is at hand.
    pub(crate) fn prefetch(&self, subdirs: [Subdir; 2], names: &[PackageName]) -> Result<(), Trouble> {
        self.query(&subdirs, names, true).map(drop)
    }

    /// Returns the records of `names` in one subdir; a subdir without an index has none.
    pub(crate) fn load(&self, subdir: Subdir, names: &[PackageName]) -> Result<Vec<RepoDataRecord>, Trouble> {
        self.query(&[subdir], names, false)
    }

    /// Lets go of the records of a subdir that were loaded; what is asked for again comes from the cache.
    pub(crate) fn forget(&self, subdir: Subdir) {
        let subdir = HashSet::from([subdir.to_string()]);
        drop(self.gateway.clear_repodata_cache(
            &self.channel,
            SubdirSelection::Some(subdir),
            CacheClearMode::InMemoryOnly,
        ));
    }

    /// Returns every name in the subdirs.
    pub(crate) fn names(&self, subdirs: [Subdir; 2]) -> Result<BTreeSet<String>, Trouble> {
        let query = self
            .gateway
            .names([self.channel.clone()], subdirs)
            .channel_notices(false)
            .channel_relations(ChannelRelationsMode::Disabled);
        let names = self.wait(query.execute(), &subdirs)?.names;
        Ok(names.iter().map(|name| name.as_source().to_owned()).collect())
    }

    /// Returns the place as messages name it.
    pub(crate) fn shown(&self) -> PathBuf {
        PathBuf::from(shown(&self.address))
    }

    fn query(
        &self,
        subdirs: &[Subdir],
        names: &[PackageName],
        recursive: bool,
    ) -> Result<Vec<RepoDataRecord>, Trouble> {
        let query = self
            .gateway
            .query([self.channel.clone()], subdirs.to_vec(), names.to_vec())
            .recursive(recursive)
            .channel_notices(false)
            .channel_relations(ChannelRelationsMode::Disabled);
        let found = self.wait(query.execute(), subdirs)?;
        if recursive {
            return Ok(Vec::new());
        }
        Ok(found.iter().flat_map(|part| part.iter().cloned()).collect())
    }

    fn wait<T>(
        &self,
        work: impl Future<Output = Result<T, GatewayError>>,
        subdirs: &[Subdir],
    ) -> Result<T, Trouble> {
        const LOOK_UP: Duration = Duration::from_millis(50);
        let watch = &self.network.settings.watch;
        self.network.block_on(async {
            let mut work = pin!(work);
            loop {
                match tokio::time::timeout(LOOK_UP, &mut work).await {
                    Ok(done) => return done.map_err(|error| self.trouble(&error, subdirs)),
                    Err(_) if watch.cancelled() => return Err(self.at(TroubleKind::Stopped)),
                    Err(_) => {}
                }
            }
        })
    }

    fn at(&self, kind: TroubleKind) -> Trouble {
        Trouble {
            address: shown(&self.address),
            kind,
            attempts: 0,
        }
    }

    /// Returns what an error of the gateway means; a text that cannot be read does not stay in the cache.
    fn trouble(&self, error: &GatewayError, subdirs: &[Subdir]) -> Trouble {
        let not_cached = |address: String| Trouble {
            address,
            kind: TroubleKind::NotCached,
            attempts: 0,
        };
        match error {
            GatewayError::SubdirNotFoundError(_) => return self.at(TroubleKind::NoChannel),
            GatewayError::ShardHashMismatch(mismatch) => {
                return Trouble::new(&mismatch.url, TroubleKind::WrongBytes);
            }
            GatewayError::ShardNotCached(name) => {
                return not_cached(format!("`{name}` of {}", shown(&self.address)));
            }
            GatewayError::ShardedIndexNotCached(_)
            | GatewayError::FetchRepoDataError(FetchRepoDataError::NoCacheAvailable(_)) => {
                return not_cached(format!("the index of {}", shown(&self.address)));
            }
            _ => {}
        }
        let io = io_error(error);
        if let Some(error) = io.filter(|error| concerns_the_cache(error.kind())) {
            return self.at(cache_trouble(&self.network.settings.cache, error));
        }
        if let Some(trouble) = self.troubles.worst() {
            return trouble;
        }
        let cause = innermost(error);
        match io.map(std::io::Error::kind) {
            Some(ErrorKind::InvalidData | ErrorKind::UnexpectedEof | ErrorKind::Other) => {
                let subdirs = subdirs.iter().map(ToString::to_string).collect();
                // It would be asked for changes only, for ever.
                drop(self.gateway.clear_repodata_cache(
                    &self.channel,
                    SubdirSelection::Some(subdirs),
                    CacheClearMode::InMemoryAndDisk,
                ));
                self.at(not_an_index(&cause))
            }
            _ => self.at(TroubleKind::Other(cause)),
        }
    }
}

/// Layers of the client, from the gateway to the network: mirror, guard, credentials.
fn stack(
    network: &Arc<Network>,
    channel: &Channel,
    mirror: Option<&Url>,
    troubles: &Arc<Troubles>,
) -> ClientWithMiddleware {
    let settings = &network.settings;
    let mut builder = ClientBuilder::new(network.client.clone());
    if settings.offline {
        builder = builder.with(OfflineMiddleware);
    }
    if let Some(url) = mirror {
        let mirror = Mirror {
            url: with_slash(url),
            no_zstd: false,
            no_bz2: true,
            max_failures: None,
        };
        let own = with_slash(channel.base_url.url());
        builder = builder.with(MirrorMiddleware::from_map(HashMap::from([(own, vec![mirror])])));
    }
    builder
        .with(Guard {
            timeout: settings.timeout,
            retries: settings.retries,
            troubles: troubles.clone(),
            watch: settings.watch.clone(),
        })
        .with(AuthenticationMiddleware::from_auth_storage(
            network.storage.clone(),
        ))
        .build()
}

fn with_slash(url: &Url) -> Url {
    let mut url = url.clone();
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    url
}

fn concerns_the_cache(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::StorageFull
            | ErrorKind::QuotaExceeded
            | ErrorKind::PermissionDenied
            | ErrorKind::ReadOnlyFilesystem
            | ErrorKind::NotADirectory
            | ErrorKind::AlreadyExists
            | ErrorKind::IsADirectory
    )
}

fn cache_trouble(folder: &std::path::Path, error: &std::io::Error) -> TroubleKind {
    TroubleKind::Cache {
        folder: folder.to_owned(),
        full: matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded),
        cause: error.to_string(),
    }
}

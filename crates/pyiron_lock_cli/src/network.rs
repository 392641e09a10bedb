//! How channels are read over the network: from options, the environment and conda's configuration.

use std::{
    env,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use indicatif::{HumanBytes, ProgressBar};
use pyiron_lock_gateway::{Credential, NetworkSettings, Secret, Watch, sweep_cache};
use pyiron_lock_solve::CancellationToken;
use pyiron_lock_spec::NamedChannel;
use serde::Serialize;
use url::Url;

use crate::{
    args::{CacheArgs, NetworkArgs},
    channels::Channels,
    condarc::Condarcs,
    failure::Failure,
    files::shown,
    render::counted,
    streams::Streams,
};

/// How long a server may be silent unless PYIRON_LOCK_HTTP_TIMEOUT says otherwise.
const TIMEOUT: Duration = Duration::from_secs(30);

/// How often a request is repeated unless PYIRON_LOCK_HTTP_RETRIES says otherwise.
const RETRIES: u32 = 3;

/// What the cache may hold unless PYIRON_LOCK_CACHE_LIMIT says otherwise, in MiB.
const CACHE_LIMIT: u64 = 4096;

/// Everything that is needed to read channels over the network.
pub(crate) struct Network {
    pub(crate) settings: NetworkSettings,
    transfers: Arc<Transfers>,
    cache_limit: u64,
}

impl Network {
    /// Settles how the channels of a run are read; `None` where none of them is on the network.
    ///
    /// Mirrors of conda's configuration are taken over, and said.
    pub(crate) fn of(
        channels: &mut Channels,
        args: &NetworkArgs,
        streams: &Streams,
        bar: &ProgressBar,
        cancel: &CancellationToken,
    ) -> Result<Option<Self>, Failure> {
        if channels.remote().next().is_none() {
            return Ok(None);
        }
        let transfers = Arc::new(Transfers {
            requests: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            bar: bar.clone(),
            cancel: cancel.clone(),
        });
        let cache = cache_folder(&args.cache)?;
        let mut settings = settings(channels, &cache, streams, transfers.clone())?;
        settings.offline = args.offline;
        Ok(Some(Self {
            settings,
            transfers,
            cache_limit: number("PYIRON_LOCK_CACHE_LIMIT")?.unwrap_or(CACHE_LIMIT) << 20,
        }))
    }

    /// Says what was fetched, and keeps the cache within its limit.
    pub(crate) fn finish(&self, streams: &Streams) -> Transferred {
        let transferred = Transferred {
            requests: self.transfers.requests.load(Ordering::Relaxed),
            bytes: self.transfers.bytes.load(Ordering::Relaxed),
        };
        if transferred.requests > 0 {
            streams.talk(&format!(
                "note: read {} of the index in {}",
                HumanBytes(transferred.bytes),
                counted(transferred.requests as usize, "request")
            ));
        }
        if !self.settings.offline {
            sweep_cache(&self.settings.cache, self.cache_limit);
        }
        transferred
    }
}

/// Settles how channels are read; mirrors of conda's configuration are taken over, and said.
pub(crate) fn settings(
    channels: &mut Channels,
    cache: &Path,
    streams: &Streams,
    watch: Arc<dyn Watch>,
) -> Result<NetworkSettings, Failure> {
    let condarcs = Condarcs::read();
    for path in &condarcs.unreadable {
        streams.talk(&format!(
            "note: {} cannot be read, it does not count",
            shown(path)
        ));
    }
    channels.add_mirrors(|named| condarcs.mirror(named));
    let mut credentials = Vec::new();
    for named in channels.remote() {
        let mirror = channels.mirror(named);
        let own: &Url = named.channel.base_url.url();
        let address = mirror.map_or(own, |mirror| &mirror.address);
        let host = address.host_str().unwrap_or_default();
        credentials.extend(from_environment(named, host)?);
        credentials.extend(mirror.and_then(|mirror| mirror.credential.clone()));
        if let Some((mirror, path)) = mirror.and_then(|mirror| Some((mirror, mirror.said_by.as_ref()?))) {
            streams.talk(&format!(
                "note: channel `{}` is read from {}, as {} says",
                named.name,
                pyiron_lock_gateway::shown_address(&mirror.address),
                shown(path)
            ));
        }
    }
    let retries = number("PYIRON_LOCK_HTTP_RETRIES")?.unwrap_or(RETRIES.into());
    Ok(NetworkSettings {
        cache: cache.to_owned(),
        offline: false,
        timeout: seconds("PYIRON_LOCK_HTTP_TIMEOUT")?.unwrap_or(TIMEOUT),
        retries: retries.min(20) as u32,
        credentials,
        watch,
    })
}

/// What went over the network.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Transferred {
    requests: u64,
    bytes: u64,
}

/// Counts what goes over the network, and shows it.
struct Transfers {
    requests: AtomicU64,
    bytes: AtomicU64,
    bar: ProgressBar,
    cancel: CancellationToken,
}

impl Watch for Transfers {
    fn asked(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    fn received(&self, bytes: u64) {
        let bytes = self.bytes.fetch_add(bytes, Ordering::Relaxed) + bytes;
        self.bar
            .set_message(format!("reading the index, {} so far", HumanBytes(bytes)));
    }

    fn cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }
}

/// Returns the folder of the cache: the option, PYIRON_LOCK_CACHE_DIR, or one below the cache folder of the user.
pub(crate) fn cache_folder(args: &CacheArgs) -> Result<PathBuf, Failure> {
    let set = |name: &str| {
        env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    let own = || {
        let cache = if cfg!(windows) {
            set("LOCALAPPDATA")
        } else if cfg!(target_os = "macos") {
            set("HOME").map(|home| home.join("Library/Caches"))
        } else {
            let absolute = set("XDG_CACHE_HOME").filter(|path| path.is_absolute());
            absolute.or_else(|| set("HOME").map(|home| home.join(".cache")))
        };
        cache.map(|cache| cache.join("pyiron-lock"))
    };
    args.cache_dir
        .clone()
        .or_else(|| set("PYIRON_LOCK_CACHE_DIR"))
        .or_else(own)
        .ok_or_else(|| {
            Failure::unavailable("there is no folder to keep what is fetched: HOME is not set")
                .help("name one with `--cache-dir DIR`")
        })
}

/// Returns who the environment says to be on the host of a channel.
fn from_environment(named: &NamedChannel, host: &str) -> Result<Option<Credential>, Failure> {
    let name: String = named
        .name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_uppercase()
            } else {
                '_'
            }
        })
        .collect();
    let value = |what: &str| env::var(format!("PYIRON_LOCK_{what}_{name}")).ok();
    let secret = match (value("TOKEN"), value("USER"), value("PASSWORD")) {
        (Some(token), None, None) => Secret::Bearer(token),
        (None, Some(user), Some(password)) => Secret::Password { user, password },
        (None, None, None) => return Ok(None),
        _ => {
            return Err(Failure::bad_input(format!(
                "the environment says who to be on channel `{}` in part only",
                named.name
            ))
            .help(format!(
                "set PYIRON_LOCK_USER_{name} and PYIRON_LOCK_PASSWORD_{name}, or PYIRON_LOCK_TOKEN_{name} alone"
            )));
        }
    };
    Ok(Some(Credential {
        host: host.to_owned(),
        secret,
    }))
}

fn number(name: &str) -> Result<Option<u64>, Failure> {
    let Ok(text) = env::var(name) else {
        return Ok(None);
    };
    let number = text.trim().parse().ok().filter(|number| *number < 1 << 32);
    number
        .map(Some)
        .ok_or_else(|| Failure::bad_input(format!("{name} is not a number: `{}`", text.escape_default())))
}

/// Returns a number of seconds that the environment sets.
pub(crate) fn seconds(name: &str) -> Result<Option<Duration>, Failure> {
    let Ok(text) = env::var(name) else {
        return Ok(None);
    };
    let seconds = text.trim().parse::<f64>().ok();
    let seconds = seconds.filter(|seconds| (0.01..=86_400.0).contains(seconds));
    seconds
        .map(|seconds| Some(Duration::from_secs_f64(seconds)))
        .ok_or_else(|| {
            Failure::bad_input(format!(
                "{name} is not a number of seconds: `{}`",
                text.escape_default()
            ))
        })
}

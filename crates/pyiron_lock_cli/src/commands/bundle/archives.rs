//! Where the archives of a lock are: in folders that stand in for channels, in files, or on the network, from where
//! they are fetched first.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use indicatif::ProgressBar;
use pyiron_lock_gateway::{ArchiveSource, Place, Trouble, TroubleKind, Watch, fetch_archives};
use pyiron_lock_host::Wanted;
use pyiron_lock_solve::CancellationToken;
use rattler_conda_types::RepoDataRecord;
use url::Url;

use crate::{channels::Channels, failure::Failure, files::shown, network, streams::Streams};

/// Finds the archives of a lock, and fetches those on the network into `staging`. Returns where each of them is.
pub(super) fn find(
    wanted: &Wanted,
    channels: &mut Channels,
    staging: &Path,
    bar: &ProgressBar,
    cancel: &CancellationToken,
    streams: &Streams,
) -> Result<BTreeMap<Url, PathBuf>, Failure> {
    let watch = Arc::new(Fetched {
        bytes: AtomicU64::new(0),
        bar: bar.clone(),
        cancel: cancel.clone(),
    });
    let settings = if channels.remote().next().is_some() {
        Some(network::settings(channels, staging, streams, watch)?)
    } else {
        None
    };
    let mut places = BTreeMap::new();
    let mut remote = Vec::new();
    for record in &wanted.records {
        let place = match place(record, channels)? {
            At::File(path) => path,
            At::Network(address) => {
                let target = staging
                    .join(&record.package_record.subdir)
                    .join(file_name(record));
                remote.push(ArchiveSource {
                    address,
                    sha256: record
                        .package_record
                        .sha256
                        .expect("a record without a sha256 is refused"),
                    size: record.package_record.size,
                    target: target.clone(),
                });
                target
            }
        };
        places.insert(record.url.clone(), place);
    }
    bar.set_length(remote.iter().filter_map(|archive| archive.size).sum());
    if let Some(settings) = settings {
        for notice in fetch_archives(&settings, &remote).map_err(|trouble| unfetched(&trouble))? {
            streams.talk(&format!("note: {notice}"));
        }
    }
    Ok(places)
}

/// Returns the addresses that the subdirs of a lock's channels lie below.
pub(super) fn bases(wanted: &Wanted) -> BTreeSet<Url> {
    wanted.records.iter().filter_map(base).collect()
}

/// Where an archive is.
enum At {
    File(PathBuf),
    Network(Url),
}

fn place(record: &RepoDataRecord, channels: &Channels) -> Result<At, Failure> {
    let unknown = |why: &str| Failure::bad_input(format!("{} cannot be had: {why}", record.url));
    if record.url.scheme() == "file" {
        let path = record.url.to_file_path();
        return path
            .map(At::File)
            .map_err(|()| unknown("it is no file of this machine"));
    }
    let base =
        base(record).ok_or_else(|| unknown("its address does not end with SUBDIR/NAME, as in a channel"))?;
    let within = [record.package_record.subdir.as_str(), file_name(record)];
    match channels.place_of(&base) {
        Place::Folder(folder) => {
            let path = within.iter().fold(folder.clone(), |path, part| path.join(part));
            if path.is_file() {
                return Ok(At::File(path));
            }
            Err(Failure::unavailable(format!(
                "{} has no archive {}",
                shown(&folder),
                within.join("/")
            ))
            .help("the folder of a channel has to hold its archives, `SUBDIR/NAME`; name another with `--channel-source NAME=DIR`"))
        }
        Place::Memory(_) => Err(unknown("the sample channel inside this program has no archives")
            .help("name a folder that holds them with `--channel-source sample=DIR`")),
        Place::Network { mirror: None } => Ok(At::Network(record.url.clone())),
        Place::Network { mirror: Some(mirror) } => {
            let mut address = mirror;
            if let Ok(mut path) = address.path_segments_mut() {
                path.pop_if_empty().extend(within);
            }
            Ok(At::Network(address))
        }
    }
}

/// Returns the address of the channel that an archive lies in as its record says.
fn base(record: &RepoDataRecord) -> Option<Url> {
    let within = format!("{}/{}", record.package_record.subdir, file_name(record));
    let base = record.url.as_str().strip_suffix(&within)?;
    Url::parse(base).ok().filter(|base| base.path().ends_with('/'))
}

fn file_name(record: &RepoDataRecord) -> &str {
    record.url.path().rsplit('/').next().unwrap_or_default()
}

/// Says why archives could not be fetched.
fn unfetched(trouble: &Trouble) -> Failure {
    let help = match &trouble.kind {
        TroubleKind::Stopped => return Failure::interrupted(),
        TroubleKind::Status(401 | 403 | 407)
        | TroubleKind::Untrusted(_)
        | TroubleKind::NoCertificates
        | TroubleKind::Redirects
        | TroubleKind::Downgrade
        | TroubleKind::NotTheArchive(_)
        | TroubleKind::Folder { .. } => trouble.help(),
        TroubleKind::Status(404 | 410) => {
            "the channel does not have it any more; a folder or mirror that does can stand in for it, `--channel-source \
             NAME=DIR`"
        }
        TroubleKind::TooLarge(_) => "the lock states less; nothing of it was used",
        TroubleKind::Unreachable(_) => {
            "check the network, and HTTPS_PROXY if there is a proxy; a folder can stand in for the channel, \
             `--channel-source NAME=DIR`"
        }
        TroubleKind::Silent(_) => "try again later, or wait longer with PYIRON_LOCK_HTTP_TIMEOUT=SECONDS",
        _ => "try again later; nothing was written",
    };
    Failure::unavailable(trouble.to_string()).help(help)
}

/// Shows how much was fetched.
struct Fetched {
    bytes: AtomicU64,
    bar: ProgressBar,
    cancel: CancellationToken,
}

impl Watch for Fetched {
    fn asked(&self) {}

    fn received(&self, bytes: u64) {
        let bytes = self.bytes.fetch_add(bytes, Ordering::Relaxed) + bytes;
        // What was fetched in vain counts as well, and a bar cannot be more than full.
        self.bar
            .set_position(bytes.min(self.bar.length().unwrap_or(bytes)));
    }

    fn cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }
}

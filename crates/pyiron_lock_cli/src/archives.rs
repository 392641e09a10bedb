//! Where the archives of a lock are: in folders that stand in for channels, in files, or on the network.

use std::{
    collections::BTreeSet,
    fs::File,
    path::{Path, PathBuf},
    sync::Arc,
};

use pyiron_lock_gateway::{ArchiveSource, Place, Trouble, TroubleKind, Watch};
use pyiron_lock_host::Wanted;
use rattler_conda_types::RepoDataRecord;
use url::Url;

use crate::{channels::Channels, failure::Failure, files::shown, network, streams::Streams};

/// Where the archives of a lock come from.
pub(crate) struct Archives {
    channels: Channels,
    client: Option<pyiron_lock_gateway::Archives>,
}

/// Where an archive is.
pub(crate) enum At {
    File(PathBuf),
    Network(ArchiveSource),
}

impl Archives {
    /// Settles how archives are read; nothing is sent yet. What has to be kept on the way is kept in `scratch`.
    pub(crate) fn open(
        mut channels: Channels,
        offline: bool,
        scratch: &Path,
        streams: &Streams,
        watch: Arc<dyn Watch>,
    ) -> Result<Self, Failure> {
        let client = if channels.remote().next().is_none() {
            None
        } else {
            let mut settings = network::settings(&mut channels, scratch, streams, watch)?;
            settings.offline = offline;
            let addresses: Vec<Url> = channels
                .remote()
                .map(|named| match channels.mirror(named) {
                    Some(mirror) => mirror.address.clone(),
                    None => named.channel.base_url.url().clone().into(),
                })
                .collect();
            let client = pyiron_lock_gateway::Archives::open(settings, &addresses);
            Some(client.map_err(|trouble| unfetched(&trouble))?)
        };
        if let Some(notice) = client.as_ref().and_then(pyiron_lock_gateway::Archives::notice) {
            streams.talk(&format!("note: {notice}"));
        }
        Ok(Self { channels, client })
    }

    /// Returns where the archive of a record is.
    pub(crate) fn at(&self, record: &RepoDataRecord) -> Result<At, Failure> {
        let unknown = |why: &str| Failure::bad_input(format!("{} cannot be had: {why}", record.url));
        if record.url.scheme() == "file" {
            let path = record.url.to_file_path();
            return path
                .map(At::File)
                .map_err(|()| unknown("it is no file of this machine"));
        }
        let base = base(record)
            .ok_or_else(|| unknown("its address does not end with SUBDIR/NAME, as in a channel"))?;
        let within = [record.package_record.subdir.as_str(), file_name(record)];
        let source = |address| {
            let sha256 = record.package_record.sha256;
            sha256.map_or_else(
                || Err(unknown("the lock states no sha256 for it")),
                |sha256| {
                    Ok(At::Network(ArchiveSource {
                        address,
                        sha256,
                        size: record.package_record.size,
                    }))
                },
            )
        };
        match self.channels.place_of(&base) {
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
                .help(
                    "the folder of a channel has to hold its archives, `SUBDIR/NAME`; name another with \
                     `--channel-source NAME=DIR`",
                ))
            }
            Place::Memory(_) => Err(unknown("the sample channel inside this program has no archives")
                .help("name a folder that holds them with `--channel-source sample=DIR`")),
            Place::Network { mirror: None } => source(record.url.clone()),
            Place::Network { mirror: Some(mirror) } => {
                let mut address = mirror;
                if let Ok(mut path) = address.path_segments_mut() {
                    path.pop_if_empty().extend(within);
                }
                source(address)
            }
        }
    }

    /// Writes an archive to an empty file, held against its sha256; may be asked from several threads at once.
    pub(crate) fn fetch(&self, source: &ArchiveSource, to: &mut File) -> Result<(), Failure> {
        let client = self.client.as_ref().ok_or_else(|| {
            Failure::bad_input(format!(
                "{} cannot be had: its channel is not known",
                pyiron_lock_gateway::shown_address(&source.address)
            ))
        })?;
        client.fetch(source, to).map_err(|trouble| unfetched(&trouble))
    }
}

/// Returns the addresses that the subdirs of a lock's channels lie below.
pub(crate) fn bases(wanted: &Wanted) -> BTreeSet<Url> {
    wanted.records.iter().filter_map(base).collect()
}

/// Returns the address of the channel that an archive lies in as its record says.
fn base(record: &RepoDataRecord) -> Option<Url> {
    let within = format!("{}/{}", record.package_record.subdir, file_name(record));
    let base = record.url.as_str().strip_suffix(&within)?;
    Url::parse(base).ok().filter(|base| base.path().ends_with('/'))
}

/// Returns the file name of the archive of a record.
pub(crate) fn file_name(record: &RepoDataRecord) -> &str {
    record.url.path().rsplit('/').next().unwrap_or_default()
}

/// Says why an archive could not be fetched.
fn unfetched(trouble: &Trouble) -> Failure {
    let help = match &trouble.kind {
        TroubleKind::Stopped => return Failure::interrupted(),
        TroubleKind::Status(404 | 410) => {
            "the channel does not have it any more; a folder or mirror that does can stand in for it, `--channel-source \
             NAME=DIR`"
        }
        TroubleKind::Unreachable(_) => {
            "check the network, and HTTPS_PROXY if there is a proxy; a folder can stand in for the channel, \
             `--channel-source NAME=DIR`"
        }
        TroubleKind::Silent(_) => "try again later, or wait longer with PYIRON_LOCK_HTTP_TIMEOUT=SECONDS",
        TroubleKind::NotCached => {
            "run without `--offline`, or name a folder or bundle that holds the archives"
        }
        TroubleKind::Status(401 | 403 | 407)
        | TroubleKind::Untrusted(_)
        | TroubleKind::NoCertificates
        | TroubleKind::Redirects
        | TroubleKind::Downgrade
        | TroubleKind::NotTheArchive(_)
        | TroubleKind::NotWritten { .. } => trouble.help(),
        _ => "try again later; nothing was written",
    };
    Failure::unavailable(trouble.to_string()).help(help)
}

//! Where the archives of an install come from: a bundle, as a file or unpacked, a folder that stands in for a channel, or
//! the network.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use pyiron_lock_gateway::Watch;
use pyiron_lock_host::{
    Wanted,
    bundle::Bundle,
    install::{Archives, FetchFailure},
};
use pyiron_lock_solve::CancellationToken;
use rattler_conda_types::RepoDataRecord;

use crate::{
    archives::{At, file_name},
    args::InstallArgs,
    channels::Channels,
    failure::Failure,
    files::shown,
    streams::Streams,
};

/// Where the archives of an install come from.
pub(super) struct Sources {
    from: From,
    transfers: Arc<Transfers>,
}

enum From {
    Channels(crate::archives::Archives),
    Folder(PathBuf),
    /// One reader at a time: a bundle is one file.
    Bundle(Mutex<Bundle>),
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
    /// Settles where archives come from; nothing is sent yet. A bundle of another lock is refused.
    pub(super) fn new(
        channels: Channels,
        wanted: &Wanted,
        args: &InstallArgs,
        streams: &Streams,
        cancel: &CancellationToken,
    ) -> Result<Self, Failure> {
        let transfers = Arc::new(Transfers {
            bytes: AtomicU64::new(0),
            cancel: cancel.clone(),
        });
        let from = match &args.bundle {
            Some(folder) if folder.is_dir() => From::Folder(folder.clone()),
            Some(file) => {
                let mut bundle = Bundle::open(file)?;
                bundle.is_of(wanted)?;
                From::Bundle(Mutex::new(bundle))
            }
            // Archives are kept in the root and nowhere else.
            None => From::Channels(crate::archives::Archives::open(
                channels,
                args.offline,
                &args.root.root,
                streams,
                transfers.clone(),
            )?),
        };
        Ok(Self { from, transfers })
    }

    /// Returns how many bytes came over the network.
    pub(super) fn bytes(&self) -> u64 {
        self.transfers.bytes.load(Ordering::Relaxed)
    }
}

impl Archives for Sources {
    fn fetch(&self, record: &RepoDataRecord, to: &mut File) -> Result<(), FetchFailure> {
        let file = file_name(record);
        match &self.from {
            From::Folder(folder) => {
                let within = Path::new(&record.package_record.subdir).join(file);
                let places = [
                    folder.join("packages").join(&within),
                    folder.join(&within),
                    folder.join(file),
                ];
                match places.iter().find(|place| place.is_file()) {
                    Some(place) => copy(place, to),
                    None => Err(FetchFailure {
                        message: format!("{file} is not in the bundle {}", shown(folder)),
                        help: Some("make the bundle anew from the same lock".to_owned()),
                    }),
                }
            }
            From::Bundle(bundle) => {
                let sha256 = record.package_record.sha256.unwrap_or_default();
                let mut bundle = bundle.lock().unwrap_or_else(PoisonError::into_inner);
                let copied = bundle.copy(&sha256, to, &|_| !self.transfers.cancelled());
                copied.map_err(|error| of_failure(&error.into()))
            }
            From::Channels(archives) => match archives.at(record).map_err(|failure| of_failure(&failure))? {
                At::File(path) => copy(&path, to),
                At::Network(source) => archives
                    .fetch(&source, to)
                    .map_err(|failure| of_failure(&failure)),
            },
        }
    }
}

fn of_failure(failure: &Failure) -> FetchFailure {
    FetchFailure {
        message: failure.message().to_owned(),
        help: failure.advice().map(str::to_owned),
    }
}

fn copy(from: &Path, to: &mut File) -> Result<(), FetchFailure> {
    let copied = File::open(from).and_then(|mut file| io::copy(&mut file, to));
    copied.map(drop).map_err(|error| FetchFailure {
        message: format!("{} cannot be copied: {error}", shown(from)),
        help: None,
    })
}

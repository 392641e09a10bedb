//! The archives of a bundle, each as a file: those on the network are fetched first, several at once.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use indicatif::ProgressBar;
use pyiron_lock_gateway::{ArchiveSource, Watch};
use pyiron_lock_host::Wanted;
use pyiron_lock_solve::CancellationToken;
use rayon::prelude::*;
use url::Url;

use crate::{
    archives::{Archives, At, file_name},
    channels::Channels,
    failure::Failure,
    files::{reason, shown},
    streams::Streams,
};

/// The most archives that are fetched at once.
const AT_ONCE: usize = 8;

/// Finds the archives of a lock, and fetches those on the network into `staging`. Returns where each of them is.
pub(super) fn find(
    wanted: &Wanted,
    channels: Channels,
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
    let archives = Archives::open(channels, false, staging, streams, watch)?;
    let mut places = BTreeMap::new();
    let mut remote: Vec<(ArchiveSource, PathBuf)> = Vec::new();
    for record in &wanted.records {
        let place = match archives.at(record)? {
            At::File(path) => path,
            At::Network(source) => {
                let folder = staging.join(&record.package_record.subdir);
                fs::create_dir_all(&folder).map_err(|error| unwritten(staging, &error))?;
                let target = folder.join(file_name(record));
                remote.push((source, target.clone()));
                target
            }
        };
        places.insert(record.url.clone(), place);
    }
    if !remote.is_empty() {
        bar.set_message("fetching archives");
    }
    bar.set_length(remote.iter().filter_map(|(source, _)| source.size).sum());
    let pool = rayon::ThreadPoolBuilder::new().num_threads(AT_ONCE).build();
    let pool = pool.map_err(|error| Failure::unavailable(error.to_string()))?;
    pool.install(|| {
        remote.par_iter().try_for_each(|(source, target)| {
            let mut file = fs::File::create(target).map_err(|error| unwritten(staging, &error))?;
            archives.fetch(source, &mut file)
        })
    })?;
    Ok(places)
}

fn unwritten(folder: &Path, error: &std::io::Error) -> Failure {
    Failure::unavailable(format!(
        "{} cannot be written to: {}",
        shown(folder),
        reason(error)
    ))
    .help("write to another folder")
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

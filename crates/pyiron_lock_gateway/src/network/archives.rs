//! Archives of packages over the network: several at once, each held against its sha256 before it gets its name.
//! Whatever fails for a while is tried again from its beginning; what fails for good ends all of it.

use std::{
    fs,
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
    pin::pin,
    time::Duration,
};

use futures_util::{StreamExt, TryStreamExt, stream};
use http::header::CONTENT_TYPE;
use rattler_digest::{Sha256, Sha256Hash, digest::Digest as _};
use rattler_networking::AuthenticationMiddleware;
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware, Error};
use url::Url;

use super::{
    guard::{FIRST_WAIT, kind_of},
    remote::Network,
    settings::NetworkSettings,
    trouble::{Trouble, TroubleKind},
};

/// The most archives that are fetched at once.
const AT_ONCE: usize = 8;

/// The most bytes that an archive may have whose size is not known.
const MAX_BYTES: u64 = 1 << 33;

/// How often it is looked whether the user wants to stop.
const LOOK_UP: Duration = Duration::from_millis(50);

/// An archive that is to be fetched.
#[derive(Debug, Clone)]
pub struct ArchiveSource {
    /// Where it is.
    pub address: Url,
    /// Its sha256.
    pub sha256: Sha256Hash,
    /// Its bytes, where they are known.
    pub size: Option<u64>,
    /// The file that it is to become; the folder is made where it is missing.
    pub target: PathBuf,
}

/// Fetches archives; those that are complete when another one fails stay. Returns what the user should know.
pub fn fetch_archives(
    settings: &NetworkSettings,
    archives: &[ArchiveSource],
) -> Result<Vec<String>, Trouble> {
    let addresses: Vec<Url> = archives.iter().map(|archive| archive.address.clone()).collect();
    let Some(first) = addresses.first() else {
        return Ok(Vec::new());
    };
    if settings.offline {
        return Err(Trouble {
            attempts: 0,
            ..Trouble::new(first, TroubleKind::NotCached)
        });
    }
    let network = Network::open(settings.clone(), &addresses)?;
    let storage = network.storage.clone();
    let client = ClientBuilder::new(network.client.clone())
        .with(AuthenticationMiddleware::from_auth_storage(storage))
        .build();
    let watch = &settings.watch;
    let work = async {
        let fetches = archives.iter().map(|archive| fetch(&client, settings, archive));
        let mut work = pin!(
            stream::iter(fetches)
                .buffer_unordered(AT_ONCE)
                .try_collect::<Vec<()>>()
        );
        loop {
            match tokio::time::timeout(LOOK_UP, &mut work).await {
                Ok(done) => return done.map(drop),
                Err(_) if watch.cancelled() => {
                    return Err(Trouble {
                        attempts: 0,
                        ..Trouble::new(first, TroubleKind::Stopped)
                    });
                }
                Err(_) => {}
            }
        }
    };
    network.block_on(work)?;
    Ok(network.notice.iter().cloned().collect())
}

/// Fetches one archive, as often as it takes or is allowed.
async fn fetch(
    client: &ClientWithMiddleware,
    settings: &NetworkSettings,
    archive: &ArchiveSource,
) -> Result<(), Trouble> {
    let mut wait = FIRST_WAIT;
    let mut attempt = 1;
    loop {
        let Err(kind) = once(client, settings, archive).await else {
            return Ok(());
        };
        let mut trouble = Trouble::new(&archive.address, kind);
        trouble.attempts = attempt;
        if !trouble.may_pass() || attempt > settings.retries || settings.watch.cancelled() {
            return Err(trouble);
        }
        tokio::time::sleep(wait).await;
        wait *= 2;
        attempt += 1;
    }
}

async fn once(
    client: &ClientWithMiddleware,
    settings: &NetworkSettings,
    archive: &ArchiveSource,
) -> Result<(), TroubleKind> {
    let kind = |error: &Error| match error {
        Error::Reqwest(error) => kind_of(error, settings.timeout),
        Error::Middleware(error) => TroubleKind::Other(error.to_string()),
    };
    settings.watch.asked();
    let response = client.get(archive.address.clone()).send().await;
    let response = response.map_err(|error| kind(&error))?;
    if !response.status().is_success() {
        return Err(TroubleKind::Status(response.status().as_u16()));
    }
    let content_type = response.headers().get(CONTENT_TYPE);
    if content_type.is_some_and(|value| value.as_bytes().to_ascii_lowercase().starts_with(b"text/html")) {
        return Err(TroubleKind::NotTheArchive("it is a web page".to_owned()));
    }
    let folder = archive.target.parent().unwrap_or(Path::new("."));
    let unwritten = |error: io::Error| unwritten(folder, &error);
    fs::create_dir_all(folder).map_err(unwritten)?;
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(unwritten)?;
    let limit = archive.size.unwrap_or(MAX_BYTES);
    let mut sum = Sha256::new();
    let mut received = 0;
    let mut parts = response.bytes_stream();
    while let Some(part) = parts.next().await {
        let part = part.map_err(|error| kind_of(&error, settings.timeout))?;
        received += part.len() as u64;
        if received > limit {
            return Err(TroubleKind::TooLarge(limit));
        }
        sum.update(&part);
        file.write_all(&part).map_err(unwritten)?;
        settings.watch.received(part.len() as u64);
    }
    if archive.size.is_some_and(|size| received < size) {
        return Err(TroubleKind::Cut);
    }
    if sum.finalize() != archive.sha256 {
        return Err(TroubleKind::NotTheArchive("it has another sha256".to_owned()));
    }
    file.persist(&archive.target)
        .map_err(|error| unwritten(error.error))?;
    Ok(())
}

fn unwritten(folder: &Path, error: &io::Error) -> TroubleKind {
    TroubleKind::Folder {
        folder: folder.to_owned(),
        full: matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded),
        cause: error.to_string(),
    }
}

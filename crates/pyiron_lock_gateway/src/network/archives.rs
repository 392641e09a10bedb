//! Archives of packages over the network: each is held against its size and sha256 while it passes, and only a whole
//! one with the right sha256 is handed on. What is in an archive is not looked at here.

use std::{
    fs::File,
    io::{self, ErrorKind, Seek, SeekFrom, Write},
    pin::pin,
    time::Duration,
};

use futures_util::StreamExt;
use http::{
    StatusCode,
    header::{CONTENT_TYPE, RANGE},
};
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

/// The most bytes that an archive may have whose lock states no size: five times the largest that is known.
const MAX_ARCHIVE_BYTES: u64 = 16 << 30;

/// How often it is looked whether the user wants to stop.
const LOOK_UP: Duration = Duration::from_millis(50);

/// An archive that is to be fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveSource {
    /// Where it is.
    pub address: Url,
    /// Its sha256.
    pub sha256: Sha256Hash,
    /// Its bytes, where they are known.
    pub size: Option<u64>,
}

/// Fetches archives; may be asked from several threads at once.
pub struct Archives {
    network: Network,
    client: ClientWithMiddleware,
}

impl Archives {
    /// Makes ready to read from `addresses`; nothing is sent yet.
    pub fn open(settings: NetworkSettings, addresses: &[Url]) -> Result<Self, Trouble> {
        let network = Network::open(settings, addresses)?;
        let client = ClientBuilder::new(network.client.clone())
            .with(AuthenticationMiddleware::from_auth_storage(
                network.storage.clone(),
            ))
            .build();
        Ok(Self { network, client })
    }

    /// Returns what the user should know of the credentials.
    pub fn notice(&self) -> Option<&str> {
        self.network.notice.as_deref()
    }

    /// Writes an archive to an empty file; an error leaves in the file what is not to be used.
    pub fn fetch(&self, source: &ArchiveSource, to: &mut File) -> Result<(), Trouble> {
        let at_once = |kind| Trouble {
            attempts: 0,
            ..Trouble::new(&source.address, kind)
        };
        if self.settings().offline {
            return Err(at_once(TroubleKind::NotCached));
        }
        self.network.block_on(async {
            let mut work = pin!(self.whole(source, to));
            loop {
                match tokio::time::timeout(LOOK_UP, &mut work).await {
                    Ok(done) => return done,
                    Err(_) if self.settings().watch.cancelled() => {
                        return Err(at_once(TroubleKind::Stopped));
                    }
                    Err(_) => {}
                }
            }
        })
    }

    fn settings(&self) -> &NetworkSettings {
        &self.network.settings
    }

    /// Takes one archive, as often as it takes or is allowed; what has come is not asked for again.
    async fn whole(&self, source: &ArchiveSource, to: &mut File) -> Result<(), Trouble> {
        let mut part = Part {
            file: to,
            digest: Sha256::new(),
            bytes: 0,
        };
        let mut wait = FIRST_WAIT;
        let mut attempt = 1;
        loop {
            let before = part.bytes;
            let kind = match self.go_on(source, &mut part).await {
                Ok(()) => match part.fault(source) {
                    Some(kind) => return Err(Trouble::new(&source.address, kind)),
                    None => return Ok(()),
                },
                Err(kind) => kind,
            };
            let mut trouble = Trouble::new(&source.address, kind);
            trouble.attempts = attempt;
            // Whoever gets on is not given up.
            if part.bytes > before {
                attempt = 0;
                wait = FIRST_WAIT;
            }
            if !trouble.may_pass() || attempt > self.settings().retries {
                return Err(trouble);
            }
            tokio::time::sleep(wait).await;
            wait *= 2;
            attempt += 1;
        }
    }

    /// Asks for what is still missing, and takes it.
    async fn go_on(&self, source: &ArchiveSource, part: &mut Part<'_>) -> Result<(), TroubleKind> {
        let settings = self.settings();
        let mut request = self.client.get(source.address.clone());
        if part.bytes > 0 {
            request = request.header(RANGE, format!("bytes={}-", part.bytes));
        }
        settings.watch.asked();
        let response = request.send().await.map_err(|error| match error {
            Error::Reqwest(error) => kind_of(&error, settings.timeout),
            Error::Middleware(error) => TroubleKind::Other(error.to_string()),
        })?;
        match response.status() {
            StatusCode::PARTIAL_CONTENT if part.bytes > 0 => {}
            status if status.is_success() => part.start_anew()?,
            status => return Err(TroubleKind::Status(status.as_u16())),
        }
        let content_type = response.headers().get(CONTENT_TYPE);
        if content_type.is_some_and(|value| value.as_bytes().to_ascii_lowercase().starts_with(b"text/html")) {
            return Err(TroubleKind::NotTheArchive("it is a web page".to_owned()));
        }
        let limit = source.size.unwrap_or(MAX_ARCHIVE_BYTES);
        let mut parts = response.bytes_stream();
        while let Some(bytes) = parts.next().await {
            let bytes = bytes.map_err(|error| kind_of(&error, settings.timeout))?;
            settings.watch.received(bytes.len() as u64);
            if part.bytes + bytes.len() as u64 > limit {
                return Err(TroubleKind::NotTheArchive(format!(
                    "it has more than {limit} bytes"
                )));
            }
            part.add(&bytes)?;
        }
        match source.size {
            Some(size) if part.bytes < size => Err(TroubleKind::Cut),
            _ => Ok(()),
        }
    }
}

/// What has come of an archive.
struct Part<'f> {
    file: &'f mut File,
    digest: Sha256,
    bytes: u64,
}

impl Part<'_> {
    fn start_anew(&mut self) -> Result<(), TroubleKind> {
        self.digest = Sha256::new();
        self.bytes = 0;
        let emptied = self
            .file
            .set_len(0)
            .and_then(|()| self.file.seek(SeekFrom::Start(0)));
        emptied.map(drop).map_err(|error| not_written(&error))
    }

    fn add(&mut self, bytes: &[u8]) -> Result<(), TroubleKind> {
        self.file.write_all(bytes).map_err(|error| not_written(&error))?;
        self.digest.update(bytes);
        self.bytes += bytes.len() as u64;
        Ok(())
    }

    fn fault(self, source: &ArchiveSource) -> Option<TroubleKind> {
        (self.digest.finalize() != source.sha256)
            .then(|| TroubleKind::NotTheArchive("it has another sha256".to_owned()))
    }
}

fn not_written(error: &io::Error) -> TroubleKind {
    TroubleKind::NotWritten {
        full: matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded),
        cause: error.to_string(),
    }
}

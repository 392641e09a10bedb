//! What goes wrong between here and a server, as data, and what to do about it.

use std::{
    collections::BTreeMap,
    error::Error,
    fmt, io,
    path::PathBuf,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use rattler_redaction::Redact;
use url::Url;

/// Why something could not be fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// The address that was asked, without secrets.
    pub address: String,
    /// What happened.
    pub kind: TroubleKind,
    /// How often it was tried; 0 where nothing was sent.
    pub attempts: u32,
}

/// What can go wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TroubleKind {
    /// The server answers with an error.
    Status(u16),
    /// The server was silent for this long.
    Silent(Duration),
    /// The server cannot be reached; the text is the cause as the system names it.
    Unreachable(String),
    /// The certificate of the server is not trusted; the text is the cause.
    Untrusted(String),
    /// The system has no certificates at all.
    NoCertificates,
    /// The server sends the request on and on.
    Redirects,
    /// The server sends a request that was encrypted on to a place where it would not be.
    Downgrade,
    /// The answer is something else than an index.
    NotAnIndex(String),
    /// The answer holds more than this many bytes once it is unpacked.
    TooLarge(u64),
    /// The answer ends before its end.
    Cut,
    /// A shard has other bytes than its index lists.
    WrongBytes,
    /// The answer is something else than the archive that was asked for; the text says what.
    NotTheArchive(String),
    /// An archive cannot be written where it is to go.
    NotWritten {
        /// Whether there is no room left.
        full: bool,
        /// The cause.
        cause: String,
    },
    /// The channel is not there.
    NoChannel,
    /// It was never fetched, and nothing may be fetched now.
    NotCached,
    /// The cache cannot be used; the text says why.
    Cache {
        /// The folder.
        folder: PathBuf,
        /// Whether there is no room left.
        full: bool,
        /// The cause.
        cause: String,
    },
    /// The user stopped it.
    Stopped,
    /// Something else.
    Other(String),
}

impl Trouble {
    /// Creates a trouble with an address; secrets in it are covered.
    pub(super) fn new(address: &Url, kind: TroubleKind) -> Self {
        Self {
            address: shown(address),
            kind,
            attempts: 1,
        }
    }

    /// Returns whether it may go away by itself within seconds.
    pub(super) fn may_pass(&self) -> bool {
        match &self.kind {
            TroubleKind::Status(code) => matches!(code, 408 | 429 | 500 | 502 | 503 | 504),
            TroubleKind::Silent(_) | TroubleKind::Unreachable(_) | TroubleKind::Cut => true,
            _ => false,
        }
    }

    /// Returns what to do about it.
    pub fn help(&self) -> &'static str {
        match &self.kind {
            TroubleKind::Status(401 | 403 | 407) => {
                "give a user and password in ~/.netrc or in the environment, see `docs/guide/channels.md`; or ask who \
                 runs the server for access"
            }
            TroubleKind::Status(404 | 410) => "the index names what is not there; try again in some minutes",
            TroubleKind::Status(_) | TroubleKind::Cut => {
                "the server or something on the way to it fails; try again later, or work with what was fetched \
                 before, `--offline`"
            }
            TroubleKind::Silent(_) => {
                "try again later, wait longer with PYIRON_LOCK_HTTP_TIMEOUT=SECONDS, or work with what was fetched \
                 before, `--offline`"
            }
            TroubleKind::Unreachable(_) => {
                "check the network, and HTTPS_PROXY if there is a proxy; a mirror goes under `channel-sources` in \
                 specs/tiers.yml; `--offline` works with what was fetched before"
            }
            TroubleKind::Untrusted(_) => {
                "if the server has a certificate of your own centre, name the file that holds it in SSL_CERT_FILE"
            }
            TroubleKind::NoCertificates => {
                "install the package `ca-certificates`, or name a file with certificates in SSL_CERT_FILE"
            }
            TroubleKind::Redirects | TroubleKind::Downgrade => {
                "check the address, or tell who runs the server"
            }
            TroubleKind::NotAnIndex(_) => {
                "a proxy or a login page may have answered in its place; open the address in a browser"
            }
            TroubleKind::TooLarge(_) => "no known channel has so much; nothing of it was used",
            TroubleKind::WrongBytes => {
                "something on the way changed it, or the server is just being updated; nothing of it was used"
            }
            TroubleKind::NotTheArchive(_) => {
                "something on the way changed it, or the channel has another archive by this name now; nothing of it \
                 was used"
            }
            TroubleKind::NotWritten { full: true, .. } => "make room and run again",
            TroubleKind::NotWritten { .. } => "write to another folder",
            TroubleKind::NoChannel => "check the name of the channel, or the address under `channel-sources`",
            TroubleKind::NotCached => "run once without `--offline`",
            TroubleKind::Cache { full: true, .. } => {
                "make room, or name another folder with `--cache-dir`; nothing incomplete is left in it"
            }
            TroubleKind::Cache { .. } => "name another folder with `--cache-dir`",
            TroubleKind::Stopped => "run again; what was fetched so far is kept",
            TroubleKind::Other(_) => "try again; `--offline` works with what was fetched before",
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = &self.address;
        match &self.kind {
            TroubleKind::Status(code) => {
                let reason = http::StatusCode::from_u16(*code)
                    .ok()
                    .and_then(|status| status.canonical_reason())
                    .unwrap_or_default();
                write!(f, "the server answers {code} {reason} for {address}")
            }
            TroubleKind::Silent(time) => {
                write!(f, "no answer for {} s from {address}", time.as_secs_f64())
            }
            TroubleKind::Unreachable(cause) => write!(f, "{address} cannot be reached: {cause}"),
            TroubleKind::Untrusted(cause) => write!(f, "{address} cannot be trusted: {cause}"),
            TroubleKind::NoCertificates => write!(
                f,
                "{address} cannot be read: this system has no certificates to trust"
            ),
            TroubleKind::Redirects => write!(f, "{address} leads on and on, or back to itself"),
            TroubleKind::Downgrade => write!(f, "{address} leads on to an address without encryption"),
            TroubleKind::NotAnIndex(what) => write!(f, "{address} is not an index: {what}"),
            TroubleKind::TooLarge(limit) => write!(f, "{address} holds more than {limit} bytes"),
            TroubleKind::Cut => write!(f, "{address} ends before its end"),
            TroubleKind::WrongBytes => write!(f, "{address} has other bytes than its index says"),
            TroubleKind::NotTheArchive(what) => {
                write!(f, "{address} is not the archive that the lock lists: {what}")
            }
            TroubleKind::NotWritten { full: true, .. } => write!(f, "there is no room left for {address}"),
            TroubleKind::NotWritten { cause, .. } => write!(f, "{address} cannot be written: {cause}"),
            TroubleKind::NoChannel => write!(f, "there is no channel at {address}: it has no noarch index"),
            TroubleKind::NotCached => write!(f, "{address} was never fetched"),
            TroubleKind::Cache { folder, full, cause } => {
                let folder = folder.display();
                if *full {
                    write!(f, "there is no room left in the cache folder {folder}")
                } else {
                    write!(f, "the cache folder {folder} cannot be used: {cause}")
                }
            }
            TroubleKind::Stopped => write!(f, "stopped while reading {address}"),
            TroubleKind::Other(cause) => write!(f, "{address} cannot be read: {cause}"),
        }?;
        match self.attempts {
            0 | 1 => Ok(()),
            attempts => write!(f, " ({attempts} attempts)"),
        }
    }
}

impl Error for Trouble {}

/// Returns an address without secrets, query and fragment.
pub fn shown(address: &Url) -> String {
    let mut address = address.clone();
    address.set_query(None);
    address.set_fragment(None);
    address.redact().to_string()
}

/// Returns what stands at the end of a chain of errors, which says most.
pub(super) fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut deepest = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    deepest.to_string()
}

/// Returns the error of the system inside a chain of errors.
pub(super) fn io_error<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e io::Error> {
    let mut found = None;
    let mut next = Some(error);
    while let Some(error) = next {
        // The deepest one is that of the system; those around it only wrap.
        found = error.downcast_ref::<io::Error>().or(found);
        next = error.source();
    }
    found
}

/// What went wrong so far, by address; the gateway loses it on the way up.
#[derive(Debug, Default)]
pub(super) struct Troubles(Mutex<BTreeMap<String, Trouble>>);

impl Troubles {
    pub(super) fn note(&self, trouble: Trouble) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(trouble.address.clone(), trouble);
    }

    pub(super) fn forget(&self, address: &Url) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.remove(&shown(address));
    }

    /// Returns a trouble with that address that will not pass by itself.
    pub(super) fn lasting(&self, address: &Url) -> Option<Trouble> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known
            .get(&shown(address))
            .filter(|trouble| !trouble.may_pass())
            .cloned()
    }

    /// Returns the trouble that says most: one that lasts before one that passes.
    pub(super) fn worst(&self) -> Option<Trouble> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known
            .values()
            .min_by_key(|trouble| (trouble.may_pass(), trouble.address.clone()))
            .cloned()
    }
}

//! The HTTP client: rustls with the certificates of the system, the proxies of the environment, bounded patience.

use reqwest::{Client, redirect::Policy};
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use url::Url;

use super::{
    settings::NetworkSettings,
    trouble::{Trouble, TroubleKind},
};

/// The most hops that a server may send a request along.
const MAX_REDIRECTS: usize = 10;

/// What an error says of a redirect that would give up encryption.
pub(super) const DOWNGRADE: &str = "leads from https to http";

/// Builds the client; `addresses` are those it is for.
pub(super) fn client(settings: &NetworkSettings, addresses: &[Url]) -> Result<Client, Trouble> {
    let roots = certificates();
    let encrypted = addresses.iter().find(|address| address.scheme() == "https");
    if let Some(address) = encrypted.filter(|_| roots.is_empty()) {
        return Err(Trouble::new(address, TroubleKind::NoCertificates));
    }
    let failed = |cause: String| Trouble {
        address: addresses.first().map(ToString::to_string).unwrap_or_default(),
        kind: TroubleKind::Other(cause),
        attempts: 0,
    };
    let mut tls = ClientConfig::builder_with_provider(ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .map_err(|error| failed(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Client::builder()
        .user_agent(concat!("pyiron-lock/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(settings.timeout)
        .read_timeout(settings.timeout)
        .redirect(redirects())
        .tls_backend_preconfigured(tls)
        .build()
        .map_err(|error| failed(super::trouble::innermost(&error)))
}

/// Follows redirects, but neither for ever nor out of an encrypted connection.
fn redirects() -> Policy {
    Policy::custom(|attempt| {
        let was_encrypted = attempt
            .previous()
            .last()
            .is_some_and(|url| url.scheme() == "https");
        if attempt.previous().len() > MAX_REDIRECTS {
            attempt.error("too many redirects")
        } else if was_encrypted && attempt.url().scheme() != "https" {
            attempt.error(DOWNGRADE)
        } else {
            attempt.follow()
        }
    })
}

/// Returns the certificates that this system trusts; those of SSL_CERT_FILE and SSL_CERT_DIR where these are set.
fn certificates() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    // Single certificates that cannot be read are left out, as every other program of the system does.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}

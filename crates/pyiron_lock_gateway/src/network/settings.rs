//! How channels are read over the network, settled by whoever runs the program.

use std::{fmt, path::PathBuf, sync::Arc, time::Duration};

/// How channels are read over the network.
#[derive(Clone)]
pub struct NetworkSettings {
    /// The folder that keeps what was fetched.
    pub cache: PathBuf,
    /// Whether only what was fetched before may be used.
    pub offline: bool,
    /// How long a server may be silent, while connecting or within an answer.
    pub timeout: Duration,
    /// How often a request is repeated that may work the next time.
    pub retries: u32,
    /// Who is who on which host; those of a netrc file count besides.
    pub credentials: Vec<Credential>,
    /// Is told what happens, and may end it.
    pub watch: Arc<dyn Watch>,
}

/// Looks on while an index is fetched, from several threads.
pub trait Watch: Send + Sync {
    /// A request is sent.
    fn asked(&self);
    /// A part of an answer has come, in bytes on the wire.
    fn received(&self, bytes: u64);
    /// Returns whether the user wants to stop.
    fn cancelled(&self) -> bool;
}

/// What one host wants to know before it answers.
#[derive(Clone)]
pub struct Credential {
    /// The host, without a port.
    pub host: String,
    /// The secret.
    pub secret: Secret,
}

/// A secret; never shown.
#[derive(Clone)]
pub enum Secret {
    /// User and password, for HTTP basic authentication.
    Password {
        /// The user.
        user: String,
        /// The password.
        password: String,
    },
    /// A bearer token.
    Bearer(String),
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a credential for {}", self.host)
    }
}

//! Who is who on which host: what the environment says, then a netrc file. Nothing is ever written.

use std::sync::Arc;

use rattler_networking::{
    Authentication, AuthenticationStorage,
    authentication_storage::backends::{memory::MemoryStorage, netrc::NetRcStorage},
};

use super::settings::{Credential, Secret};

/// Gathers credentials; a netrc file that cannot be read is told by its name, and not used.
pub(super) fn storage(credentials: &[Credential]) -> (AuthenticationStorage, Option<String>) {
    let mut storage = AuthenticationStorage::empty();
    storage.add_backend(Arc::new(MemoryStorage::new()));
    for Credential { host, secret } in credentials {
        let known = match secret {
            Secret::Password { user, password } => Authentication::BasicHTTP {
                username: user.clone(),
                password: password.clone(),
            },
            Secret::Bearer(token) => Authentication::BearerToken(token.clone()),
        };
        // Memory takes everything.
        drop(storage.store(host, &known));
    }
    let notice = match NetRcStorage::from_env() {
        Ok(netrc) => {
            storage.add_backend(Arc::new(netrc));
            None
        }
        Err((path, _)) => Some(format!(
            "{} cannot be read as a netrc file; no user or password of it is used",
            path.display()
        )),
    };
    (storage, notice)
}

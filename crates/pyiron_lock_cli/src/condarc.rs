//! Where conda's own configuration reads channels from. Only that: neither which channels there are, nor any address
//! that a lock holds, comes from a file outside of the project.

use std::{
    collections::BTreeMap,
    env,
    path::{Path, PathBuf},
};

use percent_encoding::percent_decode_str;
use pyiron_lock_core::yaml::data;
use pyiron_lock_gateway::{Credential, Secret};
use pyiron_lock_spec::{MAX_FILE_BYTES, NamedChannel};
use serde::Deserialize;
use url::Url;

use crate::{
    channels::{CHANNEL_ALIAS, Mirror},
    files::read_source,
};

/// What of a `.condarc` bears on where channels are; the keys of conda, and `mirrored_channels` of mamba.
#[derive(Debug, Default, Deserialize)]
struct Condarc {
    channel_alias: Option<String>,
    #[serde(default)]
    custom_channels: BTreeMap<String, String>,
    #[serde(default)]
    mirrored_channels: BTreeMap<String, Vec<String>>,
}

/// The files that were read, the most important last.
#[derive(Default)]
pub(crate) struct Condarcs {
    files: Vec<(PathBuf, Condarc)>,
    /// Files that cannot be read.
    pub(crate) unreadable: Vec<PathBuf>,
}

impl Condarcs {
    /// Reads the files that conda reads, as far as they are there.
    pub(crate) fn read() -> Self {
        let mut condarcs = Self::default();
        for path in places().into_iter().filter(|path| path.is_file()) {
            let text = read_source(&path, MAX_FILE_BYTES).ok();
            let empty = |text: &str| {
                text.lines()
                    .all(|line| line.trim_start().starts_with('#') || line.trim().is_empty())
            };
            match text {
                Some(source) if empty(source.text()) => {}
                Some(source) => match data::from_str(source.text()) {
                    Ok(condarc) => condarcs.files.push((path, condarc)),
                    Err(_) => condarcs.unreadable.push(path),
                },
                None => condarcs.unreadable.push(path),
            }
        }
        condarcs
    }

    /// Returns where a channel is to be read from instead of its own address.
    pub(crate) fn mirror(&self, named: &NamedChannel) -> Option<Mirror> {
        let own = named.channel.base_url.as_str().trim_end_matches('/');
        let (path, address) = self.files.iter().rev().find_map(|(path, condarc)| {
            let address = condarc.address(&named.name, own)?;
            Some((path, address))
        })?;
        let mirror = mirror(&filled_in(&address), path)?;
        (mirror.address.as_str().trim_end_matches('/') != own).then_some(mirror)
    }
}

impl Condarc {
    fn address(&self, name: &str, own: &str) -> Option<String> {
        let mirrored = self
            .mirrored_channels
            .get(name)
            .and_then(|mirrors| mirrors.first());
        let custom = || {
            let base = self.custom_channels.get(name)?;
            Some(format!("{}/{name}", base.trim_end_matches('/')))
        };
        let aliased = || {
            let alias = self.channel_alias.as_ref()?;
            let rest = own.strip_prefix(CHANNEL_ALIAS)?;
            Some(format!("{}/{rest}", alias.trim_end_matches('/')))
        };
        mirrored.cloned().or_else(custom).or_else(aliased)
    }
}

/// Returns the places where conda looks, the most important last.
fn places() -> Vec<PathBuf> {
    let home = env::var_os("HOME").map(PathBuf::from);
    let config = env::var_os("XDG_CONFIG_HOME").map(PathBuf::from);
    let config = config.or_else(|| Some(home.as_ref()?.join(".config")));
    let mut places = vec![
        PathBuf::from("/etc/conda/.condarc"),
        PathBuf::from("/etc/conda/condarc"),
    ];
    places.extend(config.map(|config| config.join("conda/.condarc")));
    places.extend(home.iter().map(|home| home.join(".conda/.condarc")));
    places.extend(home.iter().map(|home| home.join(".condarc")));
    places.extend(env::var_os("CONDARC").map(PathBuf::from));
    places
}

/// Fills in `$NAME` and `${NAME}` from the environment, as conda does; what is not set stays as it is.
fn filled_in(text: &str) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        filled.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let braced = after.strip_prefix('{').and_then(|after| after.split_once('}'));
        let end = after
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .unwrap_or(after.len());
        let (name, after) = braced.unwrap_or(after.split_at(end));
        match env::var(name) {
            Ok(value) if !name.is_empty() => filled.push_str(&value),
            _ => filled.push_str(&rest[at..rest.len() - after.len()]),
        }
        rest = after;
    }
    filled.push_str(rest);
    filled
}

fn mirror(address: &str, said_by: &Path) -> Option<Mirror> {
    let mut address = Url::parse(address).ok()?;
    if !matches!(address.scheme(), "http" | "https") {
        return None;
    }
    let credential = credential(&address);
    // Neither fails for a web address.
    address.set_username("").ok()?;
    address.set_password(None).ok()?;
    Some(Mirror {
        address,
        credential,
        said_by: Some(said_by.to_owned()),
    })
}

fn credential(address: &Url) -> Option<Credential> {
    let plain = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let user = address.username();
    (!user.is_empty()).then(|| Credential {
        host: address.host_str().unwrap_or_default().to_owned(),
        secret: Secret::Password {
            user: plain(user),
            password: plain(address.password().unwrap_or_default()),
        },
    })
}

#[cfg(test)]
mod tests {
    use rattler_conda_types::Channel;

    use super::*;

    fn condarcs(text: &str) -> Condarcs {
        Condarcs {
            files: vec![(PathBuf::from("/home/u/.condarc"), data::from_str(text).unwrap())],
            unreadable: Vec::new(),
        }
    }

    fn address(text: &str, name: &str) -> Option<String> {
        let url = format!("{CHANNEL_ALIAS}{name}");
        let named = NamedChannel {
            name: name.to_owned(),
            channel: Channel::from_url(Url::parse(&url).unwrap()),
        };
        condarcs(text)
            .mirror(&named)
            .map(|mirror| mirror.address.to_string())
    }

    #[test]
    fn the_most_special_key_says_where_a_channel_is() {
        let alias = "channel_alias: https://mirror.invalid/conda/\nchannels: [defaults]\n";
        assert_eq!(
            address(alias, "conda-forge").as_deref(),
            Some("https://mirror.invalid/conda/conda-forge")
        );
        let custom = format!("{alias}custom_channels: {{ conda-forge: 'https://forge.invalid' }}\n");
        assert_eq!(
            address(&custom, "conda-forge").as_deref(),
            Some("https://forge.invalid/conda-forge")
        );
        let mirrored = format!(
            "{custom}mirrored_channels: {{ conda-forge: ['https://near.invalid/cf', 'https://far.invalid'] }}\n"
        );
        assert_eq!(
            address(&mirrored, "conda-forge").as_deref(),
            Some("https://near.invalid/cf")
        );
        assert_eq!(
            address("channel_alias: https://conda.anaconda.org\n", "bioconda"),
            None
        );
        assert_eq!(address("channel_alias: file:///srv\n", "bioconda"), None);
    }

    #[test]
    fn user_and_password_leave_the_address() {
        let named = NamedChannel {
            name: "forge".to_owned(),
            channel: Channel::from_url(Url::parse("https://conda.anaconda.org/forge").unwrap()),
        };
        let condarcs = condarcs("channel_alias: 'https://me:p%40ss+1@mirror.invalid/'\n");
        let mirror = condarcs.mirror(&named).unwrap();
        assert_eq!(mirror.address.as_str(), "https://mirror.invalid/forge");
        let Some(Credential {
            host,
            secret: Secret::Password { user, password },
        }) = mirror.credential
        else {
            panic!("no password");
        };
        assert_eq!(
            (host.as_str(), user.as_str(), password.as_str()),
            ("mirror.invalid", "me", "p@ss+1")
        );
    }

    #[test]
    fn variables_that_are_not_set_stay() {
        assert_eq!(
            filled_in("https://$/${NOT_SET_HERE}/$NOT_SET_HERE/x$"),
            "https://$/${NOT_SET_HERE}/$NOT_SET_HERE/x$"
        );
    }
}

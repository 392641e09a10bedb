//! What a person can set for a format, and facts that only a person knows. Texts are checked before they are used; a
//! template quotes them besides.

use std::collections::{BTreeMap, BTreeSet};

use pyiron_lock_core::{Finding, suggest};
use url::Url;

use crate::{
    codes::EXPORT_PARAMETER_EMPTY,
    error::ExportError,
    format::{Format, Needs},
    formats::formats,
};

/// What a parameter can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One line of any text.
    Text,
    /// A name of a user, group, account, queue, host or package: letters, digits, `.`, `_` and `-`.
    Name,
    /// Names with commas between them, each once.
    Names,
    /// An absolute path on the machine where it is used, without `..`.
    Path,
    /// A whole number.
    Number,
    /// Whole numbers above zero with commas between them.
    Numbers,
    /// One of these words.
    Word(&'static [&'static str]),
    /// An address with http or https and without a password.
    Url,
    /// A reference to an image, without tag and digest: `registry/name`.
    Image,
    /// `sha256:` and 64 digits.
    ImageDigest,
}

/// Something that can be set with `--set KEY=VALUE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parameter {
    /// The key.
    pub key: &'static str,
    /// What it is, one line.
    pub what: &'static str,
    /// What it can be.
    pub kind: Kind,
    /// What it is unless set; `None` for what only a person knows.
    pub default: Option<&'static str>,
}

/// The values of one run.
#[derive(Debug, Clone, Default)]
pub struct Parameters {
    own: BTreeMap<&'static str, String>,
    /// Those of the formats that a release is made of.
    parts: BTreeMap<&'static str, Parameters>,
}

impl Parameters {
    /// Checks what was set against what a format has, and fills in the defaults. For a release, `KEY` is set for every
    /// format that has it, and `FORMAT.KEY` for one, whichever is said first.
    pub fn read(
        format: &Format,
        set: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ExportError> {
        if format.needs == Needs::Locks {
            return Self::of_parts(format, set.into_iter().collect());
        }
        let mut own = BTreeMap::new();
        for (key, value) in set {
            let Some(parameter) = format.parameters.iter().find(|parameter| parameter.key == key) else {
                let keys: Vec<&str> = format.parameters.iter().map(|parameter| parameter.key).collect();
                return Err(unknown(format, &key, &keys));
            };
            check(parameter, &value)?;
            own.insert(parameter.key, value);
        }
        for parameter in format.parameters {
            if let Some(default) = parameter.default {
                own.entry(parameter.key).or_insert_with(|| default.to_owned());
            }
        }
        Ok(Self {
            own,
            parts: BTreeMap::new(),
        })
    }

    fn of_parts(release: &Format, set: Vec<(String, String)>) -> Result<Self, ExportError> {
        let parts = || formats().filter(|format| format.needs != Needs::Locks);
        let has = |format: &Format, key: &str| format.parameters.iter().any(|own| own.key == key);
        let mut shares: BTreeMap<&str, BTreeMap<String, String>> = BTreeMap::new();
        // Those for one format come last, and stand.
        let (single, shared): (Vec<_>, Vec<_>) = set.into_iter().partition(|(key, _)| key.contains('.'));
        for (word, value) in shared.into_iter().chain(single) {
            let (only, key) = match word.split_once('.') {
                Some((only, key)) => (Some(only), key),
                None => (None, word.as_str()),
            };
            let takes =
                |format: &&'static Format| only.is_none_or(|only| format.name == only) && has(format, key);
            let takers: Vec<&'static Format> = parts().filter(takes).collect();
            if takers.is_empty() {
                let keys: BTreeSet<&str> = parts()
                    .flat_map(|format| format.parameters)
                    .map(|parameter| parameter.key)
                    .collect();
                return Err(unknown(release, &word, &keys.into_iter().collect::<Vec<_>>()));
            }
            for taker in takers {
                let share = shares.entry(taker.name).or_default();
                share.insert(key.to_owned(), value.clone());
            }
        }
        let part = |format: &'static Format| {
            let share = shares.remove(format.name).unwrap_or_default();
            Ok((format.name, Self::read(format, share)?))
        };
        Ok(Self {
            own: BTreeMap::new(),
            parts: parts().map(part).collect::<Result<_, ExportError>>()?,
        })
    }

    /// Returns those of a format that a release is made of; for any other format, what was set for it.
    pub(crate) fn of(&self, format: &Format) -> &Self {
        self.parts.get(format.name).unwrap_or(self)
    }

    /// Returns a value; `None` where nothing was set and there is no default.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.own.get(key).map(String::as_str)
    }

    /// Returns a whole number.
    pub fn number(&self, key: &str) -> Option<u64> {
        self.get(key)?.parse().ok()
    }

    /// Returns the items of a list, none where nothing was set.
    pub fn list(&self, key: &str) -> Vec<&str> {
        self.get(key)
            .map(|value| value.split(',').collect())
            .unwrap_or_default()
    }

    /// Returns a finding for each parameter of the format that has no value.
    pub fn empty(&self, format: &Format) -> Vec<Finding> {
        self.without(format, |_| true)
    }

    /// Returns a finding for each parameter that is wanted and has no value.
    pub fn without(&self, format: &Format, wanted: impl Fn(&str) -> bool) -> Vec<Finding> {
        let lacking = |parameter: &&Parameter| wanted(parameter.key) && self.get(parameter.key).is_none();
        let lacking = format.parameters.iter().filter(lacking);
        lacking
            .map(|parameter| {
                Finding::new(
                    EXPORT_PARAMETER_EMPTY,
                    format!("`{}` needs {}", format.name, parameter.what),
                )
                .help(format!("give it with `--set {}=...`", parameter.key))
            })
            .collect()
    }
}

fn unknown(format: &Format, key: &str, keys: &[&str]) -> ExportError {
    let help = match suggest::nearest(key, keys.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if keys.is_empty() => "it has none".to_owned(),
        None => format!("it has {}", keys.join(", ")),
    };
    ExportError::UnknownParameter {
        format: format.name,
        key: key.escape_debug().to_string(),
        help,
    }
}

fn check(parameter: &Parameter, value: &str) -> Result<(), ExportError> {
    match fault(parameter.kind, value) {
        None => Ok(()),
        Some(why) => Err(ExportError::Parameter {
            key: parameter.key,
            value: value.escape_debug().to_string(),
            why,
        }),
    }
}

/// Returns why a text is not of a kind.
fn fault(kind: Kind, value: &str) -> Option<String> {
    let every = |extra: &str| {
        value
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || extra.contains(letter))
    };
    if value.is_empty() {
        return Some("it is empty".to_owned());
    }
    if value.len() > 1000 {
        return Some("it is longer than 1000 bytes".to_owned());
    }
    if value.chars().any(char::is_control) {
        return Some("it holds a control character".to_owned());
    }
    let fits = match kind {
        Kind::Text => true,
        Kind::Name => every("._-") && !value.starts_with('-'),
        Kind::Names => {
            let names: Vec<&str> = value.split(',').collect();
            let once = |(place, name): (usize, &&str)| !names[..place].contains(name);
            names.iter().all(|name| fault(Kind::Name, name).is_none()) && names.iter().enumerate().all(once)
        }
        Kind::Path => {
            value.starts_with('/') && !value.split('/').any(|part| part == "..") && !value.contains(':')
        }
        Kind::Number => value.parse::<u64>().is_ok(),
        Kind::Numbers => value
            .split(',')
            .all(|number| number.parse::<u64>().is_ok_and(|number| number > 0)),
        Kind::Word(words) => words.contains(&value),
        Kind::Url => Url::parse(value).is_ok_and(|url| {
            matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none()
        }),
        Kind::Image => {
            let lower = !value.chars().any(|letter| letter.is_ascii_uppercase());
            let whole = value
                .split('/')
                .all(|part| !part.is_empty() && !part.starts_with(['.', '-']));
            // A colon may only stand before the port of the registry.
            let port = value.split('/').skip(1).all(|part| !part.contains(':'));
            every("._-/:") && lower && whole && port && value.contains('/')
        }
        Kind::ImageDigest => value.strip_prefix("sha256:").is_some_and(|digits| {
            digits.len() == 64
                && digits
                    .bytes()
                    .all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
        }),
    };
    if fits {
        return None;
    }
    Some(match kind {
        Kind::Text => "it is no text".to_owned(),
        Kind::Name => "a name has letters, digits, `.`, `_` and `-` only".to_owned(),
        Kind::Names => {
            "names have letters, digits, `.`, `_` and `-` only, commas between them, and each stands once"
                .to_owned()
        }
        Kind::Path => "it is no absolute path without `..` and `:`".to_owned(),
        Kind::Number => "it is no whole number".to_owned(),
        Kind::Numbers => "it is no list of whole numbers above zero, with commas between them".to_owned(),
        Kind::Word(words) => format!("it is one of {}", words.join(", ")),
        Kind::Url => "it is no address with http or https and without a password".to_owned(),
        Kind::Image => "it is no image such as `quay.io/group/name`, without tag and digest".to_owned(),
        Kind::ImageDigest => "it is not `sha256:` and 64 digits in lower case".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(kind: Kind, value: &str) -> bool {
        fault(kind, value).is_none()
    }

    #[test]
    fn values_are_what_their_kind_says() {
        assert!(fits(Kind::Text, "Ångström $(x) 'y'"));
        assert!(!fits(Kind::Text, "a\nb"));
        assert!(fits(Kind::Name, "p_queue.1"));
        assert!(!fits(Kind::Name, "a b") && !fits(Kind::Name, "-x") && !fits(Kind::Name, ""));
        assert!(fits(Kind::Names, "short,long.1") && !fits(Kind::Names, "a,") && !fits(Kind::Names, "a, b"));
        assert!(!fits(Kind::Names, "a,b,a") && !fits(Kind::Names, "a,-b"));
        assert!(fits(Kind::Numbers, "1,86400") && !fits(Kind::Numbers, "0") && !fits(Kind::Numbers, "1,,2"));
        assert!(fits(Kind::Path, "/soft/it's here"));
        assert!(!fits(Kind::Path, "soft") && !fits(Kind::Path, "/a/../b") && !fits(Kind::Path, "/a:b"));
        assert!(fits(Kind::Url, "https://hub.example.org/x"));
        assert!(!fits(Kind::Url, "https://me:word@example.org") && !fits(Kind::Url, "ftp://example.org"));
        assert!(fits(Kind::Image, "localhost:5000/pyiron/base"));
        assert!(
            !fits(Kind::Image, "quay.io/x:latest")
                && !fits(Kind::Image, "ubuntu")
                && !fits(Kind::Image, "Q/x")
        );
        assert!(fits(Kind::ImageDigest, &format!("sha256:{}", "a".repeat(64))));
        assert!(!fits(Kind::ImageDigest, &format!("sha256:{}", "A".repeat(64))));
    }
}

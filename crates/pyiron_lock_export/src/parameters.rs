//! What a person can set for a format, and facts that only a person knows. Texts are checked before they are used; a
//! template quotes them besides.

use std::collections::BTreeMap;

use pyiron_lock_core::{Finding, suggest};
use url::Url;

use crate::{codes::EXPORT_PARAMETER_EMPTY, error::ExportError, format::Format};

/// What a parameter can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One line of any text.
    Text,
    /// A name of a user, group, account, queue, host or package: letters, digits, `.`, `_` and `-`.
    Name,
    /// An absolute path on the machine where it is used, without `..`.
    Path,
    /// A whole number.
    Number,
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
pub struct Parameters(BTreeMap<&'static str, String>);

impl Parameters {
    /// Checks what was set against what a format has, and fills in the defaults.
    pub fn read(
        format: &Format,
        set: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ExportError> {
        let mut values = BTreeMap::new();
        for (key, value) in set {
            let Some(parameter) = format.parameters.iter().find(|parameter| parameter.key == key) else {
                return Err(unknown(format, &key));
            };
            check(parameter, &value)?;
            values.insert(parameter.key, value);
        }
        for parameter in format.parameters {
            if let Some(default) = parameter.default {
                values.entry(parameter.key).or_insert_with(|| default.to_owned());
            }
        }
        Ok(Self(values))
    }

    /// Returns a value; `None` where nothing was set and there is no default.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// Returns a whole number.
    pub fn number(&self, key: &str) -> Option<u64> {
        self.get(key)?.parse().ok()
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

fn unknown(format: &Format, key: &str) -> ExportError {
    let keys = || format.parameters.iter().map(|parameter| parameter.key);
    let help = match suggest::nearest(key, keys()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if format.parameters.is_empty() => "it has none".to_owned(),
        None => format!("it has {}", keys().collect::<Vec<_>>().join(", ")),
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
        Kind::Path => {
            value.starts_with('/') && !value.split('/').any(|part| part == "..") && !value.contains(':')
        }
        Kind::Number => value.parse::<u64>().is_ok(),
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
        Kind::Path => "it is no absolute path without `..` and `:`".to_owned(),
        Kind::Number => "it is no whole number".to_owned(),
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

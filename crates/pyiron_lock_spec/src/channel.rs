//! What makes the text of a channel unusable, wherever it was written: a file, a manifest, a request, an option.
//! Does not know where a channel is, and repeats no secret.

use pyiron_lock_core::{Code, Finding, SourceRef, Span};
use url::Url;

use crate::codes;

/// Why a channel cannot be used as it is written; no part of it holds a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelFault {
    /// Its kind; all are errors but [`codes::CHANNEL_VARIABLE`], which is a warning.
    pub code: Code,
    /// One line that says what is wrong.
    pub message: String,
    /// What is to be seen at the place, a short phrase.
    pub label: &'static str,
    /// A way out, where one is certain.
    pub help: Option<String>,
}

impl ChannelFault {
    /// Returns the fault as a finding at a place.
    pub fn finding(self, source: &SourceRef, span: Span) -> Finding {
        let mut finding = Finding::new(self.code, self.message).at(source, span, self.label);
        finding.hides_source = codes::is_about_a_secret(self.code);
        match self.help {
            Some(help) => finding.help(help),
            None => finding,
        }
    }
}

/// Returns what is wrong with the text of a channel, secrets first; `None` for a name or a plain web address.
pub fn channel_fault(text: &str) -> Option<ChannelFault> {
    let text = text.trim();
    credentials(text)
        .or_else(|| query(text))
        .or_else(|| address(text))
        .or_else(|| unreadable(text))
}

/// Returns the fault of a text that holds credentials, or the name of a variable where they belong.
pub(crate) fn credentials(text: &str) -> Option<ChannelFault> {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let user = host
        .rsplit_once('@')
        .map(|(user, _)| user)
        .filter(|user| user.contains(':') || !user.is_empty() && text.contains("://"));
    let password = user.map(|user| user.split_once(':').map_or(user, |(_, password)| password));
    let mut parts = path.split('/').skip_while(|part| *part != "t").skip(1);
    let token = parts.next().filter(|token| !token.is_empty());
    let bare = rest
        .strip_prefix("t/")
        .and_then(|rest| rest.split('/').next())
        .filter(|token| !token.is_empty());
    let mut secrets = [("a user name or password", password), ("a token", token.or(bare))]
        .into_iter()
        .filter_map(|(what, secret)| secret.map(|secret| (what, secret)))
        .peekable();
    secrets.peek()?;
    Some(match secrets.find(|(_, secret)| !is_variable(secret)) {
        Some((what, _)) => holds(what),
        None => variable(),
    })
}

/// Returns the fault of a web address with a query, the other place where tokens are put.
fn query(text: &str) -> Option<ChannelFault> {
    (is_web(text) && text.contains(['?', '#'])).then(|| holds("a query"))
}

fn holds(what: &str) -> ChannelFault {
    ChannelFault {
        code: codes::CHANNEL_SECRET,
        message: format!("the address of a channel holds {what}"),
        label: "would reach locks and logs",
        help: Some("take it out; whoever can read the file can use it".to_owned()),
    }
}

fn variable() -> ChannelFault {
    ChannelFault {
        code: codes::CHANNEL_VARIABLE,
        message: "the address of a channel names an environment variable, which is not filled in".to_owned(),
        label: "taken as written",
        help: None,
    }
}

/// Returns whether a part of an address is nothing but the name of an environment variable.
fn is_variable(part: &str) -> bool {
    let name = part.strip_prefix('$').map(|name| {
        name.strip_prefix('{')
            .and_then(|name| name.strip_suffix('}'))
            .unwrap_or(name)
    });
    name.is_some_and(|name| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
}

fn address(text: &str) -> Option<ChannelFault> {
    let fault = |message: String, label, help: Option<&str>| {
        Some(ChannelFault {
            code: codes::CHANNEL_ADDRESS,
            message,
            label,
            help: help.map(str::to_owned),
        })
    };
    let folder = |text: &str| {
        fault(
            format!("the channel `{text}` is a folder of this machine"),
            "a name or web address belongs here",
            Some("name the channel here; its folder goes to `--channel-source NAME=DIR`"),
        )
    };
    let drive =
        text.starts_with(|c: char| c.is_ascii_alphabetic()) && matches!(text.get(1..3), Some(":/" | ":\\"));
    let local = text.len() >= 5 && text.as_bytes()[..5].eq_ignore_ascii_case(b"file:");
    let up = text.split('/').any(|part| part == "..");
    if local || drive || text.starts_with(['.', '/', '~']) || text.contains('\\') || !is_web(text) && up {
        return folder(text);
    }
    if is_web(text) {
        if text.contains('$') {
            return Some(variable());
        }
        return match Url::parse(text) {
            Ok(url) if url.has_host() => None,
            _ => fault(
                format!("the channel `{text}` is not a web address"),
                "cannot be read",
                None,
            ),
        };
    }
    if text.contains("://") {
        return fault(
            format!("the channel `{text}` is not at a web address"),
            "a name, http or https belongs here",
            None,
        );
    }
    text.contains('$').then(variable)
}

fn is_web(text: &str) -> bool {
    text.split_once("://")
        .is_some_and(|(scheme, _)| matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https"))
}

fn unreadable(text: &str) -> Option<ChannelFault> {
    let odd = |c: char| !(c.is_ascii_alphanumeric() || "-_./+".contains(c));
    let wrong = if is_web(text) {
        text.contains(char::is_whitespace) || text.contains("::")
    } else {
        text.is_empty() || text.contains(odd)
    };
    wrong.then(|| ChannelFault {
        code: codes::CHANNEL_UNREADABLE,
        message: format!("`{text}` is not a channel"),
        label: "one name or URL belongs here",
        help: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_web_addresses_are_fine() {
        for text in [
            "conda-forge",
            "conda-forge/label/broken",
            "pkgs/main",
            "https://conda.anaconda.org/conda-forge",
            "HTTP://h.org/c/",
            "https://h.org:8080/a/t",
        ] {
            assert_eq!(channel_fault(text), None, "{text}");
        }
    }

    #[test]
    fn folders_secrets_and_other_schemes_are_told_apart_and_secrets_are_not_repeated() {
        for (text, code) in [
            ("file:///srv/hunter2", "channel-address"),
            ("../local", "channel-address"),
            ("./x", "channel-address"),
            ("/srv/x", "channel-address"),
            ("~/x", "channel-address"),
            ("C:/x", "channel-address"),
            ("a/../b", "channel-address"),
            ("s3://bucket/c", "channel-address"),
            ("https://", "channel-address"),
            ("https://me:hunter2@h.org/c", "channel-secret"),
            ("https://hunter2@h.org/c", "channel-secret"),
            ("me:hunter2@h.org/c", "channel-secret"),
            ("ftp://me:hunter2@h.org/c", "channel-secret"),
            ("https://me:hunter2@h.org/c d", "channel-secret"),
            ("https://h.org/t/hunter2/c", "channel-secret"),
            ("t/hunter2/c", "channel-secret"),
            ("https://h.org/c?token=hunter2", "channel-secret"),
            ("https://$USER:hunter2@h.org/t/$TOKEN/c", "channel-secret"),
            ("https://h.org/t/${TOKEN}/c", "channel-variable"),
            ("https://me:$PASSWORD@h.org/c", "channel-variable"),
            ("https://$HOST/c", "channel-variable"),
            ("a b", "channel-unreadable"),
            ("a@b", "channel-unreadable"),
            ("@x", "channel-unreadable"),
            ("a::b", "channel-unreadable"),
        ] {
            let fault = channel_fault(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(fault.code.as_str(), code, "{text}");
            if code == "channel-secret" {
                assert!(!format!("{fault:?}").contains("hunter2"), "{fault:?}");
            }
        }
    }
}

//! Keeps passwords, passphrases and tokens out of what is shown.

use std::collections::BTreeMap;

use pyiron_lock_core::{SourceRef, Span};

use super::case::Case;

/// Parts of names whose values nobody else may read.
const WORDS: [&str; 6] = ["passw", "passphrase", "secret", "token", "userkey", "api_key"];

/// Returns whether the value under a name is a secret.
pub(super) fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name != "ssh_ask_for_password" && WORDS.iter().any(|word| name.contains(word))
}

/// Returns whether a text is an address with a password in it.
pub(super) fn is_secret_address(text: &str) -> bool {
    // A password may hold the very characters that end a host, so everything before the last `@` counts.
    text.split("://").skip(1).any(|rest| {
        let user = rest.rsplit_once('@').map_or("", |(user, _)| user);
        user.contains(':')
    })
}

/// Returns whether a line of text names a secret.
pub(super) fn is_secret_line(line: &str) -> bool {
    is_secret_name(line) || is_secret_address(line)
}

/// Hides the text of every finding that points at a line with a secret.
pub(super) fn hide(case: &mut Case<'_>) {
    let Case { found, secrets, .. } = case;
    // Many findings can point at one long line, which is looked through once.
    let mut known: BTreeMap<(String, usize, usize), bool> = BTreeMap::new();
    for judged in found.iter_mut() {
        let hides = judged.finding.origins.iter().any(|origin| {
            let source = &origin.source;
            let lines = Span::new(
                source.line_span(origin.span.start).start,
                source.line_span(origin.span.end).end,
            );
            let place = (source.name().to_owned(), lines.start, lines.end);
            *known
                .entry(place)
                .or_insert_with(|| holds(source, lines, secrets))
        });
        judged.finding.hides_source |= hides;
    }
}

fn holds(source: &SourceRef, lines: Span, secrets: &[(SourceRef, Span)]) -> bool {
    let overlaps = |secret: &Span| secret.start <= lines.end && lines.start <= secret.end;
    source.slice(lines).lines().any(is_secret_line)
        || secrets
            .iter()
            .any(|(other, secret)| other.name() == source.name() && overlaps(secret))
}

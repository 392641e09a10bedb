//! Secrets in the URLs of foreign locks: passwords, tokens in the path, tokens in a query. They are never repeated.

const HIDDEN: &str = "***";

/// Returns whether a URL, as text, holds a secret.
pub fn is_secret(url: &str) -> bool {
    redacted(url) != url
}

/// Returns a text with the secrets of the URLs in it hidden.
pub fn redacted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("://") {
        let (before, after) = rest.split_at(start + 3);
        out.push_str(before);
        let end = after
            .find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '<' | '>'))
            .unwrap_or(after.len());
        push_url(&mut out, &after[..end]);
        rest = &after[end..];
    }
    out.push_str(rest);
    out
}

/// Adds a URL without its scheme.
fn push_url(out: &mut String, url: &str) {
    let authority = url.find(['/', '?', '#']).unwrap_or(url.len());
    let (host, path) = url.split_at(authority);
    match host.rsplit_once('@') {
        Some((user, host)) if !is_variable(user) => {
            out.push_str(HIDDEN);
            out.push('@');
            out.push_str(host);
        }
        _ => out.push_str(host),
    }
    let (path, query) = path.split_at(path.find(['?', '#']).unwrap_or(path.len()));
    let mut after_t = false;
    for (index, part) in path.split('/').enumerate() {
        if index > 0 {
            out.push('/');
        }
        let token = after_t && !part.is_empty() && !is_variable(part);
        out.push_str(if token { HIDDEN } else { part });
        after_t = part == "t";
    }
    if query.len() > 1 && query.starts_with('?') {
        out.push('?');
        out.push_str(HIDDEN);
        out.push_str(query.find('#').map_or("", |hash| &query[hash..]));
    } else {
        out.push_str(query);
    }
}

/// Returns whether every part names an environment variable, which tells nothing.
fn is_variable(text: &str) -> bool {
    text.split(':').all(|part| part.starts_with('$'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_hidden_and_all_else_stays() {
        for (text, shown) in [
            (
                "https://me:hunter2@h.org/c/x-1-0.conda",
                "https://***@h.org/c/x-1-0.conda",
            ),
            (
                "https://h.org/t/hunter2/c/x.conda",
                "https://h.org/t/***/c/x.conda",
            ),
            (
                "at https://h.org/c?token=hunter2#abc: no",
                "at https://h.org/c?***#abc:",
            ),
            (
                "see `https://hunter2@h.org` and https://a.b/c",
                "see `https://***@h.org` and https://a.b/c",
            ),
        ] {
            let seen = redacted(text);
            assert!(seen.starts_with(shown) && !seen.contains("hunter2"), "{seen}");
            assert!(is_secret(text));
        }
        for text in [
            "https://$USER:$PASS@h.org/t/${TOKEN}/c",
            "https://h.org/c/x-1-0.conda#0123",
            "no address: a://",
            "https://h.org/t",
        ] {
            assert!(!is_secret(text), "{text}");
        }
    }
}

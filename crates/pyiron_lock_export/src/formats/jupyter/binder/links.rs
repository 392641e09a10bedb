//! The link that opens a repository in a binder, with notebooks pulled from another one. It knows no host but
//! mybinder.org.

use crate::{ExportError, input::Input};

/// Returns whether the place says the address of its binder.
pub(super) fn is_known_hub(input: &Input<'_>) -> bool {
    input.place.is_some_and(|place| place.id == "mybinder")
}

/// Returns a badge in Markdown; `None` where the binder, the repository or its ref is not said.
pub(super) fn badge(input: &Input<'_>) -> Result<Option<String>, ExportError> {
    let set = |key| input.parameters.get(key);
    let hub = set("hub").or(is_known_hub(input).then_some("https://mybinder.org"));
    let (Some(hub), Some(repo), Some(reference)) = (hub, set("repo"), set("ref")) else {
        return Ok(None);
    };
    let refuse = |key, value: &str, why: &str| {
        Err(ExportError::Parameter {
            key,
            value: value.escape_debug().to_string(),
            why: why.to_owned(),
        })
    };
    let plain = |part: &str| {
        !matches!(part, "" | "." | "..")
            && part
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || "._-".contains(letter))
    };
    if !repo.contains('/') || !repo.split('/').all(plain) {
        return refuse("repo", repo, "it is not of the form OWNER/NAME");
    }
    if hub.contains(['?', '#', '(', ')', ' ', '<', '>', '"']) {
        return refuse("hub", hub, "it is not the address of a binder");
    }
    let repo = match set("provider") {
        // GitLab has groups in groups, so that binder takes the whole path as one part.
        Some("gl") => percent(repo),
        _ => repo.to_owned(),
    };
    let mut link = format!(
        "{}/v2/{}/{repo}/{}",
        hub.trim_end_matches('/'),
        set("provider").unwrap_or("gh"),
        percent(reference)
    );
    if let Some(content) = set("content-repo") {
        let branch = set("content-ref").map_or_else(String::new, |it| format!("&branch={}", percent(it)));
        let pull = format!("git-pull?repo={}{branch}&urlpath=lab", percent(content));
        link.push_str(&format!("?urlpath={}", percent(&pull)));
    }
    Ok(Some(format!(
        "[![open in binder]({}/badge_logo.svg)]({link})",
        hub.trim_end_matches('/')
    )))
}

/// Escapes all letters but those that any part of an address may hold.
fn percent(text: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'_' | b'-' | b'~' => {
                escaped.push(char::from(byte));
            }
            _ => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::percent;

    #[test]
    fn nothing_ends_a_part_of_an_address() {
        assert_eq!(percent("a/b?c#d e)é"), "a%2Fb%3Fc%23d%20e%29%C3%A9");
    }
}

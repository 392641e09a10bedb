//! Refuses requests by their shape, before the parser proper sees them: paths, lines of pip, extras, open ends.

use super::parse::{OPERATORS, Trouble, trouble};
use crate::{channel, codes, selector};

const MAX_LENGTH: usize = 1_000;
const MAX_PARENTHESES: usize = 16;
const PIP_SCHEMES: [&str; 4] = ["git+", "hg+", "svn+", "bzr+"];

/// Returns an error where the text cannot be a request, whatever the parser thinks.
pub(super) fn check(text: &str) -> Result<(), Trouble> {
    if text.is_empty() {
        return Err(trouble(codes::SPEC_UNREADABLE, "a request is empty", None));
    }
    if text.len() > MAX_LENGTH || text.matches('(').count() > MAX_PARENTHESES {
        return Err(trouble(
            codes::SPEC_UNREADABLE,
            "a request is too long or nested too deep",
            None,
        ));
    }
    if is_option(text) || PIP_SCHEMES.iter().any(|scheme| text.starts_with(scheme)) {
        return Err(trouble(
            codes::SPEC_PIP,
            "a requirement of pip stands among the conda requests",
            "move it under `- pip:`".to_owned(),
        ));
    }
    if text.starts_with(['/', '.', '~', '\\']) || text.starts_with("file:") {
        return Err(local_path(text));
    }
    let is_url = text
        .split(['[', ' '])
        .next()
        .is_some_and(|head| head.contains("://"));
    if is_url {
        let fault = channel::credentials(text.rsplit_once("::").map_or(text, |(channel, _)| channel));
        return fault.map_or(Ok(()), |fault| {
            Err(trouble(codes::CHANNEL_SECRET, fault.message, fault.help))
        });
    }
    if let Some((channel, _)) = text.split_once("::")
        && let Some(fault) = channel::credentials(channel)
    {
        return Err(trouble(codes::CHANNEL_SECRET, fault.message, fault.help));
    }
    brackets(text)?;
    colon(text)?;
    let name = text.rsplit("::").next().unwrap_or(text);
    let name = name
        .split(|c: char| OPERATORS.contains(&c) || c.is_whitespace() || c == '[')
        .next()
        .unwrap_or(name);
    if name.contains('*') || name.starts_with('^') {
        return Err(name_pattern(text));
    }
    if name.is_empty() && text.starts_with(OPERATORS) {
        return Err(trouble(
            codes::SPEC_UNREADABLE,
            format!("`{text}` has no package name"),
            "put the name in front of the version".to_owned(),
        ));
    }
    if text.contains(';') {
        return Err(trouble(
            codes::SPEC_UNREADABLE,
            format!("`{text}` has a marker after `;`, which belongs to pip"),
            "take the marker out, or move the line under `- pip:`".to_owned(),
        ));
    }
    if two_packages(text) {
        return Err(trouble(
            codes::SPEC_UNREADABLE,
            format!("`{text}` asks for more than one package"),
            "write each on a line of its own, after `- `".to_owned(),
        ));
    }
    open_end(text)
}

/// Returns whether the text is an option of pip such as `-e .` or `--pre`.
fn is_option(text: &str) -> bool {
    text.strip_prefix('-').is_some_and(|rest| {
        rest.starts_with('-')
            || rest.starts_with(|c: char| c.is_ascii_alphabetic())
                && rest[1..].chars().next().is_none_or(char::is_whitespace)
    })
}

/// Returns whether a comma stands before a name where only a condition can follow, as in `python, numpy >=1`.
fn two_packages(text: &str) -> bool {
    let word = |part: &str| {
        part.trim_start()
            .chars()
            .take_while(|c| c.is_ascii_alphabetic() || "-_".contains(*c))
            .count()
    };
    let simple = !text.contains(['[', '(', '"', '\'']);
    simple && text.split(',').skip(1).any(|part| word(part) > 1)
}

/// Refuses `numpy: >=1` in quotes, where YAML does not see the colon.
fn colon(text: &str) -> Result<(), Trouble> {
    let named = |name: &&str| {
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
    };
    match text.split_once(": ") {
        Some((name, condition)) if named(&name) => Err(trouble(
            codes::SPEC_UNREADABLE,
            format!("`{text}` has a colon behind the name"),
            Some(format!("write `{name} {}`", condition.trim_start()))
                .filter(|_| condition.trim_start().starts_with(OPERATORS)),
        )),
        _ => Ok(()),
    }
}

fn open_end(text: &str) -> Result<(), Trouble> {
    if !text.ends_with(OPERATORS) && !text.ends_with([',', '|']) {
        return Ok(());
    }
    let bare = text.trim_end_matches(|c: char| OPERATORS.contains(&c) || ",| ".contains(c));
    let build = text.ends_with('=') && bare.contains(|c: char| OPERATORS.contains(&c) || c.is_whitespace());
    let what = if build { "build string" } else { "version" };
    Err(trouble(
        codes::SPEC_UNREADABLE,
        format!("`{text}` ends where a {what} belongs"),
        format!("write the {what}, or only `{bare}`"),
    ))
}

pub(super) fn local_path(text: &str) -> Trouble {
    trouble(
        codes::SPEC_LOCAL_PATH,
        format!("`{text}` points at a path of this machine"),
        None,
    )
}

pub(super) fn name_pattern(text: &str) -> Trouble {
    trouble(
        codes::SPEC_NAME_PATTERN,
        format!("`{text}` asks for a pattern, not for a package"),
        None,
    )
}

/// Refuses brackets that do not hold `key=value` pairs: extras of pip, selectors of constructor.
fn brackets(text: &str) -> Result<(), Trouble> {
    let Some((before, rest)) = text.split_once('[') else {
        return Ok(());
    };
    let Some((inner, after)) = rest.split_once(']') else {
        return Ok(());
    };
    if inner.contains('=') || before.contains('#') {
        return Ok(());
    }
    let blank = before.ends_with(char::is_whitespace);
    if blank && after.trim().is_empty() && selector::looks_like_selector(inner) {
        return Err(trouble(
            codes::SELECTOR_WITHOUT_HASH,
            format!("`{text}` has a selector without `#`"),
            format!("write `{}  # [{inner}]`", before.trim_end()),
        ));
    }
    Err(trouble(
        codes::SPEC_EXTRAS,
        format!("`{text}` has extras in brackets, which conda packages do not have"),
        "name the packages that the extra would bring, or move the line under `- pip:`".to_owned(),
    ))
}

//! Turns "not YAML" into a finding that says which trap the line fell into. Knows the usual traps and how a
//! request is written, no schema.

use pyiron_lock_core::{Finding, SourceRef, Span, yaml::YamlError};

use crate::environment::request;

/// What is wrong in plain words, and what to write where that is certain.
type Slip = (String, Option<String>);

/// Returns the finding for a text that is not YAML.
pub(crate) fn explain(source: &SourceRef, error: &YamlError) -> Finding {
    let text = source.text();
    let mut span = error.span;
    let mut slip = None;
    if error.message.contains("tab")
        && let Some(start) = indented_by_tab(text, source.line_span(span.start).start)
    {
        span = Span::new(start, start + 1);
    } else if error.message.starts_with("mapping values are not allowed")
        && let Some((key, found)) = key_above(text, source.line_span(span.start.min(text.len())).start)
    {
        (span, slip) = (key, Some(found));
    }
    let line = source.line_span(span.start.min(text.len()));
    let covered = source.slice(Span::new(span.start, span.end.min(line.end)));
    let span = Span::new(span.start, span.start + covered.trim_end().len());
    let number = source.position(span.start).line;
    let requests = section(text, line.start) == Some("dependencies");
    let (headline, help) = slip
        .or_else(|| trap(source.slice(line), requests))
        .or_else(|| layout(source.slice(line), span.start - line.start, &error.message))
        .unwrap_or_else(|| (error.message.clone(), None));
    let finding = Finding::new(
        pyiron_lock_core::codes::YAML_SYNTAX,
        format!("`{}` is not YAML at line {number}: {headline}", source.name()),
    )
    .at(source, span, "reading stopped here");
    match help {
        Some(help) => finding.help(help),
        None => finding,
    }
}

/// Returns the first tab in the indentation of a line, from the line at `start` on.
fn indented_by_tab(text: &str, start: usize) -> Option<usize> {
    let mut offset = start;
    for line in text.get(start..)?.split_inclusive('\n') {
        let blanks = line.len() - line.trim_start_matches([' ', '\t']).len();
        if let Some(tab) = line[..blanks].find('\t') {
            return Some(offset + tab);
        }
        offset += line.len();
    }
    None
}

/// Returns the key without indentation that the line at `start` is below.
fn section(text: &str, start: usize) -> Option<&str> {
    let line = text
        .get(..start)?
        .lines()
        .rev()
        .find(|line| line.starts_with(|c: char| c.is_ascii_alphabetic()))?;
    line.split_once(':').map(|(key, _)| key)
}

/// Returns the line above `start` that lacks a colon, or a blank behind it, with its place.
fn key_above(text: &str, start: usize) -> Option<(Span, Slip)> {
    let mut offset = start;
    let line = text.get(..start)?.split_inclusive('\n').rev().find(|line| {
        offset -= line.len();
        !line.trim().is_empty() && !line.starts_with([' ', '\t', '-', '#'])
    })?;
    let line = line.split(" #").next().unwrap_or(line).trim_end();
    let slip = match line.split_once(':') {
        Some((key, value)) if is_word(key) && !value.is_empty() && !value.starts_with([' ', '\t']) => (
            format!("a blank is missing behind the colon of `{key}`"),
            Some(format!("write `{key}: {value}`")),
        ),
        Some(_) => return None,
        None => without_colon(line)?,
    };
    Some((Span::new(offset, offset + line.len()), slip))
}

fn without_colon(line: &str) -> Option<Slip> {
    let (key, value) = line.split_once(' ').unwrap_or((line, ""));
    let write = format!("write `{}`", format!("{key}: {}", value.trim()).trim_end());
    is_word(key).then(|| (format!("the key `{key}` has no colon"), Some(write)))
}

fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}

/// Returns what is wrong where a line, read up to `at`, does not fit the lines around it.
fn layout(line: &str, at: usize, message: &str) -> Option<Slip> {
    let trimmed = line.trim_start();
    let body = trimmed.split(" #").next().unwrap_or(trimmed).trim_end();
    let item = body == "-" || body.starts_with("- ");
    let starts = line
        .get(..at)
        .is_some_and(|before| before.chars().all(|c| " -".contains(c)));
    if starts && message.contains("did not find expected key") {
        return item
            .then(|| {
                (
                    "the items of the list are not indented alike".to_owned(),
                    Some(format!("give `{body}` the indentation of the items above")),
                )
            })
            .or_else(|| {
                let (key, _) = body.split_once(':').filter(|(key, _)| is_word(key))?;
                Some((
                    format!("the key `{key}` is not indented like those around it"),
                    Some(format!("give `{key}` the indentation of the keys around it")),
                ))
            });
    }
    if !message.starts_with("simple key expected") {
        return None;
    }
    if let Some(rest) = body
        .strip_prefix('-')
        .filter(|rest| is_word(rest.get(..1).unwrap_or("")))
    {
        return Some((
            "a blank is missing behind the `-`".to_owned(),
            Some(format!("write `- {rest}`")),
        ));
    }
    let indented = line.len() > trimmed.len();
    if indented || body.contains(':') {
        return Some((
            format!("`{body}` is neither an item of a list nor a key with a value"),
            None,
        ));
    }
    without_colon(body)
}

/// Returns what is wrong with a line by itself, where it is a well-known trap.
///
/// `requests` tells that it stands among the dependencies, where an item in quotes would still be wrong.
fn trap(line: &str, requests: bool) -> Option<Slip> {
    let indentation: String = line.chars().take_while(|c| c.is_whitespace()).collect();
    if indentation.contains('\t') {
        return Some((
            "a tab stands in the indentation".to_owned(),
            Some("indent with blanks".to_owned()),
        ));
    }
    let item = line.trim_start().strip_prefix("- ").map(str::trim);
    let value = item.or_else(|| line.split_once(": ").map(|(_, value)| value.trim()))?;
    let body = value.split(" #").next().unwrap_or(value).trim_end();
    if item.is_some() && requests {
        return request_trap(body);
    }
    let quoted = Some(format!("put it in quotes: `\"{body}\"`"));
    if value.matches(": ").count() + usize::from(value.ends_with(':')) > 0
        && !value.starts_with(['"', '\'', '{', '['])
    {
        return Some(("a second `: ` makes a map inside a value".to_owned(), quoted));
    }
    Some((starts_badly(value)?.to_owned(), quoted))
}

/// Returns what is wrong with an item among the dependencies.
fn request_trap(body: &str) -> Option<Slip> {
    let write = |text: String| format!("write `{text}`");
    if let Some((name, condition)) = body.split_once(": ").filter(|(name, _)| is_word(name.trim_end())) {
        let help = request(name.trim_end(), condition.trim()).map(write);
        return Some((
            format!("the colon makes a map of `{}`, not a request", name.trim_end()),
            help,
        ));
    }
    let version = |c: char| c.is_ascii_digit() || c.is_whitespace() || "<>=!~,|.*".contains(c);
    if body.starts_with(['>', '*']) && body.chars().all(version) {
        let help = request("numpy", body).map(|text| format!("put the name in front, for instance `{text}`"));
        return Some((format!("the package name is missing before `{body}`"), help));
    }
    starts_badly(body).map(|headline| (headline.to_owned(), None))
}

fn starts_badly(value: &str) -> Option<&'static str> {
    Some(match value.chars().next()? {
        '>' | '|' => "a value that starts with an operator begins a block of text",
        '*' => "a value that starts with `*` is an alias",
        '&' => "a value that starts with `&` is an anchor",
        '!' => "a value that starts with `!` is a tag",
        '@' | '`' | '%' => "a value cannot start with this character",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use pyiron_lock_core::{SourceFile, yaml};

    use super::*;

    fn message(text: &str) -> String {
        let source = SourceFile::new("a.yml", text);
        let finding = explain(&source, &yaml::read(text).unwrap_err());
        format!("{} / {}", finding.message, finding.help.unwrap_or_default())
    }

    #[test]
    fn slips_of_layout_are_named_where_they_stand() {
        for (text, wanted) in [
            (
                "a:\n  - x\n - y # z\n",
                "line 3: the items of the list are not indented alike / give `- y` the indentation",
            ),
            (
                "a:\n- x\n-y\n",
                "line 3: a blank is missing behind the `-` / write `- y`",
            ),
            (
                "a:\n-x\n",
                "line 2: a blank is missing behind the `-` / write `- x`",
            ),
            (
                "a\n  - x\nb: 1\n",
                "line 1: the key `a` has no colon / write `a:`",
            ),
            (
                "b: 1\na\n  - x\n",
                "line 2: the key `a` has no colon / write `a:`",
            ),
            (
                "name x\nb: 1\n",
                "line 1: the key `name` has no colon / write `name: x`",
            ),
            ("a:\n- x\n- [y] z\n", "line 3: while parsing"),
            (
                "name:x\nb: 1\n",
                "line 1: a blank is missing behind the colon of `name` / write `name: x`",
            ),
            (
                "a:\n  - x\n b: 1\n",
                "line 3: the key `b` is not indented like those around it",
            ),
        ] {
            assert!(message(text).contains(wanted), "{text:?}: {}", message(text));
        }
    }

    #[test]
    fn help_among_dependencies_is_a_request_that_can_be_read() {
        for (item, wanted) in [
            (
                "numpy: >=1",
                "the colon makes a map of `numpy`, not a request / write `numpy >=1`",
            ),
            ("numpy: *  # [linux]", "not a request / write `numpy`"),
            (
                "numpy: *_mkl",
                "the colon makes a map of `numpy`, not a request / ",
            ),
            (
                ">=1.2",
                "the package name is missing before `>=1.2` / put the name in front, for instance `numpy >=1.2`",
            ),
            (
                "*",
                "the package name is missing before `*` / put the name in front",
            ),
            ("*numpy", "starts with `*` is an alias / "),
            ("x: y: z", "the colon makes a map of `x`"),
        ] {
            let text = format!("dependencies:\n- a\n- {item}\n");
            assert!(message(&text).contains(wanted), "{text:?}: {}", message(&text));
        }
        assert!(!message("dependencies:\n- *numpy\n").contains("quotes"));
    }

    #[test]
    fn well_known_traps_are_named() {
        for (text, wanted) in [
            (
                "a:\n- >=1.2 # x\n",
                "line 2: a value that starts with an operator begins a block of text / put it in quotes: `\">=1.2\"`",
            ),
            ("a: >1.2\n", "line 1: a value that starts with an operator"),
            ("- *numpy\n", "starts with `*` is an alias"),
            (
                "a:\n\t- b\n",
                "a tab stands in the indentation / indent with blanks",
            ),
            ("- x: y: z\n", "a second `: `"),
            ("- @x\n", "cannot start with this character"),
            ("a: 'x\n", "unclosed quote"),
        ] {
            assert!(message(text).contains(wanted), "{text:?}: {}", message(text));
        }
    }
}

//! Turns "not YAML" into a finding that says which trap the line fell into. Knows the usual traps, no schema.

use pyiron_lock_core::{Finding, SourceRef, Span, yaml::YamlError};

use crate::codes;

/// Returns the finding for a text that is not YAML.
pub(crate) fn explain(source: &SourceRef, error: &YamlError) -> Finding {
    let text = source.text();
    let mut span = error.span;
    if error.message.contains("tab")
        && let Some(start) = indented_by_tab(text, source.line_span(span.start).start)
    {
        span = Span::new(start, start + 1);
    }
    let line = source.line_span(span.start.min(text.len()));
    let span = Span::new(span.start, span.end.min(line.end));
    let number = source.position(span.start).line;
    let (headline, help) = match trap(source.slice(line)) {
        Some((headline, help)) => (headline.to_owned(), Some(help)),
        None => (error.message.clone(), None),
    };
    let finding = Finding::new(
        codes::YAML_SYNTAX,
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

/// Returns what is wrong with a line and what to write, where it is a well-known trap.
fn trap(line: &str) -> Option<(&'static str, String)> {
    let indentation: String = line.chars().take_while(|c| c.is_whitespace()).collect();
    if indentation.contains('\t') {
        return Some(("a tab stands in the indentation", "indent with blanks".to_owned()));
    }
    let item = line.trim_start().strip_prefix("- ").map(str::trim);
    let value = item.or_else(|| line.split_once(": ").map(|(_, value)| value.trim()))?;
    let quoted = || {
        let body = value.split(" #").next().unwrap_or(value).trim_end();
        format!("put it in quotes: \"{body}\"")
    };
    if value.matches(": ").count() + usize::from(value.ends_with(':')) > 0
        && !value.starts_with(['"', '\'', '{', '['])
    {
        return Some(("a second `: ` makes a map inside a value", quoted()));
    }
    match value.chars().next()? {
        '>' | '|' => Some((
            "a value that starts with an operator begins a block of text",
            quoted(),
        )),
        '*' => Some(("a value that starts with `*` is an alias", quoted())),
        '&' => Some(("a value that starts with `&` is an anchor", quoted())),
        '!' => Some(("a value that starts with `!` is a tag", quoted())),
        '@' | '`' | '%' => Some(("a value cannot start with this character", quoted())),
        _ => None,
    }
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
    fn well_known_traps_are_named() {
        for (text, wanted) in [
            (
                "a:\n- >=1.2 # x\n",
                "line 2: a value that starts with an operator begins a block of text / put it in quotes: \">=1.2\"",
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

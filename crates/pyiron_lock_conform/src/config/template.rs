//! A scanner for templates of Jinja2: where expressions stand and which names they take. It follows no import, include,
//! inheritance or macro; where one occurs it says so, and nothing is concluded from names.

use std::collections::BTreeSet;

use pyiron_lock_core::Span;

/// A name that a template takes from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) name: String,
    pub(super) span: Span,
}

/// A template, as far as the scanner understands it.
#[derive(Debug, Default)]
pub(super) struct Template {
    /// `{{ expression }}`, each with its text and the place of the whole.
    pub(super) prints: Vec<(String, Span)>,
    /// Names taken from outside that nothing guards, each where it stands first.
    pub(super) names: Vec<Name>,
    /// Whether something is there that the scanner does not follow.
    pub(super) opaque: bool,
    /// What Jinja2 refuses.
    pub(super) faults: Vec<(Span, String)>,
}

/// Words of the language and functions that are always there.
const WORDS: &[&str] = &[
    "if",
    "else",
    "elif",
    "endif",
    "for",
    "endfor",
    "in",
    "not",
    "and",
    "or",
    "is",
    "true",
    "false",
    "none",
    "True",
    "False",
    "None",
    "set",
    "endset",
    "recursive",
    "do",
    "filter",
    "endfilter",
    "raw",
    "endraw",
    "with",
    "endwith",
    "autoescape",
    "endautoescape",
    "range",
    "dict",
    "lipsum",
    "cycler",
    "joiner",
    "namespace",
    "loop",
    "self",
];
const OPAQUE: &[&str] = &[
    "macro", "import", "include", "from", "call", "block", "extends", "with",
];
const BLOCKS: &[&str] = &[
    "if",
    "for",
    "filter",
    "with",
    "autoescape",
    "macro",
    "call",
    "block",
];

/// Reads a template.
pub(super) fn read(text: &str) -> Template {
    let mut template = Template::default();
    let mut names = Names::default();
    let mut open: Vec<(&str, Span)> = Vec::new();
    let mut at = 0;
    while let Some((start, kind)) = next_tag(text, at) {
        let (end_mark, what) = match kind {
            '{' => ("}}", "{{"),
            '%' => ("%}", "{%"),
            _ => ("#}", "{#"),
        };
        let Some(end) = tag_end(text, start + 2, end_mark, kind == '#') else {
            let span = Span::new(start, start + 2);
            template.faults.push((span, format!("`{what}` is never closed")));
            break;
        };
        let inner = &text[start + 2..end];
        let body = inner.trim_matches(|c: char| c == '-' || c == '+' || c.is_whitespace());
        let body_at = start + 2 + inner.find(body).unwrap_or(0);
        let span = Span::new(start, end + 2);
        at = end + 2;
        if kind == '{' {
            if body.is_empty() {
                template
                    .faults
                    .push((span, "`{{ }}` holds no expression".to_owned()));
            }
            template.prints.push((body.to_owned(), span));
            names.collect(body, body_at, false);
        } else if kind == '%' {
            let word = body
                .split(|c: char| !c.is_ascii_alphabetic())
                .next()
                .unwrap_or("");
            if word == "raw" {
                let Some(end) = raw_end(text, at) else {
                    // Jinja2 minds only if something follows, and drops one line break at the end before.
                    if matches!(&text[at..], "" | "\n" | "\r\n") {
                        break;
                    }
                    template.faults.push((span, "`raw` is never ended".to_owned()));
                    break;
                };
                at = end;
                continue;
            }
            template.opaque |= OPAQUE.contains(&word);
            block(&mut template, &mut open, word, span);
            names.declare(word, body);
            names.collect(body, body_at, matches!(word, "if" | "elif"));
        }
    }
    for (word, span) in open {
        template.faults.push((span, format!("`{word}` is never ended")));
    }
    template.names = names.outer();
    template
}

fn block<'t>(template: &mut Template, open: &mut Vec<(&'t str, Span)>, word: &'t str, span: Span) {
    if BLOCKS.contains(&word) {
        open.push((word, span));
    } else if let Some(ended) = word.strip_prefix("end").filter(|ended| BLOCKS.contains(ended)) {
        if open.pop().is_none_or(|(word, _)| word != ended) {
            template
                .faults
                .push((span, format!("`{word}` ends nothing that is open")));
        }
    } else if word.is_empty() {
        template
            .faults
            .push((span, "`{% %}` holds no statement".to_owned()));
    }
}

fn next_tag(text: &str, from: usize) -> Option<(usize, char)> {
    let rest = text.get(from..)?;
    let found = rest
        .match_indices('{')
        .find_map(|(at, _)| match rest.as_bytes().get(at + 1) {
            Some(b'{') => Some((at, '{')),
            Some(b'%') => Some((at, '%')),
            Some(b'#') => Some((at, '#')),
            _ => None,
        });
    found.map(|(at, kind)| (from + at, kind))
}

/// Returns where a tag ends, passing over texts in quotes and what stands in brackets.
fn tag_end(text: &str, from: usize, mark: &str, comment: bool) -> Option<usize> {
    if comment {
        return text.get(from..)?.find(mark).map(|at| from + at);
    }
    let bytes = text.as_bytes();
    let mut quote = None;
    let mut depth = 0_usize;
    let mut at = from;
    while at < bytes.len() {
        match (quote, bytes[at]) {
            (Some(_), b'\\') => at += 1,
            (Some(open), byte) if byte == open => quote = None,
            (Some(_), _) => {}
            (None, byte @ (b'"' | b'\'')) => quote = Some(byte),
            (None, _) if depth == 0 && bytes[at..].starts_with(mark.as_bytes()) => return Some(at),
            (None, b'(' | b'[' | b'{') => depth += 1,
            (None, b')' | b']' | b'}') => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += 1;
    }
    None
}

fn raw_end(text: &str, mut at: usize) -> Option<usize> {
    while let Some(found) = text.get(at..)?.find("{%") {
        let inner = at + found + 2;
        let end = inner + text[inner..].find("%}")?;
        if text[inner..end].trim_matches(|c: char| c == '-' || c.is_whitespace()) == "endraw" {
            return Some(end + 2);
        }
        at = inner;
    }
    None
}

/// Names of a template: those it takes, and those that it makes or guards itself.
#[derive(Default)]
struct Names {
    taken: Vec<Name>,
    own: BTreeSet<String>,
}

impl Names {
    /// Remembers names that a statement makes: `set x`, `for x, y in`.
    fn declare(&mut self, word: &str, body: &str) {
        let names = match word {
            "set" => body.split('=').next(),
            "for" => body.split(" in ").next(),
            _ => None,
        };
        let names = names.and_then(|names| names.get(word.len()..)).unwrap_or("");
        self.own
            .extend(names.split(',').map(|name| name.trim().to_owned()));
    }

    /// Gathers the names of an expression. Those that a condition, a test or a default guards count as own.
    fn collect(&mut self, body: &str, body_at: usize, condition: bool) {
        let tokens = tokens(body);
        for (index, (token, at)) in tokens.iter().enumerate() {
            let is_name = token.starts_with(|c: char| c.is_alphabetic() || c == '_');
            let before = index.checked_sub(1).map_or("", |index| tokens[index].0);
            let after = |step: usize| tokens.get(index + step).map_or("", |token| token.0);
            let tested = before == "is" || before == "not" && index > 1 && tokens[index - 2].0 == "is";
            let keyword = after(1) == "=" && matches!(before, "(" | ",");
            // `{% filter upper %}` names a filter as `|` does.
            let filter = before == "filter" && index == 1;
            if !is_name || matches!(before, "." | "|") || filter || tested || keyword || WORDS.contains(token)
            {
                continue;
            }
            let defaulted = after(1) == "|" && matches!(after(2), "default" | "d");
            // `x if x else y` is a condition as well.
            let inline = before == "if" && index > 1;
            if condition || defaulted || inline || after(1) == "is" {
                self.own.insert((*token).to_owned());
            } else if index > 0 || !OPAQUE.contains(token) {
                self.taken.push(Name {
                    name: (*token).to_owned(),
                    span: Span::new(body_at + at, body_at + at + token.len()),
                });
            }
        }
    }

    fn outer(self) -> Vec<Name> {
        let mut seen = self.own;
        let mut names = self.taken;
        names.retain(|name| seen.insert(name.name.clone()));
        names
    }
}

/// Splits an expression into names, numbers, texts and signs, blanks left out, each with its place.
pub(super) fn tokens(text: &str) -> Vec<(&str, usize)> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let word = |c: char| c.is_alphanumeric() || c == '_';
        let len = match c {
            _ if word(c) => rest.find(|c| !word(c)).unwrap_or(rest.len()),
            '"' | '\'' => quoted_len(rest, c),
            '/' if rest.starts_with("//") => 2,
            '=' if rest.starts_with("==") => 2,
            _ => c.len_utf8(),
        };
        if !c.is_whitespace() {
            tokens.push((&rest[..len], text.len() - rest.len()));
        }
        rest = &rest[len..];
    }
    tokens
}

fn quoted_len(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        if c == quote && !escaped {
            return at + 1;
        }
        escaped = c == '\\' && !escaped;
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_from_outside_are_found_and_guarded_ones_left_out() {
        for (text, names) in [
            ("{{cores}} {{ command }}", "cores command"),
            ("{{ [1, run_time_max // 60]|max }}", "run_time_max"),
            ("{%- if memory_max %}{{ memory_max|int }}G{%- endif %}", ""),
            ("{{ account | default('x') }}{{ a.b.c }}{{ f(x=y) }}", "a f y"),
            (
                "{% for i, j in jobs %}{{ i }}{{ j }}{{ loop.index }}{% endfor %}",
                "jobs",
            ),
            ("{% set n = cores * 2 %}{{ n }}", "cores"),
            (
                "{# {{ no }} #}{% raw %}{{ no }}{% endraw %}{{ \"}} no\" ~ yes }}",
                "yes",
            ),
            ("{{ queue if queue is defined else 'a' }}", ""),
            ("{{ '\\'no' ~ a }}{{ a }}", "a"),
            ("{{ ä }}{ {x} }", "ä"),
            ("{% filter upper %}{{ a }}{% endfilter %}{% raw %}\n", "a"),
            ("{{ {'a': {'b': cores}} }}", "cores"),
        ] {
            let template = read(text);
            let seen: Vec<_> = template.names.iter().map(|name| name.name.as_str()).collect();
            assert_eq!(seen.join(" "), names, "{text}");
            assert!(
                template.faults.is_empty() && !template.opaque,
                "{text}: {:?}",
                template.faults
            );
            for name in &template.names {
                assert_eq!(&text[name.span.start..name.span.end], name.name);
            }
        }
    }

    #[test]
    fn what_cannot_be_read_is_a_fault_and_what_is_not_followed_is_said() {
        for text in [
            "{{ a",
            "{{ a\n{{ b }}",
            "{{ f( }}",
            "{% if a %}",
            "{% endif %}",
            "{{ }}",
            "{% %}",
            "{% raw %}{{ a }}",
            "{# a",
        ] {
            assert_eq!(read(text).faults.len(), 1, "{text}");
        }
        assert!(read("{% include 'a' %}{{ x }}").opaque);
        for text in [
            "{{ '",
            "{{ 'ä",
            "{%",
            "{{ \"\\",
            "{{{{{{",
            "{% for %}{% endfor %}",
            "{% set %}",
        ] {
            read(text);
        }
    }
}

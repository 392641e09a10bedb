//! Keeps passwords, passphrases and tokens out of what is shown: findings point into copies of the texts in which every
//! secret is stars of the same length, and their words are searched for secrets.

use std::collections::{BTreeMap, BTreeSet};

use pyiron_lock_core::{
    Finding, SourceFile, SourceRef, Span, suggest,
    yaml::{Node, Value},
};

use super::ConfigFile;

/// Parts of names whose values nobody else may read.
const WORDS: [&str; 8] = [
    "passw",
    "passphrase",
    "secret",
    "token",
    "userkey",
    "api_key",
    "crypt_key",
    "private_key",
];
/// Parts of a line after which nothing is shown, be it a name or not.
const WORDS_OF_LINES: [&str; 11] = [
    "passw",
    "passp",
    "pasw",
    "pwd",
    "secret",
    "token",
    "userkey",
    "api_key",
    "apikey",
    "crypt_key",
    "private_key",
];
/// Names of secrets; what is misspelt close to one is hidden too.
const NAMES: [&str; 5] = [
    "passwd",
    "viewerpasswd",
    "pyironsqluserkey",
    "ssh_password",
    "ssh_key_passphrase",
];
/// A name that holds such a word and whose value says yes or no.
const HARMLESS: &str = "ssh_ask_for_password";
/// Shorter secrets are hidden where they stand, but not looked for in messages: they would be found in any word.
const SHORTEST: usize = 3;
const HIDDEN: &str = "***";

/// Returns whether the value under a name is a secret.
pub(super) fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name != HARMLESS && (name.ends_with("pass") || WORDS.iter().any(|word| name.contains(word)))
}

/// Returns whether a text is an address with a password in it.
pub(super) fn is_secret_address(text: &str) -> bool {
    address(text).is_some_and(|span| text[span.start..span.end].contains(':'))
}

/// Returns where the user and password of an address stand. A password may hold the very characters that end a host,
/// so everything before the last `@` counts.
fn address(text: &str) -> Option<Span> {
    let start = text.find("://")? + 3;
    let end = start + text[start..].rfind('@')?;
    (end > start).then(|| Span::new(start, end))
}

/// Returns where secrets stand in a tree that was read.
pub(super) fn in_tree(root: &Node) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut pending = vec![root];
    while let Some(node) = pending.pop() {
        match &node.value {
            Value::Mapping(entries) => {
                for entry in entries {
                    match entry.key.as_str().is_some_and(is_secret_name) {
                        true => spans.push(entry.value.span),
                        false => pending.push(&entry.value),
                    }
                }
            }
            Value::Sequence(items) => {
                let follows = |pair: &[Node]| pair[0].as_str().is_some_and(hides_next);
                spans.extend(
                    items
                        .windows(2)
                        .filter(|pair| follows(pair))
                        .map(|pair| pair[1].span),
                );
                pending.extend(items);
            }
            Value::Scalar { text, .. } if !is_reference(text) && !in_lines(text).is_empty() => {
                spans.push(node.span);
            }
            _ => {}
        }
    }
    spans
}

/// Returns whether an argument is an option whose value, the next argument, is a secret.
fn hides_next(argument: &str) -> bool {
    argument.starts_with('-') && !argument.contains('=') && is_secret_name(argument)
}

/// Returns whether a text is nothing but the name of a variable.
pub(super) fn is_reference(text: &str) -> bool {
    text.starts_with("${") && text.ends_with('}') && text.matches('}').count() == 1
}

/// Returns where secrets stand in a text of which nothing is known but its lines. Rather too much is hidden.
fn in_lines(text: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut start = 0;
    // The indentation above which, and the quote until which, the secret of an earlier line goes on.
    let mut above: Option<usize> = None;
    let mut quote: Option<char> = None;
    for raw in text.split_inclusive('\n') {
        let line = raw.trim_end();
        let indent = line.len() - line.trim_start().len();
        let at = start;
        start += raw.len();
        if let Some(open) = quote {
            spans.push(Span::new(at, at + line.len()));
            quote = Some(open).filter(|open| !line.contains(*open));
        } else if line.is_empty() || above.is_some_and(|above| indent > above) {
            spans.push(Span::new(at + indent, at + line.len()));
        } else if let Some(from) = in_line(line) {
            above = Some(indent);
            let value = &line[from..];
            spans.push(Span::new(at + from, at + line.len()));
            let open = value.chars().next().filter(|c| matches!(c, '"' | '\''));
            quote = open.filter(|open| value.matches(*open).count() == 1);
        } else {
            above = None;
            spans.extend(address(line).map(|span| Span::new(at + span.start, at + span.end)));
        }
    }
    spans.retain(|span| !span.is_empty());
    spans
}

/// Returns where the secret of a line starts: after the name that says so and its `=` or `:`.
fn in_line(line: &str) -> Option<usize> {
    let lower = line.to_ascii_lowercase();
    let name = lower.split(['=', ':']).next().unwrap_or("");
    let bare = name.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '{' | ','));
    let misspelt = suggest::nearest(bare, NAMES).is_some() && bare != HARMLESS;
    let end = if misspelt {
        name.len()
    } else {
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        let lower = lower.replace(HARMLESS, &"-".repeat(HARMLESS.len()));
        let words = WORDS_OF_LINES.iter().filter_map(|word| lower.find(word));
        // `PGPASS`, and not `/home/passau`.
        let pass = lower.match_indices("pass").map(|(at, _)| at);
        let mut pass = pass.filter(|at| !lower[at + 4..].starts_with(|c: char| c.is_alphabetic()));
        let at = words.chain(pass.next()).min()?;
        lower[at..]
            .find(|c| !is_name(c))
            .map_or(lower.len(), |len| at + len)
    };
    let rest = line[end..].trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\''));
    let rest = rest.strip_prefix(['=', ':']).unwrap_or(rest).trim_start();
    Some(line.len() - rest.len())
}

/// The texts of a configuration as they may be shown, and what may not be said.
pub(super) struct Masks {
    shown: BTreeMap<String, SourceRef>,
    words: BTreeSet<String>,
}

impl Masks {
    /// Looks through texts; `known` are secrets that reading them gave, and a text in `understood` holds no others.
    pub(super) fn new(
        files: &[ConfigFile],
        known: &[(SourceRef, Span)],
        understood: &BTreeSet<String>,
    ) -> Self {
        let mut masks = Self {
            shown: BTreeMap::new(),
            words: BTreeSet::new(),
        };
        for file in files {
            let source = &file.source;
            let known = known.iter().filter(|(of, _)| of.name() == source.name());
            let mut spans: Vec<Span> = known.map(|(_, span)| *span).collect();
            if !understood.contains(source.name()) {
                spans.extend(in_lines(source.text()));
            }
            spans.retain(|span| !source.slice(*span).trim().is_empty());
            if spans.is_empty() {
                continue;
            }
            for span in &spans {
                masks.remember(source.slice(*span));
            }
            let text = masked(source.text(), &spans);
            masks
                .shown
                .insert(source.name().to_owned(), SourceFile::new(source.name(), text));
        }
        masks
    }

    fn remember(&mut self, secret: &str) {
        let bare = |text: &str| text.trim_matches(['"', '\'', ',', ' ']).to_owned();
        let password = secret.split_once(':').map_or("", |(_, password)| password);
        for word in [secret, password]
            .into_iter()
            .flat_map(|text| text.lines().map(bare))
        {
            if word.len() >= SHORTEST {
                self.words.insert(word);
            }
        }
    }

    /// Takes secrets out of a finding.
    pub(super) fn apply(&self, finding: &mut Finding) {
        for origin in &mut finding.origins {
            if let Some(shown) = self.shown.get(origin.source.name()) {
                origin.source = shown.clone();
            }
            self.clean(&mut origin.label);
        }
        self.clean(&mut finding.message);
        for text in finding.notes.iter_mut().chain(&mut finding.help) {
            self.clean(text);
        }
    }

    fn clean(&self, text: &mut String) {
        // The longest first, so that no rest of one stays.
        let mut words: Vec<&String> = self
            .words
            .iter()
            .filter(|word| text.contains(word.as_str()))
            .collect();
        words.sort_by_key(|word| std::cmp::Reverse(word.len()));
        for word in words {
            *text = text.replace(word.as_str(), HIDDEN);
        }
    }
}

/// Returns a text of the same length and lines with stars under the spans.
fn masked(text: &str, spans: &[Span]) -> String {
    let mut spans = spans.to_vec();
    spans.sort();
    let mut shown = String::with_capacity(text.len());
    let mut at = 0;
    for span in spans {
        let (start, end) = (span.start.max(at), span.end.max(at));
        shown.push_str(text.get(at..start).unwrap_or(""));
        for c in text.get(start..end).unwrap_or("").chars() {
            match c {
                '\n' | '\r' | '"' => shown.push(c),
                c => shown.extend(std::iter::repeat_n('*', c.len_utf8())),
            }
        }
        at = end;
    }
    shown.push_str(text.get(at..).unwrap_or(""));
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_with_secrets_are_stars_of_the_same_length() {
        for (text, shown) in [
            ("PASSWD = hunter2\nHOST = h", "PASSWD = *******\nHOST = h"),
            ("passwd : a b\n  c\nHOST = h", "passwd : ***\n  *\nHOST = h"),
            ("PASSWD hunter2=1", "PASSWD *********"),
            ("PASWD=x\nPSSWD=y", "PASWD=*\nPSSWD=*"),
            ("ssh_password: \"é\"", "ssh_password: \"**\""),
            ("ssh_ask_for_password: True", "ssh_ask_for_password: True"),
            ("CONNECTION = pg://me:p/@ss@h/d", "CONNECTION = pg://********@h/d"),
            ("A_TOKEN='x\ny'\nB=1", "A_TOKEN=**\n**\nB=1"),
            ("DB_PASS=x", "DB_PASS=*"),
            (
                "PROJECT_PATHS = /home/passau, /b",
                "PROJECT_PATHS = /home/passau, /b",
            ),
            ("# password: x", "# password: *"),
            ("HOST = h ; no", "HOST = h ; no"),
            ("TYPE = https://h.org/@a", "TYPE = https://******@a"),
        ] {
            assert_eq!(masked(text, &in_lines(text)), shown, "{text}");
        }
    }

    #[test]
    fn names_and_addresses_tell_secrets() {
        for name in [
            "DB_PASS",
            "ssh_key_passphrase",
            "JUPYTERHUB_API_TOKEN",
            "PYIRONSQLUSERKEY",
        ] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in ["ssh_ask_for_password", "PATH", "PASSENGERS", "CREDENTIALS_FILE"] {
            assert!(!is_secret_name(name), "{name}");
        }
        assert!(is_secret_address("pg://u:p@h") && !is_secret_address("pg://u@h"));
    }
}

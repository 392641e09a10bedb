//! INI as the `ConfigParser` of Python reads it for pyiron: no interpolation, `;` after a blank starts a comment,
//! indented lines continue a value. Knows no key.

use std::collections::{BTreeMap, BTreeSet};

use pyiron_lock_core::{SourceRef, Span, Spanned};

/// A key with its value.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// The index of its section; 0 is `[DEFAULT]`.
    pub(super) section: usize,
    /// The key as written.
    pub(super) key: Spanned<String>,
    /// The value, lines joined by line breaks.
    pub(super) value: Spanned<String>,
    /// The comment that ends the line of the key, `;` included.
    pub(super) comment: Option<Span>,
}

/// A text as sections and entries.
#[derive(Debug, Default)]
pub(super) struct Ini {
    /// Entries in the order written.
    pub(super) entries: Vec<Entry>,
    /// What Python refuses.
    pub(super) faults: Vec<(Span, String)>,
    /// How many sections there are, `[DEFAULT]` included.
    pub(super) sections: usize,
}

impl Ini {
    /// Returns indices of entries in the order in which pyiron takes them over; of one setting the last counts.
    /// Entries of `[DEFAULT]` are seen again in every section that does not set them.
    pub(super) fn reading_order(&self) -> Vec<usize> {
        let mut of_section = vec![Vec::new(); self.sections];
        for (index, entry) in self.entries.iter().enumerate() {
            of_section[entry.section].push(index);
        }
        let defaults = of_section.first().cloned().unwrap_or_default();
        let mut order = defaults.clone();
        // What an earlier section repeats, the last one overwrites; so only the last repetition is kept.
        for (number, own) in of_section.iter().enumerate().skip(1) {
            order.extend(own);
            if number + 1 == of_section.len() {
                let set: BTreeSet<String> = own.iter().map(|index| self.lower(*index)).collect();
                order.extend(
                    defaults
                        .iter()
                        .filter(|index| !set.contains(&self.lower(**index))),
                );
            }
        }
        order
    }

    fn lower(&self, index: usize) -> String {
        self.entries[index].key.value.to_lowercase()
    }
}

/// Reads a text. After a fault that makes Python stop nothing more is read.
pub(super) fn read(source: &SourceRef) -> Ini {
    let mut ini = Ini::default();
    let mut names = BTreeMap::from([("DEFAULT", 0_usize)]);
    let mut keys: BTreeSet<(usize, String)> = BTreeSet::new();
    let mut section = None;
    let mut open = false;
    let mut indent = 0;
    let mut start = 0;
    for raw in source.text().split_inclusive('\n') {
        let line = raw.trim_end_matches(['\n', '\r']);
        let line_start = start;
        start += raw.len();
        let comment = comment_start(line);
        let text = line[..comment.unwrap_or(line.len())].trim();
        if text.is_empty() {
            if let (None, true, Some(last)) = (comment, open, ini.entries.last_mut()) {
                last.value.value.push('\n');
            }
            continue;
        }
        let offset = line.len() - line.trim_start().len();
        let depth = line[..offset].chars().count();
        let span = Span::new(line_start + offset, line_start + offset + text.len());
        if let (true, true, Some(last)) = (open, depth > indent, ini.entries.last_mut()) {
            last.value.value.push('\n');
            last.value.value.push_str(text);
            last.value.span.end = span.end;
            continue;
        }
        indent = depth;
        if let Some(name) = header(text) {
            open = false;
            let next = names.len();
            let number = *names.entry(name).or_insert(next);
            if number > 0 && number < next {
                ini.faults.push((span, "a section stands twice".to_owned()));
                break;
            }
            section = Some(number);
            continue;
        }
        let Some(section) = section else {
            ini.faults.push((
                span,
                "no section such as `[DEFAULT]` stands above the first key".to_owned(),
            ));
            break;
        };
        let Some((key, value)) = text
            .split_once(['=', ':'])
            .filter(|(key, _)| !key.trim().is_empty())
        else {
            ini.faults
                .push((span, "a line is neither a section, nor `KEY = value`".to_owned()));
            continue;
        };
        let key = key.trim_end();
        let key_span = Span::new(span.start, span.start + key.len());
        if !keys.insert((section, key.to_lowercase())) {
            ini.faults
                .push((key_span, format!("`{key}` stands twice in one section")));
            break;
        }
        let value = value.trim();
        ini.entries.push(Entry {
            section,
            key: Spanned::new(key.to_owned(), key_span),
            value: Spanned::new(value.to_owned(), Span::new(span.end - value.len(), span.end)),
            comment: comment.map(|at| Span::new(line_start + at, line_start + line.len())),
        });
        open = true;
    }
    ini.sections = names.len();
    for entry in &mut ini.entries {
        entry.value.value.truncate(entry.value.value.trim_end().len());
    }
    ini
}

/// Returns where the comment of a line starts.
fn comment_start(line: &str) -> Option<usize> {
    if line.trim_start().starts_with(['#', ';']) {
        return Some(0);
    }
    let mut blank = true;
    for (at, c) in line.char_indices() {
        if c == ';' && blank {
            return Some(at);
        }
        blank = c.is_whitespace();
    }
    None
}

fn header(text: &str) -> Option<&str> {
    let rest = text.strip_prefix('[')?;
    let name = &rest[..rest.rfind(']')?];
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use pyiron_lock_core::SourceFile;

    use super::*;

    /// What Python 3 says of the same texts.
    #[test]
    fn texts_are_read_as_python_reads_them() {
        for (text, wanted) in [
            ("[DEFAULT]\nA = ~/a ;~/b\nB=~/a;~/b\n", "A=~/a B=~/a;~/b"),
            (
                "[DEFAULT]\nA=1\n  more\n\n  evenmore\nB=2\n",
                "A=1|more||evenmore B=2",
            ),
            ("[DEFAULT]\n  A=1\nB=2\n   C=3\n", "A=1 B=2|C=3"),
            ("[DEFAULT]\nA=1\n ; c\n  d\n", "A=1|d"),
            ("[DEFAULT] junk\nA=1\n[DEFAULT]\nB=2\n", "A=1 B=2"),
            (" [DEFAULT]\n A=1\n B=2\r\n", "A=1 B=2"),
            ("[a]b]\nA:1 # no\n", "A=1 # no"),
            ("[DEFAULT]\nA=\n B=2\n", "A=|B=2"),
            (
                "A=1\n",
                "!no section such as `[DEFAULT]` stands above the first key",
            ),
            (
                "[x\nA=1\n",
                "!no section such as `[DEFAULT]` stands above the first key",
            ),
            (
                "\u{feff}[DEFAULT]\n",
                "!no section such as `[DEFAULT]` stands above the first key",
            ),
            (
                "[DEFAULT]\nA\n",
                "!a line is neither a section, nor `KEY = value`",
            ),
            (
                "[DEFAULT]\n=5\n",
                "!a line is neither a section, nor `KEY = value`",
            ),
            (
                "[DEFAULT]\n[]\n",
                "!a line is neither a section, nor `KEY = value`",
            ),
            ("[x]\nA=1\na=2\n", "A=1 !`a` stands twice in one section"),
            ("[x]\n[x]\n", "!a section stands twice"),
        ] {
            let source = SourceFile::new(".pyiron", text);
            let ini = read(&source);
            let entries = ini.entries.iter().map(|entry| {
                assert_eq!(source.slice(entry.key.span), entry.key.value);
                format!("{}={}", entry.key.value, entry.value.value.replace('\n', "|"))
            });
            let faults = ini.faults.iter().map(|(_, fault)| format!("!{fault}"));
            assert_eq!(
                entries.chain(faults).collect::<Vec<_>>().join(" "),
                wanted,
                "{text:?}"
            );
        }
    }

    #[test]
    fn a_default_comes_back_in_a_later_section() {
        let source = SourceFile::new(".pyiron", "[DEFAULT]\nA=1\n[x]\nA=2\n[y]\nB=3\n");
        assert_eq!(read(&source).reading_order(), [0, 1, 2, 0]);
    }
}

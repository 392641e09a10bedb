//! Where the URLs of a rattler lock stand, and hashes in it that are none: one look at the lines, before a parser
//! that would refuse the whole text for one of them.

use std::{
    borrow::Cow,
    cell::OnceCell,
    collections::{HashMap, HashSet},
};

use pyiron_lock_core::Span;
use url::Url;

/// What one look at the lines of a text found.
pub(super) struct Places<'t> {
    /// The last place of each location; those in `packages` follow those in `environments`.
    locations: HashMap<&'t str, Span>,
    /// The same by the spelling that a parser gives the URL, made when it is first needed.
    normalized: OnceCell<HashMap<String, Span>>,
    /// The places of source packages, by name.
    sources: HashMap<&'t str, Span>,
    /// Places in `packages` of locations that occur there again, the last place of each left out.
    pub(super) doubles: HashMap<&'t str, Vec<Span>>,
    /// Texts that stand for a hash and are none, by the location they belong to.
    pub(super) hash_faults: HashMap<&'t str, Span>,
    /// The text without those hashes, every other byte in its place.
    pub(super) clean: Cow<'t, str>,
}

impl<'t> Places<'t> {
    /// Looks at every line.
    pub(super) fn of(text: &'t str) -> Self {
        let mut places = Self {
            locations: HashMap::new(),
            normalized: OnceCell::new(),
            sources: HashMap::new(),
            doubles: HashMap::new(),
            hash_faults: HashMap::new(),
            clean: Cow::Borrowed(text),
        };
        let mut blanks = Vec::new();
        let mut in_packages = false;
        // The column of the keys of an item of `packages`; deeper ones are about something else.
        let mut column = None;
        let mut listed = HashSet::new();
        let mut owner = None;
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let at = start;
            start += line.len();
            if line.starts_with("pyiron-lock:") {
                // The block names no archives.
                break;
            }
            if !line.starts_with([' ', '-', '#', '\n', '\r']) {
                in_packages = false;
            }
            let body = line.trim_start_matches([' ', '-']);
            let indent = line.len() - body.len();
            if line.starts_with("packages:") || line.starts_with("package:") {
                in_packages = true;
                column = None;
            } else if in_packages && line[..indent].contains('-') {
                column = column.or(Some(indent));
            }
            let of_item = in_packages && column == Some(indent);
            if in_packages && !of_item {
                continue;
            }
            let Some((key, value)) = body.split_once(": ") else {
                continue;
            };
            let value = unquoted(value);
            let from = value.as_ptr() as usize - text.as_ptr() as usize;
            let span = Span::new(from, from + value.len());
            match key {
                "conda" | "url" | "pypi" => {
                    let before = places.locations.insert(value, span);
                    owner = Some(value);
                    if of_item && key != "pypi" && !listed.insert(value) {
                        places.doubles.entry(value).or_default().extend(before);
                    }
                }
                "conda_source" => {
                    let name = value.split(['[', ' ']).next().unwrap_or(value);
                    places.sources.insert(name, span);
                    owner = None;
                }
                "sha256" | "md5" if of_item && (!is_hash(key, value) || is_number(text, span)) => {
                    if let Some(owner) = owner {
                        places.hash_faults.insert(owner, span);
                    }
                    blanks.push(at + indent..at + line.trim_end().len());
                }
                _ => {}
            }
        }
        if !blanks.is_empty() {
            let mut clean = text.to_owned();
            for blank in blanks {
                clean.replace_range(blank.clone(), &" ".repeat(blank.len()));
            }
            places.clean = Cow::Owned(clean);
        }
        places
    }

    /// Returns the place of a location as a parser spells it.
    pub(super) fn find(&self, location: &str) -> Span {
        let span = self.locations.get(location).or_else(|| {
            self.normalized
                .get_or_init(|| {
                    let parsed = |text: &str| text.parse().map(|url: Url| url.to_string()).ok();
                    let places = self.locations.iter();
                    places
                        .filter_map(|(text, span)| Some((parsed(text)?, *span)))
                        .collect()
                })
                .get(location)
        });
        span.copied().unwrap_or_default()
    }

    /// Returns the place of a source package.
    pub(super) fn find_source(&self, name: &str) -> Option<Span> {
        self.sources.get(name).copied()
    }
}

/// Returns a value without what surrounds it in YAML.
fn unquoted(value: &str) -> &str {
    let value = value.trim();
    for quote in ['\'', '"'] {
        if let Some(inner) = value.strip_prefix(quote) {
            return inner.split(quote).next().unwrap_or(inner);
        }
    }
    value.split(" #").next().unwrap_or(value).trim_end()
}

/// Returns whether a value is a hash of its kind, or nothing at all, which is missing and not malformed.
fn is_hash(kind: &str, value: &str) -> bool {
    let digits = if kind == "sha256" { 64 } else { 32 };
    matches!(value, "" | "~" | "null")
        || (value.len() == digits && value.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Returns whether YAML reads a value as a number, because it is digits without quotes.
fn is_number(text: &str, span: Span) -> bool {
    let value = &text[span.start..span.end];
    let quoted = text[..span.start].ends_with(['"', '\'']);
    !quoted && !value.is_empty() && value.parse::<f64>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_found_in_packages_and_bad_hashes_are_blanked() {
        let text = "environments:\n  default:\n    packages:\n      linux-64:\n      - conda: https://a.invalid/x\n\
                    packages:\n- conda: 'https://a.invalid/x'\n  sha256: 12\n  md5: null\n- conda: https://a.invalid/y\n\
                    - conda: https://a.invalid/y # again\n- conda_source: z[12ab] @ ./z\n  \
                    build_packages:\n  - conda: https://a.invalid/x\n  sources:\n    p:\n      md5: 1\n";
        let places = Places::of(text);
        let slice = |span: Span| &text[span.start..span.end];
        let x = places.find("https://a.invalid/x");
        assert!(slice(x) == "https://a.invalid/x" && text.as_bytes()[x.start - 1] == b'\'');
        assert_eq!(slice(places.hash_faults["https://a.invalid/x"]), "12");
        assert_eq!(*places.clean, text.replace("sha256: 12", "          "));
        let doubles = &places.doubles["https://a.invalid/y"];
        assert!(doubles.len() == 1 && slice(doubles[0]) == "https://a.invalid/y");
        assert_eq!(places.find_source("z").map(slice), Some("z[12ab] @ ./z"));
        assert_eq!(places.find("https://a.invalid/none"), Span::default());
    }

    #[test]
    fn digits_without_quotes_are_a_number_and_no_hash() {
        let digits = "1".repeat(64);
        for (hash, fault) in [
            (digits.clone(), true),
            (format!("'{digits}'"), false),
            (format!("{}e{}", "1".repeat(60), "1".repeat(3)), true),
            ("a".repeat(64), false),
        ] {
            let text = format!("packages:\n- conda: https://a.invalid/x\n  sha256: {hash}\n");
            assert_eq!(!Places::of(&text).hash_faults.is_empty(), fault, "{hash}");
        }
    }

    #[test]
    fn a_url_spelt_otherwise_is_found() {
        let text = "packages:\n- conda: HTTPS://A.invalid/x\n";
        let span = Places::of(text).find("https://a.invalid/x");
        assert_eq!(&text[span.start..span.end], "HTTPS://A.invalid/x");
    }
}

//! The lines of a text, taken one by one when they are as expected, and the values on them that every reader of YAML
//! takes as the same text. Knows nothing of locks.

/// What is left of a text.
pub(super) struct Lines<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Lines<'t> {
    /// Starts at the first line of a text, unless it holds bytes that are not plain.
    pub(super) fn new(text: &'t str) -> Option<Self> {
        let is_plain = |byte: u8| byte == b'\n' || matches!(byte, b' '..=b'~');
        text.bytes().all(is_plain).then_some(Self { text, at: 0 })
    }

    /// Returns whether every line was taken.
    pub(super) fn at_end(&self) -> bool {
        self.at == self.text.len()
    }

    /// Returns where the next line starts.
    pub(super) fn place(&self) -> usize {
        self.at
    }

    /// Takes the next line if it starts with a text, and returns the rest of it.
    pub(super) fn after(&mut self, start: &str) -> Option<&'t str> {
        let rest = self.text[self.at..].strip_prefix(start)?;
        let line = rest.split('\n').next()?;
        self.at = (self.at + start.len() + line.len() + 1).min(self.text.len());
        Some(line)
    }

    /// Takes the next line if it is a text.
    pub(super) fn exactly(&mut self, line: &str) -> Option<()> {
        let before = self.at;
        if self.after(line)?.is_empty() {
            return Some(());
        }
        self.at = before;
        None
    }

    /// Takes a list under its key, where there is one; a key without a list is refused.
    pub(super) fn list(&mut self, key: &str, item: &str) -> Option<Vec<&'t str>> {
        let mut items = Vec::new();
        if self.exactly(key).is_some() {
            while let Some(value) = self.after(item) {
                items.push(scalar(value)?);
            }
            if items.is_empty() {
                return None;
            }
        }
        Some(items)
    }
}

/// Returns the text that a value stands for, quoted or not.
pub(super) fn scalar(value: &str) -> Option<&str> {
    let Some(quoted) = value.strip_prefix('\'') else {
        return plain(value);
    };
    let inner = quoted.strip_suffix('\'')?;
    (!inner.contains('\'') && is_harmless(inner)).then_some(inner)
}

/// Returns a value without quotes, if it is a text for certain and ends where the line ends.
pub(super) fn plain(value: &str) -> Option<&str> {
    let first = value.bytes().next()?;
    let is_text = if first.is_ascii_digit() {
        // No spelling of a number has other letters.
        !value
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit() || b"xoinf.+-_:".contains(&byte.to_ascii_lowercase()))
    } else {
        let words = ["null", "true", "false"];
        (first.is_ascii_alphabetic() || first == b'_')
            && !words.iter().any(|word| word.eq_ignore_ascii_case(value))
    };
    let ends = value.ends_with([' ', ':'])
        || value
            .as_bytes()
            .windows(2)
            .any(|pair| pair == b": " || pair == b" #");
    (is_text && !ends && is_harmless(value)).then_some(value)
}

/// Returns a number as tools write it.
pub(super) fn number(value: &str) -> Option<u64> {
    let digits = value.bytes().all(|byte| byte.is_ascii_digit());
    let canonical = digits && (value == "0" || !value.starts_with('0'));
    canonical.then(|| value.parse().ok())?
}

/// Returns a hash that no reader takes for a number.
pub(super) fn hash(value: &str) -> Option<&str> {
    let inner = value.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
    let is_word = |byte: u8| matches!(byte.to_ascii_lowercase(), b'a'..=b'd' | b'f');
    let is_text = inner.is_some() || value.bytes().any(is_word);
    let hex = inner.unwrap_or(value);
    (is_text && hex.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(hex)
}

/// Returns whether a value has nothing for which a text is looked at as a whole, see [`pyiron_lock_core::yaml::bounded`].
fn is_harmless(value: &str) -> bool {
    !value.bytes().any(|byte| matches!(byte, b'&' | b'[' | b'{'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_texts_for_certain_or_nothing() {
        for value in [
            "MIT",
            "0BSD",
            "_x >=1,<2.0a0",
            "a#b",
            "https://a.invalid/x",
            "7zip 24.*",
            "a'b",
            "no",
        ] {
            assert_eq!(plain(value), Some(value));
        }
        for value in [
            "", "~", "null", "True", "12", "1.5", "1e5", "0x1f", "1_000", ".inf", "-x", "- x", "'x'", "a: b",
            "a #b", "a:", "a ", "*a", "&a", "[a]", "{a}", "|", ">-", "!a", "@a", "%a", "# a", "x[y]", "x &y",
            "\"x\"",
        ] {
            assert_eq!(plain(value), None, "{value}");
        }
        assert_eq!(scalar("'12'"), Some("12"));
        assert_eq!(scalar("'it''s'"), None);
        assert_eq!(scalar("'"), None);
    }

    #[test]
    fn numbers_and_hashes_have_one_spelling() {
        assert_eq!((number("0"), number("17")), (Some(0), Some(17)));
        for value in ["", "01", "+1", "1.0", "99999999999999999999", "0x1"] {
            assert_eq!(number(value), None, "{value}");
        }
        assert_eq!(hash("12a4"), Some("12a4"));
        assert_eq!(hash("'1234'"), Some("1234"));
        assert_eq!(
            (hash("1234"), hash("12e4"), hash("12g4"), hash("'12a4")),
            (None, None, None, None)
        );
    }

    #[test]
    fn lines_are_taken_only_when_they_are_as_expected() {
        let mut lines = Lines::new("a: x\nb:\n- y\nc:\nd").unwrap();
        assert_eq!(lines.after("b"), None);
        assert_eq!(lines.after("a: "), Some("x"));
        assert_eq!(lines.exactly("b"), None);
        assert_eq!(lines.list("none:", "- "), Some(vec![]));
        assert_eq!(lines.list("b:", "- "), Some(vec!["y"]));
        assert_eq!(lines.list("c:", "- "), None);
        assert_eq!(lines.exactly("d"), Some(()));
        assert!(lines.at_end() && lines.after("").is_some());
        assert!(Lines::new("a\tb").is_none() && Lines::new("ä").is_none());
    }
}

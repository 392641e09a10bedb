//! JSON with spans, into the tree of the YAML reader. Strict, and bounded in depth.

use pyiron_lock_core::{
    Span,
    yaml::{Entry, Node, Value, YamlError},
};

const MAX_DEPTH: usize = 64;

/// Reads a text as one JSON value.
pub(super) fn read(text: &str) -> Result<Node, YamlError> {
    let mut reader = Json { text, at: 0 };
    let node = reader.value(0)?;
    reader.blanks();
    match reader.peek() {
        None => Ok(node),
        Some(_) => Err(reader.fault("something follows the value")),
    }
}

struct Json<'t> {
    text: &'t str,
    at: usize,
}

impl Json<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn fault(&self, message: &str) -> YamlError {
        YamlError {
            message: message.to_owned(),
            span: Span::new(self.at, self.at),
        }
    }

    /// Takes a sign after blanks, or leaves it.
    fn takes(&mut self, sign: u8) -> bool {
        self.blanks();
        let there = self.peek() == Some(sign);
        self.at += usize::from(there);
        there
    }

    fn value(&mut self, depth: usize) -> Result<Node, YamlError> {
        self.blanks();
        if depth > MAX_DEPTH {
            return Err(self.fault("nested too deep"));
        }
        let start = self.at;
        let value = match self.peek() {
            Some(b'{') => self.map(depth)?,
            Some(b'[') => self.list(depth)?,
            Some(b'"') => Value::Scalar {
                text: self.string()?,
                plain: false,
            },
            Some(_) => self.plain()?,
            None => return Err(self.fault("the text ends too early")),
        };
        Ok(Node {
            value,
            span: Span::new(start, self.at),
        })
    }

    fn map(&mut self, depth: usize) -> Result<Value, YamlError> {
        self.at += 1;
        let mut entries = Vec::new();
        if self.takes(b'}') {
            return Ok(Value::Mapping(entries));
        }
        loop {
            self.blanks();
            let start = self.at;
            if self.peek() != Some(b'"') {
                return Err(self.fault("a key in double quotes belongs here"));
            }
            let text = self.string()?;
            let key = Node {
                value: Value::Scalar { text, plain: false },
                span: Span::new(start, self.at),
            };
            if !self.takes(b':') {
                return Err(self.fault("`:` belongs here"));
            }
            let value = self.value(depth + 1)?;
            entries.push(Entry { key, value });
            if self.takes(b'}') {
                return Ok(Value::Mapping(entries));
            }
            if !self.takes(b',') {
                return Err(self.fault("`,` or `}` belongs here"));
            }
        }
    }

    fn list(&mut self, depth: usize) -> Result<Value, YamlError> {
        self.at += 1;
        let mut items = Vec::new();
        if self.takes(b']') {
            return Ok(Value::Sequence(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            if self.takes(b']') {
                return Ok(Value::Sequence(items));
            }
            if !self.takes(b',') {
                return Err(self.fault("`,` or `]` belongs here"));
            }
        }
    }

    fn string(&mut self) -> Result<String, YamlError> {
        self.at += 1;
        let mut text = String::new();
        while let Some(c) = self.text[self.at..].chars().next() {
            self.at += c.len_utf8();
            match c {
                '"' => return Ok(text),
                '\\' => text.push(self.escape()?),
                '\0'..='\x1f' => return Err(self.fault("a text goes on over the end of its line")),
                c => text.push(c),
            }
        }
        Err(self.fault("a text is never closed"))
    }

    fn escape(&mut self) -> Result<char, YamlError> {
        let plain = match self.peek() {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(),
            _ => return Err(self.fault("JSON knows no such escape")),
        };
        self.at += 1;
        Ok(plain)
    }

    /// Reads `uXXXX`, and the second half of a pair after it. Half a pair becomes a replacement character.
    fn unicode(&mut self) -> Result<char, YamlError> {
        self.at += 1;
        let high = self.four()?;
        let mut code = high;
        if (0xd800..0xdc00).contains(&high) && self.text[self.at..].starts_with("\\u") {
            self.at += 2;
            let low = self.four()?;
            if (0xdc00..0xe000).contains(&low) {
                code = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
            }
        }
        Ok(char::from_u32(code).unwrap_or('\u{fffd}'))
    }

    fn four(&mut self) -> Result<u32, YamlError> {
        let digits = self.text.get(self.at..self.at + 4);
        let digits = digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let code = code.ok_or_else(|| self.fault("four hexadecimal digits belong here"))?;
        self.at += 4;
        Ok(code)
    }

    fn plain(&mut self) -> Result<Value, YamlError> {
        let rest = &self.text[self.at..];
        let len = rest
            .find(|c: char| !c.is_ascii_alphanumeric() && !"+-.".contains(c))
            .unwrap_or(rest.len());
        let word = &rest[..len];
        let digits = word.strip_prefix('-').unwrap_or(word);
        let is_number = digits.starts_with(|c: char| c.is_ascii_digit()) && word.parse::<f64>().is_ok();
        if !is_number && !matches!(word, "true" | "false" | "null") {
            return Err(self.fault("a value belongs here, texts in double quotes"));
        }
        self.at += len;
        Ok(Value::Scalar {
            text: word.to_owned(),
            plain: true,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_their_places_and_escapes_are_read() {
        let text = "{\"a\": [1, \"\\u00e4\\ud83d\\ude00\\n\"],\t\"b\": {}, \"c\": [], \"d\": null}\n";
        let Value::Mapping(entries) = read(text).unwrap().value else {
            panic!("not a map")
        };
        assert_eq!(&text[entries[1].key.span.start..entries[1].key.span.end], "\"b\"");
        let Value::Sequence(items) = &entries[0].value.value else {
            panic!("not a list")
        };
        assert_eq!(items[1].as_str(), Some("ä😀\n"));
        assert!(entries[3].value.is_null());
    }

    #[test]
    fn what_is_not_json_ends_in_one_error_with_a_place() {
        let deep = "[".repeat(100_000);
        for text in [
            "",
            "{",
            "[1,]",
            "{\"a\": 1,}",
            "{a: 1}",
            "'a'",
            "\"a",
            "\"a\nb\"",
            "[1] 2",
            "nul",
            "1x",
            "\"\\x\"",
            "\"\\u12\"",
            "\"\\ud83d\\u\"",
            "\"\\ud83d\\u0020",
            "\"\\",
            "{\"a\" 1}",
            "ä",
            "\"\\uä\"",
            "# c\n{}",
            &deep,
        ] {
            let error = read(text).expect_err(text);
            assert!(error.span.start <= text.len(), "{text}");
        }
    }
}

//! What is quoted is read back as the same text, or cannot end where it stands.

use proptest::prelude::*;

use super::*;

/// Reads one word of a POSIX shell; `None` where a letter outside of quotes means something.
fn shell_word(quoted: &str) -> Option<String> {
    let mut word = String::new();
    let mut letters = quoted.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\'' => loop {
                match letters.next()? {
                    '\'' => break,
                    inside => word.push(inside),
                }
            },
            '\\' => word.push(letters.next()?),
            _ if letter.is_ascii_alphanumeric() || "_./:,+@%-".contains(letter) => word.push(letter),
            _ => return None,
        }
    }
    Some(word)
}

/// Takes the quotes off a text whose only escapes are a backslash before one of `escaped`; `None` where it ends early.
fn unescaped(quoted: &str, escaped: &str) -> Option<String> {
    let inside = quoted.strip_prefix('"')?.strip_suffix('"')?;
    let mut text = String::new();
    let mut letters = inside.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => text.push(letters.next().filter(|next| escaped.contains(*next))?),
            _ if escaped.contains(letter) => return None,
            _ => text.push(letter),
        }
    }
    Some(text)
}

/// Takes the quotes off a text in which a quote is written twice; `None` where it ends early.
fn doubled(quoted: &str, quote: char) -> Option<String> {
    let inside = quoted.strip_prefix(quote)?.strip_suffix(quote)?;
    let pair = format!("{quote}{quote}");
    let single = inside.replace(&pair, "");
    (!single.contains(quote)).then(|| inside.replace(&pair, &quote.to_string()))
}

/// Reads a text of SQL; `None` where it ends early, or where its backslashes mean different things to different servers.
fn sql_text(quoted: &str) -> Option<String> {
    let Some(escaped) = quoted.strip_prefix('E') else {
        return doubled(quoted, '\'').filter(|text| !text.contains('\\'));
    };
    let pairs = doubled(escaped, '\'')?;
    let single = pairs.replace("\\\\", "");
    (!single.contains('\\')).then(|| pairs.replace("\\\\", "\\"))
}

/// Reads a string of Lua; `None` where it ends early.
fn lua_string(quoted: &str) -> Option<Vec<u8>> {
    let mut inside = quoted.strip_prefix('"')?.strip_suffix('"')?.bytes();
    let mut read = Vec::new();
    while let Some(byte) = inside.next() {
        match byte {
            b'"' => return None,
            b'\\' => match inside.next()? {
                escaped @ (b'"' | b'\\') => read.push(escaped),
                first => {
                    let digits = [first, inside.next()?, inside.next()?];
                    read.push(std::str::from_utf8(&digits).ok()?.parse().ok()?);
                }
            },
            _ => read.push(byte),
        }
    }
    Some(read)
}

/// Reads a string of Python that is all ASCII on one line; `None` where it ends early.
fn python_string(quoted: &str) -> Option<String> {
    let inside = quoted.strip_prefix('"')?.strip_suffix('"')?;
    let mut text = String::new();
    let mut letters = inside.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => {
                let digits = match letters.next()? {
                    'n' => {
                        text.push('\n');
                        continue;
                    }
                    't' => {
                        text.push('\t');
                        continue;
                    }
                    mark @ ('"' | '\\') => {
                        text.push(mark);
                        continue;
                    }
                    'u' => 4,
                    'U' => 8,
                    _ => return None,
                };
                let number: String = letters.by_ref().take(digits).collect();
                text.push(char::from_u32(u32::from_str_radix(&number, 16).ok()?)?);
            }
            '"' => return None,
            ' '..='~' => text.push(letter),
            _ => return None,
        }
    }
    Some(text)
}

proptest! {
    #[test]
    fn python_reads_the_same_text(text in any::<String>()) {
        prop_assert_eq!(python_string(&py(&text)), Some(text));
    }

    #[test]
    fn a_shell_reads_the_same_word(text in any::<String>()) {
        prop_assert_eq!(shell_word(&sh(&text)), Some(text));
    }

    #[test]
    fn json_reads_the_same_text(text in any::<String>()) {
        let read: String = serde_json::from_str(&json(&text)).unwrap();
        prop_assert_eq!(read, text);
    }

    #[test]
    fn a_value_of_a_dockerfile_holds_no_variable(text in "[ -~]*") {
        prop_assert_eq!(unescaped(&docker(&text), "\"\\$"), Some(text));
    }

    #[test]
    fn sql_reads_the_same_text(text in "[^\0]*") {
        prop_assert_eq!(sql_text(&sql(&text)), Some(text));
    }

    #[test]
    fn sql_reads_the_same_name(text in "[^\0]*") {
        prop_assert_eq!(doubled(&sql_name(&text), '"'), Some(text));
    }

    #[test]
    fn a_value_of_an_ini_file_ends_with_its_line(text in any::<String>()) {
        let ends = |letter: char| letter.is_control() || letter == ';';
        prop_assert!(!ini(&text).contains(ends));
    }

    #[test]
    fn lua_reads_the_same_bytes(text in any::<String>()) {
        prop_assert_eq!(lua_string(&lua(&text)), Some(text.into_bytes()));
    }

    #[test]
    fn a_word_of_tcl_substitutes_nothing(text in "[ -~]*") {
        prop_assert_eq!(unescaped(&tcl(&text), "\"\\$[]{}"), Some(text));
    }

    #[test]
    fn a_word_of_tcl_is_ascii_and_one_line(text in any::<String>()) {
        prop_assert!(tcl(&text).chars().all(|letter| matches!(letter, ' '..='~')));
    }

    #[test]
    fn a_comment_is_one_line(text in any::<String>()) {
        let ends = |letter: char| letter.is_control() || letter == '\u{2028}';
        prop_assert!(!comment(&text).contains(ends));
    }
}

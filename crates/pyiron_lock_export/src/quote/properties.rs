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

proptest! {
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
    fn a_comment_is_one_line(text in any::<String>()) {
        let ends = |letter: char| letter.is_control() || letter == '\u{2028}';
        prop_assert!(!comment(&text).contains(ends));
    }
}

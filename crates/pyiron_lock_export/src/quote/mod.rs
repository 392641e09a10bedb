//! How a text is written so that a grammar reads it as one text and nothing else. Each function is a filter of the
//! templates under its own name.

/// Quotes for a POSIX shell: single quotes, unless every letter is harmless.
pub(crate) fn sh(text: &str) -> String {
    let harmless = |letter: char| letter.is_ascii_alphanumeric() || "_./:,+@%-".contains(letter);
    if !text.is_empty() && !text.starts_with('-') && text.chars().all(harmless) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// Quotes as JSON, which YAML 1.2 reads the same; letters beyond ASCII are escaped, so that any reader agrees.
pub(crate) fn json(text: &str) -> String {
    escaped(text, |letter| {
        let mut units = [0; 2];
        let units = letter.encode_utf16(&mut units).iter();
        units.map(|unit| format!("\\u{unit:04x}")).collect()
    })
}

/// Quotes for YAML: as JSON, but a letter beyond the basic plane is one escape, because YAML has no pairs.
pub(crate) fn yaml(text: &str) -> String {
    escaped(text, |letter| match u32::from(letter) {
        number @ ..=0xffff => format!("\\u{number:04x}"),
        number => format!("\\U{number:08x}"),
    })
}

/// Quotes with double quotes; `beyond` writes what is no printed letter of ASCII.
fn escaped(text: &str, beyond: impl Fn(char) -> String) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            ' '..='~' => quoted.push(letter),
            _ => quoted.push_str(&beyond(letter)),
        }
    }
    quoted.push('"');
    quoted
}

/// Writes a word of YAML as it is where every reader takes it for a text, else quotes it as `yaml` does.
pub(crate) fn yaml_word(text: &str) -> String {
    let inner = |letter: char| letter.is_ascii_alphanumeric() || "._+=/:-".contains(letter);
    // Words that YAML 1.1 takes for something else; a word with `=` or of other letters is none of them.
    let taken = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    let plain = text.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_')
        && text.chars().all(inner)
        && !text.ends_with(':')
        && !taken.contains(&text.to_ascii_lowercase().as_str());
    if plain { text.to_owned() } else { yaml(text) }
}

/// Quotes as a string or key of TOML.
pub(crate) fn toml(text: &str) -> String {
    // TOML reads the escapes of double-quoted YAML that are written here, and no others of them.
    yaml(text)
}

/// Quotes as a string of Python.
pub(crate) fn py(text: &str) -> String {
    // Python reads the escapes of double-quoted YAML that are written here, and braces mean nothing in a plain string.
    yaml(text)
}

/// Quotes for a value of a Dockerfile, where `$` starts a variable; control letters become blanks.
pub(crate) fn docker(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' | '$' => {
                quoted.push('\\');
                quoted.push(letter);
            }
            _ if letter.is_control() => quoted.push(' '),
            _ => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

/// Quotes as a value of a workflow of GitHub: as YAML does, and what would start an expression there is a text.
pub(crate) fn github(text: &str) -> String {
    yaml(&text.replace("${{", "${{ '${{' }}"))
}

/// Quotes as a text of SQL, as PostgreSQL reads it whatever it is set to take a backslash for.
pub(crate) fn sql(text: &str) -> String {
    let start = if text.contains('\\') { "E'" } else { "'" };
    let inside = text.replace('\0', "").replace('\\', "\\\\").replace('\'', "''");
    format!("{start}{inside}'")
}

/// Quotes as a name in SQL, of which PostgreSQL reads at most 63 bytes.
pub(crate) fn sql_name(text: &str) -> String {
    format!("\"{}\"", text.replace('\0', "").replace('"', "\"\""))
}

/// Makes a text one line of an INI file, which has no quotes: `;`, after which Python reads no further, becomes a blank.
pub(crate) fn ini(text: &str) -> String {
    one_line(text).replace(';', " ")
}

/// Quotes as a string of Lua; what is no printed letter of ASCII is written byte by byte.
pub(crate) fn lua(text: &str) -> String {
    let mut quoted = String::from("\"");
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' => quoted.extend(['\\', char::from(byte)]),
            b' '..=b'~' => quoted.push(char::from(byte)),
            _ => quoted.push_str(&format!("\\{byte:03}")),
        }
    }
    quoted.push('"');
    quoted
}

/// Quotes as a word of Tcl in which nothing is substituted, also within braces.
pub(crate) fn tcl(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' | '$' | '[' | ']' | '{' | '}' => quoted.extend(['\\', letter]),
            ' '..='~' => quoted.push(letter),
            _ => match u32::from(letter) {
                number @ ..=0xffff => quoted.push_str(&format!("\\u{number:04x}")),
                number => quoted.push_str(&format!("\\U{number:08x}")),
            },
        }
    }
    quoted.push('"');
    quoted
}

/// Makes a text one line of a comment: control letters, line and paragraph separators become blanks.
pub(crate) fn comment(text: &str) -> String {
    one_line(text)
}

fn one_line(text: &str) -> String {
    text.chars()
        .map(|letter| match letter {
            _ if letter.is_control() => ' ',
            '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => ' ',
            _ => letter,
        })
        .collect()
}

/// A filter by its name.
pub(crate) type Quote = fn(&str) -> String;

/// The filters of the templates.
pub(crate) const QUOTES: &[(&str, Quote)] = &[
    ("sh", sh),
    ("json", json),
    ("yaml", yaml),
    ("yaml_word", yaml_word),
    ("toml", toml),
    ("py", py),
    ("docker", docker),
    ("github", github),
    ("sql", sql),
    ("sql_name", sql_name),
    ("ini", ini),
    ("lua", lua),
    ("tcl", tcl),
    ("comment", comment),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_of_github_is_a_text() {
        assert_eq!(github("a $X ${Y} {{ z }}"), "\"a $X ${Y} {{ z }}\"");
        assert_eq!(github("${{ x }}"), "\"${{ '${{' }} x }}\"");
        // What stays after the text was replaced starts nothing new.
        assert_eq!(github("$${{{"), "\"$${{ '${{' }}{\"");
    }

    #[test]
    fn a_word_of_yaml_stays_a_text() {
        for plain in ["numpy=2.4.3=py312_0", "_x=1", "https://a.invalid/c", "nodefaults"] {
            assert_eq!(yaml_word(plain), plain);
        }
        for other in [
            "", "yes", "No", "NULL", "1.10", "7zip=1", "-x", "a: b", "a:", "a #b", "~", "x=1!2.0", "é",
            "{a}", "a\nb",
        ] {
            assert!(yaml_word(other).starts_with('"'), "{other}");
        }
    }
}

#[cfg(test)]
mod properties;

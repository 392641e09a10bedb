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
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            ' '..='~' => quoted.push(letter),
            _ => {
                for unit in letter.encode_utf16(&mut [0; 2]) {
                    quoted.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    quoted.push('"');
    quoted
}

/// Quotes for YAML: as JSON, but letters beyond the basic plane stand for themselves, because YAML has no pairs.
pub(crate) fn yaml(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            ' '..='~' => quoted.push(letter),
            _ if u32::from(letter) <= 0xffff => quoted.push_str(&format!("\\u{:04x}", u32::from(letter))),
            _ => quoted.push_str(&format!("\\U{:08x}", u32::from(letter))),
        }
    }
    quoted.push('"');
    quoted
}

/// Quotes as a string of Python 3.
pub(crate) fn py(text: &str) -> String {
    // Python reads the escapes of double-quoted YAML that are written here, and no others of them.
    yaml(text)
}

/// Quotes as a string of Lua.
pub(crate) fn lua(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => {
                quoted.push('\\');
                quoted.push(letter);
            }
            _ if letter.is_control() => {
                let mut bytes = [0; 4];
                for byte in letter.encode_utf8(&mut bytes).bytes() {
                    quoted.push_str(&format!("\\{byte:03}"));
                }
            }
            _ => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

/// Quotes as one word of Tcl.
pub(crate) fn tcl(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' | '$' | '[' | ']' | '{' | '}' | ';' => {
                quoted.push('\\');
                quoted.push(letter);
            }
            _ if letter.is_control() => quoted.push_str(&format!("\\u{:04x}", u32::from(letter))),
            _ => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
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

/// Quotes as a string of SQL, as PostgreSQL reads it with standard conforming strings.
pub(crate) fn sql(text: &str) -> String {
    format!("'{}'", one_line(text).replace('\'', "''"))
}

/// Quotes as a name of SQL.
pub(crate) fn sql_name(text: &str) -> String {
    format!("\"{}\"", one_line(text).replace('"', "\"\""))
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
    ("py", py),
    ("lua", lua),
    ("tcl", tcl),
    ("docker", docker),
    ("sql", sql),
    ("sql_name", sql_name),
    ("comment", comment),
];

//! Single values out of `recipes.yml`, each of its type and form. Knows no field.

use pyiron_lock_core::{
    Span,
    suggest::nearest,
    yaml::{Entry, Node, Value},
};

use super::date;

/// What is wrong, and where.
pub(super) type Problem = (Span, String);

pub(super) fn map(node: &Node) -> Result<&[Entry], Problem> {
    match &node.value {
        Value::Mapping(entries) => Ok(entries),
        _ => Err((node.span, format!("a map belongs here, not {}", node.kind()))),
    }
}

pub(super) fn get<'n>(entries: &'n [Entry], key: &str) -> Option<&'n Node> {
    let mut found = entries.iter().filter(|entry| entry.key.as_str() == Some(key));
    found.next().map(|entry| &entry.value)
}

/// Refuses keys that are not in the list, or there twice.
pub(super) fn known(entries: &[Entry], keys: &[&'static str]) -> Result<(), Problem> {
    for (index, entry) in entries.iter().enumerate() {
        let key = text(&entry.key)?;
        if !keys.contains(&key.as_str()) {
            let hint = nearest(&key, keys.iter().copied());
            let hint = hint.map_or(String::new(), |near| format!(", did you mean `{near}`"));
            return Err((entry.key.span, format!("unknown key `{key}`{hint}")));
        }
        if entries[..index]
            .iter()
            .any(|other| other.key.as_str() == Some(&key))
        {
            return Err((entry.key.span, format!("`{key}` stands here twice")));
        }
    }
    Ok(())
}

pub(super) fn text(node: &Node) -> Result<String, Problem> {
    match node.as_str() {
        Some(text) if !text.is_empty() => Ok(text.to_owned()),
        _ => Err((node.span, format!("text belongs here, not {}", node.kind()))),
    }
}

/// A list of texts; a single text counts as a list of one.
pub(super) fn texts(node: &Node) -> Result<Vec<String>, Problem> {
    match &node.value {
        Value::Sequence(items) => items.iter().map(text).collect(),
        _ => Ok(vec![text(node)?]),
    }
}

/// Texts that become parts of paths: each of a fitting form, none twice.
pub(super) fn checked(node: &Node, fits: fn(&str) -> bool) -> Result<Vec<String>, Problem> {
    let found = texts(node)?;
    for (index, text) in found.iter().enumerate() {
        if !fits(text) {
            return Err((node.span, format!("`{text}` cannot stand here")));
        }
        if found[..index].contains(text) {
            return Err((node.span, format!("`{text}` stands here twice")));
        }
    }
    Ok(found)
}

/// What can be part of a file name.
pub(super) fn file_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_-.+!".contains(c))
}

/// What a build string is made of, before its variables are filled in.
pub(super) fn build_string(text: &str) -> bool {
    text.chars()
        .all(|c| c.is_ascii_alphanumeric() || "_.+$()".contains(c))
}

/// What Python can import.
pub(super) fn module(text: &str) -> bool {
    text.split('.').all(|part| {
        part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    })
}

pub(super) fn number(node: &Node) -> Result<u64, Problem> {
    let parsed = text(node)?.parse();
    parsed.map_err(|_| (node.span, "a whole number belongs here".to_owned()))
}

pub(super) fn timestamp(node: &Node) -> Result<i64, Problem> {
    let found = date::milliseconds(&text(node)?);
    found.ok_or_else(|| (node.span, "a date is written YYYY-MM-DD".to_owned()))
}

/// One of several words.
pub(super) fn word<T: Copy>(node: &Node, words: &[(&'static str, T)]) -> Result<T, Problem> {
    let found = text(node)?;
    let hit = words.iter().find(|(word, _)| *word == found);
    hit.map(|(_, value)| *value).ok_or_else(|| {
        let all: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        (node.span, format!("`{found}` is none of {}", all.join(", ")))
    })
}

//! Distributions that pip installed against the pip part of a lock. Pure.

use std::collections::{BTreeMap, BTreeSet};

use super::python::{Dist, normalised};

/// How the distributions of pip differ from the lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PipDifference {
    /// The lock names it, and no distribution has its name.
    Missing(String),
    /// Nobody asked for it: its place among the distributions.
    Extra(usize),
    /// Another version: name, what the lock says, what is there.
    OtherVersion(String, String, String),
}

/// Compares, by name. Lines without a version take any.
pub(super) fn compare(lines: &[String], overlay: &[Dist]) -> Vec<PipDifference> {
    let wanted: BTreeMap<String, Option<&str>> = lines.iter().filter_map(|line| read(line)).collect();
    let there: BTreeMap<String, (usize, &Dist)> = overlay
        .iter()
        .enumerate()
        .map(|(place, dist)| (normalised(&dist.name), (place, dist)))
        .collect();
    let names: BTreeSet<&String> = wanted.keys().chain(there.keys()).collect();
    let mut found = Vec::new();
    for name in names {
        match (wanted.get(name), there.get(name)) {
            (Some(_), None) => found.push(PipDifference::Missing(name.clone())),
            (None, Some((place, _))) => found.push(PipDifference::Extra(*place)),
            (Some(Some(version)), Some((_, dist))) if *version != dist.version => {
                found.push(PipDifference::OtherVersion(
                    name.clone(),
                    (*version).to_owned(),
                    dist.version.clone(),
                ));
            }
            _ => {}
        }
    }
    found
}

/// Returns the name of a line and the version that it pins.
fn read(line: &str) -> Option<(String, Option<&str>)> {
    let end = line
        .find(|c: char| !(c.is_alphanumeric() || "-_.".contains(c)))
        .unwrap_or(line.len());
    let (name, rest) = line.split_at(end);
    if !name.starts_with(char::is_alphanumeric) {
        return None;
    }
    let version = rest
        .trim()
        .strip_prefix("==")
        .map(|version| version.split([';', ' ']).next().unwrap_or(version));
    Some((normalised(name), version))
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn lines_of_locks_are_read() {
        assert_eq!(read("Py_iron==1.2; x"), Some(("py-iron".to_owned(), Some("1.2"))));
        assert_eq!(read("a[x] >=1"), Some(("a".to_owned(), None)));
        assert_eq!(read("a @ https://host/a.whl"), Some(("a".to_owned(), None)));
        assert_eq!(read("./local"), None);
    }
}

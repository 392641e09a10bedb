//! Names of tiers and platforms: words that become folder and file names, so they cannot hold anything
//! that escapes a folder or needs quoting.

use std::{fmt, str::FromStr};

/// A name that is not a plain lower-case word.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing is there.
    #[error("a name cannot be empty")]
    Empty,
    /// A character outside the allowed set, or one that cannot stand first.
    #[error("`{0}` is not a name: use lower-case letters, digits, `-` and `_`, starting with a letter")]
    Characters(String),
    /// More than 64 characters.
    #[error("a name has at most 64 characters, this one has {0}")]
    Length(usize),
}

fn check(text: &str) -> Result<(), NameError> {
    if text.is_empty() {
        return Err(NameError::Empty);
    }
    if text.chars().count() > 64 {
        return Err(NameError::Length(text.chars().count()));
    }
    let plain = text
        .chars()
        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_');
    if !plain || !text.starts_with(|c: char| c.is_ascii_lowercase()) {
        return Err(NameError::Characters(text.to_owned()));
    }
    Ok(())
}

macro_rules! name {
    ($(#[$doc:meta])* $type:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $type(String);

        impl $type {
            /// Returns the name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $type {
            type Err = NameError;

            fn from_str(text: &str) -> Result<Self, NameError> {
                check(text).map(|()| Self(text.to_owned()))
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

name! {
    /// The name of a tier: an `environment.yml` that may build on others.
    TierName
}
name! {
    /// The name of a platform in the manifest: a subdir plus the virtual packages promised to the solver.
    PlatformName
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_escape_a_folder() {
        for bad in [
            "",
            "..",
            "a/b",
            "a\\b",
            ".hidden",
            "A",
            "1a",
            "a b",
            "a\n",
            &"a".repeat(65),
        ] {
            assert!(bad.parse::<TierName>().is_err(), "{bad:?} was accepted");
        }
        for good in ["minimal", "linux-64-v3", "mpie_cmti"] {
            assert_eq!(good.parse::<PlatformName>().unwrap().as_str(), good);
        }
    }
}

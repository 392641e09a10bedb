//! Why nothing could be exported. What was exported and has a flaw is a finding instead.

use thiserror::Error;

/// Why nothing could be exported.
#[derive(Debug, Error)]
pub enum ExportError {
    /// A record cannot be installed safely from what the lock says.
    #[error("the lock cannot be exported: `{record}` {why}")]
    Record {
        /// The record by its name or URL.
        record: String,
        /// What is wrong with it, after its name.
        why: String,
    },
    /// The lock holds nothing.
    #[error("the lock holds no packages")]
    Empty,
    /// A parameter that the format does not have.
    #[error("`{format}` has no parameter `{key}`")]
    UnknownParameter {
        /// The format.
        format: &'static str,
        /// The key.
        key: String,
        /// The nearest key, or all of them.
        help: String,
    },
    /// A parameter that cannot be what it is set to.
    #[error("the parameter `{key}` cannot be `{value}`: {why}")]
    Parameter {
        /// The key.
        key: &'static str,
        /// The value.
        value: String,
        /// Why not.
        why: String,
    },
    /// What a format needs and was not given.
    #[error("`{format}` {what}")]
    Unfit {
        /// The format.
        format: &'static str,
        /// What is missing or cannot be, after its name.
        what: String,
        /// What to do.
        help: Option<String>,
    },
    /// A name that would be a path out of the folder.
    #[error("`{0}` cannot be the name of a file")]
    FilePath(String),
    /// Two files of one name.
    #[error("two files would be named `{0}`")]
    Twice(String),
    /// A template let something through that has to be quoted, or cannot be filled in.
    #[error("the template `{name}` cannot be filled in: {why}")]
    Template {
        /// The template.
        name: &'static str,
        /// What the engine says.
        why: String,
    },
}

impl ExportError {
    /// Returns what to do about it.
    pub fn help(&self) -> Option<&str> {
        match self {
            Self::Record { .. } => Some("`pyiron-lock verify` tells all that is wrong with a lock"),
            Self::UnknownParameter { help, .. } => Some(help),
            Self::Unfit { help, .. } => help.as_deref(),
            _ => None,
        }
    }
}

//! Locks and our own data through serde; no spans, errors carry line and column.

use serde::{Serialize, de::DeserializeOwned};

/// A text that does not have the shape asked for.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct DataError(#[from] serde_yaml::Error);

impl DataError {
    /// Returns the line, from 1, where that is known.
    pub fn line(&self) -> Option<usize> {
        self.0.location().map(|location| location.line())
    }
}

/// Reads a value.
pub fn from_str<T: DeserializeOwned>(text: &str) -> Result<T, DataError> {
    Ok(serde_yaml::from_str(text)?)
}

/// Writes a value in block style, with a line break at the end.
pub fn to_string<T: Serialize>(value: &T) -> Result<String, DataError> {
    Ok(serde_yaml::to_string(value)?)
}

//! YAML behind one door: [`spanned`] for texts that people write, [`data`] for locks and our own data.

pub mod data;
pub mod spanned;

pub use spanned::{Comment, Document, Entry, Node, Value, YamlError, read};

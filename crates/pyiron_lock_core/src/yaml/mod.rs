//! YAML behind one door: [`spanned`] for texts that people write, [`tree`] to take it apart, [`data`] for locks and our own data.

pub mod data;
mod guard;
pub mod spanned;
pub mod tree;

pub use guard::bounded;
pub use spanned::{Comment, Document, Entry, Node, Value, YamlError, read};

//! What makes and hands out releases. `commands` is what pipelines run, whichever service runs them.

mod commands;
mod github_actions;
mod gitlab_ci;
mod release;

pub use self::release::release;
use crate::format::Format;

/// The formats of this group.
pub(super) const FORMATS: &[&Format] = &[&github_actions::FORMAT, &gitlab_ci::FORMAT, &release::FORMAT];

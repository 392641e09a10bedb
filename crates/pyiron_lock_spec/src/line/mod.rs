//! One line that asks for a package: text to `MatchSpec`, its one canonical spelling, and whether two lines
//! exclude each other. Knows nothing of YAML or files; spans are added by the caller.

mod canonical;
mod disjoint;
mod parse;
mod shape;

pub(crate) use disjoint::disjoint;
pub(crate) use parse::{Trouble, parse};

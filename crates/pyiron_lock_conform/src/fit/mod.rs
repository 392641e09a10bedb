//! Whether a lock fits a target: what the target offers, what the lock needs, and which lock of a tier serves it.

mod machine;
mod serve;
mod view;

pub(crate) use machine::{Answer, Machine};
pub(crate) use serve::{Serving, serve};
pub(crate) use view::{LockView, Need, holds_secret, name, title};

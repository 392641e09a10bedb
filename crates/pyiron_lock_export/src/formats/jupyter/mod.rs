//! Hubs, kernels, binder. `prefix` is where an environment is installed.

mod binder;
mod jupyterhub;
mod kernelspec;
mod prefix;

use crate::format::Format;

/// The formats of this group.
pub(super) const FORMATS: &[&Format] = &[&binder::FORMAT, &kernelspec::FORMAT, &jupyterhub::FORMAT];

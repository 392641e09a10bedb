//! For tests: small locks, and what a format makes of them.

use pyiron_lock_core::SourceFile;

use crate::{files::Export, format::Format, input::Tier, testing};

/// A foreign lock: a conda-lock.yml with a circle, a version that looks like a number, two packages of Python under
/// other names on PyPI, and the package of the level of instructions.
pub(super) const LOCK: &str = include_str!("samples/conda-lock.yml");

/// A lock that this program wrote.
pub(super) const OURS: &str = include_str!("samples/ours.lock");

/// Makes the files of a lock whose tier has this name, with what is set.
pub(super) fn made(format: &Format, lock: &str, tier: &str, set: &[(&str, &str)]) -> Export {
    let lock = pyiron_lock_lockfile::open(&SourceFile::new("x", lock)).unwrap();
    let tier = Tier {
        name: tier.to_owned(),
        description: Some(format!("for \"{tier}\" $(id) `x` \\ 'é'\n- y: [")),
        ..Tier::default()
    };
    testing::made(format, &lock[0], tier, None, set).unwrap()
}

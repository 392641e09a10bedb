//! Which generations are taken away, and taking them away: first out of sight by one rename, then for good.

use std::{collections::BTreeSet, fs, path::PathBuf};

use super::{
    error::RootError,
    generation::{Generation, discard, generations, sweep},
    held::Held,
    in_use::{InUse, in_use},
    place::{TierRoot, remove_all},
    switch::current,
};

/// What stays in any case.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How many generations stay, the newest; at least one does.
    pub keep: usize,
    /// How long a generation stays after it was finished, in seconds.
    pub min_age: i64,
    /// The time it is, in seconds since 1970.
    pub now: i64,
}

/// Why a generation stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// It is what `current` points to.
    Current,
    /// It is one of the newest.
    New,
    /// It was finished only lately.
    Young,
    /// Somebody uses it.
    Used(Vec<super::in_use::Use>),
}

/// A generation that stays, and why.
#[derive(Debug, Clone)]
pub struct Kept {
    /// The generation.
    pub generation: Generation,
    /// Why it stays.
    pub why: Why,
}

/// What was done.
#[derive(Debug, Clone, Default)]
pub struct Collected {
    /// Generations that are gone, or would be.
    pub removed: Vec<Generation>,
    /// Generations that stay.
    pub kept: Vec<Kept>,
    /// Prefixes of killed runs that are gone.
    pub unfinished: Vec<PathBuf>,
    /// How many processes could not be looked into.
    pub unseen: usize,
}

/// Takes away the generations that nothing speaks for; without `held` nothing is done, and it is only said.
pub fn collect(root: &TierRoot, held: Option<&Held>, limits: Limits) -> Result<Collected, RootError> {
    let mut done = Collected::default();
    if let Some(held) = held {
        done.unfinished = sweep(root, held)?;
    }
    let all = generations(root)?;
    let releases: Vec<&str> = all.iter().map(Generation::release).collect();
    let uses = in_use(root, &releases);
    done.unseen = uses.unseen;
    let current = current(root);
    let newest = all.len().saturating_sub(limits.keep.max(1));
    for (at, generation) in all.into_iter().enumerate() {
        match why(&generation, at >= newest, current.as_deref(), &uses, limits) {
            Some(why) => done.kept.push(Kept { generation, why }),
            None => {
                if let Some(held) = held {
                    discard(root, held, &generation.prefix)?;
                }
                done.removed.push(generation);
            }
        }
    }
    if let Some(held) = held {
        packages(root, held, &done.kept)?;
    }
    Ok(done)
}

fn why(
    generation: &Generation,
    newest: bool,
    current: Option<&str>,
    uses: &InUse,
    limits: Limits,
) -> Option<Why> {
    let users = uses.of(generation.release());
    if current == Some(generation.release()) {
        Some(Why::Current)
    } else if !users.is_empty() {
        Some(Why::Used(users.to_vec()))
    } else if newest {
        Some(Why::New)
    } else if limits.now - generation.provenance.finished < limits.min_age {
        Some(Why::Young)
    } else {
        None
    }
}

/// Takes away unpacked packages that no generation is made of.
fn packages(root: &TierRoot, held: &Held, kept: &[Kept]) -> Result<(), RootError> {
    let mut needed = BTreeSet::new();
    for kept in kept {
        // A prefix whose list cannot be read may need any of them.
        let Ok(text) = fs::read_to_string(kept.generation.prefix.join("conda-meta/pyiron-lock.packages"))
        else {
            return Ok(());
        };
        needed.extend(text.lines().map(str::to_owned));
    }
    held.check()?;
    for entry in fs::read_dir(root.packages()).into_iter().flatten().flatten() {
        if !needed.contains(entry.file_name().to_string_lossy().as_ref()) {
            drop(remove_all(&entry.path()));
        }
    }
    Ok(())
}

//! The locks of a project as they are on disk: tiers with the tiers they build on, parents first, each on its
//! platforms, and whether each lock still serves.

mod jobs;
pub(crate) mod named;
mod state;

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use pyiron_lock_conform::rules::CONTAINS_BROKEN;
use pyiron_lock_core::{Finding, Lock, PlatformName, RequestSet, TierName, suggest};
use pyiron_lock_lockfile::Stamp;
use pyiron_lock_solve::{StaleReason, not_contained};
use pyiron_lock_spec::{Manifest, NamedChannel, Tier, compose};
use rayon::prelude::*;

pub(crate) use self::state::State;
use self::state::{Place, state};
use crate::{
    failure::Failure,
    files::{entries, read_lock_text, shown},
    project::Project,
    render::not_contained_text,
};

/// The locks of a run.
pub(crate) struct Plan {
    pub(crate) items: Vec<Item>,
}

/// One lock.
pub(crate) struct Item {
    pub(crate) path: PathBuf,
    pub(crate) set: RequestSet,
    pub(crate) state: State,
    /// The block of the lock on disk, where it can be read.
    pub(crate) stamp: Option<Stamp>,
    /// Indices of the locks of tiers that this one extends, all earlier in the plan.
    parents: Vec<usize>,
    /// The index of the lock that this one has to contain, earlier in the plan.
    contains: Option<usize>,
}

/// The tiers and platforms that were asked for, by name; empty means all.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Choice<'a> {
    pub(crate) tiers: &'a [String],
    pub(crate) platforms: &'a [String],
}

impl Choice<'_> {
    /// Returns whether everything was asked for.
    pub(crate) fn is_all(&self) -> bool {
        self.tiers.is_empty() && self.platforms.is_empty()
    }
}

/// A lock that is wanted, before anybody looked whether it is there.
struct Wanted {
    path: PathBuf,
    set: RequestSet,
    parents: Vec<usize>,
    contains: Option<usize>,
}

impl Wanted {
    fn look(self, place: Place) -> Result<Item, Failure> {
        let (state, stamp) = state(&self.path, &self.set, place)?;
        Ok(Item {
            path: self.path,
            set: self.set,
            state,
            stamp,
            parents: self.parents,
            contains: self.contains,
        })
    }
}

impl Item {
    /// Returns how the lock is called in progress and messages.
    pub(crate) fn label(&self) -> String {
        match &self.set.tier {
            Some(tier) => format!("{tier} {}", self.set.platform.name),
            None => self.set.platform.name.to_string(),
        }
    }
}

impl Plan {
    /// Fails when a tier or platform that was asked for does not exist.
    pub(crate) fn check_choice(project: &Project, choice: Choice<'_>) -> Result<(), Failure> {
        chosen_platforms(project, choice.platforms)?;
        chosen_tiers(project, choice).map(drop)
    }

    /// Looks at the locks of the tiers and platforms that were asked for.
    pub(crate) fn of_project(
        project: &Project,
        choice: Choice<'_>,
        folder: &Path,
        channels: &[NamedChannel],
        findings: &mut Vec<Finding>,
    ) -> Result<Self, Failure> {
        let manifest = &project.manifest;
        let platforms = chosen_platforms(project, choice.platforms)?;
        let tiers = chosen_tiers(project, choice)?;
        let mut wanted: Vec<Wanted> = Vec::new();
        for tier in manifest
            .layers()
            .into_iter()
            .flatten()
            .filter(|tier| tiers.contains(&tier.name))
        {
            for name in tier
                .platforms
                .iter()
                .filter(|name| platforms.contains(name.as_str()))
            {
                let Some(platform) = manifest.platform(name.as_str()) else {
                    continue;
                };
                let reading = compose(manifest, &project.files, &tier.name, platform, channels);
                for finding in reading.findings {
                    if !findings.contains(&finding) {
                        findings.push(finding);
                    }
                }
                let Some(set) = reading.value else { continue };
                let path = folder.join(tier.name.as_str()).join(format!("{name}.lock"));
                let lock_of = |parent: &TierName| {
                    wanted.iter().position(|lock| {
                        lock.set.tier.as_ref() == Some(parent) && lock.set.platform.name == *name
                    })
                };
                let parents = tier
                    .extends
                    .iter()
                    .filter_map(|parent| lock_of(&parent.value))
                    .collect();
                let contains = set.contains.as_ref().and_then(lock_of);
                wanted.push(Wanted {
                    path,
                    set,
                    parents,
                    contains,
                });
            }
        }
        if wanted.is_empty() && findings.iter().all(|finding| !finding.is_error()) {
            return Err(
                Failure::bad_input("no tier is on the platforms that were asked for")
                    .help("the platforms of each tier are listed in specs/tiers.yml"),
            );
        }
        let looked: Vec<Result<Item, Failure>> = wanted
            .into_par_iter()
            .map(|wanted| wanted.look(Place::Lockfiles))
            .collect();
        let items = looked.into_iter().collect::<Result<_, _>>()?;
        let mut plan = Self { items };
        plan.check_promises(manifest, findings)?;
        Ok(plan)
    }

    /// Marks locks stale that do not hold the records of the one that they have to contain.
    fn check_promises(&mut self, manifest: &Manifest, findings: &mut Vec<Finding>) -> Result<(), Failure> {
        for index in 0..self.items.len() {
            let item = &self.items[index];
            let (Some(contains), Some(tier)) = (item.contains, item.set.contains.clone()) else {
                continue;
            };
            let parent = &self.items[contains];
            let stale = |item: &Item| matches!(item.state, State::Stale { .. });
            let promised = item.stamp.as_ref().and_then(|stamp| stamp.contains.as_ref());
            let held = parent.stamp.as_ref().map(|stamp| stamp.records_digest);
            if stale(item) || stale(parent) || promised.map(|promised| promised.records_digest) == held {
                continue;
            }
            let (Some(parent_lock), Some(lock)) = (read_lock(&parent.path)?, read_lock(&item.path)?) else {
                continue;
            };
            let lacking = not_contained(&parent_lock, &lock, &item.set);
            let mut state = State::Fits;
            if !lacking.is_empty() {
                let message = format!("the lock {} does not hold all records of `{tier}`", item.label());
                let place = item
                    .set
                    .tier
                    .as_ref()
                    .and_then(|tier| manifest.tier(tier.as_str()));
                let span = place.and_then(|tier| Some(tier.contains.as_ref()?.span));
                let mut finding = Finding::new(CONTAINS_BROKEN, message).at(
                    &manifest.source,
                    span.unwrap_or_default(),
                    "promised here",
                );
                finding.notes = lacking
                    .iter()
                    .map(|lacking| not_contained_text(lacking, &item.set))
                    .collect();
                findings.push(finding);
                state = State::Stale {
                    reasons: vec![StaleReason::NotContained(tier)],
                    earlier: Some(Box::new(lock)),
                };
            }
            self.items[index].state = state;
        }
        Ok(())
    }

    /// Returns the locks in a folder that belong to none of the planned tiers and platforms.
    pub(crate) fn strangers(&self, folder: &Path) -> Vec<String> {
        entries(folder)
            .iter()
            .flat_map(|tier| entries(tier))
            .filter(|path| path.extension().is_some_and(|extension| extension == "lock"))
            .filter(|path| self.items.iter().all(|item| item.path != *path))
            .map(|path| shown(&path))
            .collect()
    }

    /// Plans one lock for a file without a project.
    pub(crate) fn of_file(set: RequestSet, path: PathBuf) -> Result<Self, Failure> {
        if path.exists() && !path.is_file() {
            return Err(Failure::bad_input(format!(
                "{} exists and is not a file",
                shown(&path)
            )));
        }
        let wanted = Wanted {
            path,
            set,
            parents: Vec::new(),
            contains: None,
        };
        Ok(Self {
            items: vec![wanted.look(Place::Anywhere)?],
        })
    }
}

/// Reads the lock at `path`, if it is one of ours and sound.
pub(crate) fn read_lock(path: &Path) -> Result<Option<Lock>, Failure> {
    let text = read_lock_text(path)?;
    Ok(pyiron_lock_lockfile::read(&text).ok())
}

/// Returns the tier of that name or alias, or says which there are.
pub(crate) fn tier_named<'m>(manifest: &'m Manifest, name: &str) -> Result<&'m Tier, Failure> {
    manifest.tier(name).ok_or_else(|| {
        let tiers = manifest.tiers.iter();
        let aliases = tiers.clone().flat_map(|tier| &tier.aliases);
        let names = tiers.map(|tier| tier.name.as_str());
        let known: Vec<&str> = names.chain(aliases.map(|alias| alias.value.as_str())).collect();
        unknown("tier", name, &known)
    })
}

/// Returns the tiers that were asked for, with all that they build on and all whose locks are made together.
fn chosen_tiers(project: &Project, choice: Choice<'_>) -> Result<BTreeSet<TierName>, Failure> {
    let manifest = &project.manifest;
    let Choice { tiers, platforms } = choice;
    if tiers.is_empty() {
        return Ok(manifest.tiers.iter().map(|tier| tier.name.clone()).collect());
    }
    let mut chosen = BTreeSet::new();
    for name in tiers {
        let tier = tier_named(manifest, name)?;
        let asked_platform = |name: &PlatformName| platforms.iter().any(|asked| asked == name.as_str());
        if !platforms.is_empty() && !tier.platforms.iter().any(asked_platform) {
            let its: Vec<&str> = tier.platforms.iter().map(PlatformName::as_str).collect();
            let message = format!("tier `{}` is not on {}", tier.name, platforms.join(", "));
            return Err(Failure::bad_input(message).help(format!("it is on {}", its.join(", "))));
        }
        chosen.insert(tier.name.clone());
    }
    loop {
        let needed = |name: &TierName| {
            let lineage = manifest.lineage(name).into_iter();
            lineage
                .chain(manifest.family(name))
                .map(|tier| tier.name.clone())
                .collect::<Vec<_>>()
        };
        let all: BTreeSet<TierName> = chosen.iter().flat_map(needed).collect();
        if all.len() == chosen.len() {
            return Ok(all);
        }
        chosen = all;
    }
}

fn chosen_platforms(project: &Project, asked: &[String]) -> Result<BTreeSet<String>, Failure> {
    let known: Vec<&str> = project
        .manifest
        .platforms
        .iter()
        .map(|platform| platform.platform.name.as_str())
        .collect();
    for name in asked {
        if !known.contains(&name.as_str()) {
            return Err(unknown("platform", name, &known));
        }
    }
    let all = asked.is_empty();
    Ok(known
        .into_iter()
        .filter(|name| all || asked.iter().any(|asked| asked == name))
        .map(str::to_owned)
        .collect())
}

fn unknown(what: &str, name: &str, known: &[&str]) -> Failure {
    let failure = Failure::bad_input(format!("there is no {what} `{name}` in specs/tiers.yml"));
    match suggest::nearest(name, known.iter().copied()) {
        Some(near) => failure.help(format!("did you mean `{near}`?")),
        None => failure.help(format!("choose among: {}", known.join(", "))),
    }
}

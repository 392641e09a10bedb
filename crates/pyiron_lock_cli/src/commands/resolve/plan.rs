//! Which locks a run is about: tiers with the tiers they build on, parents first, each on its platforms.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use pyiron_lock_core::{Finding, Lock, PlatformName, RequestSet, TierName, suggest};
use pyiron_lock_solve::{Job, Work};
use pyiron_lock_spec::{NamedChannel, Tier, compose};

use super::state::{Place, State, state};
use crate::{
    args::ResolveArgs,
    failure::Failure,
    files::{entries, read_lock_text, shown},
    project::Project,
};

/// The locks of a run.
pub(super) struct Plan {
    pub(super) items: Vec<Item>,
}

/// One lock.
pub(super) struct Item {
    pub(super) path: PathBuf,
    pub(super) set: RequestSet,
    pub(super) state: State,
    /// Indices of the parents' locks, all earlier in the plan.
    parents: Vec<usize>,
}

impl Item {
    /// Returns how the lock is called in progress and messages.
    pub(super) fn label(&self) -> String {
        match &self.set.tier {
            Some(tier) => format!("{tier} {}", self.set.platform.name),
            None => self.set.platform.name.to_string(),
        }
    }
}

impl Plan {
    /// Fails when a tier or platform that was asked for does not exist.
    pub(super) fn check_choice(project: &Project, args: &ResolveArgs) -> Result<(), Failure> {
        chosen_platforms(project, &args.platforms)?;
        chosen_tiers(project, &args.tiers, &args.platforms).map(drop)
    }

    /// Plans the tiers and platforms that were asked for.
    pub(super) fn of_project(
        project: &Project,
        args: &ResolveArgs,
        folder: &Path,
        channels: &[NamedChannel],
        findings: &mut Vec<Finding>,
    ) -> Result<Self, Failure> {
        let manifest = &project.manifest;
        let platforms = chosen_platforms(project, &args.platforms)?;
        let tiers = chosen_tiers(project, &args.tiers, &args.platforms)?;
        let mut items: Vec<Item> = Vec::new();
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
                let parents = (0..items.len())
                    .filter(|index| is_parent(&items[*index], tier, &set))
                    .collect();
                items.push(Item {
                    state: state(&path, &set, Place::Lockfiles)?,
                    path,
                    set,
                    parents,
                });
            }
        }
        if items.is_empty() && findings.iter().all(|finding| !finding.is_error()) {
            return Err(
                Failure::bad_input("no tier is on the platforms that were asked for")
                    .help("the platforms of each tier are listed in specs/tiers.yml"),
            );
        }
        Ok(Self { items })
    }

    /// Returns the locks in a folder that belong to none of the planned tiers and platforms.
    pub(super) fn strangers(&self, folder: &Path) -> Vec<String> {
        entries(folder)
            .iter()
            .flat_map(|tier| entries(tier))
            .filter(|path| path.extension().is_some_and(|extension| extension == "lock"))
            .filter(|path| self.items.iter().all(|item| item.path != *path))
            .map(|path| shown(&path))
            .collect()
    }

    /// Plans one lock for a file without a project.
    pub(super) fn of_file(set: RequestSet, path: PathBuf) -> Result<Self, Failure> {
        if path.exists() && !path.is_file() {
            return Err(Failure::bad_input(format!(
                "{} exists and is not a file",
                shown(&path)
            )));
        }
        let item = Item {
            state: state(&path, &set, Place::Anywhere)?,
            path,
            set,
            parents: Vec::new(),
        };
        Ok(Self { items: vec![item] })
    }

    /// Returns the jobs for the solver; locks that stay are read only where a stale child prefers their records.
    pub(super) fn jobs(&self) -> Result<Vec<Job>, Failure> {
        let preferred: BTreeSet<usize> = self
            .items
            .iter()
            .filter(|item| matches!(item.state, State::Stale { .. }))
            .flat_map(|item| item.parents.iter().copied())
            .collect();
        let job = |(index, item): (usize, &Item)| {
            let work = match &item.state {
                State::Stale { earlier, .. } => Work::Solve(earlier.as_deref().cloned()),
                _ if preferred.contains(&index) => Work::Keep(read_lock(&item.path)?),
                _ => Work::Keep(None),
            };
            Ok(Job {
                set: item.set.clone(),
                work,
                parents: item.parents.clone(),
            })
        };
        self.items.iter().enumerate().map(job).collect()
    }
}

fn is_parent(item: &Item, tier: &Tier, set: &RequestSet) -> bool {
    let extends = |name: &TierName| tier.extends.iter().any(|parent| parent.value == *name);
    item.set.tier.as_ref().is_some_and(extends) && item.set.platform.name == set.platform.name
}

fn read_lock(path: &Path) -> Result<Option<Lock>, Failure> {
    let text = read_lock_text(path)?;
    Ok(pyiron_lock_lockfile::read(&text).ok())
}

fn chosen_tiers(
    project: &Project,
    asked: &[String],
    platforms: &[String],
) -> Result<BTreeSet<TierName>, Failure> {
    let manifest = &project.manifest;
    if asked.is_empty() {
        return Ok(manifest.tiers.iter().map(|tier| tier.name.clone()).collect());
    }
    let mut chosen = BTreeSet::new();
    for name in asked {
        let tier = manifest.tier(name).ok_or_else(|| {
            let aliases = manifest
                .tiers
                .iter()
                .flat_map(|tier| &tier.aliases)
                .map(|alias| alias.value.as_str());
            let known: Vec<&str> = manifest
                .tiers
                .iter()
                .map(|tier| tier.name.as_str())
                .chain(aliases)
                .collect();
            unknown("tier", name, &known)
        })?;
        let asked_platform = |name: &PlatformName| platforms.iter().any(|asked| asked == name.as_str());
        if !platforms.is_empty() && !tier.platforms.iter().any(asked_platform) {
            let its: Vec<&str> = tier.platforms.iter().map(PlatformName::as_str).collect();
            let message = format!("tier `{}` is not on {}", tier.name, platforms.join(", "));
            return Err(Failure::bad_input(message).help(format!("it is on {}", its.join(", "))));
        }
        chosen.extend(
            manifest
                .lineage(&tier.name)
                .into_iter()
                .map(|tier| tier.name.clone()),
        );
    }
    Ok(chosen)
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

//! The locks to verify: those of a project with what its specs ask for, or files of any format.

use std::path::Path;

use pyiron_lock_conform::{Judged, Scope, TierFacts, rules::CONTAINS_BROKEN};
use pyiron_lock_core::{Finding, SourceFile};
use pyiron_lock_lockfile::{AnyLock, open};
use rayon::prelude::*;

use super::config::Config;
use crate::{
    args::{ChannelArgs, Global, VerifyArgs},
    channels::Channels,
    codes::LOCK_STALE,
    failure::Failure,
    files::{read_lock_text, shown},
    locks::{Choice, Item, Plan, State, tier_named},
    project::{self, Loaded, Project},
    render::{LockSeen, stale_text},
};

/// The locks of a run, and what was found while looking for them.
#[derive(Default)]
pub(crate) struct Gathered {
    /// Locks with what a project says of their tiers.
    pub(crate) locks: Vec<(AnyLock, Option<TierFacts>)>,
    /// Locks that are missing or stale.
    pub(crate) stale: Vec<Judged>,
    /// Every lock that was looked for: path, tier, platform and state.
    pub(crate) looked: Vec<Looked>,
    /// The configurations to check beside the locks.
    pub(crate) configs: Vec<Config>,
    /// What is wrong with the specs.
    pub(crate) findings: Vec<Finding>,
}

/// A lock that was looked for.
pub(crate) struct Looked {
    pub(crate) path: String,
    /// Its name in the matrix.
    pub(crate) label: String,
    /// Whether it could be read.
    pub(crate) read: bool,
    pub(crate) tier: Option<String>,
    pub(crate) platform: String,
    pub(crate) state: &'static str,
}

impl Looked {
    /// Returns it as the writers of other formats take it.
    pub(crate) fn seen(&self) -> LockSeen<'_> {
        LockSeen {
            path: &self.path,
            label: &self.label,
            tier: self.tier.as_deref(),
            platform: &self.platform,
            asked: self.state != "unasked",
            read: self.read,
        }
    }
}

/// Gathers what the words name: files that are there, else tiers.
pub(crate) fn gather(args: &VerifyArgs, global: &Global) -> Result<Gathered, Failure> {
    let is_file = |word: &&String| Path::new(word).is_file() || word.contains('/');
    let (files, tiers): (Vec<&String>, Vec<&String>) = args.what.iter().partition(is_file);
    let mut gathered = Gathered::default();
    if files.is_empty() || !tiers.is_empty() {
        let tiers: Vec<String> = tiers.into_iter().cloned().collect();
        of_project(&tiers, args, global, &mut gathered)?;
    }
    for file in files {
        of_file(Path::new(file), args, &mut gathered)?;
    }
    Ok(gathered)
}

fn of_project(
    tiers: &[String],
    args: &VerifyArgs,
    global: &Global,
    gathered: &mut Gathered,
) -> Result<(), Failure> {
    let Loaded {
        project, findings, ..
    } = project::load(project::locate(global.project.as_deref())?)?;
    gathered.findings.extend(findings);
    let Some(project) = project else { return Ok(()) };
    let choice = Choice {
        tiers,
        platforms: &args.platforms,
    };
    Plan::check_choice(&project, choice)?;
    let channels = Channels::of_project(&ChannelArgs::default(), &project)?;
    let folder = args
        .lock_dir
        .clone()
        .unwrap_or_else(|| project.root.join("lockfiles"));
    let plan = Plan::of_project(&project, choice, &folder, &channels.list, &mut gathered.findings)?;
    // A rule of its own looks for it, in the locks themselves.
    gathered
        .findings
        .retain(|finding| finding.code != CONTAINS_BROKEN);
    let mut wanted: Vec<&str> = Vec::new();
    for tier in tiers {
        wanted.push(tier_named(&project.manifest, tier)?.name.as_str());
    }
    let of_choice = |item: &&Item| {
        let name = item.set.tier.as_ref().map_or("", |tier| tier.as_str());
        wanted.is_empty() || wanted.contains(&name)
    };
    let mut items: Vec<&Item> = plan.items.iter().filter(of_choice).collect();
    // As the manifest lists them, so that a matrix reads like it.
    let place = |item: &&Item| {
        let tiers = &project.manifest.tiers;
        tiers
            .iter()
            .position(|tier| Some(&tier.name) == item.set.tier.as_ref())
    };
    items.sort_by_key(place);
    let opened: Vec<Option<AnyLock>> = items
        .par_iter()
        .map(|item| {
            let text = read_lock_text(&item.path).ok()?;
            open(&SourceFile::new(shown(&item.path), text)).ok()?.pop()
        })
        .collect();
    for (item, lock) in items.into_iter().zip(opened) {
        gathered.looked.push(Looked {
            path: shown(&item.path),
            label: item
                .set
                .tier
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            read: lock.is_some(),
            tier: item.set.tier.as_ref().map(ToString::to_string),
            platform: item.set.platform.name.to_string(),
            state: match &item.state {
                State::Current => "current",
                State::Fits => "fits",
                State::Stale { .. } => "stale",
            },
        });
        gathered.stale.extend(stale(item));
        if let Some(lock) = lock {
            let facts = facts(&project, item);
            gathered.locks.push((lock, facts));
        }
    }
    Ok(())
}

fn facts(project: &Project, item: &Item) -> Option<TierFacts> {
    let tier = project.manifest.tier(item.set.tier.as_ref()?.as_str())?;
    Some(TierFacts {
        name: tier.name.clone(),
        requests: item.set.clone(),
        manifest: project.manifest.source.clone(),
        targets: tier.targets.clone(),
    })
}

fn stale(item: &Item) -> Option<Judged> {
    let State::Stale { reasons, .. } = &item.state else {
        return None;
    };
    let mut finding = Finding::new(
        LOCK_STALE,
        format!("{} is not what the specs ask for", shown(&item.path)),
    );
    for reason in reasons {
        finding = finding.note(format!("because {}", stale_text(reason, &item.set)));
    }
    Some(Judged {
        finding: finding.help("run `pyiron-lock resolve` and commit the locks"),
        scope: Scope {
            tier: item.set.tier.clone(),
            platform: Some(item.set.platform.name.clone()),
            ..Scope::default()
        },
    })
}

/// Gathers what a file holds.
pub(super) fn of_file(path: &Path, args: &VerifyArgs, gathered: &mut Gathered) -> Result<(), Failure> {
    let name = shown(path);
    let text = read_lock_text(path)?;
    let locks = open(&SourceFile::new(name.clone(), text))
        .map_err(|error| Failure::bad_input(format!("{name}: {error}")))?;
    let chosen = |wanted: &[String], name: &str| wanted.is_empty() || wanted.iter().any(|word| word == name);
    let mut platforms: Vec<String> = Vec::new();
    let before = gathered.locks.len();
    for lock in locks {
        platforms.push(format!("{} on {}", lock.environment, lock.platform.name));
        if chosen(&args.platforms, lock.platform.name.as_str())
            && chosen(&args.environments, &lock.environment)
        {
            gathered.looked.push(Looked {
                path: name.clone(),
                label: lock.label(),
                read: true,
                tier: lock.tier.as_ref().map(ToString::to_string),
                platform: lock.platform.name.to_string(),
                state: "unasked",
            });
            gathered.locks.push((lock, None));
        }
    }
    if gathered.locks.len() == before {
        return Err(
            Failure::bad_input(format!("{name} holds nothing of what was asked for"))
                .help(format!("it holds {}", platforms.join(", "))),
        );
    }
    Ok(())
}

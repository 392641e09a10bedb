//! What is to be installed: of a tier of the project with its tests, or of a file. Whether the lock still is what the
//! specs ask for is the question of `verify`.

use std::{collections::BTreeMap, path::Path};

use pyiron_lock_core::{Finding, finding::any_error};
use pyiron_lock_export::Subject;
use pyiron_lock_host::{Wanted, install::Smoke};
use pyiron_lock_lockfile::AnyLock;
use rattler_conda_types::{RepoDataRecord, Subdir};
use url::Url;

use crate::{
    args::{ChannelArgs, Global, InstallArgs},
    channels::Channels,
    commands::export::{
        gather::{missing, opened, path_of, sound},
        tier_of,
    },
    conformance::project_root,
    failure::Failure,
    files::shown,
    locks::tier_named,
    project::{self, Loaded, Project},
};

/// What is to be installed, and what is known of it.
pub(super) struct Gathered {
    pub(super) wanted: Wanted,
    /// The tests of the tier; none for a lock without a project.
    pub(super) smoke: Smoke,
    pub(super) channels: Channels,
    /// Whether the packages are those of the sample channel.
    pub(super) is_sample: bool,
    /// What pip was asked for, and is not locked.
    pub(super) pip: Vec<String>,
}

/// Gathers what the word names, a file that is there or else a tier, or returns what is wrong with the project.
pub(super) fn gather(args: &InstallArgs, global: &Global) -> Result<Result<Gathered, Vec<Finding>>, Failure> {
    let path = Path::new(&args.what);
    let is_file = path.is_file() || args.what.contains('/');
    let given = ChannelArgs {
        channels: Vec::new(),
        sources: args.sources.clone(),
    };
    if project_root(global.project.as_deref()).is_none() {
        if is_file {
            return of_file(path, args, &given, None).map(Ok);
        }
        return Err(Failure::bad_input(format!(
            "there is no project here or in any folder above, in which `{}` would be a tier",
            args.what.escape_debug()
        ))
        .help("give `--project DIR`, or a lock of any format as a file"));
    }
    let Loaded {
        project, findings, ..
    } = project::load(project::locate(global.project.as_deref())?)?;
    let project = project.filter(|_| !any_error(&findings));
    if is_file {
        return of_file(path, args, &given, project.as_ref()).map(Ok);
    }
    match project {
        None => Ok(Err(findings)),
        Some(project) => of_tier(&project, args, &given).map(Ok),
    }
}

fn of_tier(project: &Project, args: &InstallArgs, given: &ChannelArgs) -> Result<Gathered, Failure> {
    let tier = tier_named(&project.manifest, &args.what)?;
    let folder = args
        .lock_dir
        .clone()
        .unwrap_or_else(|| project.root.join("lockfiles"));
    let platform = platform(project, tier, args)?;
    let path = path_of(tier, &platform, &folder);
    if !path.exists() {
        return Err(missing(tier, &path));
    }
    let mut locks = opened(&path)?;
    let lock = locks.pop().filter(|_| locks.is_empty()).ok_or_else(|| {
        Failure::bad_input(format!(
            "{} is not the lock of one tier on one platform",
            shown(&path)
        ))
        .help("`pyiron-lock resolve` makes it anew")
    })?;
    let channels = Channels::of_project(given, project)?;
    finish(&sound(lock)?, Some(tier), channels)
}

/// Returns the platform that is meant: the one named, or the first that is for this kind of machine. The first, and not
/// the one that promises most: compute nodes may have less than the machine that installs.
fn platform(project: &Project, tier: &pyiron_lock_spec::Tier, args: &InstallArgs) -> Result<String, Failure> {
    let names: Vec<&str> = tier.platforms.iter().map(|name| name.as_str()).collect();
    if let Some(named) = &args.platform {
        return match names.contains(&named.as_str()) {
            true => Ok(named.clone()),
            false => {
                Err(
                    Failure::bad_input(format!("tier `{}` is not on {}", tier.name, named.escape_debug()))
                        .help(format!("it is on {}", names.join(", "))),
                )
            }
        };
    }
    let here = Subdir::current();
    let fits = |name: &&&str| {
        let platforms = &project.manifest.platforms;
        let platform = platforms
            .iter()
            .find(|platform| platform.platform.name.as_str() == **name);
        platform.is_some_and(|platform| Some(platform.platform.subdir) == here)
    };
    names
        .iter()
        .find(fits)
        .map(|name| (*name).to_owned())
        .ok_or_else(|| {
            let here = here.map_or("unknown", |here| here.as_str());
            Failure::bad_input(format!(
                "tier `{}` is on no platform of this machine, which is {here}",
                tier.name
            ))
            .help(format!("it is on {}", names.join(", ")))
        })
}

fn of_file(
    path: &Path,
    args: &InstallArgs,
    given: &ChannelArgs,
    project: Option<&Project>,
) -> Result<Gathered, Failure> {
    let name = shown(path);
    let mut locks = opened(path)?;
    let holds: Vec<String> = locks
        .iter()
        .map(|lock| format!("{} on {}", lock.environment, lock.platform.name))
        .collect();
    let fits = |wanted: &Option<String>, word: &str| wanted.as_deref().is_none_or(|wanted| wanted == word);
    locks.retain(|lock| {
        fits(&args.platform, lock.platform.name.as_str()) && fits(&args.environment, &lock.environment)
    });
    if locks.len() > 1 && args.platform.is_none() {
        locks.retain(|lock| Some(lock.platform.subdir) == Subdir::current());
    }
    let several = locks.len() > 1;
    let Some(lock) = locks.pop().filter(|_| !several) else {
        let what = if several {
            "several locks that could be meant"
        } else {
            "nothing of what was asked for"
        };
        return Err(
            Failure::bad_input(format!("{name} holds {what}: {}", holds.join(", ")))
                .help("choose one with `--platform` and `--environment`"),
        );
    };
    let lock = sound(lock)?;
    let channels = match project {
        Some(project) => Channels::of_project(given, project)?,
        None => Channels::of_addresses(given, addresses(&lock))?,
    };
    // A lock of the project that was named by its file is tested like one that was named by its tier.
    let tier = project.zip(lock.tier.as_ref());
    let tier = tier.and_then(|(project, name)| project.manifest.tier(name.as_str()));
    finish(&lock, tier, channels)
}

/// Returns the addresses of the channels that records come from: what comes before subdir and name.
fn addresses(lock: &AnyLock) -> Vec<Url> {
    let mut found: Vec<Url> = Vec::new();
    for entry in &lock.entries {
        let mut url = entry.record.url.clone();
        let kept = url
            .path()
            .trim_end_matches('/')
            .rsplitn(3, '/')
            .nth(2)
            .map(|path| format!("{path}/"));
        if let Some(path) = kept {
            url.set_path(&path);
            if !found.contains(&url) {
                found.push(url);
            }
        }
    }
    found
}

fn finish(
    lock: &AnyLock,
    tier: Option<&pyiron_lock_spec::Tier>,
    channels: Channels,
) -> Result<Gathered, Failure> {
    let subject = Subject::new(lock, tier.map(tier_of))?;
    let by_name: BTreeMap<&str, &RepoDataRecord> = lock
        .entries
        .iter()
        .map(|entry| (entry.record.package_record.name.as_normalized(), &entry.record))
        .collect();
    let records = subject
        .packages
        .iter()
        .filter_map(|package| by_name.get(package.name()))
        .map(|record| (*record).clone())
        .collect();
    let smoke = &subject.tier.smoke;
    Ok(Gathered {
        smoke: Smoke {
            imports: smoke.imports.clone(),
            commands: smoke.commands.clone(),
        },
        channels,
        is_sample: subject.is_sample(),
        pip: lock.pip.clone(),
        wanted: Wanted {
            tier: subject.tier.name.clone(),
            platform: subject.platform().clone(),
            release: subject.release.id.clone(),
            digest: subject.release.digest.clone(),
            epoch: subject.release.epoch,
            records,
        },
    })
}

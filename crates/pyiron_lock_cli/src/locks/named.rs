//! The locks that words name and those that they contain: of a tier of the project, or of a file. A lock that is missing or
//! damaged is refused; whether it still is what the specs ask for is the question of `verify`.

use std::path::{Path, PathBuf};

use jiff::civil::Date;
use pyiron_lock_conform::{Setting, Subject, Which, data::Target, judge};
use pyiron_lock_core::{Finding, PlatformName, SourceFile, finding::any_error};
use pyiron_lock_export::Tier;
use pyiron_lock_lockfile::{AnyLock, open};
use pyiron_lock_spec::Manifest;
use rattler_conda_types::Subdir;
use rayon::prelude::*;

use crate::{
    args::Global,
    conformance::{Conformance, project_root},
    failure::Failure,
    files::{read_lock_text, shown},
    locks::tier_named,
    project::{self, Loaded, Project},
};

/// The words by which a lock is named.
pub(crate) struct Named<'a> {
    /// A tier of the project.
    pub(crate) tier: Option<&'a str>,
    /// A file, in the place of a tier.
    pub(crate) lock: Option<&'a Path>,
    pub(crate) environment: Option<&'a str>,
    pub(crate) platform: Option<&'a str>,
    pub(crate) lock_dir: Option<&'a Path>,
    /// The target that the lock has to serve where no platform is named.
    pub(crate) serves: Option<(&'a Conformance, &'a Target)>,
    /// Whether the locks of every platform are meant where no platform is named and no target is to be served.
    pub(crate) every: bool,
    /// The kind of machine that is meant where no platform is named.
    pub(crate) subdir: Option<Subdir>,
}

/// A lock with what a project says of its tier.
pub(crate) struct Locked {
    pub(crate) lock: AnyLock,
    pub(crate) tier: Option<Tier>,
}

/// What was named.
pub(crate) struct Chosen {
    pub(crate) own: Locked,
    /// The locks that it contains, the first image of the chain first.
    pub(crate) ancestors: Vec<Locked>,
}

/// Gathers the one lock that the words name, or returns what is wrong with the project.
pub(crate) fn gather_one(
    words: &Named<'_>,
    global: &Global,
) -> Result<Result<Chosen, Vec<Finding>>, Failure> {
    let found = gather(
        &Named {
            every: false,
            ..*words
        },
        global,
    )?;
    Ok(found.map(|mut chosen| chosen.swap_remove(0)))
}

/// Gathers what the words name, one lock unless all platforms are meant, or returns what is wrong with the project.
pub(crate) fn gather(
    words: &Named<'_>,
    global: &Global,
) -> Result<Result<Vec<Chosen>, Vec<Finding>>, Failure> {
    if let Some(file) = words.lock {
        let whole = |lock| Chosen {
            own: Locked { lock, tier: None },
            ancestors: Vec::new(),
        };
        let locks = of_file(file, words)?;
        return Ok(Ok(locks.into_iter().map(whole).collect()));
    }
    let Some(name) = words.tier else {
        return Err(Failure::bad_input("it takes one lock, and none is named").help(
            "name a tier of the project with `--tier TIER`, or a lock of any format with `--lock FILE`",
        ));
    };
    if project_root(global.project.as_deref()).is_none() {
        return Err(Failure::bad_input(format!(
            "there is no project here or in any folder above, in which `{}` would be a tier",
            name.escape_debug()
        ))
        .help("give `--project DIR`, or a lock of any format with `--lock FILE`"));
    }
    let Loaded {
        project, findings, ..
    } = project::load(project::locate(global.project.as_deref())?)?;
    match project.filter(|_| !any_error(&findings)) {
        None => Ok(Err(findings)),
        Some(project) => of_tier(&project, name, words).map(Ok),
    }
}

fn of_file(path: &Path, words: &Named<'_>) -> Result<Vec<AnyLock>, Failure> {
    let name = shown(path);
    let mut locks = opened(path)?;
    let holds: Vec<String> = locks
        .iter()
        .map(|lock| format!("{} on {}", lock.environment, lock.platform.name))
        .collect();
    let fits = |wanted: Option<&str>, word: &str| wanted.is_none_or(|wanted| wanted == word);
    locks.retain(|lock| {
        fits(words.platform, lock.platform.name.as_str()) && fits(words.environment, &lock.environment)
    });
    if let (Some(here), None, true) = (words.subdir, words.platform, locks.len() > 1) {
        locks.retain(|lock| lock.platform.subdir == here);
    }
    let one_environment = locks
        .windows(2)
        .all(|pair| pair[0].environment == pair[1].environment);
    match locks.len() {
        0 => Err(
            Failure::bad_input(format!("{name} holds nothing of what was asked for"))
                .help(format!("it holds {}", holds.join(", "))),
        ),
        1 => locks.into_iter().map(sound).collect(),
        _ if words.every && one_environment => locks.into_iter().map(sound).collect(),
        _ => Err(
            Failure::bad_input(format!("{name} holds several locks: {}", holds.join(", ")))
                .help("choose one with `--platform` and `--environment`"),
        ),
    }
}

fn of_tier(project: &Project, name: &str, words: &Named<'_>) -> Result<Vec<Chosen>, Failure> {
    let manifest = &project.manifest;
    let tier = tier_named(manifest, name)?;
    let folder = words
        .lock_dir
        .map_or_else(|| project.root.join("lockfiles"), Path::to_owned);
    let every = words.every && words.platform.is_none() && words.serves.is_none();
    let platforms = if every && !tier.platforms.is_empty() {
        tier.platforms.iter().map(ToString::to_string).collect()
    } else {
        vec![platform(manifest, tier, words, &folder)?]
    };
    // In the order of the platforms, whichever was read first.
    platforms
        .par_iter()
        .map(|platform| chain(manifest, tier, platform, &folder))
        .collect()
}

/// Reads the lock of a tier and those that it contains.
fn chain(
    manifest: &Manifest,
    tier: &pyiron_lock_spec::Tier,
    platform: &str,
    folder: &Path,
) -> Result<Chosen, Failure> {
    let locked = |tier: &pyiron_lock_spec::Tier| {
        Ok::<_, Failure>(Locked {
            lock: of_platform(tier, platform, folder)?,
            tier: Some(tier_of(tier)),
        })
    };
    let own = locked(tier)?;
    let mut ancestors: Vec<Locked> = Vec::new();
    let mut next = tier.contains.as_ref();
    while let Some(parent) = next.and_then(|parent| manifest.tier(parent.value.as_str())) {
        ancestors.push(locked(parent)?);
        next = parent.contains.as_ref();
    }
    ancestors.reverse();
    Ok(Chosen { own, ancestors })
}

/// Returns the platform that is meant: the one named, the only one, the one that serves the target, the first; of a kind
/// of machine, the first for that.
fn platform(
    manifest: &Manifest,
    tier: &pyiron_lock_spec::Tier,
    words: &Named<'_>,
    folder: &Path,
) -> Result<String, Failure> {
    let platforms: Vec<&str> = tier.platforms.iter().map(PlatformName::as_str).collect();
    if let Some(named) = words.platform {
        return match platforms.iter().find(|name| **name == named) {
            Some(name) => Ok((*name).to_owned()),
            None => {
                Err(
                    Failure::bad_input(format!("tier `{}` is not on {}", tier.name, named.escape_debug()))
                        .help(format!("it is on {}", platforms.join(", "))),
                )
            }
        };
    }
    if let Some(here) = words.subdir {
        let subdir_of = |name: &str| {
            let platforms = &manifest.platforms;
            let known = platforms
                .iter()
                .find(|known| known.platform.name.as_str() == name);
            known.map(|known| known.platform.subdir)
        };
        let fits = platforms.iter().find(|name| subdir_of(name) == Some(here));
        return fits.map(|name| (*name).to_owned()).ok_or_else(|| {
            Failure::bad_input(format!("tier `{}` is on no platform of {here}", tier.name))
                .help(format!("it is on {}", platforms.join(", ")))
        });
    }
    match (platforms.as_slice(), words.serves) {
        ([only], _) => Ok((*only).to_owned()),
        ([first, ..], None) => Ok((*first).to_owned()),
        ([], _) => Err(Failure::bad_input(format!(
            "tier `{}` is on no platform",
            tier.name
        ))),
        (_, Some((known, target))) => serving(tier, &platforms, folder, known, target),
    }
}

/// Returns the platform whose lock serves a target, among the locks that are there.
fn serving(
    tier: &pyiron_lock_spec::Tier,
    platforms: &[&str],
    folder: &Path,
    known: &Conformance,
    target: &Target,
) -> Result<String, Failure> {
    let paths: Vec<PathBuf> = platforms
        .iter()
        .map(|platform| path_of(tier, platform, folder))
        .filter(|path| path.exists())
        .collect();
    if paths.is_empty() {
        return Err(missing(tier, &path_of(tier, platforms[0], folder)));
    }
    let mut locks = Vec::new();
    for path in &paths {
        locks.push(of_path(path)?);
    }
    let subjects: Vec<Subject<'_>> = locks.iter().map(|lock| Subject { lock, tier: None }).collect();
    let which = Which::Named(vec![target.id.clone()]);
    let setting = Setting {
        targets: &known.targets,
        policy: &known.policy,
        // Which lock serves does not depend on the day.
        today: Date::MIN,
        which: &which,
    };
    let report = judge(&subjects, &setting);
    let serves = report
        .cells
        .iter()
        .filter(|cell| cell.target == target.id && cell.served)
        .find_map(|cell| cell.platform.as_ref());
    serves.map(ToString::to_string).ok_or_else(|| {
        Failure::bad_input(format!("no lock of `{}` serves {}", tier.name, target.id)).help(format!(
            "`pyiron-lock verify {} --target {}` says why; `--platform` takes one all the same",
            tier.name, target.id
        ))
    })
}

/// Returns where the lock of a tier on a platform is.
fn path_of(tier: &pyiron_lock_spec::Tier, platform: &str, folder: &Path) -> PathBuf {
    folder.join(tier.name.as_str()).join(format!("{platform}.lock"))
}

/// Says that there is no such lock.
fn missing(tier: &pyiron_lock_spec::Tier, path: &Path) -> Failure {
    Failure::bad_input(format!(
        "tier `{}` has no lock: {} does not exist",
        tier.name,
        shown(path)
    ))
    .help("`pyiron-lock resolve` makes the locks that are missing")
}

fn of_platform(tier: &pyiron_lock_spec::Tier, platform: &str, folder: &Path) -> Result<AnyLock, Failure> {
    let path = path_of(tier, platform, folder);
    if !path.exists() {
        return Err(missing(tier, &path));
    }
    sound(of_path(&path)?)
}

/// Reads a lock of the project, which holds one environment on one platform.
fn of_path(path: &Path) -> Result<AnyLock, Failure> {
    let mut locks = opened(path)?;
    let several = locks.len() > 1;
    locks.pop().filter(|_| !several).ok_or_else(|| {
        Failure::bad_input(format!(
            "{} is not the lock of one tier on one platform",
            shown(path)
        ))
        .help("`pyiron-lock resolve` makes it anew")
    })
}

/// Reads the locks that a file holds.
fn opened(path: &Path) -> Result<Vec<AnyLock>, Failure> {
    let name = shown(path);
    let text = read_lock_text(path)?;
    open(&SourceFile::new(name.clone(), text)).map_err(|error| Failure::bad_input(format!("{name}: {error}")))
}

/// Refuses a lock that is not what was written.
fn sound(lock: AnyLock) -> Result<AnyLock, Failure> {
    if lock.digest_holds == Some(false) {
        return Err(Failure::bad_input(format!(
            "{} was changed since it was made: its digest does not hold",
            lock.source.name()
        ))
        .help("`pyiron-lock resolve` makes it anew"));
    }
    Ok(lock)
}

/// A tier as exports know it.
pub(crate) fn tier_of(tier: &pyiron_lock_spec::Tier) -> Tier {
    let texts = |texts: &[pyiron_lock_core::Spanned<String>]| {
        texts.iter().map(|text| text.value.clone()).collect::<Vec<_>>()
    };
    Tier {
        name: tier.name.to_string(),
        aliases: tier.aliases.iter().map(|alias| alias.value.to_string()).collect(),
        description: tier.description.clone(),
        targets: texts(&tier.targets),
        smoke: pyiron_lock_export::Smoke {
            imports: texts(&tier.smoke.imports),
            commands: texts(&tier.smoke.commands),
        },
    }
}

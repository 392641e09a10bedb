//! The committed specs and locks, and how they stand at the targets as of a fixed day. Writes nothing.

use std::{collections::BTreeMap, fs, path::Path};

use pyiron_lock_conform::{
    Report, Setting, Subject, TierFacts, Which,
    data::{Policy, Targets},
    judge,
};
use pyiron_lock_core::{SourceFile, SourceRef, TierName};
use pyiron_lock_lockfile::{AnyLock, open};
use pyiron_lock_spec::{EnvironmentFile, Manifest, NamedChannel, compose, read_environment, read_manifest};
use rattler_conda_types::Channel;

/// The day on which the committed locks are judged.
pub(crate) const TODAY: &str = "2026-09-01";

/// What is committed: the manifest, and each lock with what the specs say of its tier.
pub(crate) struct Committed {
    pub(crate) manifest: Manifest,
    pub(crate) locks: Vec<(AnyLock, TierFacts)>,
}

impl Committed {
    /// Reads everything below the root.
    pub(crate) fn read(root: &Path) -> Result<Self, String> {
        let manifest = read_manifest(&source(root, "specs/tiers.yml")?)
            .value
            .ok_or("specs/tiers.yml cannot be used; run `pyiron-lock validate`")?;
        let locks = locks(root, &manifest)?;
        Ok(Self { manifest, locks })
    }

    /// Judges the locks at targets.
    pub(crate) fn judge(&self, targets: &Targets, which: &Which) -> Result<Report, String> {
        let subjects: Vec<Subject<'_>> = self
            .locks
            .iter()
            .map(|(lock, tier)| Subject {
                lock,
                tier: Some(tier),
            })
            .collect();
        Ok(judge(
            &subjects,
            &Setting {
                targets,
                policy: &Policy::read(&[]).0,
                today: TODAY.parse().map_err(|error| format!("{TODAY}: {error}"))?,
                which,
            },
        ))
    }
}

/// Reads every committed lock with what the specs say of its tier.
fn locks(root: &Path, manifest: &Manifest) -> Result<Vec<(AnyLock, TierFacts)>, String> {
    let mut files: BTreeMap<TierName, EnvironmentFile> = BTreeMap::new();
    for tier in &manifest.tiers {
        let file = source(root, &format!("specs/{}", tier.spec.value))?;
        if let Some(file) = read_environment(&file, manifest.selector_dialect).value {
            files.insert(tier.name.clone(), file);
        }
    }
    let channels = channels(manifest);
    let mut locks = Vec::new();
    for tier in &manifest.tiers {
        for platform in tier
            .platforms
            .iter()
            .filter_map(|name| manifest.platform(name.as_str()))
        {
            let path = format!("lockfiles/{}/{}.lock", tier.name, platform.name);
            let opened = open(&source(root, &path)?).map_err(|error| format!("{path}: {error}"))?;
            let requests = compose(manifest, &files, &tier.name, platform, &channels).value;
            for lock in opened {
                let requests = requests
                    .clone()
                    .ok_or_else(|| format!("{path}: its specs cannot be used"))?;
                locks.push((
                    lock,
                    TierFacts {
                        name: tier.name.clone(),
                        requests,
                        manifest: manifest.source.clone(),
                        targets: tier.targets.clone(),
                    },
                ));
            }
        }
    }
    Ok(locks)
}

fn channels(manifest: &Manifest) -> Vec<NamedChannel> {
    let named = manifest.channels.iter().filter_map(|name| {
        let url = manifest.channel_sources.get(&name.value)?.url.clone()?;
        Some(NamedChannel {
            name: name.value.clone(),
            channel: Channel::from_url(url),
        })
    });
    named.collect()
}

/// Reads a file as a source with a name relative to the root.
pub(crate) fn source(root: &Path, path: &str) -> Result<SourceRef, String> {
    Ok(SourceFile::new(path, read(root, path)?))
}

/// Reads a file below the root.
pub(crate) fn read(root: &Path, path: &str) -> Result<String, String> {
    fs::read_to_string(root.join(path)).map_err(|error| format!("{path}: {error}"))
}

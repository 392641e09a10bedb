//! The matrix of tiers and targets in the README, judged as of a fixed day.

use std::{collections::BTreeMap, fs, path::Path};

use pyiron_lock_conform::{
    Matrix, Setting, State, Subject, TierFacts, Which,
    data::{Policy, Targets},
    judge,
};
use pyiron_lock_core::{SourceFile, SourceRef, TierName};
use pyiron_lock_lockfile::{AnyLock, open};
use pyiron_lock_spec::{EnvironmentFile, Manifest, NamedChannel, compose, read_environment, read_manifest};
use rattler_conda_types::Channel;

use crate::{
    Report,
    generate::{self, Generated, Mode},
};

const PAGE: &str = "README.md";
const BEGIN: &str = "<!-- matrix: written by `cargo run -q -p xtask -- matrix` -->\n";
const END: &str = "<!-- end of matrix -->\n";

/// The day on which the committed locks are judged.
const TODAY: &str = "2026-09-01";

/// Writes the matrix into the page, or compares it.
pub(crate) fn run(root: &Path, mode: Mode) -> Report {
    match page(root) {
        Ok(text) => {
            let page = Generated {
                path: PAGE.into(),
                bytes: text.into_bytes(),
            };
            generate::settle(root, &[page], mode, "matrix")
        }
        Err(error) => Report::problem(error),
    }
}

fn page(root: &Path) -> Result<String, String> {
    let text = read(root, PAGE)?;
    let parts = text.split_once(BEGIN).and_then(|(before, rest)| {
        let (_, after) = rest.split_once(END)?;
        Some((before, after))
    });
    let (before, after) = parts.ok_or_else(|| format!("{PAGE} has no place for the matrix"))?;
    Ok(format!("{before}{BEGIN}{}{END}{after}", table(root)?))
}

fn table(root: &Path) -> Result<String, String> {
    let locks = locks(root)?;
    let subjects: Vec<Subject<'_>> = locks
        .iter()
        .map(|(lock, tier)| Subject {
            lock,
            tier: Some(tier),
        })
        .collect();
    let report = judge(
        &subjects,
        &Setting {
            targets: &Targets::read(&[]).0,
            policy: &Policy::read(&[]).0,
            today: TODAY.parse().map_err(|error| format!("{TODAY}: {error}"))?,
            which: &Which::Asked,
        },
    );
    let matrix = Matrix::new(&report);
    let mut text = String::from("| |");
    for tier in &matrix.tiers {
        text.push_str(&format!(" {tier} |"));
    }
    text.push_str(&format!("\n|{}\n", "---|".repeat(matrix.tiers.len() + 1)));
    for (target, cells) in &matrix.rows {
        text.push_str(&format!("| `{target}` |"));
        for cell in cells {
            let sign = match cell.state {
                State::Fits => "yes",
                state => state.sign(),
            };
            text.push_str(&if sign.is_empty() {
                " |".to_owned()
            } else {
                format!(" {sign} |")
            });
        }
        text.push('\n');
    }
    Ok(text)
}

/// Reads every committed lock with what the specs say of its tier.
fn locks(root: &Path) -> Result<Vec<(AnyLock, TierFacts)>, String> {
    let manifest = read_manifest(&source(root, "specs/tiers.yml")?)
        .value
        .ok_or("specs/tiers.yml cannot be used; run `pyiron-lock validate`")?;
    let mut files: BTreeMap<TierName, EnvironmentFile> = BTreeMap::new();
    for tier in &manifest.tiers {
        let file = source(root, &format!("specs/{}", tier.spec.value))?;
        if let Some(file) = read_environment(&file, manifest.selector_dialect).value {
            files.insert(tier.name.clone(), file);
        }
    }
    let channels = channels(&manifest);
    let mut locks = Vec::new();
    for tier in &manifest.tiers {
        for platform in tier
            .platforms
            .iter()
            .filter_map(|name| manifest.platform(name.as_str()))
        {
            let path = format!("lockfiles/{}/{}.lock", tier.name, platform.name);
            let opened = open(&source(root, &path)?).map_err(|error| format!("{path}: {error}"))?;
            let requests = compose(&manifest, &files, &tier.name, platform, &channels).value;
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

fn source(root: &Path, path: &str) -> Result<SourceRef, String> {
    Ok(SourceFile::new(path, read(root, path)?))
}

fn read(root: &Path, path: &str) -> Result<String, String> {
    fs::read_to_string(root.join(path)).map_err(|error| format!("{path}: {error}"))
}

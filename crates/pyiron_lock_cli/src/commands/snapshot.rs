//! `snapshot`: carries the index that locks were made from elsewhere, as a file.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use pyiron_lock_core::{Digest, Exit, Snapshot};
use pyiron_lock_gateway::{SnapshotError, Snapshots, read_snapshots, write_snapshots};
use pyiron_lock_solve::index_digest;

use crate::{
    args::{CacheArgs, ChannelArgs, ChoiceArgs, Global, SnapshotCommand},
    channels::Channels,
    failure::Failure,
    files::shown,
    locks::{Choice, Plan},
    network::cache_folder,
    project::{self, Loaded},
    render::{counted, findings_text, folded},
    streams::Streams,
};

/// Exports or imports snapshots.
pub(crate) fn execute(
    command: &SnapshotCommand,
    global: &Global,
    streams: &Streams,
) -> Result<Exit, Failure> {
    match command {
        SnapshotCommand::Export {
            choice,
            output,
            cache,
        } => export(choice, output, cache, global, streams),
        SnapshotCommand::Import { files, cache } => import(files, cache, streams),
    }
}

fn export(
    choice: &ChoiceArgs,
    output: &Path,
    cache: &CacheArgs,
    global: &Global,
    streams: &Streams,
) -> Result<Exit, Failure> {
    let Loaded {
        project,
        mut findings,
        ..
    } = project::load(project::locate(global.project.as_deref())?)?;
    let Some(project) = project else {
        streams.result(&findings_text(&findings, streams.stdout_color()));
        return Ok(Exit::BadInput);
    };
    let all = Choice {
        tiers: &choice.tiers,
        platforms: &choice.platforms,
    };
    Plan::check_choice(&project, all)?;
    let channels = Channels::of_project(&ChannelArgs::default(), &project)?;
    let folder = choice
        .lock_dir
        .clone()
        .unwrap_or_else(|| project.root.join("lockfiles"));
    let plan = Plan::of_project(&project, all, &folder, &channels.list, &mut findings)?;
    let kept = Snapshots::in_cache(&cache_folder(cache)?);
    let mut found: BTreeMap<Digest, Snapshot> = BTreeMap::new();
    let mut without = Vec::new();
    for item in &plan.items {
        let Some(stamp) = &item.stamp else { continue };
        match kept.find(&stamp.index_digest)? {
            Some(mut snapshot) => {
                snapshot.roots.retain(|digest, _| *digest == stamp.index_digest);
                found.insert(stamp.index_digest, snapshot);
            }
            None => without.push(item.label()),
        }
    }
    if !without.is_empty() {
        return Err(Failure::unavailable(format!(
            "there is no snapshot of what these locks were made from: {}",
            folded(&without)
        ))
        .help(
            "snapshots are kept where locks are made over the network; export there, or choose locks with `--tier` \
             and `--platform`",
        ));
    }
    if found.is_empty() {
        return Err(Failure::bad_input("there are no locks to export snapshots of")
            .help("make them with `pyiron-lock resolve`"));
    }
    let states = found.len();
    write_snapshots(output, &together(found.into_values()))?;
    streams.detail(&format!(
        "wrote {} of the index to {}\n",
        counted(states, "state"),
        shown(output)
    ));
    Ok(Exit::Clean)
}

/// Joins snapshots that hold the same records, so that these are written once.
fn together(snapshots: impl Iterator<Item = Snapshot>) -> Vec<Snapshot> {
    let mut joined: Vec<Snapshot> = Vec::new();
    for snapshot in snapshots {
        let same =
            |other: &&mut Snapshot| {
                other.subdir == snapshot.subdir
                    && other.parts.len() == snapshot.parts.len()
                    && other.parts.iter().zip(&snapshot.parts).all(|(a, b)| {
                        a.channel == b.channel && a.subdir == b.subdir && a.records == b.records
                    })
            };
        match joined.iter_mut().find(same) {
            Some(other) => other.roots.extend(snapshot.roots),
            None => joined.push(snapshot),
        }
    }
    joined
}

fn import(files: &[PathBuf], cache: &CacheArgs, streams: &Streams) -> Result<Exit, Failure> {
    let kept = Snapshots::in_cache(&cache_folder(cache)?);
    for file in files {
        let snapshots = read_snapshots(file)?;
        // All of them before any is kept.
        for snapshot in &snapshots {
            for (digest, names) in &snapshot.roots {
                if index_digest(&snapshot.parts, names) != *digest {
                    return Err(Failure::bad_input(format!(
                        "{} does not hold what it says: the records have another index digest",
                        shown(file)
                    ))
                    .help("it was changed or cut off; nothing of it was taken over"));
                }
            }
        }
        let mut states = 0;
        for snapshot in &snapshots {
            kept.keep(snapshot)?;
            states += snapshot.roots.len();
        }
        streams.detail(&format!(
            "took over {} of the index from {}\n",
            counted(states, "state"),
            shown(file)
        ));
    }
    Ok(Exit::Clean)
}

impl From<SnapshotError> for Failure {
    fn from(error: SnapshotError) -> Self {
        let unavailable = match &error {
            SnapshotError::File { source, .. } => source.kind() != std::io::ErrorKind::NotFound,
            SnapshotError::Format { .. } => false,
        };
        if unavailable {
            Self::unavailable(error.to_string())
        } else {
            Self::bad_input(error.to_string())
        }
    }
}

//! Where the records of a run come from: the channels as they are, or a snapshot of how they were.

use std::collections::BTreeSet;

use pyiron_lock_core::{Digest, RecordSource, Snapshot, SourceError};
use pyiron_lock_gateway::{ChannelIndex, SnapshotIndex, Snapshots};
use pyiron_lock_solve::{Job, Work};
use rattler_conda_types::PackageName;

use super::{Manner, Task};
use crate::{
    args::SolveArgs,
    failure::Failure,
    locks::Plan,
    network::{Network, cache_folder},
    render::{counted, folded},
    streams::Streams,
};

/// The records of a run.
pub(super) enum Records {
    Channels(ChannelIndex),
    Frozen(SnapshotIndex),
}

impl Records {
    /// Opens what there is; for a frozen run the snapshots, if all of them are at hand.
    pub(super) fn open(
        task: &Task,
        jobs: &[Job],
        manner: Manner,
        network: Option<&Network>,
        args: &SolveArgs,
        streams: &Streams,
    ) -> Result<Self, Failure> {
        if manner == Manner::Frozen
            && let Some(index) = snapshots(&task.plan, jobs, args)?
        {
            return Ok(Self::Frozen(index));
        }
        let subdirs: BTreeSet<_> = jobs
            .iter()
            .filter(|job| job.work.is_due())
            .map(|job| job.set.platform.subdir)
            .collect();
        let settings = network.map(|network| &network.settings);
        let index =
            ChannelIndex::open(&task.channels.sources(), &subdirs, settings).map_err(SourceError::from)?;
        for (place, subdir) in index.absent() {
            streams.talk(&format!("note: {place} has no index for {subdir}"));
        }
        for notice in index.notices() {
            streams.talk(&format!("note: {notice}"));
        }
        Ok(Self::Channels(index))
    }

    pub(super) fn source(&self) -> &dyn RecordSource {
        match self {
            Self::Channels(index) => index,
            Self::Frozen(index) => index,
        }
    }

    /// Returns whether these are the records that earlier locks were made from, whatever the channels have now.
    pub(super) fn are_frozen(&self) -> bool {
        matches!(self, Self::Frozen(_))
    }

    /// Says that the index moved since the locks of these jobs were made, or refuses to work with it.
    pub(super) fn judge(
        &self,
        plan: &Plan,
        moved: &[usize],
        manner: Manner,
        streams: &Streams,
    ) -> Result<(), Failure> {
        if moved.is_empty() {
            return Ok(());
        }
        let labels: Vec<String> = moved.iter().map(|index| plan.items[*index].label()).collect();
        match (self, manner) {
            (Self::Frozen(_), _) => Err(Failure::unavailable(format!(
                "the snapshots do not hold what these locks were made from: {}",
                folded(&labels)
            ))
            .help(
                "they are damaged, or of different states of the index; choose fewer locks with `--tier` and \
                 `--platform`",
            )),
            (_, Manner::Frozen) => Err(Failure::unavailable(format!(
                "the index moved since these locks were made: {}",
                folded(&labels)
            ))
            .help(
                "bring a snapshot of it with `pyiron-lock snapshot import FILE`, or work with the index as it is, \
                 without `--frozen`",
            )),
            _ => {
                streams.talk(&format!(
                    "note: the index moved since {} made: {}",
                    if moved.len() == 1 {
                        "this lock was".to_owned()
                    } else {
                        format!("{} were", counted(moved.len(), "lock"))
                    },
                    folded(&labels)
                ));
                Ok(())
            }
        }
    }
}

/// Returns the snapshots that the locks of all jobs were made from; `None` where one is not at hand.
fn snapshots(plan: &Plan, jobs: &[Job], args: &SolveArgs) -> Result<Option<SnapshotIndex>, Failure> {
    let in_play = || {
        let taking_part = |(_, job): &(usize, &Job)| !matches!(job.work, Work::Keep(None));
        jobs.iter().enumerate().filter(taking_part)
    };
    let unknown: Vec<String> = in_play()
        .filter(|(_, job)| job.made_from.is_none())
        .map(|(index, _)| plan.items[index].label())
        .collect();
    if !unknown.is_empty() {
        return Err(Failure::unavailable(format!(
            "no earlier lock says which index to make these from: {}",
            folded(&unknown)
        ))
        .help("make them once without `--frozen`"));
    }
    let digests: BTreeSet<Digest> = in_play()
        .filter_map(|(_, job)| job.made_from.as_ref())
        .map(|made_from| made_from.index)
        .collect();
    let Ok(cache) = cache_folder(&args.network.cache) else {
        return Ok(None);
    };
    let kept = Snapshots::in_cache(&cache);
    let mut found = Vec::new();
    for digest in &digests {
        match kept.find(digest) {
            Ok(Some(snapshot)) => found.push(snapshot),
            // One that cannot be read is as good as none.
            Ok(None) | Err(_) => return Ok(None),
        }
    }
    let index = SnapshotIndex::new(found);
    for (at, job) in in_play() {
        let subdir = job.set.platform.subdir;
        let names = job.set.requests.iter().map(|request| &request.name);
        let missing: Vec<&str> = names
            .filter(|name| !index.has(subdir, name))
            .map(PackageName::as_source)
            .collect();
        if !missing.is_empty() {
            return Err(Failure::unavailable(format!(
                "{}: the snapshot of the index has no records of {}",
                plan.items[at].label(),
                folded(&missing)
            ))
            .help("what no earlier lock asked for cannot be made from a snapshot; run without `--frozen`"));
        }
    }
    Ok(Some(index))
}

/// Keeps what locks were made from, so that it can be repeated; failing to only costs that.
pub(super) fn keep_snapshots(snapshots: &[Snapshot], network: &Network, streams: &Streams) {
    let kept = Snapshots::in_cache(&network.settings.cache);
    for snapshot in snapshots {
        if let Err(error) = kept.keep(snapshot) {
            streams.talk(&format!("note: no snapshot of the index is kept: {error}"));
            return;
        }
    }
}

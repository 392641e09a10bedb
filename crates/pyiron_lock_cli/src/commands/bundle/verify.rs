//! Checks a bundle: every byte of it, its lock, and that it holds what the lock lists. Held against a lock of this side,
//! it also says whether it is made from that.

use std::path::Path;

use indicatif::HumanBytes;
use pyiron_lock_core::{Exit, SourceFile};
use pyiron_lock_export::{Subject, Tier};
use pyiron_lock_host::bundle::Bundle;
use pyiron_lock_lockfile::{AnyLock, open};
use serde_json::json;

use crate::{
    failure::Failure, files::shown, interrupt, progress::byte_bar, render::counted, streams::Streams,
    wanted::wanted,
};

/// Checks a bundle, by its own lock and by another one where that is given.
pub(super) fn verify(
    file: &Path,
    against: Option<&Subject<'_>>,
    json: bool,
    streams: &Streams,
) -> Result<Exit, Failure> {
    let cancel = interrupt::token();
    let mut bundle = Bundle::open(file)?;
    let lock = lock_of(&bundle)?;
    // A lock of ours says its tier itself.
    let tier = lock.tier.is_none().then(|| Tier {
        name: bundle.manifest().tier.clone(),
        ..Tier::default()
    });
    bundle.is_of(&wanted(&Subject::new(&lock, tier)?))?;
    if let Some(subject) = against {
        bundle.is_of(&wanted(subject))?;
    }
    let bytes: u64 = bundle.manifest().archives().map(|archive| archive.size).sum();
    let bar = byte_bar(streams);
    bar.set_length(bytes);
    bar.set_message("checking the bundle");
    let whole = bundle.verify(&|bytes| {
        bar.inc(bytes);
        !cancel.is_cancelled()
    });
    bar.finish_and_clear();
    whole?;
    let manifest = bundle.manifest();
    let archives = manifest.archives().count();
    streams.talk(&format!(
        "{} is whole: `{}` on {}, release {}, {}, {}{}",
        shown(file),
        manifest.tier,
        manifest.platform,
        manifest.release,
        counted(archives, "archive"),
        HumanBytes(bytes),
        if against.is_some() {
            ", made from this lock"
        } else {
            ""
        }
    ));
    if json {
        let view = json!({
            "file": shown(file),
            "whole": true,
            "held-against": against.map(|subject| subject.release.digest.as_str()),
            "tier": manifest.tier,
            "platform": manifest.platform,
            "release": manifest.release,
            "digest": manifest.digest,
            "archives": archives,
            "archive-bytes": bytes,
        });
        streams.json(view);
    }
    Ok(Exit::Clean)
}

/// Reads the lock of a bundle: of those that its text holds, the one that the bundle says to be of.
fn lock_of(bundle: &Bundle) -> Result<AnyLock, Failure> {
    let name = format!("the lock in {}", shown(bundle.path()));
    let refused = |why: &str| {
        Failure::bad_input(format!("{name} {why}"))
            .help("do not unpack the bundle; make it anew with `pyiron-lock bundle`")
    };
    let text = std::str::from_utf8(bundle.lock()).map_err(|_| refused("is not UTF-8 text"))?;
    let locks = open(&SourceFile::new(name.clone(), text))
        .map_err(|error| refused(&format!("cannot be read: {error}")))?;
    let manifest = bundle.manifest();
    let is_it = |lock: &AnyLock| {
        lock.platform.name.as_str() == manifest.platform
            && Subject::new(lock, None).is_ok_and(|subject| subject.release.digest == manifest.digest)
    };
    let lock = locks
        .into_iter()
        .find(is_it)
        .ok_or_else(|| refused("is another one than its bundle.json says"))?;
    if lock.digest_holds == Some(false) {
        return Err(refused("was changed since it was made: its digest does not hold"));
    }
    Ok(lock)
}

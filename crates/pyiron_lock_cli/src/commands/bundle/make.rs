//! Makes a bundle: finds or fetches the archives, writes them beside the place of the bundle, and puts the whole there.

use std::{
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use indicatif::HumanBytes;
use pyiron_lock_core::Exit;
use pyiron_lock_export::Subject;
use pyiron_lock_host::bundle::{BundleError, Written, looks_like_bundle, write_bundle};
use pyiron_lock_lockfile::secret::is_secret;
use serde_json::json;

use super::{archives, output::Output};
use crate::{
    archives::bases,
    args::{BundleArgs, ChannelArgs, Global},
    channels::Channels,
    conformance::project_root,
    failure::Failure,
    files::shown,
    interrupt,
    progress::byte_bar,
    project,
    render::counted,
    streams::Streams,
    wanted::wanted,
};

/// Makes a bundle of one lock.
pub(super) fn make(
    file: &Path,
    subject: &Subject<'_>,
    args: &BundleArgs,
    global: &Global,
    streams: &Streams,
) -> Result<Exit, Failure> {
    let lock = subject.lock.source.text();
    if is_secret(lock) {
        return Err(Failure::bad_input(format!(
            "{} has an address with a password or token, which the bundle would carry along",
            subject.lock.source.name()
        ))
        .help("take it out, and give it in ~/.netrc or in the environment"));
    }
    let wanted = wanted(subject);
    let project = match project_root(global.project.as_deref()) {
        Some(root) => project::load(root)?.project,
        None => None,
    };
    let given = ChannelArgs {
        sources: args.sources.clone(),
        ..ChannelArgs::default()
    };
    let channels = Channels::of_addresses(&given, project.as_ref(), &bases(&wanted))?;
    let output = Output::at(file, "bundle", looks_like_bundle)?;
    let staging = output.staging()?;
    let cancel = interrupt::token();
    let bar = byte_bar(streams);
    let found = archives::find(&wanted, channels, staging.path(), &bar, &cancel, streams);
    let places = found.inspect_err(|_| bar.finish_and_clear())?;
    let mut out = output.temporary()?;
    bar.reset();
    bar.set_message("writing the bundle");
    bar.set_length(subject.packages.archive_bytes());
    let watch = |bytes: u64| {
        bar.inc(bytes);
        !cancel.is_cancelled()
    };
    let place = |record: &rattler_conda_types::RepoDataRecord| places[&record.url].clone();
    let mut buffered = BufWriter::new(out.as_file_mut());
    let written = write_bundle(&mut buffered, file, &wanted, lock.as_bytes(), &place, &watch);
    bar.finish_and_clear();
    let written = written.map_err(|error| told(error, staging.path()))?;
    buffered.flush().map_err(|error| output.failed(&error))?;
    drop(buffered);
    if cancel.is_cancelled() {
        return Err(Failure::interrupted());
    }
    output.put(out)?;
    tell(file, subject, &written, args.json, streams);
    Ok(Exit::Clean)
}

/// Does not name files that are gone once the run ends.
fn told(error: BundleError, staging: &Path) -> Failure {
    match error {
        BundleError::Archive { path, why } if path.starts_with(staging) => BundleError::Archive {
            path: PathBuf::from(path.file_name().unwrap_or_default()),
            why,
        }
        .into(),
        error => error.into(),
    }
}

fn tell(file: &Path, subject: &Subject<'_>, written: &Written, json: bool, streams: &Streams) {
    let pip = &subject.lock.pip;
    if !pip.is_empty() {
        streams.complain(&format!(
            "warning: the pip requirements of `{}` are not locked, and not in the bundle: {}\n",
            subject.tier.name,
            pip.join(", ")
        ));
    }
    if subject.is_sample() {
        streams.talk("note: the lock is from the sample channel, so that the bundle installs nothing real");
    }
    streams.talk(&format!(
        "bundled `{}` on {}: {}, {} in {}",
        subject.tier.name,
        subject.platform().name,
        counted(written.archives, "archive"),
        HumanBytes(written.bytes),
        shown(file)
    ));
    if json {
        let view = json!({
            "file": shown(file),
            "bytes": written.bytes,
            "sha256": written.sha256,
            "tier": subject.tier.name,
            "platform": subject.platform().name.to_string(),
            "release": subject.release.id,
            "digest": subject.release.digest,
            "archives": written.archives,
            "pip": pip,
        });
        streams.json(view);
    } else {
        streams.talk(&format!("sha256 {}", written.sha256));
    }
}

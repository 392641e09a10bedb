//! `bundle`: the archives of one lock in one file, to be carried to a place without a network; and the check of such a
//! file, on either side. How a bundle is written and read is the business of `host`.

mod archives;
mod image;
mod make;
mod output;
mod verify;

use pyiron_lock_core::Exit;
use pyiron_lock_export::Subject;
use pyiron_lock_host::bundle::{BundleError, Fault};

use crate::{
    args::{BundleArgs, Global},
    failure::Failure,
    files::{reason, shown},
    locks::named::{Chosen, Named, gather_one},
    render::{finding_view, findings_text},
    streams::Streams,
};

/// Makes a bundle, or checks one.
pub(crate) fn execute(args: &BundleArgs, global: &Global, streams: &Streams) -> Result<Exit, Failure> {
    let words = Named {
        tier: args.tier.as_deref(),
        lock: args.lock.as_deref(),
        environment: args.environment.as_deref(),
        platform: args.platform.as_deref(),
        lock_dir: args.lock_dir.as_deref(),
        serves: None,
        every: false,
        subdir: None,
    };
    let chosen = if words.tier.is_some() || words.lock.is_some() {
        match gather_one(&words, global)? {
            Ok(chosen) => Some(chosen),
            Err(findings) => {
                if args.json {
                    let views: Vec<_> = findings.iter().map(finding_view).collect();
                    streams.json(serde_json::json!({ "findings": views }));
                }
                streams.complain(&findings_text(&findings, streams.stderr_color()));
                return Ok(Exit::BadInput);
            }
        }
    } else {
        None
    };
    let subject = chosen.as_ref().map(subject).transpose()?;
    match (&args.verify, &args.output, &subject) {
        (Some(file), ..) => verify::verify(file, subject.as_ref(), args.json, streams),
        (None, Some(file), Some(subject)) => match &args.squashfs {
            Some(prefix) => image::make(file, prefix, subject, args.json, streams),
            None => make::make(file, subject, args, global, streams),
        },
        (None, ..) => Err(
            Failure::bad_input("a bundle is made from one lock, and none is named")
                .help("name a tier of the project, or a lock of any format with `--lock FILE`"),
        ),
    }
}

fn subject(chosen: &Chosen) -> Result<Subject<'_>, Failure> {
    Ok(Subject::new(&chosen.own.lock, chosen.own.tier.clone())?)
}

impl From<BundleError> for Failure {
    fn from(error: BundleError) -> Self {
        match &error {
            BundleError::Read { path, source } if source.kind() == std::io::ErrorKind::NotFound => {
                Self::bad_input(format!("{} does not exist", shown(path)))
            }
            BundleError::Read { path, source } => {
                Self::unavailable(format!("{} cannot be read: {source}", shown(path)))
            }
            BundleError::Write { path, source } => {
                Self::unavailable(format!("{} cannot be written: {}", shown(path), reason(source)))
                    .help("nothing incomplete is left")
            }
            BundleError::Archive { path, why } => Self::bad_input(format!(
                "{} is not the archive that the lock lists: {why}",
                shown(path)
            ))
            .help("nothing was written"),
            BundleError::Refused { path, fault } => {
                let help = match fault {
                    Fault::OtherLock(_) | Fault::Missing(_) => {
                        "make a bundle of this lock with `pyiron-lock bundle`"
                    }
                    Fault::Format(_) => {
                        "check it with the version of pyiron-lock that made it, or a newer one"
                    }
                    _ => "do not unpack it; copy it again, or make it anew with `pyiron-lock bundle`",
                };
                Self::bad_input(format!("{} is refused: {fault}", shown(path))).help(help)
            }
            BundleError::Prefix { path, why } => {
                Self::bad_input(format!("{} cannot become an image: {why}", shown(path)))
                    .help("install the lock into a prefix of its own, and name that")
            }
            BundleError::Program { .. } => Self::unavailable(error.to_string())
                .help("mksquashfs is in the package `squashfs-tools`; nothing was written"),
            BundleError::Record { .. } => Self::bad_input(error.to_string()),
            BundleError::Stopped => Self::interrupted(),
        }
    }
}

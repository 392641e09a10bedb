//! `install`: one lock as a release below a root that a group shares. Chooses the lock, looks at the machine, and hands
//! both to the room that installs; tells what came of it, and leaves a report beside the releases.

mod archives;
mod beside;
mod gather;
mod output;
mod watch;

use std::path::PathBuf;

use pyiron_lock_core::{Exit, Finding, finding::any_error};
use pyiron_lock_export::codes::{EXPORT_PIP_UNLOCKED, EXPORT_SAMPLE_CHANNEL};
use pyiron_lock_host::{
    install::{InstallError, Readers, Request, group_named, install, preflight},
    root::{Held, Identity, Patience, RootError, TierRoot},
};
use pyiron_lock_solve::CancellationToken;

use self::{
    archives::Sources,
    gather::{Gathered, gather},
    output::{Outcome, Report},
    watch::Progress,
};
use crate::{
    args::{Global, InstallArgs, RootArgs},
    codes::INSTALL_TEST_FAILED,
    failure::Failure,
    files::shown,
    interrupt,
    network::seconds,
    render::{finding_view, findings_text},
    streams::Streams,
};

/// Installs a lock.
pub(crate) fn execute(args: &InstallArgs, global: &Global, streams: &Streams) -> Result<Exit, Failure> {
    let gathered = match gather(args, global)? {
        Ok(gathered) => gathered,
        Err(findings) => {
            streams.complain(&findings_text(&findings, streams.stderr_color()));
            if args.json {
                let views: Vec<_> = findings.iter().map(finding_view).collect();
                streams.json(serde_json::json!({ "findings": views }));
            }
            return Ok(Exit::BadInput);
        }
    };
    let root = tier_root(&args.root, &gathered.wanted.tier)?;
    let readers: Readers = args.readers.into();
    let mut report = Report::new(args, &gathered, &root)?;
    report.findings = notes(&gathered);
    let found = preflight(&gathered.wanted, &root, readers, args.group.as_deref())
        .map_err(|error| Failure::bad_input(error.to_string()))?;
    let refused = any_error(&found);
    report.findings.extend(found);
    if refused || args.dry_run {
        let outcome = if refused { Outcome::Refused } else { Outcome::Fits };
        return Ok(report.finish(&outcome, &root, streams));
    }
    let cancel = interrupt::token();
    let me = Identity::of_this_process();
    let Some(held) = hold(&root, &me, streams, &cancel)? else {
        return Err(Failure::stopped("interrupted while waiting; nothing was changed"));
    };
    let done = run(
        args,
        gathered,
        &root,
        readers,
        &held,
        &mut report,
        streams,
        &cancel,
    );
    let outcome = match done {
        Ok(outcome) => outcome,
        Err(failure) => {
            report.failed(&failure, &root);
            return Err(failure);
        }
    };
    Ok(report.finish(&outcome, &root, streams))
}

#[expect(
    clippy::too_many_arguments,
    reason = "each of them is settled by another part of the command"
)]
fn run(
    args: &InstallArgs,
    gathered: Gathered,
    root: &TierRoot,
    readers: Readers,
    held: &Held,
    report: &mut Report,
    streams: &Streams,
    cancel: &CancellationToken,
) -> Result<Outcome, Failure> {
    let sources = Sources::new(gathered.channels, &gathered.wanted, args, streams, cancel)?;
    let progress = Progress::new(streams, cancel);
    let request = Request {
        wanted: &gathered.wanted,
        root,
        readers,
        group: args.group.as_deref().and_then(group_named),
        link_scripts: args.link_scripts,
        smoke: (!args.no_smoke).then_some(gathered.smoke),
        beside: &gathered.beside,
        threads: args.threads.map(usize::from),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        user: report.user.clone(),
        host: report.host.clone(),
        now: &|| jiff::Timestamp::now().as_second(),
    };
    let done = install(&request, held, &sources, &progress);
    progress.finish();
    report.bytes = sources.bytes();
    match done {
        Ok(installed) => {
            report.findings.extend(installed.findings.iter().cloned());
            Ok(Outcome::Installed(Box::new(installed)))
        }
        Err(error @ InstallError::Test { .. }) => {
            let mut finding = Finding::new(INSTALL_TEST_FAILED, error.to_string());
            if let Some(help) = error.help() {
                finding = finding.help(help);
            }
            report.findings.push(finding);
            Ok(Outcome::TestFailed)
        }
        Err(error) => Err(of_error(&error)),
    }
}

/// Waits until nobody else works on a tier; nothing if the user does not want to wait.
pub(super) fn hold(
    root: &TierRoot,
    me: &Identity,
    streams: &Streams,
    cancel: &CancellationToken,
) -> Result<Option<Held>, Failure> {
    let mut patience = Patience::default();
    if let Some(silent) = seconds("PYIRON_LOCK_SILENT_AFTER")? {
        patience.silent = silent;
    }
    let wait = |news: Option<&str>| {
        if let Some(holder) = news {
            let words: Vec<&str> = holder.split_whitespace().collect();
            let who = match (words.first(), words.last()) {
                (Some(host), Some(pid)) => format!("process {pid} on {host}"),
                _ => "it did not say who it is".to_owned(),
            };
            streams.talk(&format!(
                "waiting for another run that works on {}: {who}",
                shown(root.base())
            ));
        }
        !cancel.is_cancelled()
    };
    Held::acquire(root, me, patience, wait).map_err(|error| of_error(&error.into()))
}

/// Names the folder of a tier below the root that was given.
pub(super) fn tier_root(root: &RootArgs, tier: &str) -> Result<TierRoot, Failure> {
    TierRoot::new(&absolute(root)?, tier).map_err(|error| of_error(&error.into()))
}

/// Returns the root as an absolute path, links in it as they are.
pub(super) fn absolute(root: &RootArgs) -> Result<PathBuf, Failure> {
    std::path::absolute(&root.root)
        .map_err(|error| Failure::bad_input(format!("{} cannot be a root: {error}", shown(&root.root))))
}

/// Turns an error of the room into one of the program.
pub(super) fn of_error(error: &InstallError) -> Failure {
    let text = error.to_string();
    let failure = match error {
        InstallError::Stopped => Failure::stopped("interrupted; what was there before is untouched"),
        InstallError::Root(
            RootError::Root { .. } | RootError::Name { .. } | RootError::NoGeneration { .. },
        )
        | InstallError::Another(_) => Failure::bad_input(text),
        _ => Failure::unavailable(text),
    };
    match error.help() {
        Some(help) => failure.help(help),
        None => failure,
    }
}

fn notes(gathered: &Gathered) -> Vec<Finding> {
    let mut notes = gathered.without.clone();
    let tier = &gathered.wanted.tier;
    if gathered.is_sample {
        notes.push(Finding::new(
            EXPORT_SAMPLE_CHANNEL,
            format!("`{tier}` was locked from the sample channel, so that what is installed is nothing real"),
        ));
    }
    if !gathered.pip.is_empty() {
        notes.push(Finding::new(
            EXPORT_PIP_UNLOCKED,
            format!(
                "the pip requirements of `{tier}` are not locked and not installed: {}",
                gathered.pip.join(", ")
            ),
        ));
    }
    notes
}

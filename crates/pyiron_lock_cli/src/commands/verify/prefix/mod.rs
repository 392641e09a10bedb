//! `verify --prefix`: an installed environment against its own records and against a lock. The room `host` looks; here the
//! lock is found, and what was seen becomes findings that levels and waivers apply to.

mod output;

use std::path::Path;

use pyiron_lock_conform::{Judged, Report, Scope, settle};
use pyiron_lock_core::{Code, Exit, finding::any_error};
use pyiron_lock_host::prefix::{Against, findings, inspect};
use pyiron_lock_lockfile::AnyLock;
use rattler_conda_types::{RepoDataRecord, Subdir};

use super::{
    exit,
    gather::{Gathered, gather, of_file},
    levels, output as locks_output, today,
};
use crate::{
    args::{Global, VerifyArgs},
    conformance::{Conformance, all_codes, project_root},
    failure::Failure,
    files::shown,
    streams::Streams,
};

/// Looks at an installed environment.
pub(super) fn execute(
    folder: &Path,
    args: &VerifyArgs,
    global: &Global,
    streams: &Streams,
) -> Result<Exit, Failure> {
    let levels = levels(args)?;
    let known = Conformance::read(project_root(global.project.as_deref()).as_deref())?;
    let mut gathered = Gathered::default();
    if let Some(lock) = &args.there.lock {
        of_file(lock, args, &mut gathered)?;
    } else if !args.what.is_empty() {
        gathered = gather(args, global)?;
    }
    let wrong: Vec<_> = gathered.findings.iter().chain(&known.findings).cloned().collect();
    if any_error(&wrong) {
        locks_output::refused(&wrong, args.json, streams);
        return Ok(Exit::BadInput);
    }
    let named = args.there.lock.is_some() || !args.what.is_empty();
    let lock = match named {
        true => Some(only(&gathered)?),
        false => None,
    };
    let (lock, tier) = lock.unzip();
    let records: Option<Vec<&RepoDataRecord>> =
        lock.map(|lock| lock.entries.iter().map(|entry| &entry.record).collect());
    let against = Against {
        records: records.as_deref(),
        pip: lock.map_or(&[], |lock| lock.pip.as_slice()),
        subdir: lock.map(|lock| lock.platform.subdir.as_str()),
        quick: args.there.quick,
    };
    let seen = inspect(folder, &against).map_err(|error| Failure::bad_input(error.to_string()))?;
    let place = shown(folder);
    // Without a lock the system that runs this says what an environment can be for.
    let mut scope = Scope {
        lock: Some(place.clone()),
        platform: Subdir::current().and_then(|subdir| subdir.as_str().parse().ok()),
        ..Scope::default()
    };
    if let Some(lock) = lock {
        scope.tier = tier.flatten().or_else(|| lock.tier.clone());
        scope.platform = Some(lock.platform.name.clone());
    }
    if scope.tier.is_some() {
        scope.lock = None;
    }
    let judged = findings(&seen).into_iter().map(|found| Judged {
        finding: found.finding,
        scope: Scope {
            package: found.package,
            ..scope.clone()
        },
    });
    let mut report = Report {
        cells: Vec::new(),
        judged: judged.collect(),
    };
    let today = args.today.unwrap_or_else(today);
    let other_codes: Vec<&str> = all_codes().map(Code::as_str).collect();
    let waived = settle(&mut report, &levels, &known.waivers, today, false, &other_codes);
    let exit = exit(&report);
    let told = output::Told {
        place: &place,
        seen: &seen,
        lock,
        scope: &scope,
        quick: args.there.quick,
        report: &report,
        waived: &waived,
        waivers: &known.waivers,
    };
    told.show(args, streams);
    Ok(exit)
}

type Locked<'g> = (&'g AnyLock, Option<pyiron_lock_core::TierName>);

/// Returns the one lock that is meant: the only one, or the first that this system could have installed.
fn only(gathered: &Gathered) -> Result<Locked<'_>, Failure> {
    let locks: Vec<Locked<'_>> = gathered
        .locks
        .iter()
        .map(|(lock, tier)| (lock, tier.as_ref().map(|tier| tier.name.clone())))
        .collect();
    let names = |locks: &[Locked<'_>]| -> Vec<String> {
        locks
            .iter()
            .map(|(lock, _)| format!("{} on {}", lock.label(), lock.platform.name))
            .collect()
    };
    let own = Subdir::current();
    let here: Vec<&Locked<'_>> = locks
        .iter()
        .filter(|(lock, _)| locks.len() == 1 || Some(lock.platform.subdir) == own)
        .collect();
    match here.as_slice() {
        [(lock, _)] if lock.digest_holds == Some(false) => Err(Failure::bad_input(format!(
            "{} was changed since it was made: its digest does not hold",
            lock.source.name()
        ))
        .help("`pyiron-lock resolve` makes it anew")),
        [one] => Ok((*one).clone()),
        [] => {
            let missing = gathered.looked.iter().map(|lock| lock.path.clone());
            let missing: Vec<String> = missing.collect();
            Err(Failure::bad_input(format!(
                "there is no lock to compare with: {}",
                missing.join(", ")
            ))
            .help("`pyiron-lock resolve` makes the locks of a tier; `--lock FILE` takes one of any format"))
        }
        _ => Err(Failure::bad_input(format!(
            "an environment is compared with one lock, and these are meant: {}",
            names(&locks).join(", ")
        ))
        .help("choose one with `--platform`, or `--environment`")),
    }
}

//! `verify`: three questions to locks, before anything is installed. Are they sound, are they what the specs ask for,
//! do they fit the places where they have to run. Checks users' configuration beside them, or instead what is there: this
//! machine, or an environment. Solves nothing, asks nobody, writes nothing.

mod config;
mod gather;
mod host;
mod output;
mod prefix;

use std::collections::BTreeSet;

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use pyiron_lock_conform::{Levels, Report, Setting, Subject, Which, data::Target, judge, settle, sound};
use pyiron_lock_core::{Code, Exit, Severity, finding::any_error};
use pyiron_lock_host::codes::{PREFIX_FILE_UNREADABLE, is_drift};
use rayon::prelude::*;

use self::{
    config::Config,
    gather::{Gathered, gather},
};
use super::targets::target_named;
use crate::{
    args::{Global, VerifyArgs},
    codes::LOCK_STALE,
    conformance::{Conformance, TABLES, all_codes, project_root, unknown_code},
    failure::Failure,
    streams::Streams,
};

/// Verifies locks.
pub(crate) fn execute(args: &VerifyArgs, global: &Global, streams: &Streams) -> Result<Exit, Failure> {
    if args.there.host {
        return host::execute(args, global, streams);
    }
    if let Some(folder) = &args.there.prefix {
        return prefix::execute(folder, args, global, streams);
    }
    let today = args.today.unwrap_or_else(today);
    let levels = levels(args)?;
    let only_configs = args.what.is_empty() && !args.configs.is_empty();
    let (known, gathered) = rayon::join(
        || Conformance::read(project_root(global.project.as_deref()).as_deref()),
        || match only_configs {
            true => Ok(Gathered::default()),
            false => gather(args, global),
        },
    );
    let known = known?;
    let which = which(args, &known)?;
    let configs: Vec<Config> = args
        .configs
        .iter()
        .map(|path| Config::read(path))
        .collect::<Result<_, Failure>>()?;
    let mut gathered = gathered?;
    gathered.configs = configs;
    let wrong: Vec<_> = gathered.findings.iter().chain(&known.findings).cloned().collect();
    if any_error(&wrong) {
        output::refused(&wrong, args.json, streams);
        return Ok(Exit::BadInput);
    }
    let subjects: Vec<Subject<'_>> = gathered
        .locks
        .iter()
        .map(|(lock, tier)| Subject {
            lock,
            tier: tier.as_ref(),
        })
        .collect();
    let setting = Setting {
        targets: &known.targets,
        policy: &known.policy,
        today,
        which: &which,
    };
    let mut report = judge(&subjects, &setting);
    let mut before: Vec<_> = gathered.stale.clone();
    let found: Vec<_> = gathered.locks.par_iter().map(|(lock, _)| sound(lock)).collect();
    before.extend(found.into_iter().flatten());
    report.judged.splice(0..0, before);
    let locks: Vec<_> = gathered.locks.iter().map(|(lock, _)| lock).collect();
    let places: Vec<&Target> = match &which {
        Which::Named(ids) => ids.iter().filter_map(|id| known.targets.get(id)).collect(),
        Which::Asked | Which::All => Vec::new(),
    };
    let found = gathered
        .configs
        .iter()
        .flat_map(|config| config.check(&locks, &places));
    report.judged.extend(found);
    let whole = args.what.is_empty()
        && gathered.configs.is_empty()
        && args.platforms.is_empty()
        && which == Which::Asked;
    let other_codes: Vec<&str> = all_codes().map(Code::as_str).collect();
    let waived = settle(&mut report, &levels, &known.waivers, today, whole, &other_codes);
    let exit = exit(&report);
    let waivers = &known.waivers;
    match args.format {
        Some(format) => output::write(format, &gathered, &wrong, &report, &waived, waivers, streams),
        None => output::show(&gathered, &wrong, &report, &waived, waivers, args.json, streams),
    }
    Ok(exit)
}

fn exit(report: &Report) -> Exit {
    let mut exit = Exit::Clean;
    for judged in &report.judged {
        let finding = &judged.finding;
        exit = exit.worst(match finding.severity {
            Severity::Error if finding.code == LOCK_STALE => Exit::StaleLock,
            Severity::Error if finding.code == PREFIX_FILE_UNREADABLE => Exit::Unavailable,
            Severity::Error if is_drift(finding.code) => Exit::Drifted,
            Severity::Error => Exit::Findings,
            _ => Exit::Clean,
        });
    }
    exit
}

/// The one look at the clock.
fn today() -> Date {
    Timestamp::now().to_zoned(TimeZone::UTC).date()
}

fn levels(args: &VerifyArgs) -> Result<Levels, Failure> {
    let set = |words: &[String]| words.iter().cloned().collect::<BTreeSet<String>>();
    let levels = Levels {
        deny: set(&args.deny),
        warn: set(&args.warn),
        allow: set(&args.allow),
    };
    match levels.unknown(&TABLES).first() {
        None => Ok(levels),
        Some(word) => Err(unknown_code(word)),
    }
}

fn which(args: &VerifyArgs, known: &Conformance) -> Result<Which, Failure> {
    if args.all_targets {
        return Ok(Which::All);
    }
    if args.targets.is_empty() {
        return Ok(Which::Asked);
    }
    let ids = args
        .targets
        .iter()
        .map(|id| Ok(target_named(known, id)?.id.clone()));
    Ok(Which::Named(ids.collect::<Result<_, Failure>>()?))
}

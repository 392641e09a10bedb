//! `export`: one lock as files that other programs read. Chooses the lock, hands it to a format, and writes what comes
//! back; what a file holds is the business of the formats.

mod list;
mod place;
mod write;

use std::collections::BTreeSet;

use pyiron_lock_core::{Exit, Finding, Severity, finding::any_error, suggest};
use pyiron_lock_export::{
    Export, ExportError, Format, Input, Needs, Parameters, Place, Subject, format_named, formats, release,
};
use rayon::prelude::*;
use serde_json::{Value, json};

use self::write::Written;
use super::targets::target_named;
use crate::{
    args::{ExportArgs, Global},
    conformance::{Conformance, project_root},
    failure::Failure,
    files::shown,
    locks::named::{Chosen, Locked, Named, gather},
    render::{counted, finding_view, findings_text},
    streams::Streams,
};

/// Exports one lock, or lists what it can be exported as.
pub(crate) fn execute(args: &ExportArgs, global: &Global, streams: &Streams) -> Result<Exit, Failure> {
    let Some(name) = args.format.as_deref().filter(|_| !args.list) else {
        list::show(args.json, streams);
        return Ok(Exit::Clean);
    };
    let format = named(name)?;
    if args.json && args.output.is_none() {
        return Err(
            Failure::bad_input("`--json` tells what was written, and nothing would be")
                .help("name a folder with `-o DIR`"),
        );
    }
    let parameters = Parameters::read(format, settings(&args.set)?)?;
    let known = Conformance::read(project_root(global.project.as_deref()).as_deref())?;
    if any_error(&known.findings) {
        return Ok(refused(&known.findings, args.json, streams));
    }
    let target = args.target.as_deref().map(|id| target_named(&known, id));
    let target = target.transpose()?;
    let words = Named {
        tier: args.tier.as_deref(),
        lock: args.lock.as_deref(),
        environment: args.environment.as_deref(),
        platform: args.platform.as_deref(),
        lock_dir: args.lock_dir.as_deref(),
        serves: target.map(|target| (&known, target)),
        every: format.needs == Needs::Locks,
        subdir: None,
    };
    let chosen = match gather(&words, global)? {
        Ok(chosen) => chosen,
        Err(findings) => return Ok(refused(&findings, args.json, streams)),
    };
    let place = target.map(place::of);
    let made = make(format, &chosen, place.as_ref(), &parameters)?;
    finish(&made, args, streams)
}

fn named(name: &str) -> Result<&'static Format, Failure> {
    format_named(name).ok_or_else(|| {
        let failure = Failure::bad_input(format!("there is no format `{}`", name.escape_debug()));
        match suggest::nearest(name, formats().map(|format| format.name)) {
            Some(near) => failure.help(format!("did you mean `{near}`?")),
            None => failure.help("`pyiron-lock export --list` shows what there is"),
        }
    })
}

/// Takes the words of `--set` apart.
fn settings(words: &[String]) -> Result<Vec<(String, String)>, Failure> {
    let mut settings = Vec::new();
    let mut keys = BTreeSet::new();
    for word in words {
        let Some((key, value)) = word.split_once('=') else {
            return Err(
                Failure::bad_input(format!("`--set {}` gives no value", word.escape_debug()))
                    .help("write `--set KEY=VALUE`"),
            );
        };
        if !keys.insert(key) {
            return Err(Failure::bad_input(format!(
                "`{}` is set twice",
                key.escape_debug()
            )));
        }
        settings.push((key.to_owned(), value.to_owned()));
    }
    Ok(settings)
}

/// What a format made, with the names of what it was made from.
struct Made {
    format: &'static str,
    tier: String,
    locks: Vec<Lock>,
    export: Export,
}

/// What a lock is called.
struct Lock {
    platform: String,
    release: String,
    digest: String,
}

/// A lock that can be exported, and those that it contains.
struct Family<'a> {
    own: Subject<'a>,
    ancestors: Vec<Subject<'a>>,
}

impl<'a> Family<'a> {
    fn of(chosen: &'a Chosen) -> Result<Self, ExportError> {
        let subject = |locked: &'a Locked| Subject::new(&locked.lock, locked.tier.clone());
        Ok(Self {
            own: subject(&chosen.own)?,
            ancestors: chosen.ancestors.iter().map(subject).collect::<Result<_, _>>()?,
        })
    }
}

fn make(
    format: &'static Format,
    chosen: &[Chosen],
    place: Option<&Place>,
    parameters: &Parameters,
) -> Result<Made, Failure> {
    let families: Vec<Family<'_>> = chosen.par_iter().map(Family::of).collect::<Result<_, _>>()?;
    let inputs: Vec<Input<'_>> = families
        .iter()
        .map(|family| Input {
            own: &family.own,
            ancestors: &family.ancestors,
            place,
            parameters,
        })
        .collect();
    let export = match inputs.as_slice() {
        [input] => format.make(input)?,
        inputs => release(inputs)?,
    };
    let locks = families.iter().map(|Family { own, .. }| Lock {
        platform: own.platform().name.to_string(),
        release: own.release.id.clone(),
        digest: own.release.digest.clone(),
    });
    Ok(Made {
        format: format.name,
        tier: families
            .first()
            .map(|family| family.own.tier.name.clone())
            .unwrap_or_default(),
        locks: locks.collect(),
        export,
    })
}

/// Writes the files, if there are any to be, and tells what was found.
fn finish(made: &Made, args: &ExportArgs, streams: &Streams) -> Result<Exit, Failure> {
    let Export { files, findings } = &made.export;
    let failed = any_error(findings);
    let mut written = Vec::new();
    let platforms: Vec<&str> = made.locks.iter().map(|lock| lock.platform.as_str()).collect();
    let platforms = platforms.join(", ");
    let mut text = format!("exported `{}` on {platforms} as {}", made.tier, made.format);
    if failed {
        text = format!(
            "nothing was exported: `{}` on {platforms} cannot be {}",
            made.tier, made.format
        );
    } else if let Some(folder) = &args.output {
        written = write::write(folder, files, args.force)?;
        text.push_str(&format!(
            ": {} in {}",
            counted(files.len(), "file"),
            shown(folder)
        ));
    } else {
        let mut all = files.iter();
        let (Some((_, file)), None) = (all.next(), all.next()) else {
            return Err(Failure::bad_input(format!(
                "{} makes {}",
                made.format,
                counted(files.len(), "file")
            ))
            .help("name a folder for them with `-o DIR`"));
        };
        streams.result(&file.text);
    }
    tell(findings, streams);
    streams.talk(&text);
    if args.json {
        streams.json(view(made, &written));
    }
    Ok(if failed { Exit::Findings } else { Exit::Clean })
}

/// Shows findings beside the result; notes are talk.
fn tell(findings: &[Finding], streams: &Streams) {
    let (notes, others): (Vec<Finding>, Vec<Finding>) = findings
        .iter()
        .cloned()
        .partition(|finding| finding.severity == Severity::Note);
    streams.complain(&findings_text(&others, streams.stderr_color()));
    if !notes.is_empty() {
        streams.talk(findings_text(&notes, streams.stderr_color()).trim_end_matches('\n'));
    }
}

fn view(made: &Made, written: &[Written]) -> Value {
    let findings: Vec<_> = made.export.findings.iter().map(finding_view).collect();
    let lock =
        |lock: &Lock| json!({"platform": lock.platform, "release": lock.release, "digest": lock.digest});
    let mut view = json!({
        "format": made.format,
        "tier": made.tier,
        "files": written,
        "findings": findings,
    });
    match made.locks.as_slice() {
        [one] => {
            view["platform"] = json!(one.platform);
            view["release"] = json!(one.release);
            view["digest"] = json!(one.digest);
        }
        several => view["locks"] = several.iter().map(lock).collect(),
    }
    view
}

/// Tells what is wrong with the project before anything is exported.
fn refused(findings: &[Finding], json: bool, streams: &Streams) -> Exit {
    if json {
        let views: Vec<_> = findings.iter().map(finding_view).collect();
        streams.json(json!({"files": [], "findings": views}));
    }
    streams.complain(&findings_text(findings, streams.stderr_color()));
    Exit::BadInput
}

impl From<ExportError> for Failure {
    fn from(error: ExportError) -> Self {
        let failure = Self::bad_input(error.to_string());
        match error.help() {
            Some(help) => failure.help(help),
            None => failure,
        }
    }
}

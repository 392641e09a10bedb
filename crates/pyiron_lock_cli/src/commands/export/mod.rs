//! `export`: one lock as files that other programs read. Chooses the lock, hands it to a format, and writes what comes
//! back; what a file holds is the business of the formats.

mod gather;
mod list;
mod place;
mod write;

use std::collections::BTreeSet;

use pyiron_lock_core::{Exit, Finding, Severity, finding::any_error, suggest};
use pyiron_lock_export::{
    Export, ExportError, Format, Input, Parameters, Place, Subject, Tier, format_named, formats,
};
use serde_json::{Value, json};

use self::{
    gather::{Chosen, gather},
    write::Written,
};
use super::targets::target_named;
use crate::{
    args::{ExportArgs, Global},
    conformance::{Conformance, project_root},
    failure::Failure,
    files::shown,
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
    let chosen = match gather(args, global, &known, target)? {
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
    platform: String,
    release: String,
    digest: String,
    export: Export,
}

fn make(
    format: &'static Format,
    chosen: &Chosen,
    place: Option<&Place>,
    parameters: &Parameters,
) -> Result<Made, Failure> {
    let own = Subject::new(&chosen.own.lock, chosen.own.tier.clone())?;
    let ancestors = chosen
        .ancestors
        .iter()
        .map(|ancestor| Subject::new(&ancestor.lock, ancestor.tier.clone()))
        .collect::<Result<Vec<_>, _>>()?;
    let export = format.make(&Input {
        own: &own,
        ancestors: &ancestors,
        place,
        parameters,
    })?;
    Ok(Made {
        format: format.name,
        tier: own.tier.name.clone(),
        platform: own.platform().name.to_string(),
        release: own.release.id.clone(),
        digest: own.release.digest.clone(),
        export,
    })
}

/// Writes the files, if there are any to be, and tells what was found.
fn finish(made: &Made, args: &ExportArgs, streams: &Streams) -> Result<Exit, Failure> {
    let Export { files, findings } = &made.export;
    let failed = any_error(findings);
    let mut written = Vec::new();
    let mut text = format!("exported `{}` on {} as {}", made.tier, made.platform, made.format);
    if failed {
        text = format!(
            "nothing was exported: `{}` on {} cannot be {}",
            made.tier, made.platform, made.format
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
        streams.result(&format!("{:#}\n", view(made, &written)));
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
    json!({
        "format": made.format,
        "tier": made.tier,
        "platform": made.platform,
        "release": made.release,
        "digest": made.digest,
        "files": written,
        "findings": findings,
    })
}

/// Tells what is wrong with the project before anything is exported.
fn refused(findings: &[Finding], json: bool, streams: &Streams) -> Exit {
    if json {
        let views: Vec<_> = findings.iter().map(finding_view).collect();
        streams.result(&format!("{:#}\n", json!({"files": [], "findings": views})));
    }
    streams.complain(&findings_text(findings, streams.stderr_color()));
    Exit::BadInput
}

/// A tier as exports know it.
fn tier_of(tier: &pyiron_lock_spec::Tier) -> Tier {
    let texts = |texts: &[pyiron_lock_core::Spanned<String>]| {
        texts.iter().map(|text| text.value.clone()).collect::<Vec<_>>()
    };
    Tier {
        name: tier.name.to_string(),
        aliases: tier.aliases.iter().map(|alias| alias.value.to_string()).collect(),
        description: tier.description.clone(),
        targets: texts(&tier.targets),
        smoke: pyiron_lock_export::Smoke {
            imports: texts(&tier.smoke.imports),
            commands: texts(&tier.smoke.commands),
        },
    }
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

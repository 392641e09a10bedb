//! `validate`: everything that can be said about specs without solving.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use pyiron_lock_core::{Exit, Finding, RecordSource, Severity, SourceRef, finding::any_error};
use pyiron_lock_gateway::ChannelIndex;
use pyiron_lock_solve::{codes::PACKAGE_NOT_FOUND, suggestion};
use pyiron_lock_spec::{EnvironmentFile, MAX_FILE_BYTES, compose, read_environment};
use rattler_conda_types::Subdir;
use serde_json::{Value, json};

use crate::{
    args::{ChannelArgs, Global, ValidateArgs},
    channels::Channels,
    codes::FILE_UNREADABLE,
    failure::Failure,
    files::{read_source, shown},
    platforms::SUBDIRS,
    project::{self, Loaded, MANIFEST},
    render::{counted, finding_view, findings_text, suggestion_text},
    streams::Streams,
};

/// What was read and what was found in it.
#[derive(Default)]
struct Report {
    files: Vec<String>,
    findings: Vec<Finding>,
    /// Files that could not be read, by name.
    unreadable: Vec<(String, Finding)>,
}

/// Checks the paths given, or the project.
pub(crate) fn execute(args: &ValidateArgs, global: &Global, streams: &Streams) -> Result<Exit, Failure> {
    let mut report = Report::default();
    if args.paths.is_empty() {
        let root = project::locate(global.project.as_deref())?;
        check_project(&root, &args.channels, &mut report)?;
    }
    for path in &args.paths {
        match project_of(path) {
            Some(root) => check_project(&root, &args.channels, &mut report)?,
            None => check_file(path, args, &mut report)?,
        }
    }
    show(&report, args.json, streams);
    let wrong = any_error(&report.findings) || !report.unreadable.is_empty();
    Ok(if wrong { Exit::BadInput } else { Exit::Clean })
}

/// Returns the project that a path stands for: its folder, its `specs` folder or its manifest.
fn project_of(path: &Path) -> Option<PathBuf> {
    let path = std::fs::canonicalize(path).ok()?;
    let specs = if path.join(MANIFEST).is_file() {
        return Some(path);
    } else if path.is_dir() {
        path
    } else {
        path.parent().filter(|_| path.ends_with(MANIFEST))?.to_owned()
    };
    let root = specs.parent()?;
    (specs.ends_with("specs") && root.join(MANIFEST).is_file()).then(|| root.to_owned())
}

fn check_file(path: &Path, args: &ValidateArgs, report: &mut Report) -> Result<(), Failure> {
    let source = match read_source(path, MAX_FILE_BYTES) {
        Ok(source) => source,
        Err(failure) => {
            let mut finding = Finding::new(FILE_UNREADABLE, failure.message());
            finding.help = failure.advice().map(str::to_owned);
            report.unreadable.push((shown(path), finding));
            return Ok(());
        }
    };
    report.files.push(source.name().to_owned());
    let reading = read_environment(
        &source,
        args.specs.dialect().or_else(|| project::dialect_for(path)),
    );
    report.findings.extend(reading.findings);
    let named = |file: &EnvironmentFile| !file.channels.is_empty() || !args.channels.channels.is_empty();
    if let Some(file) = reading
        .value
        .filter(|file| !args.channels.sources.is_empty() && named(file))
    {
        let channels = Channels::of_file(&args.channels, &file)?;
        let subdirs: BTreeSet<Subdir> = if file.platforms.is_empty() {
            SUBDIRS.into_iter().collect()
        } else {
            file.platforms.iter().map(|platform| platform.value).collect()
        };
        check_names(&[(&file, subdirs)], &channels, report)?;
    }
    Ok(())
}

fn check_project(root: &Path, args: &ChannelArgs, report: &mut Report) -> Result<(), Failure> {
    let Loaded {
        project,
        sources,
        findings,
    } = project::load(root.to_owned())?;
    report.files.extend(sources);
    let broken = any_error(&findings);
    report.findings.extend(findings);
    let Some(project) = project else { return Ok(()) };
    if broken {
        return Ok(());
    }
    let channels = Channels::of_project(args, &project)?;
    let mut seen: Vec<Finding> = Vec::new();
    let mut named: Vec<(&EnvironmentFile, BTreeSet<Subdir>)> = Vec::new();
    for tier in &project.manifest.tiers {
        let platforms: Vec<_> = tier
            .platforms
            .iter()
            .filter_map(|name| project.manifest.platform(name.as_str()))
            .collect();
        if let Some(file) = project.files.get(&tier.name) {
            named.push((file, platforms.iter().map(|platform| platform.subdir).collect()));
        }
        for platform in platforms {
            let reading = compose(
                &project.manifest,
                &project.files,
                &tier.name,
                platform,
                &channels.list,
            );
            seen.extend(
                reading
                    .findings
                    .into_iter()
                    .filter(|finding| !report.findings.contains(finding)),
            );
        }
    }
    for finding in seen {
        if !report.findings.contains(&finding) {
            report.findings.push(finding);
        }
    }
    check_names(&named, &channels, report)
}

/// Warns of names that no channel at hand has on any of the platforms in question.
fn check_names(
    files: &[(&EnvironmentFile, BTreeSet<Subdir>)],
    channels: &Channels,
    report: &mut Report,
) -> Result<(), Failure> {
    let Some(sources) = channels.sources_at_hand() else {
        return Ok(());
    };
    let subdirs: BTreeSet<Subdir> = files
        .iter()
        .flat_map(|(_, subdirs)| subdirs.iter().copied())
        .collect();
    let index = ChannelIndex::open(&sources, &subdirs, None).map_err(pyiron_lock_core::SourceError::from)?;
    let names: BTreeMap<Subdir, BTreeSet<String>> = subdirs
        .into_iter()
        .map(|subdir| (subdir, index.names(subdir)))
        .collect();
    for (file, subdirs) in files {
        for dependency in &file.dependencies {
            let name = dependency.name.as_normalized();
            let known = || subdirs.iter().filter_map(|subdir| names.get(subdir));
            if name.starts_with("__") || known().any(|names| names.contains(name)) {
                continue;
            }
            report.findings.push(unknown_name(
                &file.source,
                dependency.span,
                name,
                &known().flatten().cloned().collect(),
            ));
        }
    }
    Ok(())
}

fn unknown_name(
    source: &SourceRef,
    span: pyiron_lock_core::Span,
    name: &str,
    known: &BTreeSet<String>,
) -> Finding {
    let mut finding = Finding::new(
        PACKAGE_NOT_FOUND,
        format!("the channels at hand have no package `{name}`"),
    )
    .at(source, span, "asked for here");
    finding.severity = Severity::Warning;
    match suggestion(name, known) {
        Some(meant) => finding.help(suggestion_text(name, &meant)),
        None => finding,
    }
}

fn show(report: &Report, json: bool, streams: &Streams) {
    if json {
        streams.json(json!({ "files": views(report) }));
        return;
    }
    streams.result(&findings_text(&report.findings, streams.stdout_color()));
    let unreadable: Vec<Finding> = report
        .unreadable
        .iter()
        .map(|(_, finding)| finding.clone())
        .collect();
    streams.result(&findings_text(&unreadable, streams.stdout_color()));
    let count = |severity| {
        let all = report.findings.iter().chain(&unreadable);
        all.filter(|finding| finding.severity == severity).count()
    };
    streams.detail(&format!(
        "{} checked: {}, {}\n",
        counted(report.files.len(), "file"),
        counted(count(Severity::Error), "error"),
        counted(count(Severity::Warning), "warning"),
    ));
}

/// Returns each file with its verdict and the findings whose first place is in it.
fn views(report: &Report) -> Vec<Value> {
    let first = report.files.first().map(String::as_str);
    let view = |file: &str, findings: Vec<&Finding>| {
        let refused = findings.iter().any(|finding| finding.is_error());
        json!({
            "file": file,
            "verdict": if refused { "refused" } else { "accepted" },
            "findings": findings.into_iter().map(finding_view).collect::<Vec<_>>(),
        })
    };
    let read = report.files.iter().map(|file| {
        let of_file = report.findings.iter().filter(|finding| {
            let place = finding.origins.first().map(|origin| origin.source.name());
            place.or(first) == Some(file)
        });
        view(file, of_file.collect())
    });
    let unreadable = report
        .unreadable
        .iter()
        .map(|(file, finding)| view(file, vec![finding]));
    read.chain(unreadable).collect()
}

//! `validate`: everything that can be said about specs without solving.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use pyiron_lock_core::{Exit, Finding, RecordSource, Severity, SourceRef, finding::any_error, suggest};
use pyiron_lock_gateway::DirectoryIndex;
use pyiron_lock_solve::codes::PACKAGE_NOT_FOUND;
use pyiron_lock_spec::{EnvironmentFile, MAX_FILE_BYTES, compose, read_environment};
use rattler_conda_types::Subdir;
use serde_json::json;

use crate::{
    args::{ChannelArgs, Global, ValidateArgs},
    channels::Channels,
    failure::Failure,
    files::{read_source, shown},
    platforms::SUBDIRS,
    project::{self, Loaded, MANIFEST},
    render::{counted, finding_view, findings_text},
    streams::Streams,
};

/// What was read and what was found in it.
#[derive(Default)]
struct Report {
    files: Vec<String>,
    findings: Vec<Finding>,
}

/// Checks the paths given, or the project.
pub(crate) fn execute(args: &ValidateArgs, global: &Global, streams: &Streams) -> Result<Exit, Failure> {
    let mut report = Report::default();
    if args.paths.is_empty() {
        let root = project::locate(global.project.as_deref())?;
        check_project(&root, &args.channels, &mut report)?;
    }
    for path in &args.paths {
        let manifest_parent = path
            .ends_with("tiers.yml")
            .then(|| path.parent().and_then(Path::parent))
            .flatten()
            .map(|root| {
                if root.as_os_str().is_empty() {
                    Path::new(".")
                } else {
                    root
                }
            });
        if path.is_dir() && path.join(MANIFEST).is_file() {
            check_project(path, &args.channels, &mut report)?;
        } else if let Some(root) = manifest_parent.filter(|root| root.join(MANIFEST).is_file()) {
            check_project(root, &args.channels, &mut report)?;
        } else if path.is_dir() {
            return Err(Failure::bad_input(format!("{} holds no {MANIFEST}", shown(path)))
                .help("give an environment.yml, or the folder of a project"));
        } else {
            check_file(path, &args.channels, &mut report)?;
        }
    }
    show(&report, args.json, streams);
    Ok(if any_error(&report.findings) {
        Exit::BadInput
    } else {
        Exit::Clean
    })
}

fn check_file(path: &Path, channels: &ChannelArgs, report: &mut Report) -> Result<(), Failure> {
    let source = read_source(path, MAX_FILE_BYTES)?;
    report.files.push(source.name().to_owned());
    let reading = read_environment(&source, None);
    report.findings.extend(reading.findings);
    if let Some(file) = reading.value {
        let named: Vec<String> = file
            .channels
            .iter()
            .map(|channel| channel.value.clone())
            .collect();
        if !channels.sources.is_empty() {
            let channels = Channels::new(channels, None, &named)?;
            let subdirs: BTreeSet<Subdir> = if file.platforms.is_empty() {
                SUBDIRS.into_iter().collect()
            } else {
                file.platforms.iter().map(|platform| platform.value).collect()
            };
            check_names(&[(&file, subdirs)], &channels, report)?;
        }
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
    let channels = Channels::new(args, Some(&project), &[])?;
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
        if broken {
            continue;
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
    let sources = channels.known_sources();
    if sources.is_empty() || sources.len() < channels.list.len() {
        return Ok(());
    }
    let subdirs: BTreeSet<Subdir> = files
        .iter()
        .flat_map(|(_, subdirs)| subdirs.iter().copied())
        .collect();
    let index = DirectoryIndex::open(&sources, &subdirs).map_err(pyiron_lock_core::SourceError::from)?;
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
                known().flatten(),
            ));
        }
    }
    Ok(())
}

fn unknown_name<'a>(
    source: &SourceRef,
    span: pyiron_lock_core::Span,
    name: &str,
    known: impl Iterator<Item = &'a String>,
) -> Finding {
    let mut finding = Finding::new(
        PACKAGE_NOT_FOUND,
        format!("the channels at hand have no package `{name}`"),
    )
    .at(source, span, "asked for here");
    finding.severity = Severity::Warning;
    match suggest::nearest(name, known.map(String::as_str)) {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => finding,
    }
}

fn show(report: &Report, json: bool, streams: &Streams) {
    let of = |file: &str| -> Vec<&Finding> {
        let first = |finding: &&Finding| {
            finding
                .origins
                .first()
                .map_or(report.files.first().map(String::as_str), |origin| {
                    Some(origin.source.name())
                })
                == Some(file)
        };
        report.findings.iter().filter(first).collect()
    };
    if json {
        let files: Vec<_> = report
            .files
            .iter()
            .map(|file| {
                let findings = of(file);
                let refused = findings.iter().any(|finding| finding.is_error());
                json!({
                    "file": file,
                    "verdict": if refused { "refused" } else { "accepted" },
                    "findings": findings.into_iter().map(finding_view).collect::<Vec<_>>(),
                })
            })
            .collect();
        streams.result(&format!("{:#}\n", json!({ "files": files })));
        return;
    }
    streams.result(&findings_text(&report.findings, streams.stdout_color()));
    let count = |severity| {
        report
            .findings
            .iter()
            .filter(|finding| finding.severity == severity)
            .count()
    };
    streams.detail(&format!(
        "{} checked: {}, {}\n",
        counted(report.files.len(), "file"),
        counted(count(Severity::Error), "error"),
        counted(count(Severity::Warning), "warning"),
    ));
}

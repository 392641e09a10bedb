//! `tiers`: what there is to install, how it builds on each other, and whether the locks serve.

use clap::builder::styling::{AnsiColor, Style};
use pyiron_lock_core::{Exit, Finding, TierName, finding::any_error};
use pyiron_lock_solve::StaleReason;
use pyiron_lock_spec::{Manifest, Tier};
use rayon::prelude::*;
use serde::Serialize;
use serde_json::json;

use crate::{
    args::{Global, TiersArgs},
    channels::Channels,
    failure::Failure,
    files::shown,
    locks::{Choice, Item, Plan, State, read_lock, tier_named},
    project::{self, Loaded, Project},
    render::{counted, finding_view, findings_text, folded, stale_text},
    streams::Streams,
};

/// A tier with its locks.
#[derive(Serialize)]
struct TierView {
    name: String,
    aliases: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    spec: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    contains: Option<String>,
    extends: Vec<String>,
    /// All that it builds on, ancestors first.
    lineage: Vec<String>,
    targets: Vec<String>,
    locks: Vec<LockView>,
}

/// The lock of a tier on one platform.
#[derive(Serialize)]
struct LockView {
    platform: String,
    path: String,
    status: Status,
    /// How many packages it installs, where it can be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    records: Option<usize>,
    /// The bytes of its archives, where every record says how many it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    download_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reasons: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    Current,
    Fits,
    Stale,
    Missing,
}

/// Lists the tiers of a project.
pub(crate) fn execute(args: &TiersArgs, global: &Global, streams: &Streams) -> Result<Exit, Failure> {
    let Loaded {
        project,
        mut findings,
        ..
    } = project::load(project::locate(global.project.as_deref())?)?;
    let mut views = Vec::new();
    if let Some(project) = project.filter(|_| !any_error(&findings)) {
        views = look(&project, args, &mut findings)?;
    }
    let broken = any_error(&findings);
    if args.json {
        let findings: Vec<_> = findings.iter().map(finding_view).collect();
        streams.json(json!({"tiers": views, "findings": findings}));
    } else if broken {
        streams.result(&findings_text(&findings, streams.stdout_color()));
    } else {
        show(&views, streams);
    }
    Ok(if broken { Exit::BadInput } else { Exit::Clean })
}

fn look(project: &Project, args: &TiersArgs, findings: &mut Vec<Finding>) -> Result<Vec<TierView>, Failure> {
    let manifest = &project.manifest;
    let tiers = chosen(manifest, &args.tiers)?;
    let channels = Channels::of_project(&args.channels, project)?;
    let folder = args
        .lock_dir
        .clone()
        .unwrap_or_else(|| project.root.join("lockfiles"));
    let all = Choice {
        tiers: &[],
        platforms: &[],
    };
    let plan = Plan::of_project(project, all, &folder, &channels.list, findings)?;
    Ok(tiers
        .into_par_iter()
        .map(|tier| view(manifest, tier, &plan))
        .collect())
}

fn chosen<'m>(manifest: &'m Manifest, asked: &[String]) -> Result<Vec<&'m Tier>, Failure> {
    if asked.is_empty() {
        return Ok(manifest.tiers.iter().collect());
    }
    asked.iter().map(|name| tier_named(manifest, name)).collect()
}

fn view(manifest: &Manifest, tier: &Tier, plan: &Plan) -> TierView {
    let names = |tiers: Vec<&TierName>| tiers.into_iter().map(ToString::to_string).collect();
    let lineage = manifest.lineage(&tier.name);
    let of_tier = |item: &&Item| item.set.tier.as_ref() == Some(&tier.name);
    TierView {
        name: tier.name.to_string(),
        aliases: names(tier.aliases.iter().map(|alias| &alias.value).collect()),
        description: tier.description.clone(),
        spec: format!("specs/{}", tier.spec.value),
        contains: tier.contains.as_ref().map(|parent| parent.value.to_string()),
        extends: names(tier.extends.iter().map(|parent| &parent.value).collect()),
        lineage: names(
            lineage
                .iter()
                .map(|ancestor| &ancestor.name)
                .filter(|name| **name != tier.name)
                .collect(),
        ),
        targets: tier.targets.iter().map(|target| target.value.clone()).collect(),
        locks: plan.items.iter().filter(of_tier).map(lock_view).collect(),
    }
}

fn lock_view(item: &Item) -> LockView {
    let (status, reasons) = match &item.state {
        State::Current => (Status::Current, Vec::new()),
        State::Fits => (Status::Fits, Vec::new()),
        State::Stale { reasons, .. } if reasons.contains(&StaleReason::Missing) => {
            (Status::Missing, Vec::new())
        }
        State::Stale { reasons, .. } => {
            let told = reasons.iter().map(|reason| stale_text(reason, &item.set));
            (Status::Stale, told.collect())
        }
    };
    let lock = read_lock(&item.path).ok().flatten();
    let sizes = lock
        .iter()
        .flat_map(|lock| &lock.records)
        .map(|record| record.package_record.size);
    LockView {
        platform: item.set.platform.name.to_string(),
        path: shown(&item.path),
        status,
        records: lock.as_ref().map(|lock| lock.records.len()),
        download_bytes: lock.as_ref().and_then(|_| sizes.sum()),
        reasons,
    }
}

fn show(views: &[TierView], streams: &Streams) {
    let paint = |style: Style, text: &str| {
        if streams.stdout_color() {
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    };
    let locks = || views.iter().flat_map(|view| &view.locks);
    let width = locks().map(|lock| lock.platform.len()).max().unwrap_or(0);
    for view in views {
        let mut text = paint(Style::new().bold(), &view.name);
        if !view.aliases.is_empty() {
            text.push_str(&format!(" ({})", view.aliases.join(", ")));
        }
        if let Some(parent) = &view.contains {
            text.push_str(&format!("  contains {parent}"));
        }
        if !view.extends.is_empty() {
            text.push_str(&format!("  extends {}", view.extends.join(", ")));
        }
        text.push('\n');
        if let Some(description) = &view.description {
            text.push_str(&format!("  {description}\n"));
        }
        for lock in &view.locks {
            let records = lock
                .records
                .map(|records| counted(records, "package"))
                .unwrap_or_default();
            let bytes = lock
                .download_bytes
                .map(|bytes| indicatif::HumanBytes(bytes).to_string())
                .unwrap_or_default();
            let state = match lock.status {
                Status::Current => "current".to_owned(),
                Status::Fits => "fits".to_owned(),
                Status::Missing => paint(AnsiColor::Yellow.on_default(), "no lock yet"),
                Status::Stale => {
                    paint(AnsiColor::Yellow.on_default(), "stale") + ": " + &first(&lock.reasons)
                }
            };
            text.push_str(&format!(
                "  {:width$}  {records:>12}  {bytes:>10}  {state}\n",
                lock.platform
            ));
        }
        if !view.targets.is_empty() {
            text.push_str(&format!("  for {}\n", folded(&view.targets)));
        }
        text.push('\n');
        streams.result(&text);
    }
    let serving = locks().filter(|lock| matches!(lock.status, Status::Current | Status::Fits));
    let (serving, all) = (serving.count(), locks().count());
    let mut text = format!(
        "{}; {serving} of {} serve",
        counted(views.len(), "tier"),
        counted(all, "lock")
    );
    if serving < all {
        text.push_str(", `pyiron-lock resolve` makes the others");
    }
    streams.detail(&format!("{text}\n"));
}

/// Returns the first reason, and how many more there are.
fn first(reasons: &[String]) -> String {
    match reasons {
        [] => String::new(),
        [only] => only.clone(),
        [first, more @ ..] => format!("{first} (and {} more)", more.len()),
    }
}

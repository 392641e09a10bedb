//! `generations`: what is installed below a root, which of it is the current one, and who uses it.

use std::fs;

use pyiron_lock_core::Exit;
use pyiron_lock_host::root::{Generation, InUse, TierRoot, Use, current, generations, in_use};
use serde_json::{Value, json};

use super::install::{absolute, of_error, tier_root};
use crate::{
    args::{GenerationsArgs, RootArgs},
    failure::Failure,
    files::shown,
    render::counted,
    streams::Streams,
};

/// Lists the generations of tiers.
pub(crate) fn execute(args: &GenerationsArgs, streams: &Streams) -> Result<Exit, Failure> {
    let mut views = Vec::new();
    for root in tiers(&args.root, &args.tiers)? {
        let all = generations(&root).map_err(|error| of_error(&error.into()))?;
        let releases: Vec<&str> = all.iter().map(Generation::release).collect();
        let uses = in_use(&root, &releases);
        let current = current(&root);
        if args.json {
            views.push(tier_view(&root, &all, current.as_deref(), &uses));
            continue;
        }
        let mut text = format!("{}\n", root.tier());
        for generation in &all {
            text.push_str(&line(generation, current.as_deref(), &uses));
        }
        if all.is_empty() {
            text.push_str("  nothing is installed\n");
        }
        if current.is_some_and(|current| !releases.contains(&current.as_str())) {
            text.push_str(
                "  `current` leads to nothing that is installed: `pyiron-lock rollback` mends it\n",
            );
        }
        streams.result(&text);
    }
    if args.json {
        streams.json(json!({ "tiers": views }));
    }
    Ok(Exit::Clean)
}

/// Returns the tiers that are named, or all below a root.
pub(super) fn tiers(root: &RootArgs, named: &[String]) -> Result<Vec<TierRoot>, Failure> {
    if !named.is_empty() {
        return named.iter().map(|tier| tier_root(root, tier)).collect();
    }
    let folder = absolute(root)?;
    let entries = fs::read_dir(&folder)
        .map_err(|error| Failure::unavailable(format!("{} cannot be read: {error}", shown(&folder))))?;
    let mut names: Vec<String> = entries
        .flatten()
        .filter(|entry| entry.path().join(".pyiron-lock").is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names.iter().map(|tier| tier_root(root, tier)).collect()
}

fn line(generation: &Generation, current: Option<&str>, uses: &InUse) -> String {
    let mark = if current == Some(generation.release()) {
        '*'
    } else {
        ' '
    };
    let of = &generation.provenance;
    let users = uses.of(generation.release());
    let used = if users.is_empty() {
        String::new()
    } else {
        format!(", used by {}", used_text(users))
    };
    format!(
        "{mark} {:>3}  {}  {}, {}, {} by {}{used}\n",
        generation.number(),
        generation.release(),
        of.platform,
        counted(of.records, "package"),
        day(of.finished),
        of.user
    )
}

/// Returns who uses a release, in a few words.
pub(super) fn used_text(users: &[Use]) -> String {
    let shown: Vec<String> = users
        .iter()
        .take(3)
        .map(|user| match user {
            Use::Process(pid) => format!("process {pid}"),
            Use::Lease(path) => {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                format!("lease {}", name.escape_debug())
            }
        })
        .collect();
    match users.len().saturating_sub(shown.len()) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

fn tier_view(root: &TierRoot, all: &[Generation], current: Option<&str>, uses: &InUse) -> Value {
    let generations: Vec<Value> = all
        .iter()
        .map(|generation| {
            let mut view = generation_view(generation);
            view["current"] = json!(current == Some(generation.release()));
            let users = uses.of(generation.release()).iter().map(use_view);
            view["used-by"] = users.collect();
            view
        })
        .collect();
    json!({
        "tier": root.tier(),
        "folder": root.base(),
        "current": current,
        "generations": generations,
        "processes-unseen": uses.unseen,
    })
}

/// Returns a use as JSON.
pub(super) fn use_view(user: &Use) -> Value {
    match user {
        Use::Process(pid) => json!({ "process": pid }),
        Use::Lease(path) => json!({ "lease": path }),
    }
}

/// Returns a generation as JSON.
pub(super) fn generation_view(generation: &Generation) -> Value {
    let of = &generation.provenance;
    json!({
        "generation": of.generation,
        "release": of.release,
        "platform": of.platform,
        "digest": of.digest,
        "prefix": generation.prefix,
        "packages": of.records,
        "finished": moment(of.finished),
        "user": of.user,
        "host": of.host,
    })
}

fn moment(seconds: i64) -> String {
    let moment = jiff::Timestamp::from_second(seconds).unwrap_or_default();
    moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn day(seconds: i64) -> String {
    moment(seconds)[..10].to_owned()
}

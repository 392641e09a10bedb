//! `gc`: old generations that nobody uses are taken away, with the packages that only they were made of.

use pyiron_lock_core::Exit;
use pyiron_lock_host::root::{Collected, Identity, Kept, Limits, TierRoot, Why, collect};
use serde_json::{Value, json};

use super::{
    generations::{generation_view, tiers, use_view, used_text},
    install::{hold, of_error},
};
use crate::{args::GcArgs, failure::Failure, interrupt, streams::Streams};

/// Takes away what nothing speaks for.
pub(crate) fn execute(args: &GcArgs, streams: &Streams) -> Result<Exit, Failure> {
    let limits = Limits {
        keep: args.keep as usize,
        min_age: i64::from(args.min_age) * 86_400,
        now: jiff::Timestamp::now().as_second(),
    };
    let me = Identity::of_this_process();
    let cancel = interrupt::token();
    let mut views = Vec::new();
    for root in tiers(&args.root, &args.tiers)? {
        let held = match args.dry_run || !root.base().is_dir() {
            true => None,
            false => match hold(&root, &me, streams, &cancel)? {
                Some(held) => Some(held),
                None => return Err(Failure::stopped("interrupted while waiting")),
            },
        };
        let done = collect(&root, held.as_ref(), limits).map_err(|error| of_error(&error.into()))?;
        if args.json {
            views.push(view(&root, &done));
        } else {
            streams.result(&text(&root, &done, held.is_some()));
        }
    }
    if args.json {
        streams.json(json!({"dry-run": args.dry_run, "tiers": views}));
    }
    Ok(Exit::Clean)
}

fn text(root: &TierRoot, done: &Collected, really: bool) -> String {
    let mut text = format!("{}\n", root.tier());
    let verb = if really { "removed" } else { "would remove" };
    for generation in &done.removed {
        text.push_str(&format!(
            "  {verb} generation {}, {}\n",
            generation.number(),
            generation.release()
        ));
    }
    for Kept { generation, why } in &done.kept {
        let why = match why {
            Why::Current => "it is the current one".to_owned(),
            Why::New => "it is one of the newest".to_owned(),
            Why::Young => "it is young".to_owned(),
            Why::Used(users) => format!("used by {}", used_text(users)),
        };
        text.push_str(&format!(
            "  kept generation {}, {}: {why}\n",
            generation.number(),
            generation.release()
        ));
    }
    match done.unfinished.len() {
        0 => {}
        1 => text.push_str("  removed what a killed run left\n"),
        count => text.push_str(&format!("  removed what {count} killed runs left\n")),
    }
    if done.unseen > 0 {
        text.push_str(&format!(
            "  of processes of other users only how they were started was seen: {}\n",
            done.unseen
        ));
    }
    text
}

fn view(root: &TierRoot, done: &Collected) -> Value {
    let kept: Vec<Value> = done
        .kept
        .iter()
        .map(|Kept { generation, why }| {
            let mut view = generation_view(generation);
            view["why"] = json!(match why {
                Why::Current => "current",
                Why::New => "new",
                Why::Young => "young",
                Why::Used(_) => "used",
            });
            if let Why::Used(users) = why {
                view["used-by"] = users.iter().map(use_view).collect();
            }
            view
        })
        .collect();
    let removed: Vec<Value> = done.removed.iter().map(generation_view).collect();
    json!({
        "tier": root.tier(),
        "removed": removed,
        "kept": kept,
        "unfinished-removed": done.unfinished,
        "processes-unseen": done.unseen,
    })
}

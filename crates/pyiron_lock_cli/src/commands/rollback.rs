//! `rollback`: an earlier release becomes the current one again, by one swap of a link; nothing is installed or removed.

use pyiron_lock_core::Exit;
use pyiron_lock_host::root::{Generation, Identity, TierRoot, current, generations, previous, switch_to};
use serde_json::json;

use super::{
    generations::generation_view,
    install::{hold, of_error, tier_root},
};
use crate::{args::RollbackArgs, failure::Failure, files::shown, interrupt, streams::Streams};

/// Makes an earlier generation the current one.
pub(crate) fn execute(args: &RollbackArgs, streams: &Streams) -> Result<Exit, Failure> {
    let root = tier_root(&args.root, &args.tier)?;
    if !root.base().is_dir() {
        return Err(Failure::bad_input(format!(
            "nothing is installed in {}",
            shown(root.base())
        )));
    }
    let cancel = interrupt::token();
    let Some(held) = hold(&root, &Identity::of_this_process(), streams, &cancel)? else {
        return Err(Failure::stopped("interrupted while waiting; nothing was changed"));
    };
    let all = generations(&root).map_err(|error| of_error(&error.into()))?;
    let before = current(&root);
    let to = chosen(&root, &all, before.as_deref(), args.generation.as_deref())?;
    switch_to(&root, &held, to).map_err(|error| of_error(&error.into()))?;
    let text = if before.as_deref() == Some(to.release()) {
        format!(
            "generation {} of `{}`, {}, is the current one already",
            to.number(),
            args.tier,
            to.release()
        )
    } else {
        format!(
            "generation {} of `{}`, {}, is the current one now",
            to.number(),
            args.tier,
            to.release()
        )
    };
    streams.talk(&text);
    if args.json {
        let view = json!({"tier": args.tier, "before": before, "now": generation_view(to)});
        streams.json(view);
    }
    Ok(Exit::Clean)
}

fn chosen<'g>(
    root: &TierRoot,
    all: &'g [Generation],
    before: Option<&str>,
    named: Option<&str>,
) -> Result<&'g Generation, Failure> {
    let listed: Vec<String> = all
        .iter()
        .map(|generation| format!("{} ({})", generation.number(), generation.release()))
        .collect();
    let refuse = |what: String| {
        let failure = Failure::bad_input(format!("{what} in {}", shown(root.base())));
        if listed.is_empty() {
            failure.help("nothing is installed there")
        } else {
            failure.help(format!("there are {}", listed.join(", ")))
        }
    };
    match (named, before) {
        (Some(named), _) => all
            .iter()
            .find(|generation| generation.release() == named || generation.number().to_string() == named)
            .ok_or_else(|| refuse(format!("there is no generation `{}`", named.escape_debug()))),
        (None, Some(before)) if all.iter().any(|generation| generation.release() == before) => {
            previous(all, before)
                .ok_or_else(|| refuse("there is no generation before the current one".to_owned()))
        }
        // The link leads to nothing: the newest is what is meant most likely.
        (None, _) => all
            .last()
            .ok_or_else(|| refuse("there is no generation".to_owned())),
    }
}

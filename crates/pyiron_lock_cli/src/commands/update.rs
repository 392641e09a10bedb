//! `update`: reads the index as it is now and makes all locks from it, whatever they hold.

use pyiron_lock_core::Exit;

use crate::{
    args::{Global, UpdateArgs},
    failure::Failure,
    solving::{Manner, Results, of_project, settle},
    streams::Streams,
};

/// Updates the locks of a project, and how far its channels count.
pub(crate) fn execute(args: &UpdateArgs, global: &Global, streams: &Streams) -> Result<Exit, Failure> {
    let mut results = Results::default();
    let manner = Manner::Renew;
    if let Some(task) = of_project(&args.choice, &args.solve, manner, global, streams, &mut results)? {
        settle(task, manner, &args.solve, streams, &mut results)?;
    }
    Ok(results.show(args.solve.json, streams))
}

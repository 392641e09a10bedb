//! `resolve`: makes the locks that are missing or stale, and leaves alone what still fits.

use std::path::Path;

use pyiron_lock_core::{Exit, Pins};
use pyiron_lock_spec::{MAX_FILE_BYTES, compose_single, read_environment};

use crate::{
    args::{Global, ResolveArgs},
    channels::Channels,
    failure::Failure,
    files::read_source,
    locks::Plan,
    platforms, project,
    solving::{Manner, Results, Task, of_project, settle},
    streams::Streams,
};

/// Resolves a project, or one file.
pub(crate) fn execute(args: &ResolveArgs, global: &Global, streams: &Streams) -> Result<Exit, Failure> {
    let mut results = Results::default();
    let manner = match (args.check, args.frozen) {
        (true, _) => Manner::Check,
        (false, true) => Manner::Frozen,
        (false, false) => Manner::Stale,
    };
    let task = match &args.file {
        Some(_) => prepare_file(args, &mut results)?,
        None => of_project(&args.choice, &args.solve, manner, global, streams, &mut results)?,
    };
    if let Some(task) = task {
        settle(task, manner, &args.solve, streams, &mut results)?;
    }
    Ok(results.show(args.solve.json, streams))
}

fn prepare_file(args: &ResolveArgs, results: &mut Results) -> Result<Option<Task>, Failure> {
    let (Some(file), Some(output), [platform]) = (&args.file, &args.output, args.choice.platforms.as_slice())
    else {
        return Err(Failure::bad_input(
            "a lock is for one platform; give `--platform` once with `--file`",
        ));
    };
    if output.as_os_str() == "-" || file.as_os_str() == "-" {
        return Err(
            Failure::bad_input("`-` is not a file").help("name a file; a lock is always written to one")
        );
    }
    let same = |path: &Path| std::fs::canonicalize(path).ok();
    if same(file).is_some() && same(file) == same(output) {
        return Err(
            Failure::bad_input("the lock would overwrite the environment file")
                .help("name another file with `--output`"),
        );
    }
    let platform = platforms::bare(platform, &args.virtual_packages)?;
    let source = read_source(file, MAX_FILE_BYTES)?;
    let dialect = args.specs.dialect().or_else(|| project::dialect_for(file));
    let reading = read_environment(&source, dialect);
    results.findings.extend(reading.findings);
    let Some(environment) = reading.value else {
        return Ok(None);
    };
    let channels = Channels::of_file(&args.solve.channels, &environment)?;
    let reading = compose_single(&environment, &platform, &channels.list);
    results.findings.extend(reading.findings);
    let Some(mut set) = reading.value else {
        return Ok(None);
    };
    set.exclude_newer = args.solve.exclude_newer;
    if results.broken() {
        return Ok(None);
    }
    Ok(Some(Task {
        plan: Plan::of_file(set, output.clone())?,
        channels,
        pins: Pins::default(),
        pins_file: None,
        _guard: None,
    }))
}

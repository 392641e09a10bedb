//! Which commands stand for a scheduler or a container engine. Runs none of them.

/// Commands by the scheduler whose they are; all of them have to be there.
const SCHEDULERS: &[(&str, &[&str])] = &[
    ("slurm", &["sbatch", "squeue", "scancel"]),
    ("sge", &["qsub", "qstat", "qconf"]),
    ("pbs", &["qsub", "qstat", "pbsnodes"]),
    ("lsf", &["bsub", "bjobs"]),
    ("flux", &["flux"]),
];

/// Commands by the container engine whose they are; one of them is enough.
const ENGINES: &[(&str, &[&str])] = &[
    ("docker", &["docker"]),
    ("podman", &["podman"]),
    ("apptainer", &["apptainer", "singularity"]),
    ("enroot", &["enroot"]),
    ("charliecloud", &["ch-run"]),
];

/// Returns every command that is looked for.
pub(super) fn all() -> impl Iterator<Item = &'static str> {
    SCHEDULERS
        .iter()
        .chain(ENGINES)
        .flat_map(|(_, commands)| commands.iter().copied())
}

/// Returns the commands of a scheduler.
pub(super) fn scheduler(name: &str) -> Option<&'static [&'static str]> {
    of(SCHEDULERS, name)
}

/// Returns the commands that an engine goes by.
pub(super) fn engine(name: &str) -> Option<&'static [&'static str]> {
    of(ENGINES, name)
}

/// Returns the schedulers all of whose commands are among those that are there.
pub(super) fn schedulers_of(there: impl Fn(&str) -> bool) -> Vec<&'static str> {
    let whole = SCHEDULERS
        .iter()
        .filter(|(_, commands)| commands.iter().all(|command| there(command)));
    whole.map(|(name, _)| *name).collect()
}

/// Returns the engines one of whose commands is among those that are there.
pub(super) fn engines_of(there: impl Fn(&str) -> bool) -> Vec<&'static str> {
    let some = ENGINES
        .iter()
        .filter(|(_, commands)| commands.iter().any(|command| there(command)));
    some.map(|(name, _)| *name).collect()
}

fn of(table: &[(&str, &'static [&'static str])], name: &str) -> Option<&'static [&'static str]> {
    table
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, commands)| *commands)
}

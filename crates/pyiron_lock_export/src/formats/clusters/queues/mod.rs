//! `queues`: a queue directory of pysqa, for the cluster where jobs run or for a workstation that submits to it over
//! SSH. It does not know which queues a site has.
//!
//! Kinds of queue that pysqa 1.1 has and that are not made: MOAB, whose job numbers it cannot read, and GENT, whose lists
//! of jobs it cannot read.

mod scheduler;
#[cfg(test)]
mod tests;
mod workstation;

use serde::Serialize;

use self::scheduler::Scheduler;
use super::installed::{self, PATH, ROOT};
use crate::{
    ExportError,
    files::Export,
    format::{Format, Group, Needs, Proof},
    input::Input,
    parameters::{Kind, Parameter},
    template::template,
};

pub(super) static FORMAT: Format = Format {
    name: "queues",
    group: Group::Clusters,
    title: "queue directory of pysqa, for a cluster or for a workstation",
    needs: Needs::LinuxAndTarget,
    parameters: &[
        fact(
            "queues",
            "the names of the queues or partitions, the usual one first",
            Kind::Names,
        ),
        fact(
            "cores-max",
            "the most cores of a job: one number, or one for each queue",
            Kind::Numbers,
        ),
        fact(
            "run-time-max",
            "the longest time of a job in seconds: one number, or one for each queue",
            Kind::Numbers,
        ),
        fact(
            "memory-max",
            "the most memory of a job in gigabytes: one number, or one for each queue",
            Kind::Numbers,
        ),
        fact(
            "account",
            "the account or project that jobs are charged to",
            Kind::Name,
        ),
        fact(
            "parallel-environment",
            "the parallel environment that jobs with several cores use",
            Kind::Name,
        ),
        fact(
            "type",
            "the scheduler, unless the target says it",
            Kind::Word(scheduler::WORDS),
        ),
        ROOT,
        PATH,
        Parameter {
            key: "for",
            what: "the cluster itself, or a workstation that submits to it over SSH",
            kind: Kind::Word(&["cluster", "workstation"]),
            default: Some("cluster"),
        },
        fact("host", "the host that SSH reaches", Kind::Name),
        fact("user", "the user name on the cluster", Kind::Name),
        fact("ssh-key", "the private key on the workstation", Kind::Path),
        Parameter {
            key: "known-hosts",
            what: "the file on the workstation that knows the key of the host",
            kind: Kind::Path,
            default: Some("~/.ssh/known_hosts"),
        },
        fact(
            "remote-queues",
            "the folder on the cluster with the queue directory that was made for it",
            Kind::Path,
        ),
        fact(
            "remote-path",
            "the folder on the cluster below which jobs run",
            Kind::Path,
        ),
        fact(
            "local-path",
            "the folder on the workstation below which projects lie",
            Kind::Path,
        ),
    ],
    proofs: &[
        Proof::Tested("pysqa with Slurm"),
        Proof::Tested("pysqa with Grid Engine"),
        Proof::Tested("pysqa over SSH"),
        Proof::Tested("shellcheck"),
        Proof::Documented("bsub of LSF 10.1, qsub of TORQUE 6, flux-batch(1) and RFC 36 of Flux"),
    ],
    export,
};

const fn fact(key: &'static str, what: &'static str, kind: Kind) -> Parameter {
    Parameter {
        key,
        what,
        kind,
        default: None,
    }
}

/// A queue with its limits, none where nobody said one.
#[derive(Debug, Serialize)]
struct Queue<'a> {
    name: &'a str,
    /// Whether `name` is the name of a queue there, and not a word for the one that the scheduler chooses.
    named: bool,
    cores_max: Option<u64>,
    run_time_max: Option<u64>,
    memory_max: Option<u64>,
}

fn export(input: &Input<'_>) -> Result<Export, ExportError> {
    let scheduler = Scheduler::of(&FORMAT, input)?;
    let queues = queues(input, scheduler)?;
    if input.parameters.get("for") == Some("workstation") {
        return workstation::export(input, &queues);
    }
    let mut export = Export::default();
    let names: Vec<&str> = queues.iter().map(|queue| queue.name).collect();
    let prefix = installed::prefix(&FORMAT, input)?;
    export.files.add(
        "queue.yaml",
        template!("clusters/queue.yaml.j2").fill(File {
            stamp: input.stamp(),
            kind: scheduler.pysqa(),
            primary: names[0],
            queues: &queues,
        })?,
    )?;
    for queue in &queues {
        let script = scheduler.template().fill(Script {
            stamp: input.stamp(),
            queue: if queue.named { queue.name } else { "" },
            account: input.parameters.get("account").unwrap_or_default(),
            parallel: input.parameters.get("parallel-environment").unwrap_or_default(),
            prefix: prefix.as_deref().unwrap_or_default(),
        })?;
        let script = script + template!("clusters/queue_command.sh.j2").text;
        export.files.add(&format!("{}.sh", queue.name), script)?;
    }
    let mut wanted = vec!["queues", "cores-max", "run-time-max", ROOT.key];
    if scheduler == Scheduler::GridEngine {
        wanted.push("parallel-environment");
    }
    export.findings = installed::empty(&FORMAT, input, &wanted);
    Ok(export)
}

/// What `queue.yaml` is made from.
#[derive(Serialize)]
struct File<'a> {
    stamp: Vec<String>,
    kind: &'static str,
    primary: &'a str,
    queues: &'a [Queue<'a>],
}

/// What a script is made from; empty for what is not known.
#[derive(Serialize)]
struct Script<'a> {
    stamp: Vec<String>,
    queue: &'a str,
    account: &'a str,
    parallel: &'a str,
    prefix: &'a str,
}

/// Returns the queues with their limits; without names one that leaves the choice to the scheduler.
fn queues<'a>(input: &Input<'a>, scheduler: Scheduler) -> Result<Vec<Queue<'a>>, ExportError> {
    let mut names = input.parameters.list("queues");
    let named = !names.is_empty();
    if !named {
        names.push("default");
    }
    let mut cores = limits(input, "cores-max", names.len())?;
    if scheduler == Scheduler::GridEngine && input.parameters.get("parallel-environment").is_none() {
        // Without a parallel environment there is one slot, whatever is asked for.
        cores = vec![Some(1); names.len()];
    }
    let times = limits(input, "run-time-max", names.len())?;
    let memories = limits(input, "memory-max", names.len())?;
    let limits = cores.into_iter().zip(times).zip(memories);
    let queue = |(name, ((cores_max, run_time_max), memory_max))| Queue {
        name,
        named,
        cores_max,
        run_time_max,
        memory_max,
    };
    Ok(names.into_iter().zip(limits).map(queue).collect())
}

/// Returns a limit for each queue: one number counts for all.
fn limits(input: &Input<'_>, key: &str, queues: usize) -> Result<Vec<Option<u64>>, ExportError> {
    let numbers: Vec<Option<u64>> = input
        .parameters
        .list(key)
        .iter()
        .map(|number| number.parse().ok())
        .collect();
    match numbers.len() {
        0 => Ok(vec![None; queues]),
        1 => Ok(numbers.repeat(queues)),
        given if given == queues => Ok(numbers),
        given => Err(ExportError::Unfit {
            format: FORMAT.name,
            what: format!("has {queues} queues, and `{key}` has {given} numbers"),
            help: Some("give one number for all queues, or one for each".to_owned()),
        }),
    }
}

//! `slurm-verify`: jobs that let the nodes of every partition say whether they are what a target promises. Judges nothing
//! itself: the program does, on each node.

use serde::Serialize;

use crate::{
    ExportError,
    files::Export,
    format::{Format, Group, Needs, Proof},
    input::Input,
    parameters::{Kind, Parameter},
    template::template,
};

pub(super) static FORMAT: Format = Format {
    name: "slurm-verify",
    group: Group::Clusters,
    title: "job arrays that hold the nodes of a cluster against its target",
    needs: Needs::LinuxAndTarget,
    parameters: &[
        Parameter {
            key: "partitions",
            what: "the names of the partitions to look at",
            kind: Kind::Names,
            default: None,
        },
        Parameter {
            key: "tasks",
            what: "how many tasks look at a partition; several may come to one node",
            kind: Kind::Number,
            default: Some("1"),
        },
        Parameter {
            key: "minutes",
            what: "how long a task may take",
            kind: Kind::Number,
            default: Some("5"),
        },
        Parameter {
            key: "account",
            what: "the account that jobs are charged to, that of the user unless given",
            kind: Kind::Name,
            default: None,
        },
        Parameter {
            key: "program",
            what: "the path of `pyiron-lock` on the nodes, the first on PATH unless given",
            kind: Kind::Path,
            default: None,
        },
        Parameter {
            key: "project",
            what: "the project on the nodes that describes the target, none for targets that the program knows",
            kind: Kind::Path,
            default: None,
        },
    ],
    proofs: &[Proof::Tested("Slurm"), Proof::Tested("shellcheck")],
    export,
};

#[derive(Serialize)]
struct Values<'a> {
    stamp: Vec<String>,
    target: &'a str,
    partitions: String,
    tasks: u64,
    minutes: u64,
    account: &'a str,
    program: &'a str,
    project: &'a str,
}

fn export(input: &Input<'_>) -> Result<Export, ExportError> {
    let refuse = |what: String, help: &str| {
        Err(ExportError::Unfit {
            format: FORMAT.name,
            what,
            help: Some(help.to_owned()),
        })
    };
    let scheduler = input.place.and_then(|place| place.scheduler.as_deref());
    if let Some(other) = scheduler.filter(|scheduler| *scheduler != "slurm") {
        let what = format!("is for Slurm, and the scheduler of the target is `{other}`");
        return refuse(
            what,
            "run `pyiron-lock verify --host --target ...` on the nodes by other means",
        );
    }
    let set = |key| input.parameters.get(key).unwrap_or_default();
    let number = |key| input.parameters.number(key).unwrap_or(1);
    let (tasks, minutes) = (number("tasks"), number("minutes"));
    if !(1..=1000).contains(&tasks) || minutes == 0 {
        return refuse(
            format!("cannot run {tasks} tasks of {minutes} minutes"),
            "`tasks` is a number from 1 to 1000, and `minutes` one above zero",
        );
    }
    let values = Values {
        stamp: input.stamp(),
        target: input.place.map(|place| place.id.as_str()).unwrap_or_default(),
        partitions: input.parameters.list("partitions").join(" "),
        tasks,
        minutes,
        account: set("account"),
        program: match set("program") {
            "" => "pyiron-lock",
            program => program,
        },
        project: set("project"),
    };
    let mut export = Export::default();
    let files = &mut export.files;
    files.add_executable(
        "submit.sh",
        template!("clusters/verify_submit.sh.j2").fill(&values)?,
    )?;
    files.add_executable(
        "verify.sbatch",
        template!("clusters/verify.sbatch.j2").fill(&values)?,
    )?;
    files.add_executable(
        "gather.sh",
        template!("clusters/verify_gather.sh.j2").fill(&values)?,
    )?;
    export.findings = input.parameters.without(&FORMAT, |key| key == "partitions");
    Ok(export)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Place, Tier,
        testing::{lock, made},
    };

    fn export(scheduler: Option<&str>, set: &[(&str, &str)]) -> Result<Export, ExportError> {
        let tier = Tier {
            name: "demo".to_owned(),
            ..Tier::default()
        };
        let place = Place {
            id: "it's $(here)".to_owned(),
            scheduler: scheduler.map(ToOwned::to_owned),
            ..Place::default()
        };
        made(&FORMAT, &lock(&["noarch/a-1-0.conda"]), tier, Some(&place), set)
    }

    #[test]
    fn names_and_paths_stay_words() {
        let set = [
            ("partitions", "a,b.c"),
            ("project", "/my $(project)"),
            ("program", "/it's/here"),
        ];
        let made = export(None, &set).unwrap();
        let submit = &made.files.get("submit.sh").unwrap().text;
        assert!(submit.contains("\nPARTITIONS='a b.c'\n"), "{submit}");
        let job = &made.files.get("verify.sbatch").unwrap().text;
        let command =
            "'/it'\\''s/here' verify --host --target 'it'\\''s $(here)' --project '/my $(project)' --json";
        assert!(job.contains(command), "{job}");
        assert!(made.findings.is_empty());
    }

    #[test]
    fn other_schedulers_and_numbers_that_cannot_be_are_refused() {
        assert!(export(Some("slurm"), &[]).is_ok_and(|made| made.findings.len() == 1));
        assert!(export(Some("sge"), &[]).is_err());
        for set in [("tasks", "0"), ("tasks", "1001"), ("minutes", "0")] {
            assert!(export(None, &[set]).is_err(), "{set:?}");
        }
    }
}

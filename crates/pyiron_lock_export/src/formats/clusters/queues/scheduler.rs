//! The schedulers that queues are made for: what pysqa calls them, and their scripts. Submits nothing.

use crate::{
    ExportError,
    format::Format,
    input::Input,
    template::{Template, template},
};

/// The words of the parameter `type`.
pub(super) const WORDS: &[&str] = &["slurm", "sge", "lsf", "torque", "flux"];

/// What starts jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scheduler {
    Slurm,
    GridEngine,
    Lsf,
    Torque,
    Flux,
}

impl Scheduler {
    /// Returns the scheduler that is set, else that of the target. Flux runs inside of jobs of others as well; any other
    /// that the target does not have is refused.
    pub(super) fn of(format: &Format, input: &Input<'_>) -> Result<Self, ExportError> {
        let refuse = |what: String, help: &str| {
            Err(ExportError::Unfit {
                format: format.name,
                what,
                help: Some(help.to_owned()),
            })
        };
        let there = input.place.and_then(|place| place.scheduler.as_deref());
        let there = there.map(|there| if there == "pbs" { "torque" } else { there });
        let set = input.parameters.get("type");
        if let (Some(set), Some(there)) = (set, there)
            && set != there
            && set != "flux"
        {
            let what = format!("is to be for `{set}`, and the scheduler of the target is `{there}`");
            return refuse(what, "choose another target, or leave `type` out");
        }
        match set.or(there) {
            Some("slurm") => Ok(Self::Slurm),
            Some("sge") => Ok(Self::GridEngine),
            Some("lsf") => Ok(Self::Lsf),
            Some("torque") => Ok(Self::Torque),
            Some("flux") => Ok(Self::Flux),
            Some(_) => refuse(
                "needs a scheduler, and the target has none".to_owned(),
                "choose another target",
            ),
            None => refuse(
                "needs to know the scheduler, and the target does not say it".to_owned(),
                "name it with `--set type=...`",
            ),
        }
    }

    /// Returns what pysqa calls it.
    pub(super) const fn pysqa(self) -> &'static str {
        match self {
            Self::Slurm => "SLURM",
            Self::GridEngine => "SGE",
            Self::Lsf => "LSF",
            Self::Torque => "TORQUE",
            Self::Flux => "FLUX",
        }
    }

    /// Returns its script, up to the environment and the command.
    pub(super) const fn template(self) -> Template {
        match self {
            Self::Slurm => template!("clusters/queue_slurm.sh.j2"),
            Self::GridEngine => template!("clusters/queue_sge.sh.j2"),
            Self::Lsf => template!("clusters/queue_lsf.sh.j2"),
            Self::Torque => template!("clusters/queue_torque.sh.j2"),
            Self::Flux => template!("clusters/queue_flux.sh.j2"),
        }
    }
}

//! Sizes of servers, as a person gives them, in the words of each batch system. It knows no site.

use serde::Serialize;

use crate::ExportError;

/// The key of the parameter.
pub(super) const KEY: &str = "sizes";

/// What a server may ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Size {
    pub(super) name: String,
    pub(super) cores: u64,
    /// In GB.
    pub(super) memory: u64,
    pub(super) hours: u64,
}

/// A setting of a spawner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Setting {
    pub(super) name: &'static str,
    pub(super) value: String,
}

pub(super) fn setting(name: &'static str, value: impl Into<String>) -> Setting {
    let value = value.into();
    Setting { name, value }
}

/// The batch systems that batchspawner knows and targets name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum System {
    Slurm,
    GridEngine,
    Lsf,
    Pbs,
}

impl System {
    /// Returns the batch system that a target names.
    pub(super) fn of(scheduler: &str) -> Option<Self> {
        match scheduler {
            "slurm" => Some(Self::Slurm),
            "sge" => Some(Self::GridEngine),
            "lsf" => Some(Self::Lsf),
            "pbs" => Some(Self::Pbs),
            _ => None,
        }
    }

    /// Returns the class in batchspawner.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Slurm => "SlurmSpawner",
            Self::GridEngine => "GridengineSpawner",
            Self::Lsf => "LsfSpawner",
            Self::Pbs => "PBSSpawner",
        }
    }

    /// Returns what every job asks for.
    pub(super) fn settings(self, queue: Option<&str>, account: Option<&str>) -> Vec<Setting> {
        let (queue_trait, account_option) = match self {
            Self::Slurm => ("req_partition", Some("--account=")),
            // Of Grid Engine, batchspawner fills options in and nothing else.
            Self::GridEngine => return options(&grid_engine(queue, account)),
            Self::Lsf | Self::Pbs => ("req_queue", None),
        };
        let mut settings: Vec<Setting> = queue
            .map(|queue| setting(queue_trait, queue))
            .into_iter()
            .collect();
        settings.extend(account.map(|account| match account_option {
            // The account of SLURM is not in the script of batchspawner.
            Some(option) => setting("req_options", format!("{option}{account}")),
            None => setting("req_account", account),
        }));
        settings
    }

    /// Returns what a job of a size asks for; `parallel` is the parallel environment of Grid Engine.
    pub(super) fn sized(
        self,
        size: &Size,
        queue: Option<&str>,
        account: Option<&str>,
        parallel: Option<&str>,
    ) -> Vec<Setting> {
        let (cores, memory, hours) = (size.cores, size.memory, size.hours);
        let (memory, runtime) = match self {
            Self::Slurm => (format!("{memory}G"), format!("{hours}:00:00")),
            Self::Lsf => (format!("{memory}GB"), format!("{hours}:00")),
            Self::Pbs => (format!("{memory}gb"), format!("{hours}:00:00")),
            Self::GridEngine => {
                let mut words = grid_engine(queue, account);
                if let Some(parallel) = parallel.filter(|_| cores > 1) {
                    words.push(format!("-pe {parallel} {cores}"));
                }
                // Grid Engine counts memory for each slot.
                words.push(format!("-l h_rt={hours}:00:00,h_vmem={}M", memory * 1000 / cores));
                return options(&words);
            }
        };
        vec![
            setting("req_nprocs", cores.to_string()),
            setting("req_memory", memory),
            setting("req_runtime", runtime),
        ]
    }
}

fn grid_engine(queue: Option<&str>, account: Option<&str>) -> Vec<String> {
    let queue = queue.map(|queue| format!("-q {queue}"));
    let account = account.map(|account| format!("-P {account}"));
    queue.into_iter().chain(account).collect()
}

fn options(words: &[String]) -> Vec<Setting> {
    if words.is_empty() {
        return Vec::new();
    }
    vec![setting("req_options", words.join(" "))]
}

/// Reads `NAME=CORES/GB/HOURS`, with commas between.
pub(super) fn read(text: &str) -> Result<Vec<Size>, ExportError> {
    let mut sizes: Vec<Size> = Vec::new();
    for part in text.split(',').map(str::trim) {
        let size = one(part).filter(|size| sizes.iter().all(|other| other.name != size.name));
        sizes.push(size.ok_or_else(|| {
            ExportError::Parameter {
                key: KEY,
                value: part.escape_debug().to_string(),
                why: "each is NAME=CORES/GB/HOURS, of letters and whole numbers, and each name there once"
                    .to_owned(),
            }
        })?);
    }
    Ok(sizes)
}

fn one(part: &str) -> Option<Size> {
    let (name, numbers) = part.split_once('=')?;
    let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    if name.is_empty() || name.starts_with('-') || name.len() > 40 || !name.chars().all(plain) {
        return None;
    }
    let numbers: Vec<u64> = numbers
        .split('/')
        .map(|number| {
            number
                .parse()
                .ok()
                .filter(|number| (1..=100_000).contains(number))
        })
        .collect::<Option<_>>()?;
    let [cores, memory, hours] = numbers[..] else {
        return None;
    };
    Some(Size {
        name: name.to_owned(),
        cores,
        memory,
        hours,
    })
}

//! Whether a machine keeps a promise. Pure: what was measured and what was promised are handed in. A machine that has
//! more than was promised keeps the promise; what was not measured is never a yes.

use rattler_conda_types::{Matches, Version};
use rattler_virtual_packages::Archspec;

use super::{
    Machine, Promise, Reading,
    commands::{engine, engines_of, scheduler, schedulers_of},
    seen::LEVELS,
};

/// How a promise stands on a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It is kept.
    Holds,
    /// It is broken.
    Fails,
    /// Nobody can tell here.
    Unmeasured,
}

impl State {
    /// Every state, in the order of the words.
    pub const ALL: [Self; 3] = [Self::Holds, Self::Fails, Self::Unmeasured];

    /// Returns the word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Fails => "fails",
            Self::Unmeasured => "cannot be measured",
        }
    }
}

/// How a promise stands, and what was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// How it stands.
    pub state: State,
    /// What was seen, or why nothing was.
    pub seen: String,
}

fn check(holds: bool, seen: impl Into<String>) -> Check {
    Check {
        state: if holds { State::Holds } else { State::Fails },
        seen: seen.into(),
    }
}

fn unmeasured(why: impl Into<String>) -> Check {
    Check {
        state: State::Unmeasured,
        seen: why.into(),
    }
}

fn of<T>(reading: &Reading<T>, judge: impl FnOnce(&T) -> Check) -> Check {
    match reading {
        Ok(value) => judge(value),
        Err(why) => unmeasured(why.clone()),
    }
}

/// Judges one promise.
pub fn judge(machine: &Machine, promise: &Promise) -> Check {
    let place = |look: &dyn Fn(&super::Place) -> Check| of(&machine.place, |place| look(place));
    match promise {
        Promise::Subdirs(subdirs) => of(&machine.subdir, |own| check(subdirs.contains(own), own.as_str())),
        Promise::AtLeast(name, version) => at_least(machine, name, version),
        Promise::Kept(promised) if promised.name() == "__archspec" => match promised.build() {
            "0" => check(true, "any"),
            build => cpu(machine, build),
        },
        Promise::Kept(promised) => match promised.name() {
            "__unix" | "__win" => {
                let there = machine.virtual_package(promised.name()).is_some();
                check(there, if there { "there" } else { "not there" })
            }
            name => at_least(machine, name, &promised.to_generic().version),
        },
        Promise::Needed(spec) => needed(machine, spec),
        Promise::Libc(wanted) => libc(machine, wanted),
        Promise::Cpus(wanted) => cpus(machine, wanted),
        Promise::Scheduler(name) => named(machine, name),
        Promise::Engines(names) => engines(machine, names),
        Promise::UserNamespaces(promised) => of(&machine.userns, |may| {
            let seen = if *may { "users may" } else { "users may not" };
            check(*may || !promised, seen)
        }),
        Promise::Memory(bytes) => of(&machine.memory, |has| check(has >= bytes, human(*has))),
        Promise::FreeBytes(bytes) => place(&|place| {
            of(&place.free_bytes, |free| {
                check(
                    free >= bytes,
                    format!("{} free, quotas of users not seen", human(*free)),
                )
            })
        }),
        Promise::FreeFiles(files) => place(&|place| {
            of(&place.free_files, |free| {
                check(free >= files, format!("{free} free, quotas of users not seen"))
            })
        }),
        Promise::PathLength(longest) => {
            place(&|place| check(place.length <= *longest, format!("{} characters", place.length)))
        }
        Promise::Umask(promised) => of(&machine.umask, |umask| {
            match u32::from_str_radix(promised.trim_start_matches("0o"), 8) {
                Ok(wanted) => check(wanted == *umask, format!("{umask:04o}")),
                Err(_) => unmeasured("the promise is no umask"),
            }
        }),
        Promise::Group(name) => match machine.groups.get(name) {
            None => unmeasured("the group was not asked about"),
            Some(reading) => of(reading, |inside| {
                let seen = if *inside {
                    "this user is in it"
                } else {
                    "this user is not in it"
                };
                check(*inside, seen)
            }),
        },
        Promise::Modules(promised) => of(&machine.modules, |has| check(promised == has, *has)),
        Promise::Proxy(promised) => match machine.proxy {
            Some(variable) => check(true, format!("{variable} is set")),
            None if *promised => check(false, "no variable names a proxy"),
            None => check(true, "none is set"),
        },
        Promise::Internet { in_jobs, reaches } => internet(machine, *in_jobs, *reaches),
        Promise::HomeReadOnlyInJobs(promised) => match machine.job {
            None => unmeasured("this is no job of a scheduler"),
            Some(_) => of(&machine.home_writable, |writable| {
                let seen = if *writable {
                    "can be written"
                } else {
                    "cannot be written"
                };
                check(*writable || *promised, seen)
            }),
        },
        Promise::User(id) => of(&machine.user, |own| {
            check(u64::from(*own) == *id, own.to_string())
        }),
        Promise::Home(path) => of(&machine.home, |own| {
            check(own.as_os_str() == path.as_str(), own.display().to_string())
        }),
        Promise::Nothing => check(true, "nothing that less would break"),
        Promise::Unmeasurable(why) => unmeasured(*why),
    }
}

/// A number of bytes as people read it.
pub(super) fn human(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    let (mut whole, mut unit) = (bytes, "B");
    let mut rest = 0;
    for next in UNITS {
        if whole < 1024 {
            break;
        }
        (rest, whole, unit) = (whole % 1024 * 10 / 1024, whole / 1024, next);
    }
    if unit == "B" {
        return format!("{whole} B");
    }
    format!("{whole}.{rest} {unit}")
}

/// Adds the variable that spoke in the place of a measurement.
fn said(machine: &Machine, name: &str, seen: String) -> String {
    let variable = match name {
        "__unix" => return seen,
        name => format!(
            "CONDA_OVERRIDE_{}",
            name.trim_start_matches('_').to_ascii_uppercase()
        ),
    };
    match machine.overridden.contains(&variable) {
        true => format!("{seen}, as {variable} says"),
        false => seen,
    }
}

fn at_least(machine: &Machine, name: &str, wanted: &Version) -> Check {
    match machine.virtual_package(name) {
        Some(has) => check(
            has.version >= *wanted,
            said(machine, name, has.version.to_string()),
        ),
        None => check(false, said(machine, name, format!("no {name}"))),
    }
}

fn needed(machine: &Machine, spec: &rattler_conda_types::MatchSpec) -> Check {
    let Some(name) = spec.name.as_exact() else {
        return unmeasured("it names no virtual package");
    };
    let name = name.as_normalized();
    match machine.virtual_package(name) {
        None => check(false, said(machine, name, format!("no {name}"))),
        Some(has) => {
            let build = has.build_string.to_string();
            let seen = match build.as_str() {
                "0" => has.version.to_string(),
                build => format!("{}={build}", has.version),
            };
            check(spec.matches(has), said(machine, name, seen))
        }
    }
}

fn libc(machine: &Machine, wanted: &str) -> Check {
    let glibc = machine.virtual_package("__glibc");
    let seen = glibc.map_or("no glibc".to_owned(), |has| format!("glibc {}", has.version));
    check(
        (wanted == "glibc") == glibc.is_some(),
        said(machine, "__glibc", seen),
    )
}

/// The CPU as people read it: its name and its level.
fn cpu_text(machine: &Machine, own: &[String]) -> String {
    let name = own.first().map_or("unknown", String::as_str);
    match machine.cpu_level().filter(|level| *level != name) {
        Some(level) => format!("{name}, of level {level}"),
        None => name.to_owned(),
    }
}

/// What a lock told the solver: that CPU, or one that runs its programs.
fn cpu(machine: &Machine, wanted: &str) -> Check {
    of(&machine.cpus, |own| {
        let runs = own.iter().any(|cpu| cpu == wanted);
        check(runs, said(machine, "__archspec", cpu_text(machine, own)))
    })
}

/// The CPUs of a target. Locks are made for levels, so that another CPU of the same level keeps the promise.
fn cpus(machine: &Machine, wanted: &[String]) -> Check {
    of(&machine.cpus, |own| {
        let seen = cpu_text(machine, own);
        if wanted.iter().any(|cpu| own.contains(cpu)) {
            return check(true, said(machine, "__archspec", seen));
        }
        let same = wanted.iter().find(|cpu| {
            let level = level_of(cpu);
            level.is_some_and(|level| own.iter().any(|older| older == level))
        });
        let (holds, seen) = match same {
            Some(other) => (true, format!("{seen}, which is that of {other}")),
            None => (false, seen),
        };
        check(holds, said(machine, "__archspec", seen))
    })
}

/// The highest level of a CPU of that name.
fn level_of(cpu: &str) -> Option<&'static str> {
    let Archspec::Microarchitecture(known) = Archspec::from_known_name(cpu)? else {
        return None;
    };
    let is =
        |level: &str| known.name() == level || known.ancestors().iter().any(|older| older.name() == level);
    LEVELS.into_iter().find(|level| is(level))
}

fn named(machine: &Machine, name: &str) -> Check {
    if name == "none" {
        return check(true, "nothing that less would break");
    }
    let Some(wanted) = scheduler(name) else {
        return unmeasured("its commands are not known");
    };
    of(&machine.commands, |there| {
        let missing: Vec<&str> = wanted
            .iter()
            .copied()
            .filter(|command| !there.contains(command))
            .collect();
        if missing.is_empty() {
            return check(true, wanted.join(", "));
        }
        let others = schedulers_of(|command| there.contains(command));
        let others = match others.is_empty() {
            true => String::new(),
            false => format!(", but those of {}", others.join(", ")),
        };
        check(false, format!("no {} on PATH{others}", missing.join(", ")))
    })
}

fn engines(machine: &Machine, names: &[String]) -> Check {
    of(&machine.commands, |there| {
        let has = engines_of(|command| there.contains(command));
        let known: Vec<&str> = names
            .iter()
            .map(String::as_str)
            .filter(|name| engine(name).is_some())
            .collect();
        let missing: Vec<&str> = known.iter().copied().filter(|name| !has.contains(name)).collect();
        if known.is_empty() {
            return unmeasured("no command stands for it");
        }
        match missing.is_empty() {
            true => check(true, known.join(", ")),
            false => check(false, format!("no {} on PATH", missing.join(", "))),
        }
    })
}

fn internet(machine: &Machine, in_jobs: bool, reaches: bool) -> Check {
    if in_jobs != machine.job.is_some() {
        let here = if in_jobs {
            "this is no job of a scheduler"
        } else {
            "this is a job"
        };
        return unmeasured(here);
    }
    if machine.reached.is_empty() {
        return unmeasured("not asked, `--reach HOST` does");
    }
    let mut seen = Vec::new();
    for (host, outcome) in &machine.reached {
        match outcome {
            Ok(()) => seen.push(format!("{host} is reached")),
            Err(why) => seen.push(format!("{host} is not: {why}")),
        }
    }
    let all = machine.reached.iter().all(|(_, outcome)| outcome.is_ok());
    check(all || !reaches, seen.join("; "))
}

#[cfg(test)]
mod tests;

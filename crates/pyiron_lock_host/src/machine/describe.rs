//! A machine in the words that targets use for their facts, so that one can be written from it.

use super::{
    Machine, Reading,
    commands::{engines_of, schedulers_of},
    judge::human,
};

/// Returns what was measured, by the key of the fact that it would be of a target; keys in angle brackets are no facts.
pub fn describe(machine: &Machine) -> Vec<(&'static str, Reading<String>)> {
    let package = |name: &str| match machine.virtual_package(name) {
        Some(has) => Ok(has.version.to_string()),
        None => Ok("none".to_owned()),
    };
    let there = |names: Vec<&str>| match names.is_empty() {
        true => "none".to_owned(),
        false => names.join(", "),
    };
    let yes = |yes: &bool| if *yes { "true" } else { "false" }.to_owned();
    let linux = machine.virtual_package("__linux").is_some();
    let packages: Vec<String> = machine
        .virtual_packages
        .iter()
        .map(|package| {
            let build = package.build_string.to_string();
            match build.as_str() {
                "0" => format!("{}={}", package.name.as_normalized(), package.version),
                build => format!("{}={}={build}", package.name.as_normalized(), package.version),
            }
        })
        .collect();
    let mut facts = vec![
        ("subdirs", machine.subdir.clone().map(|subdir| subdir.to_string())),
        ("<virtual packages>", Ok(packages.join(" "))),
        ("os", machine.os.clone()),
    ];
    if linux {
        facts.push(("glibc", package("__glibc")));
        facts.push(("kernel", package("__linux")));
    } else {
        facts.push(("osx", package("__osx")));
    }
    let newest = |cpus: &Vec<String>| cpus.first().cloned().unwrap_or_default();
    let level = machine.cpu_level().map(str::to_owned);
    facts.extend([
        (
            "archspec-list",
            machine.cpus.as_ref().map(newest).map_err(Clone::clone),
        ),
        (
            "archspec-min",
            level.ok_or_else(|| "its CPU has no level".to_owned()),
        ),
        ("cuda", package("__cuda")),
        (
            "scheduler",
            machine
                .commands
                .as_ref()
                .map_err(Clone::clone)
                .map(|commands| there(schedulers_of(|command| commands.contains(command)))),
        ),
        (
            "container-engines",
            machine
                .commands
                .as_ref()
                .map_err(Clone::clone)
                .map(|commands| there(engines_of(|command| commands.contains(command)))),
        ),
        ("userns", machine.userns.as_ref().map(yes).map_err(Clone::clone)),
        (
            "memory-limit",
            machine
                .memory
                .as_ref()
                .map(|bytes| human(*bytes))
                .map_err(Clone::clone),
        ),
        (
            "umask",
            machine
                .umask
                .as_ref()
                .map(|umask| format!("{umask:04o}"))
                .map_err(Clone::clone),
        ),
        (
            "module-system",
            machine
                .modules
                .as_ref()
                .map(|name| (*name).to_owned())
                .map_err(Clone::clone),
        ),
        (
            "proxy",
            Ok(machine
                .proxy
                .map_or("false".to_owned(), |name| format!("{name} is set"))),
        ),
        (
            "<job>",
            Ok(machine
                .job
                .map_or("no".to_owned(), |name| format!("yes, {name} is set"))),
        ),
    ]);
    if let Ok(place) = &machine.place {
        let options = match place.options.is_empty() {
            true => String::new(),
            false => format!(" ({})", place.options.join(", ")),
        };
        facts.extend([
            ("<place>", Ok(place.path.display().to_string())),
            (
                "<file system>",
                place.file_system.clone().map(|kind| format!("{kind}{options}")),
            ),
            (
                "quota-bytes",
                place
                    .free_bytes
                    .clone()
                    .map(|bytes| format!("{} free", human(bytes))),
            ),
            (
                "quota-inodes",
                place.free_files.clone().map(|files| format!("{files} free")),
            ),
            (
                "<writable>",
                place.writable.as_ref().map(yes).map_err(Clone::clone),
            ),
        ]);
    }
    for (host, outcome) in &machine.reached {
        let reached = outcome.clone().map(|()| format!("{host} is reached"));
        facts.push(("<reach>", reached.map_err(|why| format!("{host}: {why}"))));
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::{super::testing::machine, *};

    #[test]
    fn a_target_can_be_written_from_it() {
        let facts = describe(&machine());
        let of = |key: &str| facts.iter().find(|(known, _)| *known == key).unwrap().1.clone();
        assert_eq!(of("archspec-min").unwrap(), "x86_64_v3");
        assert_eq!(of("scheduler").unwrap(), "slurm");
        assert_eq!(of("cuda").unwrap(), "none");
        assert_eq!(of("memory-limit").unwrap(), "4.0 GiB");
        assert!(of("userns").is_err());
    }
}

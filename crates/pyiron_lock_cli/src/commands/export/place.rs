//! From a target, as the conformance files state it, to the place that exports know. Reads facts, judges none.

use pyiron_lock_conform::data::Target;
use pyiron_lock_export::{Place, Scheduler};

/// Returns the facts of a target that exports go by.
pub(super) fn of(target: &Target) -> Place {
    let text = |key| target.text(key).said().map(str::to_owned);
    let version = |key| target.version(key).said().flatten().map(ToString::to_string);
    let number = |key| target.number(key).said();
    Place {
        id: target.id.clone(),
        title: target.title.clone(),
        kind: target.kind.as_str().to_owned(),
        os: text("os"),
        scheduler: target.text("scheduler").said().and_then(scheduler),
        prefix: text("prefix"),
        shared_group: text("shared-group"),
        umask: text("umask"),
        module_system: text("module-system"),
        internet_login: target.flag("internet-login").said(),
        internet_compute: target.flag("internet-compute").said(),
        hub_version: version("hub-version"),
        spawner: text("spawner"),
        builds_with: text("builds-with"),
        database: text("database"),
        run_as: number("run-as"),
        home: text("home"),
        memory_limit: number("memory-limit"),
        build_storage: number("build-storage"),
        build_minutes: number("build-minutes"),
        quota_inodes: number("quota-inodes"),
        quota_bytes: number("quota-bytes"),
        conda: version("conda"),
    }
}

fn scheduler(word: &str) -> Option<Scheduler> {
    match word {
        "slurm" => Some(Scheduler::Slurm),
        "sge" => Some(Scheduler::GridEngine),
        "lsf" => Some(Scheduler::Lsf),
        "pbs" => Some(Scheduler::Pbs),
        "flux" => Some(Scheduler::Flux),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use pyiron_lock_conform::data::{FIELDS, Shape, Targets};

    use super::*;

    #[test]
    fn every_scheduler_of_the_conformance_files_is_known() {
        let field = FIELDS.iter().find(|field| field.key == "scheduler").unwrap();
        let Shape::Word(words) = field.shape else {
            panic!("{field:?}")
        };
        for word in words.iter().filter(|word| **word != "none") {
            assert!(scheduler(word).is_some(), "{word}");
        }
    }

    #[test]
    fn facts_arrive_as_they_are_stated() {
        let (targets, _) = Targets::read(&[]);
        let cluster = of(targets.get("slurm-rhel-8").unwrap());
        assert_eq!(
            (cluster.kind.as_str(), cluster.os.as_deref()),
            ("hpc", Some("rhel-8"))
        );
        assert_eq!(cluster.scheduler, Some(Scheduler::Slurm));
        let every = targets.all();
        for (key, known) in [
            ("prefix", every.iter().any(|target| of(target).prefix.is_some())),
            (
                "hub-version",
                every.iter().any(|target| of(target).hub_version.is_some()),
            ),
            ("run-as", every.iter().any(|target| of(target).run_as.is_some())),
            (
                "internet-login",
                every.iter().any(|target| of(target).internet_login.is_some()),
            ),
            (
                "memory-limit",
                every.iter().any(|target| of(target).memory_limit.is_some()),
            ),
        ] {
            assert!(known, "no target has {key}");
        }
    }
}

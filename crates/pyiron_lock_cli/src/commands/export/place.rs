//! From a target, as the conformance files state it, to the place that exports know. Reads facts, judges none.

use pyiron_lock_conform::data::Target;
use pyiron_lock_export::Place;

/// Returns the facts of a target that exports go by.
pub(super) fn of(target: &Target) -> Place {
    let text = |key| target.text(key).said().map(str::to_owned);
    let number = |key| target.number(key).said();
    let flag = |key| target.flag(key).said();
    Place {
        id: target.id.clone(),
        prefix: text("prefix"),
        shared_group: text("shared-group"),
        run_as: number("run-as"),
        home: text("home"),
        build_storage: number("build-storage"),
        scheduler: text("scheduler"),
        two_factor: flag("two-factor"),
        ssh_keys: flag("ssh-keys"),
        spawner: text("spawner"),
        hub_version: target
            .version("hub-version")
            .said()
            .flatten()
            .map(ToString::to_string),
        memory_limit: number("memory-limit"),
    }
}

#[cfg(test)]
mod tests {
    use pyiron_lock_conform::data::Targets;

    use super::*;

    #[test]
    fn facts_arrive_as_they_are_stated() {
        let (targets, _) = Targets::read(&[]);
        let binder = of(targets.get("mybinder").unwrap());
        assert_eq!(
            (binder.run_as, binder.build_storage),
            (Some(1000), Some(2_000_000_000))
        );
        let docker = of(targets.get("docker").unwrap());
        assert_eq!(docker.home.as_deref(), Some("/home/jovyan"));
        let raven = of(targets.get("mpcdf-raven").unwrap());
        assert_eq!(raven.scheduler.as_deref(), Some("slurm"));
        assert_eq!((raven.two_factor, raven.ssh_keys), (Some(true), Some(false)));
        let hub = of(targets.get("hub-on-slurm").unwrap());
        let said = [&hub.scheduler, &hub.spawner, &hub.hub_version].map(Option::as_deref);
        assert_eq!(said, [Some("slurm"), Some("batchspawner"), Some("5.5.0")]);
        assert_eq!(
            of(targets.get("pmd-s").unwrap()).memory_limit,
            Some(2_000_000_000)
        );
        assert!(targets.all().iter().any(|target| of(target).prefix.is_some()));
    }
}

//! Promises on a machine made up: kept, broken, and not measured.

use super::{super::testing::machine, *};

fn state(machine: &Machine, promise: &Promise) -> &'static str {
    judge(machine, promise).state.as_str()
}

fn version(text: &str) -> Version {
    text.parse().unwrap()
}

#[test]
fn newer_is_kept_and_older_is_broken() {
    let machine = machine();
    assert_eq!(
        state(&machine, &Promise::AtLeast("__glibc", version("2.28"))),
        "holds"
    );
    assert_eq!(
        state(&machine, &Promise::AtLeast("__glibc", version("2.34"))),
        "fails"
    );
    let absent = judge(&machine, &Promise::AtLeast("__cuda", version("12")));
    assert_eq!((absent.state, absent.seen.as_str()), (State::Fails, "no __cuda"));
}

#[test]
fn what_was_not_measured_is_never_a_yes() {
    let machine = machine();
    for promise in [
        Promise::FreeBytes(1),
        Promise::UserNamespaces(true),
        Promise::Internet {
            in_jobs: false,
            reaches: true,
        },
        Promise::HomeReadOnlyInJobs(false),
        Promise::Group("materials".to_owned()),
        Promise::Unmeasurable("nobody can tell"),
    ] {
        assert_eq!(state(&machine, &promise), "cannot be measured", "{promise:?}");
    }
}

#[test]
fn a_cpu_keeps_its_own_name_and_every_level_below() {
    let machine = machine();
    let one = |name: &str| Promise::Cpus(vec![name.to_owned()]);
    for name in ["zen3", "zen2", "x86_64_v3", "x86_64_v2"] {
        assert_eq!(state(&machine, &one(name)), "holds", "{name}");
    }
    for name in ["x86_64_v4", "icelake", "power9"] {
        assert_eq!(state(&machine, &one(name)), "fails", "{name}");
    }
    let other = judge(&machine, &one("haswell"));
    assert_eq!(other.state, State::Holds);
    assert_eq!(other.seen, "zen3, of level x86_64_v3, which is that of haswell");
    let kept = |build: &str| {
        let promised: pyiron_lock_core::VirtualPackage = format!("__archspec=1={build}").parse().unwrap();
        judge(&machine, &Promise::Kept(promised))
    };
    let seen = kept("x86_64_v3");
    assert_eq!(
        (seen.state, seen.seen.as_str()),
        (State::Holds, "zen3, of level x86_64_v3")
    );
    // A solver takes a CPU by its name, whatever its level.
    assert_eq!(kept("haswell").state, State::Fails);
}

#[test]
fn a_variable_that_speaks_for_a_measurement_is_named() {
    let mut machine = machine();
    machine.overridden.insert("CONDA_OVERRIDE_GLIBC".to_owned());
    let seen = judge(&machine, &Promise::AtLeast("__glibc", version("2.28"))).seen;
    assert_eq!(seen, "2.31, as CONDA_OVERRIDE_GLIBC says");
}

#[test]
fn a_scheduler_is_there_with_all_its_commands() {
    let machine = machine();
    assert_eq!(state(&machine, &Promise::Scheduler("slurm".to_owned())), "holds");
    let other = judge(&machine, &Promise::Scheduler("pbs".to_owned()));
    assert_eq!(other.seen, "no qsub, qstat, pbsnodes on PATH, but those of slurm");
    assert_eq!(state(&machine, &Promise::Scheduler("none".to_owned())), "holds");
    let engines = Promise::Engines(vec!["apptainer".to_owned(), "kata".to_owned()]);
    assert_eq!(state(&machine, &engines), "holds");
}

#[test]
fn less_space_than_promised_fails() {
    let mut machine = machine();
    machine.place = Ok(super::super::Place {
        path: "/u".into(),
        length: 12,
        file_system: Ok("lustre".to_owned()),
        options: Vec::new(),
        free_bytes: Ok(5 << 30),
        free_files: Err("not counted".to_owned()),
        writable: Ok(true),
    });
    assert_eq!(state(&machine, &Promise::FreeBytes(5 << 30)), "holds");
    let full = judge(&machine, &Promise::FreeBytes(6 << 30));
    assert_eq!(full.seen, "5.0 GiB free, quotas of users not seen");
    assert_eq!(full.state, State::Fails);
    assert_eq!(state(&machine, &Promise::FreeFiles(1)), "cannot be measured");
    assert_eq!(state(&machine, &Promise::PathLength(11)), "fails");
}

#[test]
fn numbers_of_bytes_are_short() {
    assert_eq!(human(1023), "1023 B");
    assert_eq!(human(1536), "1.5 KiB");
    assert_eq!(human(u64::MAX), "16777215.9 TiB");
}

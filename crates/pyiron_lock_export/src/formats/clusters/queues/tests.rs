//! What a queue directory must not get wrong.

use super::FORMAT;
use crate::{
    Export, ExportError, Place, Tier,
    testing::{lock, made},
};

fn place(scheduler: Option<&str>) -> Place {
    Place {
        id: "somewhere".to_owned(),
        scheduler: scheduler.map(ToOwned::to_owned),
        ..Place::default()
    }
}

fn export(place: &Place, set: &[(&str, &str)]) -> Result<Export, ExportError> {
    let tier = Tier {
        name: "demo".to_owned(),
        ..Tier::default()
    };
    made(&FORMAT, &lock(&["noarch/a-1-0.conda"]), tier, Some(place), set)
}

fn text(export: &Export, file: &str) -> String {
    export.files.get(file).unwrap().text.clone()
}

const SCHEDULERS: [(&str, &str); 5] = [
    ("slurm", "#SBATCH --time={{ [1, run_time_max // 60]|max }}\n"),
    ("sge", "#$ -l h_rt={{ run_time_max }}\n"),
    ("lsf", "#BSUB -W {{ [1, run_time_max // 60]|max }}\n"),
    ("pbs", "#PBS -l walltime={{ run_time_max }}\n"),
    ("flux", "# flux: --time-limit={{ run_time_max }}s\n"),
];

#[test]
fn every_scheduler_gets_the_time_in_its_unit_and_the_release_to_run_in() {
    for (scheduler, time) in SCHEDULERS {
        let export = export(&place(Some(scheduler)), &[("root", "/soft"), ("queues", "short")]).unwrap();
        let script = text(&export, "short.sh");
        assert!(script.contains(time), "{script}");
        assert!(script.contains("\nexport CONDA_PREFIX=/soft/demo/"), "{script}");
        assert!(script.ends_with("\n{{ command }}\n"), "{script}");
    }
}

#[test]
fn every_queue_has_its_limits_and_a_script_that_names_it() {
    let set = [
        ("queues", "short,12"),
        ("cores-max", "8"),
        ("run-time-max", "3600,86400"),
        ("account", "group.1"),
    ];
    let export = export(&place(Some("slurm")), &set).unwrap();
    let yaml = text(&export, "queue.yaml");
    assert!(
        yaml.contains("\nqueue_type: SLURM\nqueue_primary: short\n"),
        "{yaml}"
    );
    let short =
        "  short:\n    script: short.sh\n    cores_min: 1\n    cores_max: 8\n    run_time_max: 3600\n";
    let other =
        "  \"12\":\n    script: \"12.sh\"\n    cores_min: 1\n    cores_max: 8\n    run_time_max: 86400\n";
    assert!(yaml.ends_with(&format!("queues:\n{short}{other}")), "{yaml}");
    assert!(text(&export, "12.sh").contains("\n#SBATCH --partition=12\n#SBATCH --account=group.1\n"));
}

#[test]
fn a_limit_is_one_number_or_one_for_each_queue() {
    let set = [("queues", "a,b,c"), ("cores-max", "1,2")];
    assert!(export(&place(Some("slurm")), &set).is_err());
}

#[test]
fn what_nobody_said_is_left_to_the_scheduler_and_told() {
    for (scheduler, _) in SCHEDULERS {
        let export = export(&place(Some(scheduler)), &[]).unwrap();
        let script = text(&export, "default.sh");
        assert!(
            !script.contains("partition=") && !script.contains("default"),
            "{script}"
        );
        assert!(script.contains("\n# export CONDA_PREFIX=\n"), "{script}");
        assert_eq!(export.findings.len(), if scheduler == "sge" { 5 } else { 4 });
    }
}

#[test]
fn without_a_parallel_environment_a_job_has_one_core() {
    let cores = |set: &[(&str, &str)]| {
        let export = export(&place(Some("sge")), set).unwrap();
        (
            text(&export, "queue.yaml").contains("cores_max: 8\n"),
            text(&export, "default.sh"),
        )
    };
    let (eight, script) = cores(&[("cores-max", "8")]);
    assert!(!eight && !script.contains("#$ -pe"));
    let (eight, script) = cores(&[("cores-max", "8"), ("parallel-environment", "mpi")]);
    assert!(eight && script.contains("\n{%- if cores > 1 %}\n#$ -pe mpi {{ cores }}\n{%- endif %}\n"));
}

#[test]
fn a_scheduler_is_that_of_the_target_or_flux_inside_of_it() {
    let type_is = |place: &Place, set: &[(&str, &str)]| {
        let made = export(place, set).ok()?;
        let yaml = text(&made, "queue.yaml");
        yaml.lines()
            .find_map(|line| line.strip_prefix("queue_type: ").map(ToOwned::to_owned))
    };
    let slurm = place(Some("slurm"));
    assert_eq!(type_is(&slurm, &[("type", "flux")]).as_deref(), Some("FLUX"));
    assert_eq!(type_is(&slurm, &[("type", "sge")]), None);
    assert_eq!(type_is(&place(None), &[]), None);
    assert_eq!(
        type_is(&place(None), &[("type", "torque")]).as_deref(),
        Some("TORQUE")
    );
    assert_eq!(type_is(&place(Some("none")), &[]), None);
}

#[test]
fn a_root_that_a_template_could_misread_is_refused() {
    for root in ["/a b", "/{{ 7*7 }}", "/$HOME", "/x;id", "/it's"] {
        assert!(
            export(&place(Some("slurm")), &[("root", root)]).is_err(),
            "{root}"
        );
    }
}

fn workstation(place: &Place, more: &[(&str, &str)]) -> Result<Export, ExportError> {
    let set: Vec<_> = [("for", "workstation"), ("root", "/soft")]
        .iter()
        .chain(more)
        .copied()
        .collect();
    export(place, &set)
}

#[test]
fn a_workstation_runs_the_python_of_the_release_and_marks_what_it_lacks() {
    let made = workstation(&place(Some("slurm")), &[]).unwrap();
    let yaml = text(&made, "queue.yaml");
    assert!(
        yaml.contains("\nqueue_type: REMOTE\n") && yaml.contains("/bin/python\"\n"),
        "{yaml}"
    );
    for key in [
        "ssh_host",
        "ssh_username",
        "ssh_key",
        "ssh_remote_path",
        "ssh_local_path",
    ] {
        assert!(yaml.contains(&format!("\n# {key}:\n")), "{key}");
    }
    assert_eq!((made.files.len(), made.findings.len()), (1, 9));
    let hostile = "/home/me/it's \"mine\" #1";
    let made = workstation(&place(Some("slurm")), &[("local-path", hostile)]).unwrap();
    let line = "\nssh_local_path: \"/home/me/it's \\\"mine\\\" #1\"\n";
    assert!(text(&made, "queue.yaml").contains(line));
}

#[test]
fn a_key_is_not_offered_where_it_is_refused_or_not_enough() {
    for (two_factor, ssh_keys) in [(Some(true), None), (None, Some(false))] {
        let place = Place {
            two_factor,
            ssh_keys,
            ..place(Some("slurm"))
        };
        let yaml = text(&workstation(&place, &[]).unwrap(), "queue.yaml");
        assert!(
            yaml.contains("\nssh_ask_for_password: \"True\"\n") && !yaml.contains("ssh_key"),
            "{yaml}"
        );
        assert!(workstation(&place, &[("ssh-key", "/k")]).is_err());
    }
}

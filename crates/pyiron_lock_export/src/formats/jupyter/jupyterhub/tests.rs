//! What the configuration of a hub must not get wrong.

use super::{
    FORMAT,
    sizes::{self, System},
};
use crate::{
    Export, ExportError, Input, Parameters, Place, Subject, Tier,
    testing::{lock, made},
};

const WHOLE: [&str; 3] = [
    "noarch/jupyterhub-singleuser-5.5.0-pyh_0.conda",
    "noarch/jupyterlab-4.6.3-pyh_0.conda",
    "noarch/batchspawner-1.3.0-pyh_1.conda",
];

fn place(scheduler: &str) -> Place {
    Place {
        id: "here".to_owned(),
        scheduler: Some(scheduler.to_owned()),
        prefix: Some("/soft/<tier>/<release>".to_owned()),
        ..Place::default()
    }
}

fn docker(id: &str) -> Place {
    Place {
        id: id.to_owned(),
        spawner: Some("dockerspawner".to_owned()),
        memory_limit: Some(2_000_000_000),
        ..Place::default()
    }
}

fn hub(archives: &[&str], place: &Place, set: &[(&str, &str)]) -> Result<Export, ExportError> {
    let tier = Tier {
        name: "demo".to_owned(),
        description: Some("\"\"\"\nimport os # é".to_owned()),
        ..Tier::default()
    };
    made(&FORMAT, &lock(archives), tier, Some(place), set)
}

fn text(export: &Export) -> &str {
    &export.files.get("jupyterhub_config.py").unwrap().text
}

fn keys(export: &Export) -> Vec<&str> {
    let helps = export
        .findings
        .iter()
        .filter_map(|finding| finding.help.as_deref());
    helps
        .filter_map(|help| help.strip_prefix("give it with `--set ")?.strip_suffix("=...`"))
        .collect()
}

#[test]
fn a_lock_that_a_hub_could_not_start_is_refused() {
    for missing in 0..WHOLE.len() {
        let mut archives = WHOLE.to_vec();
        archives.remove(missing);
        let export = hub(&archives, &place("slurm"), &[]).unwrap();
        assert!(
            export.files.is_empty() && export.findings[0].is_error(),
            "{missing}"
        );
    }
    // Containers do without the wrapper for jobs.
    assert!(!hub(&WHOLE[..2], &docker("there"), &[]).unwrap().files.is_empty());
    for (version, fits) in [("5.2.1", true), ("6.1.1", false), ("4.1.6", false)] {
        let hub_version = Some(version.to_owned());
        let place = Place {
            hub_version,
            ..place("slurm")
        };
        assert_eq!(
            !hub(&WHOLE, &place, &[]).unwrap().files.is_empty(),
            fits,
            "{version}"
        );
    }
}

#[test]
fn a_place_that_starts_servers_otherwise_is_refused() {
    for spawner in ["kubespawner", "binderhub", "sudospawner"] {
        let place = Place {
            spawner: Some(spawner.to_owned()),
            ..place("slurm")
        };
        assert!(hub(&WHOLE, &place, &[]).is_err(), "{spawner}");
    }
    for scheduler in ["flux", "none"] {
        assert!(hub(&WHOLE, &place(scheduler), &[]).is_err(), "{scheduler}");
    }
}

#[test]
fn what_nobody_said_is_marked_and_lets_nobody_in() {
    let export = hub(&WHOLE, &place("slurm"), &[]).unwrap();
    assert_eq!(keys(&export), ["hub-host", "group", "queue", "account"]);
    let marked = text(&export).matches("TO BE FILLED IN").count();
    assert_eq!(marked, 2);
    let nowhere = Place {
        prefix: None,
        ..place("slurm")
    };
    let export = hub(&WHOLE, &nowhere, &[("allow-all", "yes")]).unwrap();
    assert_eq!(keys(&export), ["hub-host", "prefix", "queue", "account"]);
    let said = text(&export);
    assert!(
        said.contains("\nc.Authenticator.allow_all = True\n") && said.contains("/PREFIX-TO-BE-FILLED-IN")
    );
    let export = hub(&WHOLE, &docker("there"), &[]).unwrap();
    assert_eq!(keys(&export), ["hub-host", "allow-all", "image-digest"]);
    assert!(!text(&export).contains("\nc.Authenticator.allow_all"));
}

#[test]
fn no_secret_and_no_host_is_made_up() {
    for place in [
        place("slurm"),
        place("sge"),
        place("lsf"),
        place("pbs"),
        docker("there"),
        docker("pmd-s"),
    ] {
        let export = hub(&WHOLE, &place, &[]).unwrap();
        for line in text(&export).lines().filter(|line| line.starts_with("c.")) {
            for word in ["db_url", "client_secret", "client_id"] {
                assert!(
                    !line.contains(word) || line.contains("secret(") || line.ends_with(".format("),
                    "{line}"
                );
            }
        }
    }
}

#[test]
fn sizes_are_said_in_the_words_of_each_batch_system() {
    let sizes = sizes::read("small=1/4/8, large=4/10/24").unwrap();
    let said = |system: System, queue, account, parallel| {
        let settings = system.sized(&sizes[1], queue, account, parallel);
        let words = settings.iter().map(|it| format!("{}={}", it.name, it.value));
        words.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(
        said(System::Slurm, None, None, None),
        "req_nprocs=4 req_memory=10G req_runtime=24:00:00"
    );
    assert_eq!(
        said(System::Lsf, None, None, None),
        "req_nprocs=4 req_memory=10GB req_runtime=24:00"
    );
    assert_eq!(
        said(System::Pbs, None, None, None),
        "req_nprocs=4 req_memory=10gb req_runtime=24:00:00"
    );
    // Options of Grid Engine are one text, so that those of every job are said again.
    assert_eq!(
        said(System::GridEngine, Some("q"), Some("p"), Some("smp")),
        "req_options=-q q -P p -pe smp 4 -l h_rt=24:00:00,h_vmem=2500M"
    );
    let export = hub(&WHOLE, &place("sge"), &[("sizes", "large=4/10/24")]).unwrap();
    assert!(keys(&export).contains(&"parallel-environment"));
}

#[test]
fn sizes_that_are_none_are_refused() {
    for wrong in [
        "",
        "small",
        "small=1/2",
        "small=1/2/3/4",
        "=1/2/3",
        "a b=1/2/3",
        "a=0/1/1",
        "a=1/-1/1",
        "a=1/1/1,a=2/2/2",
        "<b>=1/1/1",
        "a=1/1/1,",
        "a=1/1/99999999999999999999",
    ] {
        assert!(sizes::read(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn images_are_those_of_the_release() {
    let digest = format!("sha256:{}", "a".repeat(64));
    let set = [
        ("image-digest", digest.as_str()),
        ("registry", "quay.io/x"),
        ("allow-all", "no"),
    ];
    let export = hub(&WHOLE, &docker("pmd-s"), &set).unwrap();
    let said = text(&export);
    assert!(said.contains(&format!("c.DockerSpawner.image = \"quay.io/x/demo@{digest}\"\n")));
    assert!(!said.contains("allowed_images") && !said.contains("allow_all = True"));
    assert!(said.contains("c.JupyterHub.hub_connect_ip = \"hub\"\n"));
    assert!(keys(&export).is_empty());
}

#[test]
fn images_below_that_have_no_server_are_not_offered() {
    let locks = [lock(&WHOLE[..1]), lock(&WHOLE[..2]), lock(&WHOLE)];
    let named = |at: usize, name: &str| {
        let tier = Tier {
            name: name.to_owned(),
            ..Tier::default()
        };
        Subject::new(&locks[at], Some(tier)).unwrap()
    };
    let ancestors = [named(0, "bare"), named(1, "middle")];
    let parameters = Parameters::read(&FORMAT, []).unwrap();
    let input = Input {
        own: &named(2, "top"),
        ancestors: &ancestors,
        place: Some(&docker("pmd-s")),
        parameters: &parameters,
    };
    let export = FORMAT.make(&input).unwrap();
    let said = text(&export);
    assert!(said.contains("localhost/pyiron/middle:") && !said.contains("localhost/pyiron/bare:"));
    assert!(said.contains("c.DockerSpawner.image = \"localhost/pyiron/top:"));
}

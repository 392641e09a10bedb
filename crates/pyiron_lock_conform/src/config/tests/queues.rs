//! Texts for queue directories.

use super::{Input, Pair, input};
use crate::config::{ConfigKind, codes::*};

fn alone(text: &str) -> Input {
    input(ConfigKind::Queues, "q/queue.yaml", text)
}

/// A file of queues whose one queue has these keys.
fn one(kind: &str, keys: &str) -> Input {
    alone(&format!(
        "queue_type: {kind}\nqueue_primary: a\nqueues:\n  a: {{{keys}}}\n"
    ))
}

/// A queue with these keys and this in its script.
fn queue(kind: &str, keys: &str, script: &str) -> Input {
    let script = format!("#!/bin/bash\n{script}\n{{{{command}}}}\n");
    one(kind, &format!("script: a.sh, {keys}")).with("q/a.sh", script)
}

/// A Slurm queue with this in its script.
fn slurm(script: &str) -> Input {
    queue("SLURM", "cores_max: 4", script)
}

fn clusters(primary: &str, file: &str) -> Input {
    let text = format!("cluster_primary: {primary}\ncluster: {{a: {file}}}\n");
    let part = "queue_type: SLURM\nqueue_primary: a\nqueues: {a: {script: a.sh}}\n";
    input(ConfigKind::Queues, "q/clusters.yaml", text)
        .with("q/a.yaml", part)
        .with("q/a.sh", "{{command}}")
}

fn remote(more: &str) -> Input {
    alone(&format!(
        "queue_type: REMOTE\nqueue_primary: a\nssh_host: h\nssh_username: u\nknown_hosts: ~/.ssh/known_hosts\n\
         ssh_remote_config_dir: /q\nssh_remote_path: /r\nssh_local_path: /l\nqueues: {{a: {{cores_max: 40}}}}\n{more}\n"
    ))
}

pub(super) fn pairs() -> Vec<Pair> {
    let pair = |code, fails, passes| Pair { code, fails, passes };
    let good = || slurm("#SBATCH --ntasks={{cores}}");
    let limits = |keys: &str| queue("SLURM", keys, "");
    let at = "scheduler: slurm, two-factor: true, ssh-keys: false";
    let (key, ask) = ("ssh_key: ~/.ssh/id", "ssh_ask_for_password: 'True'");
    let (service, twice) = (
        "ssh_authenticator_service: s",
        "ssh_two_factor_authentication: True",
    );
    let minutes = "#SBATCH --time={{ [1, run_time_max // 60]|max }}";
    let above = || one("SLURM", "script: ../a.sh");
    vec![
        pair(QUEUE_TYPE_UNKNOWN, queue("slurm", "", ""), good()),
        pair(
            QUEUE_KEY_MISSING,
            alone("queue_type: SLURM\nqueues: {}\n"),
            good(),
        ),
        pair(QUEUE_KEY_MISSING, alone(""), good()),
        pair(QUEUE_KEY_MISSING, remote(""), remote(key)),
        pair(QUEUE_KEY_MISSING, remote(""), remote(ask)),
        pair(QUEUE_KEY_NEAR_MISS, limits("core_max: 4"), limits("partition: x")),
        pair(
            QUEUE_KEY_NEAR_MISS,
            remote("ssh_proxyhost: x"),
            remote("ssh_proxy_host: x"),
        ),
        pair(QUEUE_VALUE_WRONG, limits("cores_max: many"), good()),
        pair(
            QUEUE_VALUE_WRONG,
            limits("cores_min: 5, cores_max: 4"),
            limits("cores_min: 4, cores_max: 4"),
        ),
        pair(
            QUEUE_VALUE_WRONG,
            limits("memory_max: 4 GB"),
            limits("memory_max: 4G"),
        ),
        pair(QUEUE_VALUE_WRONG, one("SLURM", "script: [a]"), good()),
        pair(QUEUE_VALUE_WRONG, remote("ssh_port: ssh"), remote("ssh_port: 22")),
        pair(
            QUEUE_PRIMARY_UNKNOWN,
            alone("queue_type: SLURM\nqueue_primary: b\nqueues: {a: {}}\n"),
            good(),
        ),
        pair(
            QUEUE_PRIMARY_UNKNOWN,
            clusters("b", "a.yaml"),
            clusters("a", "a.yaml"),
        ),
        pair(QUEUE_FILE_MISSING, one("SLURM", "script: a.sh"), good()),
        pair(
            QUEUE_FILE_MISSING,
            clusters("a", "b.yaml"),
            clusters("a", "a.yaml"),
        ),
        pair(QUEUE_FILE_MISSING, above().missing(&["../a.sh"]), above()),
        pair(
            QUEUE_YAML_WINS,
            clusters("a", "a.yaml").with("q/queue.yaml", "a: 1"),
            clusters("a", "a.yaml"),
        ),
        pair(
            QUEUE_CLUSTER_FILE_NAME,
            clusters("a", "x/queue.yaml"),
            clusters("a", "a.yaml"),
        ),
        pair(QUEUE_SCRIPT_BUILT_IN, one("SLURM", "cores_max: 4"), good()),
        pair(QUEUE_SCRIPT_BUILT_IN, one("SGE", "cores_max: 4"), remote(key)),
        pair(QUEUE_SCRIPT_BROKEN, slurm("{{ cores"), slurm("{{ cores }}")),
        pair(QUEUE_VARIABLE_UNKNOWN, slurm("{{ core }}"), slurm("{{ cores }}")),
        pair(
            QUEUE_VARIABLE_UNKNOWN,
            slurm("{{ partition }}"),
            queue("SLURM", "partition: p", "{{ partition }}"),
        ),
        pair(
            QUEUE_VARIABLE_UNKNOWN,
            slurm("{{ account }}"),
            slurm("{% if account %}{{ account }}{% endif %}"),
        ),
        pair(
            QUEUE_VARIABLE_UNKNOWN,
            slurm("{{ account }}"),
            slurm("{% include 'x' %}{{ account }}"),
        ),
        pair(
            QUEUE_TIME_UNIT,
            queue("LSF", "", "#BSUB -W {{run_time_max}}"),
            queue("SGE", "", "#$ -l h_rt={{run_time_max}}"),
        ),
        pair(
            QUEUE_TIME_UNIT,
            queue("TORQUE", "", "#PBS -l walltime={{ run_time_max * 3600 }}"),
            slurm(minutes),
        ),
        pair(
            QUEUE_OPTION_OBSOLETE,
            slurm("#SBATCH --workdir=."),
            slurm("#SBATCH --chdir=."),
        ),
        pair(
            QUEUE_SCHEDULER_DIFFERS,
            queue("SGE", "", "").at(at),
            queue("FLUX", "", "").at(at),
        ),
        pair(
            QUEUE_PACKAGE_MISSING,
            good().locked(&["python 3.12"]),
            good().locked(&["pysqa 0.4.4"]),
        ),
        pair(
            QUEUE_PACKAGE_MISSING,
            remote(service).locked(&["pysqa 0.4.4"]),
            remote(service).locked(&["pysqa 0.4.4", "pyauthenticator 0.4.1"]),
        ),
        pair(QUEUE_SECRET_IN_FILE, remote("ssh_password: x"), remote(ask)),
        pair(QUEUE_KEY_REFUSED, remote(key).at(at), remote(ask).at(at)),
        pair(QUEUE_SECOND_FACTOR, remote(key).at(at), remote(twice).at(at)),
        pair(QUEUE_SECOND_FACTOR, remote(key).at(at), remote(service).at(at)),
    ]
}

#[test]
fn scripts_point_at_their_own_lines() {
    let found = slurm("#SBATCH --time={{run_time_max}}\n{{ core }}").check();
    let line = |judged: &crate::Judged| {
        let origin = &judged.finding.origins[0];
        let line = origin.source.position(origin.span.start).line;
        let help = judged.finding.help.as_deref().unwrap_or("");
        format!(
            "{}:{line}: {} ({help})",
            origin.source.name(),
            judged.finding.message
        )
    };
    assert_eq!(
        found.iter().map(line).collect::<Vec<_>>(),
        [
            "q/a.sh:2: `--time` of SLURM reads minutes, and this is 60 times too long \
             (write `{{ [1, run_time_max // 60]|max }}`)",
            "q/a.sh:3: `q/a.sh` uses `core`, which pysqa hands to no script (did you mean `cores`?)",
        ]
    );
}

#[test]
fn the_spelling_of_pysqa_is_asked_for() {
    let odd = "ssh_continous_connection";
    assert_eq!(remote(&format!("ssh_key: k\n{odd}: True")).seen(), [""; 0]);
    let found = remote(&format!("ssh_key: k\n{}: True", odd.replace("nous", "nuous"))).check();
    assert_eq!(found[0].finding.help, Some(format!("did you mean `{odd}`?")));
}

#[test]
fn a_sound_directory_is_silent() {
    let script = "#SBATCH --ntasks={{cores}}\n#SBATCH --job-name={{job_name}}\n#SBATCH --chdir={{working_directory}}\n\
                  {%- if memory_max %}\n#SBATCH --mem={{memory_max}}G\n{%- endif %}";
    let limits = "cores_min: 1, cores_max: 40, run_time_max: 86400";
    assert_eq!(queue("SLURM", limits, script).seen(), [""; 0]);
    assert_eq!(clusters("a", "a.yaml").seen(), [""; 0]);
    assert_eq!(remote("ssh_key: ~/.ssh/id").seen(), [""; 0]);
}

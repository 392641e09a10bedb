"""Starts a Slurm, a Grid Engine and an SSH server on this machine alone, and ends them."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

SLURM = ("slurmctld", "slurmd", "slurm-client", "munge")
GRID_ENGINE = ("gridengine-master", "gridengine-exec", "gridengine-client")
SCRIPTS = Path("/usr/share/gridengine")
Env = dict[str, str]

# What is started here is ended here, also when the script is.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


def free_port() -> int:
    """Returns a port that nobody listens on at the moment."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def daemon(
    log: Path, command: list[str], env: Env, user: str | None = None
) -> Iterator[None]:
    """Runs a program that stays in the foreground, and ends it."""
    with log.open("wb") as out:
        run = subprocess.Popen(
            command,
            env=env,
            user=user,
            group=user,
            extra_groups=[] if user else None,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    try:
        yield
    finally:
        run.terminate()
        try:
            run.wait(20)
        except subprocess.TimeoutExpired:
            run.kill()
            run.wait()


def output(command: list[str], env: Env) -> str:
    """Returns what a command prints; empty where it fails."""
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else ""


def quiet(
    command: list[str], env: Env, user: str | None = None, *, must: bool = True
) -> None:
    """Runs a command and shows what it says only if it fails and must not."""
    done = subprocess.run(
        command, env=env, user=user, capture_output=True, text=True, check=False
    )
    if must and done.returncode:
        sys.exit(f"{' '.join(command)}: {done.stdout}{done.stderr}")


def wait_for(what: str, ready: Callable[[], bool], logs: Path) -> None:
    """Waits until something is so; ends the script with the logs where it never is."""
    until = time.monotonic() + 60
    while not ready():
        if time.monotonic() > until:
            tails = [
                f"{it}:\n{it.read_text(errors='replace')[-800:]}"
                for it in logs.glob("*.log")
            ]
            sys.exit("\n".join([f"{what} does not start", *tails]))
        time.sleep(0.2)


@contextmanager
def slurm(work: Path, partitions: list[str]) -> Iterator[Env]:
    """Runs a cluster of one node and gives the environment in which its commands reach it."""
    host = socket.gethostname().partition(".")[0]
    for name in ("ctl", "spool", "run", "log"):
        (work / name).mkdir(parents=True)
    work.chmod(0o755)
    lines = [
        "ClusterName=consumers",
        f"SlurmctldHost={host}(127.0.0.1)",
        f"AuthInfo=socket={work}/run/munge.sock",
        "SlurmUser=root",
        f"SlurmctldPort={free_port()}",
        f"SlurmdPort={free_port()}",
        f"StateSaveLocation={work}/ctl",
        f"SlurmdSpoolDir={work}/spool",
        f"SlurmctldPidFile={work}/run/ctl.pid",
        f"SlurmdPidFile={work}/run/d.pid",
        "ProctrackType=proctrack/linuxproc",
        "TaskPlugin=task/none",
        "SelectType=select/cons_tres",
        "SelectTypeParameters=CR_Core_Memory",
        "JobAcctGatherType=jobacct_gather/none",
        "AccountingStorageType=accounting_storage/none",
        "MpiDefault=none",
        # The node is what is said below, on a machine with fewer cores as well.
        "SlurmdParameters=config_overrides",
        "ReturnToService=2",
        "MinJobAge=300",
        f"NodeName={host} NodeAddr=127.0.0.1 CPUs=2 CoresPerSocket=2 RealMemory=2500 State=UNKNOWN",
    ]
    for name in partitions:
        lines.append(
            f"PartitionName={name} Nodes={host} MaxTime=10 DefMemPerCPU=100 State=UP"
        )
    conf = work / "slurm.conf"
    conf.write_text("\n".join(lines) + "\n")
    key = work / "run/munge.key"
    key.write_bytes(os.urandom(1024))
    for path, mode in ((work / "run", 0o755), (key, 0o600)):
        path.chmod(mode)
        shutil.chown(path, "munge", "munge")
    env = {**os.environ, "SLURM_CONF": str(conf)}
    munge = [
        f"--{name}={work}/run/{name}" for name in ("pid-file", "log-file", "seed-file")
    ]
    munge = ["munged", "--foreground", "--force", *munge]
    munge += [f"--socket={work}/run/munge.sock", f"--key-file={key}"]
    logs = work / "log"
    with ExitStack() as stack:
        stack.enter_context(daemon(logs / "munged.log", munge, env, "munge"))
        wait_for("munge", (work / "run/munge.sock").exists, logs)
        for name in ("slurmctld", "slurmd"):
            command = [name, "-D", "-f", str(conf)]
            stack.enter_context(daemon(logs / f"{name}.log", command, env))
        state = ["sinfo", "-h", "-o", "%T"]
        wait_for("Slurm", lambda: "idle" in output(state, env), logs)
        yield env


@contextmanager
def grid_engine(work: Path, queues: list[str], parallel: str) -> Iterator[Env]:
    """Runs a cell of one host and gives the environment in which its commands reach it."""
    spool = work / "spool"
    common = work / "default/common"
    for folder in (
        spool / "qmaster/job_scripts",
        spool / "db",
        spool / "execd",
        common,
        work / "log",
    ):
        folder.mkdir(parents=True)
    work.chmod(0o755)
    env = {
        **os.environ,
        "SGE_ROOT": str(work),
        "SGE_CELL": "default",
        "SGE_QMASTER_PORT": str(free_port()),
        "SGE_EXECD_PORT": str(free_port()),
        "SGE_ND": "1",
    }
    boot = (
        (SCRIPTS / "default-bootstrap")
        .read_text()
        .replace("/var/spool/gridengine/spooldb", f"{spool}/db")
    )
    boot = boot.replace("/var/spool/gridengine", str(spool))
    (common / "bootstrap").write_text(boot)
    (common / "act_qmaster").write_text("localhost\n")
    # The address of this machine may go by another name than the one it has.
    (common / "host_aliases").write_text(f"localhost {socket.gethostname()}\n")
    for path in [work, *work.rglob("*")]:
        shutil.chown(path, "sgeadmin", "sgeadmin")
    init = [
        str(SCRIPTS / "scripts/init_cluster"),
        str(work),
        "default",
        f"{spool}/db",
        "sgeadmin",
    ]
    quiet(init, env, "sgeadmin")
    logs = work / "log"
    with ExitStack() as stack:
        stack.enter_context(
            daemon(logs / "qmaster.log", ["/usr/sbin/sge_qmaster"], env)
        )
        wait_for("sge_qmaster", lambda: bool(output(["qconf", "-sm"], env)), logs)
        for option, name in (
            ("-am", "root"),
            ("-ah", "localhost"),
            ("-as", "localhost"),
        ):
            quiet(["qconf", option, name], env, "sgeadmin", must=False)
        configure(work, env, queues, parallel)
        stack.enter_context(daemon(logs / "execd.log", ["/usr/sbin/sge_execd"], env))
        # A host that does not report has `-` for its load.
        report = ["qhost", "-h", "localhost"]
        wait_for("sge_execd", lambda: "lx-" in output(report, env), logs)
        yield env


def configure(work: Path, env: Env, queues: list[str], parallel: str) -> None:
    """Makes the queues and the parallel environment of a cell, and lets it schedule at once."""

    def change(option: str, name: str, text: str) -> None:
        (work / name).write_text(text)
        quiet(["qconf", option, str(work / name)], env)

    def table(option: list[str], values: dict[str, str]) -> str:
        lines = []
        for line in output(["qconf", *option], env).replace("\\\n", " ").splitlines():
            key = line.partition(" ")[0]
            lines.append(f"{key} {values[key]}" if key in values else line)
        return "\n".join(lines) + "\n"

    # Checks may run as root, and on a machine that is busy with other things.
    change("-Mconf", "global", table(["-sconf"], {"min_uid": "0", "min_gid": "0"}))
    every = {"slots": "2", "user_lists": "NONE", "xuser_lists": "NONE"}
    every |= {
        "start_proc_args": "NONE",
        "stop_proc_args": "NONE",
        "allocation_rule": "$pe_slots",
    }
    every |= {
        "control_slaves": "FALSE",
        "job_is_first_task": "TRUE",
        "urgency_slots": "min",
    }
    every |= {"accounting_summary": "FALSE", "qsort_args": "NONE"}
    lines = [
        f"{key} {value}\n" for key, value in {"pe_name": parallel, **every}.items()
    ]
    change("-Ap", "pe", "".join(lines))
    for name in queues:
        values = {
            "qname": name,
            "hostlist": "localhost",
            "pe_list": parallel,
            "slots": "2",
        }
        values |= {"load_thresholds": "NONE"}
        change("-Aq", f"queue-{name}", table(["-sq"], values))
    soon = {
        "schedule_interval": "0:0:1",
        "flush_submit_sec": "1",
        "flush_finish_sec": "1",
    }
    change("-Msconf", "scheduler", table(["-ssconf"], soon))


@contextmanager
def ssh_server(work: Path, env: Env) -> Iterator[int]:
    """Runs an SSH server that takes one key, and gives its port; commands get some variables of the environment."""
    work.mkdir()
    for name in ("host", "user"):
        make = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(work / name)]
        subprocess.run(make, check=True)
    port = free_port()
    (work / "authorized").write_text((work / "user.pub").read_text())
    host = (work / "host.pub").read_text().split()
    (work / "known_hosts").write_text(f"[127.0.0.1]:{port} {host[0]} {host[1]}\n")
    kept = " ".join(
        f"{key}={value}" for key, value in env.items() if key == "SLURM_CONF"
    )
    lines = [
        f"Port {port}",
        "ListenAddress 127.0.0.1",
        f"HostKey {work}/host",
        f"AuthorizedKeysFile {work}/authorized",
        "StrictModes no",
        "PermitRootLogin yes",
        "PasswordAuthentication no",
        "UsePAM no",
        "PidFile none",
        f"SetEnv {kept}",
        "Subsystem sftp internal-sftp",
    ]
    conf = work / "sshd_config"
    conf.write_text("\n".join(lines) + "\n")
    Path("/run/sshd").mkdir(exist_ok=True)
    with daemon(
        work / "sshd.log", ["/usr/sbin/sshd", "-D", "-e", "-f", str(conf)], env
    ):
        wait_for("sshd", lambda: "listening" in (work / "sshd.log").read_text(), work)
        yield port

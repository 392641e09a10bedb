#!/usr/bin/env python3
"""Lets Jupyter start kernels from what `kernelspec` exports, in surroundings that are out to spoil them."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path

from common import ROOT, Report, run_program, said
from hub_tools import FOLDER, environment, installed, version

HERE = Path(__file__).resolve().parent
# What a kernel sees, and what a program sees that it starts.
CODE = """
import importlib.util, json, os, shutil, subprocess, sys
find = 'import importlib.util as u; print(bool(u.find_spec("evil")))'
print(json.dumps({
    "executable": sys.executable,
    "prefix": sys.prefix,
    "evil": bool(importlib.util.find_spec("evil")),
    "evil below": subprocess.check_output(["python", "-c", find], text=True).strip(),
    "python": shutil.which("python"),
    "conda": os.environ.get("CONDA_PREFIX"),
    "kept": os.environ.get("KEPT"),
}))
"""


def spoiled(work: Path, kernels: Path) -> dict[str, str]:
    """Returns variables with other modules at the places where Python looks for them."""
    version = subprocess.check_output(
        [FOLDER / "bin/python", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
        text=True,
    ).strip()
    home, other = work / "home", work / "other"
    user = home / f".local/lib/python{version}/site-packages"
    for folder in (other, user):
        folder.mkdir(parents=True)
        (folder / "evil.py").write_text("")
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "PYTHONPATH": str(other),
        "CONDA_PREFIX": "/opt/other",
        "KEPT": "kept",
        "JUPYTER_PATH": str(kernels.parent),
        "JUPYTER_PLATFORM_DIRS": "1",
    }


def started(name: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Starts a kernel and lets it say what it sees."""
    command = [FOLDER / "bin/python", HERE / "kernel_client.py", name, CODE]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


def seen(done: subprocess.CompletedProcess[str]) -> dict[str, object]:
    """Reads what a kernel said."""
    try:
        answer = json.loads(done.stdout)
        return {**json.loads(answer["said"]), "listed": answer["listed"]}
    except (ValueError, KeyError):
        return {}


def right(found: dict[str, object], prefix: Path) -> list[str]:
    """Returns what is not as it has to be in a kernel of a prefix."""
    wanted = {
        "executable": f"{prefix}/bin/python",
        "prefix": str(prefix),
        "evil": False,
        "evil below": "False",
        "python": f"{prefix}/bin/python",
        "conda": str(prefix),
        "kept": "kept",
    }
    return [f"{key} is {found.get(key)}" for key, it in wanted.items() if found.get(key) != it]


def main() -> None:
    """Runs all checks."""
    report = Report()
    installed()
    with tempfile.TemporaryDirectory(prefix="pyiron-lock-kernel-") as name:
        work = Path(name).resolve()
        kernels = work / "share/kernels"
        options = ["--tier", "minimal", "--platform", "linux-64"]
        prefix = f"prefix={work}/soft/<tier>/<release>"
        done = run_program("export", "kernelspec", *options, "--set", prefix, "-o", kernels, cwd=ROOT)
        names = sorted(it.name for it in kernels.glob("*"))
        report.check("kernelspecs are exported", [] if len(names) == 2 else [*names, *said(done)])
        if len(names) != 2:
            report.leave()
        alias, pinned = names
        there = work / "soft/minimal" / pinned.removeprefix(f"{alias}-")
        environment(there)
        env = spoiled(work, kernels)
        done = started("python3", env)
        # Shows that the surroundings do spoil a kernel that does not keep them out.
        found = seen(done)
        problems = [] if found.get("evil") and found.get("evil below") == "True" else said(done)
        report.check("a kernel of another kind takes modules of the user", problems)
        for kernel in names:
            done = started(kernel, env)
            found = seen(done)
            problems = right(found, there) if found else said(done)
            listed = found.get("listed") or {}
            problems += [f"{it} is not listed" for it in names if it not in listed]
            problems += [] if len(set(listed.values())) == len(listed) else ["two of one title"]
            report.check(f"Jupyter starts {kernel.replace(pinned, alias + '-RELEASE')}", problems)
            command = "start_new_kernel(kernel_name=NAME)"
            print(f"proof kernelspec | jupyter_client | {version('jupyter_client')} | {command} | {int(bool(problems))}")
    report.leave()


main()

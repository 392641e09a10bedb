"""Installs JupyterHub with its spawners, its proxy, JupyterLab and ipykernel into a folder of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
import venv
from pathlib import Path

from common import ROOT

HERE = Path(__file__).resolve().parent
FOLDER = ROOT / "target/consumers/hub"
PINS = HERE / "requirements-hub.txt"
PROXY = HERE / "hub-proxy"


def installed() -> None:
    """Installs everything, once for each version of the pins."""
    pins = [PINS, *sorted(PROXY.glob("*.json"))]
    wanted = "".join(it.read_text() for it in pins)
    stamp = FOLDER / "installed"
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    venv.create(FOLDER, clear=True, with_pip=True)
    pip = [FOLDER / "bin/python", "-m", "pip"]
    install = ["install", "--quiet", "--no-deps", "-r", PINS]
    subprocess.run([*pip, *install], check=True)
    subprocess.run([*pip, "check"], check=True, stdout=subprocess.DEVNULL)
    shutil.copytree(PROXY, FOLDER / "proxy")
    path = {**os.environ, "PATH": f"{FOLDER}/bin:{os.environ['PATH']}"}
    npm = [FOLDER / "bin/npm", "ci", "--silent", "--ignore-scripts", "--no-audit"]
    subprocess.run([*npm, "--no-fund"], cwd=FOLDER / "proxy", env=path, check=True)
    stamp.write_text(wanted)


def version(package: str) -> str:
    """Returns the pinned version of a package."""
    return PINS.read_text().partition(f"\n{package}==")[2].split()[0]


def environment(prefix: Path) -> None:
    """Makes something at the prefix that has ipykernel."""
    venv.create(prefix, with_pip=False, symlinks=True)
    (site,) = prefix.glob("lib/python*/site-packages")
    (has,) = FOLDER.glob("lib/python*/site-packages")
    (site / "kernel.pth").write_text(f"{has}\n")

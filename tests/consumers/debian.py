"""Installs packages of Debian that the readers of exports need."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

APT = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300"]
QUIET = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}


def version(package: str) -> str:
    """Returns the installed version, empty for a package that is not installed."""
    form = "-f=${db:Status-Abbrev} ${Version}"
    done = subprocess.run(
        ["dpkg-query", "-W", form, package], capture_output=True, text=True, check=False
    )
    status, _, found = done.stdout.partition(" ")
    return found.strip() if status == "ii" else ""


def install(*packages: str) -> None:
    """Installs what is missing; ends the script where that cannot be done."""
    missing = [package for package in packages if not version(package)]
    if not missing:
        return
    command = [*APT, "install", "-y", "--no-install-recommends", *missing]
    for step in ([*APT, "update"], command):
        done = subprocess.run(step, env=QUIET, stdout=subprocess.DEVNULL, check=False)
        if done.returncode:
            sys.exit(f"{' '.join(missing)} cannot be installed, which takes root")


def unpack(package: str, folder: Path) -> str:
    """Unpacks a package that conflicts with an installed one; returns its version."""
    stamp = folder / "version"
    if not stamp.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        for step in (
            [*APT, "update"],
            [*APT, "-o", "APT::Sandbox::User=root", "download", package],
        ):
            subprocess.run(step, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        archive = next(folder.glob(f"{package}_*.deb"))
        subprocess.run(["dpkg", "-x", archive, folder], check=True)
        stamp.write_text(archive.name.split("_")[1])
    return stamp.read_text()

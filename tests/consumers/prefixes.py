"""py-rattler installs a lock, and `verify --prefix` tells what was done to it since.

Beside it runs pixi-sbom, the nearest peer: whatever it finds has to be found.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archives import LOCK, SAMPLE, install_into, records, unrun
from common import Report, json_of, make_archives, run_program, said, served

SITE = "lib/python3.12/site-packages"
DRIFTED = 5
FLIPS = 1000
# How long the peer may take, which opens pipes and waits for somebody to write.
PATIENCE = 60
# Directories of this user and variables that Python would look at are no part of what is checked here.
QUIET = {"PYTHONNOUSERSITE": "1", "PYTHONPATH": ""}


@dataclass
class Place:
    """A prefix and the lock that it was installed from."""

    prefix: Path
    lock: Path

    def ours(self, *more: str) -> tuple[int, dict[str, Any]]:
        """Returns the exit code and the report of the program."""
        asked = ["--prefix", str(self.prefix), "--lock", str(self.lock), "--json"]
        done = run_program("verify", *asked, *more)
        return done.returncode, json_of(done)

    def codes(self, *more: str) -> set[str]:
        """Returns the codes of what the program finds."""
        return {finding["code"] for finding in self.ours(*more)[1]["findings"]}

    def altered(self) -> set[str]:
        """Returns the files that are not as they were installed."""
        return {file["path"] for file in self.ours()[1]["files"]}

    def _peer(self, *asked: str) -> dict[str, Any]:
        peer = Path(sys.executable).parent / "pixi-sbom"
        command = [str(peer), "--prefix", str(self.prefix), "--no-config", *asked]
        command += ["--report-format", "json"]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, check=False, timeout=PATIENCE
            )
            return dict(json.loads(done.stdout))
        except subprocess.TimeoutExpired:
            return {"failed": [f"it did not end in {PATIENCE} seconds"]}
        except ValueError:
            return {"failed": [done.stderr.strip()[-300:]]}

    def peer(self) -> list[str]:
        """Returns what pixi-sbom finds, one line each."""
        files = self._peer("--verify-files", "--report", "files")
        diff = self._peer("--against", str(self.lock), "--report", "diff")
        parts = (
            "added",
            "removed",
            "version_changed",
            "build_changed",
            "pip_installed",
        )
        found = [f"{part}: {one}" for part in parts for one in diff.get(part, [])]
        bad = [one for one in files.get("files", []) if one.get("state") != "bytecode"]
        found += [f"file: {one}" for one in bad]
        found += [
            f"failed: {one}"
            for one in [*files.get("failed", []), *diff.get("failed", [])]
        ]
        return found

    def write(self, below: str, text: str) -> None:
        """Writes a file as a new one, since those of packages share it with the cache."""
        path = self.prefix / below
        path.parent.mkdir(parents=True, exist_ok=True)
        mode = path.stat().st_mode if path.exists() else 0o644
        path.unlink(missing_ok=True)
        path.write_text(text)
        path.chmod(mode)

    def record(self, name: str) -> Path:
        """Returns the record of a package."""
        (path,) = (
            path
            for path in (self.prefix / "conda-meta").glob("*.json")
            if json.loads(path.read_text())["name"] == name
        )
        return path

    def edit(self, name: str, **changes: object) -> None:
        """Changes fields of a record."""
        path = self.record(name)
        path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


@dataclass
class Deed:
    """Something done to a prefix, with the code that it has to give."""

    name: str
    code: str
    do: Callable[[Place], None]


def flip(path: Path, at: int) -> None:
    """Flips one bit of a file, leaving the copy in the cache alone."""
    data, mode = bytearray(path.read_bytes()), path.stat().st_mode
    data[at % len(data)] ^= 1 << (at % 8)
    path.unlink()
    path.write_bytes(data)
    path.chmod(mode)


def add_package(place: Place) -> None:
    """Adds the record of a package that no lock names."""
    data = json.loads(place.record("attrs").read_text())
    data.update(
        name="stray",
        version="1.0",
        paths_data={"paths_version": 1, "paths": []},
        files=[],
    )
    data["fn"] = "stray-1.0-pyh_0.conda"
    place.write("conda-meta/stray-1.0-pyh_0.json", json.dumps(data))


def add_path(place: Place, path: str) -> None:
    """Adds a path to the record of a package."""
    file = place.record("attrs")
    data = json.loads(file.read_text())
    entry = {
        "_path": path,
        "path_type": "hardlink",
        "sha256": "0" * 64,
        "size_in_bytes": 1,
    }
    data["paths_data"]["paths"].append(entry)
    file.write_text(json.dumps(data))


def overlay(place: Place) -> None:
    """Lays a distribution over the prefix as pip does."""
    info = f"{SITE}/strayed-3.1.dist-info"
    place.write(f"{SITE}/strayed.py", "x = 1\n")
    place.write(f"{info}/INSTALLER", "pip\n")
    place.write(
        f"{info}/METADATA", "Metadata-Version: 2.1\nName: strayed\nVersion: 3.1\n"
    )
    place.write(
        f"{info}/direct_url.json",
        '{"url": "file:///home/jane/strayed", "dir_info": {}}',
    )
    names = ["INSTALLER", "METADATA", "RECORD", "direct_url.json"]
    lines = ["strayed.py,,", *(f"strayed-3.1.dist-info/{name},," for name in names)]
    place.write(f"{info}/RECORD", "\n".join(lines) + "\n")


def relink(place: Place) -> None:
    """Leads a link of a package out of the prefix."""
    links = (
        path for path in sorted((place.prefix / "lib").iterdir()) if path.is_symlink()
    )
    link = next(links)
    link.unlink()
    link.symlink_to("/etc/hostname")


def pipe(place: Place) -> None:
    """Puts a pipe in the place of a file."""
    path = place.prefix / "bin/git"
    path.unlink()
    os.mkfifo(path)


def require(place: Place) -> None:
    """Lets a distribution require what is not there, with the blessing of its record."""
    path = f"{SITE}/tqdm-4.67.3.dist-info/METADATA"
    head = "Metadata-Version: 2.1\nName: tqdm\nVersion: 4.67.3\n"
    text = f"{head}Requires-Dist: numpy>=99\n"
    place.write(path, text)
    paths = json.loads(place.record("tqdm").read_text())["paths_data"]
    for entry in paths["paths"]:
        if entry["_path"] == path:
            entry["sha256"] = hashlib.sha256(text.encode()).hexdigest()
            entry["size_in_bytes"] = len(text)
    place.edit("tqdm", paths_data=paths)


def history(place: Place) -> None:
    """Writes the history that conda and mamba would have written."""
    lines = [
        "==> 2026-01-01 10:00:00 <==",
        "# cmd: /opt/conda/bin/conda create -p env --file explicit.txt",
        "==> 2026-02-01 10:00:00 <==",
        "# cmd: /opt/mamba install stray",
        "+conda-forge/noarch::stray-1.0-pyh_0",
    ]
    place.write("conda-meta/history", "\n".join(lines) + "\n")


DEEDS = [
    Deed(
        "a flipped bit",
        "prefix-file-altered",
        lambda p: flip(p.prefix / SITE / "numpy/__init__.py", 17),
    ),
    Deed(
        "a line more",
        "prefix-file-altered",
        lambda p: p.write(f"{SITE}/numpy/__init__.py", "x = 1\n"),
    ),
    Deed(
        "a file less", "prefix-file-missing", lambda p: (p.prefix / "bin/git").unlink()
    ),
    Deed("a pipe in place of a file", "prefix-file-altered", pipe),
    Deed("a link that leads out", "prefix-file-altered", relink),
    Deed("a record less", "prefix-package-missing", lambda p: p.record("git").unlink()),
    Deed("a package more", "prefix-package-extra", add_package),
    Deed(
        "another version",
        "prefix-package-differs",
        lambda p: p.edit("attrs", version="1.0"),
    ),
    Deed(
        "another build",
        "prefix-package-differs",
        lambda p: p.edit("attrs", build="pyh_9"),
    ),
    Deed(
        "another archive",
        "prefix-package-differs",
        lambda p: p.edit("attrs", sha256="0" * 64),
    ),
    Deed(
        "another channel",
        "prefix-channel-differs",
        lambda p: p.edit(
            "attrs", url="https://other.invalid/noarch/attrs-26.1.0-pyh_0.conda"
        ),
    ),
    Deed(
        "a damaged record",
        "prefix-record-unreadable",
        lambda p: p.write("conda-meta/x-1-0.json", "{"),
    ),
    Deed(
        "a path that leads out",
        "prefix-path-escapes",
        lambda p: add_path(p, "../../etc/hostname"),
    ),
    Deed(
        "an absolute path",
        "prefix-path-escapes",
        lambda p: add_path(p, "/etc/hostname"),
    ),
    Deed(
        "a module more",
        "prefix-code-unrecorded",
        lambda p: p.write(f"{SITE}/stray.py", "x = 1\n"),
    ),
    Deed(
        "a program more",
        "prefix-code-unrecorded",
        lambda p: p.write("bin/stray", "#!/bin/sh\n"),
    ),
    Deed("a distribution of pip", "prefix-pip-overlay", overlay),
    Deed(
        "a .pth file",
        "prefix-pth-leads-out",
        lambda p: p.write(f"{SITE}/stray.pth", "/home/jane/checkout\n"),
    ),
    Deed("a history of conda and mamba", "prefix-history", history),
    Deed(
        "a file for all to write",
        "prefix-world-writable",
        lambda p: (p.prefix / "bin/git").chmod(0o777),
    ),
    Deed(
        "a folder for its owner",
        "prefix-group-unreadable",
        lambda p: (p.prefix / "share").chmod(0o700),
    ),
    Deed(
        "a requirement that is not met",
        "prefix-requires-unmet",
        require,
    ),
]


def clean(place: Place) -> list[str]:
    """Says what is wrong with a prefix that nothing was done to."""
    code, told = place.ours()
    lines = [
        f"{one['code']}: {one['message']}"
        for one in told.get("findings", [])
        if one["severity"] == "error"
    ]
    return lines if code == 0 else [f"exit code {code}", *lines]


def restored(kept: Path, place: Place) -> None:
    """Puts the prefix back as it was installed, at its place, with the times of its files."""
    shutil.rmtree(place.prefix)
    shutil.copytree(kept, place.prefix, symlinks=True)


def deeds(report: Report, place: Place, kept: Path) -> None:
    """Does one thing after the other to the prefix, and asks both programs."""
    missed_by_peer = []
    before = place.codes()
    for deed in DEEDS:
        restored(kept, place)
        deed.do(place)
        found = place.codes() - before
        problems = (
            [] if deed.code in found else [f"{deed.code} is not among {sorted(found)}"]
        )
        peer = place.peer()
        if peer and not found:
            problems += [f"pixi-sbom finds {line}"[:200] for line in peer]
        if not peer:
            missed_by_peer.append(deed.name)
        note = "pixi-sbom finds it too" if peer else "pixi-sbom finds nothing"
        if peer and all(line.startswith("failed: ") for line in peer):
            note = f"pixi-sbom {peer[0]}"[:120]
        report.check(f"verify --prefix finds {deed.name}", problems, note)
    restored(kept, place)
    print(
        f"     {len(missed_by_peer)} of {len(DEEDS)} are found by verify --prefix alone"
    )


def flips(report: Report, place: Place, kept: Path) -> None:
    """Flips bits of installed files, as many as wanted, each file at most once at a time."""
    generator = random.Random(7)
    metas = [
        json.loads(path.read_text())
        for path in (place.prefix / "conda-meta").glob("*.json")
    ]
    entries = [entry for meta in metas for entry in meta["paths_data"]["paths"]]
    names = sorted(
        {entry["_path"] for entry in entries if entry["path_type"] != "softlink"}
    )
    names = [name for name in names if (place.prefix / name).stat().st_size > 0]
    problems, done, by_peer = [], 0, 0
    while done < FLIPS:
        chosen = generator.sample(names, min(len(names), FLIPS - done))
        for name in chosen:
            flip(place.prefix / name, generator.randrange(1 << 30))
        found = place.altered()
        problems += [
            f"{name} was altered unseen" for name in chosen if name not in found
        ]
        problems += [f"{name} is as it was" for name in found - set(chosen)]
        by_peer += sum(line.startswith("file: ") for line in place.peer())
        done += len(chosen)
        restored(kept, place)
    report.check(
        f"each of {done} flipped bits in installed files is found",
        problems,
        f"pixi-sbom finds {by_peer}",
    )


def moved(report: Report, place: Place) -> None:
    """Moves the prefix, which its scripts do not survive."""
    other = Place(place.prefix.with_name("moved"), place.lock)
    place.prefix.rename(other.prefix)
    code, _ = other.ours()
    found = other.codes()
    problems = (
        []
        if "prefix-moved" in found and code == DRIFTED
        else [f"exit code {code}", *sorted(found)]
    )
    report.check("verify --prefix finds that a prefix was moved", problems)
    other.prefix.rename(place.prefix)


def check(report: Report, scratch: Path) -> None:
    """Installs a tier and does things to it."""
    archives = scratch / "archives"
    make_archives(archives)
    place = Place(scratch / "prefix", scratch / "pixi.lock")
    with served(archives) as channel:
        wanted = records(channel, scratch)
        install_into(place.prefix, wanted, scratch / "cache")
        # A lock of another program: ours would be refused, since its digest is over the address of the channel too.
        text = LOCK.read_text().replace(SAMPLE, channel)
        place.lock.write_text(text.split("\npyiron-lock:\n")[0] + "\n")
    place.prefix.chmod(0o755)
    note = f"{len(wanted)} packages"
    report.check(
        "verify --prefix is content with what py-rattler installed", clean(place), note
    )
    missing = run_program("verify", "--prefix", place.prefix)
    report.check(
        "verify --prefix needs no lock", said(missing) if missing.returncode else []
    )
    kept = scratch / "kept"
    shutil.copytree(place.prefix, kept, symlinks=True)
    problems = unrun(place.prefix) + clean(place)
    problems += [f"--quick: {code}" for code in place.codes("--quick") - place.codes()]
    wrote = place.ours()[1].get("prefix", {}).get("bytecode", 0)
    report.check("bytecode that Python wrote is no drift", problems, f"{wrote} files")
    deeds(report, place, kept)
    flips(report, place, kept)
    moved(report, place)


def main() -> None:
    """Runs everything on the platform that the lock is for."""
    report = Report()
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        print(
            "--   verify --prefix on what py-rattler installed: not run, this is not linux-64"
        )
        report.leave()
    os.environ.update(QUIET)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory() as folder:
        check(report, Path(folder).resolve())
    report.leave()


if __name__ == "__main__":
    main()

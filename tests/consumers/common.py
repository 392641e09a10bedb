"""Shared by the checks: the program, the genuine index, and one line a check."""

from __future__ import annotations

import functools
import http.server
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
import zstandard
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]
CHANNEL = "https://conda.anaconda.org/conda-forge/"
FAILED = 10
PROMISES: dict[str, list[str]] = {
    "linux-64": ["__archspec=1=x86_64_v3", "__glibc=2.28", "__linux=6.1", "__unix=0"],
    "linux-aarch64": [
        "__archspec=1=aarch64",
        "__glibc=2.28",
        "__linux=6.1",
        "__unix=0",
    ],
    "osx-arm64": ["__osx=14.5", "__unix=0"],
    "win-64": ["__win=0"],
}


@dataclass(frozen=True)
class Request:
    """One conda request of an environment file and the line it stands on."""

    text: str
    line: int


@dataclass(frozen=True, order=True)
class Package:
    """What two tools have to agree on for one package."""

    file: str
    url: str
    sha256: str | None
    depends: tuple[str, ...]


class Report:
    """Prints one line a check and remembers whether any failed."""

    def __init__(self) -> None:
        """Starts without failures."""
        self.failed = 0

    def check(self, name: str, problems: Iterable[str], note: str = "") -> None:
        """Prints `ok` without problems, else `FAIL` with the first ten of them."""
        found = list(problems)
        print(f"{'FAIL' if found else 'ok  '} {name}{f': {note}' if note else ''}")
        for line in found[:10]:
            print(f"       {line}")
        if len(found) > 10:
            print(f"       and {len(found) - 10} more")
        sys.stdout.flush()
        self.failed += bool(found)

    def not_run(self, name: str) -> None:
        """Says aloud that a check needs the genuine index and did not run."""
        print(f"--   {name}: not run, PYIRON_LOCK_REAL_INDEX is not set")

    def leave(self) -> None:
        """Ends the script; at once, since py-rattler 0.28 may crash in a shutdown."""
        sys.stdout.flush()
        os._exit(FAILED if self.failed else 0)


def program() -> Path:
    """Returns the program under test, from PYIRON_LOCK_BIN or the release folder."""
    path = Path(
        os.environ.get("PYIRON_LOCK_BIN") or ROOT / "target/release/pyiron-lock"
    )
    if not os.access(path, os.X_OK):
        sys.exit(f"{path} cannot be run; build it or set PYIRON_LOCK_BIN")
    return path.absolute()


def genuine(*below: str) -> Path:
    """Returns the folder of genuine records, or a path beside it."""
    value = os.environ.get("PYIRON_LOCK_REAL_INDEX")
    if not value:
        sys.exit("the genuine index is not at hand: PYIRON_LOCK_REAL_INDEX is not set")
    folder = Path(value).absolute()
    return folder.parent.joinpath(*below) if below else folder


def run_program(
    *args: str | Path, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Runs the program and captures both streams."""
    command = [str(program()), *map(str, args)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, check=False)


def said(done: subprocess.CompletedProcess[str]) -> list[str]:
    """Tells how a run ended that should have ended otherwise."""
    return [f"exit code {done.returncode}", *done.stderr.strip().splitlines()[:8]]


def not_locked(done: subprocess.CompletedProcess[str], lock: Path) -> list[str]:
    """Returns nothing when a run ended well and wrote its lock, else what happened."""
    return (
        []
        if done.returncode == 0 and lock.is_file()
        else [*said(done), f"{lock.name} was not written"]
    )


def promise_args(subdir: str) -> list[str]:
    """Returns the options that promise what the peer is promised."""
    return [
        part for promise in PROMISES[subdir] for part in ("--virtual-package", promise)
    ]


def resolve(
    file: Path, subdir: str, out: Path, index: Path, *more: str
) -> subprocess.CompletedProcess[str]:
    """Lets the program lock one file for one platform."""
    source = f"conda-forge={index}"
    fixed = [
        "resolve",
        "--file",
        str(file),
        "--platform",
        subdir,
        "-o",
        str(out),
        "--channel-source",
        source,
    ]
    return run_program(*fixed, *promise_args(subdir), *more)


@contextmanager
def plain_index(subdirs: Iterable[str]) -> Iterator[Path]:
    """Unpacks the genuine index of some subdirs and noarch into a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="pyiron-lock-index-") as name:
        for subdir in {*subdirs, "noarch"}:
            unpack(genuine() / subdir, Path(name) / subdir)
        yield Path(name)


def unpack(source: Path, target: Path) -> None:
    """Writes the plain `repodata.json` of one subdir folder."""
    target.mkdir(parents=True)
    plain = source / "repodata.json"
    if plain.exists():
        (target / "repodata.json").write_bytes(plain.read_bytes())
        return
    with (
        (source / "repodata.json.zst").open("rb") as packed,
        (target / "repodata.json").open("wb") as out,
    ):
        zstandard.ZstdDecompressor().copy_stream(packed, out)


def lock_packages(lock: Path) -> list[Package]:
    """Reads a lock as plain YAML, without any library that knows the format."""
    data = yaml.load(
        lock.read_text(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    )
    return sorted(
        Package(
            file="/".join(entry["conda"].rsplit("/", 2)[1:]),
            url=entry["conda"],
            sha256=entry.get("sha256"),
            depends=tuple(entry.get("depends", ())),
        )
        for entry in data["packages"]
    )


def requests(file: Path) -> list[Request]:
    """Reads the conda requests of an environment file with their lines, no maps."""
    items = YAML(typ="rt").load(file.read_text())["dependencies"]
    texts = [(index, item) for index, item in enumerate(items) if isinstance(item, str)]
    return [Request(str(text), items.lc.item(index)[0] + 1) for index, text in texts]


def request_name(text: str) -> str:
    """Takes the package name from a request: the first word after any `channel::`."""
    found = re.match(r"(?:[^\s:]+::)?([A-Za-z0-9_.-]+)", text)
    return found.group(1).lower() if found else text


def json_of(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """Reads what the program wrote to stdout as JSON."""
    try:
        return dict(json.loads(done.stdout))
    except ValueError:
        return {}


def make_archives(folder: Path) -> None:
    """Writes the archives of the sample channel."""
    chore = ["cargo", "run", "--release", "--quiet", "-p", "xtask", "--"]
    command = [*chore, "sample", "--archives", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files and logs nothing."""

    def log_message(self, *_: object) -> None:
        """Stays silent."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serves a folder on this machine and gives its address, without `/` at the end."""
    handler = functools.partial(Quiet, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()

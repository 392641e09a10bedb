#!/usr/bin/env python3
"""Stands in for micromamba, with the installer of py-rattler: `create` from a list.

Known are the options that the exported scripts use; any other is an error.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from pathlib import Path

from rattler import PackageRecord, RepoDataRecord, install
from rattler.package_streaming import extract


def records(file: Path, work: Path) -> list[RepoDataRecord]:
    """Reads each archive of a list of files; the list says nothing but where they are."""
    lines = file.read_text().splitlines()
    head, _, rest = "\n".join(lines).partition("@EXPLICIT\n")
    assert all(line.startswith("#") for line in head.splitlines()), head
    found = []
    for line in rest.splitlines():
        if not line.startswith("file://"):
            sys.exit(f"offline, and not a file: {line}")
        archive = Path(line.removeprefix("file://").partition("#")[0])
        stem = archive.name.removesuffix(".conda").removesuffix(".tar.bz2")
        extract(archive, work / stem)
        record = PackageRecord.from_index_json(work / stem / "info/index.json")
        url = archive.as_uri()
        found.append(RepoDataRecord(record, archive.name, url, archive.parent.as_uri()))
    return found


def main() -> None:
    """Does what `micromamba create` does with a list."""
    parser = argparse.ArgumentParser()
    parser.add_argument("verb", choices=["create"])
    for flag in ("--yes", "--no-rc", "--offline"):
        parser.add_argument(flag, action="store_true", required=True)
    parser.add_argument("--prefix", type=Path, required=True)
    parser.add_argument("--file", type=Path, required=True)
    options = parser.parse_args()
    cache = Path(os.environ["CONDA_PKGS_DIRS"])
    delay = os.environ.get("SHIM_DELAY")
    what = records(options.file, Path(os.environ["TMPDIR"]))
    if delay:
        half = install(what[: len(what) // 2], options.prefix, cache, show_progress=False)
        asyncio.run(half)
        asyncio.run(asyncio.sleep(float(delay)))
    asyncio.run(install(what, options.prefix, cache, show_progress=False))
    sys.stdout.flush()
    os._exit(0)


main()

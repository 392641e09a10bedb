#!/usr/bin/env python3
"""Stands in for micromamba in an image, with the installer of py-rattler.

`create` and `install` from a list of files, as `install-locked` calls them; any other
option is an error. `install` keeps what is there.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from pathlib import Path

sys.path.insert(0, "/opt/stand-in")

from rattler import PackageRecord, PrefixRecord, RepoDataRecord, install  # noqa: E402
from rattler.package_streaming import extract  # noqa: E402


def records(file: Path, work: Path) -> list[RepoDataRecord]:
    """Reads each archive of a list of files; the list says nothing but where they are."""
    head, *lines = file.read_text().splitlines()
    if head != "@EXPLICIT":
        sys.exit(f"no list of archives: {head}")
    found = []
    for line in lines:
        if not line.startswith("file://"):
            sys.exit(f"offline, and not a file: {line}")
        archive = Path(line.removeprefix("file://"))
        folder = work / archive.name
        extract(archive, folder)
        record = PackageRecord.from_index_json(folder / "info/index.json")
        channel = archive.parent.parent.as_uri()
        found.append(RepoDataRecord(record, archive.name, archive.as_uri(), channel))
    return found


def main() -> None:
    """Does what micromamba does with a list."""
    parser = argparse.ArgumentParser()
    parser.add_argument("verb", choices=["create", "install"])
    parser.add_argument("--yes", action="store_true", required=True)
    parser.add_argument("--offline", action="store_true", required=True)
    parser.add_argument("--prefix", type=Path, required=True)
    parser.add_argument("--file", type=Path, required=True)
    options = parser.parse_args()
    metas = sorted(options.prefix.glob("conda-meta/*.json"))
    if bool(metas) != (options.verb == "install"):
        sys.exit(f"{options.verb}, and the prefix holds {len(metas)} records")
    cache = Path(os.environ["CONDA_PKGS_DIRS"])
    there = [PrefixRecord.from_path(meta) for meta in metas]
    wanted = [*there, *records(options.file, cache.with_name("extracted"))]
    asyncio.run(install(wanted, options.prefix, cache, show_progress=False))
    sys.stdout.flush()
    os._exit(0)


main()

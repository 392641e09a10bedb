"""The job of `resolve --file` done with py-rattler, a whole process to time."""

from __future__ import annotations

import argparse
import asyncio
import os
from pathlib import Path

import yaml
from rattler import LockChannel, LockFile, LockPlatform, Subdir

from peer import CHANNEL, open_index, solve


def arguments() -> argparse.Namespace:
    """Reads the options of the program, and one that ends after the imports."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--import-only", action="store_true")
    parser.add_argument("--file", type=Path)
    parser.add_argument("--platform")
    parser.add_argument("--index", type=Path)
    parser.add_argument("--virtual-package", action="append", default=[])
    parser.add_argument("-o", "--output", type=Path)
    return parser.parse_args()


async def main() -> None:
    """Opens the index, loads what is reachable, solves, and writes the lock."""
    options = arguments()
    if options.import_only:
        return
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    wanted = yaml.load(options.file.read_text(), Loader=loader)["dependencies"]
    records = await solve(
        [request for request in wanted if isinstance(request, str)],
        open_index(options.index, options.platform),
        options.virtual_package,
    )
    platform = LockPlatform(
        options.platform, Subdir(options.platform), options.virtual_package
    )
    lock = LockFile([platform])
    lock.set_channels("default", [LockChannel(CHANNEL.base_url)])
    for record in records:
        lock.add_conda_package("default", platform, record)
    lock.to_path(options.output)


if __name__ == "__main__":
    asyncio.run(main())
    # py-rattler 0.28 may crash in the interpreter's shutdown on a busy machine
    os._exit(0)

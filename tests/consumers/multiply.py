"""Copies a plain index with N times as many versions, the extra ones all older.

A record of version 1.2.3 gets siblings 0a0.K.1.2.3 (K from 1) that keep its depends:
requests with a lower bound refuse them, the others meet them last. Their checksums are
those of their names: nothing can be installed from such an index.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

Record = dict[str, Any]


def siblings(file: str, record: Record, times: int) -> Iterator[tuple[str, Record]]:
    """Yields the record itself and its older siblings."""
    yield file, record
    ending = ".conda" if file.endswith(".conda") else ".tar.bz2"
    tail = re.sub(r"[^0-9a-z.]+", ".", str(record["version"]).lower())
    for step in range(1, times):
        version = f"0a0.{step}.{tail}"
        name = f"{record['name']}-{version}-{record['build']}{ending}"
        sums = {
            kind: hashlib.new(kind, name.encode()).hexdigest()
            for kind in ("md5", "sha256")
            if kind in record
        }
        yield name, record | {"version": version} | sums


def write_group(out: TextIO, records: dict[str, Record], times: int) -> int:
    """Writes one map of records piece by piece and returns their number."""
    count = 0
    out.write("{")
    for original, content in records.items():
        for file, record in siblings(original, content, times):
            out.write("," if count else "")
            out.write(f"{json.dumps(file)}:{json.dumps(record, separators=(',', ':'))}")
            count += 1
    out.write("}")
    return count


def multiply(source: Path, target: Path, times: int) -> int:
    """Writes the multiplied `repodata.json` and returns the number of records."""
    data = json.loads((source / "repodata.json").read_text())
    target.mkdir(parents=True, exist_ok=True)
    with (target / "repodata.json").open("w") as out:
        out.write(f'{{"info":{json.dumps(data["info"])},"packages":')
        count = write_group(out, data.get("packages", {}), times)
        out.write(',"packages.conda":')
        count += write_group(out, data.get("packages.conda", {}), times)
        out.write(',"repodata_version":1}')
    return count


def main() -> None:
    """Multiplies some subdirs of a channel folder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "source", type=Path, help="channel folder with plain repodata.json files"
    )
    parser.add_argument("target", type=Path, help="channel folder to write")
    parser.add_argument("times", type=int, help="how many times as many versions")
    parser.add_argument("subdirs", nargs="+")
    options = parser.parse_args()
    for subdir in options.subdirs:
        count = multiply(
            options.source / subdir, options.target / subdir, options.times
        )
        print(f"{subdir}: {count} records")


if __name__ == "__main__":
    main()

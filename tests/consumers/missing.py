"""Requests of the weekly cluster environment that no record can meet."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from rattler import MatchSpec

from common import (
    Report,
    Request,
    genuine,
    json_of,
    plain_index,
    request_name,
    requests,
    resolve,
    said,
)
from peer import open_index

FILE = "pyiron+cmmc_env__environment.yml"
SUBDIR = "linux-64"


def recorded_names(index: Path) -> set[str]:
    """Reads the names of all records from the plain JSON."""
    names = set()
    for part in (SUBDIR, "noarch"):
        data = json.loads((index / part / "repodata.json").read_text())
        for group in ("packages", "packages.conda"):
            names |= {record["name"] for record in data.get(group, {}).values()}
    return names


def unmet(wanted: list[Request], index: Path) -> dict[str, set[int]]:
    """Sorts the hopeless lines: no record of the name, or none that matches."""
    names, data = recorded_names(index), open_index(index, SUBDIR)
    found: dict[str, set[int]] = {
        "package-not-found": set(),
        "version-not-found": set(),
    }
    for request in wanted:
        name, spec = request_name(request.text), MatchSpec(request.text)
        if name not in names:
            found["package-not-found"].add(request.line)
        elif not any(
            spec.matches(record) for part in data for record in part.load_records(name)
        ):
            found["version-not-found"].add(request.line)
    return found


def main() -> None:
    """Compares both lists of lines."""
    report = Report()
    file = genuine("corpus", "environments", FILE)
    wanted = requests(file)
    texts = {request.line: request.text for request in wanted}
    with plain_index([SUBDIR]) as index, tempfile.TemporaryDirectory() as scratch:
        expected = unmet(wanted, index)
        done = resolve(file, SUBDIR, Path(scratch) / "cmmc.lock", genuine(), "--json")
    ended = [] if done.returncode == 3 else said(done)
    report.check("missing packages, exit code 3", ended, f"{len(wanted)} requests")
    for code, lines in expected.items():
        named = {
            request["line"]
            for explanation in json_of(done).get("explanations", [])
            if explanation["problem"]["code"] == code
            for request in explanation["problem"]["origins"]
        }
        found = [
            f"line {n} `{texts[n]}` is not named by the program"
            for n in sorted(lines - named)
        ]
        found += [
            f"line {n} `{texts.get(n)}` is named, but records match"
            for n in sorted(named - lines)
        ]
        report.check(f"missing packages, {code}", found, f"{len(lines)} requests")
    report.leave()


if __name__ == "__main__":
    main()

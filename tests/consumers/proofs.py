"""Every reader that the table of export formats names as tested was run and was content.

Takes the log of the other scripts, in which each run of a reader is one line
`proof FORMAT | READER | VERSION | COMMAND | EXIT CODE`, and prints the table of proofs.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path

from common import Report, json_of, run_program, said

LINE = re.compile(r"proof ([^|]+) \| ([^|]+) \| ([^|]+) \| (.+) \| (-?\d+)")
HEAD = ("format", "reader", "version", "command", "exit code")


@dataclass(frozen=True)
class Proof:
    """One run of a reader on the files of one format."""

    made: str
    reader: str
    version: str
    command: str
    code: int


def proofs(log: str) -> tuple[list[Proof], list[str]]:
    """Reads the lines of a log; also returns those that cannot be read."""
    found, broken = [], []
    for line in log.splitlines():
        if not line.startswith("proof "):
            continue
        match = LINE.fullmatch(line.rstrip())
        if match:
            made, reader, version, command, code = map(str.strip, match.groups())
            found.append(Proof(made, reader, version, command, int(code)))
        else:
            broken.append(line)
    return found, broken


def unproven(formats: list[dict], found: list[Proof]) -> list[str]:
    """Names every reader of the table that was not run, or did not end well."""
    problems = []
    for entry in formats:
        for proof in entry["proofs"]:
            if proof["how"] != "tested":
                continue
            runs = [
                run
                for run in found
                if (run.made, run.reader) == (entry["name"], proof["by"])
            ]
            if not runs:
                problems.append(f"{entry['name']}: {proof['by']} was not run")
            problems += [
                f"{run.made}: {run.reader} ended with {run.code}: {run.command}"
                for run in runs
                if run.code != 0
            ]
    return problems


def unlisted(formats: list[dict], found: list[Proof]) -> list[str]:
    """Names every reader that was run and that the table does not name as tested."""
    listed = {
        (entry["name"], proof["by"])
        for entry in formats
        for proof in entry["proofs"]
        if proof["how"] == "tested"
    }
    runs = {(run.made, run.reader) for run in found}
    return [
        f"{made}: {reader} was run and `export --list` does not name it"
        for made, reader in sorted(runs - listed)
    ]


def table(formats: list[dict], found: list[Proof]) -> list[tuple[str, ...]]:
    """Returns the rows: each run once, and each documented grammar with its source."""
    rows: list[tuple[str, ...]] = []
    for entry in formats:
        runs = [run for run in found if run.made == entry["name"]]
        for run in dict.fromkeys(runs):
            code = str(run.code)
            rows.append((run.made, run.reader, run.version, run.command, code))
        for proof in entry["proofs"]:
            if proof["how"] == "documented":
                rows.append((entry["name"], f"as in {proof['by']}", "", "", ""))
    return rows


def main() -> None:
    """Prints the table and checks it against what the program claims."""
    report = Report()
    done = run_program("export", "--list", "--json")
    formats = json_of(done).get("formats", [])
    found, broken = proofs(Path(sys.argv[1]).read_text())
    if done.returncode != 0 or not formats:
        report.check("export --list", said(done))
        report.leave()
    for row in [HEAD, *table(formats, found)]:
        print(" | ".join(row).rstrip(" |"))
    report.check("every line of proof can be read", broken)
    report.check(
        "every reader that a format names was run and ended well",
        unproven(formats, found),
        f"{len(formats)} formats, {len(found)} runs of readers",
    )
    report.check("no reader was run in secret", unlisted(formats, found))
    report.leave()


main()

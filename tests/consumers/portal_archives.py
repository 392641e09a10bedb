#!/usr/bin/env python3
"""Runs the commands of pages that need the archives of the sample channel.

A page says so with `<!-- with archives -->`. Its other marks are those of
tests/it/book.rs, which runs all other pages. PYIRON_LOCK_SAMPLE_ARCHIVES names a
folder that holds the archives already; else they are made.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from common import ROOT, Report, make_archives, program

MARK = "<!-- with archives -->\n"
FILE = re.compile(r"<!-- file: (.+?) -->\n```\w*\n(.*?)```", re.DOTALL)
TODAY = "--today 2026-09-01"


@dataclass
class Step:
    """A command, the exit code it has to end with, and the lines it has to print."""

    command: str
    exits: int
    shows: list[str] = field(default_factory=list)


def steps(text: str) -> list[Step]:
    """Reads the commands out of the blocks of a page."""
    found: list[Step] = []
    inside, exits = False, 0
    for line in text.splitlines():
        if line.startswith("<!-- exits: "):
            exits = int(line.removeprefix("<!-- exits: ").removesuffix(" -->"))
        elif line.startswith("```"):
            begins = line == "```console"
            if inside and not begins:
                exits = 0
            inside = begins
        elif inside and line.startswith("$ "):
            found.append(Step(line.removeprefix("$ "), exits))
        elif inside:
            found[-1].shows.append(line)
    return found


def write_files(text: str, folder: Path) -> None:
    """Writes the files that a page shows."""
    for name, body in FILE.findall(text):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(body)


def prepare(folder: Path, archives: Path) -> dict[str, str]:
    """Copies the repository without its sources; returns what commands are told."""
    for part in ("specs", "lockfiles", "conformance"):
        shutil.copytree(ROOT / part, folder / part)
    (folder / "tests").mkdir()
    (folder / "tests/sample-channel").symlink_to(archives)
    (folder / "bin").mkdir()
    (folder / "bin/pyiron-lock").symlink_to(program())
    path = f"{folder / 'bin'}:{os.environ['PATH']}"
    return {"PATH": path, "HOME": str(folder), "LC_ALL": "C.UTF-8"}


def problems(text: str, archives: Path) -> Iterator[str]:
    """Runs the commands of a page, and stops at the first that fails."""
    with tempfile.TemporaryDirectory(prefix="pyiron-lock-page-") as name:
        folder = Path(name)
        told = prepare(folder, archives)
        write_files(text, folder)
        for step in steps(text):
            line = step.command
            if "--today" not in line:
                line = line.replace("pyiron-lock verify", f"pyiron-lock verify {TODAY}")
            line = line.replace("/tmp/", f"{folder}/")
            done = subprocess.run(
                ["bash", "-euo", "pipefail", "-c", line],
                cwd=folder,
                env=told,
                capture_output=True,
                text=True,
                check=False,
            )
            said = done.stdout + done.stderr
            lacks = [shown for shown in step.shows if shown not in said]
            if done.returncode != step.exits or lacks:
                yield f"{step.command}: exit code {done.returncode}, lacks {lacks}"
                yield from said.splitlines()
                return


def main() -> None:
    """Runs every page that says it."""
    report = Report()
    docs = ROOT / "docs"
    texts = {path: path.read_text() for path in sorted(docs.rglob("*.md"))}
    pages = {path: text for path, text in texts.items() if MARK in text}
    with tempfile.TemporaryDirectory(prefix="pyiron-lock-archives-") as name:
        archives = Path(os.environ.get("PYIRON_LOCK_SAMPLE_ARCHIVES") or name)
        if archives == Path(name) and pages:
            make_archives(archives)
        for path, text in pages.items():
            title = path.relative_to(docs).as_posix()
            found = list(problems(text, archives))
            count = len(steps(text))
            report.check(f"the commands of {title} work", found, f"{count} commands")
    report.leave()


if __name__ == "__main__":
    main()

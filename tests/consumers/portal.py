#!/usr/bin/env python3
"""Builds the book of guidelines and asks whether every link in it leads somewhere.

Links inside the book have to name a page and an anchor that are there; links into this repository a file that is
there. Addresses elsewhere are counted, not asked.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from common import ROOT, Report

MINE = "https://github.com/pyiron/pyiron-lock/"
MADE_BY_MDBOOK = {"print.html", "404.html", "toc.html"}


@dataclass
class Page(HTMLParser):
    """What a page links to, and what can be linked to in it."""

    links: list[str] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Starts the reader."""
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Takes addresses and anchors out of a tag."""
        for key, value in attrs:
            if value is None:
                continue
            if key in ("href", "src") and tag in ("a", "img", "script", "link"):
                self.links.append(value)
            if key == "id" or (key == "name" and tag == "a"):
                self.anchors.add(value)


def mdbook() -> Path:
    """Returns the program that builds the book."""
    path = ROOT / "target/tools/bin/mdbook"
    found = shutil.which("mdbook")
    if not path.is_file() and found:
        return Path(found)
    if not path.is_file():
        sys.exit("mdbook is missing: `.ci/run` has the command that installs it")
    return path


def build(folder: Path) -> list[str]:
    """Builds the book into a folder; returns what went wrong or was worth a warning."""
    command = [mdbook(), "build", ROOT / "docs", "--dest-dir", folder]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = (done.stdout + done.stderr).splitlines()
    bad = [line for line in lines if "WARN" in line or "ERROR" in line]
    return bad + ([f"exit code {done.returncode}"] if done.returncode else [])


def read(folder: Path) -> dict[str, Page]:
    """Reads every page of a built book by its path."""
    pages = {}
    for path in sorted(folder.rglob("*.html")):
        name = path.relative_to(folder).as_posix()
        page = Page()
        page.feed(path.read_text())
        pages[name] = page
    return pages


def dead(folder: Path, pages: dict[str, Page]) -> Iterator[str]:
    """Names links that lead nowhere."""
    for name, page in pages.items():
        if name in MADE_BY_MDBOOK:
            continue
        for link in page.links:
            problem = wrong(folder, pages, name, link)
            if problem:
                yield f"{name}: {link}: {problem}"


def wrong(folder: Path, pages: dict[str, Page], name: str, link: str) -> str | None:
    """Says what is wrong with a link, if anything."""
    parts = urlsplit(link)
    if link.startswith(MINE):
        kind, _, path = parts.path.removeprefix("/pyiron/pyiron-lock/").partition("/")
        inside = path.removeprefix("main/")
        known = kind not in ("blob", "tree", "edit") or (ROOT / inside).exists()
        return None if known else "no such file in the repository"
    if parts.scheme or parts.netloc:
        return None if parts.scheme in ("https", "mailto") else "not https"
    target = (
        (folder / name).parent / unquote(parts.path) if parts.path else folder / name
    )
    if not target.exists():
        return "no such page"
    inside = target.resolve().relative_to(folder.resolve()).as_posix()
    page = pages.get(inside)
    if parts.fragment and page and unquote(parts.fragment) not in page.anchors:
        return "no such anchor"
    return None


def unseen(folder: Path) -> Iterator[str]:
    """Names links in the data of scripts that lead nowhere."""
    for name in ("which-tier.html",):
        text = (folder / name).read_text()
        links = set(re.findall(r"\[[^\[\]]*\]\(([^()\s]+)\)", text))
        if not links:
            yield f"{name}: there are no links in its data"
        for link in sorted(links):
            if not (folder / link).with_suffix(".html").is_file():
                yield f"{name}: {link}: no such page"


def outside(pages: dict[str, Page]) -> set[str]:
    """Returns the addresses elsewhere."""
    links = {link for page in pages.values() for link in page.links}
    return {it for it in links if it.startswith("https://") and not it.startswith(MINE)}


def main() -> None:
    """Builds and checks."""
    report = Report()
    with tempfile.TemporaryDirectory(prefix="pyiron-lock-book-") as name:
        folder = Path(name)
        report.check("the book builds without a warning", build(folder))
        pages = read(folder)
        links = sum(len(page.links) for page in pages.values())
        note = f"{len(pages)} pages, {links} links, {len(outside(pages))} addresses elsewhere"
        found = [*dead(folder, pages), *unseen(folder)]
        report.check("every link of the book leads somewhere", found, note)
    report.leave()


if __name__ == "__main__":
    main()

"""What `validate` says of every corpus file, against YAML readers and CEP 24."""

from __future__ import annotations

import argparse
import difflib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cep24 import forbidden, unreadable
from common import Report, genuine, json_of, run_program, said

TABLE = Path(__file__).with_name("corpus-verdicts.tsv")
HEADER = "file\tverdict\tfindings"
EXIT = {"accepted": 0, "refused": 2}


@dataclass(frozen=True)
class Verdict:
    """What the program said of one file, and what is wrong with how it said so."""

    file: str
    word: str
    findings: tuple[str, ...]
    faults: tuple[str, ...]

    def row(self) -> str:
        """Returns the line of the committed table."""
        return "\t".join((self.file, self.word, " ".join(self.findings) or "-"))


def ask(path: Path) -> Verdict:
    """Runs `validate` on one file, by its bare name in its own folder."""
    done = run_program("validate", path.name, "--json", cwd=path.parent)
    files: list[dict[str, Any]] = json_of(done).get("files", [])
    if len(files) != 1 or files[0].get("verdict") not in EXIT:
        return Verdict(path.name, "unknown", (), tuple(said(done)))
    word, findings = files[0]["verdict"], files[0]["findings"]
    faults = (
        []
        if done.returncode == EXIT[word]
        else [f"{word}, but exit code {done.returncode}"]
    )
    errors = [finding for finding in findings if finding["severity"] == "error"]
    if word == "refused" and not errors:
        faults.append("refused without an error")
    if word == "accepted" and errors:
        faults.append(f"accepted with {errors[0]['code']}")
    faults += [
        f"{finding['code']} has no position"
        for finding in errors
        if not positioned(finding)
    ]
    return Verdict(
        path.name, word, tuple(sorted(map(described, findings))), tuple(faults)
    )


def positioned(finding: dict[str, Any]) -> bool:
    """Tells whether a finding points at a line and a column."""
    origins = finding.get("origins") or []
    return bool(origins) and all(
        min(o.get("line", 0), o.get("column", 0)) >= 1 for o in origins
    )


def described(finding: dict[str, Any]) -> str:
    """Names a finding by its code and the line it points at first."""
    origins = finding.get("origins") or [{}]
    return f"{finding['code']}:{origins[0].get('line', '?')}"


def judge(path: Path, verdict: Verdict) -> tuple[list[str], bool]:
    """Compares with the own verdict: what is wrong, and whether CEP 24 is stricter."""
    raw = path.read_bytes()
    broken = unreadable(raw)
    rules = [] if broken else forbidden(path.name, raw)
    found = list(verdict.faults)
    if len(broken) == 2 and verdict.word == "accepted":
        found.append(f"accepted, but {broken[0]}")
    if not broken and not rules and verdict.word == "refused":
        found.append(f"refused ({' '.join(verdict.findings)}), though CEP 24 allows it")
    stricter = bool(rules) and verdict.word == "accepted"
    return [f"{path.name}: {text}" for text in found], stricter


def main() -> None:
    """Judges the corpus and keeps or checks the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--write", action="store_true", help="write the committed table"
    )
    options = parser.parse_args()
    report = Report()
    paths = sorted(
        genuine("corpus", "environments").iterdir(), key=lambda path: path.name
    )
    with ThreadPoolExecutor() as pool:
        verdicts = list(pool.map(ask, paths))
    judged = [
        judge(path, verdict) for path, verdict in zip(paths, verdicts, strict=True)
    ]
    beyond = [
        verdict.file
        for verdict, (_, stricter) in zip(verdicts, judged, strict=True)
        if stricter
    ]
    accepted = sum(verdict.word == "accepted" for verdict in verdicts)
    note = (
        f"{len(paths)} files, {accepted} accepted, {len(beyond)} of them beyond CEP 24"
    )
    report.check(
        "corpus verdicts agree with YAML and CEP 24",
        [line for lines, _ in judged for line in lines],
        note,
    )
    for name in beyond:
        print(f"       accepted beyond CEP 24: {name}")
    rows = [HEADER, *(verdict.row() for verdict in verdicts)]
    if options.write:
        TABLE.write_text("\n".join(rows) + "\n")
        print(f"       wrote {TABLE.name}")
    kept = TABLE.read_text().splitlines() if TABLE.exists() else []
    moved = [
        line
        for line in difflib.unified_diff(kept, rows, lineterm="", n=0)
        if line[:2] not in ("--", "++", "@@")
    ]
    report.check(
        "corpus verdicts are in step with the table (else run with --write)",
        moved,
        TABLE.name,
    )
    report.leave()


if __name__ == "__main__":
    main()

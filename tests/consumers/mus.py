"""The lines blamed for a conflict are a smallest set that cannot be solved."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from itertools import combinations
from pathlib import Path

from rattler import SparseRepoData

from common import (
    PROMISES,
    Report,
    Request,
    genuine,
    json_of,
    plain_index,
    requests,
    resolve,
    said,
)
from peer import open_index, try_solve

CASES = ["unsat-numpy-lammps", "unsat-pysqa-old", "unsat-workflow"]
SUBDIR = "linux-64"


def unsolvable(subset: Iterable[Request], data: list[SparseRepoData]) -> bool:
    """Asks py-rattler whether some of the requests have no solution."""
    return try_solve([item.text for item in subset], data, PROMISES[SUBDIR]) is None


def smallest_unsolvable(
    wanted: list[Request], data: list[SparseRepoData]
) -> list[set[int]]:
    """Tries all subsets by size; returns the lines of the smallest unsolvable ones."""
    for size in range(1, len(wanted) + 1):
        found = [
            {request.line for request in subset}
            for subset in combinations(wanted, size)
            if unsolvable(subset, data)
        ]
        if found:
            return found
    return []


def main() -> None:
    """Compares the blamed lines of every case with the brute force."""
    report = Report()
    with plain_index([SUBDIR]) as index, tempfile.TemporaryDirectory() as scratch:
        data = open_index(index, SUBDIR)
        for name in CASES:
            file = genuine("real-specs") / f"{name}.yml"
            smallest = smallest_unsolvable(requests(file), data)
            out = Path(scratch) / f"{name}.lock"
            done = resolve(file, SUBDIR, out, genuine(), "--json")
            blamed = {
                request["line"]
                for explanation in json_of(done).get("explanations", [])
                for request in explanation["problem"]["origins"]
            }
            lines = ", ".join(str(sorted(subset)) for subset in smallest)
            found = []
            if not smallest:
                found.append("py-rattler solves it: the case proves nothing")
            if done.returncode != 3:
                found += said(done)
            if blamed not in smallest:
                found.append(
                    f"the program names {sorted(blamed)}, the smallest sets are {lines}"
                )
            if out.exists():
                found.append("a lock was written")
            report.check(f"smallest conflict, {name}", found, f"lines {lines}")
    report.leave()


if __name__ == "__main__":
    main()

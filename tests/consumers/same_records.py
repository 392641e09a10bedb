"""The program and py-rattler choose exactly the same records for the genuine sets."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

from rattler import RepoDataRecord

from common import (
    CHANNEL,
    PROMISES,
    Package,
    Report,
    genuine,
    lock_packages,
    not_locked,
    plain_index,
    requests,
    resolve,
)
from peer import open_index, try_solve

CASES = [
    ("set-i", "linux-64"),
    ("set-i", "linux-aarch64"),
    ("set-i", "osx-arm64"),
    ("set-i", "win-64"),
    ("set-ii", "linux-64"),
    ("set-iii", "linux-64"),
    ("set-iii-osx", "osx-arm64"),
]


def packages(records: Iterable[RepoDataRecord]) -> list[Package]:
    """Reduces the records of py-rattler to what is compared."""
    return sorted(
        Package(
            file=f"{record.subdir}/{record.file_name}",
            url=record.url,
            sha256=record.sha256.hex() if record.sha256 else None,
            depends=tuple(record.depends),
        )
        for record in records
    )


def differences(ours: list[Package], peers: list[Package]) -> list[str]:
    """Lists what differs, one readable line a record."""
    mine = {package.file: package for package in ours}
    theirs = {package.file: package for package in peers}
    found = [
        f"only the program chose {file}" for file in sorted(mine.keys() - theirs.keys())
    ]
    found += [
        f"only py-rattler chose {file}" for file in sorted(theirs.keys() - mine.keys())
    ]
    if len(ours) != len(mine):
        found.append(f"the lock names {len(ours) - len(mine)} records twice")
    for file in sorted(mine.keys() & theirs.keys()):
        for field in ("url", "sha256", "depends"):
            left, right = getattr(mine[file], field), getattr(theirs[file], field)
            if left != right:
                found.append(
                    f"{file}: {field} is {left} here and {right} for py-rattler"
                )
    found += [
        f"{p.url} is not below {CHANNEL}" for p in ours if not p.url.startswith(CHANNEL)
    ]
    return found


def main() -> None:
    """Compares every case on one unpacked index."""
    report = Report()
    with plain_index(PROMISES) as index, tempfile.TemporaryDirectory() as scratch:
        for name, subdir in CASES:
            file = genuine("real-specs") / f"{name}.yml"
            texts = [request.text for request in requests(file)]
            records = try_solve(texts, open_index(index, subdir), PROMISES[subdir])
            peers = packages(records or [])
            lock = Path(scratch) / f"{name}-{subdir}.lock"
            done = resolve(file, subdir, lock, genuine())
            if records is None:
                found = ["py-rattler found no solution"]
            else:
                found = not_locked(done, lock) or differences(
                    lock_packages(lock), peers
                )
            report.check(
                f"same records, {name} on {subdir}", found, f"{len(peers)} packages"
            )
    report.leave()


if __name__ == "__main__":
    main()

"""Benchmarks the program beside py-rattler; see the header of `bench`."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench_project import PLATFORMS, write_project
from common import genuine, lock_packages, plain_index, program, promise_args
from measure import Timing, interleave, once
from multiply import multiply

PEER = Path(__file__).with_name("peer_lock.py")
FACTORS = (1, 8, 32)
GOAL = 0.050
Result = dict[str, Any]


def locking(index: Path, subdir: str, rounds: int) -> Result:
    """Times one lock by both tools and compares the records they chose."""
    with tempfile.TemporaryDirectory() as scratch:
        locks = {
            name: Path(scratch) / f"{name}.lock"
            for name in ("program", "peer", "peer_start")
        }
        asked = [
            "--file",
            str(genuine("real-specs") / "set-i.yml"),
            "--platform",
            subdir,
            *promise_args(subdir),
        ]
        ours = ["-o", str(locks["program"]), "--channel-source", f"conda-forge={index}"]
        theirs = ["-o", str(locks["peer"]), "--index", str(index)]
        commands = {
            "program": [str(program()), "resolve", *asked, *ours],
            "peer": [sys.executable, str(PEER), *asked, *theirs],
            "peer_start": [sys.executable, str(PEER), "--import-only"],
        }
        # an earlier lock would help the program
        timings = interleave(
            commands, rounds, lambda name: locks[name].unlink(missing_ok=True)
        )
        chosen = [lock_packages(locks[name]) for name in ("program", "peer")]
    megabytes = (
        sum(
            (index / part / "repodata.json").stat().st_size
            for part in (subdir, "noarch")
        )
        / 1e6
    )
    return {
        "name": f"set-i {subdir}",
        "packages": len(chosen[1]),
        "same_records": chosen[0] == chosen[1],
        "index_mb": round(megabytes, 1),
        **ratios(timings),
    }


def ratios(timings: dict[str, Timing]) -> Result:
    """Relates the medians of the two tools, with and without the peer's start."""
    ours, theirs, start = (
        timings[name].median for name in ("program", "peer", "peer_start")
    )
    return {
        "timings": timings,
        "ratio": round(theirs / ours, 2),
        "ratio_without_start": round((theirs - start) / ours, 2),
    }


def versions(index: Path, rounds: int) -> list[Result]:
    """Times the same lock while the index gets more versions of everything."""
    results = []
    for factor in FACTORS:
        with tempfile.TemporaryDirectory(prefix="pyiron-lock-bench-") as name:
            records = [
                multiply(index / part, Path(name) / part, factor)
                for part in ("linux-64", "noarch")
            ]
            result = locking(Path(name), "linux-64", rounds)
        results.append(
            result | {"name": f"versions x{factor}", "records": sum(records)}
        )
    return results


def modified(project: Path) -> dict[Path, int]:
    """Returns when each lock of a project was written."""
    locks = project.glob("lockfiles/*/*.lock")
    return {lock: lock.stat().st_mtime_ns for lock in locks}


def locked(index: Path, rounds: int) -> Result:
    """Times `resolve` in a project where every lock is current."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory(prefix="pyiron-lock-bench-") as name:
        locks = write_project(Path(name), index)
        os.chdir(name)
        try:
            command = [str(program()), "resolve"]
            first = once(command)
            written = modified(Path(name))
            timing = interleave({"program": command}, rounds)["program"]
            touched = modified(Path(name)) != written
        finally:
            os.chdir(before)
    if len(written) != locks or touched:
        sys.exit(f"{len(written)} of {locks} locks were written, touched: {touched}")
    return {
        "name": "everything locked",
        "locks": locks,
        "first_ms": round(first * 1000, 1),
        "timing": timing,
    }


def started(rounds: int) -> dict[str, Timing]:
    """Times the start of the program beside that of `true`."""
    return interleave(
        {
            "program": [str(program()), "--version"],
            "true": [shutil.which("true") or "true"],
        },
        rounds,
    )


def table(results: list[Result]) -> None:
    """Prints the comparison with the peer."""
    widths = (16, 9, 9, 16, 18, 16, 8, 8)
    heads = (
        "median (min) ms",
        "packages",
        "index MB",
        "program",
        "py-rattler",
        "its start",
        "ratio",
        "solving",
    )
    print(
        "  ".join(f"{head:>{width}}" for head, width in zip(heads, widths, strict=True))
    )
    for result in results:
        shown = [
            result["timings"][name].show() for name in ("program", "peer", "peer_start")
        ]
        relation = [f"{result[key]:.1f}x" for key in ("ratio", "ratio_without_start")]
        cells = [
            result["name"],
            str(result["packages"]),
            str(result["index_mb"]),
            *shown,
            *relation,
        ]
        note = "" if result["same_records"] else "  OTHER RECORDS"
        print(
            "  ".join(
                f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True)
            )
            + note
        )
    print("ratio: py-rattler / program; solving: the same without py-rattler's start\n")


def as_json(value: object) -> object:
    """Turns timings into what the JSON file keeps."""
    if isinstance(value, Timing):
        return value.plain()
    raise TypeError(type(value).__name__)


def main() -> None:
    """Runs all benchmarks, prints them and writes the JSON file when asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--rounds",
        type=int,
        default=12,
        help="rounds of the short benchmarks (default 12)",
    )
    parser.add_argument(
        "--curve-rounds",
        type=int,
        default=5,
        help="rounds of the versions curve (default 5)",
    )
    parser.add_argument("--json", type=Path, help="also write the results to this file")
    options = parser.parse_args()
    with plain_index(PLATFORMS) as index:
        os.sync()  # what was just unpacked must not be written out while we measure
        sets = [locking(index, subdir, options.rounds) for subdir in PLATFORMS]
        table(sets)
        everything = locked(index, options.rounds)
        verdict = "met" if everything["timing"].median < GOAL else "MISSED"
        print(
            f"everything locked: {everything['timing'].show()} ms, goal 50 ms {verdict}"
        )
        print(f"  {everything['locks']} locks, made in {everything['first_ms']} ms")
        starts = started(10 * options.rounds)
        shown = [starts[name].show() for name in ("program", "true")]
        print(f"start-up: --version {shown[0]} ms, true {shown[1]} ms\n")
        curve = versions(index, options.curve_rounds)
    table(curve)
    if options.json:
        whole = {
            "cpus": os.cpu_count(),
            "sets": sets,
            "everything_locked": everything,
            "start": starts,
        }
        options.json.write_text(
            json.dumps(whole | {"versions": curve}, default=as_json, indent=2) + "\n"
        )
    sys.stdout.flush()
    os._exit(0 if all(result["same_records"] for result in sets + curve) else 1)


if __name__ == "__main__":
    main()

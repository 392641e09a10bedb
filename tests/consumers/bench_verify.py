"""Benchmarks `verify` beside pixi-policy and pixi-sbom; see the header of `bench-verify`."""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from common import ROOT, genuine, lock_packages, plain_index, program, resolve
from measure import Timing

SUBDIR = "linux-64"
TODAY = "2026-09-01"
BATCH = 5
GOAL = 0.100
MANIFEST = """\
[workspace]
name = "bench"
channels = ["conda-forge"]
platforms = ["linux-64"]
"""


def hyperfine(
    commands: dict[str, list[str]], runs: int, folder: Path
) -> dict[str, Timing]:
    """Times commands in batches one after the other, so that a busy moment meets all of them."""
    timings = {name: Timing() for name in commands}
    out = folder / "hyperfine.json"
    fixed = ["hyperfine", "--shell=none", "--warmup=2", f"--runs={BATCH}"]
    # exit code 1 is that of findings
    options = ["--ignore-failure", "--style=none", f"--export-json={out}"]
    for _ in range(-(-runs // BATCH)):
        texts = [" ".join(command) for command in commands.values()]
        done = subprocess.run(
            [*fixed, *options, *texts], cwd=folder, capture_output=True, text=True
        )
        if done.returncode != 0:
            sys.exit(done.stderr)
        results = json.loads(out.read_text())["results"]
        for name, result in zip(commands, results, strict=True):
            odd = set(result["exit_codes"]) - {0, 1}
            if odd:
                sys.exit(f"{name} ended with {sorted(odd)}")
            timings[name].runs += result["times"]
    return timings


def workspace(lock: Path, folder: Path) -> dict[str, list[str]]:
    """Puts a lock where the peers look for it, and returns the commands."""
    tools = Path(sys.executable).parent
    shutil.copy(lock, folder / "pixi.lock")
    (folder / "pixi.toml").write_text(MANIFEST)
    policy = str(tools / "pixi-policy")
    subprocess.run([policy, "init"], cwd=folder, check=True, capture_output=True)
    sbom = ["--lockfile", "pixi.lock", "--platform", SUBDIR, "--output", "out.json"]
    return {
        "verify": [str(program()), "verify", "pixi.lock", "--today", TODAY],
        "pixi-policy": [policy, "check"],
        "pixi-sbom": [str(tools / "pixi-sbom"), *sbom],
    }


def beside_peers(lock: Path, runs: int) -> bool:
    """Times one lock by every tool; returns whether the program is as quick as each."""
    with tempfile.TemporaryDirectory(prefix="pyiron-lock-bench-") as name:
        timings = hyperfine(workspace(lock, Path(name)), runs, Path(name))
    ours = timings.pop("verify")
    print(f"one lock of {len(lock_packages(lock))} packages, median (min) ms")
    print(f"  {'verify':12} {ours.show():>16}")
    quick = True
    for peer, timing in timings.items():
        ratio = ours.median / timing.median
        quick &= ratio <= 1
        print(f"  {peer:12} {timing.show():>16}  ratio {ratio:.2f}")
    print(f"ratio: verify / peer, goal at most 1: {'met' if quick else 'MISSED'}")
    return quick


def everywhere(runs: int) -> bool:
    """Times all reference locks at all targets; returns whether the goal is met."""
    with tempfile.TemporaryDirectory(prefix="pyiron-lock-bench-") as name:
        asked = ["verify", "--project", str(ROOT), "--all-targets", "--today", TODAY]
        command = [str(program()), *asked]
        timing = hyperfine({"verify": command}, runs, Path(name))["verify"]
    locks = len(list(ROOT.glob("lockfiles/*/*.lock")))
    met = timing.median < GOAL
    print(f"all {locks} reference locks at all targets: {timing.show()} ms")
    print(f"goal {GOAL * 1000:.0f} ms: {'met' if met else 'MISSED'}")
    return met


def main() -> None:
    """Runs both benchmarks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--runs", type=int, default=40, help="runs of each command (default 40)"
    )
    parser.add_argument(
        "--lock", type=Path, help="a lock of linux-64 instead of the genuine set-iii"
    )
    options = parser.parse_args()
    if not shutil.which("hyperfine"):
        sys.exit("hyperfine is missing: install the package of that name")
    with tempfile.TemporaryDirectory() as name:
        lock = options.lock
        if lock is None:
            lock = Path(name) / "set-iii.lock"
            with plain_index([SUBDIR]) as index:
                specs = genuine("real-specs") / "set-iii.yml"
                resolve(specs, SUBDIR, lock, index).check_returncode()
        quick = beside_peers(lock, options.runs)
    sys.exit(0 if everywhere(options.runs) and quick else 1)


if __name__ == "__main__":
    main()

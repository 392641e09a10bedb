"""Benchmarks `verify --prefix` beside sha256sum and pixi-sbom; see `bench-prefix`."""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from common import program

PACKAGES = 200
GOAL = 1.2
URL = "https://forge.invalid/linux-64"
LOCK = """\
version: 1
metadata:
  channels: [{url: "https://forge.invalid/", used_env_vars: []}]
  platforms: [linux-64]
  content_hash: {linux-64: x}
  sources: [environment.yml]
package:
"""


@dataclass
class Spent:
    """What the runs of one command took, in seconds."""

    processors: list[float] = field(default_factory=list)
    clock: list[float] = field(default_factory=list)

    def show(self) -> str:
        """Returns the medians in milliseconds."""
        processors, clock = median(self.processors), median(self.clock)
        return f"{processors * 1000:7.0f} ms of processors, {clock * 1000:6.0f} ms"


def digest(data: bytes) -> str:
    """Returns the SHA-256 of some bytes."""
    return hashlib.sha256(data).hexdigest()


def make_package(prefix: Path, number: int, files: int, chance: random.Random) -> str:
    """Installs a package of random files and returns its entry in the lock."""
    name, entries = f"package-{number:03}", []
    for index in range(files):
        folder = f"share/{name}/{index // 10}"
        size = min(int(chance.lognormvariate(8.5, 2.0)), 4 << 20)
        data = chance.randbytes(size)
        (prefix / folder).mkdir(parents=True, exist_ok=True)
        (prefix / folder / f"file-{index}").write_bytes(data)
        path = f"{folder}/file-{index}"
        entry = {"_path": path, "path_type": "hardlink", "sha256": digest(data)}
        entries.append({**entry, "size_in_bytes": size})
    own = digest(name.encode())
    record = {
        "name": name,
        "version": "1.0",
        "build": "0",
        "build_number": 0,
        "subdir": "linux-64",
        "fn": f"{name}-1.0-0.conda",
        "url": f"{URL}/{name}-1.0-0.conda",
        "channel": "https://forge.invalid/",
        "sha256": own,
        "depends": [],
        "files": [entry["_path"] for entry in entries],
        "paths_data": {"paths_version": 1, "paths": entries},
    }
    (prefix / "conda-meta" / f"{name}-1.0-0.json").write_text(
        json.dumps(record, indent=2)
    )
    return (
        f'- name: {name}\n  version: "1.0"\n  manager: conda\n  platform: linux-64\n'
        f"  dependencies: {{}}\n  url: {record['url']}\n  hash: {{sha256: {own}}}\n"
        "  category: main\n  optional: false\n"
    )


def make_prefix(folder: Path, files: int) -> None:
    """Makes a prefix, its lock, and the list of its files."""
    chance = random.Random(7)
    prefix = folder / "prefix"
    (prefix / "conda-meta").mkdir(parents=True)
    (prefix / "conda-meta/history").touch()
    each = files // PACKAGES
    entries = [make_package(prefix, n, each, chance) for n in range(PACKAGES)]
    (folder / "conda-lock.yml").write_text(LOCK + "".join(entries))
    names = sorted(str(path) for path in prefix.glob("share/**/file-*"))
    (folder / "names").write_text("\0".join(names) + "\0")
    whole = sum(Path(name).stat().st_size for name in names)
    print(f"{len(names)} files of {whole / len(names) / 1000:.0f} kB on the average")


def run(command: list[str], folder: Path, spent: Spent) -> None:
    """Runs a command once and adds what it took."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    spent.clock.append(time.perf_counter() - start)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent.processors.append(
        after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    )
    if done.returncode != 0:
        sys.exit(f"{command[0]} ended with {done.returncode}: {done.stderr[-500:]!r}")


def commands() -> dict[str, list[str]]:
    """Returns what is timed, the program first."""
    verify = [str(program()), "verify", "--prefix", "prefix"]
    verify += ["--lock", "conda-lock.yml"]
    peer = [str(Path(sys.executable).parent / "pixi-sbom"), "--prefix", "prefix"]
    sums = "xargs -0 -P2 -n 500 sha256sum < names"
    return {
        "verify --prefix": verify,
        "verify --prefix --quick": [*verify, "--quick"],
        "sha256sum": ["sh", "-c", sums],
        "pixi-sbom": [*peer, "--no-config", "--verify-files", "--report", "files"],
    }


def main() -> None:
    """Makes the prefix and times everything on it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=10_000, help="default 10,000")
    parser.add_argument("--runs", type=int, default=15, help="runs each, default 15")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pyiron-lock-bench-") as name:
        folder = Path(name)
        make_prefix(folder, options.files)
        timings = {name: Spent() for name in commands()}
        for number in range(options.runs + 1):
            for name, command in commands().items():
                # the first round warms the files
                run(command, folder, Spent() if number == 0 else timings[name])
    ours = timings["verify --prefix"]
    for name, spent in timings.items():
        ratio = median(ours.processors) / median(spent.processors)
        print(f"  {name:24} {spent.show()}  verify / this: {ratio:.2f}")
    of_sums = median(ours.processors) / median(timings["sha256sum"].processors)
    of_peer = median(ours.clock) / median(timings["pixi-sbom"].clock)
    met = of_sums <= GOAL and of_peer <= 1
    print(
        f"processors: {of_sums:.2f} of sha256sum, goal at most {GOAL}; clock: {of_peer:.2f} of "
        f"pixi-sbom, goal at most 1: {'met' if met else 'MISSED'}"
    )
    sys.exit(0 if met else 1)


if __name__ == "__main__":
    main()

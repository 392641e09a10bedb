"""py-rattler installs a lock of the sample channel, and what it installed runs."""

from __future__ import annotations

import asyncio
import json
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

from rattler import LockFile, RepoDataRecord, install

from common import ROOT, Report, make_archives, served

LOCK = ROOT / "lockfiles" / "advanced" / "linux-64.lock"
SAMPLE = "https://sample.pyiron-lock.invalid"
MODULES = ["pyiron_workflow", "pyiron_atomistics", "numpy", "yaml", "psycopg2"]
COMMANDS = [["jupyter-lab", "--version"], ["mpiexec", "--version"], ["git"]]


def records(channel: str, scratch: Path) -> list[RepoDataRecord]:
    """Reads a committed lock with another address in the place of its channel."""
    lock = scratch / "served.lock"
    lock.write_text(LOCK.read_text().replace(SAMPLE, channel))
    read = LockFile.from_path(lock)
    (_, environment), *_ = read.environments()
    (where,) = read.platforms()
    return environment.conda_repodata_records_for_platform(where) or []


def install_into(prefix: Path, wanted: list[RepoDataRecord], cache: Path) -> None:
    """Installs records, link scripts too."""
    asyncio.run(
        install(
            records=wanted,
            target_prefix=prefix,
            cache_dir=cache,
            execute_link_scripts=True,
            show_progress=False,
        )
    )


def unrun(prefix: Path) -> list[str]:
    """Names the modules that cannot be imported and the commands that fail."""
    python = prefix / "bin" / "python"
    scripts = [[str(python), "-c", f"import {module}"] for module in MODULES]
    scripts += [[str(prefix / "bin" / command[0]), *command[1:]] for command in COMMANDS]
    problems = []
    for script in scripts:
        done = subprocess.run(script, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            problems.append(f"{' '.join(script)}: {(done.stderr or done.stdout)[:200]}")
    return problems


def unrecorded(prefix: Path, wanted: list[RepoDataRecord]) -> list[str]:
    """Names records that the prefix does not have with the hash of the lock."""
    files = (prefix / "conda-meta").glob("*.json")
    metas = [json.loads(file.read_text()) for file in files]
    there = {(meta["name"], meta["sha256"]) for meta in metas}
    wanted_pairs = {
        (record.name.normalized, record.sha256.hex() if record.sha256 else "")
        for record in wanted
    }
    return [f"{name} is missing or another" for name, _ in sorted(wanted_pairs - there)]


def altered(archives: Path, wanted: list[RepoDataRecord], scratch: Path) -> list[str]:
    """Installs again with one byte of one archive changed, which has to be refused."""
    record = next(record for record in wanted if record.name.normalized == "numpy")
    archive = archives / record.subdir / record.file_name
    data = bytearray(archive.read_bytes())
    data[len(data) // 2] ^= 1
    archive.write_bytes(data)
    try:
        install_into(scratch / "altered", wanted, scratch / "other-cache")
    except Exception as error:  # noqa: BLE001  the binding has no class for it
        text = str(error)
        told = any(word in text for word in ("checksum", "mismatch"))
        return [] if told else [f"refused for another reason: {text[:200]}"]
    return [f"{record.file_name} was installed although a byte of it had changed"]


def main() -> None:
    """Installs a tier and uses it."""
    report = Report()
    name = "py-rattler installs the tier advanced from archives of the sample channel"
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        print(f"--   {name}: not run, this is not linux-64")
        report.leave()
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        archives = scratch / "archives"
        make_archives(archives)
        with served(archives) as channel:
            wanted = records(channel, scratch)
            prefix = scratch / "prefix"
            install_into(prefix, wanted, scratch / "cache")
            problems = unrecorded(prefix, wanted) + unrun(prefix)
            report.check(name, problems, f"{len(wanted)} packages")
            report.check(
                "an archive with a changed byte is refused",
                altered(archives, wanted, scratch),
            )
    report.leave()


if __name__ == "__main__":
    main()

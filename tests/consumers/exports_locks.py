#!/usr/bin/env python3
"""Real readers read the exports of the group `locks`.

They are conda-lock, cyclonedx-python-lib, spdx-tools, py-rattler and pixi-sbom. Each run of
one prints a line `proof FORMAT | READER | VERSION | COMMAND | EXIT CODE`.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from importlib.metadata import version
from pathlib import Path

import yaml
from rattler import LockFile, MatchSpec, PackageRecord, RepoDataRecord, install
from rattler.explicit_environment import ExplicitEnvironmentSpec
from rattler.package.build_string import BuildString

from common import ROOT, Report, lock_packages, run_program, said, served

HERE = Path(__file__).resolve().parent
VENV = ROOT / "target/consumers/venv-locks"
TIERS = [("minimal", "linux-64"), ("mpie_cmti", "linux-64-v3"), ("rdm", "win-64")]
# How repo2docker looks for the version of Python.
PYTHON = re.compile(r"python\s*=+\s*([\d.]*)")
SCHEMA = """
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
text = open(sys.argv[1], encoding="utf-8").read()
error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
sys.exit(None if error is None else str(error)[:2000])
"""


def tools() -> Path:
    """Installs the tools that need much, once for each version of the pins."""
    pins = HERE / "requirements-locks.txt"
    stamp = VENV / "installed"
    if not stamp.is_file() or stamp.read_text() != pins.read_text():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=True)
        pip = [str(VENV / "bin/python"), "-m", "pip", "install", "--quiet"]
        what = ["--no-deps", "--only-binary", ":all:", "-r", str(pins)]
        subprocess.run([*pip, *what], check=True)
        stamp.write_text(pins.read_text())
    return VENV / "bin"


def pinned(package: str) -> str:
    """Returns the version of a tool from its pins."""
    found = re.search(
        rf"^{package}==(\S+)$",
        (HERE / "requirements-locks.txt").read_text().replace("_", "-"),
        re.MULTILINE,
    )
    return found.group(1) if found else "?"


def proof(made: str, reader: str, number: str, command: str, code: int) -> None:
    """Prints the line that the table of proofs is made from."""
    print(f"proof {made} | {reader} | {number} | {command} | {code}")


def export(folder: Path, made: str, *more: str | Path) -> list[str]:
    """Exports into a folder; returns what went wrong."""
    done = run_program("export", made, "-o", folder, *more, cwd=ROOT)
    return [] if done.returncode == 0 else said(done)


def run_tool(command: list[str], cwd: Path) -> subprocess.CompletedProcess[str]:
    """Runs a reader."""
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def different(seen: set[str], wanted: set[str]) -> list[str]:
    """Names what only one of two sets has."""
    lost = [f"{name} is lost" for name in sorted(wanted - seen)]
    return lost + [f"{name} is not in the lock" for name in sorted(seen - wanted)]


def conda_lock(folder: Path, lock: Path, tier: list[str]) -> list[str]:
    """conda-lock makes an explicit list of the same archives."""
    problems = export(folder, "conda-lock", *tier)
    if problems:
        return problems
    subdir = yaml.safe_load((folder / "conda-lock.yml").read_text())["metadata"]["platforms"][0]
    command = ["conda-lock", "render", "-k", "explicit", "-p", subdir, "conda-lock.yml"]
    done = run_tool([str(tools() / command[0]), *command[1:]], folder)
    proof("conda-lock", "conda-lock", pinned("conda-lock"), " ".join(command), done.returncode)
    if done.returncode != 0:
        return said(done)
    lines = (folder / f"conda-{subdir}.lock").read_text().splitlines()
    seen = {line.partition("#")[0] for line in lines if line.startswith("http")}
    return different(seen, {package.url for package in lock_packages(lock)})


def cyclonedx(folder: Path, lock: Path, tier: list[str]) -> list[str]:
    """The schema of CycloneDX holds, and every archive is there with its hash."""
    problems = export(folder, "sbom", *tier)
    if problems:
        return problems
    command = [str(tools() / "python"), "-c", SCHEMA, "sbom.cdx.json"]
    done = run_tool(command, folder)
    shown = "JsonStrictValidator(V1_6).validate_str(sbom.cdx.json)"
    number = pinned("cyclonedx-python-lib")
    proof("sbom", "cyclonedx-python-lib", number, shown, done.returncode)
    if done.returncode != 0:
        return said(done)
    document = json.loads((folder / "sbom.cdx.json").read_text())
    seen = {
        f"{component['externalReferences'][0]['url']} {component['hashes'][0]['content']}"
        for component in document["components"]
    }
    return different(seen, {f"{p.url} {p.sha256}" for p in lock_packages(lock)})


def spdx(folder: Path, lock: Path, tier: list[str]) -> list[str]:
    """spdx-tools finds the document valid, and every archive is there with its hash."""
    problems = export(folder, "sbom", "--set", "format=spdx", *tier)
    if problems:
        return problems
    command = ["pyspdxtools", "-i", "sbom.spdx.json"]
    done = run_tool([str(tools() / command[0]), *command[1:]], folder)
    proof("sbom", "spdx-tools", pinned("spdx-tools"), " ".join(command), done.returncode)
    if done.returncode != 0:
        return said(done)
    document = json.loads((folder / "sbom.spdx.json").read_text())
    seen = {
        f"{package['downloadLocation']} {package['checksums'][0]['checksumValue']}"
        for package in document["packages"]
        if package["SPDXID"] != "SPDXRef-Tier"
    }
    return different(seen, {f"{p.url} {p.sha256}" for p in lock_packages(lock)})


def locked(lock: Path) -> dict[str, RepoDataRecord]:
    """Reads the records of a lock by name."""
    read = LockFile.from_path(lock)
    (_, environment), *_ = read.environments()
    (where,) = read.platforms()
    records = environment.conda_repodata_records_for_platform(where) or []
    return {record.name.normalized: record for record in records}


def environment(folder: Path, lock: Path, tier: list[str]) -> list[str]:
    """Each pin is a constraint that the record of the lock meets; Python is found."""
    records = locked(lock)
    problems: list[str] = []
    for pins in ("direct", "all", "solvable"):
        problems += export(folder / pins, "environment", "--set", f"pins={pins}", *tier)
        if problems:
            return problems
        read = yaml.safe_load((folder / pins / "environment.yml").read_text())
        texts = [text for text in read["dependencies"] if isinstance(text, str)]
        for text in texts:
            spec = MatchSpec(text, strict=False)
            record = records.get(str(spec.name.normalized if spec.name else ""))
            if record is None or not spec.matches(record):
                problems.append(f"{pins}: {text} is not what is locked")
        versions = [found.group(1) for text in texts if (found := PYTHON.match(text))]
        if not any(str(records["python"].version) == number for number in versions):
            problems.append(f"{pins}: repo2docker does not find the version of Python")
        if read["channels"][-1] != "nodefaults":
            problems.append(f"{pins}: the default channels are not shut out")
        left_out = len(records) - len(texts)
        if pins != "direct" and left_out != (
            pins == "solvable" and "_x86_64-microarch-level" in records
        ):
            problems.append(f"{pins}: {left_out} records are not pinned")
    command = "MatchSpec(dependency).matches(record)"
    proof("environment", "py-rattler", version("py-rattler"), command, len(problems) and 1)
    return problems


def archive(path: Path, word: str) -> str:
    """Writes a package with one text in it; returns its sha256."""
    index = {
        "name": "word",
        "version": "1.0",
        "build": "h_0",
        "build_number": 0,
        "depends": [],
        "subdir": "linux-64",
    }
    data = word.encode()
    digest = hashlib.sha256(data).hexdigest()
    file = {
        "_path": "share/word",
        "path_type": "hardlink",
        "sha256": digest,
        "size_in_bytes": len(data),
    }
    members = {
        "info/index.json": json.dumps(index).encode(),
        "info/files": b"share/word\n",
        "info/paths.json": json.dumps({"paths": [file], "paths_version": 1}).encode(),
        "share/word": data,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w:bz2") as out:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            out.addfile(member, io.BytesIO(content))
    return hashlib.sha256(path.read_bytes()).hexdigest()


def listed(text: str) -> list[RepoDataRecord]:
    """Reads a list as py-rattler does; the hash is what stands behind the address."""
    records = []
    for entry in ExplicitEnvironmentSpec.from_str(text).packages:
        url, _, anchor = str(entry.url).partition("#")
        file = url.rsplit("/", 1)[1]
        name, number, build = file.removesuffix(".tar.bz2").rsplit("-", 2)
        record = PackageRecord(
            name=name,
            version=number,
            build=BuildString(build),
            build_number=0,
            subdir=url.rsplit("/", 2)[1],
            sha256=bytes.fromhex(anchor.removeprefix("sha256:")),
        )
        channel = url.rsplit("/", 2)[0]
        records.append(
            RepoDataRecord(record, file_name=file, channel=channel, url=url)
        )
    return records


def installs(records: list[RepoDataRecord], prefix: Path, cache: Path) -> str | None:
    """Installs; returns why not."""
    work = install(
        records=records, target_prefix=prefix, cache_dir=cache, show_progress=False
    )
    try:
        asyncio.run(work)
    except Exception as error:  # noqa: BLE001  the binding has no class for it
        return str(error)
    return None


def explicit(folder: Path) -> list[str]:
    """py-rattler installs what a list names, and refuses an archive of another hash."""
    file = folder / "served/linux-64/word-1.0-h_0.tar.bz2"
    digest = archive(file, "good")
    with served(folder / "served") as channel:
        source = folder / "source.txt"
        url = f"{channel}/linux-64/{file.name}"
        source.write_text(f"# platform: linux-64\n@EXPLICIT\n{url}#{digest}\n")
        problems = export(folder / "out", "explicit", "--lock", source)
        if problems:
            return problems
        records = listed((folder / "out/explicit.txt").read_text())
        why = installs(records, folder / "prefix", folder / "cache")
        command = "install(records of ExplicitEnvironmentSpec.from_str(explicit.txt))"
        proof("explicit", "py-rattler", version("py-rattler"), command, int(bool(why)))
        if why or (folder / "prefix/share/word").read_text() != "good":
            return [why or "the file is not what was packed"]
        archive(file, "evil")
        why = installs(records, folder / "other", folder / "other-cache")
        if why is None:
            return ["an archive of another hash was installed"]
        told = any(word in why for word in ("checksum", "mismatch"))
        return [] if told else [f"refused for another reason: {why[:200]}"]


def explicit_of_tier(folder: Path, lock: Path, tier: list[str]) -> list[str]:
    """py-rattler reads every address and hash of a tier, dependencies first."""
    problems = export(folder, "explicit", *tier)
    if problems:
        return problems
    spec = ExplicitEnvironmentSpec.from_path(folder / "explicit.txt")
    seen = {str(entry.url).replace("#sha256:", " ") for entry in spec.packages}
    return different(seen, {f"{p.url} {p.sha256}" for p in lock_packages(lock)})


def pixi(folder: Path, lock: Path, tier: list[str]) -> list[str]:
    """py-rattler reads the records of pixi.lock, pixi-sbom makes a document of them."""
    problems = export(folder, "pixi", *tier)
    if problems:
        return problems
    made, wanted = locked(folder / "pixi.lock"), locked(lock)
    call = "LockFile.from_path(pixi.lock)"
    proof("pixi", "py-rattler", version("py-rattler"), call, 0)
    problems = [
        f"{name} is another record"
        for name in sorted({*made, *wanted})
        if name not in made or name not in wanted or facts(made[name]) != facts(wanted[name])
    ]
    tool = str(Path(sys.executable).with_name("pixi-sbom"))
    (where,) = LockFile.from_path(folder / "pixi.lock").platforms()
    words = ["--lockfile", "pixi.lock", "--platform", str(where.name)]
    words += ["--no-config", "--output", "-"]
    done = run_tool([tool, *words], folder)
    shown = " ".join(["pixi-sbom", *words])
    proof("pixi", "pixi-sbom", version("pixi-sbom"), shown, done.returncode)
    if done.returncode != 0:
        return [*problems, *said(done)]
    names = {component["name"] for component in json.loads(done.stdout)["components"]}
    return problems + different(names, set(wanted))


def facts(record: RepoDataRecord) -> tuple[object, ...]:
    """Returns what two readings of one record have to agree on."""
    hashes = (record.sha256, record.md5)
    lists = (tuple(record.depends), tuple(record.constrains))
    return (record.url, str(record.version), record.build_number, *hashes, *lists)


CHECKS = {
    "py-rattler and pixi-sbom read pixi.lock of": pixi,
    "conda-lock renders": conda_lock,
    "cyclonedx-python-lib finds valid": cyclonedx,
    "spdx-tools finds valid": spdx,
    "py-rattler takes the pins of": environment,
    "py-rattler reads the list of": explicit_of_tier,
}


def main() -> None:
    """Exports some tiers and lets each reader read."""
    report = Report()
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        for tier, platform in TIERS:
            lock = ROOT / "lockfiles" / tier / f"{platform}.lock"
            words = ["--tier", tier, "--platform", platform]
            for number, (title, check) in enumerate(CHECKS.items()):
                folder = scratch / tier / str(number)
                folder.mkdir(parents=True)
                report.check(f"{title} {tier} for {platform}", check(folder, lock, words))
        (scratch / "explicit").mkdir()
        report.check(
            "py-rattler installs an explicit list and refuses another hash",
            explicit(scratch / "explicit"),
        )
    report.leave()


if __name__ == "__main__":
    main()

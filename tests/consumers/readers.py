"""py-rattler and pixi-sbom see what a lock says; the manifest keeps to its schema."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import jsonschema
import yaml
from rattler import LockFile

from common import ROOT, Report, genuine, lock_packages, not_locked, resolve

SEEN = set[tuple[str, str | None]]
CASES = [("set-i", "win-64"), ("set-ii", "osx-arm64"), ("set-iii", "linux-64")]


def rattler_sees(lock: Path) -> tuple[SEEN, list[str]]:
    """Returns the packages that py-rattler reads, and the virtual packages."""
    read = LockFile.from_path(lock)
    seen, promised = [], []
    for platform in read.platforms():
        promised += list(platform.virtual_packages or [])
        for _, environment in read.environments():
            packages = environment.conda_repodata_records_for_platform(platform) or []
            seen += [
                (package.url, package.sha256.hex() if package.sha256 else None)
                for package in packages
            ]
    return unique(seen, "py-rattler"), promised


def sbom_sees(lock: Path, environment: str, platform: str) -> SEEN:
    """Returns the packages in the bill of materials that pixi-sbom makes."""
    tool = Path(sys.executable).with_name("pixi-sbom")
    where = [
        "--lockfile",
        str(lock),
        "--environment",
        environment,
        "--platform",
        platform,
    ]
    command = [str(tool), *where, "--no-config", "--output", "-"]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    if made.returncode != 0:
        raise ValueError(
            f"pixi-sbom ended with {made.returncode}: {made.stderr.strip()[:300]}"
        )
    seen = []
    for component in json.loads(made.stdout)["components"]:
        urls = [
            ref["url"]
            for ref in component["externalReferences"]
            if ref["type"] == "distribution"
        ]
        sums = [
            entry["content"]
            for entry in component.get("hashes", [])
            if entry["alg"] == "SHA-256"
        ]
        seen.append((urls[0], sums[0] if sums else None))
    return unique(seen, "pixi-sbom")


def unique(seen: list[tuple[str, str | None]], reader: str) -> SEEN:
    """Turns a list into a set, refusing double entries."""
    if len(set(seen)) != len(seen):
        raise ValueError(f"{reader} sees {len(seen) - len(set(seen))} packages twice")
    return set(seen)


def compare(lock: Path) -> tuple[list[str], int]:
    """Compares both readers with the plain YAML of one lock."""
    plain = yaml.load(
        lock.read_text(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    )
    written = {(package.url, package.sha256) for package in lock_packages(lock)}
    ((environment, content),) = plain["environments"].items()
    ((platform, _),) = content["packages"].items()
    found = [] if plain["version"] == 7 else [f"version {plain['version']}"]
    if "pyiron-lock" not in plain:
        found.append("there is no pyiron-lock block")
    try:
        seen, promised = rattler_sees(lock)
        found += differing("py-rattler", seen, written)
        if promised != plain["platforms"][0].get("virtual-packages", []):
            found.append(f"py-rattler sees the virtual packages {promised}")
        found += differing("pixi-sbom", sbom_sees(lock, environment, platform), written)
    except Exception as error:  # noqa: BLE001 - what a reader throws is the result
        found.append(f"{type(error).__name__}: {error}")
    return found, len(written)


def differing(reader: str, seen: SEEN, written: SEEN) -> list[str]:
    """Lists what a reader sees otherwise than written."""
    found = [
        f"{reader} does not see {url} {sha256}"
        for url, sha256 in sorted(written - seen, key=str)
    ]
    return found + [
        f"{reader} sees {url} {sha256}, not written"
        for url, sha256 in sorted(seen - written, key=str)
    ]


def schema_problems(file: str, schema_file: str) -> list[str]:
    """Validates a file against the schema, or the part of one, that ships with it."""
    schema_file, _, part = schema_file.partition("#")
    manifest, schema = ROOT / file, ROOT / schema_file
    absent = [
        f"{path.relative_to(ROOT)} is missing"
        for path in (manifest, schema)
        if not path.exists()
    ]
    if absent:
        return absent
    rules: dict[str, Any] = json.loads(schema.read_text())
    checker = jsonschema.validators.validator_for(
        rules, default=jsonschema.Draft202012Validator
    )
    checker.check_schema(rules)
    if part:
        rules = {"$ref": f"#{part}", "$defs": rules["$defs"]}
    # Dates are text to a schema.
    document = json.loads(json.dumps(yaml.safe_load(manifest.read_text()), default=str))
    errors = checker(rules).iter_errors(document)
    return [
        f"{'/'.join(map(str, error.absolute_path))}: {error.message}"
        for error in errors
    ]


def conformance_files() -> list[tuple[str, str]]:
    """Returns the files below conformance/, each with the schema that it names."""
    files = [("conformance/waivers.yml", "conformance/waivers.schema.json")]
    for path in sorted((ROOT / "conformance/targets").rglob("*.yml")):
        files.append((str(path.relative_to(ROOT)), "conformance/target.schema.json"))
    for path in sorted((ROOT / "conformance/policy").glob("*.yml")):
        schema = f"conformance/policy.schema.json#/$defs/{path.stem}"
        files.append((str(path.relative_to(ROOT)), schema))
    return files


def main() -> None:
    """Checks the schema, the committed locks, and fresh locks of genuine sets."""
    report = Report()
    report.check(
        "specs/tiers.yml keeps to specs/tiers.schema.json",
        schema_problems("specs/tiers.yml", "specs/tiers.schema.json"),
    )
    files = conformance_files()
    problems = [
        f"{file}: {line}"
        for file, schema in files
        for line in schema_problems(file, schema)
    ]
    report.check(
        "targets, policies and waivers keep to their schemas",
        problems if len(files) > 40 else [f"only {len(files)} files were found"],
        f"{len(files)} files",
    )
    committed = sorted((ROOT / "lockfiles").rglob("*.lock"))
    results = [(lock, compare(lock)[0]) for lock in committed]
    bad = [
        f"{lock.relative_to(ROOT)}: {line}" for lock, lines in results for line in lines
    ]
    empty = [] if committed else ["lockfiles/ holds no lock"]
    report.check(
        "py-rattler and pixi-sbom read the committed locks",
        empty + bad,
        f"{len(committed)} locks",
    )
    if not os.environ.get("PYIRON_LOCK_REAL_INDEX"):
        report.not_run("py-rattler and pixi-sbom read locks of genuine sets")
        report.leave()
    with tempfile.TemporaryDirectory() as scratch:
        for name, subdir in CASES:
            lock = Path(scratch) / f"{name}-{subdir}.lock"
            done = resolve(
                genuine("real-specs") / f"{name}.yml", subdir, lock, genuine()
            )
            missing = not_locked(done, lock)
            found, count = (missing, 0) if missing else compare(lock)
            report.check(
                f"py-rattler and pixi-sbom read {name} on {subdir}",
                found,
                f"{count} packages",
            )
    report.leave()


if __name__ == "__main__":
    main()

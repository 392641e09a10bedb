"""The table of verdicts on genuine locks, against PyYAML and py-rattler."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from rattler import MatchSpec, PackageRecord
from rattler.package.build_string import BuildString

from common import Report, genuine

TABLE = Path(__file__).with_name("lock-verdicts.tsv")
ARCHIVE = re.compile(
    r"(?P<home>.*)/(?P<subdir>[^/]+)/"
    r"(?P<name>[^/]+)-(?P<version>[^-/]+)-(?P<build>[^-/]+)\.(conda|tar\.bz2)"
)


@dataclass
class Record:
    """One archive as a lock says it."""

    url: str
    said: dict[str, Any]

    def part(self, key: str) -> str:
        """Returns what the record says of itself, else what its URL says."""
        match = ARCHIVE.fullmatch(self.url)
        return str(self.said.get(key) or (match[key] if match else ""))

    def matches(self, spec: MatchSpec) -> bool:
        """Lets py-rattler compare a constraint with this record."""
        return spec.matches(
            PackageRecord(
                name=self.part("name").lower(),
                version=self.part("version"),
                build=BuildString(self.part("build")),
                build_number=int(self.said.get("build_number") or 0),
                subdir=self.part("subdir"),
            )
        )


@dataclass
class Lock:
    """One environment on one platform."""

    where: str
    subdir: str
    channels: list[str]
    records: list[Record] = field(default_factory=list)
    pip: int = 0
    unread: set[str] = field(default_factory=set)
    promises: dict[str, Record] | None = None
    knows_depends: bool = True

    def size(self) -> str:
        """Returns the number of records and of pip packages as the table has it."""
        return f"{len(self.records)}{f'+{self.pip}' if self.pip else ''}"


def pixi(document: dict[str, Any]) -> Iterator[Lock]:
    """Reads versions 4 to 7 of the rattler format."""
    packages: dict[str, list[dict[str, Any]]] = {}
    for package in document["packages"]:
        for key in ("conda", "url", "pypi", "path", "conda_source"):
            if isinstance(package.get(key), str):
                packages.setdefault(package[key], []).append(package)
    named = {platform["name"]: platform for platform in document.get("platforms") or []}
    for name, environment in sorted(document["environments"].items()):
        channels = [channel["url"] for channel in environment["channels"]]
        for platform, listed in sorted((environment.get("packages") or {}).items()):
            known = named.get(platform, {})
            lock = Lock(f"{name}/{platform}", known.get("subdir") or platform, channels)
            lock.promises = promised(known.get("virtual-packages") or [], lock.subdir)
            for item in listed:
                if "pypi" in item:
                    lock.pip += 1
                    continue
                url = item.get("conda") or item["conda_source"]
                found = packages[url]
                mine = [p for p in found if p.get("subdir") in (platform, lock.subdir)]
                said = (mine or found)[0]
                if ARCHIVE.fullmatch(url):
                    lock.records.append(Record(url, said))
                else:
                    lock.unread.add(said.get("name") or re.split(r"[\[ ]", url)[0])
            yield lock


def promised(texts: list[str], subdir: str) -> dict[str, Record] | None:
    """Reads virtual packages; none written means that none are known."""
    if not texts:
        return None
    implied = "__win=0" if subdir.startswith("win") else "__unix=0"
    found = {}
    for text in [implied, *texts]:
        name, version, build = [*text.split("="), "0"][:3]
        said = {"name": name, "version": version, "build": build, "subdir": subdir}
        found[name] = Record("", said)
    return found


def conda_lock(document: dict[str, Any]) -> Iterator[Lock]:
    """Reads version 1 of conda-lock.yml."""
    metadata = document["metadata"]
    channels = [channel["url"] for channel in metadata["channels"]]
    locks = {
        name: Lock(f"default/{name}", name, channels) for name in metadata["platforms"]
    }
    for package in document["package"]:
        lock = locks[package["platform"]]
        if package["manager"] == "pip":
            lock.pip += 1
            continue
        depends = [
            name if constraint == "*" else f"{name} {constraint}"
            for name, constraint in (package.get("dependencies") or {}).items()
        ]
        said = {
            "name": package["name"],
            "version": package["version"],
            "build": package.get("build"),
            "depends": depends,
            **package["hash"],
        }
        lock.records.append(Record(package["url"], said))
    yield from locks.values()


def explicit(text: str) -> Iterator[Lock]:
    """Reads an explicit list."""
    subdir = re.search(r"^# platform: (\S+)$", text, re.MULTILINE)
    assert subdir
    lock = Lock(f"default/{subdir[1]}", subdir[1], [], knows_depends=False)
    for line in text.splitlines():
        if line and not line.startswith(("#", "@")):
            url, _, digest = line.partition("#")
            lock.records.append(Record(url, {"md5": digest}))
    yield lock


def read(path: Path) -> list[Lock] | None:
    """Reads a lock of any format, `None` where it is not one."""
    text = path.read_text()
    if re.search(r"^@EXPLICIT$", text, re.MULTILINE):
        return list(explicit(text))
    document = yaml.safe_load(text)
    if isinstance(document, dict) and "environments" in document:
        return list(pixi(document))
    if isinstance(document, dict) and "package" in document:
        return list(conda_lock(document))
    return None


def codes(lock: Lock) -> Iterator[str]:
    """Names what is wrong with a lock, or left open by it."""
    if lock.pip:
        yield "lock-pip-unchecked"
    if lock.unread:
        yield "lock-unread"
    if not lock.knows_depends and lock.records:
        yield "lock-depends-unknown"
    names = Counter(record.part("name").lower() for record in lock.records)
    if any(count > 1 for count in names.values()):
        yield "lock-duplicate"
    for record in lock.records:
        yield from of_record(lock, record)
    for record in lock.records:
        for text in record.said.get("depends") or []:
            yield from of_constraint(lock, text, required=True)
        for text in record.said.get("constrains") or []:
            yield from of_constraint(lock, text, required=False)


def of_record(lock: Lock, record: Record) -> Iterator[str]:
    """Names what is wrong with one record by itself."""
    match = ARCHIVE.fullmatch(record.url)
    assert match
    if any(record.part(key) != match[key] for key in ("name", "version", "build")):
        yield "lock-url-mismatch"
    fits = record.part("subdir") in (lock.subdir, "noarch")
    if not fits or record.part("subdir") != match["subdir"]:
        yield "lock-subdir"
    if not record.said.get("sha256"):
        yield "lock-hash-weak" if record.said.get("md5") else "lock-hash-missing"
    hosts = [
        channel.rstrip("/")
        if "://" in channel
        else f"https://conda.anaconda.org/{channel.rstrip('/')}"
        for channel in lock.channels
    ]
    if hosts and match["home"] not in hosts:
        yield "lock-channel-foreign"


def of_constraint(lock: Lock, text: str, *, required: bool) -> Iterator[str]:
    """Names what is wrong with one `depends` or `constrains`."""
    name = re.split(r"[\s=<>!~\[]", text)[0].lower()
    broken = "lock-dependency-unmet" if required else "lock-constrains-broken"
    if name.startswith("__"):
        if lock.promises is None:
            yield "lock-promises-unknown"
            return
        found = [lock.promises[name]] if name in lock.promises else []
        broken = "lock-virtual-package" if required else broken
        missing = "lock-virtual-package"
    else:
        found = [r for r in lock.records if r.part("name").lower() == name]
        missing = "lock-dependency-missing"
    if not found and required and name not in lock.unread:
        yield missing
    spec = MatchSpec(text, strict=False)
    if any(not record.matches(spec) for record in found):
        yield broken


def judge(path: Path, row: list[str]) -> list[str]:
    """Compares one row of the table with what the peers read."""
    locks = read(path)
    if locks is None:
        return [] if row[2] == "-" else ["is no lock to them"]
    mine = sorted((lock.where, lock.size()) for lock in locks)
    pairs = zip(row[2].split(" "), row[3].split(" "), strict=True)
    theirs = sorted(pair for pair in pairs if pair != ("-", "-"))
    found = []
    if mine != theirs:
        found.append(f"the table has {theirs}, they read {mine}")
    seen = {code for lock in locks for code in codes(lock)}
    said = {code.split(":")[0] for code in row[4].split() if code != "-"}
    if seen != said:
        found.append(f"the table has {sorted(said)}, they see {sorted(seen)}")
    return found


def main() -> None:
    """Judges every row of the table."""
    report = Report()
    folder = genuine("corpus", "locks")
    rows = [line.split("\t") for line in TABLE.read_text().splitlines()[1:]]
    problems = [
        f"{name} is not in the table"
        for name in sorted(
            {path.name for path in folder.iterdir()} - {row[0] for row in rows}
        )
    ]
    for row in rows:
        problems += [f"{row[0]}: {text}" for text in judge(folder / row[0], row)]
    report.check(
        "lock verdicts agree with PyYAML and py-rattler", problems, f"{len(rows)} files"
    )
    report.leave()


if __name__ == "__main__":
    main()

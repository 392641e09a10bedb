#!/usr/bin/env python3
"""Other programs read a bundle: tar, sha256sum, py-rattler as a channel, `shared-env`.

The archives are those of the sample channel. Neither conda nor micromamba is in a package
registry, so that py-rattler stands in for micromamba (`micromamba_shim.py`).
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from rattler import (
    BuildString,
    Channel,
    GenericVirtualPackage,
    MatchSpec,
    PackageName,
    RepoDataRecord,
    Version,
    install,
    solve,
)

from common import (
    ROOT,
    Report,
    json_of,
    lock_packages,
    make_archives,
    run_program,
    said,
)

HERE = Path(__file__).resolve().parent
TIER, PLATFORM = "workshop", "linux-64"
LOCK = ROOT / "lockfiles" / TIER / f"{PLATFORM}.lock"


def made_twice(work: Path, archives: Path) -> list[str]:
    """Makes the bundle, and again in another folder, zone and umask."""
    words = ["bundle", TIER, "-p", PLATFORM, "--channel-source", f"sample={archives}"]
    done = run_program(*words, "-o", work / "one.tar", cwd=ROOT)
    if done.returncode:
        return said(done)
    zone, umask = os.environ.get("TZ"), os.umask(0o077)
    os.environ["TZ"] = "Pacific/Auckland"
    again = [*words, "--project", ROOT, "-o", work / "two.tar"]
    done = run_program(*again, cwd=Path("/"))
    os.umask(umask)
    os.environ.pop("TZ")
    if zone is not None:
        os.environ["TZ"] = zone
    if done.returncode:
        return said(done)
    same = (work / "one.tar").read_bytes() == (work / "two.tar").read_bytes()
    return [] if same else ["the bytes differ"]


def verified(bundle: Path) -> list[str]:
    """Lets the program check the bundle, and against the lock it is made from."""
    done = run_program(
        "bundle", "--verify", bundle, TIER, "-p", PLATFORM, "--json", cwd=ROOT
    )
    right = done.returncode == 0 and json_of(done).get("whole") is True
    return [] if right else said(done)


def as_python_sees_it(bundle: Path) -> list[str]:
    """Reads the archive with the tarfile of Python and compares it with its manifest."""
    problems = []
    with tarfile.open(bundle, "r:") as archive:
        members = archive.getmembers()
        first = archive.extractfile(members[0])
        assert first is not None
        manifest = json.load(first)
        listed = {it["path"]: it for it in manifest["files"]}
        names = [member.name for member in members]
        if set(names) != {*listed, "bundle.json", "SHA256SUMS"} or len(names) != len(
            set(names)
        ):
            problems.append("the members are not those of the manifest")
        for member in members:
            plain = (
                member.isreg()
                and member.mode == 0o644
                and member.uid == member.gid == 0
            )
            if not plain or member.mtime != manifest["epoch"]:
                problems.append(f"{member.name} has other facts than a bundle gives")
            content = archive.extractfile(member)
            told = listed.get(member.name)
            if (
                told
                and content
                and hashlib.sha256(content.read()).hexdigest() != told["sha256"]
            ):
                problems.append(f"{member.name} has another sha256")
    return problems


def checked_by_the_system(bundle: Path, folder: Path) -> list[str]:
    """Unpacks with tar and checks with sha256sum."""
    folder.mkdir()
    for command in (
        ["tar", "-xf", str(bundle), "-C", str(folder)],
        ["sha256sum", "--strict", "--quiet", "-c", "SHA256SUMS"],
    ):
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, check=False
        )
        if done.returncode or done.stdout or done.stderr:
            return [" ".join(command), done.stdout, *said(done)]
    same = (folder / "lockfile").read_bytes() == LOCK.read_bytes()
    return [] if same else ["the lock in it is another one"]


def solved(folder: Path, cache: Path) -> list[RepoDataRecord]:
    """Solves for every name of the lock, with the unpacked folder as the only channel."""
    names = [
        package.file.split("/")[1].rsplit("-", 2)[0] for package in lock_packages(LOCK)
    ]
    promises = [("__glibc", "2.28"), ("__linux", "4.18"), ("__unix", "0")]
    virtual = [
        GenericVirtualPackage(PackageName(name), Version(version), BuildString("0"))
        for name, version in promises
    ]
    return asyncio.run(
        solve(
            sources=[Channel((folder / "packages").as_uri())],
            specs=[MatchSpec(name) for name in names],
            platforms=[PLATFORM, "noarch"],
            virtual_packages=virtual,
        )
    )


def as_a_channel(records: list[RepoDataRecord]) -> list[str]:
    """Compares what was solved from the folder with the lock."""
    wanted = {(it.file, it.sha256) for it in lock_packages(LOCK)}
    found = {
        (f"{it.subdir}/{it.file_name}", it.sha256.hex() if it.sha256 else None)
        for it in records
    }
    return [str(it) for it in sorted(wanted ^ found, key=str)]


def installed(records: list[RepoDataRecord], work: Path) -> list[str]:
    """Installs from the folder, and runs what was installed."""
    prefix = work / "prefix"
    asyncio.run(
        install(
            records=records,
            target_prefix=prefix,
            cache_dir=work / "cache",
            execute_link_scripts=True,
            show_progress=False,
        )
    )
    done = subprocess.run(
        [prefix / "bin/python", "-c", "import numpy"],
        capture_output=True,
        text=True,
        check=False,
    )
    return said(done) if done.returncode else []


def shared(work: Path, folder: Path) -> list[str]:
    """Lets the script of `shared-env` install from the unpacked folder as it is."""
    options = ["--tier", TIER, "--platform", PLATFORM, "--target", "air-gapped"]
    done = run_program(
        "export", "shared-env", *options, "-o", work / "export", cwd=ROOT
    )
    if done.returncode:
        return said(done)
    shim = work / "bin" / "micromamba"
    shim.parent.mkdir()
    shim.write_text(
        f'#!/bin/sh\nexec {sys.executable} {HERE}/micromamba_shim.py "$@"\n'
    )
    shim.chmod(0o755)
    script = [
        "dash",
        work / "export/install.sh",
        "--root",
        work / "root",
        "--bundle",
        folder,
    ]
    env = {**os.environ, "PATH": f"{shim.parent}:{os.environ['PATH']}"}
    done = subprocess.run(script, env=env, capture_output=True, text=True, check=False)
    current = work / "root" / TIER / "current"
    return [] if done.returncode == 0 and current.is_symlink() else said(done)


def damaged(bundle: Path, work: Path) -> list[str]:
    """Turns a bit in forty places; the program sees each of them."""
    whole = bundle.read_bytes()
    problems = []
    for at in range(0, len(whole), len(whole) // 40):
        bad = bytearray(whole)
        bad[at] ^= 1 << (at % 8)
        (work / "bad.tar").write_bytes(bad)
        done = run_program("bundle", "--verify", work / "bad.tar")
        if done.returncode != 2:
            problems.append(f"byte {at}: {said(done)}")
    return problems


def facts(folder: Path) -> list[str]:
    """Lists what is below a folder: kind and mode, time to the second, content."""
    found = []
    for path in sorted(folder.rglob("*")):
        seen = path.lstat()
        if path.is_symlink():
            content = os.readlink(path)
        elif path.is_file():
            content = hashlib.sha256(path.read_bytes()).hexdigest()
        else:
            content = ""
        name = path.relative_to(folder)
        found.append(f"{name} {seen.st_mode:o} {int(seen.st_mtime)} {content}")
    return found


def as_an_image(prefix: Path, work: Path) -> list[str]:
    """Writes an environment as squashfs image twice, and compares what is in it."""
    words = ["bundle", TIER, "-p", PLATFORM, "--squashfs", prefix, "-o"]
    for name in ("one.sqsh", "two.sqsh"):
        done = run_program(*words, work / name, cwd=ROOT)
        if done.returncode:
            return said(done)
    problems = []
    if (work / "one.sqsh").read_bytes() != (work / "two.sqsh").read_bytes():
        problems.append("the bytes differ")
    command = ["unsquashfs", "-no-progress", "-d", work / "out", work / "one.sqsh"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return [*problems, *said(done)]
    changed = sorted(set(facts(prefix)) ^ set(facts(work / "out")))
    os.chmod(prefix / "bin/git", 0o4755)
    done = run_program(*words, work / "three.sqsh", cwd=ROOT)
    if done.returncode != 2 or (work / "three.sqsh").exists():
        problems += ["a file with the rights of its owner is taken", *said(done)]
    (prefix / "bin/git").chmod(0o755)
    next(iter(prefix.glob("conda-meta/numpy-*.json"))).unlink()
    done = run_program(*words, work / "three.sqsh", cwd=ROOT)
    if done.returncode != 2 or "numpy is not installed" not in done.stderr:
        problems += ["an environment of another lock is taken", *said(done)]
    return problems + changed


def mounted(prefix: Path, work: Path) -> list[str]:
    """Runs what is in an image that is mounted where the environment was installed."""
    image, aside = work / "mounted.sqsh", work / "aside"
    words = ["bundle", TIER, "-p", PLATFORM, "--squashfs", prefix, "-o", image]
    done = run_program(*words, cwd=ROOT)
    if done.returncode:
        return said(done)
    prefix.rename(aside)
    prefix.mkdir()
    done = subprocess.run(
        ["squashfuse", image, prefix], capture_output=True, text=True, check=False
    )
    problems = said(done) if done.returncode else []
    for command in (
        [prefix / "bin/python", "-c", "import numpy"],
        [prefix / "bin/jupyter-lab", "--version"],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        problems += said(done) if done.returncode else []
    subprocess.run(["fusermount", "-u", prefix], check=False)
    prefix.rmdir()
    aside.rename(prefix)
    return problems


def main() -> None:
    """Runs all checks."""
    report = Report()
    with tempfile.TemporaryDirectory(prefix="pyiron-lock-bundle-") as name:
        work = Path(name)
        work.chmod(0o755)
        make_archives(work / "sample")
        bundle, folder = work / "one.tar", work / "unpacked"
        problems = made_twice(work, work / "sample")
        report.check("a bundle has the same bytes in another folder and zone", problems)
        if not bundle.is_file():
            report.leave()
        report.check("the program finds it whole", verified(bundle))
        report.check("tarfile reads what the manifest says", as_python_sees_it(bundle))
        report.check("tar and sha256sum read it", checked_by_the_system(bundle, folder))
        records = solved(folder, work / "cache")
        report.check(
            "py-rattler solves from it",
            as_a_channel(records),
            f"{len(records)} records",
        )
        report.check("py-rattler installs from it", installed(records, work))
        report.check("shared-env installs from it", shared(work, folder))
        name = "an image runs where squashfuse mounts it"
        if all(map(shutil.which, ("mksquashfs", "squashfuse", "fusermount"))):
            report.check(name, mounted(work / "prefix", work))
        else:
            print(f"--   {name}: not run, squashfuse is not here")
        name = "unsquashfs finds the same environment in an image"
        if shutil.which("mksquashfs"):
            report.check(name, as_an_image(work / "prefix", work))
        else:
            print(f"--   {name}: not run, mksquashfs is not here")
        report.check("a turned bit is seen", damaged(bundle, work))
    report.leave()


main()

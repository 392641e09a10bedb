#!/usr/bin/env python3
"""Loads and unloads what `modulefile` exports, with Lmod and with Environment Modules."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import debian
from common import ROOT, Report, run_program, said

LMOD = "/usr/share/lmod/lmod/init/bash"
UNPACKED = ROOT / "target/consumers/environment-modules"
# Variables in which the module systems keep their own books.
OWN = (
    "LMOD",
    "__LMOD",
    "_LMFILES_",
    "LOADEDMODULES",
    "_ModuleTable",
    "MODULE",
    "_Mod",
    "__MODULES",
    "_=",
    "SHLVL",
    "BASH_FUNC",
)


def bash(script: str, *words: str | Path) -> subprocess.CompletedProcess[str]:
    """Runs a script in a clean environment, as a shell after a login has it."""
    env = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/tmp", "LC_ALL": "C.UTF-8"}
    # No start-up file of the system may load the other module system.
    command = ["bash", "--noprofile", "--norc", "-c", script, "bash", *map(str, words)]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


def books_aside(lines: str) -> list[str]:
    """Returns the variables but those of the module systems."""
    return sorted(line for line in lines.splitlines() if not line.startswith(OWN))


class Systems:
    """Both module systems: how a shell starts them, the folder they read, and their versions."""

    def __init__(self) -> None:
        """Installs them."""
        debian.install("lmod", "tcl")
        # It conflicts with Lmod, so that it is unpacked and not installed.
        modules = debian.unpack("environment-modules", UNPACKED)
        command = next(UNPACKED.rglob("modulecmd.tcl"))
        # The function that its init script makes for bash.
        start = f'module() {{ eval "$(tclsh {command} bash "$@")"; }}'
        quiet = "export MODULES_SITE_CONFIG= MODULERCFILE=; "
        self.all = {
            "Lmod": ("lmod", f". {LMOD}", debian.version("lmod")),
            "Environment Modules": ("tcl", quiet + start, modules),
        }


STEPS = """
set -e
{start}
module use "$1"
export CONDA_PREFIX=/somewhere/else
{before}
env >"$3/before"
module load "$2"
printf '%s\\n' "$CONDA_PREFIX" "$(command -v tool)" "$PYIRONCONFIG" >"$3/loaded"
module unload "$2"
env >"$3/after"
"""


def loaded(
    start: str, folder: Path, name: str, out: Path, before: str = ""
) -> subprocess.CompletedProcess[str]:
    """Loads and unloads a module, and keeps the variables before and after."""
    out.mkdir(exist_ok=True)
    return bash(STEPS.format(start=start, before=before), folder, name, out)


def export(work: Path, root: Path, *sets: str) -> tuple[Path, str, list[str]]:
    """Exports modulefiles; returns their folder, the release and what went wrong."""
    more = [part for text in (f"root={root}", *sets) for part in ("--set", text)]
    options = ["--tier", "workshop", "--platform", "linux-64"]
    done = run_program("export", "modulefile", *options, *more, "-o", work, cwd=ROOT)
    found = [it.name for it in (work / "tcl/workshop").glob("*")]
    return work, found[0] if found else "", [] if found else said(done)


def both(report: Report, systems: Systems, work: Path, root: Path) -> None:
    """Loads, unloads, and looks at what is left."""
    config = work / "pyiron-config"
    folder, release, problems = export(
        work / "made", root, f"pyiron-config={config}", "conflicts=otherpython"
    )
    report.check("modulefiles are exported", problems, release)
    if problems:
        return
    prefix = root / "workshop" / release
    (prefix / "bin").mkdir(parents=True)
    (prefix / "bin/tool").write_text("#!/bin/sh\n")
    (prefix / "bin/tool").chmod(0o755)
    for system, (kind, start, version) in systems.all.items():
        out = work / kind
        done = loaded(start, folder / kind, f"workshop/{release}", out)
        seen = {
            name: (out / name).read_text()
            for name in ("before", "loaded", "after")
            if (out / name).is_file()
        }
        wanted = f"{prefix}\n{prefix}/bin/tool\n{config}\n"
        problems = (
            []
            if seen.get("loaded") == wanted
            else [*said(done), *seen.get("loaded", "").splitlines()]
        )
        report.check(f"{system} loads the module", problems, version)
        before, after = (
            books_aside(seen.get("before", "")),
            books_aside(seen.get("after", "x=nothing")),
        )
        changed = sorted(set(before) ^ set(after))
        report.check(f"{system} unloads it, and everything is as before", changed)
        code = done.returncode or int(bool(problems or changed))
        print(
            f"proof modulefile | {system} | {version} | module use DIR; module load and unload workshop/RELEASE | {code}"
        )
        around(report, system, start, folder / kind, release)
    crossed(report, systems, folder, release, work / "crossed")


def crossed(
    report: Report, systems: Systems, folder: Path, release: str, out: Path
) -> None:
    """Lmod reads files of Environment Modules as well, and a second release takes the place of the first."""
    _, start, _ = systems.all["Lmod"]
    done = loaded(
        start, folder / "tcl", f"workshop/{release}", out, "unset CONDA_PREFIX"
    )
    seen = [
        books_aside((out / name).read_text()) if (out / name).is_file() else [name]
        for name in ("before", "after")
    ]
    problems = said(done) if done.returncode else sorted(set(seen[0]) ^ set(seen[1]))
    report.check("Lmod loads and unloads the file for Environment Modules", problems)
    for system, (kind, start, _) in systems.all.items():
        own = next((folder / kind / "workshop").glob(f"{release}*"))
        prefix = out / "2099-01-01-next"
        prefix.mkdir(exist_ok=True)
        text = own.read_text().replace(f'{release}"', f'{prefix}"')
        old = next(
            line
            for line in text.splitlines()
            if "prefix" in line and "workshop" in line
        )
        new = (
            f'local prefix = "{prefix}"' if kind == "lmod" else f'set prefix "{prefix}"'
        )
        second = own.with_name(own.name.replace(release, "2099-01-01-next"))
        second.write_text(text.replace(old, new))
        asked = f'{start}; module use "$1"; module load "$2"; module swap "$2" workshop/2099-01-01-next; echo "[$CONDA_PREFIX] $PATH"'
        done = bash(asked, folder / kind, f"workshop/{release}")
        last = done.stdout.rstrip().splitlines()[-1:] or [""]
        right = (
            last[0].startswith(f"[{prefix}] {prefix}/bin:") and release not in last[0]
        )
        report.check(
            f"{system} swaps one release for another",
            [] if right else [*last, *said(done)],
        )


def around(report: Report, system: str, start: str, folder: Path, release: str) -> None:
    """Help, a conflict, a second release, and a release that is gone."""
    name = f"workshop/{release}"
    used = f'{start}; module use "$1"; '
    done = bash(used + 'module help "$2" 2>&1; module whatis "$2" 2>&1', folder, name)
    text = done.stdout + done.stderr
    wanted = [f"Release {release}", "workshop: "]
    report.check(
        f"{system} shows the help",
        [f"no {it!r} in {text}" for it in wanted if it not in text],
    )
    other = folder / "otherpython"
    other.mkdir()
    made = {"lmod": ("1.lua", ""), "tcl": ("1", "#%Module1.0\n")}[folder.name]
    (other / made[0]).write_text(made[1])
    asked = used + 'module load otherpython/1; module load "$2"; echo "[$CONDA_PREFIX]"'
    done = bash(asked, folder, name)
    problems = (
        []
        if done.stdout.rstrip().endswith("[]") and "otherpython" in done.stderr
        else [done.stdout, *said(done)]
    )
    report.check(f"{system} keeps it apart from another Python", problems)
    kind = folder / "workshop"
    own = next(kind.glob(f"{release}*"))
    gone = kind / own.name.replace(release, "2099-01-01-gone")
    gone.write_text(own.read_text().replace(release, "2099-01-01-gone"))
    asked = used + 'module load "$2"; echo "[$CONDA_PREFIX]"'
    done = bash(asked, folder, "workshop/2099-01-01-gone")
    problems = (
        []
        if done.stdout.rstrip().endswith("[]") and "is not there" in done.stderr
        else [done.stdout, *said(done)]
    )
    report.check(f"{system} says that a release is gone", problems)


def hostile(report: Report, systems: Systems, work: Path) -> None:
    """A description of a tier that would be a program if it were not quoted."""
    text = "\"]] } [exec touch {0}] .. os.execute('touch {0}') $env(HOME) \\ Ångström".replace(
        "{0}", str(work / "owned")
    )
    project = work / "project"
    for name in ("specs", "lockfiles"):
        shutil.copytree(ROOT / name, project / name)
    manifest = project / "specs/tiers.yml"
    lines = []
    for line in manifest.read_text().splitlines():
        key = line.partition("description:")
        quoted = "'" + text.replace("'", "''") + "'"
        lines.append(f"{key[0]}description: {quoted}" if key[1] else line)
    manifest.write_text("\n".join(lines) + "\n")
    root = work / "hostile-root"
    out = work / "hostile"
    done = run_program(
        "export",
        "modulefile",
        "--project",
        project,
        "--tier",
        "minimal",
        "--platform",
        "linux-64",
        "--set",
        f"root={root}",
        "-o",
        out,
    )
    found = [it.name for it in (out / "tcl/minimal").glob("*")]
    if not found:
        report.check("a hostile description is exported", said(done))
        return
    (root / "minimal" / found[0]).mkdir(parents=True)
    for system, (kind, start, _) in systems.all.items():
        asked = f'{start}; module use "$1"; module help "$2" 2>&1; module load "$2"; echo "[$CONDA_PREFIX]"'
        done = bash(asked, out / kind, f"minimal/{found[0]}")
        problems = ["it was run"] if (work / "owned").exists() else []
        right = (
            done.stdout.rstrip().endswith(f"[{root}/minimal/{found[0]}]")
            and text in done.stdout
        )
        report.check(
            f"{system} shows a hostile description as it is",
            problems or ([] if right else [done.stdout, *said(done)]),
        )


def main() -> None:
    """Runs all checks."""
    os.umask(0o022)
    report = Report()
    systems = Systems()
    with tempfile.TemporaryDirectory(prefix="pyiron-lock-modules-") as name:
        work = Path(name)
        both(report, systems, work, work / "root")
        hostile(report, systems, work)
    report.leave()


main()

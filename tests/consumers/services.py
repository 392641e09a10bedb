"""Shared by the checks of pyiron and what it talks to: their readers, exports, and jobs in a home."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable
from pathlib import Path

from common import ROOT, Report, run_program

HERE = Path(__file__).resolve().parent
PINS = HERE / "requirements-pyiron.txt"
FOLDER = ROOT / "target/consumers/pyiron"
PYTHON = FOLDER / "bin/python"


def install() -> None:
    """Installs the readers into a folder of their own, once for each version of the pins."""
    stamp = FOLDER / "installed"
    if not stamp.is_file() or stamp.read_text() != PINS.read_text():
        venv.create(FOLDER, clear=True, with_pip=True)
        pip = [PYTHON, "-m", "pip"]
        subprocess.run(
            [*pip, "install", "--quiet", "--no-deps", "-r", PINS], check=True
        )
        subprocess.run([*pip, "check"], check=True, stdout=subprocess.DEVNULL)
        stamp.write_text(PINS.read_text())


def version(package: str) -> str:
    """Returns the version of a reader."""
    return PINS.read_text().partition(f"\n{package}==")[2].split()[0]


def export(
    format_: str, tier: str, out: Path, *sets: str
) -> subprocess.CompletedProcess[str]:
    """Exports a tier with what is set."""
    more = [part for text in sets for part in ("--set", text)]
    return run_program(
        "export",
        format_,
        "--tier",
        tier,
        "--platform",
        "linux-64",
        *more,
        "-o",
        out,
        cwd=ROOT,
    )


def verified(file: Path) -> list[str]:
    """Returns what `verify --config` says of a file, which should be nothing."""
    done = run_program(
        "verify",
        "advanced",
        "--platform",
        "linux-64",
        "--config",
        file,
        "--json",
        cwd=ROOT,
    )
    found = json.loads(done.stdout or "{}").get("findings", [{"code": done.stderr}])
    return [
        f"{it['code']}: {it.get('message')}"
        for it in found
        if it["code"].startswith(("pyiron", "config"))
    ]


def home_with(work: Path, name: str, settings: Path) -> Path:
    """Makes a home whose user copied the settings."""
    home = work / name
    home.mkdir(exist_ok=True)
    (home / ".pyiron").write_bytes(settings.read_bytes())
    return home


def run_job(home: Path, project: Path) -> tuple[subprocess.CompletedProcess[str], dict]:
    """Lets pyiron run a job by the settings in a home."""
    project.mkdir(parents=True, exist_ok=True)
    result = home / "result.json"
    result.unlink(missing_ok=True)
    env = {
        "HOME": str(home),
        "PATH": f"{FOLDER}/bin:/usr/bin:/bin",
        "LC_ALL": "C.UTF-8",
    }
    command = [PYTHON, HERE / "pyiron_jobs.py", project, result]
    done = subprocess.run(
        command, cwd=home, env=env, capture_output=True, text=True, check=False
    )
    return done, json.loads(result.read_text()) if result.is_file() else {}


def differing(found: dict, wanted: dict) -> list[str]:
    """Returns the settings that pyiron read as something else."""
    return [
        f"{key}: {found.get(key)!r}, not {value!r}"
        for key, value in wanted.items()
        if found.get(key) != value
    ]


def run_checks(checks: Callable[[Report, Path], None]) -> None:
    """Runs checks in a folder that other users can read, and ends the script."""
    report = Report()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    install()
    with tempfile.TemporaryDirectory(prefix="pyiron-lock-services-") as name:
        work = Path(name)
        work.chmod(0o755)
        checks(report, work)
    report.leave()

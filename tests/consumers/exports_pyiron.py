#!/usr/bin/env python3
"""Lets pyiron run jobs by exported settings, with a SQLite file and without a database."""

from __future__ import annotations

from pathlib import Path

from common import Report, said
from services import (
    differing,
    export,
    home_with,
    run_checks,
    run_job,
    verified,
    version,
)


def by_files(report: Report, work: Path) -> None:
    """Settings with a SQLite file, and those without a database."""
    home = work / "home"
    # The jobs are in the second: pyiron puts the path of a script into a command as it is.
    projects = home / "my projects #1"
    shared = work / "grüße"
    sets = [
        "user=anna",
        f"file={home}/index/pyiron.db",
        f"projects=~/{projects.name}:{shared}",
        "project-check=yes",
    ]
    done = export("pyiron-config", "advanced", work / "sqlite", *sets)
    settings = work / "sqlite/.pyiron"
    if not settings.is_file():
        report.check("settings with a SQLite file", said(done))
        return
    report.check(
        "verify finds nothing in settings with a SQLite file", verified(settings)
    )
    home_with(work, "home", settings)
    ran, told = run_job(home, shared / "a")
    wanted = {
        "sql_type": "SQLite",
        "sql_file": f"{home}/index/pyiron.db",
        "project_paths": [f"{projects}/", f"{shared}/"],
        "project_check_enabled": True,
        "disable_database": False,
        "user": "anna",
    }
    problems = differing(told.get("settings", {}), wanted)
    problems += (
        [] if told.get("jobs") == [["first", "finished"]] else [str(told.get("jobs"))]
    )
    problems += (
        [] if (home / "index/pyiron.db").is_file() else ["no file of the database"]
    )
    report.check(
        "pyiron runs a job with a SQLite file",
        [*problems, *(said(ran) if ran.returncode else [])],
    )
    print(
        f"proof pyiron-config | pyiron_base | {version('pyiron_base')} | Project, ScriptJob.run (SQLite) | {ran.returncode}"
    )
    ran, _ = run_job(home, work / "elsewhere/a")
    elsewhere = [] if ran.returncode and "project_paths" in ran.stderr else said(ran)
    report.check("pyiron refuses a project elsewhere", elsewhere)
    stray = [str(it) for it in work.rglob("~*")]
    report.check("no folder is named `~`", stray)

    done = export("pyiron-config", "advanced", work / "none", "database=none")
    report.check(
        "verify finds nothing in settings without a database",
        verified(work / "none/.pyiron"),
    )
    home = home_with(work, "home-none", work / "none/.pyiron")
    ran, told = run_job(home, work / "projects-none/a")
    problems = differing(
        told.get("settings", {}),
        {"disable_database": True, "project_check_enabled": False},
    )
    problems += (
        []
        if told.get("jobs") == [["first", "finished"]]
        else [str(told.get("jobs")), *said(ran)]
    )
    problems += ["there is a database"] if (home / "pyiron.db").exists() else []
    report.check("pyiron runs a job without a database", problems)
    print(
        f"proof pyiron-config | pyiron_base | {version('pyiron_base')} | Project, ScriptJob.run (no database) | {ran.returncode}"
    )


run_checks(by_files)

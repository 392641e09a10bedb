#!/usr/bin/env python3
"""Lets a PostgreSQL server run the exported script, and pyiron work there as users that it made."""

from __future__ import annotations

import secrets
import shlex
from pathlib import Path

from common import Report, said
from postgres_server import Server, server
from services import (
    differing,
    export,
    home_with,
    run_checks,
    run_job,
    verified,
    version,
)

USERS = ("anna", "bob.b-c")
RULES = [
    "host pyiron +pyiron_users 127.0.0.1/32 scram-sha-256",
    "host jupyterhub jupyterhub 127.0.0.1/32 scram-sha-256",
    "host all eve 127.0.0.1/32 scram-sha-256",
]


def set_up(report: Report, it: Server, work: Path) -> bool:
    """Runs the exported script twice; the second run changes nothing."""
    done = export(
        "postgres",
        "advanced",
        work / "postgres",
        f"users={','.join(USERS)}",
        "hub=jupyterhub",
    )
    script = work / "postgres/postgres.sql"
    if not script.is_file():
        report.check("a script for psql", said(done))
        return False
    dumps = []
    for number in ("first", "second"):
        done = it.run("psql", "-X", "-f", str(script), "postgres")
        problems = said(done) if done.returncode or done.stderr else []
        report.check(f"psql takes the script for the {number} time", problems)
        numbered = it.run("psql", "--version").stdout.split()[2]
        print(
            f"proof postgres | psql | {numbered} | psql -X -f postgres.sql postgres | {done.returncode}"
        )
        lines = it.run("pg_dumpall", "--schema-only").stdout.splitlines()
        # The dump has a key of its own, another each time.
        dumps.append(
            [
                line
                for line in lines
                if not line.startswith(("\\restrict", "\\unrestrict"))
            ]
        )
    changed = (
        []
        if len(dumps[0]) > 50 and dumps[0] == dumps[1]
        else [f"{len(dumps[0])} lines"]
    )
    report.check("the second time changes nothing", changed)
    return True


def passwords(report: Report, it: Server, script: Path, words: dict[str, str]) -> None:
    """Sets passwords by the commands in the head of the script, and one of somebody else."""
    head = [line.removeprefix("--") for line in script.read_text().splitlines()]
    commands = [shlex.split(line) for line in head if "\\password" in line]
    problems = [] if len(commands) == len(words) - 1 else [f"{len(commands)} commands"]
    for command, (name, word) in zip(commands, words.items()):
        asks = f'\\password "{name}"' in command
        problems += (
            it.answered(command, word) if asks else [f"{command} is not for {name}"]
        )
    report.check(
        "passwords are set by the commands in the head of the script", problems
    )
    eve = f"CREATE ROLE eve LOGIN PASSWORD '{words['eve']}'"
    it.run("psql", "-X", "-c", eve, "postgres")


def careful(report: Report, it: Server, work: Path) -> None:
    """Lets the script meet a schema and a table that were there before."""
    cases = [
        (
            "carol",
            "CREATE ROLE carol; CREATE SCHEMA carol;",
            "belongs to somebody else",
        ),
        ("dora", "CREATE TABLE public.jobs_dora ();", "holds the table jobs_dora"),
    ]
    for user, before, refusal in cases:
        database = f"older_{user}"
        it.run("createdb", database)
        it.run("psql", "-X", database, stdin=before)
        export(
            "postgres",
            "advanced",
            work / database,
            f"users={user}",
            f"database-name={database}",
        )
        done = it.run(
            "psql", "-X", "-f", str(work / database / "postgres.sql"), "postgres"
        )
        right = done.returncode != 0 and refusal in done.stderr
        report.check(
            f"the script stops where a schema {refusal}", [] if right else said(done)
        )


def settings_of(
    report: Report, it: Server, work: Path, user: str, password: str
) -> Path:
    """Makes the home of a user with exported settings and the password where it belongs."""
    home = work / f"home-{user}"
    place = [f"user={user}", f"home={home}", "host=127.0.0.1", f"port={it.port}"]
    out = work / f"settings-{user}"
    export("pyiron-config", "advanced", out, "database=postgres", *place)
    report.check(
        f"verify finds nothing in the settings of {user}", verified(out / ".pyiron")
    )
    home_with(work, home.name, out / ".pyiron")
    credentials = home / ".pyiron-credentials"
    credentials.touch(mode=0o600)
    template = (out / "pyiron-credentials.template").read_text()
    credentials.write_text(template.replace("PASSWD =", f"PASSWD = {password}"))
    return home


def by_server(report: Report, work: Path) -> None:
    """A PostgreSQL server that the export set up, two users, a hub, and somebody else."""
    with server(RULES) as it:
        if not set_up(report, it, work):
            return
        words = {name: secrets.token_hex(12) for name in (*USERS, "jupyterhub", "eve")}
        passwords(report, it, work / "postgres/postgres.sql", words)
        for user in USERS:
            home = settings_of(report, it, work, user, words[user])
            ran, told = run_job(home, home / "projects")
            table = f"jobs_{user}".replace(".", "_").replace("-", "_")
            wanted = {
                "sql_type": "Postgres",
                "user": user,
                "sql_table_name": table,
                "sql_database": "pyiron",
            }
            problems = differing(told.get("settings", {}), wanted)
            problems += (
                []
                if told.get("jobs") == [["first", "finished"]]
                else [str(told.get("jobs")), *said(ran)]
            )
            sql = f"SELECT schemaname, tableowner FROM pg_tables WHERE tablename = '{table}'"
            owner = it.run("psql", "-X", "-A", "-t", "-c", sql, "pyiron").stdout.strip()
            problems += (
                [] if owner == f"{user}|{user}" else [f"the table is that of {owner}"]
            )
            report.check(f"pyiron runs a job as {user}, in a table of {user}", problems)
            command = "Project, ScriptJob.run (PostgreSQL)"
            for made in ("pyiron-config", "postgres"):
                print(
                    f"proof {made} | pyiron_base | {version('pyiron_base')} | {command} | {ran.returncode}"
                )
        separated(report, it, words)
        careful(report, it, work)


def separated(report: Report, it: Server, words: dict[str, str]) -> None:
    """What a user, the hub and somebody else may do and what not."""
    bob = USERS[1]
    own = "SELECT count(*) FROM jobs_bob_b_c"
    cases = [
        (
            "a user reads her own table",
            "anna",
            "pyiron",
            "SELECT count(*) FROM jobs_anna",
            "",
        ),
        (
            "the name of a user has 20 letters at most",
            "anna",
            "pyiron",
            f"INSERT INTO jobs_anna (username) VALUES ('{'a' * 21}')",
            "value too long for type character varying(20)",
        ),
        ("another reads his own table", bob, "pyiron", own, ""),
        (
            "another does not read hers",
            bob,
            "pyiron",
            "SELECT * FROM anna.jobs_anna",
            "permission denied for schema anna",
        ),
        (
            "nor deletes it",
            bob,
            "pyiron",
            "DROP TABLE anna.jobs_anna",
            "permission denied for schema anna",
        ),
        (
            "nor has what is everybody's",
            bob,
            "pyiron",
            "CREATE TABLE public.x ()",
            "permission denied for schema public",
        ),
        (
            "nor makes a schema",
            bob,
            "pyiron",
            "CREATE SCHEMA x",
            "permission denied for database",
        ),
        (
            "nor becomes her",
            bob,
            "pyiron",
            "SET ROLE anna",
            "permission denied to set role",
        ),
        (
            "nor sees the state of the hub",
            bob,
            "jupyterhub",
            "SELECT 1",
            "no pg_hba.conf entry",
        ),
        (
            "the hub has tables of its own",
            "jupyterhub",
            "jupyterhub",
            "CREATE TABLE x (a int); SELECT count(*) FROM x",
            "",
        ),
        (
            "somebody who is in no group stays out",
            "eve",
            "pyiron",
            "SELECT 1",
            "permission denied for database",
        ),
        (
            "also of the hub",
            "eve",
            "jupyterhub",
            "SELECT 1",
            "permission denied for database",
        ),
    ]
    for name, user, database, sql, refusal in cases:
        done = it.as_user(user, words[user], database, sql)
        right = (
            refusal in done.stderr and done.returncode != 0
            if refusal
            else done.returncode == 0
        )
        report.check(name, [] if right else [done.stdout, *said(done)])
    done = it.as_user("anna", "wrong", "pyiron", "SELECT 1")
    report.check(
        "nobody comes in by a wrong password",
        [] if "password authentication failed" in done.stderr else said(done),
    )


run_checks(by_server)

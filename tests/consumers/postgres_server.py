"""A PostgreSQL server in a folder of its own, on loopback, for as long as a check runs."""

from __future__ import annotations

import os
import pty
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PLACE = Path("/usr/lib/postgresql")
NOBODY = 65534


def tools() -> Path:
    """Returns the folder of the server and its tools, installed where it is missing."""
    found = sorted(PLACE.glob("*/bin/initdb"))
    if not found:
        for step in (
            ["update", "-qq"],
            ["install", "-qq", "-y", "--no-install-recommends", "postgresql"],
        ):
            subprocess.run(
                ["apt-get", *step],
                env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
                check=True,
                stdout=subprocess.DEVNULL,
            )
        found = sorted(PLACE.glob("*/bin/initdb"))
    return found[-1].parent


@dataclass(frozen=True)
class Server:
    """A server that runs."""

    bin: Path
    folder: Path
    port: int

    def run(
        self, tool: str, *args: str, stdin: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Runs a tool as the administrator of the server."""
        return run(
            self.bin / tool,
            "-h",
            str(self.folder),
            "-p",
            str(self.port),
            "-U",
            "postgres",
            *args,
            stdin=stdin,
        )

    def answered(self, words: list[str], answer: str) -> list[str]:
        """Runs psql as the administrator, and answers what it asks at the terminal."""
        child, terminal = pty.fork()
        if child == 0:
            env = {
                "PATH": "/usr/bin:/bin",
                "PGHOST": str(self.folder),
                "PGPORT": str(self.port),
            }
            env["PGUSER"] = "postgres"
            os.execve(self.bin / words[0], words, env)
        shown = b""
        asked = 0
        try:
            while part := os.read(terminal, 1000):
                shown += part
                while shown.count(b": ") > asked:
                    asked += 1
                    os.write(terminal, f"{answer}\n".encode())
        except OSError:
            pass  # The terminal is gone with the program.
        os.close(terminal)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        return [] if code == 0 and asked == 2 else [f"exit code {code}", shown.decode()]

    def as_user(
        self, user: str, password: str, database: str, sql: str
    ) -> subprocess.CompletedProcess[str]:
        """Lets a user ask something over the network."""
        where = f"host=127.0.0.1 port={self.port} user={user} dbname={database} connect_timeout=10"
        command = [
            self.bin / "psql",
            "-X",
            "-A",
            "-t",
            "-w",
            "-v",
            "ON_ERROR_STOP=1",
            "-c",
            sql,
            where,
        ]
        env = {"PATH": "/usr/bin:/bin", "PGPASSWORD": password, "HOME": "/nonexistent"}
        return subprocess.run(
            command, env=env, capture_output=True, text=True, check=False
        )


def run(*command: Path | str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Runs a command as a user that is not root, which the server insists on."""
    other = (
        {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        if os.geteuid() == 0
        else {}
    )
    return subprocess.run(
        [str(part) for part in command],
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": "/nonexistent"},
        cwd="/",
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        **other,
    )


def free_port() -> int:
    """Returns a port that nobody listens on."""
    with socket.socket() as it:
        it.bind(("127.0.0.1", 0))
        return it.getsockname()[1]


@contextmanager
def server(rules: list[str]) -> Iterator[Server]:
    """Starts a server that lets in whom the rules name, and its administrator by socket."""
    place = tools()
    with tempfile.TemporaryDirectory(
        prefix="pyiron-lock-postgres-", dir="/tmp"
    ) as name:
        folder = Path(name)
        if os.geteuid() == 0:
            os.chown(folder, NOBODY, NOBODY)
        data = folder / "data"
        done = run(place / "initdb", "-D", data, "-U", "postgres", "-E", "UTF8", "-N")
        if done.returncode != 0:
            raise RuntimeError(done.stdout + done.stderr)
        lines = ["local all postgres trust", *rules]
        (data / "pg_hba.conf").write_text("\n".join(lines) + "\n")
        it = Server(place, folder, free_port())
        options = f"-p {it.port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        control = [place / "pg_ctl", "-D", data, "-w", "-l", folder / "log"]
        done = run(*control, "-o", options, "start")
        try:
            if done.returncode != 0:
                raise RuntimeError((folder / "log").read_text())
            yield it
        finally:
            run(*control, "-m", "immediate", "stop")

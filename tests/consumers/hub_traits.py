"""Loads configurations of JupyterHub and holds them against the classes that read them; prints what is wrong.

Run by the interpreter that has JupyterHub and its spawners: `hub_traits.py FILE...`. Every trait has to be one of its
class, with a value that the class takes. Scripts of jobs are filled in, as they are and for every choice of a user.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import re
import subprocess
import sys
import types
from collections.abc import Iterator
from pathlib import Path

import batchspawner
import dockerspawner
from jupyterhub.app import JupyterHub
from jupyterhub.auth import Authenticator
from jupyterhub.spawner import Spawner
from tornado.web import HTTPError
from traitlets.config import Config, PyFileConfigLoader

SYNTAX = {
    "SlurmSpawner": "#SBATCH",
    "GridengineSpawner": "#$",
    "LsfSpawner": "#BSUB",
    "PBSSpawner": "#PBS",
}


def classes(config: Config) -> dict[str, type]:
    """Returns the classes that the hub makes of a configuration, with those they are made from, by name."""
    app = JupyterHub(config=config)
    found: dict[str, type] = {}
    for it in (JupyterHub, app.spawner_class, app.authenticator_class):
        for above in inspect.getmro(it):
            if issubclass(above, (JupyterHub, Spawner, Authenticator)):
                found[above.__name__] = above
    return found


def unknown(config: Config, found: dict[str, type]) -> Iterator[str]:
    """Yields what no class has."""
    for section, values in config.items():
        if section not in found:
            yield f"no class {section} reads this"
            continue
        traits = found[section].class_traits(config=True)
        for key in values:
            if key not in traits:
                yield f"{section} has no trait {key}"


def script(spawner: Spawner, name: str) -> Iterator[str]:
    """Yields what is wrong with the script of a job."""
    values = {**spawner.get_req_subvars(), "cmd": spawner.cmd_formatted_for_batch()}
    values.update(spawner.user_options)
    text = asyncio.run(spawner._get_batch_script(**values))
    done = subprocess.run(["sh", "-n"], input=text, capture_output=True, text=True, check=False)
    if done.returncode or not text.startswith("#!"):
        yield f"no shell reads it: {done.stderr}"
    for line in text.splitlines():
        # A word without its value, or a place that was not filled in; an empty line of options is none.
        if re.search(r"[=:]$|[{}]|=:|^#(\w+|\$) -\w+$", line):
            yield f"something is missing in `{line}`"
    if not any(line.startswith(SYNTAX[name]) for line in text.splitlines()):
        yield f"the batch system is told nothing with {SYNTAX[name]}"


def made(config: Config, kind: type) -> Spawner:
    """Makes a spawner of a user; a value that a trait does not take is an error."""
    user = types.SimpleNamespace(name="somebody", url="/user/somebody/", id=1)
    return kind(user=user, config=config)


def containers(config: Config, kind: type) -> Iterator[str]:
    """Yields what is wrong with the containers of a user."""
    spawner = made(config, kind)
    home = spawner.notebook_dir
    if spawner.volume_binds != {"jupyterhub-user-somebody": {"bind": home, "mode": "rw"}}:
        yield f"the home is no volume: {spawner.volume_binds}"
    images = list(spawner.allowed_images.values())
    for image in images:
        if image.rpartition(":")[2] in ("latest", image):
            yield f"{image} moves"
    if images and spawner.image not in images:
        yield f"the image that is started unless chosen is not offered: {spawner.image}"
    if images and not all(title in spawner.options_form for title in spawner.allowed_images):
        yield "the form does not offer every image"
    try:
        asyncio.run(spawner.check_allowed("hostile:latest"))
        yield "any image can be started"
    except HTTPError:
        pass


def jobs(config: Config, spawner_class: type) -> Iterator[str]:
    """Yields what is wrong with the jobs of a user, for every size and for options that no form gives."""
    namespace = config.Spawner.pre_spawn_hook.__globals__
    sizes = list(namespace.get("SIZES", {}))
    hostile = {"prologue": "touch /tmp/hostile", "options": "--hostile", "cmd": "hostile"}
    for options in ({}, *({"size": it} for it in sizes), hostile):
        spawner = made(config, spawner_class)
        spawner.req_homedir = "/home/somebody"
        spawner.req_keepvars = "PATH,LANG"
        spawner.get_args = lambda: ["--somewhere"]
        spawner.user_options = dict(options)
        config.Spawner.pre_spawn_hook(spawner)
        yield from script(spawner, spawner_class.__name__)
        if "hostile" in str(spawner.user_options):
            yield "options of a user get into the script"
    if sizes:
        spawner.user_options = {"size": "hostile"}
        try:
            config.Spawner.pre_spawn_hook(spawner)
        except ValueError:
            return
        yield "a size that does not exist is taken"


def problems(path: str) -> Iterator[str]:
    """Yields what is wrong with a file."""
    compile(Path(path).read_text(), path, "exec")
    config = PyFileConfigLoader(path).load_config()
    found = classes(config)
    wrong = list(unknown(config, found))
    if wrong:
        yield from wrong
        return
    app = JupyterHub(config=config)
    app.authenticator_class(config=config)
    kind = app.spawner_class
    if issubclass(kind, batchspawner.BatchSpawnerBase):
        yield from jobs(config, kind)
    elif issubclass(kind, dockerspawner.DockerSpawner):
        yield from containers(config, kind)
    else:
        yield f"{kind.__name__} is not what was asked for"


def main(paths: list[str]) -> None:
    """Prints what is wrong with each file, as one JSON object."""
    found = {}
    for path in paths:
        try:
            found[path] = list(problems(path))
        except (Exception, SystemExit) as error:  # noqa: BLE001
            found[path] = [f"{type(error).__name__}: {error}"]
    print(json.dumps(found))


main(sys.argv[1:])

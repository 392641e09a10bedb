"""Runs a job of pyiron below a folder and tells, as JSON, what pyiron read and what its table holds.

For the environment of pyiron: `pyiron_jobs.py FOLDER RESULT`. Where the settings are is for
HOME and PYIRONCONFIG to say.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from pyiron_base import Project, state

folder, result = map(Path, sys.argv[1:])
settings = {
    key: value
    for key, value in state.settings.configuration.items()
    if key != "sql_user_key"
}
script = folder.parent / "job.py"
script.write_text("print('a result')\n")
project = Project(str(folder))
job = project.create.job.ScriptJob("first")
job.script_path = str(script)
job.run()
table = project.job_table()
jobs = [[row["job"], row["status"]] for _, row in table.iterrows()]
result.write_text(json.dumps({"settings": settings, "jobs": jobs}))
# A thread of pyiron keeps the connection, and with it the process, for a minute.
os._exit(0)

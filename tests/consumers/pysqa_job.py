"""Runs pysqa on a queue directory, in a Python that has it: the other side of `exports_queues.py`.

    pysqa_job.py submit DIRECTORY WORK COMMAND KEY=VALUE...   submits a job and waits until it has ended
    pysqa_job.py write DIRECTORY WORK COMMAND KEY=VALUE...    writes the script of a job only
    pysqa_job.py load DIRECTORY WORK COMMAND                  reads the directory only
    pysqa_job.py remote DIRECTORY WORK COMMAND                copies a folder, submits there, waits, copies it back

Prints JSON. Whole numbers are handed over as such, and `3:4` as a list of them.
"""

from __future__ import annotations

import json
import sys
import time
import types
import warnings

warnings.simplefilter("ignore")
# pysqa asks the bindings of Flux, which no registry has, for the class of a job number only.
sys.modules["flux"] = types.ModuleType("flux")
sys.modules["flux.job"] = types.ModuleType("flux.job")
sys.modules["flux.job"].JobID = int  # type: ignore[attr-defined]

from pysqa import QueueAdapter


def value(text: str) -> int | str | list[int]:
    """Reads a value of a keyword."""
    if ":" in text:
        return [int(part) for part in text.split(":")]
    return int(text) if text.isdigit() else text


def ended(adapter: QueueAdapter, job: int) -> list[str]:
    """Waits until a job is not in the list of jobs, and returns what its states were."""
    states: list[str] = []
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            state = adapter.get_status_of_job(process_id=job)
        except AttributeError:
            # pysqa cannot read an empty list of Grid Engine.
            state = None
        if state is None or state == "cd":
            return states
        if state not in states:
            states.append(state)
        time.sleep(0.5)
    return [*states, "and did not end"]


def main() -> None:
    """Does one of the four."""
    how, directory, work, command, *more = sys.argv[1:]
    keywords = {key: value(text) for key, _, text in (it.partition("=") for it in more)}
    adapter = QueueAdapter(directory=directory)
    if how == "load":
        print(json.dumps({"queues": adapter.queue_list, "remote": adapter.remote_flag}))
        return
    if how == "write":
        text = adapter._adapter._job_submission_template(
            working_directory=work, command=command, **keywords
        )
        print(json.dumps({"script": text}))
        return
    job = adapter.submit_job(working_directory=work, command=command, **keywords)
    if job is None:
        sys.exit("the scheduler took no job")
    states = ended(adapter, job)
    if how == "remote":
        adapter.get_job_from_remote(working_directory=work)
    print(json.dumps({"job": job, "states": states, "queues": adapter.queue_list}))


main()

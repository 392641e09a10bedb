"""Times whole processes, interleaved so that a busy moment meets all of them."""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

QUIET = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_WRONLY, 0) for number in (1, 2)]


@dataclass
class Timing:
    """The wall times of one command, in seconds."""

    runs: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        """Returns the middle run."""
        return statistics.median(self.runs)

    @property
    def least(self) -> float:
        """Returns the quickest run."""
        return min(self.runs)

    def show(self) -> str:
        """Returns median and minimum in milliseconds."""
        return f"{self.median * 1000:.1f} ({self.least * 1000:.1f})"

    def plain(self) -> dict[str, object]:
        """Returns what the JSON file keeps, in milliseconds."""
        runs = [round(run * 1000, 3) for run in self.runs]
        return {
            "median": round(self.median * 1000, 3),
            "min": round(self.least * 1000, 3),
            "runs": runs,
        }


def once(command: Sequence[str]) -> float:
    """Runs a command and returns the seconds it took; a failing one ends it all."""
    begin = time.perf_counter()
    child = os.posix_spawn(command[0], list(command), os.environ, file_actions=QUIET)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    taken = time.perf_counter() - begin
    if status != 0:
        sys.exit(f"exit code {status}: {' '.join(command)}")
    return taken


def interleave(
    commands: Mapping[str, Sequence[str]],
    rounds: int,
    before: Callable[[str], None] = lambda name: None,
) -> dict[str, Timing]:
    """Times every command once a round, after one round that does not count."""
    timings = {name: Timing() for name in commands}
    for number in range(rounds + 1):
        for name, command in commands.items():
            before(name)
            taken = once(command)
            if number > 0:
                timings[name].runs.append(taken)
    return timings

"""The solver that the program is compared with: py-rattler on sparse repodata."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path

from rattler import (
    BuildString,
    Channel,
    ChannelPriority,
    GenericVirtualPackage,
    MatchSpec,
    PackageName,
    RepoDataRecord,
    SparseRepoData,
    Version,
)
from rattler.exceptions import SolverError
from rattler.solver.solver import solve_with_sparse_repodata

CHANNEL = Channel("conda-forge")


def open_index(index: Path, subdir: str) -> list[SparseRepoData]:
    """Opens a plain index as the canonical conda-forge channel."""
    return [
        SparseRepoData(CHANNEL, part, index / part / "repodata.json")
        for part in (subdir, "noarch")
    ]


def virtual_package(promise: str) -> GenericVirtualPackage:
    """Reads `NAME=VERSION[=BUILD]`."""
    name, version, build = [*promise.split("="), "0"][:3]
    return GenericVirtualPackage(
        PackageName(name), Version(version), BuildString(build)
    )


async def solve(
    requests: Iterable[str], data: Sequence[SparseRepoData], promises: Iterable[str]
) -> list[RepoDataRecord]:
    """Solves with strict channel priority, as the program does."""
    return await solve_with_sparse_repodata(
        specs=[MatchSpec(request) for request in requests],
        sparse_repodata=data,
        virtual_packages=[virtual_package(promise) for promise in promises],
        channel_priority=ChannelPriority.Strict,
    )


def try_solve(
    requests: Iterable[str], data: Sequence[SparseRepoData], promises: Iterable[str]
) -> list[RepoDataRecord] | None:
    """Solves, or returns nothing when there is no solution."""
    try:
        return asyncio.run(solve(requests, data, promises))
    except SolverError:
        return None

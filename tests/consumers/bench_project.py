"""Writes a project of many tiers, for the run where everything is locked already."""

from __future__ import annotations

import json
from pathlib import Path

from common import CHANNEL, PROMISES

PLATFORMS = ("linux-64", "osx-arm64", "win-64")
LIBRARIES = (
    "numpy",
    "scipy",
    "pandas",
    "h5py",
    "ase",
    "matplotlib-base",
    "sqlalchemy",
    "jupyterlab",
    "pytest",
    "pip",
)


def write_project(folder: Path, index: Path) -> int:
    """Writes ten tiers on three platforms; returns how many locks they need."""
    tiers = {
        f"tier-{number:02}": LIBRARIES[:number]
        for number in range(1, len(LIBRARIES) + 1)
    }
    for tier, libraries in tiers.items():
        dependencies = "".join(
            f"  - {name}\n" for name in ("python 3.12.*", *libraries)
        )
        spec = folder / "specs" / tier / "environment.yml"
        spec.parent.mkdir(parents=True)
        spec.write_text(
            f"channels:\n  - conda-forge\n  - nodefaults\ndependencies:\n{dependencies}"
        )
    promises = {
        platform: {
            "virtual-packages": dict(
                text.split("=", 1)
                for text in PROMISES[platform]
                if not text.startswith(("__unix", "__win"))
            )
        }
        for platform in PLATFORMS
    }
    manifest = {
        "channels": ["conda-forge"],
        "channel-sources": {"conda-forge": {"url": CHANNEL, "path": str(index)}},
        "platforms": promises,
        "tiers": {
            tier: {"spec": f"{tier}/environment.yml", "platforms": list(PLATFORMS)}
            for tier in tiers
        },
    }
    # JSON is YAML
    (folder / "specs/tiers.yml").write_text(json.dumps(manifest, indent=2) + "\n")
    return len(tiers) * len(PLATFORMS)

"""Where the files that come with beboersim lie: inside a wheel, or at the top of a clone."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

PACKAGE = Path(__file__).parent.parent
# The package beboersim.experiments is code, so the shipped sweeps have a folder name of their own in a wheel.
INSIDE = {"scenarios": "scenarios", "experiments": "shipped_experiments"}


def shipped_files(kind: Literal["scenarios", "experiments"]) -> dict[str, Path]:
    """Return the shipped TOML files by name, sorted.

    A wheel carries a copy inside the package. A clone and an editable install use the folder at the top.
    """
    inside = PACKAGE / INSIDE[kind]
    folder = inside if inside.is_dir() else PACKAGE.parent.parent / kind
    return {path.stem: path for path in sorted(folder.glob("*.toml"), key=lambda path: path.stem)}

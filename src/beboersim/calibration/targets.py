"""What the model is held against: published figures with their source, and bounds."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from beboersim.evidence.areas import read_areas


@dataclass(frozen=True)
class Target:
    """A published figure, and how near to it the model must come."""

    name: str
    label: str
    unit: str
    value: float
    within: float
    year: str
    source: str
    how: Literal["fitted", "free"]

    def met(self, found: float) -> bool:
        """Say whether a figure of the model lies within the bound."""
        return abs(found - self.value) <= self.within


@dataclass(frozen=True)
class Bounds:
    """How far the model may drift or stray: points of a share, per cent of a population, ratio of waits."""

    share_points: float
    population_per_cent: float
    wait_ratio: float


@cache
def table() -> Mapping[str, Any]:
    """Return the whole of targets.toml."""
    return tomllib.loads(files(__package__).joinpath("targets.toml").read_text(encoding="utf-8"))


def targets() -> dict[str, Target]:
    """Return the published figures by name."""
    return {name: Target(name=name, **entry) for name, entry in table()["target"].items()}


def bounds() -> Bounds:
    """Return the bounds."""
    return Bounds(**table()["bounds"])


def listed_municipalities() -> tuple[str, ...]:
    """Return the municipalities with an area on a list of 2010-2015, sorted."""
    return tuple(sorted({row.municipality for row in read_areas() if row.listed_as not in (None, "none")}))


def other_municipalities() -> tuple[str, ...]:
    """Return the municipalities that stand for those without such areas."""
    return tuple(table()["sample"]["others"])

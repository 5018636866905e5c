"""What the user asked of a run or a comparison."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from beboersim.policy.catalogue import Preset, Value
    from beboersim.policy.scenario import Scenario


FIRST_START, LAST_START = 2010, 2015  # the years for which the shipped lists can seed a world
LAST_YEAR = 2050  # assumption: trends are carried forward at most this far
MOST_SEED = 2**64 - 1  # the key of the generator has 64 bits
MOST_REPLICATIONS = 100_000


@dataclass(frozen=True)
class RunOptions:
    """Everything `run` and `compare` are told, checked.

    The result depends on scenarios, places, dates, seed, scale, preset, settings and areas; on nothing else here.
    """

    scenarios: tuple[Scenario, ...]
    places: tuple[str, ...]
    start: date
    until: date
    seed: int = 1
    replications: int = 1
    scale: float = 1.0
    preset: Preset = "central"
    settings: Mapping[str, Value] = field(default_factory=dict)
    areas: Path | None = None
    workers: int = 1
    out: Path | None = None
    quiet: bool = False
    lang: str = "en"
    json: bool = False

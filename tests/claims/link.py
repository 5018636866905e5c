"""A link of a claim, and the small towns in which it is looked at alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pytest

from beboersim.policy.catalogue import Preset, Value, catalogue
from beboersim.show.claims import claim_of
from beboersim.town import Town
from beboersim.world.codes import NAMED_AREA
from small_towns import people, small_town

Settings = Mapping[str, Value]
WORDS = 2**32  # a draw is a word of 32 bits


class Link(NamedTuple):
    """A claim's link.

    `off` and `on` are settings that differ in what the claim says matters; `measure` reads the immediate target in a
    town with such settings; `sign` is the direction that is claimed; `cut` takes the link out of the code. `switch`,
    where there is one, closes the link: then `off` and `on` are the same to the target.

    A sign of 0 is a claim of no effect: the target stays as it is, and `cut` puts an effect in.
    """

    claim: str
    off: Settings
    on: Settings
    measure: Callable[[Settings], float]
    sign: int
    cut: Callable[[pytest.MonkeyPatch], None]
    switch: str = ""

    def moved(self, also: Settings = MappingProxyType({})) -> float:
        """Return how far the target moves in the direction that is claimed (0: in any), whatever else holds."""
        moved = self.measure({**self.on, **also}) - self.measure({**self.off, **also})
        return self.sign * moved if self.sign else abs(moved)


def under(preset: Preset, claim: str) -> dict[str, Value]:
    """Return the claim's contested parameters, those that presets disagree on, as one preset has them."""
    names = [name for name in claim_of(claim).parameters if catalogue()[name].presets]
    assert names, claim
    return {name: catalogue()[name].preset(preset) for name in names}


def switches_of(claim: str) -> list[str]:
    """Return the switches that close the claim's link."""
    return [name for name in claim_of(claim).levers if catalogue()[name].kind == "switch"]


# Towns in which one process runs and nothing else


def town(settings: Settings, months: int = 24, scale: float = 0.05) -> Town:
    return small_town(("Aarhus",), scale=scale, months=months, settings=settings, events=20_000)


def after(process: Callable[[Any], None], settings: Settings, months: int, scale: float = 0.05) -> Town:
    """Return a town in which one process alone has run for some months."""
    found = town(settings, months, scale)
    for _ in range(months):
        found.step((process,))
    return found


def in_named_areas(found: Town) -> np.ndarray:
    """Return the rows of persons who live in the named areas."""
    world, rows = found.world, people(found.world)
    return rows[world.areas.kind[world.households.area[world.persons.household[rows]]] == NAMED_AREA]


def last_word(happens: Callable[[int], bool]) -> int:
    """Return from which word on a draw does not let it happen: the chance in words, found by halving."""
    low, high = 0, WORDS
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if happens(middle) else (low, middle)
    return low

"""Nothing but chance, law and people decides: how a town is computed leaves every event as it is."""

from __future__ import annotations

import hashlib
import os
import pickle
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from beboersim.agents.stepping import everyone
from beboersim.model import BeboerModel
from beboersim.month.asking import Pieces
from beboersim.town import Town
from small_towns import ROOM, log_of, small_town

MONTHS = 15  # rows are put in order in January, the list is made in December
HALF = 7
# Place, scale, first year: two towns at once, a town with listed areas, and one that has none.
TOWNS = {
    "two towns": (("Svendborg", "Vejle"), 0.02),
    "listed": (("Odense",), 0.02),
    "unlisted": (("Ringsted",), 0.08),
}
SCENARIOS = ("law", "all-five")
CASES = [(town, scenario) for town in TOWNS for scenario in SCENARIOS]


def town_of(town: str, scenario: str) -> Town:
    places, scale = TOWNS[town]
    return small_town(places, scale=scale, scenario=scenario, months=MONTHS, seed=5, events=ROOM)


@cache
def plain(town: str, scenario: str) -> np.ndarray:
    """The event log of a town that is run through by one thread in one piece."""
    found = town_of(town, scenario)
    found.run(found.until)
    assert 500 < len(found.events) < ROOM
    return found.events.copy()

"""Nothing but chance, law and people decides: how a town is computed leaves every event as it is."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from beboersim.model import BeboerModel
from beboersim.month.asking import Pieces
from beboersim.town import Town
from small_towns import ROOM, small_town

MONTHS = 15  # rows are put in order in January, the list is made in December
HALF = 7
# Place, scale, first year: two towns at once, a town with listed areas, and one that has none.
TOWNS = {
    "two towns": (("Svendborg", "Vejle"), 0.02),
    "listed": (("Odense",), 0.02),
    "unlisted": (("Ringsted",), 0.08),
}
SCENARIOS = ("law", "flexible-wide")
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


@pytest.fixture(params=CASES, ids=[" ".join(case) for case in CASES])
def case(request: pytest.FixtureRequest) -> tuple[str, str]:
    found: tuple[str, str] = request.param
    return found


@pytest.mark.parametrize(
    "pieces", [Pieces(threads=2), Pieces(rows=97), Pieces(rows=1000, threads=2)], ids=["threads", "chunks", "both"]
)
def test_in_pieces_and_by_two_threads_the_log_is_the_same(case: tuple[str, str], pieces: Pieces) -> None:
    town = town_of(*case)
    town.context.pieces = pieces
    town.run(town.until)
    np.testing.assert_array_equal(town.events, plain(*case))


def test_asked_as_agents_the_log_is_the_same(case: tuple[str, str]) -> None:
    town, scenario = case
    places, scale = TOWNS[town]
    model = BeboerModel(scenario, places, 2015, 2017, scale, seed=5, engine="agents", events=ROOM)
    for _ in range(MONTHS):
        model.step()
    np.testing.assert_array_equal(model.town.events, plain(town, scenario))


def test_put_away_and_continued_the_log_is_the_same(case: tuple[str, str]) -> None:
    town = town_of(*case)
    for _ in range(HALF):
        town.step()
    again = pickle.loads(pickle.dumps(town))
    again.run(again.until)
    np.testing.assert_array_equal(again.events, plain(*case))
    assert len(town.events) < len(again.events)


RUN_AND_SAVE = """
import sys
import numpy as np
import test_exactness
np.savez(sys.argv[1], *(test_exactness.plain(*case) for case in test_exactness.CASES))
"""


def in_another_process(kernels: Path, file: Path) -> list[np.ndarray]:
    """Return the log of each case as one new process writes them that keeps its compiled kernels in a folder."""
    here = Path(__file__).parent
    paths = [str(here), *filter(None, [os.environ.get("PYTHONPATH")])]
    told = {**os.environ, "NUMBA_CACHE_DIR": str(kernels), "PYTHONPATH": os.pathsep.join(paths)}
    subprocess.run([sys.executable, "-c", RUN_AND_SAVE, str(file)], env=told, cwd=here.parent, check=True)
    with np.load(file) as logs:
        return [logs[f"arr_{number}"] for number in range(len(CASES))]


def test_with_kernels_compiled_now_or_read_from_the_cache_the_log_is_the_same(tmp_path: Path) -> None:
    kernels = tmp_path / "kernels"
    fresh = in_another_process(kernels, tmp_path / "fresh.npz")
    compiled = len(list(kernels.rglob("*.nbc")))
    cached = in_another_process(kernels, tmp_path / "cached.npz")
    assert compiled == len(list(kernels.rglob("*.nbc"))) > 100, "the second process compiles nothing"
    for case, *logs in zip(CASES, fresh, cached, strict=True):
        for log in logs:
            np.testing.assert_array_equal(log, plain(*case))

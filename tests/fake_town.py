"""A town that runs no months: counts from a formula of seed, year and scenario. For tests of what comes after a run."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import NamedTuple

import numpy as np
import pytest

from beboersim.experiments.options import RunOptions
from beboersim.experiments.past import LARGEST
from beboersim.experiments.runs import RunResult, RunSpec, execute
from beboersim.outcomes.counts import NAMES
from beboersim.policy.plan import Plan
from beboersim.policy.scenario import Scenario

AREAS = ("Birkeparken", "Estate 1", "The rest", "Ahornvej", "The other rest")
TOWNS = ("Odense", "Odense", "Odense", "Aarhus", "Aarhus")
KINDS = ("named_area", "estate", "neighbourhood", "named_area", "neighbourhood")


class FakeRecord(NamedTuple):
    """What beboersim.town.Record is."""

    date: date
    counts: dict[str, np.ndarray]
    status: np.ndarray
    names: tuple[str, ...]
    municipalities: tuple[str, ...]
    kinds: tuple[str, ...]


class FakeTown:
    """Stands in for beboersim.town.Town: the same arguments, the same records."""

    # Too large to be kept for the next run: what it does depends on its scenario from the first day.
    world = SimpleNamespace(persons=SimpleNamespace(birth=range(LARGEST + 1)))

    def __init__(self, *, places: tuple[str, ...], plan: Plan, start: date, until: date, scale: float, seed: int,
                 areas_file: Path | None, cohorts: tuple[date, ...]) -> None:  # fmt: skip
        self.effect = 0.0 if plan.scenario.id == "law" else 0.02
        self.start, self.until = start, until
        self.chance = np.random.default_rng(seed).normal(0, 1, (40, len(AREAS)))
        self.own = np.random.default_rng(seed * 7 + len(plan.scenario.id)).normal(0, 1, (40, len(AREAS)))
        self.yearly: list[FakeRecord] = []
        self.monthly: list[FakeRecord] = []
        self.day = start
        self.record()

    def run(self, until: date) -> None:
        while self.day < until:
            self.day = date(self.day.year + self.day.month // 12, self.day.month % 12 + 1, 1)
            self.record()

    def record(self) -> None:
        first = self.day == self.start
        if self.day.month == 1:
            self.yearly.append(self.now(12, first))
        self.monthly.append(self.now(1, first))

    def now(self, months: int, first: bool) -> FakeRecord:
        year = self.day.year - self.start.year
        wave = self.chance[year] + 0.3 * self.own[year] * (self.effect > 0)
        residents = np.array([2000, 1500, 60000, 2600, 80000])
        adults = residents * 6 // 10
        counts = {name: np.round(residents * 0.01 * months / 12) + 3.0 for name in NAMES}
        outside = np.array([0.44, 0.3, 0.12, 0.41, 0.14]) - 0.01 * year * self.effect * 40 + 0.004 * wave
        work = np.array([0.45, 0.58, 0.75, 0.48, 0.74]) + 0.006 * year + self.effect * year / 3 + 0.004 * wave
        cohort = adults * 9 // 10
        counts |= {
            "residents": residents,
            "age_18_64": adults,
            "age_30_59": residents * 4 // 10,
            "taxpayers": residents // 2,
            "outside": np.round(adults * outside),
            "working": np.round(adults * work),
            "nonwestern_immigrants": np.round(residents * np.array([0.4, 0.2, 0.06, 0.45, 0.07])),
            "nonwestern_descendants": np.round(residents * np.array([0.2, 0.1, 0.03, 0.2, 0.03])),
            "stigma": np.array([0.6, 0.2, 0.0, 0.7, 0.0]) * (1 - self.effect * 4 * (year > 1)) + 0.01 * wave,
            "offers": np.full(5, 200 * months // 12 + 1),
            "refusals": np.full(5, 40 * months // 12) + np.round(3 * np.abs(wave)),
            "wait_assigned": counts["let_assigned"] * (7 + 0.4 * wave - 30 * self.effect),
            "cohort_then": adults,
            "cohort_then_working": np.round(adults * np.array([0.45, 0.58, 0.75, 0.48, 0.74])),
            "cohort_both": cohort,
            "cohort_both_working_then": np.round(cohort * 0.5),
            "cohort_both_working_now": np.round(cohort * (0.5 + 0.002 * year + self.effect * year / 5)),
            "cohort_now": cohort + 30,
            "cohort_now_working": np.round((cohort + 30) * (0.49 + 0.002 * year + self.effect * year / 5)),
            "cohort_now_here": cohort // 2,
        }
        counts["margin_residents"] = np.array([30.0, np.nan, np.nan, 12, np.nan])
        listed = wave[0] > -0.8 if self.effect == 0 else wave[0] > 0.4
        status = np.array(["ghetto" if first or listed else "none", "none", "none", "ghetto", "none"])
        if first:
            counts.pop("refusals")
        return FakeRecord(self.day, counts, status, AREAS, TOWNS, KINDS)


@contextmanager
def in_fake_town() -> Iterator[None]:
    """Put the fake town in the place of the real one."""
    module = ModuleType("beboersim.town")
    module.Town = FakeTown  # type: ignore[attr-defined]
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "beboersim.town", module)
        yield


def execute_here(spec: RunSpec, progress: object = None) -> RunResult:
    """Run the fake town, in a worker process too; the process is told apart by its thread setting."""
    assert "mesa" not in sys.modules
    assert os.environ["NUMBA_NUM_THREADS"] == "1"
    with in_fake_town():
        return execute(spec)


def options(tmp: Path | None = None, **changed: object) -> RunOptions:
    """Return a small comparison."""
    given: dict[str, object] = {
        "scenarios": (Scenario.load("law"), other_scenario()),
        "places": ("Aarhus", "Odense"),
        "start": date(2015, 1, 1),
        "until": date(2019, 1, 1),
        "replications": 6,
        "quiet": True,
        "out": tmp,
    }
    return RunOptions(**(given | changed))  # type: ignore[arg-type]


def other_scenario(name: str = "no-public-list") -> Scenario:
    """Return a scenario of one lever that is not the law."""
    from beboersim.policy.catalogue import Text
    from beboersim.policy.scenario import Change
    from beboersim.policy.where import EVERYWHERE

    change = Change({"list.public": 0.0}, date(2016, 3, 15), None, EVERYWHERE, "", 1)
    return Scenario(name, Text(en="No public list", da="Ingen offentlig liste"), None, (change,), f"{name}.toml", "")

"""Small towns for tests, and what must hold of every one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import numpy as np

from beboersim.month.asking import WHOLE, Pieces
from beboersim.month.recording import Record
from beboersim.policy.catalogue import Preset, Value
from beboersim.policy.plan import Plan
from beboersim.policy.scenario import Scenario
from beboersim.town import Town
from beboersim.world.codes import AT_HOME, KEEPER
from beboersim.world.state import World

START = date(2015, 1, 1)
ROOM = 200_000  # events
ADULT = 18


def after(start: date, months: int) -> date:
    """Return the first of the month so many months later."""
    month = start.year * 12 + start.month - 1 + months
    return date(month // 12, month % 12 + 1, 1)


def small_town(
    places: Sequence[str] = ("Svendborg",),
    *,
    months: int = 24,
    scale: float = 0.05,
    seed: int = 1,
    start: date = START,
    settings: Mapping[str, Value] | None = None,
    scenario: str | Path = "law",
    preset: Preset = "central",
    cohorts: Sequence[date] = (),
    events: int = 0,
    pieces: Pieces = WHOLE,
) -> Town:
    """Return a town on its first day."""
    until = after(start, months)
    plan = Plan(Scenario.load(scenario), preset, settings or {}, start, until)
    return Town(
        places=places, plan=plan, start=start, until=until, scale=scale, seed=seed, cohorts=cohorts, events=events,
        pieces=pieces,
    )  # fmt: skip


def has_run(town: Town) -> Town:
    """Run a town to its last day and return it."""
    town.run(town.until)
    return town


def log_of(town: Town) -> np.ndarray:
    """Return the events in an order that does not depend on rows."""
    events = town.events
    return events[np.lexsort(events.T[::-1])]


def differing(one: Sequence[Record], other: Sequence[Record]) -> set[str]:
    """Return the names of the counts that differ between two rows of records."""
    assert [r.date for r in one] == [r.date for r in other]
    found = {
        name
        for a, b in zip(one, other, strict=True)
        for name in a.counts.keys() | b.counts.keys()
        if name not in a.counts
        or name not in b.counts
        or not np.array_equal(a.counts[name], b.counts[name], equal_nan=True)
    }
    if any(a.status_words != b.status_words for a, b in zip(one, other, strict=True)):
        found.add("status")
    return found


def people(world: World) -> np.ndarray:
    """Return the rows of living persons."""
    return np.flatnonzero(world.persons.household[: int(world.used[0])] >= 0)


def residents(world: World) -> np.ndarray:
    """Return the rows of persons who live in a place of the town."""
    rows = people(world)
    return rows[world.households.area[world.persons.household[rows]] < world.places]


def ages(town: Town, rows: np.ndarray) -> np.ndarray:
    """Return ages in years on the town's present day."""
    return (town.context.month - town.world.persons.birth[rows].astype(np.int64)) // 12


def assert_consistent(town: Town) -> None:
    """Check that everybody is in one household, and that households and dwellings point at each other."""
    assert_holds_together(town.world, town.context.month)


def assert_holds_together(world: World, month: int) -> None:
    """Check a world of a month as `assert_consistent` does."""
    persons, households, dwellings = world.persons, world.households, world.dwellings
    n, m, d = (int(number) for number in world.used)
    alive = people(world)
    home = persons.household[alive].astype(np.int64)
    assert home.max(initial=-1) < m
    assert len(np.unique(persons.id[alive])) == len(alive), "two persons share an id"
    size = np.bincount(home, minlength=m)
    keepers = np.bincount(home, weights=persons.role[alive] == KEEPER, minlength=m).astype(np.int64)
    assert np.isin(persons.role[alive], (KEEPER, AT_HOME)).all()
    assert (households.size[:m] == size).all()
    assert (households.adults[:m] == keepers).all()
    lived_in = households.head[:m] >= 0
    assert (lived_in == (size > 0)).all()
    assert len(np.unique(households.id[:m][lived_in])) == lived_in.sum(), "two households share an id"

    seen = np.zeros(n, np.int64)
    for row in np.flatnonzero(lived_in):
        member = int(households.head[row])
        while member >= 0:
            seen[member] += 1
            assert seen[member] == 1, "a chain of members runs in a circle or two chains meet"
            assert persons.household[member] == row
            member = int(persons.next[member])
    assert (seen[alive] == 1).all()
    assert seen.sum() == len(alive)

    assert (keepers[lived_in] >= 1).all(), "a household without anyone who keeps it"
    assert (keepers <= 2).all(), "a household with more than one couple"
    months_old = month - persons.birth[alive[persons.role[alive] == KEEPER]].astype(np.int64)
    assert (months_old >= 12 * ADULT).all(), "a child keeps a household"

    dwelling = households.dwelling[:m].astype(np.int64)
    housed = np.flatnonzero(dwelling >= 0)
    assert lived_in[housed].all(), "nobody lives in a let dwelling"
    assert (dwellings.household[dwelling[housed]] == housed).all()
    assert (households.area[housed] == dwellings.area[dwelling[housed]]).all()
    assert (households.area[housed] < world.places).all()
    let = np.flatnonzero(dwellings.household[:d] >= 0)
    assert (dwelling[dwellings.household[let]] == let).all()
    assert len(np.unique(dwellings.id[:d])) == d, "two dwellings share an id"

"""Linked lives: the same persons in two worlds, and what became of those whom only one refused, moved or reached.

A person has the same id in every world of a seed, so that nobody is compared with somebody else. Whom a rule refused,
whom a demolition moved and whom a programme reached is read off the log and the ties of each world, month by month;
how people live is read on each 1 January. What is told are persons and how they fare, never who is to blame.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from beboersim.experiments.life import empty_log, town_again
from beboersim.experiments.paired import Estimate, estimate
from beboersim.experiments.runs import RunSpec, begin_worker
from beboersim.kernel import borrowing
from beboersim.month.applicants import Letting, is_in_need, uses_heavily
from beboersim.month.context import Context
from beboersim.month.ledger import Event
from beboersim.town import Town
from beboersim.world.codes import ELSEWHERE, EMPLOYED, OUTSIDE, PUPIL, REHOUSING, STUDENT, UDSAT
from beboersim.world.profile import profile
from beboersim.world.state import Areas, Households, Persons, Ties
from beboersim.world.taking_part import ADVICE, AFTERCARE, CLUB, HOMEWORK, JOB_HELP, NETWORK, OUTREACH, SPARE_TIME_JOB

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

TOUCHES = ("refused", "rehoused", "reached")
PROGRAMMES = JOB_HELP | ADVICE | CLUB | SPARE_TIME_JOB | OUTREACH | HOMEWORK | NETWORK | AFTERCARE
HORIZONS = (1, 5)  # years after
OUTCOMES = ("in_town", "occupied", "own_home", "in_listed", "convicted")
# To live in a listed area is neither better nor worse.
BETTER = {"in_town": 1, "occupied": 1, "own_home": 1, "in_listed": 0, "convicted": -1}
AGES = (("0_17", 0, 18), ("18_29", 18, 30), ("30_64", 30, 65), ("65", 65, 200))


class Census(NamedTuple):
    """Everybody of a world on a 1 January, by id in rising order; everything but id and age is 0 or 1, or a code."""

    ids: Ints
    age: Ints
    origin: Ints
    activity: Ints
    occupied: Ints  # in work or education
    own_home: Ints
    in_listed: Ints
    convicted: Ints  # last year
    in_need: Ints  # as municipal assignment counts it
    here: Ints  # 0: followed, but lives elsewhere


class World(NamedTuple):
    """What is remembered of one world: everybody each year, and the first month in which somebody was touched."""

    census: dict[int, Census]
    touched: dict[str, dict[int, int]]


class Row(NamedTuple):
    """How a group of persons fared in the two worlds of one seed. Shares are of those known in both."""

    scenario: str
    seed: int
    touch: str
    only_in: str  # "policy" or "baseline"
    by: str  # all, need, work, age or origin
    group: str
    horizon: int
    outcome: str
    persons: int
    known: int
    baseline: float
    policy: float
    better: int
    worse: int


class Told(NamedTuple):
    """A group over all seeds: persons a seed, and the difference policy - baseline with its interval."""

    scenario: str
    touch: str
    only_in: str
    by: str
    group: str
    horizon: int
    outcome: str
    persons: float
    known: float
    baseline: float | None
    difference: Estimate
    better: float
    worse: float


def census_of(c: Context) -> Census:
    """Return everybody in the tables as they live now."""
    world, month = c.world, c.month
    persons, households, areas = world.persons, world.households, world.areas
    rows = np.flatnonzero(persons.household[: int(world.used[0])] >= 0)
    rows = rows[np.argsort(persons.id[rows])]
    home = persons.household[rows].astype(np.int64)
    area = households.area[home].astype(np.int64)
    doing = persons.activity[rows].astype(np.int64)
    own = households.dwelling[home] >= 0
    return Census(
        ids=persons.id[rows].astype(np.int64),
        age=(month - persons.birth[rows].astype(np.int64)) // 12,
        origin=persons.origin[rows].astype(np.int64),
        activity=doing,
        occupied=np.isin(doing, (EMPLOYED, STUDENT, PUPIL)).astype(np.int64),
        own_home=own.astype(np.int64),
        in_listed=(areas.status[area] >= UDSAT).astype(np.int64),
        convicted=(month - persons.convicted[rows].astype(np.int64) <= 12).astype(np.int64),
        in_need=needs(c)[home],
        here=(areas.kind[area] != ELSEWHERE).astype(np.int64),
    )


def needs(c: Context) -> Ints:
    """Return for every household whether municipal assignment would count it as in need, 0 or 1."""
    world = c.world
    found = np.zeros(int(world.used[1]), np.int64)
    mark_need(
        world.persons, world.ties, world.households, world.areas, world.used, c.month, c.income_steps,
        c.parameters.letting, found,
    )
    return found


@borrowing
def mark_need(
    persons: Persons, ties: Ties, households: Households, areas: Areas, used: Ints, month: int, steps: Floats,
    p: Letting, found: Ints,
) -> None:  # fmt: skip
    """Mark the households that assignment would count as in need. Those who live elsewhere are not asked."""
    for row in range(used[1]):
        town = areas.municipality[households.area[row]]
        if households.head[row] >= 0 and town >= 0:
            who = profile(persons, households, row, month, steps[town])
            use = p.need_heavy_use * uses_heavily(persons, ties, households.head[row])
            found[row] = is_in_need(who.resources, who.outside, 1 if households.dwelling[row] < 0 else 0, use, p)


def members(c: Context, households: Iterable[int]) -> Ints:
    """Return the ids of those who live in some households, given by their ids."""
    world = c.world
    rows = np.flatnonzero(np.isin(world.households.id[: int(world.used[1])], np.fromiter(households, np.int64)))
    n = int(world.used[0])
    return np.asarray(world.persons.id[:n][np.isin(world.persons.household[:n], rows)], np.int64)


def touched_now(c: Context, events: NDArray[np.int64]) -> Iterator[tuple[str, Ints]]:
    """Yield the ids of those whom the month that is over refused, moved or reached."""
    kind, who, value = events[:, 1], events[:, 2], events[:, 4]
    yield "refused", members(c, who[kind == Event.BARRED])
    yield "rehoused", members(c, who[(kind == Event.LET) & (value == REHOUSING)])
    n = int(c.world.used[0])
    reached = (c.world.ties.takes_part[:n] & PROGRAMMES > 0) & (c.world.persons.household[:n] >= 0)
    yield "reached", np.asarray(c.world.persons.id[:n][reached], np.int64)


def remembered(spec: RunSpec, progress: Callable[[date], None] | None = None) -> World:
    """Run a world once more and return what is remembered of it."""
    town: Town = town_again(spec)
    c = town.context
    world = World({c.month // 12: census_of(c)}, {touch: {} for touch in TOUCHES})
    while town.date < spec.until:
        town.step()
        for touch, ids in touched_now(c, town.events):
            first = world.touched[touch]
            for one in ids.tolist():
                first.setdefault(one, c.month - 1)
        empty_log(c)
        if town.date.month == 1:
            world.census[c.month // 12] = census_of(c)
            if progress is not None:
                progress(town.date)
    return world


def at(census: Census, ids: Ints) -> tuple[Ints, NDArray[np.bool_]]:
    """Return where persons stand in a census, and whether they are in it."""
    place = np.minimum(np.searchsorted(census.ids, ids), len(census.ids) - 1)
    return place, census.ids[place] == ids


def groups_of(world: World, ids: Ints, months: Ints) -> dict[tuple[str, str], NDArray[np.bool_]]:
    """Return who belongs to which group, as they were on the 1 January before they were touched, or else after."""
    found = {name: np.full(len(ids), -1) for name in ("need", "work", "age", "origin")}
    for back in (0, 1):
        for year in np.unique(months // 12 + back).tolist():
            if year not in world.census:
                continue
            census = world.census[year]
            place, there = at(census, ids)
            mine = there & (months // 12 + back == year) & (found["age"] < 0)
            found["need"][mine] = census.in_need[place[mine]]
            found["work"][mine] = np.where(census.occupied, 0, np.where(census.activity == OUTSIDE, 1, 2))[place[mine]]
            found["age"][mine] = np.searchsorted([low for _, low, _ in AGES], census.age, "right")[place[mine]] - 1
            found["origin"][mine] = np.minimum(census.origin, 2)[place[mine]]
    names = {
        "need": ("not_in_need", "in_need"),
        "work": ("in_work_or_education", "outside", "others"),
        "age": tuple(name for name, _, _ in AGES),
        "origin": ("danish", "western", "nonwestern"),
    }
    groups = {("all", "all"): np.ones(len(ids), np.bool_)}
    for by, words in names.items():
        groups |= {(by, name): found[by] == code for code, name in enumerate(words)}
    return groups


def rows_of(baseline: World, policy: World, scenario: str, seed: int) -> Iterator[Row]:
    """Yield how those fared whom only one of two worlds touched."""
    for touch in TOUCHES:
        for side, own, other in (("policy", policy, baseline), ("baseline", baseline, policy)):
            touched = sorted(set(own.touched[touch]) - set(other.touched[touch]))
            ids = np.array(touched, np.int64)
            months = np.array([own.touched[touch][one] for one in touched], np.int64)
            groups = groups_of(own, ids, months) if len(ids) else {("all", "all"): np.zeros(0, np.bool_)}
            for horizon in HORIZONS:
                fared = outcomes_after(baseline, policy, ids, months, horizon)
                for (by, name), mine in groups.items():
                    for outcome, (known, then, now) in fared.items():
                        both = known & mine
                        sign = BETTER[outcome]
                        change = (now.astype(np.int64) - then)[both] * sign
                        yield Row(
                            scenario, seed, touch, side, by, name, horizon, outcome, int(mine.sum()), int(both.sum()),
                            float(then[both].mean()) if both.any() else np.nan,
                            float(now[both].mean()) if both.any() else np.nan,
                            int((change > 0).sum()), int((change < 0).sum()),
                        )  # fmt: skip


def outcomes_after(
    baseline: World, policy: World, ids: Ints, months: Ints, horizon: int
) -> dict[str, tuple[NDArray[np.bool_], Ints, Ints]]:
    """Return for each outcome who is known in both worlds, and how they are in the first and in the second.

    On the first 1 January that is so many years after. Whether they live in the town is known of everybody; the rest of
    those who do in both worlds, and work and education of those of 18 to 64.
    """
    counted = np.zeros(len(ids), np.bool_)
    known = np.zeros(len(ids), np.bool_)
    working_age = np.zeros(len(ids), np.bool_)
    found = {outcome: (np.zeros(len(ids), np.int64), np.zeros(len(ids), np.int64)) for outcome in OUTCOMES}
    year_after = -(-(months + 1 + 12 * horizon) // 12)
    for year in np.unique(year_after).tolist():
        if year not in baseline.census or year not in policy.census:
            continue
        mine = year_after == year
        (first, in_first), (second, in_second) = (at(world.census[year], ids) for world in (baseline, policy))
        one, two = baseline.census[year], policy.census[year]
        here = (in_first & (one.here[first] > 0), in_second & (two.here[second] > 0))
        both = mine & here[0] & here[1]
        counted |= mine
        for world in (0, 1):
            found["in_town"][world][mine] = here[world][mine]
        known |= both
        working_age |= both & (one.age[first] >= 18) & (one.age[first] < 65)
        for outcome in OUTCOMES[1:]:
            found[outcome][0][both] = getattr(one, outcome)[first[both]]
            found[outcome][1][both] = getattr(two, outcome)[second[both]]
    who = {"in_town": counted, "occupied": working_age}
    return {outcome: (who.get(outcome, known), then, now) for outcome, (then, now) in found.items()}


def lives_of_seed(specs: Sequence[RunSpec]) -> list[Row]:
    """Run the worlds of one seed, the first of which is the baseline, and return how people fared."""
    baseline = remembered(specs[0])
    return [
        row for spec in specs[1:] for row in rows_of(baseline, remembered(spec), spec.scenario.id, spec.seed)
    ]


def lives(specs: Sequence[RunSpec], scenarios: int, workers: int) -> list[Row]:
    """Return how people fared in every seed; runs are given scenario by scenario on the same seeds."""
    seeds = len(specs) // scenarios
    worlds = [[specs[which * seeds + seed] for which in range(scenarios)] for seed in range(seeds)]
    if workers <= 1 or seeds == 1:
        return [row for one in worlds for row in lives_of_seed(one)]
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    with ProcessPoolExecutor(min(workers, seeds), get_context("spawn"), begin_worker) as pool:
        return [row for found in pool.map(lives_of_seed, worlds) for row in found]


def told(rows: Sequence[Row]) -> list[Told]:
    """Return the groups over all seeds, in the order in which they were first met."""
    together: dict[tuple[str, str, str, str, str, int, str], list[Row]] = {}
    for row in rows:
        key = (row.scenario, row.touch, row.only_in, row.by, row.group, row.horizon, row.outcome)
        together.setdefault(key, []).append(row)
    found = []
    for key, mine in together.items():
        known = [row for row in mine if row.known > 0]
        found.append(
            Told(
                *key,
                persons=float(np.mean([row.persons for row in mine])),
                known=float(np.mean([row.known for row in mine])),
                baseline=float(np.mean([row.baseline for row in known])) if known else None,
                difference=estimate([row.policy - row.baseline for row in known]),
                better=float(np.mean([row.better for row in mine])),
                worse=float(np.mean([row.worse for row in mine])),
            )
        )
    return found

"""Recording: the counts of the town on the first of a month, area by area."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from beboersim.kernel import borrowing
from beboersim.month.reach import REACHED, count_reached
from beboersim.month.tallies import count_homes, count_persons
from beboersim.month.ties_counted import count_ties
from beboersim.outcomes.counts import FLOWS, STOCKS
from beboersim.world.codes import AREA_KINDS, EMPLOYED, NAMED_AREA, PUPIL, STUDENT
from beboersim.world.columns import F64, I64
from beboersim.world.profile import profile
from beboersim.world.state import Areas, Households, Persons

if TYPE_CHECKING:
    from beboersim.month.context import Context

COHORT = tuple(name for name in STOCKS if name.startswith("cohort_") and not name.startswith("cohort_then"))
R_BOTH, R_BOTH_WORKING_THEN, R_BOTH_WORKING_NOW, R_NOW, R_NOW_WORKING, R_NOW_HERE = range(6)
assert COHORT == (
    "cohort_both", "cohort_both_working_then", "cohort_both_working_now", "cohort_now", "cohort_now_working",
    "cohort_now_here",
)  # fmt: skip


@borrowing
def count_resourceful(
    persons: Persons,
    households: Households,
    areas: Areas,
    used: I64,
    places: int,
    month: int,
    steps: F64,
    line: float,
    found: F64,
) -> None:
    """Count the households of every place whose resources are above the line."""
    head, area_of, town = households.head, households.area, areas.municipality
    for row in range(used[1]):
        area = area_of[row]
        if head[row] >= 0 and area < places:
            found[area] += profile(persons, households, row, month, steps[town[area]]).resources > line


@borrowing
def mark_cohort(
    persons: Persons, households: Households, used: I64, places: int, named: I64, month: int, then: F64
) -> None:
    """Remember who lives in each named area now, and book those of 18-64 (row 0) and those of them in work (row 1)."""
    for row in range(used[0]):
        home = persons.household[row]
        if home < 0:
            continue
        area = households.area[home]
        if area >= places or named[area] == 0:
            continue
        persons.cohort_area[row] = area
        age = (month - persons.birth[row]) // 12
        works = persons.activity[row] == EMPLOYED
        persons.cohort_worked[row] = 1 if works else 0
        if 18 <= age < 65:
            then[0, area] += 1.0
            if works:
                then[1, area] += 1.0


@borrowing
def count_cohort(
    persons: Persons,
    households: Households,
    used: I64,
    month: int,
    then: int,
    stocks: F64,
) -> None:
    """Count what became of those who lived in each named area at the cohort date (month), wherever they live now."""
    for row in range(used[0]):
        home = persons.cohort_area[row]
        if home < 0 or persons.household[row] < 0:
            continue
        age_then = (then - persons.birth[row]) // 12
        age = (month - persons.birth[row]) // 12
        works = persons.activity[row] == EMPLOYED
        if 18 <= age < 65:
            stocks[R_NOW, home] += 1.0
            if works:
                stocks[R_NOW_WORKING, home] += 1.0
            if households.area[persons.household[row]] == home:
                stocks[R_NOW_HERE, home] += 1.0
            if 18 <= age_then < 65:
                stocks[R_BOTH, home] += 1.0
                if persons.cohort_worked[row] == 1:
                    stocks[R_BOTH_WORKING_THEN, home] += 1.0
                if works:
                    stocks[R_BOTH_WORKING_NOW, home] += 1.0


def income_lines(
    persons: Persons, households: Households, used: I64, elsewhere: int, month: int
) -> tuple[float, float]:
    """Return the lines of the lowest and highest fifth of taxpayers' incomes now, for the record only.

    Leavers who are followed live elsewhere and do not count.
    """
    n = int(used[0])
    months_old = month - persons.birth[:n].astype(np.int64)
    home = persons.household[:n]
    here = (home >= 0) & (households.area[home] != elsewhere)
    learning = (persons.activity[:n] == STUDENT) | (persons.activity[:n] == PUPIL)
    taxed = persons.income_past[:n][here & (months_old >= 180) & (months_old < 780) & ~learning]
    if len(taxed) == 0:
        return 0.0, 0.0
    low, high = np.percentile(np.sort(taxed), [20.0, 80.0])  # in half the time that it takes in any order
    return float(low), float(high)


class Record(NamedTuple):
    """The town on a date: the counts of outcomes.counts, each an array over the places.

    Flows belong to the period that ends on the date. A count that is not taken on the date is left out.
    """

    date: date
    counts: dict[str, NDArray[np.float64]]
    status: NDArray[np.int64]
    status_words: tuple[str, ...]
    names: tuple[str, ...]
    municipalities: tuple[str, ...]
    kinds: tuple[str, ...]


def recording(c: Context) -> None:
    """Recording: the counts of the town on the first of the next month."""
    whole_year = c.next_day.month == 1
    flows = c.ledger.flows[:, : c.world.places]
    if c.month == c.cohort_month - 1:
        start_cohort(c)
    c.year_flows += flows
    c.monthly.append(taken(c, c.next_day, flows, whole_year))
    if whole_year:
        c.yearly.append(c.monthly[-1]._replace(counts=c.monthly[-1].counts | by_name(c.year_flows)))
        c.year_flows[:] = 0.0


def start_cohort(c: Context) -> None:
    """Remember who lives in the named areas on the cohort date, the first of the next month."""
    named = (c.world.areas.kind == NAMED_AREA).astype(np.int64)
    mark_cohort(
        c.world.persons, c.world.households, c.world.used, c.world.places, named, c.cohort_month, c.cohort_then
    )


def by_name(flows: F64) -> dict[str, NDArray[np.float64]]:
    """Return flows by name, copied."""
    return dict(zip(FLOWS, flows.copy(), strict=True))


def taken(c: Context, day: date, flows: F64 | None, whole_year: bool) -> Record:
    """Return the record of a date; flows are left out before the first month."""
    world = c.world
    places = world.places
    month = day.year * 12 + day.month - 1
    counts = count_persons(world, month, c.low_income, c.high_income) | count_homes(world, month)
    if whole_year:
        counts |= count_ties(world)
        counts["resourceful"] = np.zeros(places)
        count_resourceful(
            world.persons, world.households, world.areas, world.used, places, month, c.income_steps,
            c.parameters.letting.resourceful, counts["resourceful"],
        )  # fmt: skip
        reached = np.zeros((len(REACHED), len(world.areas.kind)))
        count_reached(world.persons, world.ties, world.households, world.areas, world.used, reached)
        counts |= dict(zip(REACHED, reached[:, :places], strict=True))
        if month >= c.cohort_month:
            cohort = np.zeros((len(COHORT), places))
            count_cohort(world.persons, world.households, world.used, month, c.cohort_month, cohort)
            counts["cohort_then"], counts["cohort_then_working"] = c.cohort_then[:, :places].copy()
            counts |= dict(zip(COHORT, cohort, strict=True))
    counts |= {name: values.copy() for name, values in c.measured.items()}
    areas = world.areas
    counts["few_persons"] = (counts["residents"] < c.parameters.measuring.reliable_persons).astype(np.float64)
    counts["years_listed"] = areas.years_listed[:places].astype(np.float64)
    counts["margin_residents"] = c.list_margins.copy()
    counts["family_share"] = areas.family_share[:places].copy()
    counts["renewal"] = areas.appeal[:places].copy()
    counts["businesses"] = areas.premises_let[:places].copy()
    counts["staff"] = areas.staff[:places].copy()
    counts["feel_safe"] = areas.safety[:places] * counts["residents"]
    counts["stigma"] = areas.stigma[:places].copy()
    counts["stigma_inside"] = areas.stigma_inside[:places].copy()
    if flows is not None:
        counts |= by_name(flows)
    return Record(
        date=day,
        counts=counts,
        status=areas.status[:places].copy(),
        status_words=tuple(c.status_words),
        names=world.names,
        municipalities=c.place_municipalities,
        kinds=c.monthly[0].kinds if c.monthly else tuple(AREA_KINDS[kind] for kind in areas.kind[:places]),
    )

"""Recording: the counts of the town on the first of a month, area by area."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from beboersim.kernel import kernel
from beboersim.outcomes.counts import FLOWS, STOCKS
from beboersim.world.codes import (
    AREA_KINDS,
    BASIC,
    DANISH,
    EMPLOYED,
    NAMED_AREA,
    NONWESTERN_IMMIGRANT,
    OUTSIDE,
    OWNER_OCCUPIED,
    PUPIL,
    SOCIAL,
    STUDENT,
    WESTERN,
)
from beboersim.world.columns import F64, I64
from beboersim.world.profile import profile
from beboersim.world.state import Areas, Dwellings, Households, Persons

if TYPE_CHECKING:
    from beboersim.month.context import Context

STOCK = {name: index for index, name in enumerate(STOCKS)}
R_RESIDENTS = STOCK["residents"]
R_HOUSEHOLDS = STOCK["households"]
R_LODGED_HOUSEHOLDS = STOCK["lodged_households"]
R_LODGED_PERSONS = STOCK["lodged_persons"]
R_DWELLINGS_SOCIAL = STOCK["dwellings_social"]
R_DWELLINGS_PRIVATE = STOCK["dwellings_private"]
R_DWELLINGS_OWNER = STOCK["dwellings_owner"]
R_VACANT_SOCIAL = STOCK["vacant_social"]
R_VACANT_PRIVATE = STOCK["vacant_private"]
R_ONE_PERSON = STOCK["one_person_households"]
R_DANISH = STOCK["danish"]
R_WESTERN = STOCK["western"]
R_NW_IMMIGRANTS = STOCK["nonwestern_immigrants"]
R_NW_DESCENDANTS = STOCK["nonwestern_descendants"]
R_AGE_0_17 = STOCK["age_0_17"]
R_AGE_18_64 = STOCK["age_18_64"]
R_AGE_65 = STOCK["age_65"]
R_AGE_30_59 = STOCK["age_30_59"]
R_WORKING = STOCK["working"]
R_STUDYING = STOCK["studying"]
R_OUTSIDE = STOCK["outside"]
R_BASIC = STOCK["basic_education"]
R_BASIC_DANISH = STOCK["basic_education_danish"]
R_LOW_INCOME = STOCK["low_income"]
R_HIGH_INCOME = STOCK["high_income"]
R_TAXPAYERS = STOCK["taxpayers"]
R_RESOURCEFUL = STOCK["resourceful"]
R_THEN = STOCK["cohort_then"]
R_THEN_WORKING = STOCK["cohort_then_working"]
R_BOTH = STOCK["cohort_both"]
R_BOTH_WORKING_THEN = STOCK["cohort_both_working_then"]
R_BOTH_WORKING_NOW = STOCK["cohort_both_working_now"]
R_NOW = STOCK["cohort_now"]
R_NOW_WORKING = STOCK["cohort_now_working"]
R_NOW_HERE = STOCK["cohort_now_here"]


@kernel
def count_persons(
    persons: Persons,
    households: Households,
    used: I64,
    places: int,
    month: int,
    low_income: float,
    high_income: float,
    stocks: F64,
) -> None:
    """Count the residents of every place on the first of a month."""
    household = persons.household
    birth = persons.birth
    activity = persons.activity
    origin = persons.origin
    education = persons.education
    income = persons.income_past
    area_of = households.area
    for row in range(used[0]):
        home = household[row]
        if home < 0:
            continue
        area = area_of[home]
        if area >= places:
            continue
        age = (month - birth[row]) // 12
        stocks[R_RESIDENTS, area] += 1.0
        group = origin[row]
        if group == DANISH:
            stocks[R_DANISH, area] += 1.0
        elif group == WESTERN:
            stocks[R_WESTERN, area] += 1.0
        elif group == NONWESTERN_IMMIGRANT:
            stocks[R_NW_IMMIGRANTS, area] += 1.0
        else:
            stocks[R_NW_DESCENDANTS, area] += 1.0
        doing = activity[row]
        if age < 18:
            stocks[R_AGE_0_17, area] += 1.0
        elif age < 65:
            stocks[R_AGE_18_64, area] += 1.0
            if doing == EMPLOYED:
                stocks[R_WORKING, area] += 1.0
            elif doing == STUDENT:
                stocks[R_STUDYING, area] += 1.0
            elif doing == OUTSIDE:
                stocks[R_OUTSIDE, area] += 1.0
            if 30 <= age < 60:
                stocks[R_AGE_30_59, area] += 1.0
                if education[row] == BASIC:
                    stocks[R_BASIC, area] += 1.0
                    stocks[R_BASIC_DANISH, area] += 1.0
                elif persons.danish_education[row] == 0:
                    stocks[R_BASIC_DANISH, area] += 1.0
        else:
            stocks[R_AGE_65, area] += 1.0
        if 15 <= age < 65 and doing != STUDENT and doing != PUPIL:
            stocks[R_TAXPAYERS, area] += 1.0
            if income[row] < low_income:
                stocks[R_LOW_INCOME, area] += 1.0
            elif income[row] > high_income:
                stocks[R_HIGH_INCOME, area] += 1.0


@kernel
def count_homes(households: Households, dwellings: Dwellings, used: I64, places: int, month: int, stocks: F64) -> None:
    """Count households and dwellings of every place.

    A social dwelling given up during the last month is under notice, and not vacant: leases run on for months, and
    the published vacancy counts homes that cause a loss (mobility §1).
    """
    for row in range(used[1]):
        if households.head[row] < 0:
            continue
        area = households.area[row]
        if area >= places:
            continue
        if households.dwelling[row] >= 0:
            stocks[R_HOUSEHOLDS, area] += 1.0
            if households.size[row] == 1:
                stocks[R_ONE_PERSON, area] += 1.0
        else:
            stocks[R_LODGED_HOUSEHOLDS, area] += 1.0
            stocks[R_LODGED_PERSONS, area] += households.size[row]
    for row in range(used[2]):
        area = dwellings.area[row]
        if area < 0:
            continue
        vacant = dwellings.household[row] < 0
        if dwellings.tenure[row] == SOCIAL:
            stocks[R_DWELLINGS_SOCIAL, area] += 1.0
            if vacant and dwellings.vacant_since[row] < month - 1:
                stocks[R_VACANT_SOCIAL, area] += 1.0
        else:
            stocks[R_DWELLINGS_PRIVATE, area] += 1.0
            if dwellings.tenure[row] == OWNER_OCCUPIED:
                stocks[R_DWELLINGS_OWNER, area] += 1.0
            if vacant:
                stocks[R_VACANT_PRIVATE, area] += 1.0


@kernel
def count_resourceful(
    persons: Persons,
    households: Households,
    areas: Areas,
    used: I64,
    places: int,
    month: int,
    steps: F64,
    line: float,
    stocks: F64,
) -> None:
    """Count the households of every place whose resources are above the line."""
    for row in range(used[1]):
        if households.head[row] >= 0 and households.area[row] < places:
            who = profile(persons, households, row, month, steps[areas.municipality[households.area[row]]])
            if who.resources > line:
                stocks[R_RESOURCEFUL, households.area[row]] += 1.0


@kernel
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


@kernel
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
    low, high = np.percentile(taxed, [20.0, 80.0])
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


YEARLY_ONLY = ("resourceful", *(name for name in STOCKS if name.startswith("cohort_")))
MEASURED = ("outside_work_share", "convicted_share", "basic_education_share", "income_ratio", "nonwestern_share")


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
    return {name: flows[index].copy() for index, name in enumerate(FLOWS)}


def taken(c: Context, day: date, flows: F64 | None, whole_year: bool) -> Record:
    """Return the record of a date; flows are left out before the first month."""
    world = c.world
    places = world.places
    month = day.year * 12 + day.month - 1
    stocks = np.zeros((len(STOCKS), places))
    count_persons(world.persons, world.households, world.used, places, month, c.low_income, c.high_income, stocks)
    count_homes(world.households, world.dwellings, world.used, places, month, stocks)
    left_out: set[str] = set()
    if whole_year:
        line = c.parameters.letting.resourceful
        count_resourceful(
            world.persons, world.households, world.areas, world.used, places, month, c.income_steps, line, stocks
        )
        if month >= c.cohort_month:
            count_cohort(world.persons, world.households, world.used, month, c.cohort_month, stocks)
            stocks[R_THEN] = c.cohort_then[0, :places]
            stocks[R_THEN_WORKING] = c.cohort_then[1, :places]
        else:
            left_out.update(name for name in STOCKS if name.startswith("cohort_"))
    else:
        left_out.update(YEARLY_ONLY)
    counts = {name: stocks[index] for index, name in enumerate(STOCKS) if name not in left_out}
    values = c.indicators
    for name, field in zip(
        MEASURED, ("outside_work", "convicted", "basic_education", "income_ratio", "non_western"), strict=True
    ):
        counts[name] = np.array([np.nan if getattr(v, field) is None else getattr(v, field) for v in values])
    areas = world.areas
    counts["few_persons"] = (counts["residents"] < c.parameters.measuring.reliable_persons).astype(np.float64)
    counts["years_listed"] = areas.years_listed[:places].astype(np.float64)
    counts["margin_residents"] = c.list_margins.copy()
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
        kinds=tuple(AREA_KINDS[kind] for kind in areas.kind[:places]),
    )

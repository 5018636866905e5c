"""A municipality's own categories of its estates, from the simulated town (Aarhus; law/lists/aarhus.toml).

Four of the eight indicators can be told from the tables; the other four get the mean points of those (a proxy). Origin
is not read, nothing follows from a category, and nobody outside the municipality hears of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from beboersim.kernel import borrowing
from beboersim.law.lists.points import class_of, classify_points
from beboersim.world.codes import BASIC, NEIGHBOURHOOD, PUPIL, STUDENT
from beboersim.world.columns import F64, I64
from beboersim.world.state import Households, Persons

if TYPE_CHECKING:
    from beboersim.law.lists import ListRules
    from beboersim.month.context import Context

# Columns of what is counted: an indicator's part, and the whole it is part of.
CHILDREN_POOR, CHILDREN, YOUNG_CONVICTED, YOUNG, WITHOUT_EDUCATION, OF_AGE = range(6)
INDICATORS = {  # name in the rules: (part, whole)
    "free_places": (CHILDREN_POOR, CHILDREN),
    "youth_crime": (YOUNG_CONVICTED, YOUNG),
    "no_youth_education": (WITHOUT_EDUCATION, OF_AGE),
}
IN_CARE_UNTIL = 10  # daycare and after-school care
YOUNG_FROM, YOUNG_UNTIL = 15, 25  # convicted; the municipality counts charges, from a lower age
EDUCATED_FROM, EDUCATED_UNTIL = 21, 25  # the municipality looks at those of 24


@borrowing
def count_for_categories(
    persons: Persons, households: Households, used: I64, places: int, month: int, low_income: float, found: F64
) -> None:
    """Count what the categories need, by area.

    Parameters
    ----------
    low_income
        A household's income last year, DKK in wages of the start year, below which a free place is taken to be had.
    """
    for row in range(used[1]):
        area = households.area[row]
        if households.head[row] < 0 or area >= places:
            continue
        income = 0.0
        children = 0.0
        member = households.head[row]
        while member >= 0:
            income += persons.income_past[member]
            age = (month - persons.birth[member]) // 12
            if age < IN_CARE_UNTIL:
                children += 1.0
            if YOUNG_FROM <= age < YOUNG_UNTIL:
                found[area, YOUNG] += 1.0
                if persons.convicted_years[member] & 2:
                    found[area, YOUNG_CONVICTED] += 1.0
            if EDUCATED_FROM <= age < EDUCATED_UNTIL:
                found[area, OF_AGE] += 1.0
                learns = persons.activity[member] == STUDENT or persons.activity[member] == PUPIL
                if persons.education[member] == BASIC and not learns:
                    found[area, WITHOUT_EDUCATION] += 1.0
            member = persons.next[member]
        found[area, CHILDREN] += children
        if income < low_income:
            found[area, CHILDREN_POOR] += children


def categories_of(c: Context, rules: ListRules) -> list[str]:
    """Return every place's category as on the first of the next month; "none" for those it is not about."""
    from beboersim.month.measuring import AGE_18_64, OUTSIDE_TIME, RESIDENTS

    world, places = c.world, c.world.places
    found = np.zeros((places, len(INDICATORS) * 2))
    month = c.next_day.year * 12 + c.next_day.month - 1
    count_for_categories(
        world.persons, world.households, world.used, places, month, c.parameters.measuring.free_place_income, found
    )
    parts = {name: (found[:, part], found[:, whole]) for name, (part, whole) in INDICATORS.items()}
    sums = c.measurement.sums
    parts["adults_outside_work"] = (sums[:, OUTSIDE_TIME], sums[:, AGE_18_64])
    town = world.areas.municipality[:places]
    words = []
    for place in range(places):
        if world.areas.kind[place] == NEIGHBOURHOOD:
            words.append("none")
            continue
        own = {name: _share(part[place], whole[place]) for name, (part, whole) in parts.items()}
        here = town == town[place]
        average = {name: _share(part[here].sum(), whole[here].sum()) for name, (part, whole) in parts.items()}
        words.append(category(own, average, float(sums[place, RESIDENTS]) / c.scale, rules))
    return words


def category(
    own: dict[str, float | None], average: dict[str, float | None], residents: float, rules: ListRules
) -> str:
    """Return the category of an area by the indicators that are known, the others at the mean points of those."""
    points = rules.points
    assert points is not None
    status = classify_points(own, average, residents, rules)
    if residents < rules.min_residents or not status.points:
        return "none"
    mean = sum(status.points.values()) / len(status.points)
    return class_of(points, round(mean * len(points.indicators)))


def _share(part: float, whole: float) -> float | None:
    return float(part / whole) if whole > 0 else None

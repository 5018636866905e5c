"""The company of the young: how many are on the street and how many in communities, and what their homes are like."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from beboersim.kernel import borrowing, kernel
from beboersim.month.street import ALONE, FIRST, IN_TOUCH, LAST_JOINING, OLDEST_YOUNG
from beboersim.world.codes import EMPLOYED, KEEPER, OUTSIDE, STUDENT
from beboersim.world.columns import F64, I64
from beboersim.world.state import Households, Persons, Ties
from beboersim.world.taking_part import COMMUNITY, HEAVY, NOBODY, OUTREACH, STREET

if TYPE_CHECKING:
    from beboersim.month.context import Context

ADULT = 18 * 12  # months old
BURDENED, POOR = 1, 2  # bits of `home_of`
# What is counted in each area.
RESIDENTS, MEN, STREET_MEN, WOMEN, STREET_WOMEN, OFF_THE_STREET, IN_COMPANY, TOUCHED = range(8)
OLDER, ROLE_MODELS, LEFT_OUT = range(8, 11)


class FirstDay(NamedTuple):
    """What later months are held against, by area, as it was on the first day."""

    street: F64  # young people of street groups per 1,000 residents, as expected
    friends: F64  # area x sex: share of the young on the street, as expected
    company: F64  # share of the young off the street who have company
    touched: F64  # share of those on the street whom street workers are in touch with
    role_models: F64  # share of those of 18-24 who grew up here and work or study
    left_out: F64  # share of the young off the street who have no company and neither work nor study


def no_day_yet() -> FirstDay:
    """Return the first day of a town that has not begun."""
    return FirstDay(np.zeros(0), np.zeros((0, 2)), np.zeros(0), np.zeros(0), np.zeros(0), np.zeros(0))


@borrowing
def home_of(persons: Persons, ties: Ties, households: Households, home: int, row: int) -> int:
    """Return BURDENED where another who keeps the home was convicted in four years or uses heavily, and POOR.

    POOR is a home where nobody who keeps it works or studies.
    """
    burdened = 0
    poor = POOR
    member = households.head[home]
    while member >= 0:
        if persons.role[member] == KEEPER:
            if member != row and (persons.convicted_years[member] != 0 or ties.substance[member] == HEAVY):
                burdened = BURDENED
            if persons.activity[member] == EMPLOYED or persons.activity[member] == STUDENT:
                poor = 0
        member = persons.next[member]
    return burdened | poor


@kernel
def is_left_out(peers: int, activity: int) -> int:
    """Return 1 for who has no company and neither school, study nor work: nowhere to belong (C-34).

    What somebody feels is not held; this is what it is taken to follow from.
    """
    return 1 if peers == NOBODY and activity == OUTSIDE else 0


@borrowing
def count_young(
    persons: Persons, ties: Ties, households: Households, homes: I64, month: int, shares: F64, found: F64,
    expected: F64,
) -> None:  # fmt: skip
    """Count the young of some homes by area and company; `expected` is how many the reference has on the street.

    `found` is area x what is counted, `expected` area x sex.
    """
    for home in homes:
        area, row = households.area[home], households.head[home]
        if row < 0:
            continue
        found[area, RESIDENTS] += households.size[home]
        while row >= 0:
            months_old = month - persons.birth[row]
            if FIRST <= months_old < OLDEST_YOUNG:
                sex = persons.sex[row]
                on_street = ties.peers[row] == STREET
                found[area, WOMEN if sex == 1 else MEN] += 1.0
                if on_street:
                    found[area, STREET_WOMEN if sex == 1 else STREET_MEN] += 1.0
                    found[area, TOUCHED] += 1.0 if ties.takes_part[row] & OUTREACH else 0.0
                elif months_old < LAST_JOINING:
                    found[area, OFF_THE_STREET] += 1.0
                    found[area, IN_COMPANY] += 1.0 if ties.peers[row] == COMMUNITY else 0.0
                    found[area, LEFT_OUT] += is_left_out(ties.peers[row], persons.activity[row])
                burdened = home_of(persons, ties, households, home, row) & BURDENED
                age = months_old - FIRST
                expected[area, sex] += shares[sex, burdened, age, ALONE] + shares[sex, burdened, age, IN_TOUCH]
                if months_old >= ADULT:
                    works = persons.activity[row] == EMPLOYED or persons.activity[row] == STUDENT
                    found[area, OLDER] += 1.0
                    found[area, ROLE_MODELS] += 1.0 if works and persons.area_grown[row] == area else 0.0
            row = persons.next[row]


class Count(NamedTuple):
    """The young of each area, counted: area x what is counted, and area x sex as expected on the street in 2015."""

    found: F64
    expected: F64


def count(c: Context, shares: F64, plan: I64) -> Count:
    """Count the young of the areas that have a plan."""
    world = c.world
    found = Count(np.zeros((len(plan), LEFT_OUT + 1)), np.zeros((len(plan), 2)))
    homes = c.homes_in_named_areas()
    count_young(world.persons, world.ties, world.households, homes, c.month, shares, *found)
    return found


def share(found: F64, part: int, *whole: int) -> F64:
    """Return what part of some that were counted is, by area; 0 where there are none."""
    total = found[:, whole].sum(axis=1)
    return np.divide(found[:, part], total, out=np.zeros(len(found)), where=total > 0.0)

"""Tallies: how many persons, households and homes of each sort every place has.

Everybody is counted once, in a few tables by class; what is recorded is a sum over some of the classes.
"""

from __future__ import annotations

import numpy as np

from beboersim.kernel import borrowing
from beboersim.world.ages import AGES_IN_MONTHS, in_range
from beboersim.world.codes import (
    ACTIVITIES,
    BASIC,
    DANISH,
    EDUCATIONS,
    EMPLOYED,
    NONWESTERN_DESCENDANT,
    NONWESTERN_IMMIGRANT,
    ORIGINS,
    OUTSIDE,
    OWNER_OCCUPIED,
    PUPIL,
    SOCIAL,
    STUDENT,
    TENURES,
    WESTERN,
)
from beboersim.world.columns import F64, I64
from beboersim.world.state import Dwellings, Households, Persons, World

AGE_FROM = (0, 15, 18, 30, 60, 65)  # first ages of the classes
MINORS, OF_WORKING_AGE, OLD, MIDDLE, TAXED = slice(0, 2), slice(2, 5), slice(5, 6), slice(3, 4), slice(1, 5)
AGE_OF_EDUCATION = MIDDLE.start
AGE_CLASS = (np.searchsorted(np.array(AGE_FROM), np.arange(AGES_IN_MONTHS) // 12, side="right") - 1).astype(np.uint8)
AGES, ORIGIN, DOING, LEVELS, INCOMES = len(AGE_FROM), len(ORIGINS), len(ACTIVITIES), len(EDUCATIONS), 3
LOW, MEAN, HIGH = range(INCOMES)
# Where each table begins in the row of a place: age x origin; age x activity x income; education x taken in Denmark.
BY_ACTIVITY = AGES * ORIGIN
BY_EDUCATION = BY_ACTIVITY + AGES * DOING * INCOMES
PERSON_CLASSES = BY_EDUCATION + LEVELS * 2
# Households: with a home of their own, of one person; lodgers, and their members. Homes: tenure x state.
HOUSED, HOUSED_ALONE, LODGED, LODGED_PERSONS, HOMES = range(5)
LET, VACANT, STATES = range(3)
HOME_CLASSES = HOMES + len(TENURES) * STATES


@borrowing
def tally_persons(
    persons: Persons, households: Households, used: I64, month: int, low_income: float, high_income: float, tally: I64
) -> None:
    """Count the persons of every area (area x class)."""
    household = persons.household
    birth = persons.birth
    activity = persons.activity
    origin = persons.origin
    education = persons.education
    danish = persons.danish_education
    income = persons.income_past
    area_of = households.area
    for row in range(used[0]):
        home = household[row]
        if home < 0:
            continue
        here = tally[area_of[home]]
        age = AGE_CLASS[in_range(month - birth[row])]
        here[age * ORIGIN + origin[row]] += 1
        earned = (income[row] >= low_income) + (income[row] > high_income)
        here[BY_ACTIVITY + (age * DOING + activity[row]) * INCOMES + earned] += 1
        # Without a branch: those of other ages are no part of the table by education, and add nothing to it.
        here[BY_EDUCATION + education[row] * 2 + danish[row]] += age == AGE_OF_EDUCATION


@borrowing
def tally_homes(households: Households, dwellings: Dwellings, used: I64, month: int, tally: I64) -> None:
    """Count the households and homes of every area (area x class).

    A social dwelling given up during the last month is under notice, and not vacant: leases run on for months, and
    the published vacancy counts homes that cause a loss (mobility §1).
    """
    for row in range(used[1]):
        if households.head[row] < 0:
            continue
        area = households.area[row]
        if households.dwelling[row] >= 0:
            tally[area, HOUSED] += 1
            tally[area, HOUSED_ALONE] += 1 if households.size[row] == 1 else 0
        else:
            tally[area, LODGED] += 1
            tally[area, LODGED_PERSONS] += households.size[row]
    for row in range(used[2]):
        area = dwellings.area[row]
        if area < 0:
            continue
        state = LET
        if dwellings.household[row] < 0 and (
            dwellings.tenure[row] != SOCIAL or dwellings.vacant_since[row] < month - 1
        ):
            state = VACANT
        tally[area, HOMES + dwellings.tenure[row] * STATES + state] += 1


def sums_of_persons(tally: F64) -> dict[str, F64]:
    """Return the recorded counts of persons from tallies (... x class), by name."""
    ages = tally[:, :BY_ACTIVITY].reshape(-1, AGES, ORIGIN)
    doing = tally[:, BY_ACTIVITY:BY_EDUCATION].reshape(-1, AGES, DOING, INCOMES)
    levels = tally[:, BY_EDUCATION:].reshape(-1, LEVELS, 2)
    by_age, by_origin = ages.sum(axis=2), ages.sum(axis=1)
    grown = doing[:, OF_WORKING_AGE].sum(axis=(1, 3))
    incomes = doing[:, TAXED].sum(axis=1)
    taxed = incomes.sum(axis=1) - incomes[:, [PUPIL, STUDENT]].sum(axis=1)
    return {
        "residents": by_age.sum(axis=1),
        "danish": by_origin[:, DANISH],
        "western": by_origin[:, WESTERN],
        "nonwestern_immigrants": by_origin[:, NONWESTERN_IMMIGRANT],
        "nonwestern_descendants": by_origin[:, NONWESTERN_DESCENDANT],
        "age_0_17": by_age[:, MINORS].sum(axis=1),
        "age_18_64": by_age[:, OF_WORKING_AGE].sum(axis=1),
        "age_65": by_age[:, OLD].sum(axis=1),
        "age_30_59": by_age[:, MIDDLE].sum(axis=1),
        "working": grown[:, EMPLOYED],
        "studying": grown[:, STUDENT],
        "outside": grown[:, OUTSIDE],
        "basic_education": levels[:, BASIC].sum(axis=1),
        "basic_education_danish": levels[:, BASIC, 1] + levels[:, :, 0].sum(axis=1),
        "low_income": taxed[:, LOW],
        "high_income": taxed[:, HIGH],
        "taxpayers": taxed.sum(axis=1),
    }


def sums_of_homes(tally: F64) -> dict[str, F64]:
    """Return the recorded counts of households and homes from tallies (... x class), by name."""
    homes = tally[:, HOMES:].reshape(-1, len(TENURES), STATES)
    social, private = homes[:, SOCIAL], homes[:, SOCIAL + 1 :].sum(axis=1)
    return {
        "households": tally[:, HOUSED],
        "lodged_households": tally[:, LODGED],
        "lodged_persons": tally[:, LODGED_PERSONS],
        "dwellings_social": social.sum(axis=1),
        "dwellings_private": private.sum(axis=1),
        "dwellings_owner": homes[:, OWNER_OCCUPIED].sum(axis=1),
        "vacant_social": social[:, VACANT],
        "vacant_private": private[:, VACANT],
        "one_person_households": tally[:, HOUSED_ALONE],
    }


# How often each class counts (class x name): the sums of one person, or one home, of each class.
PERSON_SUMS = sums_of_persons(np.eye(PERSON_CLASSES))
HOME_SUMS = sums_of_homes(np.eye(HOME_CLASSES))
OF_PERSONS = tuple(PERSON_SUMS), np.stack(list(PERSON_SUMS.values()), axis=1)
OF_HOMES = tuple(HOME_SUMS), np.stack(list(HOME_SUMS.values()), axis=1)


def summed(tally: I64, names: tuple[str, ...], weights: F64) -> dict[str, F64]:
    """Return the counts of every place by name, from tallies and from how often each class counts (class x name)."""
    counts = np.zeros((len(tally), len(names)))
    add_classes(tally, weights, counts)
    return dict(zip(names, np.ascontiguousarray(counts.T), strict=True))


@borrowing
def add_classes(tally: I64, weights: F64, counts: F64) -> None:
    """Add the counts (place x name) from tallies (place x class) and weights (class x name).

    Not a product of matrices by BLAS: that starts threads, which wait for each other where other runs go on.
    """
    for place in range(tally.shape[0]):
        here, count = tally[place], counts[place]
        for one in range(here.shape[0]):
            if here[one] != 0:
                number, weight = float(here[one]), weights[one]
                for name in range(count.shape[0]):
                    count[name] += number * weight[name]


def count_persons(world: World, month: int, low_income: float, high_income: float) -> dict[str, F64]:
    """Return the residents of every place on the first of a month, by name of the count.

    Parameters
    ----------
    low_income, high_income
        Upper line of the lowest fifth of incomes and lower line of the highest, DKK.
    """
    found = np.zeros((len(world.areas.kind), PERSON_CLASSES), np.int64)
    tally_persons(world.persons, world.households, world.used, month, low_income, high_income, found)
    return summed(found[: world.places], *OF_PERSONS)


def count_homes(world: World, month: int) -> dict[str, F64]:
    """Return the households and homes of every place on the first of a month, by name of the count."""
    found = np.zeros((len(world.areas.kind), HOME_CLASSES), np.int64)
    tally_homes(world.households, world.dwellings, world.used, month, found)
    return summed(found[: world.places], *OF_HOMES)

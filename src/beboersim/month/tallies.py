"""Tallies: how many persons, households and homes of each sort every place has.

Everybody is counted once, in a few tables by class; what is recorded is a sum over some of the classes.
"""

from __future__ import annotations

import numpy as np

from beboersim.kernel import borrowing, kernel
from beboersim.month.asking import BLOCK
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
from beboersim.world.columns import F32, F64, I16, I32, I64, U8
from beboersim.world.state import Dwellings, Households, Persons, World

AGE_FROM = (0, 15, 18, 30, 60, 65)  # first ages of the classes
MINORS, OF_WORKING_AGE, OLD, MIDDLE, TAXED = slice(0, 2), slice(2, 5), slice(5, 6), slice(3, 4), slice(1, 5)
AGE_OF_EDUCATION = MIDDLE.start
AGES, ORIGIN, DOING, LEVELS, INCOMES = len(AGE_FROM), len(ORIGINS), len(ACTIVITIES), len(EDUCATIONS), 3
LOW, MEAN, HIGH = range(INCOMES)
# The classes are age x activity x income, and then origin x education and where it was taken, with a last entry for
# those of an age at which education is not counted.
BY_ORIGIN = AGES * DOING * INCOMES
LEARNT = LEVELS * 2 + 1
PERSON_CLASSES = BY_ORIGIN + ORIGIN * LEARNT
# Households: with a home of their own, of one person; lodgers, and their members. Homes: tenure x state.
HOUSED, HOUSED_ALONE, LODGED, LODGED_PERSONS, HOMES = range(5)
LET, VACANT, STATES = range(3)
HOME_CLASSES = HOMES + len(TENURES) * STATES


@kernel
def tally_persons(
    persons: Persons, households: Households, used: I64, month: int, low_income: float, high_income: float, tally: I64
) -> None:
    """Count the persons of every area (class x area)."""
    household, birth, activity, origin = persons.household, persons.birth, persons.activity, persons.origin
    education, danish, income = persons.education, persons.danish_education, persons.income_past
    area_of = households.area
    latest = (month - 12 * np.array(AGE_FROM)).astype(np.int16)
    by_age, by_origin = np.empty(BLOCK, np.uint8), np.empty(BLOCK, np.uint8)
    for begin in range(0, used[0], BLOCK):
        end = min(begin + BLOCK, used[0])
        find_classes(
            birth[begin:end], activity[begin:end], origin[begin:end], education[begin:end], danish[begin:end],
            income[begin:end], latest, low_income, high_income, by_age, by_origin,
        )  # fmt: skip
        add_persons(household[begin:end], area_of, by_age, by_origin, tally)


@borrowing
def find_classes(
    born: I16, doing: U8, origin: U8, education: U8, danish: U8, income: F32, latest: I16, low_income: float,
    high_income: float, by_age: U8, by_origin: U8,
) -> None:  # fmt: skip
    """Fill in the two classes of everybody in a block; `latest` are the last months of birth of the classes of age.

    A straight loop that looks nothing up, so that the compiler uses the processor's vector instructions.
    """
    from_15, from_18, from_30, from_60, from_65 = latest[1], latest[2], latest[3], latest[4], latest[5]
    for k in range(len(born)):
        month = born[k]
        age = (month <= from_15) + (month <= from_18) + (month <= from_30) + (month <= from_60) + (month <= from_65)
        earned = (income[k] >= low_income) + (income[k] > high_income)
        by_age[k] = (age * DOING + doing[k]) * INCOMES + earned
        learnt = education[k] * 2 + danish[k] if age == AGE_OF_EDUCATION else LEARNT - 1
        by_origin[k] = origin[k] * LEARNT + learnt


@borrowing
def add_persons(household: I32, area_of: I16, by_age: U8, by_origin: U8, tally: I64) -> None:
    """Count a block of persons, of whom the classes are known, in their areas."""
    for k in range(len(household)):
        if household[k] >= 0:
            area = area_of[household[k]]
            tally[by_age[k], area] += 1
            tally[BY_ORIGIN + by_origin[k], area] += 1


@borrowing
def tally_homes(households: Households, dwellings: Dwellings, used: I64, month: int, tally: I64) -> None:
    """Count the households and homes of every area (class x area).

    A social dwelling given up during the last month is under notice, and not vacant: leases run on for months, and
    the published vacancy counts homes that cause a loss (mobility §1).
    """
    for row in range(used[1]):
        if households.head[row] < 0:
            continue
        area = households.area[row]
        if households.dwelling[row] >= 0:
            tally[HOUSED, area] += 1
            tally[HOUSED_ALONE, area] += 1 if households.size[row] == 1 else 0
        else:
            tally[LODGED, area] += 1
            tally[LODGED_PERSONS, area] += households.size[row]
    for row in range(used[2]):
        area = dwellings.area[row]
        if area < 0:
            continue
        state = LET
        if dwellings.household[row] < 0 and (
            dwellings.tenure[row] != SOCIAL or dwellings.vacant_since[row] < month - 1
        ):
            state = VACANT
        tally[HOMES + dwellings.tenure[row] * STATES + state, area] += 1


def sums_of_persons(tally: F64) -> dict[str, F64]:
    """Return the recorded counts of persons from tallies (... x class), by name."""
    doing = tally[:, :BY_ORIGIN].reshape(-1, AGES, DOING, INCOMES)
    learnt = tally[:, BY_ORIGIN:].reshape(-1, ORIGIN, LEARNT)
    by_age, by_origin = doing.sum(axis=(2, 3)), learnt.sum(axis=2)
    levels = learnt[:, :, : LEARNT - 1].sum(axis=1).reshape(-1, LEVELS, 2)
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


def summed(tally: I64, names: tuple[str, ...], weights: F64, places: int) -> dict[str, F64]:
    """Return the counts of every place by name, from tallies and from how often each class counts (class x name)."""
    counts = np.zeros((len(names), places))
    add_classes(tally, weights, counts)
    return dict(zip(names, counts, strict=True))


@borrowing
def add_classes(tally: I64, weights: F64, counts: F64) -> None:
    """Add the counts (name x place) from tallies (class x area) and weights (class x name), of which most are nought.

    Not a product of matrices by BLAS: that starts threads, which wait for each other where other runs go on.
    """
    for one in range(tally.shape[0]):
        here = tally[one]
        for name in range(counts.shape[0]):
            weight, count = weights[one, name], counts[name]
            if weight != 0.0:
                for place in range(count.shape[0]):
                    count[place] += weight * here[place]


def count_persons(world: World, month: int, low_income: float, high_income: float) -> dict[str, F64]:
    """Return the residents of every place on the first of a month, by name of the count.

    Parameters
    ----------
    low_income, high_income
        Upper line of the lowest fifth of incomes and lower line of the highest, DKK.
    """
    found = np.zeros((PERSON_CLASSES, len(world.areas.kind)), np.int64)
    tally_persons(world.persons, world.households, world.used, month, low_income, high_income, found)
    return summed(found, *OF_PERSONS, world.places)


def count_homes(world: World, month: int) -> dict[str, F64]:
    """Return the households and homes of every place on the first of a month, by name of the count."""
    found = np.zeros((HOME_CLASSES, len(world.areas.kind)), np.int64)
    tally_homes(world.households, world.dwellings, world.used, month, found)
    return summed(found, *OF_HOMES, world.places)

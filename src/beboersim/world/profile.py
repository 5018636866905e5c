"""What a household is like, derived from its members whenever it is asked; nothing of it is stored."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from beboersim.kernel import borrowing, kernel
from beboersim.world.codes import EMPLOYED, HIGHER, KEEPER, OUTSIDE, PENSIONER, STUDENT, VOCATIONAL
from beboersim.world.columns import F64
from beboersim.world.state import Households, Persons, World

INCOME_STEPS = 101


class Profile(NamedTuple):
    """A household seen from outside."""

    age: float  # of the oldest keeper, years
    children: float  # members under 18
    work: float  # share of keepers of working age in work or education
    employed: float  # number of keepers in work
    students: float  # number of keepers in education
    outside: float  # number of keepers with neither
    pensioners: float  # number of pensioner keepers
    higher: float  # number of keepers with higher education
    new_job: float  # 1 if a keeper has found work within two years
    resources: float  # 0-1, see `resources`
    income: float  # DKK last year, all members
    grown_area: float  # social area in which a keeper under 26 grew up, or -1


@kernel
def resources(work: float, educated: float, income_rank: float) -> float:
    """Return a household's resources: the mean of work or study, education above basic, and income rank.

    Origin never enters. The single definition of *resources* in the model (design §3).
    """
    return (work + educated + income_rank) / 3.0


@borrowing
def income_rank(income: float, steps: F64) -> float:
    """Return where an income lies in the town's incomes, 0 lowest, 1 highest, from its percentiles.

    The steps it reaches are counted, all of them, by the processor's vector instructions: three times as fast as to
    search for the last by halves.
    """
    last = steps.shape[0] - 1
    if income <= steps[0]:
        return 0.0
    if income >= steps[last]:
        return 1.0
    reached = 0
    for step in range(last):
        reached += steps[step] <= income
    return (reached - 1) / float(last)


@borrowing
def profile(persons: Persons, households: Households, household: int, month: int, steps: F64) -> Profile:
    """Return the profile of one household.

    Parameters
    ----------
    steps
        Percentiles 0-100 of the town's income per adult, DKK.
    """
    oldest_age = 0.0
    children = 0.0
    keepers = 0.0
    employed = 0.0
    students = 0.0
    outside = 0.0
    pensioners = 0.0
    higher = 0.0
    new_job = 0.0
    educated = 0.0
    income = 0.0
    grown = -1.0
    member = households.head[household]
    while member >= 0:
        months_old = month - persons.birth[member]
        income += persons.income_past[member]
        if months_old < 216:
            children += 1.0
        if persons.role[member] == KEEPER:
            keepers += 1.0
            age = months_old / 12.0
            oldest_age = max(oldest_age, age)
            doing = persons.activity[member]
            if doing == EMPLOYED:
                employed += 1.0
                if month - persons.since[member] < 24:
                    new_job = 1.0
            elif doing == STUDENT:
                students += 1.0
            elif doing == OUTSIDE:
                outside += 1.0
            elif doing == PENSIONER:
                pensioners += 1.0
            if persons.education[member] >= VOCATIONAL or persons.education[member] == 1:
                educated += 1.0
            if persons.education[member] == HIGHER:
                higher += 1.0
            if age < 26.0 and persons.area_grown[member] >= 0:
                grown = float(persons.area_grown[member])
        member = persons.next[member]
    if keepers == 0.0:
        keepers = 1.0
    of_age = keepers - pensioners
    work = (employed + students) / of_age if of_age > 0.0 else 0.5
    rank = income_rank(income / keepers, steps)
    return Profile(
        oldest_age,
        children,
        work,
        employed,
        students,
        outside,
        pensioners,
        higher,
        new_job,
        resources(work, educated / keepers, rank),
        income,
        grown,
    )


def income_steps(world: World, month: int) -> F64:
    """Return percentiles 0-100 of adults' income in every municipality on the first day (municipality x 101).

    Behaviour reads these for the whole run, so that what one household earns never changes what another does.
    """
    n = int(world.used[0])
    months_old = month - world.persons.birth[:n].astype(np.int64)
    town = world.areas.municipality[world.households.area[world.persons.household[:n]]]
    steps = np.zeros((len(world.municipalities), INCOME_STEPS))
    for index in range(len(steps)):
        adults = world.persons.income_past[:n][(town == index) & (months_old >= 216)]
        if len(adults):
            steps[index] = np.percentile(adults, np.arange(INCOME_STEPS))
    return steps

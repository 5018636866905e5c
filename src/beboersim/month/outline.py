"""Households in outline: what decides most questions about them, taken in one pass over the persons.

A process that asks every household can rule most of them out by their outline, and derive the whole profile
(world.profile) of the few that are left. An outline says the same as the profile does; nothing of it is kept.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from beboersim.kernel import kernel
from beboersim.world.codes import (
    ACTIVITIES,
    EDUCATIONS,
    EMPLOYED,
    HIGHER,
    KEEPER,
    OUTSIDE,
    PENSIONER,
    ROLES,
    STUDENT,
)
from beboersim.world.columns import I16, I64, U8
from beboersim.world.state import Persons, World

CHILD, AT_WORK, STUDYING, PENSIONED, NEITHER, EDUCATED, NEW_JOB, COUPLE = (1 << bit for bit in range(8))
DOING = AT_WORK | STUDYING | PENSIONED | NEITHER
ADULT_MONTHS = 216
NEW_MONTHS = 24  # a job is new so long, as in a profile


class Outline(NamedTuple):
    """Every household, by row."""

    eldest: I16  # month of birth of the oldest keeper
    marks: U8  # bits: what is true of it


@kernel
def draw_outline(persons: Persons, used: I64, month: int, eldest: I16, marks: U8) -> None:
    """Fill in the outline of every household."""
    # Without branches: which row a member has in these tables says what it adds to the household.
    of_doing = np.zeros((len(ROLES), len(ACTIVITIES)), np.uint8)
    of_doing[KEEPER, EMPLOYED] = AT_WORK
    of_doing[KEEPER, STUDENT] = STUDYING
    of_doing[KEEPER, PENSIONER] = PENSIONED
    of_doing[KEEPER, OUTSIDE] = NEITHER
    of_education = np.zeros((len(ROLES), len(EDUCATIONS)), np.uint8)
    of_education[KEEPER, HIGHER] = EDUCATED
    household = persons.household
    birth = persons.birth
    role = persons.role
    activity = persons.activity
    since = persons.since
    education = persons.education
    for row in range(used[0]):
        home = household[row]
        if home < 0:
            continue
        found = marks[home]
        doing = of_doing[role[row], activity[row]]
        couple = COUPLE * ((doing != 0) & (found & DOING != 0))
        child = CHILD * (month - birth[row] < ADULT_MONTHS)
        new_job = NEW_JOB * ((doing == AT_WORK) & (month - since[row] < NEW_MONTHS))
        marks[home] = found | doing | couple | child | new_job | of_education[role[row], education[row]]
        eldest[home] = min(eldest[home], birth[row] if role[row] == KEEPER else month)


def outline(world: World, month: int) -> Outline:
    """Return the outline of every household now."""
    n = int(world.used[1])
    found = Outline(np.full(n, month, np.int16), np.zeros(n, np.uint8))
    draw_outline(world.persons, world.used, month, found.eldest, found.marks)
    return found

"""A household in outline: what decides most questions about it, taken in one pass over its members.

A process that asks every household can rule most of them out by their outline, and derive the whole profile
(world.profile) of the few that are left. An outline says the same as the profile does; nothing of it is kept.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from beboersim.kernel import borrowing
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
from beboersim.world.state import Persons

CHILD, AT_WORK, STUDYING, PENSIONED, NEITHER, EDUCATED, NEW_JOB, COUPLE = (1 << bit for bit in range(8))
DOING = AT_WORK | STUDYING | PENSIONED | NEITHER
ADULT_MONTHS = 216
NEW_MONTHS = 24  # a job is new so long, as in a profile

# Which row a member has in these tables says what it adds to the household, without branches.
OF_DOING = np.zeros((len(ROLES), len(ACTIVITIES)), np.int64)
OF_DOING[KEEPER, EMPLOYED] = AT_WORK
OF_DOING[KEEPER, STUDENT] = STUDYING
OF_DOING[KEEPER, PENSIONER] = PENSIONED
OF_DOING[KEEPER, OUTSIDE] = NEITHER
OF_EDUCATION = np.zeros((len(ROLES), len(EDUCATIONS)), np.int64)
OF_EDUCATION[KEEPER, HIGHER] = EDUCATED


class Outline(NamedTuple):
    """One household."""

    eldest: int  # month of birth of the oldest keeper
    marks: int  # bits: what is true of it


@borrowing
def outline(persons: Persons, first: int, month: int) -> Outline:
    """Return the outline of the household of which `first` is the first member."""
    eldest = month
    marks = 0
    member = first
    while member >= 0:
        born, role = int(persons.birth[member]), persons.role[member]
        doing = OF_DOING[role, persons.activity[member]]
        couple = COUPLE * ((doing != 0) & (marks & DOING != 0))
        child = CHILD * (month - born < ADULT_MONTHS)
        new_job = NEW_JOB * ((doing == AT_WORK) & (month - persons.since[member] < NEW_MONTHS))
        marks |= doing | couple | child | new_job | OF_EDUCATION[role, persons.education[member]]
        eldest = min(eldest, born if role == KEEPER else month)
        member = persons.next[member]
    return Outline(eldest, marks)

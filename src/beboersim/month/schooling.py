"""Schooling: starting school, youth education, higher education, and finishing or dropping out.

Starts and completions are set from the published share in education by age (municipality_age.csv) and from the share
of 20-year-olds in or through youth education (mobility M5-197 to M5-200).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from beboersim.chance import Purpose, fill, normal, uniform
from beboersim.kernel import kernel
from beboersim.month.ledger import EV_ACTIVITY, EV_EDUCATION, Ledger, note
from beboersim.world.codes import (
    BASIC,
    CHILD,
    EMPLOYED,
    HIGHER,
    OUTSIDE,
    PUPIL,
    STUDENT,
    UPPER_SECONDARY,
    VOCATIONAL,
)
from beboersim.world.columns import I64
from beboersim.world.state import Areas, Households, Persons

if TYPE_CHECKING:
    from beboersim.month.context import Context

BLOCK = 1024
SCHOOL_STARTS, YOUTH_STARTS = 6, 16
STAYS, BECOMES_PUPIL, BECOMES_STUDENT, GOES_OUTSIDE, COMPLETES, DROPS_OUT = 0, 1, 2, 3, 4, 5


class Schooling(NamedTuple):
    """Parameters of this process; see evidence/parameters/schooling.toml."""

    start_youth: float
    start_youth_parents_outside: float
    shortest_months: float
    complete_youth: float
    drop_out_youth: float
    vocational_share: float
    start_higher: float
    complete_higher: float
    drop_out_higher: float
    return_to_youth: float
    wage_start: float
    wage_spread: float
    wage_gain: float
    weak_young: float
    weak_parents_outside: float
    weak_lost_by_education: float


@kernel
def school_step(
    months_old: int,
    education: int,
    activity: int,
    months_in: int,
    parent_works: int,
    u: float,
    p: Schooling,
) -> int:
    """Return the step a person takes in education this month.

    Parameters
    ----------
    months_old
        Age in months.
    education, activity
        Codes.
    months_in
        Months since the activity began; nobody completes before `shortest_months`.
    parent_works
        1 if anyone who keeps the household works or studies; read when leaving school only.
    u
        Uniform draw.
    """
    age = months_old // 12
    birthday = months_old % 12 == 0
    if activity == CHILD:
        return BECOMES_PUPIL if age >= SCHOOL_STARTS else STAYS
    if activity == PUPIL:
        if age >= YOUTH_STARTS and (birthday or age > YOUTH_STARTS):
            start = p.start_youth if parent_works == 1 else p.start_youth - p.start_youth_parents_outside
            return BECOMES_STUDENT if u < start else GOES_OUTSIDE
        return STAYS
    if activity == STUDENT:
        if education == BASIC:
            if months_in >= p.shortest_months and u < p.complete_youth / 12.0:
                return COMPLETES
            if u > 1.0 - p.drop_out_youth / 12.0:
                return DROPS_OUT
        else:
            if months_in >= p.shortest_months and u < p.complete_higher / 12.0:
                return COMPLETES
            if u > 1.0 - p.drop_out_higher / 12.0:
                return DROPS_OUT
        if age >= 45:
            return DROPS_OUT
        return STAYS
    if activity == EMPLOYED or activity == OUTSIDE:
        if education == BASIC and age < 30 and u < p.return_to_youth / 12.0:
            return BECOMES_STUDENT
        if education == UPPER_SECONDARY and age < 30 and u < p.start_higher / 12.0:
            return BECOMES_STUDENT
        # A skilled worker goes on to higher education at a twentieth of the others' rate (assumption, 0.02-0.15).
        if education == VOCATIONAL and age < 30 and u < 0.05 * p.start_higher / 12.0:
            return BECOMES_STUDENT
    return STAYS


@kernel
def attend_school(
    persons: Persons,
    households: Households,
    areas: Areas,
    used: I64,
    month: int,
    seed: int,
    address: int,
    p: Schooling,
    ledger: Ledger,
) -> None:
    """Let everyone under 45 take the month's step in education."""
    household = persons.household
    birth = persons.birth
    activity = persons.activity
    words = np.empty((4, BLOCK), np.uint32)
    total = used[0]
    for start in range(0, total, BLOCK):
        stop = min(start + BLOCK, total)
        fill(seed, persons.id, start, stop, address, words)
        for row in range(start, stop):
            home = household[row]
            months_old = month - birth[row]
            if home < 0 or months_old < SCHOOL_STARTS * 12 or (months_old >= 540 and activity[row] != STUDENT):
                continue
            if activity[row] == PUPIL and months_old < YOUTH_STARTS * 12:
                if months_old == 144:
                    area = households.area[home]
                    persons.area_grown[row] = area if areas.organisation[area] >= 0 else -1
                continue
            parent_works = 0
            if activity[row] == PUPIL:
                parent_works = works_at_home(persons, households, home)
            step = school_step(
                months_old,
                persons.education[row],
                activity[row],
                month - persons.since[row],
                parent_works,
                uniform(words[0, row - start]),
                p,
            )
            if step != STAYS:
                block = row - start
                take_step(
                    persons, households, row, step, month, words[1, block], words[2, block], words[3, block], p, ledger
                )


@kernel
def works_at_home(persons: Persons, households: Households, home: int) -> int:
    """Say whether anyone who keeps the household works or studies."""
    member = households.head[home]
    while member >= 0:
        if persons.role[member] == 0 and (persons.activity[member] == EMPLOYED or persons.activity[member] == STUDENT):
            return 1
        member = persons.next[member]
    return 0


@kernel
def take_step(
    persons: Persons,
    households: Households,
    row: int,
    step: int,
    month: int,
    word_kind: int,
    word_type: int,
    word_wage: int,
    p: Schooling,
    ledger: Ledger,
) -> None:
    """Carry out a step in education."""
    if step == BECOMES_PUPIL:
        persons.activity[row] = PUPIL
        persons.since[row] = month
        return
    if step == COMPLETES:
        if persons.education[row] == BASIC:
            persons.education[row] = VOCATIONAL if uniform(word_kind) < p.vocational_share else UPPER_SECONDARY
        else:
            persons.education[row] = HIGHER
        persons.danish_education[row] = 1
        persons.wage[row] *= 1.0 + p.wage_gain
        if persons.weak[row] == 1 and uniform(word_type) < p.weak_lost_by_education:
            persons.weak[row] = 0
        note(ledger, month, EV_EDUCATION, persons.id[row], 0, persons.education[row])
    if persons.activity[row] == PUPIL:
        chance = p.weak_young
        if works_at_home(persons, households, persons.household[row]) == 0:
            chance += p.weak_parents_outside
        persons.weak[row] = 1 if uniform(word_type) < chance else 0
        spread = p.wage_spread * normal(uniform(word_kind), uniform(word_wage))
        persons.wage[row] = p.wage_start * np.exp(spread - 0.5 * p.wage_spread**2)
    to = STUDENT if step == BECOMES_STUDENT else OUTSIDE
    persons.activity[row] = to
    persons.since[row] = month
    persons.hours[row] = 0
    note(ledger, month, EV_ACTIVITY, persons.id[row], 0, to)


def schooling(c: Context) -> None:
    """Schooling: starting, finishing and leaving school, youth education and higher education."""
    attend_school(
        c.world.persons, c.world.households, c.world.areas, c.world.used, c.month, c.seed, c.address(Purpose.SCHOOLING),
        c.parameters.schooling, c.ledger,
    )  # fmt: skip

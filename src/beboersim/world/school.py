"""Education: the steps a young person takes, and the careers that they add up to.

Starts and completions are fitted to the nation's share in education by age (municipality_age.csv, 2015), of which seven
points are missing at 20-24, and checked against the share of 20-year-olds in or through youth education (mobility
M5-197 to M5-200).
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from beboersim.chance import Purpose, address, philox, uniform
from beboersim.kernel import borrowing, kernel
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
from beboersim.world.columns import I16, U8

SCHOOL_STARTS, YOUTH_STARTS = 6 * 12, 16 * 12  # months old
LATEST_START, LATEST_STUDY = 30 * 12, 45 * 12  # months old: nobody begins, nobody goes on
GROWN_UP = 12 * 12  # months old: where one lives then is where one has grown up
STAYS, BECOMES_PUPIL, BECOMES_STUDENT, GOES_OUTSIDE, COMPLETES, DROPS_OUT = 0, 1, 2, 3, 4, 5
# A skilled worker goes on to higher education at a twentieth of the others' rate (assumption, 0.02-0.15).
SKILLED_GOES_ON = 0.05


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
    job_at_once: float
    wage_inherited: float
    weak_parents_outside: float
    weak_inherited: float
    weak_drops: float
    weak_returns: float
    weak_lost_by_education: float
    heavy_use: float
    heavy_use_share: float
    danish: float
    danish_mean: float
    helping: float
    safe_start: float
    safe_stay: float
    activities_stay: float
    rise: float


@kernel
def school_step(
    months_old: int,
    education: int,
    activity: int,
    months_in: int,
    parent_works: int,
    learning: float,
    u: float,
    p: Schooling,
    dropping: float = 1.0,
    beginning: float = 1.0,
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
    learning
        What is added to the chance of starting youth education by what the person takes part in; 0 without any.
    u
        Uniform draw.
    dropping
        Times the chance of others to drop out.
    beginning
        Times the chance of others to begin an education as a young adult.
    """
    if activity == CHILD:
        return BECOMES_PUPIL if months_old >= SCHOOL_STARTS else STAYS
    if activity == PUPIL:
        if months_old < YOUTH_STARTS:
            return STAYS
        start = p.start_youth if parent_works == 1 else p.start_youth - p.start_youth_parents_outside
        start += learning
        return BECOMES_STUDENT if u < start else GOES_OUTSIDE
    if activity == STUDENT:
        if months_old >= LATEST_STUDY:
            return DROPS_OUT
        complete = p.complete_youth / 12.0 if education == BASIC else p.complete_higher / 12.0
        drop_out = p.drop_out_youth / 12.0 if education == BASIC else p.drop_out_higher / 12.0
        drop_out *= dropping
        if u < drop_out:
            return DROPS_OUT
        if months_in >= p.shortest_months and u < drop_out + complete:
            return COMPLETES
        return STAYS
    free = (activity == EMPLOYED or activity == OUTSIDE) and months_old < LATEST_START
    return BECOMES_STUDENT if free and u < beginning * starts_again(education, p) / 12.0 else STAYS


@kernel
def starts_again(education: int, p: Schooling) -> float:
    """Return the yearly rate at which a young adult who does not study begins an education."""
    if education == BASIC:
        return p.return_to_youth
    if education == UPPER_SECONDARY:
        return p.start_higher
    return SKILLED_GOES_ON * p.start_higher if education == VOCATIONAL else 0.0


@kernel
def education_completed(education: int, u: float, p: Schooling) -> int:
    """Return the level that a completed education gives: vocational or upper secondary first, then higher."""
    if education == BASIC:
        return VOCATIONAL if u < p.vocational_share else UPPER_SECONDARY
    return HIGHER


CAREERS = 6000  # young people whose careers are drawn
QUARTERS = 4 * 19  # from their sixteenth birthday to their thirty-fifth
FIRST_AGE, AGES = 16, 19
PARENTS_WORK = 0.85  # share of leavers of school with a parent in work or education (assumption, 0.8-0.9)


class Careers(NamedTuple):
    """The state of young people every quarter from 16 to 34: career x quarter."""

    student: U8
    education: U8
    months_in: I16  # since the study or the break from it began


@lru_cache(maxsize=8)
def careers(p: Schooling) -> Careers:
    """Return careers drawn under the rates, as if nobody moved; the same for the same parameters."""
    shape = (CAREERS, QUARTERS)
    found = Careers(np.zeros(shape, np.uint8), np.zeros(shape, np.uint8), np.zeros(shape, np.int16))
    draw_careers(address(Purpose.SCHOOLING, 0), p, found)
    return found


@borrowing
def draw_careers(purpose_month: int, p: Schooling, found: Careers) -> None:
    """Let each of the young take a step a month, from the month of leaving school."""
    for k in range(found.student.shape[0]):
        activity = PUPIL
        education = BASIC
        since = 0
        for month in range(3 * found.student.shape[1]):
            words = philox(0, k, purpose_month, month)
            works = 1 if uniform(words[2]) < PARENTS_WORK else 0
            step = school_step(
                YOUTH_STARTS + month, education, activity, month - since, works, 0.0, uniform(words[0]), p
            )
            if step == COMPLETES:
                education = education_completed(education, uniform(words[1]), p)
            if step != STAYS:
                activity = STUDENT if step == BECOMES_STUDENT else OUTSIDE
                since = month
            if month % 3 == 2:
                found.student[k, month // 3] = 1 if activity == STUDENT else 0
                found.education[k, month // 3] = education
                found.months_in[k, month // 3] = month - since

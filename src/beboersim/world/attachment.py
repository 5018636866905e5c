"""Attachment to work: two latent types, and the working lives under which a town's work stands still.

One chain of finding and losing work fits the level of those outside work or its persistence, not both (mobility §5).
The stably attached lose and find work quickly; the weakly attached find it seldom and lose half of what they find
within a year. How many are weakly attached at each age follows from how many are outside work at that age.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from beboersim.kernel import kernel
from beboersim.world.codes import BASIC
from beboersim.world.columns import F64

WAGE_BY_EDUCATION = (0.80, 0.88, 1.0, 1.30)  # relative wage by education code (assumption, fitted mean)
YOUNG_WAGE = 0.75  # relative wage below 25 (assumption, 0.6-0.9)
YOUNG_WAGE_UNTIL = 25 * 12  # months old
LATE_CAREER = 55  # years, see find_after_55
# Odds of being weakly attached with basic schooling against those with more: those of standing outside work
# (world.livelihoods), in logarithm.
BASIC_SCHOOLING = float(np.log(2.2))  # assumption, odds of 1-3
ODDS_UNIT, MOST_ODDS = 32.0, 127  # parts in which persons.weak_odds is kept, and the largest it can be
FIRST_AGE, LAST_AGE = 18, 65  # working ages, the last not included


class Work(NamedTuple):
    """Parameters of this process; see evidence/parameters/work.toml."""

    find_stable: float
    find_weak: float
    lose_stable: float
    lose_weak: float
    lose_fresh: float
    fresh_months: float
    find_after_55: float
    callback_penalty: float
    part_time_share: float
    part_time_hours: float
    turns: float
    benefit: float
    student_grant: float
    pension: float
    youth_income: float


class SchoolLeavers(NamedTuple):
    """What those who leave school bring, by municipality, fitted to its first day."""

    weak: F64  # chance of being weakly attached, with a parent in work or education who is like the town's mean
    weak_usual: F64  # mean log-odds of all
    wage_level: F64  # mean and standard deviation of the logarithm of own wage levels, DKK a year
    wage_spread: F64


class AttachmentRates(NamedTuple):
    """Monthly rates between the types of attachment, by age 18-64, of those to whom one or the other is certain.

    A person's rate of becoming weakly attached is `becomes_weak` times their chance of being it at that age, and that
    of recovering `recovers` times the chance of not being it (`chance_of_weak`). So the log-odds of all move alike as
    they grow older; who is weakly attached changes both ways, and each comes back to what is lasting in them, but
    nobody nearer to the others.
    """

    becomes_weak: F64
    recovers: F64
    log_odds: F64  # of being weakly attached, of somebody whose own part (persons.weak_odds) is nil


class WorkingLives(NamedTuple):
    """Attachment by age 18-64 of adults who do not study, under which their work stays as it is."""

    weak: F64  # share weakly attached
    outside_if_weak: F64  # share of each type outside work
    outside_if_stable: F64
    fresh_if_working: F64  # of the weakly attached at work, those who have been so for less than `fresh_months`


@kernel
def chance_of_weak(log_odds: float, own: float, education: int) -> float:
    """Return the chance that somebody of an age is weakly attached to work, by what is lasting in them.

    Parameters
    ----------
    log_odds
        Of the age, see `AttachmentRates`.
    own
        The person's own part, in `ODDS_UNIT` parts (persons.weak_odds).
    education
        Code; basic schooling raises the odds.
    """
    schooled = BASIC_SCHOOLING if education == BASIC else 0.0
    return 1.0 / (1.0 + np.exp(-(log_odds + own / ODDS_UNIT + schooled)))


@kernel
def times_by_attachment(own: float, steepness: float) -> float:
    """Return how many times others' somebody's chance of something is, by what is lasting in attachment to work.

    From 0 to 2, and 1 in the mean of parts (persons.weak_odds) that lie alike to both sides of none. A steepness above
    0 raises the chance of those more weakly attached than others, one below 0 lowers it, and 0 makes all alike.
    """
    return 2.0 / (1.0 + np.exp(-steepness * own / ODDS_UNIT))


@kernel
def log_odds_of(share: float) -> float:
    """Return the log-odds of a share."""
    return np.log(share / (1.0 - share))


@kernel
def in_parts(log_odds: float) -> int:
    """Return log-odds as persons.weak_odds keeps them."""
    return int(min(max(np.rint(log_odds * ODDS_UNIT), -MOST_ODDS), MOST_ODDS))


@kernel
def relative_wage(education: int, months_old: int) -> float:
    """Return a full-time wage over the person's own level: by education, and lower below 25.

    Nothing is looked up, so that a loop over persons becomes vector instructions (month.work.earn).
    """
    by_education = WAGE_BY_EDUCATION[0]
    for level in range(1, len(WAGE_BY_EDUCATION)):
        by_education = WAGE_BY_EDUCATION[level] if education == level else by_education
    return by_education * (YOUNG_WAGE if months_old < YOUNG_WAGE_UNTIL else 1.0)


def steady_states(p: Work) -> tuple[float, float]:
    """Return the long-run share outside work of the stably and the weakly attached, from the monthly rates.

    A weakly attached person's job lasts `fresh_months` at the fresh rate, then goes on at the lower one.
    """
    stable = p.lose_stable / (p.lose_stable + p.find_stable)
    survive = (1.0 - p.lose_fresh) ** p.fresh_months
    in_job = (1.0 - survive) / p.lose_fresh + survive / p.lose_weak
    waiting = 1.0 / p.find_weak
    return stable, waiting / (waiting + in_job)


def working_lives(
    outside: F64, entering: F64, entrants_weak: float, job_at_once: float, p: Work
) -> WorkingLives:
    """Return the attachment by age under which a cohort, as it ages, is outside work as the ages are.

    Parameters
    ----------
    outside
        Share outside work of those aged 18-64 who do not study, by age.
    entering
        Share of those of an age who have ended their studies during the last year, by age.
    entrants_weak, job_at_once
        Share of them who are weakly attached, and of the others those who have a job at once.

    Notes
    -----
    Follows one cohort month by month. Where more are outside work at the next
    age, some of the stably attached leave work and become weakly attached; where fewer are, some of the weakly
    attached recover.
    """
    years = LAST_AGE - FIRST_AGE
    found = WorkingLives(*(np.zeros(years) for _ in WorkingLives._fields))
    u_stable, u_weak = steady_states(p)
    weak = min(max((outside[0] - u_stable) / (u_weak - u_stable), 0.005), 0.95)
    fresh = 0.5 * (1.0 - u_weak)
    state = np.array([
        (1.0 - weak) * (1.0 - u_stable), (1.0 - weak) * u_stable, weak * u_weak, weak * fresh,
        weak * (1.0 - u_weak - fresh),
    ])  # fmt: skip
    stable = 1.0 - entrants_weak
    joining = np.array([stable * job_at_once, stable * (1.0 - job_at_once), entrants_weak])
    follow_cohort(outside, entering, joining, state, p, *found)
    return found


@kernel
def follow_cohort(
    outside: F64,
    entering: F64,
    joining: F64,
    state: F64,
    p: Work,
    weak: F64,
    if_weak: F64,
    if_stable: F64,
    fresh: F64,
) -> None:
    """Fill in the working lives age by age; `state` is working, outside (stable), outside, fresh, settled (weak)."""
    for k in range(outside.shape[0]):
        share = state[2] + state[3] + state[4]
        weak[k] = share
        if_weak[k] = state[2] / share
        if_stable[k] = state[1] / (1.0 - share)
        fresh[k] = state[3] / (state[3] + state[4])
        wanted = outside[min(k + 1, outside.shape[0] - 1)]
        joins = entering[min(k + 1, outside.shape[0] - 1)]
        low = -0.2
        high = 0.2
        for _ in range(40):
            middle = 0.5 * (low + high)
            after = a_year_on(state, FIRST_AGE + k, middle, joins, joining, p)
            if after[1] + after[2] < wanted:
                low = middle
            else:
                high = middle
        rate = 0.5 * (low + high)
        state = a_year_on(state, FIRST_AGE + k, rate, joins, joining, p)


@kernel
def a_year_on(state: F64, age: int, rate: float, joins: float, joining: F64, p: Work) -> F64:
    """Return the state a year later.

    Parameters
    ----------
    rate
        Share of the stably attached who become weakly attached in a month; negative, of the weakly who recover.
    joins, joining
        Share of those at the end of the year who have come from their studies; of these, those who begin in work, and
        outside it stably and weakly attached.
    """
    stay = 1.0 - joins / 12.0
    late = p.find_after_55 if age >= LATE_CAREER else 1.0
    working, idle, waiting, fresh, settled = state[0], state[1], state[2], state[3], state[4]
    for _ in range(12):
        weak = waiting + fresh + settled
        becoming = max(rate, 0.0) + p.turns / 12.0 * weak
        recovering = max(-rate, 0.0) + p.turns / 12.0 * (1.0 - weak)
        finds, loses = p.find_stable * late * idle, p.lose_stable * working
        starts = p.find_weak * late * waiting
        fresh_lost, settles = p.lose_fresh * fresh, fresh / p.fresh_months
        lost = p.lose_weak * settled
        w, i = becoming * working, becoming * idle
        g, f, s = recovering * waiting, recovering * fresh, recovering * settled
        working = stay * (working + finds - loses - w + f + s) + (1.0 - stay) * joining[0]
        idle = stay * (idle + loses - finds - i + g) + (1.0 - stay) * joining[1]
        waiting = stay * (waiting + fresh_lost + lost - starts + w + i - g) + (1.0 - stay) * joining[2]
        fresh = stay * (fresh + starts - fresh_lost - settles - f)
        settled = stay * (settled + settles - lost - s)
    return np.array([working, idle, waiting, fresh, settled])

"""The street: who joins the young people of a visible group, who is in touch with street workers, and who leaves.

The pull is that of groups that are seen (E037) and of friends who are there (E036, E039); communities, something to
do and helping others hold against it. Nothing here reads origin, and girls' company changes no risk of a conviction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from beboersim.kernel import kernel
from beboersim.month.clubs import MOST
from beboersim.world.columns import F64

if TYPE_CHECKING:
    from beboersim.month.youth import Youth

FIRST, LAST_JOINING, OLDEST_YOUNG = 13 * 12, 20 * 12, 25 * 12  # months old; the last two are not included
STREET_MONTHS = OLDEST_YOUNG - FIRST
# States of the steady state: on the street, on it and in touch with street workers, off it and still in touch.
ALONE, IN_TOUCH, GUIDED = 0, 1, 2


@kernel
def joining(sex: int, months_old: int, burdened: int, p: Youth) -> float:
    """Return the monthly probability of joining a street group at the reference (M18).

    Parameters
    ----------
    burdened
        1 where there are heavy problems at home (C-34).
    """
    if months_old < FIRST or months_old >= LAST_JOINING:
        return 0.0
    rate = p.street_entry / 12.0 * (p.street_girls if sex == 1 else 1.0)
    return rate * (p.home_street if burdened == 1 else 1.0)


def pull_of_groups(street: F64, then: F64, touched: F64, touched_then: F64, p: Youth) -> F64:
    """Return how many times as many join where groups are more visible than on the first day (A-09; E037).

    Parameters
    ----------
    street, then
        Young people of street groups per 1,000 residents, now and on the first day; by area, as all here.
    touched, touched_then
        Share of them whom street workers are in touch with: work with a group may hold it together (E144).
    """
    held = (1.0 + p.cohesion * touched) / (1.0 + p.cohesion * touched_then)
    return np.minimum(np.exp(p.street_pull * (street - then)) * held, MOST)


def pull_of_friends(more: F64, p: Youth) -> F64:
    """Return how many times as many of those without other company join where more of their friends are (A-12).

    Parameters
    ----------
    more
        Share of one's friends who are on the street over that of the first day; part of them live here, and part go to
        the same school (X14).
    """
    return np.clip(p.friends ** (more / p.friends_sd), 1.0 / MOST, MOST)


@kernel
def held_by(worth: float, member: float, usual: float) -> float:
    """Return how many times as many join among those whom company or an activity holds, over the reference.

    Parameters
    ----------
    worth
        Times the chance of those whom nothing holds (C-28, C-14); above 1 it draws (C-34).
    member
        How far it holds this person, 0-1.
    usual
        The mean of `member` at the reference.
    """
    return (1.0 - (1.0 - worth) * member) / (1.0 - (1.0 - worth) * usual)


@kernel
def leaving_the_street(in_touch: int, p: Youth) -> float:
    """Return the monthly probability of leaving a street group: `contact_exit` times as high in touch (M10)."""
    return min(p.street_exit / 12.0 * (p.contact_exit if in_touch == 1 else 1.0), 1.0)


@kernel
def contact_chance(workers: float, authority: int, trust: float, p: Youth) -> float:
    """Return the monthly probability that street workers get in touch with somebody on the street (M10, A-07).

    Parameters
    ----------
    workers
        Their hours over those of 2015-2018.
    authority
        1 where they act as an authority: then they reach fewer of those who trust others less than most do.
    trust
        In standard deviations from the nation's mean.
    """
    access = p.authority_access if authority == 1 and trust < 0.0 else 1.0
    return min(p.contact * workers * access, 1.0)


@kernel
def fading(half_life_months: float) -> float:
    """Return the monthly probability of losing what halves in so many months."""
    return 1.0 - 0.5 ** (1.0 / half_life_months)


@kernel
def street_worth(sex: int, on_street: int, in_touch: int, alone: float, touched: float, p: Youth) -> float:
    """Return what street company does to the risk of a conviction, over what is expected at the reference.

    Parameters
    ----------
    alone, touched
        Shares of the same age and sex who are on the street at the reference, without and with contact.
    """
    if sex == 1:
        return 1.0
    own = p.street_risk * (p.outreach_rr if in_touch == 1 else 1.0) if on_street == 1 else 1.0
    expected = 1.0 + alone * (p.street_risk - 1.0) + touched * (p.street_risk * p.outreach_rr - 1.0)
    return own / expected


@kernel
def steady_shares(p: Youth) -> F64:
    """Return the shares by state that the rates of the reference come to: sex x burdened x month of age x state."""
    found = np.zeros((2, 2, STREET_MONTHS, 3))
    lost = fading(p.place_months)
    touch = contact_chance(1.0, 0, 0.0, p)
    for sex in range(2):
        for burdened in range(2):
            alone = touched = guided = 0.0
            for k in range(STREET_MONTHS):
                joined = joining(sex, FIRST + k, burdened, p) * (1.0 - alone - touched)
                left_alone = alone * leaving_the_street(0, p)
                left_touched = touched * leaving_the_street(1, p)
                met = (alone - left_alone) * touch
                guided += left_touched - guided * lost
                alone += joined - left_alone - met
                touched += met - left_touched
                found[sex, burdened, k, ALONE] = alone
                found[sex, burdened, k, IN_TOUCH] = touched
                found[sex, burdened, k, GUIDED] = guided
    return found

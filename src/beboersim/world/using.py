"""Use of drugs and alcohol over a life: who may come to use heavily, and the steps of a year.

A person may come to use one kind heavily, or none; which is drawn once, by the home lived in and the attachment to work
when the person is first met, and stays. So more residents of social housing use heavily (effects E099) because of who
moves in, and nobody begins because of a home or a job. Origin and sex are not read.

The shares by age are those that the steps themselves lead to, so that a town stands still; how many may come to use is
set by the two published shares of the young (E100, E101).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from beboersim.kernel import kernel
from beboersim.world.ages import OLDEST
from beboersim.world.columns import F64
from beboersim.world.relative import against_the_mean
from beboersim.world.taking_part import ALCOHOL, AT_RISK, HASH_AND_PILLS, HEAVY, KHAT, NO_USE, RECOVERY

YOUNG_FROM, YOUNG_UNTIL = 15, 25  # the ages of the published shares
GROWN_UP_FROM, GROWN_UP_UNTIL = 18, 80
KINDS, STATES = 4, 4
MOST_LIABLE = 0.95


class Substance(NamedTuple):
    """Parameters of this process; see evidence/parameters/substance.toml."""

    daily_cannabis_young: float
    problem_young: float
    social_share: float
    social_drugs: float
    social_alcohol: float
    loose: float
    loose_social: float
    loose_other: float
    khat: float
    onset_drugs_young: float
    onset_drugs: float
    onset_alcohol_young: float
    onset_alcohol: float
    worsens_drugs: float
    worsens_alcohol: float
    eases: float
    stops_drugs: float
    stops_alcohol: float
    settles: float
    relapse: float
    community: float
    community_reach: float
    company: float
    acquaintances: float
    relation: float
    relation_months: float
    relation_reach: float
    visible_street: float
    visible_alcohol: float
    visible_khat: float
    crowded_out: float
    steering: float
    aftercare_relapse: float
    job_loss: float
    job_loss_share: float


@kernel
def onset_chance(kind: int, age: int, p: Substance) -> float:
    """Return the chance that somebody who may begins to use so that it is a problem, within a year of age."""
    if kind == ALCOHOL:
        return p.onset_alcohol_young if age < YOUNG_UNTIL else p.onset_alcohol
    return p.onset_drugs_young if age < YOUNG_UNTIL else p.onset_drugs


@kernel
def relapse_chance(hazard: float) -> float:
    """Return the chance of a relapse within a year from its hazard, so that usual care gives 65 per cent in two years.

    Source: effects M32, E102.
    """
    return 1.0 - np.exp(-hazard)


@kernel
def next_use(state: int, kind: int, onset: float, stops: float, relapse: float, u: float, p: Substance) -> int:
    """Return a person's use of a kind a year on.

    Parameters
    ----------
    state, kind
        See world.taking_part; `kind` is what would be used, if the person uses nothing now.
    onset, stops, relapse
        Chances of this person in this year.
    u
        Uniform draw.
    """
    if state == NO_USE:
        return AT_RISK if u < onset else NO_USE
    if state == AT_RISK:
        worsens = p.worsens_alcohol if kind == ALCOHOL else p.worsens_drugs
        if u < worsens:
            return HEAVY
        return NO_USE if u < worsens + p.eases else AT_RISK
    if state == HEAVY:
        return RECOVERY if u < stops else HEAVY
    if u < relapse:
        return HEAVY
    return NO_USE if u < relapse + (1.0 - relapse) * p.settles else RECOVERY


@kernel
def stopping_chance(kind: int, p: Substance) -> float:
    """Return the chance that a heavy user stops within a year, all else as in 2015."""
    return p.stops_alcohol if kind == ALCOHOL else p.stops_drugs


@kernel
def shares_by_age(p: Substance) -> F64:
    """Return the share in each state, kind x age x state, of those who may come to use that kind.

    Nobody uses at fifteen; the steps of `next_use` are followed from there with the chances of 2015.
    """
    found = np.zeros((KINDS, OLDEST + 1, STATES))
    for kind in range(1, KINDS):
        for age in range(OLDEST + 1):
            found[kind, age, NO_USE] = 1.0
        for age in range(YOUNG_FROM, OLDEST):
            now = found[kind, age]
            after = found[kind, age + 1]
            onset = onset_chance(kind, age, p)
            worsens = p.worsens_alcohol if kind == ALCOHOL else p.worsens_drugs
            stops = stopping_chance(kind, p)
            back = relapse_chance(p.relapse)
            settles = (1.0 - back) * p.settles
            after[NO_USE] = now[NO_USE] * (1.0 - onset) + now[AT_RISK] * p.eases + now[RECOVERY] * settles
            after[AT_RISK] = now[AT_RISK] * (1.0 - worsens - p.eases) + now[NO_USE] * onset
            after[HEAVY] = now[HEAVY] * (1.0 - stops) + now[AT_RISK] * worsens + now[RECOVERY] * back
            after[RECOVERY] = now[RECOVERY] * (1.0 - back - settles) + now[HEAVY] * stops
    return found


@kernel
def among_the_young(shares: F64, kind: int, heavy_only: int) -> float:
    """Return the mean share of those of 15-24 who use a kind heavily, or so that it is a problem, if they may."""
    total = 0.0
    for age in range(YOUNG_FROM, YOUNG_UNTIL):
        total += shares[kind, age, HEAVY] + (0.0 if heavy_only == 1 else shares[kind, age, AT_RISK])
    return total / (YOUNG_UNTIL - YOUNG_FROM)


@kernel
def liabilities(shares: F64, p: Substance) -> F64:
    """Return the share who may come to use each kind: social home (0, 1) x loosely attached to work (0, 1) x kind.

    The nation's shares give those of the young (E100, E101); social housing has more by the published ratios (E099).
    """
    drugs = p.daily_cannabis_young / among_the_young(shares, HASH_AND_PILLS, 1)
    khat = p.khat * drugs
    rest = p.problem_young - (drugs + khat) * among_the_young(shares, HASH_AND_PILLS, 0)
    alcohol = max(rest, 0.0) / among_the_young(shares, ALCOHOL, 0)
    found = np.zeros((2, 2, KINDS))
    for social in range(2):
        for loose in range(2):
            by_work = against_the_mean(p.loose, p.loose_social if social == 1 else p.loose_other, loose)
            of_drugs = by_work * against_the_mean(p.social_drugs, p.social_share, social)
            of_alcohol = by_work * against_the_mean(p.social_alcohol, p.social_share, social)
            found[social, loose, HASH_AND_PILLS] = drugs * of_drugs
            found[social, loose, KHAT] = khat * of_drugs
            found[social, loose, ALCOHOL] = alcohol * of_alcohol
            total = found[social, loose].sum()
            if total > MOST_LIABLE:
                found[social, loose] *= MOST_LIABLE / total
    return found


@kernel
def heavy_share(shares: F64, liable: F64, social: int, first: int, last: int, p: Substance) -> float:
    """Return the share of heavy users expected among people of some ages, `last` not included, by kind of home."""
    loose_share = p.loose_social if social == 1 else p.loose_other
    total = 0.0
    for kind in range(1, KINDS):
        may = loose_share * liable[social, 1, kind] + (1.0 - loose_share) * liable[social, 0, kind]
        for age in range(first, last):
            total += may * shares[kind, age, HEAVY]
    return total / (last - first)


@kernel
def first_kind(chances: F64, u: float) -> int:
    """Return what a person may come to use heavily, from the chances by kind; 0 is nothing."""
    for kind in range(1, KINDS):
        u -= chances[kind]
        if u < 0.0:
            return kind
    return 0


@kernel
def first_state(shares: F64, u: float) -> int:
    """Return the use of somebody who is first met, from the shares of the age by state."""
    for state in range(STATES - 1, 0, -1):
        u -= shares[state]
        if u < 0.0:
            return state
    return NO_USE

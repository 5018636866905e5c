"""Youth: clubs, cafés, spare-time jobs, street workers and homework cafés against the pull of the street.

Goes through the young of the areas that have a social plan. What is on offer is in month/offers.py, what one young
person does with it in month/young.py, and what it is worth in month/clubs.py and month/street.py.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from beboersim.chance import Purpose, philox, uniform
from beboersim.kernel import borrowing
from beboersim.month.clubs import (
    homework_chance,
    job_chance,
    learning_of,
    led_by,
    on_a_debate_evening,
    results_gained,
    usual_club,
)
from beboersim.month.company import (
    BURDENED,
    IN_COMPANY,
    LEFT_OUT,
    MEN,
    OFF_THE_STREET,
    OLDER,
    POOR,
    RESIDENTS,
    ROLE_MODELS,
    STREET_MEN,
    STREET_WOMEN,
    TOUCHED,
    WOMEN,
    FirstDay,
    count,
    home_of,
    is_left_out,
    no_day_yet,
    share,
)
from beboersim.month.offers import Offer, acting, debates, has_plan, nothing_new, offer_of, offers
from beboersim.month.street import ALONE, FIRST, GUIDED, IN_TOUCH, OLDEST_YOUNG, fading, steady_shares
from beboersim.month.young import (
    ADULT,
    CAFE_AGE,
    CLUB_AGE,
    SIXTEEN,
    Lots,
    after_debates,
    company_of,
    lots_of,
    offending_of,
    parts_of,
    street_step,
    weekly_chance,
)
from beboersim.world.codes import PUPIL
from beboersim.world.columns import F64, I64
from beboersim.world.state import Households, Persons, Ties
from beboersim.world.taking_part import (
    ASSOCIATION,
    CLUB,
    DEBATED,
    HELPS,
    HOMEWORK,
    MENTORED,
    NOBODY,
    OUTREACH,
    SPARE_TIME_JOB,
    STREET,
)

if TYPE_CHECKING:
    from beboersim.month.context import Context

__all__ = ["FirstDay", "Youth", "attendance", "begin", "no_day_yet", "youth"]

LAST_CLASS = 15 * 12  # months old
FORGOTTEN = 30 * 12  # months old: what a job at school age was worth is no longer told apart
OWN = CLUB | SPARE_TIME_JOB | OUTREACH | HOMEWORK | HELPS | DEBATED
OFFENDING, LEARNING, TRUST = 4096.0, 10000.0, 50.0  # units of ties.offending, learning and trust
NOT_MET = 255  # of ties.results


class Youth(NamedTuple):
    """Parameters of this process; see evidence/parameters/youth.toml."""

    club_reach: float
    club_plan_share: float
    saturation: float
    club_rr: float
    club_harm: float
    club_turn: float
    club_results: float
    club_results_poor: float
    activity_street: float
    volunteers_worth: float
    job_usual: float
    job_gain: float
    job_rr: float
    job_short_rr: float
    job_hours: float
    job_start: float
    lasting_years: float
    homework_reach: float
    homework: float
    results_start: float
    association_results: float
    role_results: float
    role_attend: float
    role_sd: float
    street_entry: float
    street_girls: float
    street_exit: float
    street_risk: float
    street_pull: float
    friends: float
    friends_sd: float
    neighbour_weight: float
    community_street: float
    heard_street: float
    home_street: float
    home_apart: float
    left_out_street: float
    contact: float
    contact_exit: float
    outreach_rr: float
    cohesion: float
    authority_access: float
    place_months: float
    cafe_reach: float
    cafe_volunteers: float
    cafe_own: float
    debate_peak: float
    helping: float
    helping_work: float


@borrowing
def has_ties(ties: Ties, row: int) -> bool:
    """Say whether this process has anything to keep for a person; at 25-29 most have nothing."""
    nothing = (ties.takes_part[row] & (OWN | MENTORED)) == 0 and ties.peers[row] == NOBODY
    return not (nothing and ties.offending[row] == OFFENDING)


@borrowing
def meet(
    row: int, months_old: int, home: int, lots: Lots, words: tuple[int, int, int, int], grown_here: int,
    persons: Persons, ties: Ties, shares: F64, p: Youth,
) -> None:  # fmt: skip
    """Draw company and results of somebody whom the process has not met, as they are at the reference (no wave)."""
    ties.results[row] = int(100.0 * lots.results)
    if FIRST <= months_old < OLDEST_YOUNG:
        sex, age = persons.sex[row], months_old - FIRST
        alone = shares[sex, home & BURDENED, age, ALONE]
        on_street = alone + shares[sex, home & BURDENED, age, IN_TOUCH]
        u = uniform(words[0])
        if u < on_street:
            ties.peers[row] = STREET
        if alone <= u < on_street + shares[sex, home & BURDENED, age, GUIDED]:
            ties.takes_part[row] |= OUTREACH
    # The job itself is settled by the lots; what is left of one that is over, only for those who grew up here.
    if months_old >= ADULT and grown_here == 1:
        left = 0.5 ** ((months_old / 12.0 - 18.0) / p.lasting_years)
        if uniform(words[1]) < left:
            ties.takes_part[row] |= MENTORED


@borrowing
def go_round(
    persons: Persons, ties: Ties, households: Households, homes: I64, month: int, seed: int, purpose_month: int,
    shares: F64, offered: F64, p: Youth, first: int, residents: F64, street: F64,
) -> None:  # fmt: skip
    """Let a month pass for every young person of some homes; on the `first` day only draw how things are.

    `offered` is area x what is offered, `shares` those of `steady_shares`; residents and those on the street are
    counted by area, the street a thousand residents.
    """
    for home in homes:
        area, row = households.area[home], households.head[home]
        if row < 0:
            continue
        residents[area] += households.size[home]
        o = offer_of(offered, area)
        while row >= 0:
            months_old = month - persons.birth[row]
            if not CLUB_AGE <= months_old < FORGOTTEN:
                if ties.offending[row] != OFFENDING:
                    ties.offending[row] = int(OFFENDING)
                    ties.takes_part[row] &= ~MENTORED
            elif months_old < OLDEST_YOUNG or first == 1 or has_ties(ties, row):
                a_month(
                    row, home, area, months_old, persons, ties, households, seed, purpose_month, shares, o, p, first
                )
                street[area] += ties.peers[row] == STREET
            row = persons.next[row]
    for area in range(len(residents)):
        street[area] = 1000.0 * street[area] / residents[area] if residents[area] > 0.0 else 0.0


@borrowing
def a_month(
    row: int, home: int, area: int, months_old: int, persons: Persons, ties: Ties, households: Households, seed: int,
    purpose_month: int, shares: F64, o: Offer, p: Youth, first: int,
) -> None:  # fmt: skip
    """Let a month pass for one young person, or only draw how things are on the first day."""
    lots = lots_of(persons.id[row], seed)
    at_home = home_of(persons, ties, households, home, row)
    burdened = at_home & BURDENED
    heavy = 1 if burdened == 1 or persons.convicted_years[row] != 0 else 0
    grown_here = 1 if persons.area_grown[row] == area else 0
    pupil = 1 if persons.activity[row] == PUPIL else 0
    lasts = 1 if lots.lasts < o.lasting else 0
    if ties.results[row] == NOT_MET:
        words = philox(seed, persons.id[row], purpose_month, 1)
        had_job = 1 if lots.job < job_chance(o.usual_jobs, p) and lots.lasts < o.usual_lasting else 0
        meet(row, months_old, at_home, lots, words, grown_here * had_job, persons, ties, shares, p)
    words = philox(seed, persons.id[row], purpose_month, 0)
    bits = int(ties.takes_part[row])
    peers = int(ties.peers[row])
    if months_old < OLDEST_YOUNG:
        bits = parts_of(bits, months_old, pupil, burdened, lots, 1.0 if first else uniform(words[2]), o, p)
        bits = after_debates(bits, months_old, burdened, lots, o, p)
    else:
        bits &= ~(CLUB | SPARE_TIME_JOB | HOMEWORK | HELPS | DEBATED)
        if bits & MENTORED and uniform(words[2]) < fading(12.0 * p.lasting_years):
            bits &= ~MENTORED
    if first == 0 and months_old >= FIRST:
        trust = ties.trust[row] / TRUST
        bits, peers = street_step(
            persons.sex[row], months_old, bits, peers, burdened, heavy, trust, uniform(words[0]),
            uniform(words[1]), o, p, is_left_out(peers, persons.activity[row]),
        )  # fmt: skip
    else:
        peers = company_of(bits, peers == STREET)
    ties.takes_part[row] = bits
    ties.peers[row] = peers
    if first == 1:
        return
    if months_old < SIXTEEN:
        at_school(row, months_old, bits, at_home, heavy, pupil, lots.results, uniform(words[3]), ties, o, p)
    alone = touched = 0.0
    if FIRST <= months_old < OLDEST_YOUNG:
        alone = shares[persons.sex[row], burdened, months_old - FIRST, ALONE]
        touched = shares[persons.sex[row], burdened, months_old - FIRST, IN_TOUCH]
    times = offending_of(
        persons.sex[row], months_old, bits, peers, burdened, heavy, lasts, grown_here, alone, touched, o, p
    )
    ties.offending[row] = min(round(OFFENDING * times), 65535)


@borrowing
def at_school(
    row: int, months_old: int, bits: int, at_home: int, heavy: int, pupil: int, base: float, u: float,
    ties: Ties, o: Offer, p: Youth,
) -> None:  # fmt: skip
    """Once a year move the results of a pupil; in the last school year say what they and a job are worth."""
    burdened = at_home & BURDENED
    if months_old % 12 == 11:
        led = led_by(o.staffed, o.volunteers, heavy, p)
        # Membership is settled from fifteen on (month.volunteering).
        member = (1.0 if bits & ASSOCIATION else 0.0) - o.usual_members if months_old >= LAST_CLASS else 0.0
        gained = results_gained(
            1 if bits & HOMEWORK else 0, pupil * homework_chance(1.0, burdened, p), led if bits & CLUB else 0.0,
            usual_club(burdened, p), 1 if at_home & POOR else 0, o.role_models, p, member,
        )  # fmt: skip
        # Whole percentiles are kept: rounded up or down by lot, so that nothing is lost in the mean.
        ties.results[row] = int(min(max(np.floor(ties.results[row] + gained + u), 0.0), 100.0))
    if pupil == 1 and months_old >= LAST_CLASS:
        learning = learning_of(
            1 if bits & SPARE_TIME_JOB else 0, job_chance(o.usual_jobs, p), float(ties.results[row]),
            float(int(100.0 * base)), p,
        )  # fmt: skip
        ties.learning[row] = round(LEARNING * learning)


@borrowing
def forget(persons: Persons, ties: Ties, households: Households, used: I64, plan: I64, rr: float) -> None:
    """Once a year let those who moved away lose what the area gave; what a lasting job gave goes with them."""
    for row in range(used[0]):
        if (ties.takes_part[row] & OWN) == 0 and ties.peers[row] == NOBODY and ties.offending[row] == OFFENDING:
            continue
        if persons.household[row] >= 0 and plan[households.area[persons.household[row]]] == 0:
            ties.takes_part[row] &= ~OWN
            ties.peers[row] = NOBODY
            ties.offending[row] = round(OFFENDING * (rr if ties.takes_part[row] & MENTORED else 1.0))


@borrowing
def attend(
    persons: Persons, ties: Ties, households: Households, used: I64, month: int, seed: int, plan: I64, debate: I64,
    offered: F64, p: Youth, found: F64,
) -> None:  # fmt: skip
    """Count who comes to each area's café in a week of the month; `debate` is the debate evenings by area."""
    for home in range(used[1]):
        area = households.area[home]
        if plan[area] == 0 or households.head[home] < 0:
            continue
        row = households.head[home]
        o = offer_of(offered, area)
        while row >= 0:
            if CAFE_AGE <= month - persons.birth[row] < OLDEST_YOUNG:
                burdened = home_of(persons, ties, households, home, row) & BURDENED
                chance = weekly_chance(burdened, o, p)
                chance = on_a_debate_evening(chance, p) if debate[area] > 0 else chance
                found[area] += 1.0 if lots_of(persons.id[row], seed).cafe < chance else 0.0
            row = persons.next[row]


@lru_cache(maxsize=8)
def usual_shares(p: Youth) -> F64:
    """Return `steady_shares`, worked out once for some parameters."""
    return steady_shares(p)


def attendance(c: Context) -> F64:
    """Return how many young people come to each area's café in a week of this month, at full scale (E147)."""
    world, p, plan = c.world, c.kept(acting), c.made_once(has_plan)
    offered = offers(c, p, count(c, steady_shares(p), plan))
    found = np.zeros(len(plan))
    attend(
        world.persons, world.ties, world.households, world.used, c.month, c.seed, plan, debates(c), offered, p, found
    )
    return found / c.scale


def let_month_pass(c: Context, shares: F64, offered: F64, p: Youth, first: int) -> None:
    """Let a month pass for the young of the areas with a plan, and write down how many are on the street."""
    world, (residents, street) = c.world, np.zeros((2, len(c.world.areas.kind)))
    go_round(
        world.persons, world.ties, world.households, c.homes_in_named_areas(), c.month, c.seed,
        c.address(Purpose.STREET), shares, offered, p, first, residents, street,
    )  # fmt: skip
    world.areas.street[:] = street


def youth(c: Context) -> None:
    """Youth: clubs, spare-time jobs, street workers and homework cafés, and the pull of the street."""
    world, p, plan = c.world, c.kept(acting), c.made_once(has_plan)
    shares = usual_shares(p)
    offered = offers(c, p, count(c, shares, plan))
    let_month_pass(c, shares, offered, p, first=0)
    if c.month % 12 == 0:
        forget(world.persons, world.ties, world.households, world.used, plan, p.job_rr)


def begin(c: Context) -> None:
    """Draw company and what the young take part in as the rates of 2015 have it; no lever is read, only switches."""
    p, plan = c.kept(acting), c.made_once(has_plan)
    shares = steady_shares(p)
    let_month_pass(c, shares, nothing_new(c), p, first=1)
    found, expected = count(c, shares, plan)
    c.young_at_start = FirstDay(
        1000.0 * expected.sum(axis=1) / np.maximum(found[:, RESIDENTS], 1.0),
        expected / np.maximum(found[:, [MEN, WOMEN]], 1.0),
        share(found, IN_COMPANY, OFF_THE_STREET),
        share(found, TOUCHED, STREET_MEN, STREET_WOMEN),
        share(found, ROLE_MODELS, OLDER),
        share(found, LEFT_OUT, OFF_THE_STREET),
    )

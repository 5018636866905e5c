"""Substance use: onset, heavy use, recovery and relapse, by kind of use.

Everybody is asked once a year, in the month of birth. Communities hold the young back from beginning, company of users
draws them and those who have stopped, a relation with staff makes it likelier that a heavy user stops, and aftercare in
a community that he or she does not relapse (effects M30, M32). Social work itself never acts on anybody's use (A-21):
no money, staff or activity is read here but through those ties, and each of them has its switch.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from beboersim.chance import Purpose, address, philox, uniform
from beboersim.kernel import borrowing, kernel
from beboersim.month.asking import BLOCK, asked, listed
from beboersim.month.attention import attention, focus_on_adults, handled, is_watched
from beboersim.policy.catalogue import catalogue
from beboersim.world.ages import OLDEST
from beboersim.world.codes import ARRIVING, NAMED_AREA, NEIGHBOURHOOD, SOCIAL
from beboersim.world.columns import F64, I16, I32, U8
from beboersim.world.queues import on_a_list
from beboersim.world.relative import against_the_mean, by_degree
from beboersim.world.state import Areas, Dwellings, Households, Persons, Ties
from beboersim.world.taking_part import (
    AFTERCARE,
    ALCOHOL,
    ASSOCIATION,
    CLUB,
    COMMUNITY,
    HEAVY,
    KHAT,
    NO_USE,
    NOT_DRAWN,
    NOTHING,
    RECOVERY,
    STREET,
)
from beboersim.world.using import (
    GROWN_UP_FROM,
    GROWN_UP_UNTIL,
    YOUNG_FROM,
    YOUNG_UNTIL,
    Substance,
    first_kind,
    first_state,
    heavy_share,
    liabilities,
    next_use,
    onset_chance,
    relapse_chance,
    shares_by_age,
    stopping_chance,
)

if TYPE_CHECKING:
    from beboersim.month.context import Context

__all__ = ["Substance", "begin", "substance"]

LOWEST_AGE_MONTHS = 12 * YOUNG_FROM
YEAR = np.uint32(12)  # months; unsigned, which is divided by fastest
# An answer holds use (two bits), kind (two bits) and whether aftercare is had (one).
KIND_PLACE, AFTERCARE_PLACE = 2, 4
THE_SAME = 255


class Surroundings(NamedTuple):
    """What the month's question reads beside the person, the same for everybody."""

    month: int
    seed: int
    address: int
    first_address: int
    shares: F64  # kind x age x state, of those who may come to use the kind
    liable: F64  # social home x loosely attached x kind
    share: F64  # area: heavy users among adults
    usual_share: F64  # area: what is expected of such an area
    focus: F64  # area: attention to adult users
    usual_focus: float
    aftercare: F64  # area: share of those who have stopped who are offered a community
    most_onset: float  # times the chance of others to begin, of anybody


@kernel
def seen(kind: int, p: Substance) -> float:
    """Return how far staff see a kind of use where it goes on."""
    if kind == ALCOHOL:
        return p.visible_alcohol
    return p.visible_khat if kind == KHAT else p.visible_street


@kernel
def likely_met(share: float, acquaintances: float) -> float:
    """Return the chance that one at least of so many acquaintances uses heavily."""
    return 1.0 - (1.0 - share) ** acquaintances


@borrowing
def company_of(
    persons: Persons, ties: Ties, households: Households, row: int, share: float, acquaintances: float
) -> float:
    """Return how far a person keeps company with heavy users, 0 to 1: in the household, the street group, the area."""
    if ties.peers[row] == STREET:
        return 1.0
    member = households.head[persons.household[row]]
    while member >= 0:
        if member != row and ties.substance[member] == HEAVY:
            return 1.0
        member = persons.next[member]
    return likely_met(share, acquaintances)


@borrowing
def of_home(households: Households, dwellings: Dwellings, home: int) -> int:
    """Say whether a household lives in a social home or, new to the town, stands in a queue for one."""
    dwelling = households.dwelling[home]
    if dwelling >= 0:
        return 1 if dwellings.tenure[dwelling] == SOCIAL else 0
    return 1 if households.searching[home] == ARRIVING and on_a_list(households, home) == 1 else 0


@borrowing
def first_use(
    persons: Persons, households: Households, dwellings: Dwellings, row: int, s: Surroundings
) -> tuple[int, int]:
    """Return use and kind of somebody who is first met; the draw stays with the person."""
    age = min((s.month - persons.birth[row]) // 12, OLDEST)
    words = philox(s.seed, persons.id[row], s.first_address, 0)
    social = of_home(households, dwellings, persons.household[row])
    kind = first_kind(s.liable[social, 1 if persons.weak[row] == 1 else 0], uniform(words[0]))
    return (first_state(s.shares[kind, age], uniform(words[1])) if kind != NOTHING else NO_USE), kind


@borrowing
def use_after_a_year(
    persons: Persons, ties: Ties, households: Households, areas: Areas, row: int, u: float, u_aftercare: float,
    s: Surroundings, p: Substance,
) -> tuple[int, int]:  # fmt: skip
    """Return a person's use a year on, and whether aftercare in a community is had then."""
    home = persons.household[row]
    area = households.area[home]
    age = (s.month - persons.birth[row]) // 12
    state, kind = ties.substance[row], ties.kind_of_use[row]
    young = 1 if age < YOUNG_UNTIL else 0
    company = company_of(persons, ties, households, row, s.share[area], p.acquaintances)
    times = by_degree(p.company, company, likely_met(s.usual_share[area], p.acquaintances))
    onset = onset_chance(kind, age, p) * times
    stops = stopping_chance(kind, p)
    if areas.kind[area] == NAMED_AREA:  # where there is a plan
        if young == 1:
            belongs = ties.takes_part[row] & (CLUB | ASSOCIATION) != 0 or ties.peers[row] == COMMUNITY
            onset *= against_the_mean(p.community, p.community_reach, 1 if belongs else 0)
        sight = seen(kind, p)
        known = handled(float(ties.known[row]), p.relation_months, attention(sight, young, s.focus[area]))
        usual = p.relation_reach * attention(sight, young, s.usual_focus)
        stops *= by_degree(p.relation, known, usual)
    cared_for = u_aftercare < s.aftercare[area]
    hazard = p.relapse * times * (p.aftercare_relapse if cared_for else 1.0)
    after = next_use(state, kind, onset, stops, relapse_chance(hazard), u, p)
    return after, 1 if cared_for and after == RECOVERY else 0


@borrowing
def mark_concerned(use: U8, kinds: U8, born: I16, month: int, marks: U8) -> None:
    """Mark those of a block to ask: who may use and has a birthday, and who is met for the first time."""
    for k in range(len(born)):
        months_old = month - born[k]
        birthday = np.uint32(months_old) % YEAR == 0
        may_use = (use[k] != NO_USE) | (kinds[k] != NOTHING)
        marks[k] = (months_old >= LOWEST_AGE_MONTHS) & ((use[k] == NOT_DRAWN) | (birthday & may_use))


@borrowing
def answer_of(
    persons: Persons, ties: Ties, households: Households, dwellings: Dwellings, areas: Areas, row: int,
    s: Surroundings, p: Substance,
) -> int:  # fmt: skip
    """Return a person's use as an answer, or THE_SAME where nothing changes."""
    use, kind = ties.substance[row], ties.kind_of_use[row]
    cared_for = 0
    if use == NOT_DRAWN:
        state, kind = first_use(persons, households, dwellings, row, s)
    else:
        words = philox(s.seed, persons.id[row], s.address, 0)
        u = uniform(words[0])
        age = (s.month - persons.birth[row]) // 12
        if use == NO_USE and u >= onset_chance(kind, age, p) * s.most_onset:
            return THE_SAME
        state, cared_for = use_after_a_year(persons, ties, households, areas, row, u, uniform(words[1]), s, p)
    had = 1 if ties.takes_part[row] & AFTERCARE != 0 else 0
    if state == use and cared_for == had:
        return THE_SAME
    return state | (kind << KIND_PLACE) | (cared_for << AFTERCARE_PLACE)


@kernel
def ask_about_use(
    persons: Persons,
    ties: Ties,
    households: Households,
    dwellings: Dwellings,
    areas: Areas,
    start: int,
    stop: int,
    s: Surroundings,
    p: Substance,
    who: I32,
    what: U8,
) -> int:
    """Ask a span of persons and write down whose use changes, and to what. Nothing is changed."""
    household = persons.household
    use, kinds, birth = ties.substance, ties.kind_of_use, persons.birth
    marks = np.empty(BLOCK, np.uint8)
    near = np.empty(BLOCK, np.int64)
    found = 0
    for begin in range(start, stop, BLOCK):
        end = min(begin + BLOCK, stop)
        mark_concerned(use[begin:end], kinds[begin:end], birth[begin:end], s.month, marks)
        number = listed(marks, end - begin, near)
        for k in range(number):
            row = begin + near[k]
            if household[row] < 0:
                continue
            answer = answer_of(persons, ties, households, dwellings, areas, row, s, p)
            if answer != THE_SAME:
                who[found] = row
                what[found] = answer
                found += 1
    return found


@borrowing
def change_use(ties: Ties, who: I32, what: U8) -> None:
    """Write down what was found."""
    for k in range(who.shape[0]):
        row = who[k]
        answer = int(what[k])
        ties.substance[row] = answer & 3
        ties.kind_of_use[row] = (answer >> KIND_PLACE) & 3
        if (answer >> AFTERCARE_PLACE) & 1 == 1:
            ties.takes_part[row] |= AFTERCARE
        else:
            ties.takes_part[row] &= ~AFTERCARE


@borrowing
def count_heavy(persons: Persons, ties: Ties, households: Households, rows: int, found: F64) -> None:
    """Add up the heavy users by area."""
    for row in range(rows):
        if ties.substance[row] == HEAVY and persons.household[row] >= 0:
            found[households.area[persons.household[row]]] += 1.0


def heavy_users(c: Context) -> F64:
    """Return the number of heavy users who live in each area."""
    found = np.zeros(len(c.world.areas.kind))
    count_heavy(c.world.persons, c.world.ties, c.world.households, int(c.world.used[0]), found)
    return found


def substance_now(c: Context) -> Substance:
    """Return the parameters, those without effect whose link is switched off."""
    p = c.parameters.substance
    off = {
        "on_communities": {"community": 1.0},
        "on_company": {"company": 1.0},
        "on_relations": {"relation": 1.0},
        "on_aftercare": {"aftercare_relapse": 1.0},
        "on_work": {"job_loss": 1.0},
        "on_attention": {"crowded_out": 0.0, "steering": 0.0},
    }
    for switch, without in off.items():
        if not c.flag(f"substance.{switch}"):
            p = p._replace(**without)
    return p


def focus_now(c: Context, p: Substance) -> F64:
    """Return the attention to adult users by area this month."""
    counts_origin = 1.0 if c.flag("list.ethnicity_criterion") and c.rules.tiers else 0.0
    watched = 1.0 if is_watched(c) else 0.0
    return focus_on_adults(c.by_area("substance.focus"), p.crowded_out, counts_origin, p.steering, watched)


class Expected(NamedTuple):
    """What a town's use is in the long run; it follows from the parameters alone."""

    shares: F64  # see world.using.shares_by_age
    liable: F64  # see world.using.liabilities
    heavy: tuple[float, float]  # share of heavy users among adults in other homes, and in social homes


@lru_cache(maxsize=8)
def expected(p: Substance) -> Expected:
    """Return what is expected under some parameters."""
    shares = shares_by_age(p)
    liable = liabilities(shares, p)
    other, social = (heavy_share(shares, liable, home, GROWN_UP_FROM, GROWN_UP_UNTIL, p) for home in (0, 1))
    return Expected(shares, liable, (other, social))


def surroundings(c: Context, p: Substance) -> Surroundings:
    """Return what is read this month beside the person."""
    from beboersim.month.measuring import ADULTS

    areas, places = c.world.areas, c.world.places
    shares, liable, heavy = expected(c.parameters.substance)
    usual = np.where(areas.kind == NEIGHBOURHOOD, heavy[0], heavy[1])
    share = usual.copy()  # where nobody was counted, and in places outside the town, as expected
    adults = c.measurement.sums[:, ADULTS]
    counted = adults > 0.0
    share[:places][counted] = np.minimum(heavy_users(c)[:places][counted] / adults[counted], 1.0)
    # What the focus was when the rates were measured: the lever's default, while the list counted origin.
    focus_then = np.array([float(catalogue()["substance.focus"].default_on(c.day))])
    return Surroundings(
        c.month,
        c.seed,
        c.address(Purpose.SUBSTANCE),
        address(Purpose.SUBSTANCE, 0),
        shares,
        liable,
        share,
        usual,
        focus_now(c, p),
        float(focus_on_adults(focus_then, p.crowded_out, 1.0, p.steering, 0.0)[0]),
        c.by_area("substance.aftercare"),
        p.company * max(1.0, *(against_the_mean(p.community, p.community_reach, belongs) for belongs in (0, 1))),
    )


def job_loss_by_use(c: Context) -> F64:
    """Return how many times others' chance of losing a job is, by the code of use; 1 for who was never met.

    Source: effects M30, A-10; the mean of the nation is not moved.
    """
    p = c.kept(substance_now)
    found = np.full(NOT_DRAWN + 1, against_the_mean(p.job_loss, p.job_loss_share, 0))
    found[HEAVY] = against_the_mean(p.job_loss, p.job_loss_share, 1)
    found[NOT_DRAWN] = 1.0
    return found


def substance(c: Context) -> None:
    """Substance use: onset, heavy use, recovery, relapse."""
    world, p = c.world, c.kept(substance_now)
    s = surroundings(c, p)
    who, what = asked(
        c.pieces,
        int(world.used[0]),
        lambda start, stop, who, what: ask_about_use(
            world.persons, world.ties, world.households, world.dwellings, world.areas, start, stop, s, p, who, what
        ),
    )
    change_use(world.ties, who, what)


def begin(c: Context) -> None:
    """Draw everybody's use on the first day, as it is in the long run; no lever is read in it."""
    substance(c)

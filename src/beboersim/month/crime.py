"""Crime: individual risk of a conviction that the lists count (penal code, weapons, drugs).

Risk falls with age after 20, is higher for men, for those outside work and education, and after an earlier
conviction; it follows the national trend. A person's own risk carries the latent level of the published row of the
area lived in at the start: it belongs to the person and moves along, so that a place as such convicts nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from beboersim.chance import UNIT, Purpose, fill, uniform
from beboersim.evidence import trends
from beboersim.kernel import borrowing, kernel
from beboersim.month.asking import BLOCK, asked, listed
from beboersim.month.ledger import EV_CONVICTION, FLOW, Ledger, note
from beboersim.world.ages import AGES_IN_MONTHS, OLDEST, in_range
from beboersim.world.attachment import MOST_ODDS, times_by_attachment
from beboersim.world.codes import OUTSIDE
from beboersim.world.columns import I32, U8, U16, U32
from beboersim.world.offending import LOWEST_AGE_MONTHS, RISK_UNIT, Crime, conviction_risk
from beboersim.world.relative import against_the_mean
from beboersim.world.state import Households, Persons, Ties
from beboersim.world.taking_part import HEAVY, NO_USE, NOT_DRAWN

if TYPE_CHECKING:
    from beboersim.month.context import Context

CONVICTED = FLOW["convicted"]
OFFENDING_UNIT = 4096.0  # ties.offending is kept in these parts
ADULT_MONTHS = 18 * 12  # the lists count convictions of residents of eighteen and over


@kernel
def ask_offenders(
    persons: Persons,
    ties: Ties,
    start: int,
    stop: int,
    month: int,
    seed: int,
    address: int,
    trend: float,
    p: Crime,
    who: I32,
    what: U8,
) -> int:
    """Ask a span of persons and write down who is convicted this month. Nothing is changed."""
    household = persons.household
    birth = persons.birth
    own = persons.risk
    ties_own = ties.offending
    # At each age, the highest risk of somebody whose own risk and ties are one part each.
    most = max(risk_by_use(HEAVY, p), risk_by_use(NO_USE, p), 1.0) / RISK_UNIT / OFFENDING_UNIT
    most *= times_by_attachment(MOST_ODDS, p.weak_risk)
    highest = np.full(AGES_IN_MONTHS, -1.0)
    for age in range(LOWEST_AGE_MONTHS // 12, OLDEST + 1):
        for sex in range(2):
            for outside in range(2):
                for months_since in (0.0, 1e6):
                    risk = conviction_risk(float(age), sex, outside, months_since, most, trend, p)
                    highest[12 * age : 12 * age + 12] = np.maximum(highest[12 * age], risk / UNIT)
    most_at_any_age = highest.max()
    words = np.empty((4, BLOCK), np.uint32)
    first = words[0]
    marks = np.empty(BLOCK, np.uint8)
    near = np.empty(BLOCK, np.int64)
    found = 0
    for begin in range(start, stop, BLOCK):
        end = min(begin + BLOCK, stop)
        fill(seed, persons.id, begin, end, address, words)
        mark_near(first, most_at_any_age, own[begin:end], ties_own[begin:end], marks)
        number = listed(marks, end - begin, near)
        for k in range(number):
            row, word = begin + near[k], first[near[k]]
            bound = highest[in_range(month - birth[row])] * own[row] * ties_own[row]
            if household[row] < 0 or word >= bound:
                continue
            if is_convicted(persons, ties, row, month, word, trend, p) == 1:
                who[found] = row
                what[found] = 1
                found += 1
    return found


@borrowing
def mark_near(first: U32, highest: float, level: U8, offending: U16, marks: U8) -> None:
    """Mark whose word is below the bound of own risk and ties at any age, so that nothing is looked up."""
    for k in range(len(level)):
        marks[k] = first[k] < highest * level[k] * offending[k]


@borrowing
def is_convicted(
    persons: Persons, ties: Ties, row: int, month: int, word: int, trend: float, p: Crime
) -> int:
    """Say whether a person is convicted this month."""
    return 1 if uniform(word) < risk_of(persons, ties, row, month, trend, p) else 0


@kernel
def risk_by_use(use: int, p: Crime) -> float:
    """Return how many times the mean risk somebody's is by use of drugs or alcohol; 1 for who was never met (A-06)."""
    return 1.0 if use == NOT_DRAWN else against_the_mean(p.heavy_use, p.heavy_use_share, 1 if use == HEAVY else 0)


@borrowing
def risk_of(persons: Persons, ties: Ties, row: int, month: int, trend: float, p: Crime) -> float:
    """Return `conviction_risk` for a person of the tables, nil below the lowest age."""
    months_old = month - persons.birth[row]
    if months_old < LOWEST_AGE_MONTHS:
        return 0.0
    return conviction_risk(
        months_old / 12.0,
        persons.sex[row],
        1 if persons.activity[row] == OUTSIDE else 0,
        float(month - persons.convicted[row]),
        own_level(persons, ties, row, p),
        trend,
        p,
    )


@borrowing
def own_level(persons: Persons, ties: Ties, row: int, p: Crime) -> float:
    """Return how many times the nation's a person's risk is, beside age, sex, work and earlier convictions."""
    own = persons.risk[row] / RISK_UNIT * ties.offending[row] / OFFENDING_UNIT
    attached = times_by_attachment(persons.weak_odds[row], p.weak_risk)
    return own * attached * risk_by_use(ties.substance[row], p)


@borrowing
def convict(
    persons: Persons, households: Households, places: int, month: int, who: I32, ledger: Ledger
) -> None:
    """Book the month's convictions."""
    for k in range(who.shape[0]):
        row = who[k]
        area = households.area[persons.household[row]]
        adult = month - persons.birth[row] >= ADULT_MONTHS
        if persons.convicted_years[row] & 1 == 0 and adult and area < places:
            ledger.flows[CONVICTED, area] += 1.0
        persons.convicted[row] = month
        persons.convicted_years[row] |= 1
        note(ledger, month, EV_CONVICTION, persons.id[row], 0, area)


def crime_trend(c: Context) -> float:
    """Return the nation's level of convictions against the start year."""
    return trends.convicted_reference(c.rates_time) / trends.convicted_reference(c.start_month / 12.0)


def crime_now(c: Context) -> Crime:
    """Return the parameters, use of drugs and alcohol without effect where that link is switched off."""
    p = c.parameters.crime
    return p if c.flag("substance.on_crime") else p._replace(heavy_use=1.0)


def crime(c: Context) -> None:
    """Crime: convictions that the lists count, by individual risk."""
    world, p, trend = c.world, crime_now(c), crime_trend(c)
    word = c.address(Purpose.CRIME)
    who, _ = asked(
        c.pieces,
        int(world.used[0]),
        lambda start, stop, who, what: ask_offenders(
            world.persons, world.ties, start, stop, c.month, c.seed, word, trend, p, who, what
        ),
    )
    carry_out(c, who)


def carry_out(c: Context, who: I32) -> None:
    """Book the convictions of those who were asked."""
    convict(c.world.persons, c.world.households, c.world.places, c.month, who, c.ledger)

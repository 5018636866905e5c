"""Leaving: who looks for another home, who leaves the town, and why.

Hazards are fitted to the published move-out rates (mobility M2-085, M2-086, M2-100, M2-101) and to the share of moves
that stay in the municipality (M2-111). What is contested about stigma (effects M22b) has its own term and switch.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from beboersim.chance import Purpose, address, fill, highest_word, uniform
from beboersim.kernel import borrowing, kernel
from beboersim.month.asking import BLOCK, asked
from beboersim.month.exchange import Exchange, year_of
from beboersim.month.ledger import EV_DEPARTURE, EV_GAVE_UP, EV_SEARCH, FLOW, Ledger, moved, note
from beboersim.month.outline import (
    AT_WORK,
    CHILD,
    COUPLE,
    EDUCATED,
    NEW_JOB,
    PENSIONED,
    STUDYING,
    Outline,
    outline,
)
from beboersim.month.renewal import holding, staying_factor
from beboersim.world.ages import in_range
from beboersim.world.codes import DWELLING_KINDS, NOT_SEARCHING, REASONS, SOCIAL, TENURES, WANTS_CHANGE
from beboersim.world.columns import F64, I32, I64, U8
from beboersim.world.kinds import AGE_GROUP, FIRST_AGES, kind_number, kind_of
from beboersim.world.membership import part, vacate
from beboersim.world.mobility import (
    STAGE_FROM,
    Leaving,
    away_share,
    hazard_of,
    monthly_hazard,
    settled_factors,
    stage_of,
    yearly_rate,
)
from beboersim.world.profile import profile
from beboersim.world.queues import on_a_list, sign_up
from beboersim.world.state import Areas, Dwellings, Households, Persons

if TYPE_CHECKING:
    from beboersim.month.context import Context

HOUSEHOLDS_OUT = FLOW["households_out"]
RESOURCES_OUT = FLOW["resources_out"]
HIGHEST_CHANCE = 0.9  # of leaving the town in a month, whatever the balance; a guard
ROUNDING = 1e-9  # so that a bound stays one when numbers are rounded another way
GROUP_BY_MONTH = np.repeat(AGE_GROUP, 12).astype(np.uint8)
ALL_MARKS = 256
SETTLED_MONTHS = 600  # time in a home is told apart for so long; after that the bound is that of any time
STAYS, LOOKS, LEAVES_TOWN, GIVES_UP, NEVER_SETTLES, JOINS_LISTS = range(6)


@kernel
def decision_to_leave(hazard: float, away: float, balance: float, u: float) -> int:
    """Return whether a household stays, looks for another home in the town, or leaves the town this month.

    Parameters
    ----------
    hazard
        Probability of giving up the home, see `leave_hazard`; for a household without a home, that of leaving.
    away
        Share of those who leave the town, see `away_share`.
    balance
        How much more often households of this kind leave the town than mobility alone says, so that the town's ages
        follow their path (month.exchange); 1 where they do not.
    u
        Uniform draw.
    """
    leaves = min(hazard * away * balance, HIGHEST_CHANCE)
    if u < leaves:
        return LEAVES_TOWN
    return LOOKS if u < leaves + hazard * (1.0 - away) else STAYS


@borrowing
def depart(
    persons: Persons,
    households: Households,
    dwellings: Dwellings,
    used: I64,
    places: int,
    household: int,
    month: int,
    followed: int,
    ledger: Ledger,
) -> None:
    """Let a household leave the town. If it is followed it lives on elsewhere, otherwise its rows become free."""
    area = households.area[household]
    moved(ledger, households, places, household, area, places)
    note(ledger, month, EV_DEPARTURE, households.id[household], 0, area)
    vacate(households, dwellings, household, month)
    households.searching[household] = NOT_SEARCHING
    if followed == 1:
        households.area[household] = places
        return
    while households.head[household] >= 0:
        part(persons, households, households.head[household])


@borrowing
def is_followed(persons: Persons, households: Households, household: int) -> int:
    """Say whether any member belongs to a cohort that is followed wherever it lives."""
    member = households.head[household]
    while member >= 0:
        if persons.cohort_area[member] >= 0:
            return 1
        member = persons.next[member]
    return 0


class Departures(NamedTuple):
    """The month's conditions of leaving, the same for every household."""

    places: int
    seed: int
    address: int
    stigma_on: float
    balance: F64  # municipality x kind of household, see `decision_to_leave`
    highest: F64  # see `highest_chances`
    steps: F64  # percentiles of income by municipality
    settled: F64  # `settled_factor` by months in the home, as far as they are counted
    hold: F64  # by area: see `renewal.staying_factor`
    young: F64
    resourceful: float
    rates: F64  # `yearly_rate` by stage of life, marks of the outline, tenure and kind of dwelling


@kernel
def ask_to_leave(
    persons: Persons,
    households: Households,
    dwellings: Dwellings,
    areas: Areas,
    start: int,
    stop: int,
    month: int,
    m: Departures,
    p: Leaving,
    who: I32,
    what: U8,
) -> int:
    """Ask a span of households whether they stay, look for a home, leave, or give up looking. Nothing is changed."""
    head = households.head
    area_of = households.area
    moved_in = households.moved_in
    dwelling = households.dwelling
    # Most are ruled out by the highest chance of all, and most of the rest by that of their outline.
    most = m.highest[0].max()
    housed = np.empty(m.settled.shape[0], np.uint32)
    for months in range(housed.shape[0]):
        housed[months] = highest_word(most * m.settled[months])
    lodged = highest_word(m.highest[1].max())
    longest = housed.shape[0] - 1
    # About a search: who looks already may give up, who does not may join a list.
    about = np.zeros(len(REASONS), np.uint32)
    about[NOT_SEARCHING] = highest_word(p.join_list)
    about[WANTS_CHANGE] = highest_word(p.give_up_search)
    words = np.empty((4, BLOCK), np.uint32)
    first, fourth = words[0], words[3]
    near = np.empty(BLOCK, np.int64)
    found = 0
    for begin in range(start, stop, BLOCK):
        end = min(begin + BLOCK, stop)
        fill(m.seed, households.id, begin, end, m.address, words)
        number = 0
        since, living = moved_in[begin:end], dwelling[begin:end]
        place, searching = area_of[begin:end], households.searching[begin:end]
        for k in range(end - begin):
            near[number] = k
            bound = housed[min(max(month - since[k], 0), longest)] if living[k] >= 0 else lodged
            number += (first[k] <= bound) | (fourth[k] <= about[searching[k]]) | (place[k] > m.places)
        for k in range(number):
            row = begin + near[k]
            if head[row] < 0 or area_of[row] == m.places:
                continue
            if area_of[row] > m.places:
                if never_settles(households, row, month, p) == 1:
                    who[found] = row
                    what[found] = NEVER_SETTLES
                    found += 1
                continue
            u = uniform(first[row - begin])
            answer = STAYS
            seen = outline(persons, head[row], month)
            if u < highest_of(seen, households, row, month, m) and (
                u < likeliest(seen, households, dwellings, areas, row, month, m, p)
            ):
                answer = answer_of(persons, households, dwellings, areas, row, month, u, m, p)
            answer = about_search(households, row, answer, uniform(fourth[row - begin]), p)
            if answer != STAYS:
                who[found] = row
                what[found] = answer
                found += 1
    return found


@borrowing
def never_settles(households: Households, row: int, month: int, p: Leaving) -> int:
    """Say whether a household at the gate has looked for so long that it lives elsewhere."""
    return 1 if month - households.search_since[row] >= p.gate_months else 0


@borrowing
def about_search(households: Households, row: int, answer: int, spare: float, p: Leaving) -> int:
    """Return a household's answer as its search has it: who looks already may give up, who does not may join a list.

    `spare` is a uniform draw.
    """
    if households.searching[row] == NOT_SEARCHING:
        if answer == STAYS and spare < p.join_list and on_a_list(households, row) == 0:
            return JOINS_LISTS
        return answer
    if answer == LOOKS:  # it does already
        answer = STAYS
    if answer == STAYS and households.searching[row] == WANTS_CHANGE and spare < p.give_up_search:
        return GIVES_UP
    return answer


@borrowing
def reply(
    persons: Persons,
    households: Households,
    dwellings: Dwellings,
    areas: Areas,
    row: int,
    month: int,
    word: int,
    spare_word: int,
    m: Departures,
    p: Leaving,
) -> int:
    """Return what one household says about its home this month, as `ask_to_leave` writes it down."""
    if households.area[row] == m.places:
        return STAYS
    if households.area[row] > m.places:
        return NEVER_SETTLES if never_settles(households, row, month, p) == 1 else STAYS
    answer = answer_of(persons, households, dwellings, areas, row, month, uniform(word), m, p)
    return about_search(households, row, answer, uniform(spare_word), p)


@borrowing
def highest_of(seen: Outline, households: Households, row: int, month: int, m: Departures) -> float:
    """Return a bound on the chance that a household looks for a home or leaves, wherever it lives."""
    group = GROUP_BY_MONTH[in_range(month - seen.eldest)]
    if households.dwelling[row] < 0:
        return m.highest[1, group, seen.marks]
    months = min(max(month - households.moved_in[row], 0), m.settled.shape[0] - 1)
    return m.highest[0, group, seen.marks] * m.settled[months]


@borrowing
def likeliest(
    seen: Outline,
    households: Households,
    dwellings: Dwellings,
    areas: Areas,
    row: int,
    month: int,
    m: Departures,
    p: Leaving,
) -> float:
    """Return the chance that a household looks for a home or leaves, if its resources were the highest.

    The outline and the table of `settled` say what `answer_of` derives from the members, but for resources.
    """
    marks = seen.marks
    age = (month - seen.eldest) / 12.0
    child = 1 if marks & CHILD else 0
    employed = 1 if marks & AT_WORK else 0
    student = 1 if marks & STUDYING else 0
    area = households.area[row]
    kind = kind_number(age, child, 1 if marks & COUPLE else 0, employed, 1 if marks & EDUCATED else 0, student)
    balance = m.balance[areas.municipality[area], kind]
    home = households.dwelling[row]
    if home < 0:
        return min(p.lodger_leaves * balance, HIGHEST_CHANCE)
    rate = m.rates[stage_of(age), marks, dwellings.tenure[home], dwellings.kind[home]]
    months = min(max(month - households.moved_in[row], 0), m.settled.shape[0] - 1)
    stigma = areas.stigma_inside[area] * m.stigma_on
    hazard = monthly_hazard(rate, m.settled[months], stigma, 1.0, p)
    away = away_share(age, float(student), p)
    return min(hazard * away * balance, HIGHEST_CHANCE) + hazard * (1.0 - away) + ROUNDING


@borrowing
def answer_of(
    persons: Persons,
    households: Households,
    dwellings: Dwellings,
    areas: Areas,
    row: int,
    month: int,
    u: float,
    m: Departures,
    p: Leaving,
) -> int:
    """Return `decision_to_leave` for a household of the tables; one without a home only stays or leaves the town."""
    area = households.area[row]
    town = areas.municipality[area]
    who = profile(persons, households, row, month, m.steps[town])
    balance = m.balance[town, kind_of(who)]
    home = households.dwelling[row]
    if home < 0:
        return decision_to_leave(p.lodger_leaves, 1.0, balance, u)
    hazard = hazard_of(who, dwellings, areas, home, area, month - households.moved_in[row], m.stigma_on, p)
    busy = who.employed + who.students
    hazard *= staying_factor(who.resources, who.age, busy, m.hold[area], m.young[area], m.resourceful)
    return decision_to_leave(hazard, away_share(who.age, who.students, p), balance, u)


@borrowing
def let_leave(
    persons: Persons,
    households: Households,
    dwellings: Dwellings,
    areas: Areas,
    used: I64,
    month: int,
    organisations: I64,
    join_address: int,
    m: Departures,
    who: I32,
    what: U8,
    ledger: Ledger,
) -> None:
    """Carry out what households have answered."""
    for k in range(who.shape[0]):
        row = who[k]
        answer = what[k]
        area = households.area[row]
        if answer == NEVER_SETTLES:
            note(ledger, month, EV_GAVE_UP, households.id[row], 0, 0)
            while households.head[row] >= 0:
                part(persons, households, households.head[row])
        elif answer == GIVES_UP:
            households.searching[row] = NOT_SEARCHING
            note(ledger, month, EV_GAVE_UP, households.id[row], 0, area)
        elif answer == JOINS_LISTS:
            sign_up(households, areas, organisations, row, month, m.seed, join_address)
        elif answer == LOOKS:
            households.searching[row] = WANTS_CHANGE
            households.search_since[row] = month
            note(ledger, month, EV_SEARCH, households.id[row], 0, area)
        else:
            home = households.dwelling[row]
            if home >= 0 and dwellings.tenure[home] == SOCIAL:
                who_leaves = profile(persons, households, row, month, m.steps[areas.municipality[area]])
                ledger.flows[HOUSEHOLDS_OUT, area] += 1.0
                ledger.flows[RESOURCES_OUT, area] += who_leaves.resources
            followed = is_followed(persons, households, row)
            depart(persons, households, dwellings, used, m.places, row, month, followed, ledger)


@kernel
def rates_by_marks(p: Leaving) -> F64:
    """Return `yearly_rate` by stage of life, marks of the outline, tenure and kind of dwelling."""
    rates = np.zeros((len(STAGE_FROM), ALL_MARKS, len(TENURES), len(DWELLING_KINDS)))
    for stage in range(len(STAGE_FROM)):
        for marks in range(ALL_MARKS):
            for tenure in range(len(TENURES)):
                for kind in range(len(DWELLING_KINDS)):
                    rates[stage, marks, tenure, kind] = yearly_rate(
                        STAGE_FROM[stage],
                        1 if marks & COUPLE else 0,
                        1.0 if marks & CHILD else 0.0,
                        1.0 if marks & AT_WORK else 0.0,
                        1.0 if marks & STUDYING else 0.0,
                        1.0 if marks & PENSIONED else 0.0,
                        1.0 if marks & NEW_JOB else 0.0,
                        tenure,
                        kind,
                        p,
                    )
    return rates


@kernel
def highest_chances(rates: F64, balance: F64, most: float, p: Leaving) -> F64:
    """Return bounds on the monthly chance of looking or leaving, by group of age and marks of the outline.

    Parameters
    ----------
    rates
        See `rates_by_marks`.
    balance
        See `Departures`.
    most
        The most that stigma multiplies a hazard with.

    Returns
    -------
    Two tables: what is multiplied with the factor of settled time, for those with a home; the chance of lodgers.
    """
    found = np.zeros((2, len(FIRST_AGES), ALL_MARKS))
    highest = np.zeros((len(STAGE_FROM), ALL_MARKS))  # rate by stage of life and marks
    for stage in range(len(STAGE_FROM)):
        for marks in range(ALL_MARKS):
            highest[stage, marks] = rates[stage, marks].max()
    for group in range(len(FIRST_AGES)):
        age = float(FIRST_AGES[group])
        stage = stage_of(age)
        for marks in range(ALL_MARKS):
            student = 1 if marks & STUDYING else 0
            kind = kind_number(
                age, 1 if marks & CHILD else 0, 1 if marks & COUPLE else 0, 1 if marks & AT_WORK else 0,
                1 if marks & EDUCATED else 0, student,
            )  # fmt: skip
            often = balance[:, kind].max()
            away = away_share(age, float(student), p)
            hazard = highest[stage, marks] * most / 12.0
            found[0, group, marks] = hazard * (away * often + 1.0 - away) * (1.0 + ROUNDING)
            found[1, group, marks] = p.lodger_leaves * often * (1.0 + ROUNDING)
    return found


@lru_cache(maxsize=2)
def chances_of_year(
    exchanges: tuple[Exchange, ...], years: tuple[int, ...], stigma_on: float, p: Leaving
) -> tuple[F64, F64, F64, F64]:
    """Return what is the same in every month of a year: balance, highest chances, factors of settled time, rates."""
    balance = np.stack([year_of(one, year).leaving for one, year in zip(exchanges, years, strict=True)])
    rates = rates_by_marks(p)
    most = 1.0 + p.stigma * stigma_on * (1.0 + p.stigma_resources)
    return balance, highest_chances(rates, balance, most, p), settled_factors(SETTLED_MONTHS, p), rates


def departures(c: Context) -> Departures:
    """Return the month's conditions of leaving."""
    stigma_on = c.number("stigma.on_leaving")
    years = tuple(one.path.in_year(c.rates_time) for one in c.exchanges)
    balance, highest, settled, rates = chances_of_year(c.exchanges, years, stigma_on, c.parameters.leaving)
    return Departures(
        c.world.places, c.seed, c.address(Purpose.LEAVING), stigma_on, balance, highest, c.income_steps, settled,
        *holding(c), c.parameters.letting.resourceful, rates,
    )  # fmt: skip


def leaving(c: Context) -> None:
    """Leaving: who looks for another home, who leaves the town, and why."""
    world, p, m = c.world, c.parameters.leaving, departures(c)
    persons, households, dwellings, areas = world.persons, world.households, world.dwellings, world.areas
    who, what = asked(
        c.pieces,
        int(world.used[1]),
        lambda start, stop, who, what: ask_to_leave(
            persons, households, dwellings, areas, start, stop, c.month, m, p, who, what
        ),
    )
    carry_out(c, m, who, what)


def carry_out(c: Context, m: Departures, who: I32, what: U8) -> None:
    """Let what households have answered happen."""
    world = c.world
    let_leave(
        world.persons, world.households, world.dwellings, world.areas, world.used, c.month, c.organisations,
        address(Purpose.JOINING, 0), m, who, what, c.ledger,
    )  # fmt: skip

"""Schooling: starting school, youth education, higher education, and finishing or dropping out.

The steps are those of world.school; this file asks everyone once a month and lets the steps happen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from beboersim.chance import Purpose, fill, highest_word, normal, philox, uniform
from beboersim.kernel import borrowing, kernel
from beboersim.month.asking import BLOCK, asked, listed
from beboersim.month.ledger import EV_ACTIVITY, EV_EDUCATION, Ledger, note
from beboersim.month.safety import first_level
from beboersim.world.attachment import (
    BASIC_SCHOOLING,
    MOST_ODDS,
    ODDS_UNIT,
    SchoolLeavers,
    in_parts,
    log_odds_of,
    times_by_attachment,
)
from beboersim.world.codes import (
    BASIC,
    CHILD,
    EMPLOYED,
    KEEPER,
    OUTSIDE,
    PUPIL,
    STUDENT,
)
from beboersim.world.columns import F64, I16, I32, U8, U32
from beboersim.world.relative import against_the_mean
from beboersim.world.school import (
    BECOMES_PUPIL,
    BECOMES_STUDENT,
    COMPLETES,
    GROWN_UP,
    LATEST_START,
    LATEST_STUDY,
    SCHOOL_STARTS,
    STAYS,
    YOUTH_STARTS,
    Schooling,
    education_completed,
    school_step,
    starts_again,
)
from beboersim.world.state import Areas, Households, Persons, Ties
from beboersim.world.taking_part import CLUB, HEAVY, HELPS, NO_USE, NOT_DRAWN

if TYPE_CHECKING:
    from beboersim.month.context import Context

LEARNING_UNIT = 10000.0  # ties.learning is kept in these parts
DANISH_UNIT, NO_DANISH = 100.0, 255  # parts in which ties.danish is kept; the code of who was never asked
ADULT = 18 * 12  # months old
SAFER, USUAL_CLUBS = range(2)  # columns of `around`
TURNS_TWELVE = 250  # beside the steps of world.school: the area lived in at twelve is remembered


@kernel
def dropping_by_use(use: int, p: Schooling) -> float:
    """Return how many times the mean chance of dropping out somebody's is by use; 1 for who was never met (A-10)."""
    return 1.0 if use == NOT_DRAWN else against_the_mean(p.heavy_use, p.heavy_use_share, 1 if use == HEAVY else 0)


@kernel
def start_by_danish(danish: int, p: Schooling) -> float:
    """Return what command of Danish adds to the chance of starting youth education; 0 where it is not known (C-57)."""
    return 0.0 if danish == NO_DANISH else p.danish * (danish / DANISH_UNIT - p.danish_mean)


@kernel
def beginning_by_helping(bits: int, p: Schooling) -> float:
    """Return how many times others' a young adult's chance of beginning an education is by what is taken part in.

    An older youth who helps the younger finds a way of his or her own (A-25).
    """
    return p.helping if bits & HELPS else 1.0


@kernel
def start_by_safety(around: F64, area: int, p: Schooling) -> float:
    """Return what safety where one lives adds to the chance of starting youth education (C-05); see `around`."""
    return p.safe_start * around[area, SAFER] if area < len(around) else 0.0


@kernel
def dropping_by_safety(around: F64, area: int, p: Schooling) -> float:
    """Return how many times the chance of 2015 the chance of dropping out is by safety where one lives (C-05)."""
    return max(1.0 - p.safe_stay * around[area, SAFER], 0.0) if area < len(around) else 1.0


@kernel
def dropping_by_activities(around: F64, area: int, months_old: int, bits: int, p: Schooling) -> float:
    """Return the same by having a club or café to come to, over what was usual in 2015 (C-05)."""
    if area >= len(around):
        return 1.0
    usual = around[area, USUAL_CLUBS] if months_old < ADULT else 0.0
    return against_the_mean(p.activities_stay, usual, 1 if bits & CLUB else 0)


@kernel
def returning_by_attachment(own: float, education: int, p: Schooling) -> float:
    """Return how many times others' the chance to come back to a youth education is; to higher education all alike."""
    return times_by_attachment(own, -p.weak_returns) if education == BASIC else 1.0


@kernel
def highest_words(p: Schooling) -> tuple[int, int]:
    """Return bounds on the words of draws that let a student, or somebody who may begin again, take a step."""
    most = max(dropping_by_use(HEAVY, p), dropping_by_use(NO_USE, p), 1.0)
    most *= (1.0 + p.safe_stay) / p.activities_stay  # nobody feels safe, and everybody else comes to a club
    most *= times_by_attachment(MOST_ODDS, p.weak_drops)
    youth = p.complete_youth + p.drop_out_youth * most
    higher = p.complete_higher + p.drop_out_higher * most
    again = 0.0
    for education in range(4):
        again = max(again, starts_again(education, p) * returning_by_attachment(-MOST_ODDS, education, p))
    return highest_word(max(youth, higher) / 12.0), highest_word(max(p.helping, 1.0) * again / 12.0)


@kernel
def ask_pupils_and_students(
    persons: Persons,
    ties: Ties,
    households: Households,
    start: int,
    stop: int,
    month: int,
    seed: int,
    address: int,
    around: F64,
    p: Schooling,
    who: I32,
    what: U8,
) -> int:
    """Ask a span of persons and write down who takes a step, and which; return how many. Nothing is changed."""
    household = persons.household
    birth = persons.birth
    activity = persons.activity
    studying, beginning = highest_words(p)
    words = np.empty((4, BLOCK), np.uint32)
    first = words[0]
    marks = np.empty(BLOCK, np.uint8)
    near = np.empty(BLOCK, np.int64)
    found = 0
    for begin in range(start, stop, BLOCK):
        end = min(begin + BLOCK, stop)
        fill(seed, persons.id, begin, end, address, words)
        mark_near(first, studying, beginning, activity[begin:end], birth[begin:end], month, marks)
        number = listed(marks, end - begin, near)
        for k in range(number):
            row = begin + near[k]
            if household[row] < 0:
                continue
            step = step_of(persons, ties, households, row, month, first[near[k]], around, p)
            if step != STAYS:
                who[found] = row
                what[found] = step
                found += 1
    return found


@borrowing
def mark_near(first: U32, studying: int, beginning: int, doing: U8, born: I16, month: int, marks: U8) -> None:
    """Mark who is of an age to take a step, or has a word not above the bound of those who do the same."""
    for k in range(len(born)):
        months_old = month - born[k]
        begins = (doing[k] == CHILD) & (months_old >= SCHOOL_STARTS)
        leaves = (doing[k] == PUPIL) & ((months_old >= YOUTH_STARTS) | (months_old == GROWN_UP))
        stops = (doing[k] == STUDENT) & ((months_old >= LATEST_STUDY) | (first[k] <= studying))
        free = ((doing[k] == EMPLOYED) | (doing[k] == OUTSIDE)) & (months_old < LATEST_START)
        marks[k] = begins | leaves | stops | (free & (first[k] <= beginning))


@borrowing
def step_of(
    persons: Persons, ties: Ties, households: Households, row: int, month: int, word: int, around: F64, p: Schooling
) -> int:
    """Return `school_step` for a person of the tables, or TURNS_TWELVE; `around` as it is returned below."""
    months_old = month - persons.birth[row]
    doing = persons.activity[row]
    parent_works = 0
    if doing == PUPIL:
        if months_old == GROWN_UP:
            return TURNS_TWELVE
        parent_works = works_at_home(persons, households, persons.household[row])
    months_in = month - persons.since[row]
    area, bits = households.area[persons.household[row]], ties.takes_part[row]
    learning = ties.learning[row] / LEARNING_UNIT + start_by_danish(ties.danish[row], p)
    learning += start_by_safety(around, area, p)
    dropping = dropping_by_use(ties.substance[row], p) * dropping_by_safety(around, area, p)
    dropping *= dropping_by_activities(around, area, months_old, bits, p)
    dropping *= times_by_attachment(persons.weak_odds[row], p.weak_drops)
    beginning = beginning_by_helping(bits, p)
    beginning *= returning_by_attachment(persons.weak_odds[row], persons.education[row], p)
    return school_step(
        months_old, persons.education[row], doing, months_in, parent_works, learning, uniform(word), p,
        dropping, beginning,
    )  # fmt: skip


@borrowing
def works_at_home(persons: Persons, households: Households, home: int) -> int:
    """Say whether anyone who keeps the household works or studies."""
    member = households.head[home]
    while member >= 0:
        doing = persons.activity[member]
        if persons.role[member] == KEEPER and (doing == EMPLOYED or doing == STUDENT):
            return 1
        member = persons.next[member]
    return 0


@kernel
def first_wage(parents: float, level: float, spread: float, inherited: float, noise: float) -> float:
    """Return the own wage level of somebody who leaves school.

    Parameters
    ----------
    parents
        Mean own wage level of those who keep the household, DKK a year; 0 if nobody has one.
    level
        Mean of the logarithm of own wage levels in the town on its first day.
    spread, inherited
        Standard deviation of the logarithm, and the part of the parents' advantage that is passed on.
    noise
        A standard normal draw.
    """
    lead = np.log(parents) - level if parents > 0.0 else 0.0
    return np.exp(level + inherited * lead + np.sqrt(1.0 - inherited**2) * spread * noise)


@kernel
def chance_of_weak_leaver(usual: float, parents: float, parent_works: int, p: Schooling) -> float:
    """Return the chance that somebody leaves school weakly attached to work.

    Parameters
    ----------
    usual
        Of who has a parent in work or education who is like the town's mean; see `SchoolLeavers`.
    parents, parent_works
        See `parents_odds` and `works_at_home`.
    """
    chance = 1.0 / (1.0 + np.exp(-(log_odds_of(usual) + p.weak_inherited * parents)))
    chance += p.weak_parents_outside if parent_works == 0 else 0.0
    return min(max(chance, 0.005), 0.95)


@borrowing
def parents_odds(persons: Persons, households: Households, home: int) -> float:
    """Return the mean log-odds, of those who keep a household, of being weakly attached against others of their age."""
    total = 0.0
    number = 0.0
    member = households.head[home]
    while member >= 0:
        if persons.role[member] == KEEPER:
            schooled = BASIC_SCHOOLING if persons.education[member] == BASIC else 0.0
            total += persons.weak_odds[member] / ODDS_UNIT + schooled
            number += 1.0
        member = persons.next[member]
    return total / number if number > 0.0 else 0.0


@borrowing
def take_steps(
    persons: Persons,
    households: Households,
    areas: Areas,
    month: int,
    seed: int,
    address: int,
    p: Schooling,
    leavers: SchoolLeavers,
    who: I32,
    what: U8,
    ledger: Ledger,
) -> None:
    """Carry out the steps in education."""
    for k in range(who.shape[0]):
        row = who[k]
        step = what[k]
        home = persons.household[row]
        if step == TURNS_TWELVE:
            area = households.area[home]
            persons.area_grown[row] = area if areas.organisation[area] >= 0 else -1
            continue
        if step == BECOMES_PUPIL:
            persons.activity[row] = PUPIL
            persons.since[row] = month
            note(ledger, month, EV_ACTIVITY, persons.id[row], 0, PUPIL)
            continue
        words = philox(seed, persons.id[row], address, 0)
        kind, attached, lot = uniform(words[1]), uniform(words[2]), uniform(words[3])
        if step == COMPLETES:
            persons.education[row] = education_completed(persons.education[row], kind, p)
            persons.danish_education[row] = 1
            if persons.weak[row] == 1 and attached < p.weak_lost_by_education:
                persons.weak[row] = 0
            note(ledger, month, EV_EDUCATION, persons.id[row], 0, persons.education[row])
        if persons.activity[row] == PUPIL:
            town = max(areas.municipality[households.area[home]], 0)
            chance = chance_of_weak_leaver(
                leavers.weak[town], parents_odds(persons, households, home), works_at_home(persons, households, home), p
            )
            persons.weak[row] = 1 if attached < chance else 0
            persons.weak_odds[row] = in_parts(log_odds_of(chance) - leavers.weak_usual[town])
            own = first_wage(
                parents_wage(persons, households, home), leavers.wage_level[town], leavers.wage_spread[town],
                p.wage_inherited, normal(kind, lot),
            )  # fmt: skip
            persons.wage[row] = own
        to = STUDENT if step == BECOMES_STUDENT else OUTSIDE
        if to == OUTSIDE and persons.activity[row] == STUDENT and persons.weak[row] == 0 and lot < p.job_at_once:
            to = EMPLOYED
        persons.activity[row] = to
        persons.since[row] = month
        persons.hours[row] = 100 if to == EMPLOYED else 0
        note(ledger, month, EV_ACTIVITY, persons.id[row], 0, to)


@borrowing
def parents_wage(persons: Persons, households: Households, home: int) -> float:
    """Return the mean own wage level of those who keep a household, DKK a year."""
    total = 0.0
    number = 0.0
    member = households.head[home]
    while member >= 0:
        if persons.role[member] == KEEPER and persons.wage[member] > 0.0:
            total += persons.wage[member]
            number += 1.0
        member = persons.next[member]
    return total / number if number > 0.0 else 0.0


def schooling_now(c: Context) -> Schooling:
    """Return the month's parameters: with what a switch closes set to no effect, and what rises over the years."""
    p = c.parameters.schooling
    closed = {
        "substance.on_school": {"heavy_use": 1.0},
        "meetings.language": {"danish": 0.0},
        "youth.helping_on_way": {"helping": 1.0},
        "safety.on_education": {"safe_start": 0.0, "safe_stay": 0.0},
        "youth.activities_on_staying": {"activities_stay": 1.0},
        "time.on_education": {"rise": 0.0},
    }
    for switch, none in closed.items():
        if not c.flag(switch):
            p = p._replace(**none)
    return risen(p, c.rates_time - c.start_month / 12.0)


def risen(p: Schooling, years: float) -> Schooling:
    """Return the rates of youth education as they are some years later, if education rises by itself (C-48).

    The odds of starting rise by `rise` a year in logarithm and dropping out falls as much, so that the odds of being in
    youth education or through it rise by about that.
    """
    if p.rise == 0.0 or years == 0.0:
        return p
    times = np.exp(p.rise * years)
    odds = p.start_youth / (1.0 - p.start_youth) * times
    return p._replace(start_youth=float(odds / (1.0 + odds)), drop_out_youth=float(p.drop_out_youth / times))


def around(c: Context, p: Schooling) -> F64:
    """Return what around people acts on education (C-05), area x the columns SAFER and USUAL_CLUBS.

    SAFER is the share of residents who feel safe over that of the first day, USUAL_CLUBS the share of the young who
    came to a club in 2015. There are no rows where neither is of any effect, and nothing is looked up.
    """
    if p.safe_start == 0.0 and p.safe_stay == 0.0 and p.activities_stay == 1.0:
        return np.zeros((0, 2))
    areas, places = c.world.areas, c.world.places
    found = np.zeros((len(areas.kind), 2))
    found[:places, SAFER] = (areas.safety - c.made_once(first_level))[:places]
    found[c.named_areas, USUAL_CLUBS] = c.parameters.youth.club_reach
    return found


def schooling(c: Context) -> None:
    """Schooling: starting, finishing and leaving school, youth education and higher education."""
    world, p = c.world, schooling_now(c)
    here = around(c, p)
    word = c.address(Purpose.SCHOOLING)
    who, what = asked(
        c.pieces,
        int(world.used[0]),
        lambda start, stop, who, what: ask_pupils_and_students(
            world.persons, world.ties, world.households, start, stop, c.month, c.seed, word, here, p, who, what
        ),
    )
    carry_out(c, who, what)


def carry_out(c: Context, who: I32, what: U8) -> None:
    """Let the steps of those who were asked happen."""
    world = c.world
    take_steps(
        world.persons, world.households, world.areas, c.month, c.seed, c.address(Purpose.SCHOOLING),
        c.parameters.schooling, c.school_leavers, who, what, c.ledger,
    )  # fmt: skip

"""Reach: which residents of an area are in contact with the staff of its plan, and which of them are helped.

Who would come is the person's own and does not change: one draw for contact, one for help towards work, one for advice.
A person comes when the reach of the staff is above it. So as many take part as the reach says on any day, the first one
too; those who fall out when staff are cut are those who were hardest to reach; and the same persons fall out in every
world. Months in contact are counted, and begin again where the member of staff has gone.

Help towards work multiplies the chance of finding it for who takes part (M05). The rates of finding work are those of
2015, with the plans that ran then. So everybody in an area with a plan has the rate of 2015 over what help gave in the
mean, and who takes part has more: at the frame of 2015-2018 the mean is the rate of 2015, and a cut takes its part
away.
What help gave is kept for years after it ended (effects E1), also by those who move away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from beboersim.chance import Purpose, address, philox, uniform
from beboersim.kernel import borrowing, kernel
from beboersim.month.asking import BLOCK, listed
from beboersim.month.staffing import (
    ADVICE,
    Staff,
    as_first,
    coordinated_work,
    dose,
    full_staff,
    has_plan,
    known_in_the_mean,
    lever,
    staff_per_1000,
    stay,
)
from beboersim.month.trusting import succeeds_by_trust
from beboersim.world import taking_part
from beboersim.world.codes import NAMED_AREA, OUTSIDE
from beboersim.world.columns import F64, I64, U8, U16
from beboersim.world.state import Areas, Households, Persons, Ties

if TYPE_CHECKING:
    from beboersim.month.context import Context

JOB_CHANCE_UNIT = 4096.0  # ties.job_chance is kept in these parts
NO_HELP = 4096
JOB_HELP, ADVISED = taking_part.JOB_HELP, taking_part.ADVICE
FIRST_CONTACT, ADULT, LAST_WORKING_AGE = 6, 18, 64
LONGEST_KNOWN = 255
OWN = address(Purpose.STAFF, 0)  # who would come is drawn once; no month is month 0


class Reach(NamedTuple):
    """How far the staff reach this month, by area, and what it gives."""

    adults: F64  # share of men in work who are in contact
    children: F64  # the same of those aged 6-17
    jobs: F64  # share of men in work who would take part in help towards work, were they outside it
    advice: F64
    breaks: F64  # chance that a contact is broken, for the member of staff has gone
    gain: F64  # area x sex: times the chance of finding work, of who takes part
    lasting: F64  # share of what help gave that is left a month after it ended
    bridge: float  # times the chance of help, of those in contact
    opens: float  # times the chance of help towards work, of those who get advice
    planned: F64  # 1 where there is a plan


# One person


@kernel
def filled(staff: float, kappa: float) -> float:
    """Return how much of the reach there can be is there (M01): the first members of staff bring the most.

    Parameters
    ----------
    staff
        Staff-years a thousand residents.
    kappa
        A thousand residents a staff-year (assumption, `staff.kappa`).
    """
    return 1.0 - np.exp(-kappa * staff)


@kernel
def filled_where(full: F64, staff: F64, kappa: float) -> F64:
    """Return `filled` by area, 0 where there is no plan; `full` is the staff that a plan can have."""
    found = np.zeros(len(full))
    for area in range(len(full)):
        if full[area] > 0.0:
            found[area] = filled(staff[area], kappa)
    return found


@kernel
def weight_of(sex: int, outside: int, women: float, outside_work: float) -> float:
    """Return how many times a man's in work an adult's chance of contact is (M01: participants come with weights)."""
    return (women if sex == 1 else 1.0) * (outside_work if outside == 1 else 1.0)


@kernel
def meets(u: float, age: int, weight: float, adults: float, children: float) -> int:
    """Say whether somebody is in contact with the staff.

    Parameters
    ----------
    u
        The person's own draw.
    adults, children
        The reach among men in work, and among those aged 6 to 17; smaller children are not counted.
    """
    if age < FIRST_CONTACT:
        return 0
    return 1 if u < (children if age < ADULT else adults * weight) else 0


@kernel
def is_helped(u: float, weight: float, reach: float, contact: int, bridge: float) -> int:
    """Say whether an adult gets help of a kind; who is in contact with the staff finds the way more easily (C-16)."""
    return 1 if u < reach * weight * (bridge if contact == 1 else 1.0) else 0


@kernel
def known_after(known: int, contact: int, broken: int) -> int:
    """Return the months that somebody has been in contact with the same staff."""
    if contact == 0 or broken == 1:
        return 0
    return min(known + 1, LONGEST_KNOWN)


@kernel
def known_at_first(u: float, breaks: float) -> int:
    """Return the months of contact of who has one on the first day, if months have broken contacts at this rate."""
    return int(min(np.log(u) / np.log(1.0 - breaks), LONGEST_KNOWN))


@kernel
def kept_of_help(now: int, lasting: float) -> int:
    """Return what a month without help leaves of what help gave, in parts of `JOB_CHANCE_UNIT` (effects E1)."""
    return NO_HELP + int((now - NO_HELP) * lasting)


@kernel
def helped_in_the_mean(
    adults: float, jobs: float, advice: float, weight: float, bridge: float, opens: float
) -> float:
    """Return the share who take part in help towards work, some being in contact with the staff and some advised."""
    contact = min(adults * weight, 1.0)
    of_contacts = helped_and_advised(jobs * weight * bridge, advice * weight * bridge, opens)
    return contact * of_contacts + (1.0 - contact) * helped_and_advised(jobs * weight, advice * weight, opens)


@kernel
def helped_and_advised(jobs: float, advice: float, opens: float) -> float:
    """Return the share who take part in help towards work, the advised among them `opens` times as readily (A-24)."""
    without = min(jobs, 1.0)
    return without + min(advice, 1.0) * (min(jobs * opens, 1.0) - without)


@kernel
def rate_without(share: float, gain: float) -> float:
    """Return the chance of finding work of who is not helped over the chance of 2015, where a share were helped."""
    return 1.0 / (1.0 + share * (gain - 1.0))


# Everybody


@kernel
def visit_all(
    persons: Persons,
    ties: Ties,
    households: Households,
    used: I64,
    homes: I64,
    month: int,
    seed: int,
    this_month: int,
    first_day: int,
    r: Reach,
    p: Staff,
) -> None:
    """Go through those who live in the homes of areas with a plan, and those elsewhere who once had to do with one."""
    let_go(persons, ties, households, used, r)
    visit_homes(persons, ties, households, homes, month, seed, this_month, first_day, r, p)


@kernel
def let_go(persons: Persons, ties: Ties, households: Households, used: I64, r: Reach) -> None:
    """Let those who once had to do with a plan, and live elsewhere, lose what the staff gave."""
    known, chance, takes_part = ties.known, ties.job_chance, ties.takes_part
    household, area_of = persons.household, households.area
    marks = np.empty(BLOCK, np.uint8)
    near = np.empty(BLOCK, np.int64)
    for begin in range(0, used[0], BLOCK):
        end = min(begin + BLOCK, used[0])
        mark_reached(known[begin:end], chance[begin:end], takes_part[begin:end], marks)
        number = listed(marks, end - begin, near)
        for k in range(number):
            row = begin + near[k]
            if household[row] < 0:
                continue
            area = area_of[household[row]]
            if r.planned[area] == 0.0:
                known[row] = 0
                takes_part[row] &= ~(JOB_HELP | ADVISED)
                chance[row] = kept_of_help(chance[row], r.lasting[area])


@borrowing
def mark_reached(known: U8, chance: U16, takes_part: U16, marks: U8) -> None:
    """Mark those of a block who once had to do with a plan's staff."""
    for k in range(len(known)):
        helped = (takes_part[k] & (JOB_HELP | ADVISED)) != 0
        marks[k] = (known[k] != 0) | (chance[k] != NO_HELP) | helped


@borrowing
def visit_homes(
    persons: Persons,
    ties: Ties,
    households: Households,
    homes: I64,
    month: int,
    seed: int,
    this_month: int,
    first_day: int,
    r: Reach,
    p: Staff,
) -> None:
    """Let the residents of areas with a plan meet the staff, or not. Columns are named once: that is much faster."""
    ids, births, sexes, activities, following = persons.id, persons.birth, persons.sex, persons.activity, persons.next
    known, chance, takes_part = ties.known, ties.job_chance, ties.takes_part
    adults, children, jobs, advice, breaks = r.adults, r.children, r.jobs, r.advice, r.breaks
    gain, lasting, bridge, opens = r.gain, r.lasting, r.bridge, r.opens
    women, outside_work = p.women, p.outside
    area_of, head, moved_in = households.area, households.head, households.moved_in
    for k in range(homes.shape[0]):
        area = area_of[homes[k]]
        came = 1 if moved_in[homes[k]] >= month - 1 else 0
        row = head[homes[k]]
        while row >= 0:
            age = (month - births[row]) // 12
            outside = 1 if activities[row] == OUTSIDE else 0
            sex = sexes[row]
            own = philox(seed, ids[row], OWN, 0)
            weight = weight_of(sex, outside, women, outside_work)
            contact = meets(uniform(own[0]), age, weight, adults[area], children[area])
            if contact == 1 and first_day == 1:
                u = uniform(philox(seed, ids[row], this_month, 0)[0])
                known[row] = known_at_first(u, breaks[area])
            else:
                broken = came
                if contact == 1 and known[row] > 0 and broken == 0:
                    broken = 1 if uniform(philox(seed, ids[row], this_month, 0)[0]) < breaks[area] else 0
                known[row] = known_after(known[row], contact, broken)
            bits = takes_part[row] & ~(JOB_HELP | ADVISED)
            helped = 0
            if age >= ADULT and is_helped(uniform(own[2]), weight, advice[area], contact, bridge) == 1:
                bits |= ADVISED
            if outside == 1 and age >= ADULT and age <= LAST_WORKING_AGE:
                offered = jobs[area] * (opens if bits & ADVISED != 0 else 1.0)
                helped = is_helped(uniform(own[1]), weight, offered, contact, bridge)
            if helped == 1:
                bits |= JOB_HELP
                chance[row] = round(JOB_CHANCE_UNIT * gain[area, sex])
            else:
                chance[row] = kept_of_help(chance[row], lasting[area])
            takes_part[row] = bits
            row = following[row]


REACHED = ("in_contact", "helped_to_work", "advised")  # what is recorded, in the order of the rows


@borrowing
def count_reached(
    persons: Persons, ties: Ties, households: Households, areas: Areas, used: I64, found: F64
) -> None:
    """Count the residents of areas with a plan who have to do with its staff: `REACHED` x area."""
    for home in range(used[1]):
        area, row = households.area[home], households.head[home]
        while row >= 0 and areas.kind[area] == NAMED_AREA:
            found[0, area] += 1.0 if ties.known[row] > 0 else 0.0
            found[1, area] += 1.0 if ties.takes_part[row] & JOB_HELP != 0 else 0.0
            found[2, area] += 1.0 if ties.takes_part[row] & ADVISED != 0 else 0.0
            row = persons.next[row]


# What the month knows


def reach_now(c: Context, breaks: F64, at_start: bool = False) -> Reach:
    """Return how far the staff reach; at the start no lever is read, but what it was (switches are).

    Parameters
    ----------
    breaks
        The chance that a contact is broken this month, by area.
    """
    areas, p = c.world.areas, c.parameters.staff
    full = c.kept(full_staff)
    all_work = np.divide(areas.staff, full, out=np.zeros(len(full)), where=full > 0.0)
    free = lever(c, "staff.non_authority", at_start)
    able = staff_per_1000(c) * areas.fit * (free + (1.0 - free) * p.authority)

    def part(one: F64) -> F64:
        return filled_where(full, able * one, p.kappa)

    contact = c.number("staff.on_contact") * part(all_work) * by_being_known(c)
    if not at_start:
        contact = contact * np.exp(p.safe * (areas.safety - c.parameters.safety.named))
    times = np.ones(len(full)) if at_start else coordinated_work(c)
    trusted = np.ones(len(full)) if at_start else succeeds_by_trust(c)
    gain = 1.0 + (np.array([p.jobs_men, p.jobs_women]) - 1.0) * (times * trusted)[:, None]
    return Reach(
        adults=p.reach_adults * contact,
        children=p.reach_children * contact,
        jobs=p.reach_adults * part(dose(c, "education_and_jobs", at_start)),
        advice=c.number("staff.on_advice") * p.advice_reach * part(dose(c, ADVICE, at_start)),
        breaks=breaks,
        gain=gain,
        lasting=0.5 ** (1.0 / (p.lasting_months * times)),
        bridge=bridge(c),
        opens=opened_by_advice(c),
        planned=c.made_once(has_plan),
    )


def bridge(c: Context) -> float:
    """Return how many times the chance of help contact with the staff gives."""
    return 1.0 + c.number("staff.bridge_on_help") * (c.parameters.staff.bridge - 1.0)


def opened_by_advice(c: Context) -> float:
    """Return how many times the chance of help towards work advice gives: a way that was not found before (A-24)."""
    return 1.0 + c.number("staff.advice_on_help") * (c.parameters.staff.advice_help - 1.0)


def by_being_known(c: Context) -> F64:
    """Return the reach that being known gives, over that at the reference, by area (C-17)."""
    p = c.parameters.staff
    return 1.0 - p.known_weight + p.known_weight * c.world.areas.staff_known / c.made_once(known_in_the_mean)


def without_plan(c: Context) -> F64:
    """Return the chance of finding work without help over the chance of 2015, by area and sex; 1 without a plan."""
    p = c.parameters.staff
    part = filled(staff_per_1000(c), p.kappa)
    found = np.ones((len(c.dose), 2))
    for sex, gain in enumerate((p.jobs_men, p.jobs_women)):
        share = helped_in_the_mean(
            c.number("staff.on_contact") * p.reach_adults * part, p.reach_adults * part,
            c.number("staff.on_advice") * p.advice_reach * part, weight_of(sex, 1, p.women, p.outside), bridge(c),
            opened_by_advice(c),
        )  # fmt: skip
        found[:, sex] = np.where(has_plan(c) > 0.0, rate_without(share, gain), 1.0)
    return found


def meet(c: Context, breaks: F64) -> None:
    """Let the residents meet the staff of the month."""
    world, p = c.world, c.parameters.staff
    visit_all(
        world.persons, world.ties, world.households, world.used, c.homes_in_named_areas(), c.month, c.seed,
        c.address(Purpose.STAFF), 0, reach_now(c, breaks), p,
    )  # fmt: skip


def first_meetings(c: Context) -> None:
    """Let the residents of the first day be in contact as many months as they would be if it had always been so."""
    world, p = c.world, c.parameters.staff
    cycle = as_first("funding.grant_months", c)
    stays = stay(p.turnover, 1.0, 0) * as_first("staff.kept", c) ** (1.0 / cycle)
    visit_all(
        world.persons, world.ties, world.households, world.used, c.homes_in_named_areas(), c.month, c.seed,
        c.address(Purpose.TIES_AT_START), 1, reach_now(c, np.full(len(c.dose), 1.0 - stays), at_start=True), p,
    )  # fmt: skip

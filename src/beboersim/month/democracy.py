"""Democracy: resident democracy, workshops, youth council and local integration council.

Once a year, around the birthday, it is settled whether somebody has been to the residents' meetings; age and time in
the home decide most (effects M14: E095 E096). Having a say acts on how well activities fit those they are for, and on
nobody's work, schooling or crime directly. Efforts to raise participation have hardly moved it elsewhere (E120, X17).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from beboersim.chance import Purpose, draw
from beboersim.kernel import borrowing, kernel
from beboersim.month.councils import reach_of_council
from beboersim.month.volunteering import ADULT, YOUNGEST, reference, residents_of
from beboersim.month.volunteers import TRUST_UNIT
from beboersim.policy.catalogue import catalogue
from beboersim.world.codes import NAMED_AREA
from beboersim.world.columns import F64, I64, U8
from beboersim.world.state import Households, Persons, Ties
from beboersim.world.taking_part import MEETINGS

if TYPE_CHECKING:
    from beboersim.month.context import Context

COUNCIL_AGES = (15 * 12, 25 * 12)  # months, of a youth council (assumption)
MIDDLE, OLD = 35 * 12, 50 * 12  # months, the ages at which E095 and E096 draw their lines
A_YEAR = 12  # months of meetings that are asked about
MOST = 0.95  # a chance is no higher than this
FACTOR_MOST = 3.0  # nothing is worth more than thrice what was usual


class Democracy(NamedTuple):
    """Parameters of this process; see evidence/parameters/democracy.toml."""

    attend_young: float
    attend_middle: float
    attend_old: float
    plan_gain: float
    workshop_gain: float
    youth_council_gain: float
    council_gain: float
    council_across: float
    open_gain: float
    solution_gain: float
    trust_gain: float
    house_gain: float
    trust_work: float
    dialogue_gain: float
    fit_up: float
    fit_down: float


class Invitations(NamedTuple):
    """What is decided about meetings this month, by area."""

    reach: F64  # times the attendance of 2015
    youth_council: F64  # added chance for those of its ages
    steering: F64  # share of an activity that residents put into words themselves
    dialogue: F64  # 0 to 1, how far politicians and residents talk


@kernel
def attends(months_old: int, months_here: int, reach: float, council: float, p: Democracy) -> float:
    """Return the chance that somebody has been to a residents' meeting within the year.

    Parameters
    ----------
    months_old, months_here
        Age, and time in the home: who came in the year could go to the meetings since (18-34: E095; 50 and over: E096).
    reach
        Times the attendance of 2015.
    council
        What a youth council adds for those of its ages (C-35).
    """
    if months_old < ADULT:
        base = 0.0  # not yet a tenant with a vote
    elif months_old < MIDDLE:
        base = p.attend_young
    elif months_old < OLD:
        base = p.attend_middle
    else:
        base = p.attend_old
    exposed = min(max(months_here / A_YEAR, 0.0), 1.0)
    chance = min(base * exposed * reach, MOST)
    if COUNCIL_AGES[0] <= months_old < COUNCIL_AGES[1]:
        chance = min(chance + council, MOST)
    return chance


@kernel
def reach_of_meetings(
    staff: float, workshops: float, usual_staff: float, usual_workshops: float, council: float, p: Democracy
) -> float:
    """Return how many times as many come to the meetings as in 2015.

    Parameters
    ----------
    staff, usual_staff
        Staff-years per 1,000 residents, and those of 2015; they prepare the meetings (C-04).
    workshops, usual_workshops
        Workshops a year; they are held as far as there are staff to hold them (C-33).
    council
        See `month.councils`.
    """
    there = staff / usual_staff
    held = workshops * min(there, 1.0) / usual_workshops
    plan = max(1.0 + p.plan_gain * (min(there, FACTOR_MOST) - 1.0), 0.0)
    workshop = max(1.0 + p.workshop_gain * (min(held, FACTOR_MOST) - 1.0), 0.0)
    return plan * workshop * council


@borrowing
def fill_reach(
    kind: U8, staff: F64, residents: F64, workshops: F64, usual_staff: float, usual_workshops: float, council: float,
    p: Democracy, reach: F64,
) -> None:  # fmt: skip
    """Write down `reach_of_meetings` of every named area."""
    for area in range(residents.shape[0]):
        if kind[area] == NAMED_AREA:
            there = 1000.0 * staff[area] / max(residents[area], 1.0)
            reach[area] = reach_of_meetings(there, workshops[area], usual_staff, usual_workshops, council, p)


@kernel
def fitting(steering: float, say: float, usual_say: float, trust: float, planned: float, p: Democracy) -> float:
    """Return how well activities come to fit those they are for, times the fit of 2015.

    Parameters
    ----------
    steering
        Share of an activity that residents put into words themselves, beyond 2015 (C-32); it takes residents who come.
    say, usual_say
        Share of adults who come to meetings, and what is usual.
    trust
        Mean trust of the residents against the nation's, in standard deviations (C-24).
    planned
        How much staff and residents plan together, times that of 2015 (C-26).
    """
    present = min(say / usual_say, 1.0)
    together = p.house_gain * (planned - 1.0)
    return max(1.0 + p.solution_gain * steering * present + p.trust_gain * trust + together, 0.0)


@kernel
def next_fit(now: float, target: float, dialogue: float, p: Democracy) -> float:
    """Return next month's fit: solutions are learnt and forgotten with half-lives in months.

    What politicians and residents have talked over is forgotten more slowly (C-31).
    """
    half_life = p.fit_up if target > now else p.fit_down * (1.0 + p.dialogue_gain * dialogue)
    return now + (1.0 - 2.0 ** (-1.0 / half_life)) * (target - now)


@borrowing
def go_to_meetings(
    persons: Persons,
    ties: Ties,
    households: Households,
    homes: I64,
    month: int,
    seed: int,
    address: int,
    everybody: bool,
    m: Invitations,
    p: Democracy,
    sums: F64,
) -> None:
    """Settle for those of some homes with a birthday, or for everybody in them, whether they have been to meetings.

    `sums` gets, by area: adults, adults who have been there, people whose trust is known, and their trust.
    """
    head, area_of, moved_in = households.head, households.area, households.moved_in
    following, birth, takes_part, trust = persons.next, persons.birth, ties.takes_part, ties.trust
    for home in homes:
        area = area_of[home]
        here = month - moved_in[home]
        member = head[home]
        while member >= 0:
            age = month - birth[member]
            if age >= YOUNGEST:
                if everybody or age % 12 == 0:
                    # Asked at the last birthday, which is now or, on the first day, up to a year ago.
                    chance = attends(age, here - age % 12, m.reach[area], m.youth_council[area], p)
                    goes = draw(seed, persons.id[member], address, 0) < chance
                    rest = takes_part[member] & (0xFFFF ^ MEETINGS)
                    takes_part[member] = rest | (MEETINGS if goes else 0)
                sums[2, area] += 1.0
                sums[3, area] += trust[member]
                if age >= ADULT:
                    sums[0, area] += 1.0
                    sums[1, area] += 1.0 if takes_part[member] & MEETINGS else 0.0
            member = following[member]


@borrowing
def move_fit(
    kind: U8, say: F64, fit: F64, trust: F64, planned: F64, m: Invitations, usual_say: float, p: Democracy
) -> None:
    """Move how well activities fit by a month, in every named area."""
    for area in range(kind.shape[0]):
        if kind[area] != NAMED_AREA:
            continue
        target = fitting(m.steering[area], say[area], usual_say, trust[area], planned[area], p)
        fit[area] = next_fit(fit[area], target, m.dialogue[area], p)


def in_force(c: Context) -> Democracy:
    """Return the parameters with what a switch closes set to no effect."""
    p = c.parameters.democracy
    closed = {
        "plan_on_meetings": "plan_gain",
        "workshops_on_meetings": "workshop_gain",
        "youth_council_on_meetings": "youth_council_gain",
        "residents_on_fit": "solution_gain",
        "trust_on_fit": "trust_gain",
        "house_on_fit": "house_gain",
        "dialogue_on_fit": "dialogue_gain",
    }
    return p._replace(**{gain: 0.0 for switch, gain in closed.items() if not c.flag(f"democracy.{switch}")})


def usual_workshops() -> float:
    """Return the workshops a year that were usual in 2015."""
    return float(catalogue()["democracy.workshops"].history[0].value)


def usual_say(p: Democracy) -> float:
    """Return the attendance at which the room counts as full: that of those of 18-34, the lowest of the three ages."""
    return p.attend_young


def meetings_of(c: Context, p: Democracy) -> Invitations:
    """Return what is decided about meetings this month."""
    areas = c.world.areas
    reach = np.ones(len(areas.kind))
    fill_reach(
        areas.kind, areas.staff, c.kept(residents_of), c.by_area("democracy.workshops"), c.made_once(reference).staff,
        usual_workshops(), c.kept(reach_of_council), p, reach,
    )  # fmt: skip
    return Invitations(
        reach, c.by_area("democracy.youth_council") * p.youth_council_gain, c.by_area("democracy.residents_steer"),
        c.by_area("democracy.dialogue"),
    )  # fmt: skip


def planned_together(c: Context) -> F64:
    """Return how much staff and residents plan together, times that of 2015, by area (effects M13, C-26).

    It takes rooms that are in use by people, and staff to plan with.
    """
    areas, was, residents = c.world.areas, c.made_once(reference), c.kept(residents_of)
    found = np.zeros(len(areas.kind))
    staff = 1000.0 * areas.staff[: len(residents)] / np.maximum(residents, 1.0) / was.staff
    found[: len(residents)] = areas.premises[: len(residents)] / was.rooms * np.minimum(staff, 1.0)
    return found


def meet(c: Context, m: Invitations, p: Democracy, everybody: bool) -> None:
    """Let residents go to meetings, and write down who has a say and how they trust others."""
    world = c.world
    sums = np.zeros((4, len(world.areas.kind)))
    go_to_meetings(
        world.persons, world.ties, world.households, c.homes_in_named_areas(), c.month, c.seed,
        c.address(Purpose.DEMOCRACY), everybody, m, p, sums,
    )  # fmt: skip
    world.areas.say[:] = sums[1] / np.maximum(sums[0], 1.0)
    c.mean_trust[:] = sums[3] / np.maximum(sums[2], 1.0) / TRUST_UNIT


def democracy(c: Context) -> None:
    """Democracy: meetings, workshops, youth council and integration council."""
    p, areas = c.kept(in_force), c.world.areas
    m = meetings_of(c, p)
    meet(c, m, p, False)
    planned = planned_together(c)
    move_fit(areas.kind, areas.say, areas.fit, c.mean_trust, planned, m, usual_say(p), p)


def begin(c: Context) -> None:
    """Set what this process keeps as it is on the first day; no lever is read, for what was is the same everywhere."""
    everywhere = len(c.world.areas.kind)
    none = np.zeros(everywhere)
    meet(c, Invitations(np.ones(everywhere), none, none, none), c.parameters.democracy, True)

"""Meetings: who meets whom, and what that does to language, prejudice, work and the choice of school.

Residents of the named areas are asked once a year, in the month of birth. How often somebody meets people of the other
group, the majority or the minority as the law counts them, follows from who lives in the area and from what is done
together (effects M16); it moves prejudice and command of Danish (M17). Neighbours in work help into work, against what
the area was on the first day. A group is read because others meet or avoid it, and no quality of anybody follows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from beboersim.chance import Purpose, address, normal, philox, uniform
from beboersim.kernel import borrowing, kernel
from beboersim.month.asking import each_piece
from beboersim.month.councils import meetings_by_council
from beboersim.month.school_choice import IN_DAYCARE, MATES_OF_MAJORITY, MATES_OF_MINORITY, choose_schools
from beboersim.month.trusting import succeeds_by_trust
from beboersim.world.codes import CHILD, KEEPER, NONWESTERN_IMMIGRANT, PUPIL
from beboersim.world.columns import F64, I64
from beboersim.world.state import Households, Persons, Ties
from beboersim.world.taking_part import ASSOCIATION, CLUB, DEBATED, MEETINGS, NETWORK, VOLUNTEER

if TYPE_CHECKING:
    from beboersim.month.context import Context

TOGETHER = ASSOCIATION | CLUB | VOLUNTEER | NETWORK | MEETINGS  # what is done by interest and on equal terms
PREJUDICE_UNIT = 50.0  # ties.prejudice is kept in these parts of a standard deviation
DANISH_UNIT = 100.0  # ties.danish is kept in these parts
NO_DANISH = 255  # not drawn: Danish is the first language, or was learnt in Danish school
LOWEST_AGE_MONTHS = 6 * 12  # who is not yet at school is not asked
LOWEST_JOB_TIMES = 0.1
YEAR = np.uint32(12)  # months; unsigned, which is divided by fastest
SCHOOL_MONTH = 0  # the choice of school is made up each January


class Meetings(NamedTuple):
    """Parameters of this process; see evidence/parameters/meetings.toml."""

    mixing: float
    joint: float
    businesses: float
    institutions: float
    inward: float
    on_prejudice: float
    spread: float
    language_by_meetings: float
    own_language: float
    effort: float
    pace: float
    danish_abroad: float
    danish_here: float
    danish_spread: float
    danish_mean: float
    danish_on_work: float
    employed_contacts: float
    outside_spread: float
    enclave: float
    minority_spread: float
    minority_reference: float
    opt_out_base: float
    opt_out_half: float
    opt_out_seventy: float
    opt_out_half_higher: float
    opt_out_seventy_higher: float
    avoids: float
    label_opt_out: float
    label_half_life: float
    debates: float


class Surroundings(NamedTuple):
    """What the year's question reads beside the person, the same for everybody."""

    month: int
    seed: int
    address: int
    first_address: int
    everybody: int  # 1 on the first day: all are asked, whatever their month of birth
    minority: F64  # area: share of residents of non-Western origin, as measured
    occasions: F64  # area: see `occasions`
    by_institutions: float  # share of a pupil's, or a small child's parent's, meetings that school or daycare decides
    institutions: F64  # area x column of month.school_choice: whom children meet there
    effort: F64  # area: language effort
    inward_on: float
    across_on: float
    language_on: float
    debates: float  # what is learnt on a year's debate evenings takes from prejudice, in standard deviations


@kernel
def meetings_across(others: float, together: int, occasions: float, minority: int, stigma: float, p: Meetings) -> float:
    """Return how much a resident meets the other group, as a share of all meetings.

    Parameters
    ----------
    others
        Share of the area's residents who are of the other group, 0 to 1.
    together
        1 if something is done together with others, by interest and on equal terms (effects M16, A-19).
    occasions
        What the area gives occasion to besides: added share of chance meetings, see `occasions`.
    minority, stigma
        1 if the person belongs to the minority, who are turned inwards by the area's bad name (effects M23, E050); the
        name, 0 to 1.

    Notes
    -----
    Living together gives only a part of the meetings that chance would (effects M16: 0.3; in joint activities 0.7).
    """
    share = min(p.mixing + (p.joint if together == 1 else 0.0) + occasions, 1.0)
    if minority == 1:
        share *= 1.0 - p.inward * stigma
    return share * others


@kernel
def usual_meetings(minority: int, p: Meetings) -> float:
    """Return the meetings from which more or fewer are told: chance meetings in the listed areas of 2015."""
    return p.mixing * (1.0 - p.minority_reference if minority == 1 else p.minority_reference)


@kernel
def prejudice_towards(met: float, usual: float, p: Meetings) -> float:
    """Return where prejudice moves, in standard deviations from the nation's mean (effects M17: E076 E077)."""
    return -p.on_prejudice * (met - usual) / p.spread


@kernel
def danish_towards(own: float, met: float, usual: float, neighbours: float, effort: float, p: Meetings) -> float:
    """Return the command of Danish, 0 to 1, that an immigrant moves towards.

    Parameters
    ----------
    own
        The person's own level, log-odds.
    met, usual
        Meetings with the majority, and those of 2015.
    neighbours
        Share of residents of non-Western origin, which stands in for neighbours of one's own language (E073).
    effort
        Language effort in the area (C-57), 0 to 1 where trust is the nation's mean (C-24).
    """
    level = own + p.language_by_meetings * (met - usual) - p.own_language * (neighbours - p.minority_reference)
    return 1.0 / (1.0 + np.exp(-(level + p.effort * effort)))


@kernel
def own_level(in_danish: int, noise: float, p: Meetings) -> float:
    """Return an immigrant's own level of Danish, log-odds, by whether education was taken in Denmark."""
    middle = p.danish_here if in_danish == 1 else p.danish_abroad
    return np.log(middle / (1.0 - middle)) + p.danish_spread * noise


@kernel
def rounded(value: float, u: float) -> int:
    """Return a whole number, up or down by chance, so that small steps are not lost."""
    return int(np.floor(value + u))


@kernel
def jobs_by_contacts(outside: float, outside_then: float, minority: float, minority_then: float, p: Meetings) -> float:
    """Return how many times the chance of 2015 the chance of a job is by who the neighbours are.

    Parameters
    ----------
    outside, outside_then
        Share of the area's residents of 18-64 without work or education, now and on the first day (E071, E069).
    minority, minority_then
        Share of residents of non-Western origin; studies of refugees find a gain from a larger group (E065-E067), the
        council expects a loss (C-40), and by default there is neither.
    """
    by_work = p.employed_contacts * (outside_then - outside) / p.outside_spread
    by_group = p.enclave * (minority - minority_then) / p.minority_spread
    return max(1.0 + by_work + by_group, LOWEST_JOB_TIMES)


@borrowing
def meet(
    persons: Persons,
    ties: Ties,
    households: Households,
    homes: I64,
    stigma: F64,
    s: Surroundings,
    p: Meetings,
) -> int:
    """Let a year of meetings act on those who live in some homes; `stigma` is that of areas."""
    for home in homes:
        area, row = households.area[home], households.head[home]
        small = 0
        if s.by_institutions > 0.0:
            small = child_in_daycare(persons, row)
        while row >= 0:
            months_old = s.month - persons.birth[row]
            asked = s.everybody == 1 or np.uint32(months_old) % YEAR == 0
            if asked and months_old >= LOWEST_AGE_MONTHS:
                around = s.minority[area]
                if s.by_institutions > 0.0:
                    around = company(row, persons, area, small, s)
                a_year(
                    row, persons, ties, around, s.minority[area], s.occasions[area], stigma[area], s.effort[area], s, p
                )
            row = persons.next[row]
    return 0


@borrowing
def child_in_daycare(persons: Persons, row: int) -> int:
    """Say whether a household has a child who is not yet at school; `row` is its first member."""
    while row >= 0:
        if persons.activity[row] == CHILD:
            return 1
        row = persons.next[row]
    return 0


@borrowing
def company(row: int, persons: Persons, area: int, small: int, s: Surroundings) -> float:
    """Return the share of the minority among those around somebody: neighbours, and who goes to school or daycare.

    Parameters
    ----------
    small
        1 if there is a child in daycare at home, where parents meet parents (C-56).
    """
    around, column = s.minority[area], -1
    if persons.activity[row] == PUPIL:
        column = MATES_OF_MINORITY if persons.origin[row] >= NONWESTERN_IMMIGRANT else MATES_OF_MAJORITY
    elif small == 1 and persons.role[row] == KEEPER:
        column = IN_DAYCARE
    if column >= 0:
        around += s.by_institutions * (s.institutions[area, column] - around)
    return around


@borrowing
def a_year(
    row: int, persons: Persons, ties: Ties, around: float, neighbours: float, occasions: float, stigma: float,
    effort: float, s: Surroundings, p: Meetings,
) -> None:  # fmt: skip
    """Let a year of meetings act on a person.

    Parameters
    ----------
    around
        Share of the minority among those around the person, see `company`.
    neighbours, occasions, stigma, effort
        Of the area: share of residents of non-Western origin, occasions to meet, its name, and the language effort.
    """
    of_minority = 1 if persons.origin[row] >= NONWESTERN_IMMIGRANT else 0
    usual = usual_meetings(of_minority, p)
    met = usual
    if s.across_on > 0.0:
        others = 1.0 - around if of_minority == 1 else around
        together = 1 if ties.takes_part[row] & TOGETHER != 0 else 0
        met = meetings_across(others, together, occasions, of_minority, stigma * s.inward_on, p)
    speaks = persons.origin[row] == NONWESTERN_IMMIGRANT and s.language_on > 0.0
    now = ties.prejudice[row] / PREJUDICE_UNIT
    to = prejudice_towards(met, usual, p)
    if ties.takes_part[row] & DEBATED:
        to -= s.debates
    if to == now and not speaks:
        return
    words = philox(s.seed, persons.id[row], s.address, 0)
    pace = 1.0 if s.everybody == 1 else p.pace
    moved = PREJUDICE_UNIT * (now + pace * (to - now))
    ties.prejudice[row] = min(max(rounded(moved, uniform(words[0])), -128), 127)
    if not speaks:
        return
    firsts = philox(s.seed, persons.id[row], s.first_address, 0)
    own = own_level(persons.danish_education[row], normal(uniform(firsts[0]), uniform(firsts[1])), p)
    goal = danish_towards(own, met, usual, neighbours, effort, p)
    speech = ties.danish[row] / DANISH_UNIT
    after = goal if ties.danish[row] == NO_DANISH else speech + pace * (goal - speech)
    ties.danish[row] = min(max(rounded(DANISH_UNIT * after, uniform(words[1])), 0), 100)


def danish_on_jobs(c: Context) -> F64:
    """Return how many times the chance of 2015 the chance of a job is, by the code of command of Danish.

    Source: effects M17, C-57. Who was never asked has the chance of 2015.
    """
    p = c.parameters.meetings
    found = np.ones(NO_DANISH + 1)
    if c.flag("meetings.language"):
        found[:NO_DANISH] += p.danish_on_work * (np.arange(NO_DANISH) / DANISH_UNIT - p.danish_mean)
    return np.maximum(found, LOWEST_JOB_TIMES)


def minority_shares(c: Context) -> F64:
    """Return the measured share of residents of non-Western origin over all areas; or the usual one."""
    found = np.full(len(c.world.areas.kind), c.parameters.meetings.minority_reference)
    measured = c.measured["nonwestern_share"]
    known = ~np.isnan(measured)
    found[: c.world.places][known] = measured[known]
    return found


def occasions(c: Context, at_start: bool = False) -> F64:
    """Return what a council (C-36) and businesses in use (M27, C-51) add to the share of chance meetings, by area.

    Firms count at once where their premises are let, whether their jobs are new ones or not: people meet in a shop that
    moved from nearby as well. At the start no lever is read.
    """
    areas = c.world.areas
    added = np.full(len(areas.kind), 0.0 if at_start else c.kept(meetings_by_council))
    size = c.parameters.meetings.businesses * c.number("meetings.in_businesses")
    if size > 0.0:
        thousands = c.measurement.residents / c.scale / 1000.0  # premises are those of the whole area
        let = areas.premises_let[: c.world.places]
        added[: c.world.places] += size * np.divide(let, thousands, out=np.zeros(len(let)), where=thousands > 0.0)
    return added


def surroundings(c: Context, effort: F64, everybody: int = 0) -> Surroundings:
    """Return what is read this month beside the person."""
    return Surroundings(
        c.month,
        c.seed,
        c.address(Purpose.MEETINGS),
        address(Purpose.MEETINGS, 0),
        everybody,
        minority_shares(c),
        occasions(c, at_start=everybody == 1),
        c.parameters.meetings.institutions * c.number("meetings.in_institutions"),
        c.institutions,
        effort,
        c.number("stigma.on_contact"),
        c.number("meetings.across_groups"),
        c.number("meetings.language"),
        c.parameters.meetings.debates * c.number("meetings.debates_on_prejudice"),
    )


def set_contacts(c: Context) -> None:
    """Set what neighbours are worth for finding work in every named area; 1 elsewhere, and where nothing is known."""
    p, areas = c.parameters.meetings, c.world.areas
    outside, minority = c.measured["outside_work_share"], c.measured["nonwestern_share"]
    on = c.flag("meetings.contacts")
    areas.contacts[:] = 1.0
    for place in c.named_areas if on else ():
        then = c.areas[place]
        times = jobs_by_contacts(outside[place], then.outside_work, minority[place], then.non_western, p)
        if np.isfinite(times):
            areas.contacts[place] = times


def daily_meetings(c: Context, fewer: float = 0.0) -> F64:
    """Return the mean of `meetings_across` over both groups of every place, if nothing is done together.

    Parameters
    ----------
    fewer
        Taken off the share of minority residents, to see what another composition would give.
    """
    p, areas = c.parameters.meetings, c.world.areas
    share = np.clip(minority_shares(c) - fewer, 0.0, 1.0)
    name = areas.stigma * c.number("stigma.on_contact")
    added = occasions(c)
    found = np.zeros(len(share))
    for area in range(c.world.places):
        of_minority = meetings_across(1.0 - share[area], 0, added[area], 1, name[area], p)
        of_majority = meetings_across(share[area], 0, added[area], 0, name[area], p)
        found[area] = share[area] * of_minority + (1.0 - share[area]) * of_majority
    return found * c.number("meetings.across_groups")


def go_round(c: Context, s: Surroundings) -> None:
    """Let meetings act on those who are asked."""
    world, p, homes = c.world, c.parameters.meetings, c.homes_in_named_areas()
    each_piece(
        c.pieces,
        len(homes),
        lambda start, stop: meet(
            world.persons, world.ties, world.households, homes[start:stop], world.areas.stigma, s, p
        ),
    )


def meetings(c: Context) -> None:
    """Meetings: who meets whom, language, prejudice, and the choice of school."""
    go_round(c, surroundings(c, c.by_area("meetings.language_effort") * succeeds_by_trust(c)))
    set_contacts(c)
    if c.month % 12 == SCHOOL_MONTH:
        choose_schools(c, c.number("list.public"))


def begin(c: Context) -> None:
    """Let everybody have met those whom the first day's neighbours give; no lever is read but the switches."""
    choose_schools(c, public=1.0)
    go_round(c, surroundings(c, np.zeros(len(c.world.areas.kind)), everybody=1))

"""Safety: how many residents feel safe where they live (tryghed).

Seven of ten in the areas with a plan and nine of ten in the nation feel safe (E014): that is the first day, area by
area. What moves it from there is what changes (M02): volunteers who run something, visible street groups, convictions,
the area's name among those who live there, clubs for the young, and the plan's own work, part of which is that people
know the staff. All of it comes and goes slowly. Except for the two levels no size was read: they are assumptions, and
those that the documents claim of the plan have zero in their range.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from beboersim.kernel import borrowing, kernel
from beboersim.month.staff import FOCUS, dose
from beboersim.month.staffing import has_plan, known_in_the_mean
from beboersim.world.codes import NAMED_AREA
from beboersim.world.columns import F64, I64
from beboersim.world.state import Areas, Households, Persons, Ties
from beboersim.world.taking_part import CLUB, NETWORK

if TYPE_CHECKING:
    from beboersim.month.context import Context

FIRST_CLUB_AGE, LAST_CLUB_AGE = 10, 17  # of whom the share in clubs is taken
RESIDENTS, IN_NETWORKS, YOUNG, IN_CLUBS = range(4)


class Safety(NamedTuple):
    """Parameters of this process; see evidence/parameters/safety.toml."""

    named: float
    nation: float
    half_life: float
    plan: float
    known_part: float
    cohesion: float
    street: float
    crime: float
    stigma: float
    clubs: float
    network: float


# One area


@kernel
def logit(share: float) -> float:
    """Return the logarithm of the odds of a share."""
    return np.log(share / (1.0 - share))


@kernel
def share_of(log_odds: float) -> float:
    """Return the share whose log-odds are given."""
    return 1.0 / (1.0 + np.exp(-log_odds))


@kernel
def unsettled(street: float, networks: float, p: Safety) -> float:
    """Return what young people who gather in the street take from safety, in log-odds (M02, C-30).

    Parameters
    ----------
    street
        Young people of visible street groups, a thousand residents.
    networks
        Members of networks of parents, a thousand residents: who knows the young is less afraid of them.
    """
    return p.street * street / (1.0 + p.network * networks)


@kernel
def from_plan(dose: float, known: float, known_part: float) -> float:
    """Return the plan's work for safety over that at the reference, less one.

    Parameters
    ----------
    dose
        Staff time for safety and well-being over that of the frame of 2015-2018.
    known
        How well the staff are known over the mean of that time: greetings and mediation are of people one knows (A-23).
    known_part
        How much of the work rests on that.
    """
    return dose * (1.0 - known_part + known_part * known) - 1.0


@kernel
def log_odds_of(
    plan: float, volunteers: float, street: float, networks: float, crime: float, stigma: float, clubs: float, p: Safety
) -> float:
    """Return what the conditions of an area add to the log-odds of feeling safe (M02); only changes of it are used.

    Parameters
    ----------
    plan
        See `from_plan`.
    volunteers
        Volunteers who run something, a thousand residents.
    street, networks
        See `unsettled`.
    crime
        Share of residents of eighteen and over who were convicted, in per cent.
    stigma
        The area's name among those who live there, 0-1.
    clubs
        Share of those aged 10 to 17 who come to a club.

    Notes
    -----
    `plan` is a rise of the share who feel safe, from seven of ten; in log-odds it is divided by 0.7 x 0.3.
    """
    of_share = p.named * (1.0 - p.named)
    return (
        p.plan / of_share * plan
        + p.cohesion * volunteers
        - unsettled(street, networks, p)
        - p.crime * crime
        - p.stigma * stigma
        + p.clubs * clubs
    )


@kernel
def safe_next(now: float, first: float, change: float, half_life: float) -> float:
    """Return the share who feel safe a month later, on its way to what the conditions say.

    Parameters
    ----------
    first
        The share on the first day.
    change
        Of the conditions since then, see `log_odds_of`.
    half_life
        Months in which half of the way is gone (effects E1).
    """
    target = share_of(logit(first) + change)
    return now + (target - now) * (1.0 - 0.5 ** (1.0 / half_life))


# Every area


@borrowing
def count_members(
    persons: Persons, ties: Ties, households: Households, homes: I64, month: int, counts: F64
) -> None:
    """Count the residents of some homes, members of networks, and the young in clubs and in all, by area."""
    for home in homes:
        area, row = households.area[home], households.head[home]
        while row >= 0:
            bits = ties.takes_part[row]
            age = (month - persons.birth[row]) // 12
            counts[area, RESIDENTS] += 1.0
            counts[area, IN_NETWORKS] += 1.0 if bits & NETWORK != 0 else 0.0
            if age >= FIRST_CLUB_AGE and age <= LAST_CLUB_AGE:
                counts[area, YOUNG] += 1.0
                counts[area, IN_CLUBS] += 1.0 if bits & CLUB != 0 else 0.0
            row = persons.next[row]


@kernel
def a_thousand(part: float, residents: float) -> float:
    """Return a number a thousand residents, 0 where nobody lives."""
    return 1000.0 * part / residents if residents > 0.0 else 0.0


@borrowing
def conditions_of(
    areas: Areas, places: int, counts: F64, work: F64, known: F64, convicted: F64, p: Safety, found: F64
) -> None:
    """Write down what the conditions of every area add to the log-odds of feeling safe.

    Parameters
    ----------
    work, known
        See `from_plan`; by area.
    convicted
        Share of residents of eighteen and over convicted, by place.
    """
    for area in range(places):
        residents, young = counts[area, RESIDENTS], counts[area, YOUNG]
        planned = areas.kind[area] == NAMED_AREA
        found[area] = log_odds_of(
            from_plan(work[area], known[area], p.known_part) if planned else 0.0,
            a_thousand(areas.volunteers[area], residents),
            areas.street[area],
            a_thousand(counts[area, IN_NETWORKS], residents),
            100.0 * convicted[area],
            areas.stigma_inside[area],
            counts[area, IN_CLUBS] / young if young > 0.0 else 0.0,
            p,
        )


@borrowing
def move_all(safe: F64, places: int, first: F64, change: F64, half_life: float) -> None:
    """Let every place take its step."""
    for area in range(places):
        safe[area] = safe_next(safe[area], first[area], change[area], half_life)


def in_force(c: Context) -> Safety:
    """Return the parameters with what a switch closes set to no effect."""
    p = c.parameters.safety
    return p._replace(
        plan=p.plan * c.number("safety.from_plan"),
        network=p.network * c.number("safety.from_networks"),
        clubs=p.clubs * c.number("safety.from_clubs"),
    )


def conditions(c: Context, at_start: bool = False) -> F64:
    """Return what the conditions of every area add to the log-odds of feeling safe; at the start no lever is read."""
    world = c.world
    counts, found = np.zeros((len(c.dose), IN_CLUBS + 1)), np.zeros(len(c.dose))
    count_members(world.persons, world.ties, world.households, c.homes_in_named_areas(), c.month, counts)
    conditions_of(
        world.areas, world.places, counts, dose(c, FOCUS[0], at_start),
        world.areas.staff_known / c.made_once(known_in_the_mean), c.kept(convicted_when_measured), c.kept(in_force),
        found,
    )  # fmt: skip
    return found


def mediation(c: Context) -> F64:
    """Return the staff's work for safety, among people who know them, over that at the reference, less one (A-23).

    By area; nought where there is no plan.
    """
    work, known = dose(c, FOCUS[0]), c.world.areas.staff_known / c.made_once(known_in_the_mean)
    found = np.zeros(len(work))
    for area in c.named_areas.tolist():
        found[area] = from_plan(work[area], known[area], c.parameters.safety.known_part)
    return found


def convicted_when_measured(c: Context) -> F64:
    """Return the share of residents of eighteen and over convicted in the last year measured, by place."""
    return np.nan_to_num(c.measurement.convicted[:, 0])


def safety(c: Context) -> None:
    """Safety: how many feel safe where they live."""
    p = c.parameters.safety
    move_all(c.world.areas.safety, c.world.places, c.made_once(first_level), conditions(c) - c.safety_then, p.half_life)


def first_level(c: Context) -> F64:
    """Return the share who feel safe on the first day, by area (E014)."""
    return np.where(has_plan(c) > 0.0, c.parameters.safety.named, c.parameters.safety.nation)


def begin(c: Context) -> None:
    """Set what this process keeps as it is on the first day; no lever is read, for what was is the same everywhere."""
    places = c.world.places
    c.world.areas.safety[:places] = first_level(c)[:places]
    c.safety_then = conditions(c, at_start=True)

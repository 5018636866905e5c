"""The choice of school: who goes to the school of the district, and how far it reflects the town around it.

An area is its own school district. Parents of Danish origin choose another school the oftener, the more pupils of the
district are bilingual (effects M23b, E127), and when the area is on a public list (E055). Who chooses so acts on what
others are; nothing follows for a child but with whom it goes to school. Daycare is that of the area: no choice of it is
known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from beboersim.kernel import borrowing, kernel
from beboersim.world.codes import CHILD, HIGHER, KEEPER, NONWESTERN_IMMIGRANT, PUPIL, UDSAT
from beboersim.world.columns import F64
from beboersim.world.state import Areas, Households, Persons

if TYPE_CHECKING:
    from beboersim.month.context import Context

MINORITY, MAJORITY, MAJORITY_HIGHER = 0, 1, 2  # pupils, by origin and by the parents' education
GROUPS = 3
MATES_OF_MAJORITY, MATES_OF_MINORITY, IN_DAYCARE = 0, 1, 2  # columns of `institutions`
HALF, SEVENTY = 0.5, 0.7  # shares of bilingual pupils at which the reaction was published
MOST = 0.98


@kernel
def opts_out(bilingual: float, base: float, half: float, seventy: float, avoids: float, label: float) -> float:
    """Return the share of majority parents who choose another school.

    Parameters
    ----------
    bilingual
        Share of the district's pupils who are of non-Western origin, which stands in for bilingual.
    base, half, seventy
        Shares who choose another school at none, half and seven of ten; straight lines between and beyond (E127).
    avoids
        How much of the reaction holds, 0 to 1.
    label
        What a public list adds (E055).
    """
    if bilingual < HALF:
        share = base + (half - base) * bilingual / HALF
    else:
        share = half + (seventy - half) * (bilingual - HALF) / (SEVENTY - HALF)
    return min(base + avoids * (share - base) + label, MOST)


@kernel
def label_on_schools(listed: int, public: float, years_listed: float, size: float, half_life: float) -> float:
    """Return what a public list adds to the share who choose another school; it fades with the years (X5)."""
    return size * public * 2.0 ** (-max(years_listed - 1.0, 0.0) / half_life) if listed == 1 else 0.0


@borrowing
def count_children(
    persons: Persons, households: Households, rows: int, places: int, activity: int, found: F64
) -> None:
    """Count the children of every place who do something, by origin and by whether a parent has higher education."""
    for row in range(rows):
        if persons.activity[row] != activity or persons.household[row] < 0:
            continue
        home = persons.household[row]
        area = households.area[home]
        if area >= places:
            continue
        group = MAJORITY
        if persons.origin[row] >= NONWESTERN_IMMIGRANT:
            group = MINORITY
        else:
            member = households.head[home]
            while member >= 0:
                if persons.role[member] == KEEPER and persons.education[member] == HIGHER:
                    group = MAJORITY_HIGHER
                member = persons.next[member]
        found[area, group] += 1.0


def pupils(c: Context) -> F64:
    """Return the pupils of every place, place x group."""
    return children(c, PUPIL)


def in_daycare_ages(c: Context) -> F64:
    """Return the children of every place who are not yet at school, place x group."""
    return children(c, CHILD)


def children(c: Context, activity: int) -> F64:
    """Return the children of every place who do something, place x group."""
    found = np.zeros((c.world.places, GROUPS))
    count_children(c.world.persons, c.world.households, int(c.world.used[0]), c.world.places, activity, found)
    return found


@kernel
def leaving_shares(here: F64, areas: Areas, public: float, p: Any) -> F64:
    """Return the share of each group of pupils who go to another school than their district's, place x group.

    Parameters
    ----------
    here
        Pupils, place x group.
    public
        How public the list is, 0 to 1.
    p
        The parameters of month.meetings.
    """
    found = np.full(here.shape, p.opt_out_base)
    half, seventy = (p.opt_out_half, p.opt_out_half_higher), (p.opt_out_seventy, p.opt_out_seventy_higher)
    for place in range(len(here)):
        total = here[place].sum()
        bilingual = here[place, MINORITY] / total if total > 0.0 else 0.0
        listed = 1 if areas.status[place] >= UDSAT else 0
        label = label_on_schools(listed, public, float(areas.years_listed[place]), p.label_opt_out, p.label_half_life)
        for k, group in enumerate((MAJORITY, MAJORITY_HIGHER)):
            found[place, group] = opts_out(bilingual, p.opt_out_base, half[k], seventy[k], p.avoids, label)
    return found


def in_school(here: F64, leaving: F64) -> F64:
    """Return the share of the pupils of each district's school who are of the minority; 0 where it has no pupils."""
    stay = here * (1.0 - leaving)
    return stay[:, MINORITY] / np.maximum(stay.sum(axis=1), 1e-12)


def distance_from_town(here: F64, leaving: F64, municipality: Any) -> F64:
    """Return how far each district's school is from its municipality's pupils, as a gap in the minority's share."""
    return np.abs(in_school(here, leaving) - share_in_town(here, municipality))


def share_in_town(here: F64, municipality: Any) -> F64:
    """Return the minority's share of all children of every place's municipality."""
    found = np.zeros(len(here))
    for town in np.unique(municipality):
        rows = municipality == town
        found[rows] = here[rows, MINORITY].sum() / max(here[rows].sum(), 1e-12)
    return found


def company_of_children(here: F64, leaving: F64, small: F64, municipality: Any) -> F64:
    """Return the minority's share of those whom children meet in their institution, place x column (C-56).

    Parameters
    ----------
    here, small
        Pupils, and children who are not yet at school; place x group.
    leaving
        Share of each group of pupils who go to another school: there they meet the town's mix.
    municipality
        That of each place.

    Notes
    -----
    A place without such children has the town's mix.
    """
    town, school = share_in_town(here, municipality), in_school(here, leaving)
    found = np.empty((len(here), 3))
    for column, groups in ((MATES_OF_MAJORITY, [MAJORITY, MAJORITY_HIGHER]), (MATES_OF_MINORITY, [MINORITY])):
        away = (here * leaving)[:, groups].sum(axis=1) / np.maximum(here[:, groups].sum(axis=1), 1e-12)
        found[:, column] = np.where(here.sum(axis=1) > 0.0, (1.0 - away) * school + away * town, town)
    stays = in_school(small, np.zeros_like(small))
    found[:, IN_DAYCARE] = np.where(small.sum(axis=1) > 0.0, stays, share_in_town(small, municipality))
    return found


def choose_schools(c: Context, public: float) -> None:
    """Set the share of every place's pupils who go to another school than their district's; see `leaving_shares`.

    Where the company in schools and daycare counts, that is set as well.
    """
    areas, places, p = c.world.areas, c.world.places, c.parameters.meetings
    chooses, counts = c.flag("meetings.school_choice"), p.institutions > 0.0
    areas.opting_out[:places] = 0.0
    if not chooses and not counts:
        return
    here = pupils(c)
    leaving = leaving_shares(here, areas, public, p) if chooses else np.zeros_like(here)
    if chooses:
        areas.opting_out[:places] = (here * leaving).sum(axis=1) / np.maximum(here.sum(axis=1), 1.0)
    if counts:
        c.institutions[:places] = company_of_children(here, leaving, in_daycare_ages(c), areas.municipality[:places])

"""Mobility: how likely a household is to give up its home, and to leave the town when it does.

Hazards are fitted to the published move-out rates (mobility M2-085, M2-086, M2-100, M2-101) and to the share of moves
that stay in the municipality (M2-111). What is contested about stigma (effects M22b) has its own term and switch.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from beboersim.kernel import borrowing, kernel
from beboersim.world.codes import ELDERLY, OWNER_OCCUPIED, PRIVATE_RENTED, SOCIAL, YOUTH
from beboersim.world.columns import F64
from beboersim.world.kinds import couple_in
from beboersim.world.profile import Profile, profile
from beboersim.world.state import Areas, Dwellings, Households, Persons

# All who take a home over those who give one up as whole households: besides the 52.8 per cent of moves by singles,
# couples and parents with children there are 21.4 by those who leave their parents or a partner (M2-112 to M2-120).
OTHER_MOVES = (52.8 + 21.4) / 52.8
YOUNG = 30.0  # years below which a household that does not study moves more often (assumption, 27-35)
OLD = 65.0  # years from which a household moves as pensioners do (M2-101)


STAGE_FROM = (0.0, YOUNG, OLD)  # years from which the stages of life begin that rates of moving tell apart


class Leaving(NamedTuple):
    """Parameters of this process; see evidence/parameters/leaving.toml."""

    student: float
    employed: float
    outside: float
    pensioner: float
    youth_dwelling: float
    elderly_dwelling: float
    young: float
    social: float
    social_couple: float
    social_outside: float
    private_rented: float
    owner: float
    tenure_shape: float
    tenure_months: float
    new_job: float
    child: float
    stigma: float
    stigma_resources: float
    away_student: float
    away_young: float
    away_middle: float
    away_old: float
    give_up_search: float
    lodger_leaves: float
    gate_months: float
    join_list: float


@kernel
def yearly_rate(
    age: float,
    couple: int,
    children: float,
    employed: float,
    students: float,
    pensioners: float,
    new_job: float,
    tenure: int,
    kind: int,
    p: Leaving,
) -> float:
    """Return how often a year a household like this gives up such a home, after a usual time in it.

    Students leave most, the young more than others and pensioners least (M2-100, M2-101). A new job raises the rate
    (direction read, Geoforum 2012, size assumed).
    """
    ordinary = 1  # the published rates of pensioners and of special dwellings are those of social tenants as they are
    if tenure == SOCIAL and (kind == YOUTH or kind == ELDERLY):
        ordinary = 0
        rate = p.youth_dwelling if kind == YOUTH else p.elderly_dwelling
    elif students > 0.0 and employed == 0.0:
        rate = p.student
    elif pensioners > 0.0 or age >= OLD:
        ordinary = 0
        rate = p.pensioner
    elif employed > 0.0:
        rate = p.employed
    else:
        rate = p.outside
    if ordinary == 1 and age < YOUNG and students == 0.0:
        rate *= p.young
    if tenure == SOCIAL and ordinary == 1:
        rate *= p.social
        if couple == 1 and age < OLD:
            rate *= p.social_couple
        if employed + students + pensioners == 0.0:
            rate *= p.social_outside
    elif tenure == PRIVATE_RENTED:
        rate *= p.private_rented
    elif tenure == OWNER_OCCUPIED:
        rate *= p.owner
    if new_job > 0.0:
        rate *= p.new_job
    if children > 0.0:
        rate *= p.child
    return rate


@borrowing
def stage_of(age: float) -> int:
    """Return the stage of life of `STAGE_FROM` that an age is in."""
    return 2 if age >= OLD else 1 if age >= YOUNG else 0


@kernel
def settled_factor(months_here: float, p: Leaving) -> float:
    """Return how much less often than after a usual time those leave who have lived longer in their home (Weibull)."""
    return (max(months_here, 1.0) / p.tenure_months) ** (p.tenure_shape - 1.0)


@kernel
def settled_factors(months: int, p: Leaving) -> F64:
    """Return `settled_factor` by months in the home; the last is the highest of all later ones."""
    factors = np.empty(months)
    for k in range(months):
        factors[k] = settled_factor(float(k), p)
    factors[months - 1] = max(factors[months - 1], settled_factor(1e4, p))
    return factors


@kernel
def monthly_hazard(rate: float, settled: float, stigma: float, resources: float, p: Leaving) -> float:
    """Return a month's hazard from the yearly rate; stigma raises it for the resourceful, weakly, contested (M22b)."""
    return min(rate * settled * (1.0 + p.stigma * stigma * (1.0 + p.stigma_resources * resources)) / 12.0, 0.5)


@kernel
def leave_hazard(
    age: float,
    couple: int,
    children: float,
    employed: float,
    students: float,
    pensioners: float,
    new_job: float,
    resources: float,
    tenure: int,
    kind: int,
    months_here: float,
    stigma: float,
    p: Leaving,
) -> float:
    """Return the probability that a household wants to give up its home this month.

    Parameters
    ----------
    age
        Of the oldest keeper, years.
    couple
        1 if two or more keep the household.
    children, employed, students, pensioners
        How many children, and how many keepers do what.
    new_job
        1 if a keeper has found work within two years.
    resources
        0-1, see `world.profile`.
    tenure, kind
        Codes of the home.
    months_here
        Time in the home.
    stigma
        Reputation inside the area, 0-1; 0 where the link is switched off.
    """
    rate = yearly_rate(age, couple, children, employed, students, pensioners, new_job, tenure, kind, p)
    return monthly_hazard(rate, settled_factor(months_here, p), stigma, resources, p)


@kernel
def away_share(age: float, students: float, p: Leaving) -> float:
    """Return the share of those who give up their home who go to another municipality, as far as mobility goes."""
    if students > 0.0:
        return p.away_student
    if age < 27.0:
        return p.away_young
    return p.away_middle if age < 60.0 else p.away_old


@borrowing
def hazard_of(
    who: Profile, dwellings: Dwellings, areas: Areas, home: int, area: int, months: int, stigma_on: float, p: Leaving
) -> float:
    """Return `leave_hazard` for a household in its home."""
    return leave_hazard(
        who.age,
        couple_in(who),
        who.children,
        who.employed,
        who.students,
        who.pensioners,
        who.new_job,
        who.resources,
        dwellings.tenure[home],
        dwellings.kind[home],
        float(months),
        areas.stigma_inside[area] * stigma_on,
        p,
    )


@borrowing
def settle_in(
    persons: Persons,
    households: Households,
    dwellings: Dwellings,
    areas: Areas,
    first: int,
    stop: int,
    month: int,
    steps: F64,
    waited: F64,
    p: Leaving,
) -> None:
    """Set since when the households of a span of rows have lived in their homes, as if mobility had long gone on.

    Parameters
    ----------
    waited
        Draws of a gamma variable of shape 1 / `tenure_shape`, one a household. With a hazard that falls with tenure
        as a Weibull does, the time lived so far in a home is a power of it.
    """
    for row in range(first, stop):
        home = households.dwelling[row]
        if home < 0:
            continue
        area = households.area[row]
        who = profile(persons, households, row, month, steps[areas.municipality[area]])
        rate = OTHER_MOVES * hazard_of(who, dwellings, areas, home, area, round(p.tenure_months), 0.0, p)
        scale = p.tenure_months * (p.tenure_shape / (rate * p.tenure_months)) ** (1.0 / p.tenure_shape)
        stay = scale * waited[row - first] ** (1.0 / p.tenure_shape)
        most = max((who.age - 18.0) * 12.0, 1.0)
        households.moved_in[row] = month - 1 - int(min(stay, most, 900.0))

"""Mobility: how likely a household is to give up its home, and to leave the town when it does.

Hazards are fitted to the published move-out rates (mobility M2-085, M2-086, M2-100, M2-101) and to the share of moves
that stay in the municipality (M2-111). What is contested about stigma (effects M22b) has its own term and switch.
"""

from __future__ import annotations

from typing import NamedTuple

from beboersim.kernel import kernel
from beboersim.world.codes import ELDERLY, OWNER_OCCUPIED, PRIVATE_RENTED, SOCIAL, YOUTH
from beboersim.world.columns import F64
from beboersim.world.profile import Profile, profile
from beboersim.world.state import Areas, Dwellings, Households, Persons

# All who take a home over those who give one up as whole households: besides the 52.8 per cent of moves by singles,
# couples and parents with children there are 21.4 by those who leave their parents or a partner (M2-112 to M2-120).
OTHER_MOVES = (52.8 + 21.4) / 52.8


class Leaving(NamedTuple):
    """Parameters of this process; see evidence/parameters/leaving.toml."""

    student: float
    employed: float
    outside: float
    pensioner: float
    youth_dwelling: float
    elderly_dwelling: float
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

    Students leave most and pensioners least (M2-100, M2-101). A new job raises the hazard (direction read, Geoforum
    2012, size assumed). Tenure lowers it mildly (Weibull, shape 0.85). Stigma raises it for the resourceful, weakly
    and contested (M22b).
    """
    ordinary = 1  # the published rates of pensioners and of special dwellings are those of social tenants as they are
    if tenure == SOCIAL and (kind == YOUTH or kind == ELDERLY):
        ordinary = 0
        rate = p.youth_dwelling if kind == YOUTH else p.elderly_dwelling
    elif students > 0.0 and employed == 0.0:
        rate = p.student
    elif pensioners > 0.0 or age >= 65.0:
        ordinary = 0
        rate = p.pensioner
    elif employed > 0.0:
        rate = p.employed
    else:
        rate = p.outside
    if tenure == SOCIAL and ordinary == 1:
        rate *= p.social
        if couple == 1 and age < 65.0:
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
    rate *= (max(months_here, 1.0) / p.tenure_months) ** (p.tenure_shape - 1.0)
    rate *= 1.0 + p.stigma * stigma * (1.0 + p.stigma_resources * resources)
    return min(rate / 12.0, 0.5)


@kernel
def away_share(age: float, students: float, p: Leaving) -> float:
    """Return the share of those who give up their home who go to another municipality, as far as mobility goes."""
    if students > 0.0:
        return p.away_student
    if age < 27.0:
        return p.away_young
    return p.away_middle if age < 60.0 else p.away_old


@kernel
def hazard_of(
    who: Profile, dwellings: Dwellings, areas: Areas, home: int, area: int, months: int, stigma_on: float, p: Leaving
) -> float:
    """Return `leave_hazard` for a household in its home."""
    return leave_hazard(
        who.age,
        1 if who.employed + who.students + who.outside + who.pensioners >= 2.0 else 0,
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


@kernel
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

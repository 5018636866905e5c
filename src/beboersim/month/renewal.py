"""Renewal: renovation, business premises, and what holds people who could live elsewhere.

Bricks act on names, on seekers and on who stays, and hardly on work (effects M26 M27: E084 E085 E130 E138); firms come
where it is attractive, mostly from nearby (E089 E090). Each link has its own switch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from beboersim.kernel import kernel
from beboersim.month.measuring import AGE_18_64
from beboersim.world.codes import NEIGHBOURHOOD
from beboersim.world.columns import F64

if TYPE_CHECKING:
    from beboersim.month.context import Context

YOUNG_FROM, YOUNG_UNTIL = 18, 26  # years; M25 is about those of 18 to 25


@kernel
def attraction(renovated: float, private: float, demolished: float, homes: float) -> float:
    """Return what renewal adds to an area's attraction, 0 to 1: homes renovated, new tenures, homes gone (M27).

    Parameters
    ----------
    renovated
        Share of the homes renovated.
    private, demolished, homes
        Dwellings: private ones, those taken down, and all that stand.
    """
    before = homes + demolished
    changed = (private + demolished) / before if before > 0.0 else 0.0
    return min(renovated + changed, 1.0)


@kernel
def renovated_next(now: float, budget: float, price: float) -> float:
    """Return the share of homes renovated after a month of a yearly budget a home, at a price a home (DKK)."""
    return min(now + budget / 12.0 / price, 1.0)


@kernel
def premises_in_use(now: float, built: float, plain: float, more: float, appeal: float, years: float) -> float:
    """Return how many business premises are in use after a month: firms come where it is attractive (C-50).

    Parameters
    ----------
    now, built
        Premises in use, and all that there are.
    plain, more, appeal
        Share in use where nothing is renewed; how much more at full appeal; the appeal, 0 to 1.
    years
        Time in which the gap falls to a third.
    """
    target = built * min(plain + more * appeal, 1.0)
    return now + (target - now) / (12.0 * years)


@kernel
def chance_by_firms(
    premises: float, jobs: float, displacement: float, local: float, at_work: float
) -> float:
    """Return how many times others' the residents' chance of finding work is because of firms in the area.

    Firms that moved from nearby bring no new jobs to the town (X16: E089 E090), and most jobs go to people from
    elsewhere. What is left adds to the jobs that residents hold.

    Parameters
    ----------
    premises, jobs
        Business premises in use; jobs in each.
    displacement, local
        Share of those jobs that are no new ones; share that residents of the area get.
    at_work
        Residents in work.
    """
    return 1.0 + premises * jobs * (1.0 - displacement) * local / max(at_work, 1.0)


@kernel
def staying_factor(resources: float, age: float, busy: float, hold: float, young: float, line: float) -> float:
    """Return what the wish to leave the home is multiplied with where something is done to hold people.

    Parameters
    ----------
    resources, line
        0-1; above the line a household counts as resourceful.
    age, busy
        Years of the oldest keeper; keepers in work or study.
    hold
        Share by which conditions lower the wish of the resourceful (M26).
    young
        How much longer the young in work or study stay (M25): the rate is divided by one more than it.
    """
    factor = 1.0 - hold if resources > line else 1.0
    if YOUNG_FROM <= age < YOUNG_UNTIL and busy > 0.0:
        factor /= 1.0 + young
    return factor


def holding(c: Context) -> tuple[F64, F64]:
    """Return by area how much less the resourceful want to leave, and how much longer the young stay.

    Conditions are what is renewed, and what is done to hold people, whichever is more. Housing organisations do it in
    their areas (M25 M26); nothing holds anybody in private neighbourhoods, whatever a lever says of all areas.
    """
    p = c.parameters.buildings
    social = c.world.areas.kind != NEIGHBOURHOOD
    effort = c.by_area("buildings.retention")
    conditions = np.maximum(effort, c.world.areas.appeal) * c.number("buildings.conditions_on_leaving")
    priority = np.maximum(effort, c.by_area("letting.local_youth_priority")) * c.number("buildings.priority_on_staying")
    return p.hold * conditions * social, p.young_stay * priority * social


def draw_of_renewal(c: Context) -> F64:
    """Return by area the utility that renewal adds to applying for it (M27)."""
    return c.parameters.buildings.appeal * c.world.areas.appeal * c.number("buildings.renewal_on_seekers")


def renew(c: Context, homes: F64, private: F64) -> F64:
    """Renovate for the month's budget, let business premises, and set what follows; return what was spent, by area.

    Parameters
    ----------
    homes, private
        Dwellings by area: all, and the private ones.
    """
    areas, p = c.world.areas, c.parameters.buildings
    budget, premises = c.by_area("buildings.renovation_budget"), c.kept(premises_built)
    at_work = c.kept(workers)
    firms_on, jobs_on = c.number("buildings.renewal_on_businesses"), c.number("buildings.businesses_on_jobs")
    spent = np.zeros(len(budget))
    for area in c.named_areas:
        before = areas.renovated[area]
        areas.renovated[area] = renovated_next(before, budget[area], p.renovation_price)
        spent[area] = (areas.renovated[area] - before) * homes[area] * p.renovation_price
        areas.appeal[area] = attraction(
            areas.renovated[area], private[area], areas.demolished[area], homes[area]
        )  # fmt: skip
        areas.premises_let[area] = premises_in_use(
            areas.premises_let[area], premises[area], p.business_plain, p.business_appeal * firms_on,
            areas.appeal[area], p.business_years,
        )  # fmt: skip
        areas.local_jobs[area] = chance_by_firms(
            areas.premises_let[area] * jobs_on, p.jobs_a_business, p.displacement, p.local_hire, at_work[area]
        )
    return spent


def premises_built(c: Context) -> F64:
    """Return the business premises of every area, as at scale 1."""
    residents = np.zeros(len(c.world.areas.kind))
    residents[: c.world.places] = c.measurement.residents / c.scale
    return c.by_area("buildings.business_premises") * residents / 1000.0


def workers(c: Context) -> F64:
    """Return the residents of every area in work or education, as at scale 1, when last measured."""
    found = np.zeros(len(c.world.areas.kind))
    outside = np.nan_to_num(c.measurement.outside[:, 0], nan=0.0)
    found[: c.world.places] = c.measurement.sums[:, AGE_18_64] * (1.0 - outside) / c.scale
    return found

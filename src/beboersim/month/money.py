"""Money: the Landsbyggefond's frame becomes helhedsplan grants, and grants become work in the areas.

Grants last four years and end at different times, so that a cut bites as they run out (law.md §4.1, S92 S93). The
frame goes to the areas by residents, or in part by need, and a municipality that watches how children are may move a
part between its areas. What the money employs is in month/staff.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from beboersim.chance import mix
from beboersim.evidence.areas import areas_in, read_areas
from beboersim.kernel import kernel
from beboersim.month.attention import is_watched
from beboersim.month.categories import CHILDREN, CHILDREN_POOR, INDICATORS, count_for_categories
from beboersim.month.ledger import FLOW
from beboersim.policy.catalogue import catalogue
from beboersim.world.codes import NAMED_AREA
from beboersim.world.columns import F64

if TYPE_CHECKING:
    from beboersim.month.context import Context

PROGRAMME_SPEND = FLOW["programme_spend"]
FIRST_ROWS, LAST_ROWS = 2010, 2015  # years of the shipped table of areas
STATUTORY_LOCAL_SHARE = 0.25  # at least a quarter is local money (S88 S91)


class Money(NamedTuple):
    """Parameters of this process; see evidence/parameters/money.toml."""

    reference_frame: float
    spend_per_resident: float
    steering: float


@kernel
def months_into_grant(area_key: int, month: int, cycle_months: int) -> int:
    """Return how many months ago an area's grant began; areas' grants are spread over the cycle.

    Where grants are made twice as long, every second end falls away and none is moved.
    """
    return (month - mix(area_key, 48) % cycle_months) % cycle_months


@kernel
def grant_ends(area_key: int, month: int, cycle_months: int) -> int:
    """Say whether an area's grant runs out at the start of this month."""
    return 1 if months_into_grant(area_key, month, cycle_months) == 0 else 0


@kernel
def grant_dose(frame: float, reference: float, local_share: float, reference_share: float, backfill: float) -> float:
    """Return the money of a new grant over what the frame of 2015-2018 gave, local co-finance included.

    Parameters
    ----------
    frame, reference
        The fund's social frame now and in 2015-2018, DKK a year.
    local_share, reference_share
        The local part of the whole, and the statutory quarter.
    backfill
        Share of a cut that the municipality makes good.
    """
    own = frame / reference
    own += backfill * max(1.0 - own, 0.0)
    return own * (1.0 - reference_share) / (1.0 - local_share)


@kernel
def dealt_out(by_need: float, need: float) -> float:
    """Return what an area gets for a resident over what areas get in the mean.

    Parameters
    ----------
    by_need
        Share of the frame that follows need; the rest follows residents alone.
    need
        Need a resident over that of all areas with a plan, see `needs` and `children_in_need`.
    """
    return 1.0 - by_need + by_need * need


def needs(c: Context) -> F64:
    """Return the share of 18-64 outside work by area over that of all areas with a plan in the country, 1 elsewhere.

    The country's is that of the areas of the start year, so that what an area gets does not hang on which others are
    in the run.
    """
    world = c.world
    found = np.ones(len(c.dose))
    rows = areas_in(min(max(c.start_month // 12, FIRST_ROWS), LAST_ROWS), read_areas())
    known = [(row.outside_work, row.residents) for row in rows if row.outside_work and row.residents]
    mean = float(np.average([one for one, _ in known], weights=[many for _, many in known]))
    share = c.measurement.outside[:, 0]
    here = (world.areas.kind[: world.places] == NAMED_AREA) & np.isfinite(share)
    found[: world.places][here] = share[here] / mean
    return found


def children_in_need(c: Context) -> F64:
    """Return the share of children in homes of low income by area over that of the municipality's areas with a plan.

    1 elsewhere, and where nothing is known. The mean is by residents, as money is: a municipality that deals out by it
    moves money between its areas and has no more of it. Low income stands in for children's well-being, as in Aarhus's
    own categories; origin is not read.
    """
    world, places = c.world, c.world.places
    counts = np.zeros((places, 2 * len(INDICATORS)))
    line = c.parameters.measuring.free_place_income
    count_for_categories(world.persons, world.households, world.used, places, c.month, line, counts)
    poor, residents = counts[:, CHILDREN_POOR] / np.maximum(counts[:, CHILDREN], 1.0), c.measurement.residents
    named, town = world.areas.kind[:places] == NAMED_AREA, world.areas.municipality[:places]
    found = np.ones(len(c.dose))
    for area in c.named_areas.tolist():
        own = named & (town == town[area])
        mean = (poor[own] * residents[own]).sum() / max(residents[own].sum(), 1.0)
        found[area] = poor[area] / mean if mean > 0.0 else 1.0
    return found


def steered(c: Context) -> F64:
    """Return times the plans' money that an area gets because the municipality steers by what it watches (C-53)."""
    share = c.parameters.money.steering * c.number("funding.steering_on_money")
    if share == 0.0 or not is_watched(c):
        return np.ones(len(c.dose))
    return 1.0 - share + share * children_in_need(c)


def money(c: Context) -> None:
    """Money: grants that run out are renewed from the fund's frame of the day; a cut bites as they do."""
    p = c.parameters.money
    world = c.world
    cycle = int(c.number("funding.grant_months"))
    by_need = c.number("funding.by_need")
    need = needs(c) if by_need > 0.0 else np.ones(len(c.dose))
    dose = grant_dose(
        c.number("funding.social_frame"), p.reference_frame, c.number("funding.local_share"), STATUTORY_LOCAL_SHARE,
        c.number("funding.backfill"),
    )  # fmt: skip
    ending = [area for area in c.named_areas.tolist() if grant_ends(world.areas.id[area], c.month, cycle)]
    moved = steered(c) if ending else np.ones(len(c.dose))
    for area in ending:
        c.dose[area] = dose * dealt_out(by_need, need[area]) * moved[area]
    spend_flow(c)


def first_doses(c: Context) -> F64:
    """Return the doses at the start: every named area has a running grant of the frame that the law gave it.

    What was is the same in every scenario, so the lever's default is read and not the lever.

    Areas without a helhedsplan have none to cut: their dose stays 1, which changes nothing.
    """
    p = c.parameters.money
    frame = float(catalogue()["funding.social_frame"].default_on(c.day))
    dose = grant_dose(frame, p.reference_frame, STATUTORY_LOCAL_SHARE, STATUTORY_LOCAL_SHARE, 0.0)
    named = c.world.areas.kind == NAMED_AREA
    return np.where(named, dose, 1.0)


def plan_money(c: Context, dose: F64) -> F64:
    """Return the helhedsplan money of a dose by area, DKK a year, local part included; none where there is no plan."""
    named = c.world.areas.kind == NAMED_AREA
    return named * dose * money_a_resident(c.parameters.money) * c.kept(residents_everywhere)


def residents_everywhere(c: Context) -> F64:
    """Return the residents of every area on the last 1 January, as simulated; none where there is no place."""
    residents = np.zeros(len(c.world.areas.kind))
    residents[: c.world.places] = c.measurement.residents
    return residents


def money_a_resident(p: Money) -> float:
    """Return what the frame of 2015-2018 gave for a resident and year, DKK, local part included."""
    return p.spend_per_resident / (1.0 - STATUTORY_LOCAL_SHARE)


def spend_flow(c: Context) -> None:
    """Book the month's helhedsplan money, local part included."""
    c.ledger.flows[PROGRAMME_SPEND, :] += plan_money(c, c.dose) / 12.0

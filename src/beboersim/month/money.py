"""Money: the Landsbyggefond's frame becomes helhedsplan grants, and grants become work in the areas.

Grants last four years and end at different times, so that a cut bites as they run out (law.md §4.1, S92 S93). This
version turns money into one effect, on finding work; communities and staff come with their own processes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from beboersim.chance import mix
from beboersim.kernel import kernel
from beboersim.month.ledger import FLOW
from beboersim.policy.catalogue import catalogue
from beboersim.world.codes import NAMED_AREA
from beboersim.world.columns import F64

if TYPE_CHECKING:
    from beboersim.month.context import Context

PROGRAMME_SPEND = FLOW["programme_spend"]
STATUTORY_LOCAL_SHARE = 0.25  # at least a quarter is local money (S88 S91)


class Money(NamedTuple):
    """Parameters of this process; see evidence/parameters/money.toml."""

    cycle_months: float
    reference_frame: float
    spend_per_resident: float


@kernel
def grant_ends(area_key: int, month: int, cycle_months: int) -> int:
    """Say whether an area's grant runs out at the start of this month; areas' ends are spread over the cycle."""
    return 1 if (month - mix(area_key, 48) % cycle_months) % cycle_months == 0 else 0


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


def money(c: Context) -> None:
    """Money: grants that run out are renewed from the fund's frame of the day; a cut bites as they do."""
    p = c.parameters.money
    world = c.world
    dose = grant_dose(
        c.number("funding.social_frame"), p.reference_frame, c.number("funding.local_share"), STATUTORY_LOCAL_SHARE,
        c.number("funding.backfill"),
    )  # fmt: skip
    for area in range(world.places):
        if world.areas.kind[area] == NAMED_AREA and grant_ends(
            world.areas.id[area], c.month, int(p.cycle_months)
        ):
            c.dose[area] = dose
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


def spend_flow(c: Context) -> None:
    """Book the month's helhedsplan money, local part included."""
    p = c.parameters.money
    residents = np.zeros(len(c.dose))
    residents[: c.world.places] = c.measurement.sums[:, 0]
    named = c.world.areas.kind == NAMED_AREA
    yearly = named * c.dose * p.spend_per_resident * residents / (1.0 - STATUTORY_LOCAL_SHARE)
    c.ledger.flows[PROGRAMME_SPEND, :] += yearly / 12.0

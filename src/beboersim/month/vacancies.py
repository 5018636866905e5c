"""Vacant homes, found in one pass over all, and those that nobody looks at yet because they are hard to let.

A social home given up in a region with more homes than seekers may stand empty for months, whoever lives in the town.
How many do follows the published vacancy of the region (evidence.trends.social_vacancy), by date alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from beboersim.chance import Purpose, address, philox, uniform
from beboersim.evidence import trends
from beboersim.kernel import kernel
from beboersim.world.codes import IS_KEPT, NO_FATE, SOCIAL
from beboersim.world.columns import B1, F64, I64
from beboersim.world.state import Dwellings

if TYPE_CHECKING:
    from beboersim.month.context import Context


@kernel
def vacant_homes(dwellings: Dwellings, used: I64, social: int, until: float) -> I64:
    """Return the rows of the homes that stand vacant since a month or longer, those that a plan takes left out.

    Parameters
    ----------
    social
        1 for social homes, 0 for the others.
    until
        The month.
    """
    # Without branches: which homes are vacant a processor cannot guess.
    household = dwellings.household[: used[2]]
    found = np.empty(household.shape[0], np.int64)
    empty = 0
    for home in range(household.shape[0]):
        found[empty] = home
        empty += household[home] < 0
    number = 0
    for k in range(empty):
        home = found[k]
        found[number] = home
        here, long_enough = dwellings.area[home] >= 0, dwellings.vacant_since[home] <= until
        stays = (dwellings.fate[home] == NO_FATE) | (dwellings.fate[home] == IS_KEPT)
        number += here & long_enough & stays & ((dwellings.tenure[home] == SOCIAL) == (social == 1))
    return found[:number].copy()


@kernel
def waits_for_tenant(u: float, v: float, empty_months: float, share: float, mean_months: float) -> int:
    """Say whether a vacant home is one that is hard to let, and has not stood empty for its time.

    Parameters
    ----------
    u, v
        Uniform draws that stay with the vacancy: whether it is hard to let, and for how long.
    empty_months
        How long it has stood empty.
    share, mean_months
        Of homes given up, those that are hard to let; how long these stand empty on average (exponential).
    """
    return 1 if u < share and empty_months < -np.log(v) * mean_months else 0


@kernel
def hard_homes(dwellings: Dwellings, vacant: I64, month: int, seed: int, word: int, share: F64, mean: float) -> B1:
    """Return which vacant homes nobody looks at this month.

    Parameters
    ----------
    share
        By area, see `waits_for_tenant`.
    """
    found = np.zeros(vacant.shape[0], np.bool_)
    for k in range(vacant.shape[0]):
        home = vacant[k]
        since = int(dwellings.vacant_since[home])
        words = philox(seed, dwellings.id[home], word, since + 32768)
        waits = waits_for_tenant(
            uniform(words[0]), uniform(words[1]), float(month - since), share[dwellings.area[home]], mean
        )
        found[k] = waits == 1
    return found


def share_hard_to_let(vacancy: float, usual: float, turnover: float, mean_months: float) -> float:
    """Return the share of homes given up that must be hard to let for a region to have its vacancy (Little's law).

    Parameters
    ----------
    vacancy, usual
        Published share of homes that stand empty, and the share that does while the next tenant is found.
    turnover
        Homes given up over homes, a year.
    """
    return min(max(vacancy - usual, 0.0) * 12.0 / (turnover * mean_months), 1.0)


def hard_to_let(c: Context, vacant: I64) -> B1:
    """Return which vacant social homes nobody looks at this month."""
    world, p = c.world, c.parameters.letting
    towns = np.array([
        p.hard_to_let * share_hard_to_let(
            trends.social_vacancy(one.municipality.region, c.rates_time), p.usual_vacancy, p.homes_turn_over,
            p.hard_months,
        )
        for one in c.margins
    ])  # fmt: skip
    share = towns[world.areas.municipality]
    word = address(Purpose.HARD_TO_LET, 0)
    return hard_homes(world.dwellings, vacant, c.month, c.seed, word, share, p.hard_months)

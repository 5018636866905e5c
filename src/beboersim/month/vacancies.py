"""Vacant homes, found in one pass over all."""

from __future__ import annotations

import numpy as np

from beboersim.kernel import kernel
from beboersim.world.codes import IS_KEPT, NO_FATE, SOCIAL
from beboersim.world.columns import I64
from beboersim.world.state import Dwellings


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
    found = np.empty(used[2], np.int64)
    number = 0
    for home in range(used[2]):
        if dwellings.household[home] >= 0 or dwellings.area[home] < 0 or dwellings.vacant_since[home] > until:
            continue
        if dwellings.fate[home] != NO_FATE and dwellings.fate[home] != IS_KEPT:
            continue
        if (dwellings.tenure[home] == SOCIAL) == (social == 1):
            found[number] = home
            number += 1
    return found[:number].copy()

"""What is recorded of ties on each 1 January: who takes part, who is on the street, who uses heavily, area by area."""

from __future__ import annotations

import numpy as np

from beboersim.kernel import borrowing
from beboersim.world.columns import F64, I64
from beboersim.world.state import Households, Persons, Ties, World
from beboersim.world.taking_part import HEAVY, STREET, VOLUNTEER

TAKING_PART, VOLUNTEERS, ON_THE_STREET, HEAVY_USE = range(4)
NAMES = ("taking_part", "volunteers", "on_the_street", "heavy_use")


@borrowing
def tally_ties(persons: Persons, ties: Ties, households: Households, used: I64, places: int, found: F64) -> None:
    """Count persons by what ties they have (what x area)."""
    for row in range(used[0]):
        home = persons.household[row]
        if home < 0 or households.area[home] >= places:
            continue
        area = households.area[home]
        if ties.takes_part[row] != 0:
            found[TAKING_PART, area] += 1.0
            if ties.takes_part[row] & VOLUNTEER:
                found[VOLUNTEERS, area] += 1.0
        if ties.peers[row] == STREET:
            found[ON_THE_STREET, area] += 1.0
        if ties.substance[row] == HEAVY:
            found[HEAVY_USE, area] += 1.0


def count_ties(world: World) -> dict[str, F64]:
    """Return the counts of ties by area."""
    places = world.places
    found = np.zeros((len(NAMES), places))
    tally_ties(world.persons, world.ties, world.households, world.used, places, found)
    return dict(zip(NAMES, found, strict=True))

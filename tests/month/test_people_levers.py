from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from beboersim.month.democracy import democracy
from beboersim.month.volunteering import volunteering
from beboersim.month.youth import youth
from beboersim.policy.catalogue import Value, of_kind
from beboersim.world.codes import NAMED_AREA
from people_levers import MOVES, ON_OTHERS
from small_towns import small_town

COLUMNS = ("volunteers", "premises", "say", "fit")


@cache
def kept(staff: float, settings: tuple[tuple[str, Value], ...]) -> dict[str, np.ndarray]:
    """Return what the two processes keep after eleven months, with so many staff-years per 1,000 residents.

    Of the others only that of the young goes on, for who helps them is known there. The town is so large that what is
    rare, as asking somebody in a house that is in use, happens in it.
    """
    town = small_town(("Aarhus",), scale=0.25, settings=dict(settings))
    areas, ties = town.world.areas, town.world.ties
    areas.staff[:] = 0.0
    areas.staff[: town.world.places] = staff / 1000.0 * town.context.measurement.residents
    areas.staff[areas.kind != NAMED_AREA] = 0.0
    for _ in range(11):  # before the rows are put in order
        town.step((volunteering, youth, democracy))
    found = {name: getattr(areas, name).copy() for name in COLUMNS}
    return found | {"takes_part": ties.takes_part.copy(), "trust": ties.trust.copy()}


@pytest.mark.parametrize(("staff", "common", "lever", "value", "target"), MOVES, ids=[row[2] for row in MOVES])
def test_every_lever_and_switch_moves_what_it_is_for(
    staff: float, common: dict[str, Value], lever: str, value: Value, target: str
) -> None:
    without = kept(staff, tuple(common.items()))
    moved = kept(staff, tuple((common | {lever: value}).items()))
    assert not np.array_equal(without[target], moved[target])


def test_every_lever_and_switch_of_the_two_is_looked_at() -> None:
    groups = ("volunteering", "democracy")
    there = {one.name for one in of_kind("lever", "switch") if one.group in groups}
    assert {row[2] for row in MOVES} | ON_OTHERS == there

"""Rehousing: where those live whose home a plan takes, and what the move may mean to the children among them.

Nobody is put out without another home (almenlejeloven § 86): a household stays until one is found, by this right, by
the list, or by itself. Most are moved within the area (effects M27b: E086).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from beboersim.chance import Purpose, address, philox, uniform
from beboersim.kernel import borrowing, kernel
from beboersim.law.letting.decisions import fits_the_home, suits_rehousing
from beboersim.world.codes import MUST_MOVE
from beboersim.world.columns import F64, I64
from beboersim.world.state import Areas, Dwellings, Households, Persons

if TYPE_CHECKING:
    from beboersim.month.context import Context

RISK_UNIT = 16.0  # of the column `risk`
HIGHEST_RISK = 255
CHILD_UNTIL, TEEN_UNTIL = 13, 18  # years: where the findings change sign (X15: E079 E080)


@kernel
def takes_rehousing(
    here: int, sold: int, near: int, months: int, persons: int, rooms: int, rooms_before: int, patience: int
) -> int:
    """Say whether a household with a right to rehousing is given a vacant home, 1 or 0.

    Parameters
    ----------
    here
        1 if the home is in the area the household lives in.
    sold
        1 if its home is to be sold: then only a home within the area may be offered (S67).
    near
        1 if the household wants to stay in the area, 0 if it would rather leave it.
    months, patience
        Months since it was told; after how many it takes a home in either place, and one room more or less than suits.
    persons, rooms, rooms_before
        Of the household; of the home; of the one it must leave.
    """
    waited = months >= patience
    suits = suits_rehousing(persons, rooms, rooms_before) == 1 or (waited and fits_the_home(persons, rooms, 1) == 1)
    where = here == 1 if sold == 1 else here == near or waited
    return 1 if suits and where else 0


@kernel
def stays_near(seed: int, household: int, purpose: int, since: int, share: float) -> int:
    """Say whether a household that must move wants a home in the same area: a draw that stays with the search."""
    return 1 if uniform(philox(seed, household, purpose, since + 32768)[0]) < share else 0


@kernel
def risk_after_move(risk: int, age: int, better: int, child: float, teen: float, u: float) -> int:
    """Return a person's risk of conviction after a move out of an area that comes down, in sixteenths.

    A child under 13 who comes to an area of better standing is helped, a teenager not or slightly harmed, an adult
    neither (X15: E078-E081). The size is from Chicago and contested: with both sizes at nought nothing changes.

    Parameters
    ----------
    risk, age
        In sixteenths of the nation's; years.
    better
        1 if the new area stands further from the lines of the list.
    child, teen
        Share by which the risk of a child falls, and that of a teenager rises.
    u
        Uniform draw, which settles the part of a sixteenth.
    """
    if better == 0 or age >= TEEN_UNTIL:
        return risk
    factor = 1.0 - child if age < CHILD_UNTIL else 1.0 + teen
    if factor == 1.0:
        return risk
    return min(int(risk * factor + u), HIGHEST_RISK)


@borrowing
def change_risks(
    persons: Persons, households: Households, areas: Areas, rows: I64, left: I64, month: int, seed: int, word: int,
    standing: F64, child: float, teen: float,
) -> None:  # fmt: skip
    """Let the move tell on the children of the households that were rehoused; `left` is the area, -1 if not moved."""
    for k in range(rows.shape[0]):
        if left[k] < 0 or left[k] == households.area[rows[k]]:
            continue
        better = 1 if standing[households.area[rows[k]]] < standing[left[k]] else 0
        member = households.head[rows[k]]
        while member >= 0:
            age = (month - persons.birth[member]) // 12
            u = uniform(philox(seed, persons.id[member], word, 0)[0])
            persons.risk[member] = risk_after_move(int(persons.risk[member]), age, better, child, teen, u)
            member = persons.next[member]


def after_the_moves(c: Context, rows: I64, left: I64) -> None:
    """Let this month's moves by rehousing tell on the children who were moved."""
    if not (left >= 0).any():
        return
    p, on = c.parameters.buildings, c.number("buildings.moving_on_children")
    if p.moved_child * on == 0.0 and p.moved_teen * on == 0.0:
        return
    world = c.world
    change_risks(
        world.persons, world.households, world.areas, rows, left, c.month, c.seed, c.address(Purpose.REHOUSED),
        c.standing, p.moved_child * on, p.moved_teen * on,
    )  # fmt: skip


@borrowing
def queue_of_rehousing(households: Households, dwellings: Dwellings, rows: I64, towns: I64, keys: I64) -> int:
    """Fill in the sort keys of those with a right to rehousing: municipality, month they were told, seeker."""
    found = 0
    for k in range(rows.shape[0]):
        row = rows[k]
        if households.searching[row] == MUST_MOVE and households.dwelling[row] >= 0:
            keys[found] = (towns[k] << 48) | ((households.search_since[row] + 32768) << 32) | k
            found += 1
    return found


def those_to_rehouse(c: Context, rows: I64, towns: I64) -> I64:
    """Return the keys of the month's queue for rehousing, see `queue_of_rehousing`."""
    keys = np.empty(len(rows), np.int64)
    return keys[: queue_of_rehousing(c.world.households, c.world.dwellings, rows, towns, keys)]


def word_of_wish() -> int:
    """Return the word of the draw of who wants to stay near; it does not change by month."""
    return address(Purpose.REHOUSED, 0)

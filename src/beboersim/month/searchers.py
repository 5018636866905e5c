"""Who searches for a home this month, in the order of their turns.

Social homes are let and private ones taken in the same month (month.letting, month.clearing), and between them nothing
changes in a household but that it may have found a home. What both ask of a household is therefore made once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from beboersim.chance import Purpose, address, in_turn, philox, uniform
from beboersim.kernel import borrowing, kernel
from beboersim.world.codes import NOT_SEARCHING
from beboersim.world.columns import F64, I16, I64, U8
from beboersim.world.profile import Profile, profile
from beboersim.world.state import Households, Persons

if TYPE_CHECKING:
    from beboersim.month.context import Context


class Searchers(NamedTuple):
    """The households that search in a month, in the order of their turns."""

    month: int
    rows: I64
    ids: I64
    draws: F64  # that stay with the search: what kind of home is looked for
    made: U8  # 1 where the profile has been made
    profiles: F64  # searcher x field of world.profile.Profile


@kernel
def rows_of_searchers(households: Households, used: int, elsewhere: int) -> I64:
    """Return the rows of the households that search, but for those elsewhere, without branches: see `vacant_homes`."""
    searching = households.searching[:used]
    rows = np.empty(used, np.int64)
    number = 0
    for row in range(used):
        rows[number] = row
        number += searching[row] != NOT_SEARCHING
    found = 0
    for k in range(number):
        row = rows[k]
        rows[found] = row
        found += (households.head[row] >= 0) & (households.area[row] != elsewhere)
    return rows[:found].copy()


@borrowing
def draw_for_searches(seed: int, ids: I64, since: I16, purpose: int, draws: F64) -> None:
    """Fill in for each search its draw, by the month in which it began."""
    for k in range(ids.shape[0]):
        draws[k] = uniform(philox(seed, ids[k], purpose, since[k])[0])


@borrowing
def profile_of(persons: Persons, households: Households, k: int, steps: F64, s: Searchers) -> Profile:
    """Return the profile of a searcher, which is made when it is first asked for.

    Parameters
    ----------
    k
        The searcher's number.
    steps
        See world.profile.profile; those of the household's municipality.
    """
    own = s.profiles[k]
    if s.made[k] == 1:
        return Profile(
            own[0], own[1], own[2], own[3], own[4], own[5], own[6], own[7], own[8], own[9], own[10], own[11]
        )
    who = profile(persons, households, s.rows[k], s.month, steps)
    for field in range(own.shape[0]):
        own[field] = who[field]
    s.made[k] = 1
    return who


def searchers(c: Context) -> Searchers:
    """Return the households in the town and at its gates that search now."""
    households = c.world.households
    rows = rows_of_searchers(households, int(c.world.used[1]), c.world.elsewhere)
    # Ties are broken by a draw of the month, never by the place in the tables.
    rows = rows[in_turn(households.id[rows], c.seed, c.address(Purpose.TURN))]
    ids, draws = households.id[rows], np.empty(len(rows))
    draw_for_searches(c.seed, ids, households.search_since[rows], address(Purpose.SEEKING, 0), draws)
    made, profiles = np.zeros(len(rows), np.uint8), np.empty((len(rows), len(Profile._fields)))
    return Searchers(c.month, rows, ids, draws, made, profiles)


def still_searching(c: Context) -> tuple[Searchers, I64]:
    """Return the month's searchers, and the numbers of those who have not found a home; the month is done with them."""
    found, c.searchers = c.searchers, None
    if found is None or found.month != c.month:
        found = searchers(c)
    return found, np.flatnonzero(c.world.households.searching[found.rows] != NOT_SEARCHING)

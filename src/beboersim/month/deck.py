"""The deck: a sample town of a municipality, whose households are those whom newcomers look like.

It is drawn on the first day from the evidence and the seed, the same in every scenario.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from beboersim.kernel import borrowing
from beboersim.world.codes import ESTATE, KEEPER, NAMED_AREA, NEIGHBOURHOOD, OUTSIDE
from beboersim.world.columns import F32, F64, I8, I16, I32, I64, NEVER, U8
from beboersim.world.kinds import kind_of
from beboersim.world.layout import Area
from beboersim.world.mobility import Leaving, away_share, hazard_of
from beboersim.world.profile import income_steps, profile
from beboersim.world.state import Areas, Dwellings, Households, Persons, World
from beboersim.world.synthesis import Start


class Deck(NamedTuple):
    """The sample town, household by household: whom newcomers look like. Months are counted back from the first day."""

    # Households.
    first: I32
    members: U8
    kind: I16
    mobility: F32  # chance of leaving the town in a year, as mobility goes
    group: I32  # see `groups_of`
    social: U8
    place: F32  # where its area lies among those of its sort, 0-1; see `Spots`
    sort: U8  # kind of area
    named: I16  # number of the named area within the municipality, or -1
    # Persons.
    months_old: I16
    sex: U8
    origin: U8
    citizen: U8
    role: U8
    education: U8
    danish_education: U8
    activity: U8
    months_in: I16
    weak: U8
    weak_odds: I8
    hours: U8
    outside_past: U8
    wage: F32
    income: F32
    convicted_ago: I16  # -1 never
    convicted_years: U8
    risk: U8
    births: U8
    birth_ago: I16  # -1 never


def kinds_and_mobility(start: Start, month: int, p: Leaving) -> tuple[I64, F64]:
    """Return the kind of every household of a sample town, and its chance of leaving in a year as mobility goes."""
    world = start.world
    m = int(world.used[1])
    kinds = np.zeros(m, np.int64)
    mobility = np.zeros(m)
    steps = income_steps(world, month)
    count_mobility(
        world.persons, world.households, world.dwellings, world.areas, world.used, month, steps, p, kinds, mobility
    )
    return kinds, mobility


@borrowing
def count_mobility(
    persons: Persons,
    households: Households,
    dwellings: Dwellings,
    areas: Areas,
    used: I64,
    month: int,
    steps: F64,
    p: Leaving,
    kinds: I64,
    mobility: F64,
) -> None:
    """Fill in every household's kind, and the year's chance of leaving the town."""
    for row in range(used[1]):
        who = profile(persons, households, row, month, steps[areas.municipality[households.area[row]]])
        kinds[row] = kind_of(who)
        home = households.dwelling[row]
        if home < 0:
            mobility[row] = 12.0 * p.lodger_leaves
        else:
            months = month - households.moved_in[row]
            hazard = hazard_of(who, dwellings, areas, home, households.area[row], months, 0.0, p)
            mobility[row] = 12.0 * hazard * away_share(who.age, who.students, p)


def groups_of(world: World, kinds: I64) -> I64:
    """Return the group of every household: its kind, the origin of its first person, anyone outside work, who is alone.

    One man alone, one woman alone, or more than one person.
    """
    n, m = int(world.used[0]), int(world.used[1])
    persons = world.persons
    idle = (persons.role[:n] == KEEPER) & (persons.activity[:n] == OUTSIDE)
    outside = np.bincount(persons.household[:n], weights=idle, minlength=m) > 0
    origin = persons.origin[world.households.head[:m]].astype(np.int64)
    first = world.households.head[:m]
    alone = np.where(world.households.size[:m] == 1, persons.sex[first].astype(np.int64), 2)
    return np.unique(((kinds * 4 + origin) * 2 + outside) * 3 + alone, return_inverse=True)[1].astype(np.int64)


def deck_of(start: Start, month: int, kinds: I64, groups: I64, moving: F64) -> Deck:
    """Return the households and persons of a sample town as newcomers are drawn from them."""
    world = start.world
    n, m = int(world.used[0]), int(world.used[1])
    persons, households = world.persons, world.households
    order = np.argsort(persons.household[:n], kind="stable")
    area = households.area[:m].astype(np.int64)
    sort = world.areas.kind[area]
    named = np.where(sort == NAMED_AREA, area, -1)
    ago = month - persons.birth[:n].astype(np.int64)
    never = persons.convicted[:n] == NEVER
    no_birth = persons.last_birth[:n] == NEVER

    def column(values: np.ndarray) -> np.ndarray:
        return values[:n][order].copy()

    return Deck(
        first=np.searchsorted(persons.household[:n][order], np.arange(m)).astype(np.int32),
        members=households.size[:m].copy(),
        kind=kinds.astype(np.int16),
        mobility=moving.astype(np.float32),
        group=groups.astype(np.int32),
        social=(sort != NEIGHBOURHOOD).astype(np.uint8),
        place=places_among(start.areas, area),
        sort=sort.astype(np.uint8),
        named=named.astype(np.int16),
        months_old=ago[order].astype(np.int16),
        sex=column(persons.sex),
        origin=column(persons.origin),
        citizen=column(persons.citizen),
        role=column(persons.role),
        education=column(persons.education),
        danish_education=column(persons.danish_education),
        activity=column(persons.activity),
        months_in=(month - persons.since[:n].astype(np.int64))[order].astype(np.int16),
        weak=column(persons.weak),
        weak_odds=column(persons.weak_odds),
        hours=column(persons.hours),
        outside_past=column(persons.outside_past[:, 0]),
        wage=column(persons.wage),
        income=column(persons.income_past),
        convicted_ago=np.where(never, -1, month - persons.convicted[:n].astype(np.int64))[order].astype(np.int16),
        convicted_years=column(persons.convicted_years),
        risk=column(persons.risk),
        births=column(persons.births),
        birth_ago=np.where(no_birth, -1, month - persons.last_birth[:n].astype(np.int64))[order].astype(np.int16),
    )


def places_among(areas: Sequence[Area], area: I64) -> F32:
    """Return where each household's area lies among those of its sort: estates by work, neighbourhoods by price."""
    position = np.zeros(len(areas))
    for kind in (ESTATE, NEIGHBOURHOOD):
        own = ranked(areas, kind)
        size = np.array([areas[k].residents for k in own])
        if len(own):
            position[own] = (np.cumsum(size) - 0.5 * size) / size.sum()
    return position[area].astype(np.float32)


def ranked(areas: Sequence[Area], kind: int) -> list[int]:
    """Return the areas of a sort in order: estates by their share outside work, neighbourhoods by price."""
    own = [k for k, a in enumerate(areas) if a.kind == kind]
    return sorted(own, key=lambda k: (areas[k].outside_work if kind == ESTATE else areas[k].price, k))

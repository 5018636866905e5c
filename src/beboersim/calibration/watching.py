"""Watching a town: who moves out of and into which homes, month by month, as published statistics count them.

Homes are given up by households; moves, and those who move in and out, are persons, whether the whole household moves
or somebody leaves it for a home of their own or a partner's. Who lodges has not moved before there is a home: the
register has them where they were.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from beboersim.calibration.classes import ages, households, residents
from beboersim.month.ledger import EV_DEATH
from beboersim.outcomes.counts import FLOWS
from beboersim.town import Town
from beboersim.world.codes import BASIC, DWELLING_KINDS, EMPLOYED, KEEPER, NEIGHBOURHOOD, SOCIAL
from beboersim.world.columns import NEVER

NOT_HERE, LODGES = -2, -1  # in place of a dwelling
CHILDHOOD = 18  # years


@dataclass
class Movers:
    """Persons who move into or out of social homes: how many, their years of age, and how many lived in one before."""

    persons: int = 0
    years: float = 0.0
    from_social: int = 0

    def add(self, ages: NDArray[np.float64], from_social: int = 0) -> None:
        """Count some more."""
        self.persons += len(ages)
        self.years += float(ages.sum())
        self.from_social += from_social


@dataclass
class Watch:
    """Counts of a span of months. `flows` are the town's ledger, summed over its areas."""

    months: int = 0
    flows: dict[str, float] = field(default_factory=lambda: dict.fromkeys(FLOWS, 0.0))
    homes: Counter[str] = field(default_factory=Counter)  # occupied social homes, month by month, by kind
    moved_out: Counter[str] = field(default_factory=Counter)  # external move-outs by kind
    moves: int = 0  # persons who change home within the town
    away: float = 0.0  # persons who leave the town
    residents: float = 0.0  # person-months
    in_movers: Movers = field(default_factory=Movers)
    out_movers: Movers = field(default_factory=Movers)

    def yearly_move_out(self, kind: str) -> float:
        """Return external move-outs a year per hundred occupied homes of a kind."""
        return 1200.0 * self.moved_out[kind] / max(self.homes[kind], 1)

    def per_year(self, flow: str) -> float:
        """Return a flow of the ledger a year."""
        return 12.0 * self.flows[flow] / max(self.months, 1)


class People(NamedTuple):
    """Where each person lives, in the order of their ids."""

    id: NDArray[np.int64]
    home: NDArray[np.int64]  # dwelling row; LODGES, or NOT_HERE at the gate and elsewhere
    social: NDArray[np.bool_]  # in a social home, or lodges in an area of such
    age: NDArray[np.float64]  # years

    def at(self, ids: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Return the places of ids in this table, and which of them are in it."""
        place = np.minimum(np.searchsorted(self.id, ids), len(self.id) - 1)
        return place, self.id[place] == ids


@dataclass(frozen=True)
class Homes:
    """Who lives in which home on a day, by ids."""

    dwelling_of: dict[int, int]  # household -> dwelling row
    tenant: NDArray[np.int64]  # id of the household by dwelling row, -1 vacant
    people: People


def homes_of(town: Town) -> Homes:
    """Return who lives where today."""
    world = town.world
    table = world.households
    rows = households(town)
    d = int(world.used[2])
    tenant = np.full(d, -1, np.int64)
    taken = np.flatnonzero(world.dwellings.household[:d] >= 0)
    tenant[taken] = table.id[world.dwellings.household[taken]]
    return Homes(
        dict(zip(table.id[rows].tolist(), table.dwelling[rows].tolist(), strict=True)), tenant, people_of(town)
    )


def people_of(town: Town) -> People:
    """Return where each person lives today."""
    world = town.world
    persons, table = world.persons, world.households
    n = int(world.used[0])
    rows = np.flatnonzero(persons.household[:n] >= 0)
    rows = rows[np.argsort(persons.id[rows], kind="stable")]
    household = persons.household[rows]
    area, home = table.area[household].astype(np.int64), table.dwelling[household].astype(np.int64)
    here = area < world.places
    social = here & (world.areas.kind[area] != NEIGHBOURHOOD)
    housed = home >= 0
    social[housed] = world.dwellings.tenure[home[housed]] == SOCIAL
    home = np.where(here, np.where(housed, home, LODGES), NOT_HERE)
    age = (town.context.month - persons.birth[rows].astype(np.float64)) / 12.0
    return People(persons.id[rows], home, social, age)


def watch_month(town: Town, watch: Watch) -> None:
    """Run a month of a town that keeps an event log, and add what moved to a watch. The log is used up."""
    before = homes_of(town)
    town.context.ledger.noted[0] = 0
    world = town.world
    organisation = world.areas.organisation
    watch.residents += float(town.monthly[-1].counts["residents"].sum())
    town.step()
    after = homes_of(town)
    world = town.world
    dwellings = world.dwellings
    watch.months += 1
    for name in FLOWS:
        watch.flows[name] += float(town.monthly[-1].counts[name].sum())
    watch.away += float(town.monthly[-1].counts["departures"].sum())
    d = len(before.tenant)
    social = (dwellings.tenure[:d] == SOCIAL) & (before.tenant >= 0)
    for code, kind in enumerate(DWELLING_KINDS):
        watch.homes[kind] += int((social & (dwellings.kind[:d] == code)).sum())
    for row in np.flatnonzero(social & (after.tenant[:d] != before.tenant)).tolist():
        new = after.dwelling_of.get(int(before.tenant[row]), -1)
        same = new >= 0 and organisation[dwellings.area[new]] == organisation[dwellings.area[row]]
        if not (same and dwellings.tenure[new] == SOCIAL):
            watch.moved_out[DWELLING_KINDS[int(dwellings.kind[row])]] += 1
    log = town.events
    add_movers(watch, before.people, after.people, log[log[:, 1] == EV_DEATH, 2])


def add_movers(watch: Watch, before: People, after: People, died: NDArray[np.int64]) -> None:
    """Add the persons who moved between two days to a watch.

    Parameters
    ----------
    died
        Ids of those who died in between: they left a home, but did not move.
    """
    then, was_here = before.at(after.id)
    was = np.where(was_here, before.home[then], NEVER)  # the newborn are in their first home
    moved = (after.home >= 0) & (was != after.home) & was_here
    watch.moves += int((moved & (was != NOT_HERE)).sum())
    came = moved & after.social
    from_social = came & (was != NOT_HERE) & before.social[then]
    watch.in_movers.add(after.age[came], int(from_social.sum()))
    now, is_here = after.at(before.id)
    home = np.where(is_here, after.home[now], NOT_HERE)
    left = before.social & (before.home != NOT_HERE) & (home != before.home) & (home != LODGES)
    watch.out_movers.add(before.age[left & ~np.isin(before.id, died)])


def tenures(town: Town) -> dict[str, NDArray[np.float64]]:
    """Return the years that tenants of social homes have lived in them so far, by kind of dwelling."""
    world = town.world
    rows = households(town)
    home = world.households.dwelling[rows]
    rows, home = rows[home >= 0], home[home >= 0]
    social = world.dwellings.tenure[home] == SOCIAL
    stay = (town.context.month - world.households.moved_in[rows].astype(float)) / 12.0
    return {kind: stay[social & (world.dwellings.kind[home] == code)] for code, kind in enumerate(DWELLING_KINDS)}


class Adults(NamedTuple):
    """Homes by how many keep the household that lives there."""

    homes: int
    single: int  # with one adult who is not a child of the house
    parents: int  # of these, with a child under 18
    women: int  # of those with a single adult, a woman's


class Aged(NamedTuple):
    """Residents of social homes, and how many of them are young adults or old."""

    residents: int
    young: int  # 18-29
    old: int  # 70 and over


class YoungConvicted(NamedTuple):
    """Residents of 15-24, and how many of them were convicted in the year before; also of some areas alone."""

    young: int
    convicted: int
    young_there: int
    convicted_there: int


class MenAlone(NamedTuple):
    """Men of 30-59 with basic schooling: those who live alone and the others, and of each how many work."""

    alone: int
    alone_working: int
    others: int
    others_working: int


def men_alone(town: Town) -> MenAlone:
    """Return how many men of 30-59 with basic schooling live alone today, and how many of them work."""
    persons = town.world.persons
    rows = residents(town)
    age = ages(town, rows)
    rows = rows[(age >= 30) & (age < 60) & (persons.sex[rows] == 0) & (persons.education[rows] == BASIC)]
    alone = town.world.households.size[persons.household[rows]] == 1
    works = persons.activity[rows] == EMPLOYED
    return MenAlone(*(int(one.sum()) for one in (alone, alone & works, ~alone, ~alone & works)))


def aged(town: Town) -> Aged:
    """Return the ages of those who live in social homes today; who lodges is left out."""
    world = town.world
    rows = residents(town)
    home = world.households.dwelling[world.persons.household[rows]]
    rows = rows[(home >= 0) & (world.dwellings.tenure[home] == SOCIAL)]
    age = ages(town, rows)
    return Aged(len(rows), int(((age >= 18) & (age < 30)).sum()), int((age >= 70).sum()))


def young_convicted(town: Town, there: NDArray[np.bool_]) -> YoungConvicted:
    """Return how many of those of 15-24 today were convicted in the last twelve months; `there` says which areas."""
    persons = town.world.persons
    rows = residents(town)
    age = ages(town, rows)
    rows = rows[(age >= 15) & (age < 25)]
    lives_there = there[town.world.households.area[persons.household[rows]]]
    convicted = persons.convicted[rows].astype(np.int64) >= town.context.month - 12
    both = convicted & lives_there
    return YoungConvicted(len(rows), int(convicted.sum()), int(lives_there.sum()), int(both.sum()))


def adults(town: Town) -> tuple[Adults, Adults]:
    """Return who lives in social homes, and in all others, today; who lodges is left out."""
    world = town.world
    rows = households(town)
    rows = rows[world.households.dwelling[rows] >= 0]
    young = residents(town)
    young = young[ages(town, young) < CHILDHOOD]
    children = np.bincount(world.persons.household[young], minlength=len(world.households.head))[rows]
    single = world.households.adults[rows] == 1
    keepers = residents(town)
    keepers = keepers[(world.persons.role[keepers] == KEEPER) & (world.persons.sex[keepers] == 1)]
    woman = np.bincount(world.persons.household[keepers], minlength=len(world.households.head))[rows] > 0
    social = world.dwellings.tenure[world.households.dwelling[rows]] == SOCIAL
    of_social, of_others = (
        Adults(*(int((kind & of).sum()) for of in (kind, single, single & (children > 0), single & woman)))
        for kind in (social, ~social)
    )
    return of_social, of_others

"""Watching a town: who moves out of and into which homes, month by month, as published statistics count them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from beboersim.calibration.classes import households
from beboersim.month.ledger import EV_DEATH
from beboersim.outcomes.counts import FLOWS
from beboersim.town import Town
from beboersim.world.codes import DWELLING_KINDS, SOCIAL


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
    in_movers: list[tuple[float, float, bool]] = field(default_factory=list)  # persons, mean age, from a social home
    out_movers: list[tuple[float, float]] = field(default_factory=list)

    def yearly_move_out(self, kind: str) -> float:
        """Return external move-outs a year per hundred occupied homes of a kind."""
        return 1200.0 * self.moved_out[kind] / max(self.homes[kind], 1)

    def per_year(self, flow: str) -> float:
        """Return a flow of the ledger a year."""
        return 12.0 * self.flows[flow] / max(self.months, 1)


@dataclass(frozen=True)
class Homes:
    """Who lives in which home on a day, by ids."""

    dwelling_of: dict[int, int]  # household -> dwelling row
    tenant: NDArray[np.int64]  # id of the household by dwelling row, -1 vacant
    people: dict[int, tuple[int, float]]  # household -> members, mean age


def homes_of(town: Town) -> Homes:
    """Return who lives where today."""
    world = town.world
    table, persons = world.households, world.persons
    rows = households(town)
    n = int(world.used[0])
    home = persons.household[:n]
    lives = home >= 0
    months = np.bincount(
        home[lives], weights=town.context.month - persons.birth[:n][lives].astype(float), minlength=int(world.used[1])
    )
    ids = table.id[rows].tolist()
    sizes = table.size[rows].astype(int)
    mean = (months[rows] / np.maximum(sizes, 1) / 12.0).tolist()
    d = int(world.used[2])
    tenant = np.full(d, -1, np.int64)
    taken = np.flatnonzero(world.dwellings.household[:d] >= 0)
    tenant[taken] = table.id[world.dwellings.household[taken]]
    return Homes(
        dict(zip(ids, table.dwelling[rows].tolist(), strict=True)),
        tenant,
        dict(zip(ids, zip(sizes.tolist(), mean, strict=True), strict=True)),
    )


def watch_month(town: Town, watch: Watch) -> None:
    """Run a month of a town that keeps an event log, and add what moved to a watch. The log is used up."""
    before = homes_of(town)
    town.context.ledger.noted[0] = 0
    world = town.world
    organisation = world.areas.organisation
    watch.residents += float(town.monthly[-1].counts["residents"].sum())
    town.step()
    after = homes_of(town)
    log = town.events
    died = set(log[log[:, 1] == EV_DEATH, 3].tolist())  # the households of those who died
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
    left = np.flatnonzero(social & (after.tenant[:d] != before.tenant))
    for row in left.tolist():
        household = int(before.tenant[row])
        new = after.dwelling_of.get(household, -1)
        size, age = before.people[household]
        same = new >= 0 and organisation[dwellings.area[new]] == organisation[dwellings.area[row]]
        if not (same and dwellings.tenure[new] == SOCIAL):
            watch.moved_out[DWELLING_KINDS[int(dwellings.kind[row])]] += 1
        if household in died and household not in after.people:
            continue  # a home left by death is given up, but nobody moves out of it
        if new < 0 or dwellings.tenure[new] != SOCIAL:
            watch.out_movers.append((float(size), age))
    for household, home in after.dwelling_of.items():
        old = before.dwelling_of.get(household, -1)
        if home < 0 or old == home:
            continue
        size, age = after.people[household]
        if household in before.dwelling_of:
            watch.moves += size
        if dwellings.tenure[home] == SOCIAL:
            from_social = old >= 0 and dwellings.tenure[old] == SOCIAL
            watch.in_movers.append((float(size), age, from_social))


def tenures(town: Town) -> dict[str, NDArray[np.float64]]:
    """Return the years that tenants of social homes have lived in them so far, by kind of dwelling."""
    world = town.world
    rows = households(town)
    home = world.households.dwelling[rows]
    rows, home = rows[home >= 0], home[home >= 0]
    social = world.dwellings.tenure[home] == SOCIAL
    stay = (town.context.month - world.households.moved_in[rows].astype(float)) / 12.0
    return {kind: stay[social & (world.dwellings.kind[home] == code)] for code, kind in enumerate(DWELLING_KINDS)}

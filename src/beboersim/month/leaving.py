"""Leaving: who looks for another home, who leaves the town, and why.

Hazards are fitted to the published move-out rates (mobility M2-085, M2-086, M2-100, M2-101) and to the share of moves
that stay in the municipality (M2-111). What is contested about stigma (effects M22b) has its own term and switch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from beboersim.chance import Purpose, address, fill, uniform
from beboersim.kernel import kernel
from beboersim.month.ledger import EV_DEPARTURE, EV_GAVE_UP, EV_SEARCH, FLOW, Ledger, moved, note
from beboersim.world.codes import (
    ARRIVING,
    NOT_SEARCHING,
    OWNER_OCCUPIED,
    PRIVATE_RENTED,
    SOCIAL,
    WANTS_CHANGE,
    YOUTH,
)
from beboersim.world.columns import F64, I64
from beboersim.world.membership import part, vacate
from beboersim.world.profile import Profile, profile
from beboersim.world.queues import on_a_list, sign_up
from beboersim.world.state import Areas, Dwellings, Households, Persons

if TYPE_CHECKING:
    from beboersim.month.context import Context

BLOCK = 1024
HOUSEHOLDS_OUT = FLOW["households_out"]
RESOURCES_OUT = FLOW["resources_out"]


class Leaving(NamedTuple):
    """Parameters of this process; see evidence/parameters/leaving.toml."""

    student: float
    employed: float
    outside: float
    pensioner: float
    youth_dwelling: float
    social: float
    social_couple: float
    social_outside: float
    private_rented: float
    owner: float
    tenure_shape: float
    tenure_months: float
    new_job: float
    child: float
    stigma: float
    stigma_resources: float
    away_student: float
    away_young: float
    away_middle: float
    away_old: float
    give_up_search: float
    lodger_leaves: float
    gate_months: float
    join_list: float


@kernel
def leave_hazard(
    age: float,
    couple: int,
    children: float,
    employed: float,
    students: float,
    pensioners: float,
    new_job: float,
    resources: float,
    tenure: int,
    kind: int,
    months_here: float,
    stigma: float,
    p: Leaving,
) -> float:
    """Return the probability that a household wants to give up its home this month.

    Students leave most and pensioners least (M2-100, M2-101). A new job raises the hazard (direction read, Geoforum
    2012, size assumed). Tenure lowers it mildly (Weibull, shape 0.85). Stigma raises it for the resourceful, weakly
    and contested (M22b).
    """
    if kind == YOUTH and tenure == SOCIAL:
        rate = p.youth_dwelling
    elif students > 0.0 and employed == 0.0:
        rate = p.student
    elif pensioners > 0.0 or age >= 65.0:
        rate = p.pensioner
    elif employed > 0.0:
        rate = p.employed
    else:
        rate = p.outside
    if tenure == SOCIAL:
        rate *= p.social
        if couple == 1 and age < 65.0:
            rate *= p.social_couple
        if employed + students + pensioners == 0.0:
            rate *= p.social_outside
    elif tenure == PRIVATE_RENTED:
        rate *= p.private_rented
    elif tenure == OWNER_OCCUPIED:
        rate *= p.owner
    if new_job > 0.0:
        rate *= p.new_job
    if children > 0.0:
        rate *= p.child
    rate *= (max(months_here, 1.0) / p.tenure_months) ** (p.tenure_shape - 1.0)
    rate *= 1.0 + p.stigma * stigma * (1.0 + p.stigma_resources * resources)
    return min(rate / 12.0, 0.5)


@kernel
def leaves_town(age: float, students: float, u: float, p: Leaving) -> int:
    """Say whether a household that wants to move goes to another municipality (1) or looks in the town (0)."""
    if students > 0.0:
        share = p.away_student
    elif age < 27.0:
        share = p.away_young
    elif age < 60.0:
        share = p.away_middle
    else:
        share = p.away_old
    return 1 if u < share else 0


@kernel
def depart(
    persons: Persons,
    households: Households,
    dwellings: Dwellings,
    used: I64,
    places: int,
    household: int,
    month: int,
    followed: int,
    ledger: Ledger,
) -> None:
    """Let a household leave the town. If it is followed it lives on elsewhere, otherwise its rows become free."""
    area = households.area[household]
    moved(ledger, households, places, household, area, places)
    note(ledger, month, EV_DEPARTURE, households.id[household], 0, area)
    vacate(households, dwellings, household, month)
    households.searching[household] = NOT_SEARCHING
    if followed == 1:
        households.area[household] = places
        return
    while households.head[household] >= 0:
        part(persons, households, households.head[household])


@kernel
def is_followed(persons: Persons, households: Households, household: int) -> int:
    """Say whether any member belongs to a cohort that is followed wherever it lives."""
    member = households.head[household]
    while member >= 0:
        if persons.cohort_area[member] >= 0:
            return 1
        member = persons.next[member]
    return 0


@kernel
def leave_month(
    persons: Persons,
    households: Households,
    dwellings: Dwellings,
    areas: Areas,
    used: I64,
    places: int,
    month: int,
    seed: int,
    address: int,
    steps: F64,
    stigma_on: float,
    bound: float,
    organisations: I64,
    join_address: int,
    p: Leaving,
    ledger: Ledger,
) -> None:
    """Let households decide whether to stay, to look for another home in the town, or to leave it.

    `bound` is at least the highest hazard anyone can have this month, so that most households need no look.
    """
    ceiling = np.uint32(min(bound, 1.0) * 4294967295.0)
    words = np.empty((4, BLOCK), np.uint32)
    total = used[1]
    for start in range(0, total, BLOCK):
        stop = min(start + BLOCK, total)
        fill(seed, households.id, start, stop, address, words)
        for row in range(start, stop):
            if households.head[row] < 0:
                continue
            area = households.area[row]
            if area == places:
                continue
            word = words[0, row - start]
            if area > places:
                # At the gate: who does not settle in time lives elsewhere.
                if month - households.search_since[row] >= p.gate_months:
                    note(ledger, month, EV_GAVE_UP, households.id[row], 0, 0)
                    while households.head[row] >= 0:
                        part(persons, households, households.head[row])
                continue
            reason = households.searching[row]
            if reason != NOT_SEARCHING:
                u = uniform(words[2, row - start])
                if households.dwelling[row] < 0:
                    if u < p.lodger_leaves:
                        followed = is_followed(persons, households, row)
                        depart(persons, households, dwellings, used, places, row, month, followed, ledger)
                elif reason == WANTS_CHANGE and u < p.give_up_search:
                    households.searching[row] = NOT_SEARCHING
                    note(ledger, month, EV_GAVE_UP, households.id[row], 0, area)
                continue
            if uniform(words[3, row - start]) < p.join_list and on_a_list(households, row) == 0:
                sign_up(households, areas, organisations, row, month, seed, join_address)
            if word > ceiling:
                continue
            home = households.dwelling[row]
            if home < 0:
                # A lodger who is not searching takes the search up again.
                households.searching[row] = ARRIVING
                households.search_since[row] = month
                continue
            who = profile(persons, households, row, month, steps[areas.municipality[area]])
            hazard = hazard_of(who, dwellings, areas, home, area, month - households.moved_in[row], stigma_on, p)
            if uniform(word) >= hazard:
                continue
            if leaves_town(who.age, who.students, uniform(words[1, row - start]), p) == 1:
                if dwellings.tenure[home] == SOCIAL:
                    ledger.flows[HOUSEHOLDS_OUT, area] += 1.0
                    ledger.flows[RESOURCES_OUT, area] += who.resources
                followed = is_followed(persons, households, row)
                depart(persons, households, dwellings, used, places, row, month, followed, ledger)
            else:
                households.searching[row] = WANTS_CHANGE
                households.search_since[row] = month
                note(ledger, month, EV_SEARCH, households.id[row], 0, area)


@kernel
def hazard_of(
    who: Profile, dwellings: Dwellings, areas: Areas, home: int, area: int, months: int, stigma_on: float, p: Leaving
) -> float:
    """Return `leave_hazard` for a household in its home."""
    return leave_hazard(
        who.age,
        1 if who.employed + who.students + who.outside + who.pensioners >= 2.0 else 0,
        who.children,
        who.employed,
        who.students,
        who.pensioners,
        who.new_job,
        who.resources,
        dwellings.tenure[home],
        dwellings.kind[home],
        float(months),
        areas.stigma_inside[area] * stigma_on,
        p,
    )


def highest_hazard(p: Leaving, stigma_on: float) -> float:
    """Return a bound on the monthly hazard over everyone, for `leave_month`."""
    rate = max(p.student, p.employed, p.outside, p.pensioner, p.youth_dwelling)
    rate *= max(1.0, p.private_rented, p.owner, p.social * max(1.0, p.social_couple))
    rate *= max(1.0, p.new_job) * max(1.0, p.child)
    rate *= (1.0 / p.tenure_months) ** (p.tenure_shape - 1.0)
    rate *= 1.0 + p.stigma * stigma_on * (1.0 + p.stigma_resources)
    return min(rate / 12.0, 0.5)


def leaving(c: Context) -> None:
    """Leaving: who looks for another home, who leaves the town, and why."""
    world, p = c.world, c.parameters.leaving
    stigma_on = c.number("stigma.on_leaving")
    leave_month(
        world.persons, world.households, world.dwellings, world.areas, world.used, world.places, c.month, c.seed,
        c.address(Purpose.LEAVING), c.income_steps, stigma_on, highest_hazard(p, stigma_on), c.organisations,
        address(Purpose.JOINING, 0), p, c.ledger,
    )  # fmt: skip

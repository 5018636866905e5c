"""Clearing: the private rest of the town fills and empties by its own simple choice.

A searching household looks at homes in a handful of neighbourhoods and takes the one it likes best: a price level near
its income, the neighbourhood it knows, and chance. Origin is not read. Who finds nothing keeps looking.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from beboersim.chance import Purpose, address, gumbel, mix, order_of_turns, philox, uniform
from beboersim.kernel import borrowing, kernel
from beboersim.month.applicants import SOCIAL_HOME, Letting, looks_for, looks_for_surely
from beboersim.month.ledger import EV_PRIVATE_MOVE, EV_SETTLED, FLOW, Ledger, moved, note
from beboersim.month.vacancies import vacant_homes
from beboersim.world.codes import ARRIVING, NEIGHBOURHOOD, NOT_SEARCHING, OWNER_OCCUPIED, SOCIAL
from beboersim.world.columns import F64, I64
from beboersim.world.membership import occupy
from beboersim.world.profile import income_rank, profile
from beboersim.world.queues import on_a_list
from beboersim.world.state import Areas, Dwellings, Households, Persons

if TYPE_CHECKING:
    from beboersim.month.context import Context

HOUSEHOLDS_OUT, RESOURCES_OUT = FLOW["households_out"], FLOW["resources_out"]
TENURES_PRIVATE = 2


class Clearing(NamedTuple):
    """Parameters of this process; see evidence/parameters/clearing.toml."""

    looks: float
    find_poor: float
    find: float
    price_weight: float
    tie: float
    owner_wish: float
    owner_income: float
    owner_couple: float
    rooms_looked_at: float
    idle_months: float


@kernel
def finds_private(rank: float, students: float, arriving: int, p: Clearing) -> float:
    """Return the probability that a searching household finds a private home it could have this month.

    Prices and rents shut out low incomes; students share and rent rooms, and count as the middle. Who comes to the
    town comes to a home within reach, as those who left it had one.
    """
    if arriving == 1:
        return p.find
    place = max(rank, 0.5) if students > 0.0 else rank
    return p.find_poor + (p.find - p.find_poor) * place


@kernel
def wishes_to_own(rank: float, age: float, works: float, owns: int, couple: int, p: Clearing) -> float:
    """Return the utility of owning over renting: income, age over thirty, a couple, work, and owning already.

    The weights of age and owning already are assumptions (half to twice as much).
    """
    if works == 0.0 and owns == 0 and age < 60.0:
        return -3.0
    settled = (0.5 if age >= 30.0 else -1.0) + (1.0 if owns == 1 else 0.0) + p.owner_couple * couple
    return p.owner_wish + p.owner_income * rank + settled


@kernel
def liking(price: float, rank: float, known: int, noise: float, p: Clearing) -> float:
    """Return how much a household likes a neighbourhood: affordable, familiar, and chance."""
    return -p.price_weight * abs(price - rank) + p.tie * known + noise


@borrowing
def clear_month(
    persons: Persons,
    households: Households,
    dwellings: Dwellings,
    areas: Areas,
    places: int,
    month: int,
    seed: int,
    seeking_address: int,
    liking_address: int,
    looking_address: int,
    social_address: int,
    steps: F64,
    seekers: I64,
    vacancies: I64,
    starts: I64,
    neighbourhoods: I64,
    first: I64,
    renewed: I64,
    name_on: float,
    p: Clearing,
    letting: Letting,
    ledger: Ledger,
) -> None:
    """Let the searching households, one after the other, look at vacant private homes.

    Parameters
    ----------
    seekers
        Rows of households in the order in which they look.
    vacancies, starts
        Vacant private dwellings sorted by area and tenure, and where each (area, tenure) begins. A taken one is -1.
    neighbourhoods, first
        Areas with private homes by municipality, and where each municipality begins.
    renewed, name_on
        The area of every vacant private home in a named area; 1 if an area's name keeps seekers away, else 0.
    """
    for position in range(seekers.shape[0]):
        row = seekers[position]
        if households.searching[row] == NOT_SEARCHING or households.head[row] < 0:
            continue
        arriving = 1 if households.searching[row] == ARRIVING else 0
        words = philox(seed, households.id[row], seeking_address, 0)
        if uniform(words[0]) >= max(p.find, p.find_poor):
            continue
        here = households.area[row]
        municipality = areas.municipality[here]
        number = first[municipality + 1] - first[municipality]
        if number == 0:
            continue
        old_home = households.dwelling[row]
        tenant = 1 if old_home >= 0 and dwellings.tenure[old_home] == SOCIAL else 0
        listed = on_a_list(households, row)
        u = uniform(philox(seed, households.id[row], social_address, households.search_since[row])[0])
        if looks_for_surely(households.searching[row], tenant, listed, u, letting) == SOCIAL_HOME:
            continue
        prices = steps[municipality]
        who = profile(persons, households, row, month, prices)
        keepers = max(float(households.adults[row]), 1.0)
        strength = who.resources
        rank = income_rank(who.income / keepers, prices)
        if uniform(words[0]) >= finds_private(rank, who.students, arriving, p):
            continue
        wish = looks_for(
            households.searching[row], tenant, listed, who.resources, who.age, who.students, households.adults[row], u,
            letting,
        )  # fmt: skip
        if wish == SOCIAL_HOME:
            continue
        owns = 1 if old_home >= 0 and dwellings.tenure[old_home] == OWNER_OCCUPIED else 0
        own = wishes_to_own(rank, who.age, who.employed, owns, 1 if households.adults[row] == 2 else 0, p)
        own += np.log(uniform(words[1])) - np.log1p(-uniform(words[1]))
        best = -1e18
        chosen = -1
        for look in range(int(p.looks) + 2 + min(renewed.shape[0], 1)):
            if look == 0:
                area = int(here)
                if area >= places:
                    continue
            elif look == 1:
                area = int(households.contact[row])
            elif look == int(p.looks) + 2:  # at a home in an area that is renewed, as often as there are such ones
                lot = philox(seed, households.id[row], looking_address, look)
                area = int(renewed[lot[1] % renewed.shape[0]])
                if areas.municipality[area] != municipality:
                    continue
                if uniform(lot[0]) * vacancies.shape[0] >= p.looks * renewed.shape[0]:
                    continue
            else:
                pick = philox(seed, households.id[row], looking_address, look)[0]
                area = int(neighbourhoods[first[municipality] + int(pick) % number])
            noise = gumbel(uniform(philox(seed, mix(households.id[row], areas.id[area]), liking_address, 0)[0]))
            known = 1 if area in (here, households.contact[row]) else 0
            likes = liking(areas.price[area], rank, known, noise, p)
            named = areas.stigma[area] * name_on
            likes -= letting.income_utility * letting.stigma_apply * (1.0 + letting.stigma_resources * strength) * named
            for tenure in range(TENURES_PRIVATE):
                value = likes + (0.5 * own if tenure == 1 else -0.5 * own)
                if value <= best:
                    continue
                slot = area * TENURES_PRIVATE + tenure
                found = fitting_home(
                    dwellings, vacancies, starts[slot], starts[slot + 1], households.size[row], p.rooms_looked_at
                )
                if found >= 0:
                    best = value
                    chosen = found
        if chosen < 0:
            continue
        home = vacancies[chosen]
        vacancies[chosen] = -1
        area = int(dwellings.area[home])
        if old_home >= 0 and dwellings.tenure[old_home] == SOCIAL:
            ledger.flows[HOUSEHOLDS_OUT, here] += 1.0
            ledger.flows[RESOURCES_OUT, here] += who.resources
        moved(ledger, households, places, row, here, area)
        if here > places:
            note(ledger, month, EV_SETTLED, households.id[row], dwellings.id[home], area)
        occupy(households, dwellings, row, home, month)
        note(ledger, month, EV_PRIVATE_MOVE, households.id[row], dwellings.id[home], area)


@borrowing
def fitting_home(
    dwellings: Dwellings, vacancies: I64, start: int, stop: int, persons: int, looked_at: float
) -> int:
    """Return the place in `vacancies` of the home that fits best in rooms, among the first few left, or -1.

    A home of fewer rooms than half the persons is too small.
    """
    best = -1
    best_gap = 100
    seen = 0.0
    for slot in range(start, stop):
        home = vacancies[slot]
        if home < 0:
            continue
        seen += 1.0
        rooms = dwellings.rooms[home]
        if persons <= 2 * rooms:
            gap = abs(rooms - persons - 1)
            if gap < best_gap:
                best = slot
                best_gap = gap
        if seen >= looked_at:
            break
    return best


def clearing(c: Context) -> None:
    """Clearing: those who still search look at the vacant private homes of the town."""
    world = c.world
    households, dwellings, areas = world.households, world.dwellings, world.areas
    n_households = int(world.used[1])
    seekers = np.flatnonzero(households.searching[:n_households] != NOT_SEARCHING)
    seekers = seekers[(households.head[seekers] >= 0) & (households.area[seekers] != world.elsewhere)]
    # A private home stands idle for some time between households: sold, repaired, advertised.
    vacant = vacant_homes(dwellings, world.used, 0, c.month - c.parameters.clearing.idle_months)
    if len(seekers) == 0 or len(vacant) == 0:
        return
    word = c.address(Purpose.NEIGHBOURHOOD)
    turn = order_of_turns(households.id[seekers], c.seed, c.address(Purpose.TURN))
    seekers = seekers[np.lexsort((households.id[seekers], turn))]
    slot = dwellings.area[vacant].astype(np.int64) * TENURES_PRIVATE + (dwellings.tenure[vacant] == OWNER_OCCUPIED)
    shown = order_of_turns(dwellings.id[vacant], c.seed, c.address(Purpose.TURN))
    order = np.lexsort((dwellings.id[vacant], shown, slot))
    vacant, slot = vacant[order], slot[order]
    starts = np.searchsorted(slot, np.arange(len(areas.kind) * TENURES_PRIVATE + 1))
    private, first = c.made_once(neighbourhoods_by_town)
    renewed = dwellings.area[vacant][areas.kind[dwellings.area[vacant]] != NEIGHBOURHOOD].astype(np.int64)
    clear_month(
        world.persons, households, dwellings, areas, world.places, c.month, c.seed, c.address(Purpose.SETTLING),
        word, c.address(Purpose.LOOKING), address(Purpose.SEEKING, 0), c.income_steps, seekers, vacant, starts,
        private, first, renewed, c.number("stigma.on_applying"), c.parameters.clearing, c.parameters.letting, c.ledger,
    )  # fmt: skip


def neighbourhoods_by_town(c: Context) -> tuple[I64, I64]:
    """Return the areas with private homes by municipality, and where each municipality begins."""
    areas = c.world.areas
    private = np.flatnonzero(areas.kind == NEIGHBOURHOOD)
    private = private[np.argsort(areas.municipality[private], kind="stable")]
    return private, np.searchsorted(areas.municipality[private], np.arange(len(c.world.municipalities) + 1))

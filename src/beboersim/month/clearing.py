"""Clearing: the private rest of the town fills and empties by its own simple choice.

A searching household looks at homes in a handful of neighbourhoods and takes the one it likes best: a price level near
its income, the neighbourhood it knows, and chance. Origin is not read. Who finds nothing keeps looking.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from beboersim.chance import Purpose, fill, fill_attempt, gumbel, in_turn, mix, uniform
from beboersim.kernel import borrowing, kernel
from beboersim.month.applicants import SOCIAL_HOME, Letting, lives_in_social, looks_for, looks_for_surely
from beboersim.month.ledger import EV_PRIVATE_MOVE, EV_SETTLED, FLOW, Ledger, moved, note
from beboersim.month.searchers import Searchers, profile_of, still_searching
from beboersim.month.vacancies import vacant_homes
from beboersim.world.codes import ARRIVING, NEIGHBOURHOOD, OWNER_OCCUPIED, SOCIAL
from beboersim.world.columns import F64, I64, U8, U32
from beboersim.world.membership import occupy
from beboersim.world.profile import income_rank
from beboersim.world.queues import on_a_list
from beboersim.world.state import Areas, Dwellings, Households, Persons

if TYPE_CHECKING:
    from beboersim.month.context import Context

HOUSEHOLDS_OUT, RESOURCES_OUT = FLOW["households_out"], FLOW["resources_out"]
TENURES_PRIVATE = 2
# Draws are told apart by their highest bits for a bound on the noise that they become.
NOISE_BITS = 8
NOISE_SHIFT = 32 - NOISE_BITS
ROUNDING = 1e-9  # so that a bound stays one when numbers are rounded another way


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


class Market(NamedTuple):
    """The month's private moves, the same for every household."""

    places: int
    month: int
    seed: int
    finding_address: int
    liking_address: int
    looking_address: int
    name_on: float  # 1 if an area's name keeps seekers away, else 0
    steps: F64  # percentiles of income by municipality
    neighbourhoods: I64  # areas with private homes by municipality
    first: I64  # where each municipality begins among them
    renewed: I64  # the area of every vacant private home in a named area
    highest_noise: F64  # see `highest_noises`


class Lookers(NamedTuple):
    """The seekers who may have a private home this month, in the order in which they look."""

    row: I64
    id: I64
    rank: F64  # of income
    resources: F64
    own: F64  # utility of owning over renting
    area: I64  # look x household: the areas they look at, -1 for none
    address: I64  # room for the addresses of one look
    word: U32  # look x household: the draw of how much they like it


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


@kernel
def highest_by_draw() -> F64:
    """Return the highest noise that a draw can become, by its first `NOISE_BITS` bits."""
    noises = np.empty(1 << NOISE_BITS)
    for step in range(noises.shape[0]):
        noises[step] = gumbel(uniform(((step + 1) << NOISE_SHIFT) - 1)) + ROUNDING
    return noises


def highest_noises(c: Context) -> F64:
    """Return bounds on the noise of how much an area is liked, see `highest_by_draw`."""
    return highest_by_draw()


@borrowing
def who_looks(
    persons: Persons, households: Households, dwellings: Dwellings, areas: Areas, s: Searchers, seekers: I64, ids: I64,
    m: Market, p: Clearing, letting: Letting, found: Lookers, words: U32,
) -> int:  # fmt: skip
    """Write down which seekers may have a private home this month, and what they want; return how many.

    `seekers` are their numbers among the month's searchers.
    """
    fill(m.seed, ids, 0, seekers.shape[0], m.finding_address, words)
    number = 0
    for position in range(seekers.shape[0]):
        finds, owning = uniform(words[0, position]), uniform(words[1, position])
        if finds >= max(p.find, p.find_poor):
            continue
        k = seekers[position]
        row, u = s.rows[k], s.draws[k]
        here = households.area[row]
        municipality = areas.municipality[here]
        if m.first[municipality + 1] == m.first[municipality]:
            continue
        search, adults = households.searching[row], households.adults[row]
        home = households.dwelling[row]
        tenant = lives_in_social(households, dwellings, areas, row)
        listed = on_a_list(households, row)
        if looks_for_surely(search, tenant, listed, u, letting) == SOCIAL_HOME:
            continue
        prices = m.steps[municipality]
        who = profile_of(persons, households, k, prices, s)
        rank = income_rank(who.income / max(float(adults), 1.0), prices)
        if finds >= finds_private(rank, who.students, 1 if search == ARRIVING else 0, p):
            continue
        if looks_for(
            search, tenant, listed, who.resources, who.age, who.students, adults, u, letting
        ) == SOCIAL_HOME:  # fmt: skip
            continue
        owns = 1 if home >= 0 and dwellings.tenure[home] == OWNER_OCCUPIED else 0
        own = wishes_to_own(rank, who.age, who.employed, owns, 1 if adults == 2 else 0, p)
        own += np.log(owning) - np.log1p(-owning)
        found.row[number] = row
        found.id[number] = ids[position]
        found.rank[number] = rank
        found.resources[number] = who.resources
        found.own[number] = own
        number += 1
    return number


@borrowing
def where_to_look(
    households: Households, areas: Areas, number: int, looks: int, vacant: int, m: Market, found: Lookers, words: U32
) -> None:
    """Fill in the areas that those who look see, and the draws of how much they like them.

    The area they live in, the one where they know somebody, so many of the town (`looks`) and, as often as there are
    such homes, one that is renewed.

    Parameters
    ----------
    vacant
        How many private homes are vacant.
    words
        Room for the draws of all.
    """
    for look in range(found.area.shape[0]):
        if look > 1:
            fill_attempt(m.seed, found.id, 0, number, m.looking_address, look, words)
        for k in range(number):
            row = found.row[k]
            here = int(households.area[row])
            municipality = areas.municipality[here]
            first, stop = m.first[municipality], m.first[municipality + 1]
            if look == 0:
                area = here if here < m.places else -1
            elif look == 1:
                area = int(households.contact[row])
            elif look == looks + 2:
                area = m.renewed[words[1, k] % m.renewed.shape[0]]
                often = uniform(words[0, k]) * vacant < looks * m.renewed.shape[0]
                area = area if often and areas.municipality[area] == municipality else -1
            else:
                area = m.neighbourhoods[first + words[0, k] % (stop - first)]
            found.area[look, k] = area
            found.address[k] = mix(found.id[k], areas.id[area]) if area >= 0 else 0
        fill(m.seed, found.address, 0, number, m.liking_address, words)
        for k in range(number):
            found.word[look, k] = words[0, k]


@kernel
def clear_month(
    persons: Persons,
    households: Households,
    dwellings: Dwellings,
    areas: Areas,
    s: Searchers,
    seekers: I64,
    ids: I64,
    vacancies: I64,
    starts: I64,
    m: Market,
    p: Clearing,
    letting: Letting,
    ledger: Ledger,
) -> None:
    """Let the searching households, one after the other, look at vacant private homes.

    Parameters
    ----------
    seekers, ids
        Those of the searchers who have no home yet, by number and id, in the order in which they look.
    vacancies, starts
        Vacant private dwellings sorted by area and tenure, and where each (area, tenure) begins. A taken one is -1.
    """
    most, looks = seekers.shape[0], int(p.looks)
    sorts = looks + 2 + min(m.renewed.shape[0], 1)
    found = Lookers(
        np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most), np.empty(most), np.empty(most),
        np.empty((sorts, most), np.int64), np.empty(most, np.int64), np.empty((sorts, most), np.uint32),
    )  # fmt: skip
    words = np.empty((4, most), np.uint32)
    number = who_looks(persons, households, dwellings, areas, s, seekers, ids, m, p, letting, found, words)
    where_to_look(households, areas, number, looks, vacancies.shape[0], m, found, words)
    rooms = dwellings.rooms[vacancies]
    settle(households, dwellings, areas, number, found, vacancies, rooms, starts, m, p, letting, ledger)


@borrowing
def settle(
    households: Households,
    dwellings: Dwellings,
    areas: Areas,
    number: int,
    found: Lookers,
    vacancies: I64,
    rooms: U8,
    starts: I64,
    m: Market,
    p: Clearing,
    letting: Letting,
    ledger: Ledger,
) -> None:
    """Let those who look, one after the other, take the home they like best; `rooms` are those of the vacancies.

    An area that would not be the best with the highest noise its draw can become needs no logarithms.
    """
    for k in range(number):
        row = found.row[k]
        here = int(households.area[row])
        rank, strength, own = found.rank[k], found.resources[k], found.own[k]
        dislike = letting.income_utility * letting.stigma_apply * (1.0 + letting.stigma_resources * strength)
        best = -1e18
        chosen = -1
        for look in range(found.area.shape[0]):
            area = found.area[look, k]
            if area < 0:
                continue
            known = 1 if area in (here, households.contact[row]) else 0
            price, word = areas.price[area], found.word[look, k]
            loss = dislike * (areas.stigma[area] * m.name_on)
            if liking(price, rank, known, m.highest_noise[word >> NOISE_SHIFT], p) - loss + 0.5 * abs(own) <= best:
                continue
            likes = liking(price, rank, known, gumbel(uniform(word)), p) - loss
            for tenure in range(TENURES_PRIVATE):
                value = likes + (0.5 * own if tenure == 1 else -0.5 * own)
                if value <= best:
                    continue
                slot = area * TENURES_PRIVATE + tenure
                fits = fitting_home(
                    vacancies, rooms, starts[slot], starts[slot + 1], households.size[row], p.rooms_looked_at
                )
                if fits >= 0:
                    best = value
                    chosen = fits
        if chosen < 0:
            continue
        home = vacancies[chosen]
        vacancies[chosen] = -1
        area = int(dwellings.area[home])
        old_home = households.dwelling[row]
        if old_home >= 0 and dwellings.tenure[old_home] == SOCIAL:
            ledger.flows[HOUSEHOLDS_OUT, here] += 1.0
            ledger.flows[RESOURCES_OUT, here] += strength
        moved(ledger, households, m.places, row, here, area)
        if here > m.places:
            note(ledger, m.month, EV_SETTLED, households.id[row], dwellings.id[home], area)
        occupy(households, dwellings, row, home, m.month)
        note(ledger, m.month, EV_PRIVATE_MOVE, households.id[row], dwellings.id[home], area)


@borrowing
def fitting_home(vacancies: I64, rooms: U8, start: int, stop: int, persons: int, looked_at: float) -> int:
    """Return the place in `vacancies` of the home that fits best in `rooms`, among the first few left, or -1.

    A home of fewer rooms than half the persons is too small.
    """
    best = -1
    best_gap = 100
    seen = 0.0
    for slot in range(start, stop):
        if vacancies[slot] < 0:
            continue
        seen += 1.0
        number = int(rooms[slot])
        if persons <= 2 * number:
            gap = abs(number - persons - 1)
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
    searching, seekers = still_searching(c)
    # A private home stands idle for some time between households: sold, repaired, advertised.
    vacant = vacant_homes(dwellings, world.used, 0, c.month - c.parameters.clearing.idle_months)
    if len(seekers) == 0 or len(vacant) == 0:
        return
    # Homes of one area and tenure are shown in the order of a draw. Numbers of 16 bits are sorted by counting.
    vacant = vacant[in_turn(dwellings.id[vacant], c.seed, c.address(Purpose.TURN))]
    slot = dwellings.area[vacant].astype(np.uint16) * TENURES_PRIVATE + (dwellings.tenure[vacant] == OWNER_OCCUPIED)
    order = np.argsort(slot, kind="stable")
    vacant, slot = vacant[order], slot[order]
    starts = np.searchsorted(slot, np.arange(len(areas.kind) * TENURES_PRIVATE + 1))
    private, first = c.made_once(neighbourhoods_by_town)
    renewed = dwellings.area[vacant][areas.kind[dwellings.area[vacant]] != NEIGHBOURHOOD].astype(np.int64)
    market = Market(
        places=world.places,
        month=c.month,
        seed=c.seed,
        finding_address=c.address(Purpose.SETTLING),
        liking_address=c.address(Purpose.NEIGHBOURHOOD),
        looking_address=c.address(Purpose.LOOKING),
        name_on=c.number("stigma.on_applying"),
        steps=c.income_steps,
        neighbourhoods=private,
        first=first,
        renewed=renewed,
        highest_noise=c.made_once(highest_noises),
    )
    clear_month(
        world.persons, households, dwellings, areas, searching, seekers, searching.ids[seekers], vacant, starts, market,
        c.parameters.clearing, c.parameters.letting, c.ledger,
    )  # fmt: skip


def neighbourhoods_by_town(c: Context) -> tuple[I64, I64]:
    """Return the areas with private homes by municipality, and where each municipality begins."""
    areas = c.world.areas
    private = np.flatnonzero(areas.kind == NEIGHBOURHOOD)
    private = private[np.argsort(areas.municipality[private], kind="stable")]
    return private, np.searchsorted(areas.municipality[private], np.arange(len(c.world.municipalities) + 1))

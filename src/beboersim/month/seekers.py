"""Seekers and completed dwellings: the exogenous stream at the town's gate.

How many come in a month, and whom they are like, is set by date alone (month.exchange), and each seeker's id by month
and number in the stream, so no policy shifts it. Whether they settle is decided in the model; who does not lives
elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from beboersim.chance import Purpose, address, draw, in_turn, mix, philox, uniform
from beboersim.kernel import borrowing
from beboersim.month.deck import Deck, ranked
from beboersim.month.exchange import year_of
from beboersim.month.ledger import FLOW
from beboersim.month.work import pension_age_months
from beboersim.world.codes import (
    ARRIVING,
    CHILD,
    EMPLOYED,
    ESTATE,
    FAMILY,
    NAMED_AREA,
    NEIGHBOURHOOD,
    OUTSIDE,
    OWNER_OCCUPIED,
    PENSIONER,
    PRIVATE_RENTED,
    PUPIL,
    SOCIAL,
)
from beboersim.world.columns import F64, I16, I64, NEVER
from beboersim.world.membership import join, new_household, new_person
from beboersim.world.outlook import Outlook
from beboersim.world.queues import put_on_lists_since
from beboersim.world.state import Dwellings, Households, Persons

if TYPE_CHECKING:
    from collections.abc import Sequence

    from beboersim.month.context import Context
    from beboersim.world.layout import Area

INFILL = FLOW["infill"]
SORTS = (ESTATE, NEIGHBOURHOOD)
LARGEST = 9  # persons in a household, the deck's largest are cut to it


class Seekers(NamedTuple):
    """Parameters of seekers and completed dwellings; see evidence/parameters/seekers.toml."""

    new_social: float
    seniority_years: float
    still_looking: float


class Spots(NamedTuple):
    """Where in a municipality's areas newcomers know people: those of the sort of area they are drawn from.

    Estates stand in order of their share outside work, neighbourhoods of price; a place from 0 to 1 among those of the
    deck is the same place among the town's.
    """

    named: int  # first named area
    areas: I64  # sort x rank, -1 at the end
    until: F64  # sort x rank, cumulated share of residents


def spots(areas: Sequence[Area], first: int) -> Spots:
    """Return where newcomers may know people, among the areas of a municipality that begin at a row."""
    most = max(len(areas), 1)
    rows = np.full((3, most), -1, np.int64)
    until = np.ones((3, most))
    for kind in (ESTATE, NEIGHBOURHOOD):
        own = ranked(areas, kind)
        size = np.array([areas[k].residents for k in own])
        rows[kind, : len(own)] = np.array(own, np.int64) + first
        if len(own):
            until[kind, : len(own)] = np.cumsum(size) / size.sum()
            until[kind, len(own) - 1 :] = 1.0
    return Spots(first, rows, until)


@borrowing
def contact_area(sort: int, named: int, place: float, s: Spots) -> int:
    """Return the area in which a newcomer knows people."""
    if sort == NAMED_AREA:
        return s.named + named
    last = 0
    for rank in range(s.areas.shape[1]):
        if s.areas[sort, rank] < 0:
            break
        last = rank
        if place <= s.until[sort, rank]:
            break
    return s.areas[sort, last]


@borrowing
def add_person(
    persons: Persons,
    households: Households,
    used: I64,
    household: int,
    like: int,
    deck: Deck,
    identity: int,
    seed: int,
    address: int,
    month: int,
    pension_age_months: int,
) -> None:
    """Create one newcomer who is like a person of the deck, and put them into the household."""
    row = new_person(used)
    # The age in years is kept and the month of birth drawn, so that copies are not twins.
    months_old = max(deck.months_old[like] // 12 * 12 + int(uniform(philox(seed, identity, address, 1)[0]) * 12.0), 1)
    doing = deck.activity[like]
    if doing == CHILD and months_old >= 72:
        doing = PUPIL
    retired = months_old >= pension_age_months
    if (doing == EMPLOYED or doing == OUTSIDE) and retired:
        doing = PENSIONER
    elif doing == PENSIONER and not retired:
        doing = OUTSIDE
    persons.id[row] = identity
    persons.birth[row] = month - months_old
    persons.sex[row] = deck.sex[like]
    persons.origin[row] = deck.origin[like]
    persons.citizen[row] = deck.citizen[like]
    persons.role[row] = deck.role[like]
    persons.education[row] = deck.education[like]
    persons.danish_education[row] = deck.danish_education[like]
    persons.activity[row] = doing
    persons.since[row] = month - min(deck.months_in[like], months_old)
    persons.weak[row] = deck.weak[like]
    persons.weak_odds[row] = deck.weak_odds[like]
    persons.hours[row] = deck.hours[like] if doing == EMPLOYED else 0
    persons.outside_past[row, :] = deck.outside_past[like]
    persons.outside_now[row] = int(deck.outside_past[like]) * 6 * (month % 12) // 12
    persons.wage[row] = deck.wage[like]
    persons.income_past[row] = deck.income[like]
    persons.income_now[row] = deck.income[like] * (month % 12) / 12.0
    persons.convicted[row] = month - deck.convicted_ago[like] if deck.convicted_ago[like] >= 0 else NEVER
    persons.convicted_years[row] = deck.convicted_years[like]
    persons.risk[row] = deck.risk[like]
    persons.births[row] = deck.births[like]
    persons.last_birth[row] = month - deck.birth_ago[like] if deck.birth_ago[like] >= 0 else NEVER
    persons.area_grown[row] = -1
    persons.cohort_area[row] = -1
    persons.cohort_worked[row] = 0
    join(persons, households, row, household)


@borrowing
def arrive(
    persons: Persons,
    households: Households,
    used: I64,
    gate: int,
    code: int,
    month: int,
    seed: int,
    address: int,
    number: int,
    until: F64,
    deck: Deck,
    spots: Spots,
    organisations: I64,
    lets_in: I16,
    municipality: int,
    seniority_months: float,
    pension_age_months: int,
) -> None:
    """Let the month's seekers of one municipality come to its gate, looking for a home.

    Parameters
    ----------
    until
        Cumulated weights of the deck's households.
    lets_in
        Housing organisation by area.
    """
    stream = mix(mix(code, month), 3)
    for ordinal in range(number):
        identity = mix(stream, ordinal)
        word = philox(seed, identity, address, 0)
        like = min(np.searchsorted(until, uniform(word[0]) * until[-1]), until.shape[0] - 1)
        contact = contact_area(deck.sort[like], deck.named[like], deck.place[like], spots)
        row = new_household(households, used, identity, gate, contact)
        households.searching[row] = ARRIVING
        households.search_since[row] = month
        for member in range(min(deck.members[like], LARGEST)):
            add_person(
                persons, households, used, row, deck.first[like] + member, deck, mix(identity, 1 + member), seed,
                address, month, pension_age_months,
            )  # fmt: skip
        if deck.social[like] == 1:
            # Who comes to a social home has stood on a list for it.
            waited = int(-np.log(uniform(word[1])) * seniority_months)
            put_on_lists_since(
                households, organisations, row, municipality, month - 1 - min(waited, 400), lets_in[contact], word[2]
            )


@borrowing
def complete(
    dwellings: Dwellings,
    used: I64,
    number: int,
    code: int,
    month: int,
    seed: int,
    address: int,
    social: float,
    owned: float,
    infill: I64,
    estates: I64,
    estates_until: F64,
    neighbourhoods: I64,
    neighbourhoods_until: F64,
) -> None:
    """Add the month's completed homes of a municipality, vacant, spread over its areas by size.

    Parameters
    ----------
    social, owned
        Share of new homes that are social, and of the others those that are owner-occupied.
    infill
        Areas whose plans ask for the first of the new homes, one a home.
    estates_until, neighbourhoods_until
        Cumulated sizes of the areas.
    """
    for ordinal in range(number):
        identity = mix(mix(mix(code, month), 7), ordinal)
        word = philox(seed, identity, address, 0)
        in_plan = ordinal < infill.shape[0]
        in_estate = not in_plan and estates.shape[0] > 0 and uniform(word[0]) < social
        areas = estates if in_estate else neighbourhoods
        until = estates_until if in_estate else neighbourhoods_until
        row = used[2]
        used[2] += 1
        dwellings.id[row] = identity
        dwellings.area[row] = areas[np.searchsorted(until, uniform(word[1]) * until[-1])]
        if in_plan:
            dwellings.area[row] = infill[ordinal]
        dwellings.rooms[row] = 2 + int(uniform(word[3]) * 3.0)
        dwellings.tenure[row] = SOCIAL if in_estate else OWNER_OCCUPIED if uniform(word[2]) < owned else PRIVATE_RENTED
        dwellings.kind[row] = FAMILY
        dwellings.household[row] = -1
        dwellings.vacant_since[row] = month


def whole(expected: float, seed: int, key: int, address: int, attempt: int) -> int:
    """Turn an expected number into a whole one: the part after the point is the chance of one more."""
    return int(expected + draw(seed, key, address, attempt))


def at(path: F64, outlook: Outlook, time: float) -> float:
    """Return a yearly path on a date, straight lines between 1 Januaries; beyond its ends it stays as it is there."""
    year = int(time) - outlook.start_year
    if year < 0:
        return float(path[0])
    if year >= len(path) - 1:
        return float(path[-1])
    return float((path[year + 1] - path[year]) * (time - int(time)) + path[year])


def seekers(c: Context) -> None:
    """Seekers and completed dwellings: who comes to the gate, and which homes are finished, by date alone."""
    for municipality, (here, one) in enumerate(zip(c.margins, c.exchanges, strict=True)):
        come_to_the_gate(c, municipality, here.municipality.code, c.month)
        complete_homes(c, municipality, here.municipality.code, one.path)


def fill_the_gate(c: Context) -> None:
    """Let those who came in the months before the first day, and look for a home still, stand at the gate."""
    for municipality, here in enumerate(c.margins):
        for ago in range(1, int(c.parameters.leaving.gate_months) + 1):
            left = c.parameters.seekers.still_looking**ago
            come_to_the_gate(c, municipality, here.municipality.code, c.month - ago, left)
    # What they had of the year they came in ended with it.
    n = int(c.world.used[0])
    c.world.persons.outside_now[:n] = 0
    c.world.persons.income_now[:n] = 0.0


def come_to_the_gate(c: Context, municipality: int, code: int, month: int, share: float = 1.0) -> None:
    """Let a share of a month's seekers of one municipality arrive."""
    world, p = c.world, c.parameters.seekers
    one = c.exchanges[municipality]
    until = year_of(one, one.path.in_year(c.rates_time)).until
    word = address(Purpose.ARRIVAL, month)
    number = whole(share * float(until[-1]) / 12.0 * c.scale, c.seed, code, word, 10)
    world.reserve(number * LARGEST, number, 0)
    arrive(
        world.persons, world.households, world.used, world.gate(municipality), code, month, c.seed, word, number,
        until, one.deck, c.spots[municipality], c.organisations, world.areas.organisation, municipality,
        12.0 * p.seniority_years, pension_age_months(c.rates_time),
    )  # fmt: skip


def complete_homes(c: Context, municipality: int, code: int, path: Outlook) -> None:
    """Finish the month's homes: as many as the path needs; and let vacant homes be sold or let as the path says."""
    world, p = c.world, c.parameters.seekers
    start, stop = c.rates_time, c.rates_time + (0.0 if c.standstill else 1.0 / 12.0)
    homes = [c.homes_at_start[municipality] * at(path.homes, path, time) for time in (start, stop)]
    lead = c.owned_at_start[municipality] - path.owner_occupied[0]
    owned = [
        number * (at(path.owner_occupied, path, time) + lead)
        for number, time in zip(homes, (start, stop), strict=True)
    ]
    word = c.address(Purpose.BUILDING)
    number = whole(max(homes[1] - homes[0], 0.0), c.seed, code, word, 0)
    private = number * (1.0 - p.new_social)
    sold = owned[1] - owned[0] + c.tenure_backlog[municipality]  # homes that become owner-occupied, built or not
    built = min(max(sold, 0.0), private)
    if number > 0:
        world.reserve(0, 0, number)
        complete(
            world.dwellings, world.used, number, code, c.month, c.seed, word, p.new_social,
            built / private if private > 0.0 else 0.0, infill_of(c, municipality, int(private)),
            *c.made_once(sites, municipality),
        )  # fmt: skip
    c.tenure_backlog[municipality] = sold - built - change_tenure(c, municipality, sold - built)


class Sites(NamedTuple):
    """Where the homes of a municipality are built, and the cumulated sizes of these areas on the first day."""

    estates: I64
    estates_until: F64
    neighbourhoods: I64
    neighbourhoods_until: F64


def sites(c: Context, municipality: int) -> Sites:
    """Return where the homes of a municipality are built."""
    areas = c.world.areas
    own = areas.municipality[: c.world.places] == municipality
    size = np.array([a.households for a in c.areas])
    estates, neighbourhoods = (np.flatnonzero(own & (areas.kind[: c.world.places] == sort)) for sort in SORTS)
    return Sites(estates, np.cumsum(size[estates]), neighbourhoods, np.cumsum(size[neighbourhoods]))


def infill_of(c: Context, municipality: int, most: int) -> I64:
    """Return in which areas the first of the month's private homes are built because plans ask for them.

    What a plan builds is a part of what is completed in the town anyway: the path of homes is not shifted.
    """
    areas = c.world.areas
    asked = np.flatnonzero((areas.infill_due >= 1.0) & (areas.municipality == municipality))
    if len(asked) == 0:
        return asked
    due = areas.infill_due[asked].astype(np.int64)
    found = np.repeat(asked, due)[:most]
    number = np.bincount(found, minlength=len(areas.kind))
    areas.infill_due[:] -= number
    c.ledger.flows[INFILL] += number
    areas.price[np.unique(found)] = c.parameters.buildings.new_price
    return found


def change_tenure(c: Context, municipality: int, wanted: float) -> int:
    """Sell so many vacant rented homes, or let so many vacant owner-occupied ones (negative); return how many."""
    number = int(abs(wanted))
    if number == 0:
        return 0
    dwellings = c.world.dwellings
    n = int(c.world.used[2])
    before, after = (PRIVATE_RENTED, OWNER_OCCUPIED) if wanted > 0.0 else (OWNER_OCCUPIED, PRIVATE_RENTED)
    here = c.world.areas.municipality[dwellings.area[:n]] == municipality
    vacant = np.flatnonzero(here & (dwellings.household[:n] < 0) & (dwellings.tenure[:n] == before))
    chosen = vacant[in_turn(dwellings.id[vacant], c.seed, c.address(Purpose.TENURE))][:number]
    dwellings.tenure[chosen] = after
    return len(chosen) if wanted > 0.0 else -len(chosen)

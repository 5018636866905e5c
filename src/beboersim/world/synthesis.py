"""The starting world: a municipality's areas filled with persons, households, homes and queues.

`scale` below 1 thins residents and homes of every area evenly; areas, prices and organisations stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from beboersim.chance import mix, stream
from beboersim.evidence import trends
from beboersim.evidence.areas import AreaRow
from beboersim.world.ages import OLDEST
from beboersim.world.attachment import Work
from beboersim.world.codes import (
    ELDERLY,
    FAMILY,
    LEFT_HOME,
    NAMED_AREA,
    NEIGHBOURHOOD,
    NONWESTERN_IMMIGRANT,
    NOT_SEARCHING,
    OWNER_OCCUPIED,
    PRIVATE_RENTED,
    SOCIAL,
    WANTS_CHANGE,
    YOUTH,
)
from beboersim.world.columns import I64, NEVER, made
from beboersim.world.families import assemble
from beboersim.world.layout import Area, Synthesis, layout
from beboersim.world.life_course import couple_weights, town_at_home, town_exponent, women
from beboersim.world.livelihoods import People, livelihoods
from beboersim.world.margins import Margins, margins
from beboersim.world.mobility import Leaving, settle_in
from beboersim.world.names import area_key
from beboersim.world.offending import Crime
from beboersim.world.profile import income_steps
from beboersim.world.quotas import even_parts, whole_parts
from beboersim.world.school import Schooling
from beboersim.world.state import LISTS_HELD, Dwellings, Households, Persons, Ties, World, empty_areas

PEOPLE_STREAM, LIVELIHOOD_STREAM, HOME_STREAM, QUEUE_STREAM, CONTACT_STREAM, STAY_STREAM = 3, 4, 5, 6, 7, 8
SWEEPS = 30
MAX_ROOMS = 7
ADULT, THIRTY, OLD = 18, 30, 70  # years; of whom social homes hold fewer or more


class Start(NamedTuple):
    """A starting world, with what the town must remember of how it was made."""

    world: World
    areas: tuple[Area, ...]
    margins: tuple[Margins, ...]
    organisations: I64  # municipality x (first organisation, number of organisations)


@dataclass
class Parts:
    """The arrays of one municipality before they are put into the tables."""

    margins: Margins
    areas: list[Area]
    people: People
    columns: dict[str, np.ndarray] = field(default_factory=dict)
    role: I64 = field(default_factory=lambda: np.zeros(0, np.int64))
    household: I64 = field(default_factory=lambda: np.zeros(0, np.int64))
    household_area: I64 = field(default_factory=lambda: np.zeros(0, np.int64))


def residents_by_cell(
    here: Margins, areas: list[Area], scale: float, p: Synthesis, rng: np.random.Generator
) -> I64:
    """Return whole residents by area, age band and origin group.

    Each area has exactly its residents and its non-Western share; over the areas, ages and origins fit the margins
    as closely as whole persons allow (proportional fitting, then systematic sampling), however small the areas are.
    `named_children` and `named_young` are odds ratios of being a child and of being 18-29 in a named area, `social_old`
    of being 70 or over in any social home, among residents of the same origin.
    """
    residents = np.rint(np.array([a.residents for a in areas]) * scale).astype(np.int64)
    total = round(float(here.ages.population.sum()) * scale)
    free = [k for k, a in enumerate(areas) if a.kind == NEIGHBOURHOOD]
    spare = total - int(residents.sum())
    if free:
        share = np.array([[max(areas[k].residents, 1.0) for k in free]])
        base = residents[free]
        change = whole_parts(np.array([abs(spare)]), share, np.zeros_like(share))[0]
        residents[free] = np.maximum(base + np.sign(spare) * change, 1)
    non_western = np.rint(residents * np.array([a.non_western for a in areas])).astype(np.int64)
    western = np.rint(residents * np.array([a.western for a in areas])).astype(np.int64)
    western = np.minimum(western, residents - non_western)
    groups = np.stack([residents - non_western - western, western, non_western], axis=1)
    group_of = np.array([0, 1, 2, 2])
    margin = here.by_age_and_origin * scale
    table = np.repeat(margin[None, :, :], len(areas), axis=0)
    named = np.array([a.kind == NAMED_AREA for a in areas])
    social = np.array([a.kind != NEIGHBOURHOOD for a in areas])
    first, last = here.ages.age_from, here.ages.age_to
    table[np.ix_(named, last < ADULT)] *= p.named_children
    table[np.ix_(named, (first >= ADULT) & (last < THIRTY))] *= p.named_young
    table[np.ix_(social, first >= OLD)] *= p.social_old
    for _ in range(SWEEPS):
        sums = np.stack([table[:, :, group_of == g].sum(axis=(1, 2)) for g in range(3)], axis=1)
        table *= np.divide(groups, sums, out=np.zeros_like(sums), where=sums > 0)[:, group_of][:, None, :]
        over = table.sum(axis=0)
        table *= np.divide(margin, over, out=np.ones_like(over), where=over > 0)[None, :, :]
    cells = np.zeros(table.shape, np.int64)
    for g in range(3):
        part = table[:, :, group_of == g]
        flat = part.reshape(len(areas), -1) + 1e-12
        start = (rng.permutation(len(areas)) + rng.random()) / len(areas)  # the areas make up for each other too
        cells[:, :, group_of == g] = even_parts(groups[:, g], flat, start).reshape(part.shape)
    return cells


def draw_people(here: Margins, areas: list[Area], cells: I64, rng: np.random.Generator) -> People:
    """Return the persons of a municipality: area, age in months on 1 January, sex and origin."""
    area, band, origin = (index.astype(np.int64) for index in np.nonzero(cells))
    number = cells[area, band, origin]
    area, band, origin = (np.repeat(index, number) for index in (area, band, origin))
    n = len(area)
    # Within a band as the graduated residents are.
    before = np.concatenate([[0.0], np.cumsum(here.residents)])
    low, high = before[here.ages.age_from[band]], before[np.minimum(here.ages.age_to[band], OLDEST) + 1]
    years = np.searchsorted(before, low + rng.random(n) * (high - low), side="right") - 1
    years = np.clip(years, here.ages.age_from[band], OLDEST)
    months_old = np.maximum(years * 12 + rng.integers(0, 12, n), 1)
    return People(area, months_old, (rng.random(n) < women()[years]).astype(np.int64), origin)


def form_households(parts: Parts, scale: float, rng: np.random.Generator, p: Synthesis) -> None:
    """Put every person into a household of the area."""
    people = parts.people
    n = len(people.area)
    parts.role = np.zeros(n, np.int64)
    parts.household = np.zeros(n, np.int64)
    starts = np.searchsorted(people.area, np.arange(len(parts.areas) + 1))
    age = people.age
    at_home = town_at_home(parts.margins.residents)
    weights = couple_weights(town_exponent(parts.margins.residents, sum(a.households for a in parts.areas)))
    u = rng.random((n, 3))
    made_so_far = 0
    household_area = []
    for k, area in enumerate(parts.areas):
        span = slice(int(starts[k]), int(starts[k + 1]))
        if span.start == span.stop:
            continue
        wanted = max(1, round(area.households * scale))
        role = parts.role[span]
        home = parts.household[span]
        made = assemble(
            age[span], people.woman[span], people.origin[span], wanted, p.within_origin_couples, at_home, weights,
            u[span], role, home,
        )  # fmt: skip
        home += made_so_far
        made_so_far += made
        household_area.append(np.full(made, k, np.int64))
    parts.household_area = np.concatenate(household_area)


def with_more_households(parts: Parts, scale: float) -> list[Area]:
    """Return the areas with as many households in the neighbourhoods as bring one-person households to their share.

    A couple less is a household more and two more who live alone.
    """
    sizes = np.bincount(parts.household)
    number, alone = len(sizes), int((sizes == 1).sum())
    wanted = parts.margins.one_person
    more = (wanted * number - alone) / (2.0 - wanted) / scale
    private = sum(a.households for a in parts.areas if a.kind == NEIGHBOURHOOD)
    factor = 1.0 + np.clip(more / max(private, 1.0), -0.15, 0.25)
    return [
        replace(a, households=min(a.households * factor, a.residents / 1.1)) if a.kind == NEIGHBOURHOOD else a
        for a in parts.areas
    ]


def draw_municipality(
    name: str, rows: tuple[AreaRow, ...], year: int, scale: float, seed: int, p: Synthesis, work: Work, crime: Crime,
    schooling: Schooling,
) -> Parts:
    """Return one municipality's people with families and livelihoods."""
    here = margins(name, year)
    code = here.municipality.code
    areas = layout(here, rows, seed, p)
    cells = residents_by_cell(here, areas, scale, p, stream(seed, code, PEOPLE_STREAM))
    people = draw_people(here, areas, cells, stream(seed, code, PEOPLE_STREAM, 1))
    parts = Parts(here, areas, people)
    form_households(parts, scale, stream(seed, code, PEOPLE_STREAM, 2), p)
    for _ in range(2):  # couples part or form in the neighbourhoods until as many live alone as were counted
        parts.areas = with_more_households(parts, scale)
        form_households(parts, scale, stream(seed, code, PEOPLE_STREAM, 2), p)
    areas = parts.areas
    drawn = livelihoods(
        people,
        areas,
        here,
        trends.regional_gross_income(here.municipality.region, float(year)),
        trends.convicted_reference(float(year)),
        stream(seed, code, LIVELIHOOD_STREAM),
        work,
        crime,
        schooling,
        p,
    )
    parts.columns = vars(drawn)
    return parts


def synthesise(
    names: Sequence[str],
    rows: Sequence[AreaRow],
    year: int,
    scale: float,
    seed: int,
    p: Synthesis,
    work: Work,
    crime: Crime,
    schooling: Schooling,
    leaving: Leaving,
) -> Start:
    """Return the starting world of one or more municipalities on 1 January of a year.

    Parameters
    ----------
    names
        Municipalities.
    rows
        The named areas of these municipalities as they read in the start year.
    scale
        Share of persons and homes that are simulated, in (0, 1].
    """
    drawn = []
    for name in names:
        own = tuple(row for row in rows if row.municipality == name)
        drawn.append(draw_municipality(name, own, year, scale, seed, p, work, crime, schooling))
    world = assemble_world(drawn, names)
    number = sum(len(parts.areas) for parts in drawn)
    steps = income_steps(world, year * 12)
    organisations = np.zeros((len(names), 2), np.int64)
    first_area, first_person, first_household = 0, 0, 0
    for index, parts in enumerate(drawn):
        code = parts.margins.municipality.code
        build_homes(world, parts, index, first_area, first_household, scale, stream(seed, code, HOME_STREAM), p)
        settle_in(
            world.persons, world.households, world.dwellings, world.areas, first_household,
            first_household + len(parts.household_area), year * 12, steps,
            stream(seed, code, STAY_STREAM).gamma(1.0 / leaving.tenure_shape, size=len(parts.household_area)), leaving,
        )  # fmt: skip
        world.organisations = share_out_organisations(world, parts, index, first_area, organisations, p)
        fill_queues(
            world, parts, first_household, organisations[index], year * 12, stream(seed, code, QUEUE_STREAM), p
        )
        first_area += len(parts.areas)
        first_person += len(parts.people.area)
        first_household += len(parts.household_area)
        know_others(world, parts, first_area - len(parts.areas), stream(seed, code, CONTACT_STREAM), p)
    areas = tuple(area for parts in drawn for area in parts.areas)
    assert len(areas) == number
    return Start(world, areas, tuple(parts.margins for parts in drawn), organisations)


def assemble_world(drawn: list[Parts], names: Sequence[str]) -> World:
    """Put the municipalities' arrays into the tables of one world, without homes."""
    n_persons = sum(len(parts.people.area) for parts in drawn)
    n_households = sum(len(parts.household_area) for parts in drawn)
    persons = made(Persons, int(n_persons * 1.05) + 64)
    households = made(Households, int(n_households * 1.05) + 64)
    n_areas = sum(len(parts.areas) for parts in drawn)
    areas = empty_areas(n_areas, len(names))
    first_area = first_person = first_household = 0
    for index, parts in enumerate(drawn):
        month = parts.margins.year * 12
        n, m = len(parts.people.area), len(parts.household_area)
        span = slice(first_person, first_person + n)
        starts = np.searchsorted(parts.people.area, np.arange(len(parts.areas)))
        ordinal = np.arange(n) - starts[parts.people.area]
        persons.id[span] = ids(parts, parts.people.area, ordinal, 0)
        persons.birth[span] = month - parts.people.months_old
        persons.sex[span] = parts.people.woman
        persons.origin[span] = parts.people.origin
        persons.role[span] = parts.role
        for name, values in parts.columns.items():
            column = getattr(persons, name)
            if name == "outside_past":
                column[span] = values[:, None]
            else:
                column[span] = values
        social = np.array([a.kind != NEIGHBOURHOOD for a in parts.areas])[parts.people.area]
        grown = (parts.people.age < 26) & (parts.people.age >= 12) & social
        persons.area_grown[span] = np.where(grown, parts.people.area + first_area, -1)
        persons.household[span] = parts.household + first_household
        h_span = slice(first_household, first_household + m)
        h_starts = np.searchsorted(parts.household_area, np.arange(len(parts.areas)))
        h_ordinal = np.arange(m) - h_starts[parts.household_area]
        households.id[h_span] = ids(parts, parts.household_area, h_ordinal, 1)
        households.area[h_span] = parts.household_area + first_area
        households.contact[h_span] = parts.household_area + first_area
        households.size[h_span] = np.bincount(parts.household, minlength=m)
        households.adults[h_span] = np.bincount(parts.household, weights=parts.role == 0, minlength=m)
        a_span = slice(first_area, first_area + len(parts.areas))
        keys = np.array([area_key(parts.margins.municipality.name, a.name) for a in parts.areas], np.int64)
        areas.id[a_span] = keys
        areas.kind[a_span] = [a.kind for a in parts.areas]
        areas.municipality[a_span] = index
        areas.price[a_span] = [a.price for a in parts.areas]
        first_area += len(parts.areas)
        first_person += n
        first_household += m
    link_members(persons, households, n_persons)
    mothers_so_far(persons, n_persons)
    place_names = tuple(area.name for parts in drawn for area in parts.areas)
    dwellings = made(Dwellings, 0)
    world = World(persons, made(Ties, len(persons.id)), households, dwellings, areas, place_names, tuple(names), 0)
    world.used[:] = (n_persons, n_households, 0)
    return world


def ids(parts: Parts, area: I64, ordinal: I64, table: int) -> I64:
    """Return ids of the first residents, from their area's own number and their number within the area."""
    name = parts.margins.municipality.name
    by_area = [mix(area_key(name, a.name), table) for a in parts.areas]
    return np.array([mix(by_area[a], o) for a, o in zip(area.tolist(), ordinal.tolist(), strict=True)], np.int64)


def link_members(persons: Persons, households: Households, n: int) -> None:
    """Chain the members of every household."""
    order = np.argsort(persons.household[:n], kind="stable")
    home = persons.household[order]
    last = np.append(home[1:] != home[:-1], True)
    following = np.append(order[1:], -1)
    persons.next[order] = np.where(last, -1, following)
    first = np.insert(home[1:] != home[:-1], 0, True)
    households.head[home[first]] = order[first]


def mothers_so_far(persons: Persons, n: int) -> None:
    """Book the children at home with their mother: how many, and when the last was born."""
    home = persons.household[:n]
    child = persons.role[:n] == 1
    keeper_woman = (persons.role[:n] == 0) & (persons.sex[:n] == 1)
    households = int(home.max()) + 1 if n else 0
    number = np.bincount(home[child], minlength=households)
    latest = np.full(households, NEVER, np.int64)
    np.maximum.at(latest, home[child], persons.birth[:n][child].astype(np.int64))
    mothers = np.flatnonzero(keeper_woman)
    persons.births[mothers] = np.minimum(number[home[mothers]], 20)
    persons.last_birth[mothers] = latest[home[mothers]]


def build_homes(
    world: World,
    parts: Parts,
    index: int,
    first_area: int,
    first_household: int,
    scale: float,
    rng: np.random.Generator,
    p: Synthesis,
) -> None:
    """Give households their dwellings, lodge a few with others, and leave some dwellings vacant."""
    households = world.households
    m = len(parts.household_area)
    rows = np.arange(first_household, first_household + m)
    area = parts.household_area
    month = parts.margins.year * 12
    facts = keeper_facts(world, rows, month)
    kind_of_area = np.array([a.kind for a in parts.areas])
    social = kind_of_area[area] != NEIGHBOURHOOD

    lodge_weight = (facts["single"] & (facts["age"] < 40) & (facts["children"] == 0)).astype(float)
    lodgers = rng.random(m) < p.lodged_share * lodge_weight / max(lodge_weight.mean(), 1e-9)
    homes = ~lodgers

    # Tenure of private homes: owners are older, richer and in couples; the municipality's share of all homes is met.
    dwellings_all = homes.sum()
    owners_wanted = round(parts.margins.owner_occupied * dwellings_all)
    # Weights of income, couple and age in who owns, and the spread of rooms: assumptions (half to twice as much).
    taste = 1.4 * facts["income_rank"] + 0.8 * ~facts["single"] + np.clip((facts["age"] - 25.0) / 25.0, -0.5, 1.2)
    taste = np.where(homes & ~social, taste + 0.6 * rng.standard_normal(m), -np.inf)
    owner = np.zeros(m, np.bool_)
    possible = int((homes & ~social).sum())
    owner[np.argsort(-taste, kind="stable")[: min(owners_wanted, round(0.95 * possible))]] = True
    tenure = np.where(social, SOCIAL, np.where(owner, OWNER_OCCUPIED, PRIVATE_RENTED))

    size = np.minimum(households.size[rows], 9)
    rooms = np.clip(np.rint(0.75 * size + 1.2 + 0.6 * rng.standard_normal(m) + 0.8 * owner), 1, MAX_ROOMS)
    rooms = np.maximum(rooms, (size + 1) // 2)
    young = social & facts["single"] & (facts["age"] < 30) & (facts["children"] == 0)
    old = social & (facts["age"] >= 65) & (facts["children"] == 0)
    kind = np.full(m, FAMILY)
    estate = social & (kind_of_area[area] != NAMED_AREA)
    kind = np.where(estate & young & (rng.random(m) < quota_share(estate, young, p.youth_share)), YOUTH, kind)
    kind = np.where(estate & old & (rng.random(m) < quota_share(estate, old, p.elderly_share)), ELDERLY, kind)

    # Vacant dwellings look like the occupied ones of the same area.
    vacancy = np.where(kind_of_area == NEIGHBOURHOOD, p.private_vacancy, p.social_vacancy)
    occupied = np.bincount(area[homes], minlength=len(parts.areas))
    empty_wanted = occupied * vacancy / (1.0 - vacancy)
    empty = np.floor(empty_wanted + rng.random(len(parts.areas))).astype(np.int64)
    pool = np.flatnonzero(homes)
    starts = np.searchsorted(area[pool], np.arange(len(parts.areas)))
    like = [
        pool[starts[k] + rng.integers(0, occupied[k], empty[k])] if occupied[k] else pool[:0]
        for k in range(len(parts.areas))
    ]
    copies = np.concatenate(like) if like else pool[:0]

    sources = np.concatenate([pool, copies])
    total = len(sources)
    world.reserve(0, 0, total)
    start = int(world.used[2])
    world.used[2] += total
    span = slice(start, start + total)
    dwellings = world.dwellings
    home_area = area[sources]
    order = np.argsort(home_area, kind="stable")
    ordinal = np.empty(total, np.int64)
    ordinal[order] = np.arange(total) - np.searchsorted(home_area[order], np.arange(len(parts.areas)))[home_area[order]]
    dwellings.id[span] = ids(parts, home_area, ordinal, 2)
    dwellings.area[span] = home_area + first_area
    dwellings.rooms[span] = rooms[sources]
    dwellings.tenure[span] = tenure[sources]
    dwellings.kind[span] = kind[sources]
    dwellings.household[span] = -1
    dwellings.household[start : start + len(pool)] = rows[pool]
    dwellings.vacant_since[span] = month - 2
    households.dwelling[rows[pool]] = np.arange(start, start + len(pool))
    households.searching[rows] = np.where(lodgers, LEFT_HOME, NOT_SEARCHING)
    households.search_since[rows] = month - rng.integers(1, 7, m)


def know_others(world: World, parts: Parts, first_area: int, rng: np.random.Generator, p: Synthesis) -> None:
    """Let some households know people best in another area: where those of the same background live.

    A registered, dated, exogenous reading of origin: family and friends of earlier homes, fixed on the first day.
    """
    m = int(world.used[1])
    households = world.households
    own = world.areas.municipality[: world.places] == world.areas.municipality[first_area]
    rows = np.flatnonzero(own[households.area[:m]])
    background = world.persons.origin[households.head[rows]] >= NONWESTERN_IMMIGRANT
    elsewhere = rng.random(len(rows)) < p.knows_elsewhere
    u = rng.random(len(rows))
    for group in (False, True):
        mine = background == group
        until = np.cumsum(np.bincount(households.area[rows[mine]], weights=households.size[rows[mine]]))
        moved = mine & elsewhere
        if moved.any():
            households.contact[rows[moved]] = np.searchsorted(until, u[moved] * until[-1], side="right")


def quota_share(estate: np.ndarray, who: np.ndarray, share: float) -> float:
    """Return the chance for each of `who` that makes them a share of all homes of the estates."""
    possible = float((estate & who).sum())
    return min(share * float(estate.sum()) / possible, 1.0) if possible else 0.0


def keeper_facts(world: World, rows: I64, month: int) -> dict[str, np.ndarray]:
    """Return what homes are drawn from: age of the oldest keeper, single or not, children, income rank."""
    n = int(world.used[0])
    persons = world.persons
    home = persons.household[:n].astype(np.int64)
    mine = (home >= rows[0]) & (home <= rows[-1])
    home = home[mine] - rows[0]
    keeper = persons.role[:n][mine] == 0
    months_old = month - persons.birth[:n][mine].astype(np.int64)
    m = len(rows)
    age = np.zeros(m)
    np.maximum.at(age, home[keeper], months_old[keeper] / 12.0)
    children = np.bincount(home[months_old < 216], minlength=m)
    income = np.bincount(home, weights=persons.income_past[:n][mine], minlength=m)
    adults = np.maximum(world.households.adults[rows], 1)
    per_adult = income / adults
    rank = np.argsort(np.argsort(per_adult, kind="stable"), kind="stable") / max(m - 1, 1)
    return {
        "age": age,
        "single": world.households.adults[rows] < 2,
        "children": children,
        "income_rank": rank,
    }


def share_out_organisations(
    world: World, parts: Parts, index: int, first_area: int, organisations: I64, p: Synthesis
) -> int:
    """Divide the social areas of a municipality among housing organisations of similar size; return the total."""
    first = world.organisations
    n = int(world.used[2])
    social = [k for k, a in enumerate(parts.areas) if a.kind != NEIGHBOURHOOD]
    if not social:
        organisations[index] = (first, 0)
        return first
    homes = np.bincount(world.dwellings.area[:n].astype(np.int64), minlength=first_area + len(parts.areas))
    expected = sum(a.households for a in parts.areas if a.kind != NEIGHBOURHOOD)
    number = int(min(max(1, round(expected / p.organisation_dwellings)), len(social)))
    load = np.zeros(number)
    for k in sorted(social, key=lambda k: (-homes[first_area + k], k)):
        lightest = int(np.argmin(load))
        world.areas.organisation[first_area + k] = first + lightest
        load[lightest] += homes[first_area + k]
    organisations[index] = (first, number)
    return first + number


def fill_queues(
    world: World, parts: Parts, first_household: int, lists: I64, month: int, rng: np.random.Generator, p: Synthesis
) -> None:
    """Put passive members and active seekers on waiting lists, with the seniority of people who joined over years."""
    households = world.households
    m = len(parts.household_area)
    first, number = int(lists[0]), int(lists[1])
    if number == 0:
        return
    rows = np.arange(first_household, first_household + m)
    member = rng.random(m) < p.passive_members
    joined = month - 1 - np.minimum(rng.exponential(12.0 * p.passive_years, m), 400).astype(np.int64)
    start = rng.integers(0, number, m)
    rows_of_members, joined, start = rows[member], joined[member], start[member]
    held = np.zeros(len(rows_of_members), np.int64)
    # First where they know people, then where a draw says (world.queues).
    known = world.areas.organisation[households.contact[rows_of_members]].astype(np.int64)
    for organisation in (known, *(first + (start + slot) % number for slot in range(min(LISTS_HELD, number)))):
        on_it = (households.organisation[rows_of_members] == organisation[:, None]).any(axis=1)
        joins = (organisation >= 0) & ~on_it & (held < LISTS_HELD)
        households.organisation[rows_of_members[joins], held[joins]] = organisation[joins]
        households.listed_since[rows_of_members[joins], held[joins]] = joined[joins]
        held += joins
    settled = households.searching[rows] == NOT_SEARCHING
    searching = settled & (rng.random(m) < p.searching_share)
    households.searching[rows[searching]] = WANTS_CHANGE
    households.search_since[rows[searching]] = month - rng.integers(1, 9, int(searching.sum()))




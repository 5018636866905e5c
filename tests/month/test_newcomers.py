"""Newcomers look like the deck, the deck like those who move, and completed homes follow the path."""

from __future__ import annotations

import numpy as np
import pytest

from beboersim.month.deck import kinds_and_mobility, places_among, ranked
from beboersim.month.exchange import year_of
from beboersim.month.ledger import Event
from beboersim.month.seekers import LARGEST, at, come_to_the_gate, contact_area, spots, whole
from beboersim.town import Town
from beboersim.world.codes import CHILD, ESTATE, NAMED_AREA, NEIGHBOURHOOD, OUTSIDE, PENSIONER, PUPIL
from beboersim.world.kinds import kind_of
from beboersim.world.mobility import away_share, hazard_of
from beboersim.world.profile import income_steps, profile
from small_towns import ROOM, assert_consistent, small_town


@pytest.fixture(scope="module")
def town() -> Town:
    return small_town(("Svendborg",), scale=0.05)


def test_the_deck_holds_every_household_with_its_members(town: Town) -> None:
    deck = town.context.exchanges[0].deck
    members = deck.members.astype(int)
    assert (members >= 1).all()
    assert np.array_equal(deck.first, np.concatenate([[0], np.cumsum(members)[:-1]]))
    assert members.sum() == len(deck.months_old)
    assert abs(members.sum() - 24_000) < 100
    keepers = np.add.reduceat((deck.role == 0).astype(int), deck.first)
    assert ((keepers >= 1) & (keepers <= 2)).all()
    # A group is a finer class than a kind.
    kind_of = {}
    for group, kind in zip(deck.group.tolist(), deck.kind.tolist(), strict=True):
        assert kind_of.setdefault(group, kind) == kind


def test_mobility_in_the_deck_is_twelve_months_of_leaving_the_town(town: Town) -> None:
    """The same rule written out on the town's own households, over its own persons."""
    c, p = town.context, town.context.parameters.leaving
    world = town.start.world
    kinds, mobility = kinds_and_mobility(town.start, c.month, p)
    steps = income_steps(world, c.month)
    lodgers = 0
    for row in range(int(town.world.used[1])):
        if world.households.head[row] < 0 or world.households.area[row] >= world.places:
            continue
        area, home = int(world.households.area[row]), int(world.households.dwelling[row])
        who = profile(world.persons, world.households, row, c.month, steps[0])
        assert kinds[row] == kind_of(who)
        if home < 0:
            lodgers += 1
            assert mobility[row] == 12.0 * p.lodger_leaves
            continue
        months = c.month - int(world.households.moved_in[row])
        hazard = hazard_of(who, world.dwellings, world.areas, home, area, months, 0.0, p)
        assert mobility[row] == pytest.approx(12.0 * hazard * away_share(who.age, who.students, p))
    assert lodgers > 0


def many_arrivals() -> tuple[Town, np.ndarray]:
    """Return a town at whose gate some thousands stand, and their rows."""
    town = small_town(("Svendborg",), scale=0.05)
    first = int(town.world.used[1])
    c = town.context
    for later in range(40):
        come_to_the_gate(c, 0, c.margins[0].municipality.code, c.month + 100 + later, 20.0)
    return town, np.arange(first, int(town.world.used[1]))


@pytest.fixture(scope="module")
def arrived() -> tuple[Town, np.ndarray]:
    return many_arrivals()


def test_newcomers_have_the_decks_distribution(arrived: tuple[Town, np.ndarray]) -> None:
    """Sizes, origins of the first person and education of keepers, weighted as the year's migration weighs the deck."""
    town, rows = arrived
    one = town.context.exchanges[0]
    deck = one.deck
    each = np.diff(year_of(one, 0).until, prepend=0.0)
    each /= each.sum()
    assert len(rows) > 2000
    persons, households = town.world.persons, town.world.households
    size = np.minimum(deck.members.astype(int), LARGEST)
    head = households.head[rows]
    on_a_list = (households.organisation[rows] >= 0).any(axis=1).astype(int)
    facts = [
        (np.bincount(size, weights=each), np.bincount(households.size[rows], minlength=size.max() + 1)),
        (np.bincount(deck.social, weights=each, minlength=2), np.bincount(on_a_list, minlength=2)),
    ]
    for expected, found in facts:
        share = found / len(rows)
        error = np.sqrt(expected * (1.0 - expected) / len(rows))
        assert (np.abs(share - expected) <= 5.0 * error + 1e-12).all()
    # All members, by origin and by education: a household's are alike, so their number of households is the sample's.
    members = np.flatnonzero(np.isin(persons.household[: int(town.world.used[0])], rows))
    for column, values in (("origin", deck.origin), ("education", deck.education), ("sex", deck.sex)):
        in_deck = np.stack([np.add.reduceat((values == code).astype(float), deck.first) for code in range(4)], axis=1)
        mean = each @ in_deck
        spread = np.sqrt(each @ (in_deck - mean) ** 2 * len(rows))
        found = np.bincount(getattr(persons, column)[members], minlength=4)
        assert (np.abs(found - mean * len(rows)) <= 5.0 * spread + 1e-9).all(), column
    assert (persons.household[head] == rows).all()


def test_newcomers_do_what_their_age_allows(arrived: tuple[Town, np.ndarray]) -> None:
    town, rows = arrived
    persons = town.world.persons
    members = np.flatnonzero(np.isin(persons.household[: int(town.world.used[0])], rows))
    came = town.world.households.search_since[persons.household[members]].astype(int)
    age = (came - persons.birth[members]) // 12
    doing = persons.activity[members]
    assert (age >= 0).all()
    assert (age[doing == CHILD] < 6).all()
    assert ((age[doing == PUPIL] >= 6) & (age[doing == PUPIL] <= 17)).all()
    assert (age[doing == PENSIONER] >= 65).all()
    assert ((age[doing == OUTSIDE] >= 16) & (age[doing == OUTSIDE] < 65)).all()
    assert (persons.since[members] <= came).all()
    assert (persons.since[members] >= persons.birth[members]).all()
    assert not ((doing == OUTSIDE) & (persons.hours[members] > 0)).any()
    assert len(np.unique(persons.id[members])) == len(members)


def test_as_many_come_on_average_as_the_year_asks_for(arrived: tuple[Town, np.ndarray]) -> None:
    town, rows = arrived
    c = town.context
    a_month = float(year_of(c.exchanges[0], 0).until[-1]) / 12.0 * c.scale
    # Forty draws of the part after the point, each with a variance of a quarter at most.
    assert abs(len(rows) - 40 * 20 * a_month) < 5.0 * np.sqrt(40 * 0.25)


@pytest.mark.parametrize("expected", [0.0, 0.3, 2.0, 7.9])
def test_a_whole_number_is_on_average_the_expected_one(expected: float) -> None:
    found = np.array([whole(expected, 1, key, 5, 0) for key in range(4000)])
    assert set(found.tolist()) <= {int(expected), int(expected) + 1}
    part = expected % 1.0
    assert abs(found.mean() - expected) <= 5.0 * np.sqrt(part * (1.0 - part) / 4000)


def test_a_newcomer_knows_people_in_the_same_place_among_areas_of_the_sort(town: Town) -> None:
    areas = town.context.areas
    s = spots(areas, 0)
    for sort in (ESTATE, NEIGHBOURHOOD):
        own = ranked(areas, sort)
        assert contact_area(sort, -1, 0.0, s) == own[0]
        assert contact_area(sort, -1, 1.0, s) == own[-1]
        size = np.array([areas[k].residents for k in own])
        n = 2000
        found = [contact_area(sort, -1, (k + 0.5) / n, s) for k in range(n)]
        share = np.array([found.count(k) for k in own]) / n
        np.testing.assert_allclose(share, size / size.sum(), atol=1.5 / n)
    assert contact_area(NAMED_AREA, 0, 0.5, s) == 0
    # The places of the deck's households are the middles of their areas.
    middle = places_among(areas, np.array(ranked(areas, ESTATE)))
    assert (np.diff(middle) > 0.0).all()
    assert [contact_area(ESTATE, -1, float(place), s) for place in middle] == ranked(areas, ESTATE)


def test_nobody_has_been_outside_work_for_longer_than_the_year_has_lasted() -> None:
    """Those at the gate on the first day came in the year before, whose months are not this year's."""
    town = small_town(months=13)
    persons = town.world.persons
    assert not persons.outside_now.any()
    assert not persons.income_now.any()
    for month in range(1, 12):
        town.step()
        persons = town.world.persons
        assert persons.outside_now[: int(town.world.used[0])].max() == 100 * month
    town.step()
    assert town.world.persons.outside_past[: int(town.world.used[0])].max() == 200


def test_a_town_has_as_many_homes_as_its_path_says() -> None:
    months = 36
    town = small_town(("Aarhus",), scale=0.05, months=months, events=ROOM)
    c = town.context
    start = int(town.world.used[2])
    path = c.exchanges[0].path
    wanted = start * (at(path.homes, path, 2015.0 + months / 12.0) - 1.0)
    town.run(town.until)
    # Every month's number is rounded up or down by chance.
    assert abs(int(town.world.used[2]) - start - wanted) < 5.0 * np.sqrt(months * 0.25)
    assert wanted > 100
    assert_consistent(town)


def test_those_at_the_gate_settle_or_leave_within_the_months_they_have() -> None:
    town = small_town(months=14, events=ROOM)
    gate_months = int(town.context.parameters.leaving.gate_months)
    while town.date < town.until:
        town.step()
        households = town.world.households
        m = int(town.world.used[1])
        waiting = np.flatnonzero((households.head[:m] >= 0) & (households.area[:m] > town.world.places))
        assert (town.context.month - households.search_since[waiting] <= gate_months).all()
    assert (town.events[:, 1] == Event.GAVE_UP).any()

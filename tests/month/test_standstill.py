"""At a standstill dated rates, rules and paths stay, and the town keeps the classes its people fall into."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from beboersim.calibration.classes import ages, class_shares, residents
from beboersim.calibration.classes import households as settled_households
from beboersim.calibration.watching import (
    Adults,
    Aged,
    MenAlone,
    YoungConvicted,
    adults,
    aged,
    men_alone,
    young_convicted,
)
from beboersim.month.demography import KEEPING, rates_of
from beboersim.month.work import market
from beboersim.town import Town
from beboersim.world.attachment import ODDS_UNIT
from beboersim.world.codes import BASIC, EMPLOYED, KEEPER, SOCIAL
from small_towns import has_run, small_town

STILL = {"time.standstill": True}
YEARS = 4


@pytest.fixture(scope="module")
def still() -> Town:
    return small_town(("Svendborg",), scale=0.25, months=12 * YEARS, settings=STILL)


@pytest.fixture(scope="module")
def shares(still: Town) -> tuple[dict[str, dict[str, float]], dict[str, dict[str, float]], int, int]:
    """Return the classes on the first day and after the years, and how many people and households there are."""
    before = class_shares(still)
    many = len(residents(still)), len(settled_households(still))
    return before, class_shares(has_run(still)), *many


GROUPS = {"age": 1.0, "household size": 1.0, "origin": 1.0, "education": 0.45, "work": 0.62}  # share of whom they are


@pytest.mark.parametrize("group", GROUPS)
def test_a_town_at_a_standstill_keeps_its_classes(
    shares: tuple[dict[str, dict[str, float]], dict[str, dict[str, float]], int, int], group: str
) -> None:
    """Within sampling: over four years about four in ten have come, gone, been born or died or changed class.

    Both days are samples of one town. Members of a household are not drawn by themselves: three persons count as two.
    """
    before, after, people, homes = shares
    number = homes if group == "household size" else people * GROUPS[group] / 1.5
    for name, share in before[group].items():
        p = share / 100.0
        error = 100.0 * np.sqrt(2.0 * 0.4 * p * (1.0 - p) / number)
        assert abs(after[group][name] - share) < 4.0 * error, (name, share, after[group][name])


def test_a_town_at_a_standstill_keeps_its_number(
    still: Town, shares: tuple[dict[str, dict[str, float]], dict[str, dict[str, float]], int, int]
) -> None:
    people = shares[2]
    # Births, deaths, arrivals and departures: about a fifth of the town a year, each on its own.
    assert abs(len(residents(still)) - people) < 4.0 * np.sqrt(YEARS * 0.2 * people * 2.0)


def usual_of_singles(town: Town, partner: np.ndarray) -> np.ndarray:
    """Return by sex how much likelier than others the singles of a town find a partner, by attachment to work."""
    persons, households = town.world.persons, town.world.households
    rows = np.flatnonzero(persons.household[: int(town.world.used[0])] >= 0)
    home = persons.household[rows]  # at the gate as well, where newcomers wait for a home
    rows = rows[
        (persons.role[rows] == KEEPER)
        & (households.adults[home] == 1)
        & (town.world.areas.municipality[households.area[home]] >= 0)
    ]
    age = ages(town, rows).astype(np.int64)
    steepness = town.context.parameters.demography.weak_partners
    times = 2.0 / (1.0 + np.exp(steepness * persons.weak_odds[rows] / ODDS_UNIT))
    chance = partner[persons.sex[rows], 0, age]
    return np.array([np.average(times[persons.sex[rows] == sex], weights=chance[persons.sex[rows] == sex])
                     for sex in (0, 1)])  # fmt: skip


def test_at_a_standstill_dated_rates_and_rules_are_those_of_the_first_day() -> None:
    town = small_town(scale=0.02, months=62, settings=STILL)
    c = town.context
    first = rates_of(c)
    usual = usual_of_singles(town, first.partner)
    work = market(c)
    levers = {name: np.array(value, dtype=object).tolist() for name, value in c.levers.items()}
    town.run(date(2020, 1, 1))
    assert c.law_day == date(2015, 1, 1)
    assert c.rates_time == 2015.0
    assert c.rates_year(2020) == 2015.0
    later = rates_of(c)
    # Who is single decides how the chances of a partner are shared, not how they lie over the ages.
    there = first.partner > 0.0
    times = np.where(there, later.partner / np.where(there, first.partner, 1.0), np.nan)
    assert np.allclose(np.nanmax(times, axis=2), np.nanmin(times, axis=2), rtol=1e-12)
    assert np.allclose(np.nanmax(times, axis=2)[:, 0] * usual_of_singles(town, first.partner), usual, rtol=1e-9)
    first, later = (rates._replace(partner=later.partner, highest=rates.highest[:KEEPING]) for rates in (first, later))
    for one, other in zip(first, later, strict=True):
        assert np.array_equal(one, other)
    for one, other in zip(work[:4], market(c)[:4], strict=True):
        assert one == other
    assert {name: np.array(value, dtype=object).tolist() for name, value in c.levers.items()} == levers
    # The stock stands still too, and lists are published all the same.
    assert c.exchanges[0].path.homes.tolist() == [1.0] * len(c.exchanges[0].path.homes)


def test_without_it_the_calendar_moves_them() -> None:
    c = small_town(scale=0.02, months=62).context
    first = market(c)
    c.month += 60
    assert c.law_day == date(2020, 1, 1)
    assert c.rates_time == 2020.0
    assert market(c).trend_nonwestern != first.trend_nonwestern
    assert market(c).pension_age_months > first.pension_age_months


def test_who_lives_in_social_homes_is_counted_person_by_person(still: Town) -> None:
    """The report counts columns; here every member of every household is asked."""
    world = has_run(still).world
    persons, households = world.persons, world.households
    found = {True: [0, 0, 0, 0], False: [0, 0, 0, 0]}
    for row in settled_households(still).tolist():
        home = int(households.dwelling[row])
        if home < 0:
            continue
        keepers = children = women = 0
        member = int(households.head[row])
        while member >= 0:
            keepers += int(persons.role[member]) == KEEPER
            women += int(persons.role[member]) == KEEPER and int(persons.sex[member]) == 1
            children += still.context.month - int(persons.birth[member]) < 18 * 12
            member = int(persons.next[member])
        of = found[int(world.dwellings.tenure[home]) == SOCIAL]
        of[0] += 1
        of[1] += keepers == 1
        of[2] += keepers == 1 and children > 0
        of[3] += keepers == 1 and women > 0
    assert adults(still) == (Adults(*found[True]), Adults(*found[False]))
    assert 0 < found[True][2] < found[True][1] < found[True][0]


def test_the_young_with_a_conviction_are_counted_person_by_person(still: Town) -> None:
    world = has_run(still).world
    persons, households = world.persons, world.households
    there = np.arange(world.places) % 2 == 0  # any areas will do
    found = [0, 0, 0, 0]
    for row in settled_households(still).tolist():
        inside = bool(there[int(households.area[row])])
        member = int(households.head[row])
        while member >= 0:
            young = 15 * 12 <= still.context.month - int(persons.birth[member]) < 25 * 12
            convicted = still.context.month - int(persons.convicted[member]) <= 12
            found[0] += young
            found[1] += young and convicted
            found[2] += young and inside
            found[3] += young and convicted and inside
            member = int(persons.next[member])
    assert young_convicted(still, there) == YoungConvicted(*found)
    assert 0 < found[3] < found[1] < found[0]


def test_ages_in_social_homes_are_counted_person_by_person(still: Town) -> None:
    world = has_run(still).world
    persons, households = world.persons, world.households
    found = [0, 0, 0]
    for row in settled_households(still).tolist():
        home = int(households.dwelling[row])
        member = int(households.head[row])
        while home >= 0 and int(world.dwellings.tenure[home]) == SOCIAL and member >= 0:
            age = (still.context.month - int(persons.birth[member])) // 12
            found[0] += 1
            found[1] += 18 <= age < 30
            found[2] += age >= 70
            member = int(persons.next[member])
    assert aged(still) == Aged(*found)
    assert min(found) > 0


def test_men_who_live_alone_are_counted_person_by_person(still: Town) -> None:
    world = has_run(still).world
    persons, households = world.persons, world.households
    found = [0, 0, 0, 0]
    for row in settled_households(still).tolist():
        member = int(households.head[row])
        alone = int(persons.next[member]) < 0
        while member >= 0:
            age = (still.context.month - int(persons.birth[member])) // 12
            if 30 <= age < 60 and persons.sex[member] == 0 and persons.education[member] == BASIC:
                kind = 0 if alone else 2
                found[kind] += 1
                found[kind + 1] += int(persons.activity[member]) == EMPLOYED
            member = int(persons.next[member])
    assert men_alone(still) == MenAlone(*found)
    assert min(found) > 0

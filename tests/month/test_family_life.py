from __future__ import annotations

import numpy as np
import pytest

from beboersim.evidence import trends
from beboersim.month.demography import (
    DIES,
    GIVES_BIRTH,
    LEAVES_HOME,
    NONWESTERN_BIRTHS,
    NOTHING,
    SEEKS_PARTNER,
    SEPARATES,
    Demography,
    life_event,
    monthly_rates,
    origin_at_birth,
)
from beboersim.month.ledger import Event
from beboersim.policy.plan import Plan
from beboersim.policy.scenario import Scenario
from beboersim.town import Town, of_plan
from beboersim.world.codes import (
    AT_HOME,
    DANISH,
    KEEPER,
    NONWESTERN_DESCENDANT,
    NONWESTERN_IMMIGRANT,
    WESTERN,
)
from small_towns import ROOM, ages, people, small_town

P = of_plan(Plan(Scenario.load("law")), "demography", Demography)
NEVER, ALWAYS = 0.999999, 0.000001
UNKNOWN = -1


def event(**changed: float) -> int:
    facts: dict[str, float] = dict(
        age=30, sex=1, keeper=1, adults=1, months_since_birth=1000.0, u_death=0.5, u_birth=0.5, u_home=0.5,
        death=0.0, birth=0.0, leave_home=0.0, partner=0.0,
    )  # fmt: skip
    facts |= changed
    whole = {"age", "sex", "keeper", "adults"}
    return life_event(*(int(v) if k in whole else v for k, v in facts.items()), P)  # type: ignore[arg-type]


def test_nothing_happens_without_a_rate() -> None:
    for sex in (0, 1):
        for keeper in (0, 1):
            for adults in (1, 2):
                draws = dict(u_death=ALWAYS, u_birth=ALWAYS, u_home=NEVER)
                assert event(sex=sex, keeper=keeper, adults=adults, **draws) == NOTHING


def test_death_comes_before_birth_and_birth_before_the_home() -> None:
    all_at_once = dict(u_death=ALWAYS, u_birth=ALWAYS, u_home=ALWAYS, birth=0.01, leave_home=0.1, keeper=0)
    assert event(**all_at_once, death=0.001) == DIES
    assert event(**all_at_once) == GIVES_BIRTH
    assert event(**all_at_once | dict(birth=0.0)) == LEAVES_HOME


def test_a_mother_has_no_other_child_before_the_spacing_is_over() -> None:
    sure = dict(birth=1.0, u_birth=0.0)
    assert event(**sure, months_since_birth=P.birth_spacing_months - 1.0) == NOTHING
    assert event(**sure, months_since_birth=P.birth_spacing_months) == GIVES_BIRTH
    assert event(**sure, sex=0) == NOTHING


def test_a_woman_outside_a_couple_has_the_couples_rate_divided_by_the_ratio() -> None:
    just_above = 0.01 / P.partner_birth_ratio * 1.001
    assert event(birth=0.01, u_birth=just_above, adults=2) == GIVES_BIRTH
    assert event(birth=0.01, u_birth=just_above, adults=1) == NOTHING
    # A daughter at home is in no couple, though her parents are.
    assert event(birth=0.01, u_birth=just_above, adults=2, keeper=0) == NOTHING


def test_only_couples_separate_and_only_the_single_seek_a_partner() -> None:
    assert event(adults=2, u_home=0.0) == SEPARATES
    assert event(adults=2, u_home=0.0, age=70) == NOTHING
    assert event(adults=1, u_home=0.0, partner=0.1) == SEEKS_PARTNER
    assert event(adults=2, u_home=0.05, partner=0.1) == NOTHING


def test_the_two_partners_risks_add_up_to_the_separation_rate() -> None:
    n = 400_000
    u = (np.arange(n) + 0.5) / n
    risks = [np.mean([event(sex=sex, adults=2, u_home=x) == SEPARATES for x in u[: n // 100]]) / 100 for sex in (0, 1)]
    assert sum(risks) == pytest.approx(P.separation_rate / 12.0, abs=3.0 / n)


@pytest.mark.parametrize(
    ("mother", "father", "mother_born_citizen", "father_born_citizen", "child"),
    [
        (DANISH, DANISH, 1, 1, DANISH),
        (NONWESTERN_IMMIGRANT, DANISH, 0, 1, DANISH),
        (DANISH, NONWESTERN_IMMIGRANT, 1, 0, DANISH),
        # A descendant who is a citizen born in Denmark has children of Danish origin.
        (NONWESTERN_DESCENDANT, NONWESTERN_IMMIGRANT, 1, 0, DANISH),
        (NONWESTERN_DESCENDANT, NONWESTERN_DESCENDANT, 0, 0, NONWESTERN_DESCENDANT),
        (NONWESTERN_IMMIGRANT, NONWESTERN_IMMIGRANT, 0, 0, NONWESTERN_DESCENDANT),
        (NONWESTERN_IMMIGRANT, UNKNOWN, 0, 0, NONWESTERN_DESCENDANT),
        # Otherwise the mother's country decides.
        (NONWESTERN_IMMIGRANT, WESTERN, 0, 0, NONWESTERN_DESCENDANT),
        (WESTERN, NONWESTERN_IMMIGRANT, 0, 0, WESTERN),
        (WESTERN, UNKNOWN, 0, 0, WESTERN),
        # and the father's where hers is Denmark but she was not born a citizen
        (DANISH, NONWESTERN_IMMIGRANT, 0, 0, NONWESTERN_DESCENDANT),
        (DANISH, UNKNOWN, 0, 0, DANISH),
    ],
)
def test_origin_at_birth_follows_the_statistical_rule(
    mother: int, father: int, mother_born_citizen: int, father_born_citizen: int, child: int
) -> None:
    assert origin_at_birth(mother, father, mother_born_citizen, father_born_citizen) == child


@pytest.fixture(scope="module")
def year_of_events() -> tuple[Town, dict[str, tuple[float, float]]]:
    """A year of a larger town, with what births and deaths the rates of each month lead one to expect."""
    town = small_town(("Odense",), scale=0.15, months=12, events=ROOM)
    expected = {"deaths": [0.0, 0.0], "births": [0.0, 0.0]}
    for _ in range(12):
        c = town.context
        persons, households = town.world.persons, town.world.households
        rows = people(town.world)
        age = np.minimum(ages(town, rows), 110)
        woman = persons.sex[rows] == 1
        rates = monthly_rates(c)
        death = np.where(woman, rates.death_women[age], rates.death_men[age])
        foreign = persons.origin[rows] == NONWESTERN_IMMIGRANT
        birth = np.where(foreign, rates.birth_nonwestern[0, age], rates.birth[0, age])
        coupled = (households.adults[persons.household[rows]] == 2) & (persons.role[rows] == KEEPER)
        birth = np.where(coupled, birth, birth / c.parameters.demography.partner_birth_ratio)
        spaced = c.month - persons.last_birth[rows].astype(np.int64) >= c.parameters.demography.birth_spacing_months
        birth = np.where(woman & spaced & (age >= 16), birth * (1.0 - death), 0.0)
        for name, chance in (("deaths", death), ("births", birth)):
            expected[name][0] += chance.sum()
            expected[name][1] += (chance * (1.0 - chance)).sum()
        town.step()
    return town, {name: (mean, np.sqrt(variance)) for name, (mean, variance) in expected.items()}


@pytest.mark.parametrize(("name", "kind"), [("deaths", Event.DEATH), ("births", Event.BIRTH)])
def test_deaths_and_births_are_as_many_as_the_rates_say(
    year_of_events: tuple[Town, dict[str, tuple[float, float]]], name: str, kind: Event
) -> None:
    town, expected = year_of_events
    mean, error = expected[name]
    found = (town.events[:, 1] == kind).sum()
    assert mean > 150
    assert abs(found - mean) < 5.0 * error


def test_no_mother_is_younger_than_fifteen(year_of_events: tuple[Town, dict[str, tuple[float, float]]]) -> None:
    town, _ = year_of_events
    persons = town.world.persons
    age = {int(persons.id[row]): int(persons.birth[row]) for row in people(town.world)}
    births = town.events[town.events[:, 1] == Event.BIRTH]
    found = [(month - age[mother]) // 12 for month, _, _, mother, _ in births.tolist() if mother in age]
    assert len(found) > 150
    assert min(found) >= 15
    assert max(found) < 50


def test_births_over_women_in_couples_and_others_keep_the_published_rate() -> None:
    town = small_town(("Odense",), scale=0.5, months=12)
    c = town.context
    persons, households = town.world.persons, town.world.households
    rows = people(town.world)
    rows = rows[(persons.sex[rows] == 1) & (persons.origin[rows] != NONWESTERN_IMMIGRANT)]
    age = np.minimum(ages(town, rows), 110)
    coupled = (households.adults[persons.household[rows]] == 2) & (persons.role[rows] == KEEPER)
    birth = monthly_rates(c).birth[0, age]
    found = np.where(coupled, birth, birth / c.parameters.demography.partner_birth_ratio).sum()
    published = np.zeros(111)
    for band in trends.fertility_rates(c.time):
        published[band.age_from : band.age_to + 1] = band.rate / 12.0
    assert found == pytest.approx(published[age].sum(), rel=0.03)


def test_the_extra_births_of_immigrants_are_the_published_ratio() -> None:
    rates = monthly_rates(small_town(scale=0.02).context)
    fertile = rates.birth[0] > 0
    np.testing.assert_allclose(rates.birth_nonwestern[0, fertile] / rates.birth[0, fertile], NONWESTERN_BIRTHS)
    assert fertile[15:50].any()
    assert not fertile[:15].any()
    assert not fertile[50:].any()


def test_who_leaves_home_keeps_a_household_of_ones_own() -> None:
    town = small_town(months=13, events=ROOM, settings={"demography.leave_home_18": 0.3})
    town.run(town.until)
    persons = town.world.persons
    rows = {int(persons.id[row]): row for row in people(town.world)}
    left = [who for _, kind, who, _, _ in town.events.tolist() if kind == Event.LEFT_HOME and who in rows]
    assert left
    assert all(persons.role[rows[who]] == KEEPER for who in left)
    assert (persons.role[people(town.world)] == AT_HOME).any()

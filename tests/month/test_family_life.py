from __future__ import annotations

import numpy as np
import pytest

from beboersim.evidence import trends
from beboersim.month import demography
from beboersim.month.demography import (
    DIES,
    GIVES_BIRTH,
    LEAVES_HOME,
    NOTHING,
    SEEKS_PARTNER,
    SEPARATES,
    Demography,
    Rates,
    birth_multiple,
    lasting_rates,
    life_event,
    monthly_rates,
    origin_at_birth,
)
from beboersim.month.exchange import DECK_PERSONS
from beboersim.month.ledger import Event
from beboersim.policy.plan import Plan
from beboersim.policy.scenario import Scenario
from beboersim.town import Town, of_plan
from beboersim.world import life_course
from beboersim.world.attachment import MOST_ODDS, ODDS_UNIT, relative_wage, times_by_attachment
from beboersim.world.codes import (
    AT_HOME,
    DANISH,
    KEEPER,
    NONWESTERN_DESCENDANT,
    NONWESTERN_IMMIGRANT,
    WESTERN,
)
from beboersim.world.outlook import local_fertility
from small_towns import ROOM, ages, people, residents, small_town

P = of_plan(Plan(Scenario.load("law")), "demography", Demography)
NEVER, ALWAYS = 0.999999, 0.000001
UNKNOWN = -1


def event(**changed: float) -> int:
    facts: dict[str, float] = dict(
        age=30, sex=1, keeper=1, adults=1, months_since_birth=1000.0, u_death=0.5, u_birth=0.5, u_home=0.5,
        death=0.0, birth=0.0, leave_home=0.0, separate=0.0, partner=0.0,
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


@pytest.mark.parametrize("children", range(7))
def test_a_woman_in_a_couple_has_the_rate_of_others_times_the_ratio(children: int) -> None:
    ratio = P.partner_birth_ratio
    alone = birth_multiple(1, 1, children, ratio)
    assert birth_multiple(2, 1, children, ratio) == pytest.approx(ratio * alone)
    # A daughter at home is in no couple, though her parents are.
    assert birth_multiple(2, 0, children, ratio) == alone
    assert alone == life_course.AFTER_CHILDREN[min(children, len(life_course.AFTER_CHILDREN) - 1)]


def test_only_couples_separate_and_only_the_single_seek_a_partner() -> None:
    both = dict(separate=0.02, partner=0.1)
    assert event(adults=2, u_home=0.0, **both) == SEPARATES
    assert event(adults=1, u_home=0.05, **both) == SEEKS_PARTNER
    assert event(adults=2, u_home=0.05, **both) == NOTHING
    assert event(adults=2, u_home=0.0, separate=0.0, partner=0.1) == NOTHING
    # A child of the house does neither.
    assert event(adults=1, keeper=0, u_home=0.0, **both) == NOTHING


def test_the_two_partners_risks_add_up_to_the_separation_rate() -> None:
    n, separate = 100_000, 0.01
    draws = ((np.arange(n // 50) + 0.5) / n).tolist()  # draws above a fiftieth separate nobody
    risks = [
        sum(event(sex=sex, adults=2, u_home=u, separate=separate) == SEPARATES for u in draws) / n for sex in (0, 1)
    ]
    assert sum(risks) == pytest.approx(separate, abs=2.0 / n)
    assert risks[0] / sum(risks) == pytest.approx(0.5 * P.separation_men_ratio, abs=2.0 / (n * separate))


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


def rates_of(town: Town) -> Rates:
    c = town.context
    return demography.rates_of(c)


def birth_chances(town: Town, rows: np.ndarray) -> np.ndarray:
    """Return every woman's monthly chance of giving birth, written out over the columns."""
    persons, households, p = town.world.persons, town.world.households, town.context.parameters.demography
    home = persons.household[rows]
    coupled = (households.adults[home] == 2) & (persons.role[rows] == KEEPER)
    parity = np.array(life_course.AFTER_CHILDREN)[np.minimum(persons.births[rows], 4)]
    birth = rates_of(town).birth[0, np.minimum(ages(town, rows), 110)] * parity
    birth *= np.where(coupled, p.partner_birth_ratio, 1.0)
    birth *= np.where(persons.origin[rows] == NONWESTERN_IMMIGRANT, p.nonwestern_births, 1.0)
    spaced = town.context.month - persons.last_birth[rows].astype(np.int64) >= p.birth_spacing_months
    return np.where((persons.sex[rows] == 1) & spaced, birth, 0.0)


def chances_of_the_month(town: Town) -> dict[Event, np.ndarray]:
    """Return everybody's chance of each event this month."""
    persons, households, p = town.world.persons, town.world.households, town.context.parameters.demography
    rows = people(town.world)
    age = np.minimum(ages(town, rows), 110)
    woman = persons.sex[rows] == 1
    rates = rates_of(town)
    death = np.where(woman, rates.death_women[age], rates.death_men[age])
    birth = birth_chances(town, rows) * (1.0 - death)
    neither = (1.0 - death) * (1.0 - birth)
    keeper = persons.role[rows] == KEEPER
    coupled = keeper & (households.adults[persons.household[rows]] == 2)
    part = 0.5 * np.where(woman, 2.0 - p.separation_men_ratio, p.separation_men_ratio)
    return {
        Event.DEATH: death,
        Event.BIRTH: birth,
        Event.LEFT_HOME: np.where(keeper, 0.0, rates.leave_home[age]) * neither,
        Event.SEPARATION: np.where(coupled, part * rates.separate[age], 0.0) * neither,
    }


@pytest.fixture(scope="module")
def year_of_events() -> tuple[Town, dict[Event, tuple[float, float]]]:
    """A year of a larger town, and how many events of each kind its rates led one to expect, month by month."""
    town = small_town(("Odense",), scale=0.15, months=12, events=ROOM)
    mean: dict[Event, float] = {}
    variance: dict[Event, float] = {}
    for _ in range(12):
        for kind, chance in chances_of_the_month(town).items():
            mean[kind] = mean.get(kind, 0.0) + chance.sum()
            variance[kind] = variance.get(kind, 0.0) + (chance * (1.0 - chance)).sum()
        town.step()
    return town, {kind: (mean[kind], np.sqrt(variance[kind])) for kind in mean}


@pytest.mark.parametrize("kind", [Event.DEATH, Event.BIRTH, Event.LEFT_HOME, Event.SEPARATION])
def test_family_events_are_as_many_as_the_rates_say(
    year_of_events: tuple[Town, dict[Event, tuple[float, float]]], kind: Event
) -> None:
    town, expected = year_of_events
    mean, error = expected[kind]
    found = (town.events[:, 1] == kind).sum()
    assert mean > 100
    assert abs(found - mean) < 5.0 * error


def test_no_mother_is_younger_than_fifteen(year_of_events: tuple[Town, dict[Event, tuple[float, float]]]) -> None:
    town, _ = year_of_events
    persons = town.world.persons
    age = {int(persons.id[row]): int(persons.birth[row]) for row in people(town.world)}
    births = town.events[town.events[:, 1] == Event.BIRTH]
    found = [(month - age[mother]) // 12 for month, _, _, mother, _ in births.tolist() if mother in age]
    assert len(found) > 150
    assert min(found) >= 15
    assert max(found) < 50


def test_births_over_all_women_keep_the_published_rate_times_the_towns_own_level() -> None:
    town = small_town(("Odense",), scale=0.3, months=12)
    here = town.context.margins[0]
    persons = town.world.persons
    rows = residents(town.world)
    rows = rows[persons.sex[rows] == 1]
    age = np.minimum(ages(town, rows), 110)
    birth = birth_chances(town, rows)
    published = np.zeros(111)
    for band in trends.fertility_rates(2015.0):
        published[band.age_from : band.age_to + 1] = band.rate / 12.0
    wanted = published[age].sum() * local_fertility(here)
    # What one woman adds varies with her family; of the deck, to which the rates are fitted, there are 24,000 persons,
    # so both towns' sampling errors count.
    error = np.sqrt((birth**2).sum() * (1.0 + len(residents(town.world)) / DECK_PERSONS))
    assert error < 0.05 * wanted
    assert abs(birth.sum() - wanted) < 4.0 * error


def test_only_women_of_fifteen_to_forty_nine_give_birth() -> None:
    fertile = rates_of(small_town(scale=0.02)).birth[0] > 0.0
    assert fertile[15:50].all()
    assert not fertile[:15].any()
    assert not fertile[50:].any()


@pytest.mark.parametrize(("month", "sought"), [(0, True), (1, False), (2, False), (3, True), (12, True)])
def test_partners_are_sought_once_a_quarter(month: int, sought: bool) -> None:
    c = small_town(scale=0.02).context
    rates = monthly_rates(lasting_rates(c.local_rates, P), 12 * 2015 + month, 2015.0, P)
    assert rates.partner.any() == sought
    if sought:
        wanted = 0.25 * c.local_rates[0].unites_women
        np.testing.assert_allclose(rates.partner[1, 0], np.minimum(wanted, 1.0), rtol=1e-12)


@pytest.mark.parametrize("p", [P, P._replace(weak_partners=1.5), P._replace(weak_partners=0.0)])
def test_nobodys_chance_is_above_the_bounds_that_let_the_month_skip_them(p: Demography) -> None:
    c = small_town(scale=0.02).context
    rates = monthly_rates(lasting_rates(c.local_rates, p), 12 * 2015, 2015.0, p)
    bound = rates.highest[:, ::12] / 2.0**32 + 1e-9  # by age in months
    most = max(birth_multiple(2, 1, children, P.partner_birth_ratio) for children in range(6))
    most *= max(P.nonwestern_births, 1.0)
    assert (np.maximum(rates.death_men, rates.death_women) <= bound[0]).all()
    assert (np.minimum(rates.birth[0] * most, 1.0) <= bound[1]).all()
    assert (rates.leave_home <= bound[2]).all()
    most = times_by_attachment(-MOST_ODDS, -p.weak_partners)
    for rate in (rates.separate, *rates.partner[:, 0] * most):
        assert (np.minimum(rate, 1.0) <= bound[3]).all()
    # The month's own are over the mean of the town's singles (law's parameters).
    now = demography.rates_of(c)
    most = times_by_attachment(-MOST_ODDS, -P.weak_partners)
    assert (np.minimum(now.partner[:, 0] * most, 1.0) <= now.highest[3, ::12] / 2.0**32 + 1e-9).all()


def attachment_of_couples(weak_partners: float) -> tuple[float, float, int]:
    """Return the mean log-odds of being weakly attached of those who form a couple in two years, error and number."""
    town = small_town(months=24, scale=0.5, events=ROOM, settings={"demography.weak_partners": weak_partners})
    town.run(town.until)
    persons = town.world.persons
    lead = {int(persons.id[row]): persons.weak_odds[row] / ODDS_UNIT for row in people(town.world)}
    found = np.array([
        lead[one] for _, kind, *both, _ in town.events.tolist() if kind == Event.UNION for one in both if one in lead
    ])  # fmt: skip
    return float(found.mean()), float(found.std() / np.sqrt(len(found))), len(found)


def test_attachment_decides_who_finds_a_partner_and_not_how_many() -> None:
    """Added up over the singles of a town and at its gate, the chances are those of all alike."""
    c = small_town(scale=0.2).context
    persons, households, rates = c.world.persons, c.world.households, demography.rates_of(c)
    alike = monthly_rates(lasting_rates(c.local_rates, P), c.month, c.rates_time, P)
    rows = people(c.world)
    rows = rows[(persons.role[rows] == KEEPER) & (households.adults[persons.household[rows]] == 1)]
    age, sex = (c.month - persons.birth[rows].astype(int)) // 12, persons.sex[rows]
    times = np.array([times_by_attachment(persons.weak_odds[row], -P.weak_partners) for row in rows])
    assert P.weak_partners > 0.0
    assert times.std() > 0.3
    for one in (0, 1):
        mine = sex == one
        now, all_alike = rates.partner[one, 0, age[mine]] * times[mine], alike.partner[one, 0, age[mine]]
        assert now.sum() == pytest.approx(all_alike.sum(), rel=1e-9)
        assert all_alike.sum() > 10.0


def test_in_a_run_those_weakly_attached_find_partners_less_as_far_as_the_parameter_says() -> None:
    (all_alike, error, before), (selected, other, now) = attachment_of_couples(0.0), attachment_of_couples(3.0)
    assert selected < all_alike - 4.0 * np.hypot(error, other)
    assert abs(now - before) < 4.0 * np.sqrt(2.0 * (now + before))  # persons come in twos


def likeness_of_couples(alike: float) -> tuple[float, int]:
    """Return the correlation of what work pays the two of a new couple, in logarithm, and the number of couples."""
    town = small_town(months=24, scale=0.5, events=ROOM, settings={"demography.alike": alike})
    town.run(town.until)
    persons = town.world.persons
    rows = {int(persons.id[row]): row for row in people(town.world)}

    def pay(who: int) -> float:
        return float(np.log(persons.wage[rows[who]] * relative_wage(persons.education[rows[who]], 400)))

    pairs = np.array([
        (pay(who), pay(other))
        for _, kind, who, other, _ in town.events.tolist()
        if kind == Event.UNION and who in rows and other in rows
    ])  # fmt: skip
    return float(np.corrcoef(pairs.T)[0, 1]), len(pairs)


def test_couples_are_alike_in_what_work_pays_them_as_far_as_the_parameter_says() -> None:
    (chance, number), (alike, _) = likeness_of_couples(0.0), likeness_of_couples(3.0)
    error = 1.0 / np.sqrt(number)
    assert abs(chance) < 4.0 * error
    assert alike > chance + 4.0 * error


def likeness_of_places(near: float) -> tuple[float, int]:
    """Return the correlation of how the areas stand where the two of a new couple lived, and the number of couples."""
    town = small_town(months=24, scale=0.5, events=ROOM, settings={"demography.near": near})
    pairs: list[tuple[float, float]] = []
    for _ in range(24):
        persons, households = town.world.persons, town.world.households
        lived = {int(persons.id[row]): int(households.area[persons.household[row]]) for row in people(town.world)}
        standing, seen = town.context.standing.copy(), len(town.events)
        town.step()
        for _, kind, who, other, _ in town.events[seen:].tolist():
            places = [lived.get(one, town.world.places) for one in (who, other)]
            if kind == Event.UNION and max(places) < town.world.places:
                pairs.append((standing[places[0]], standing[places[1]]))
    return float(np.corrcoef(np.array(pairs).T)[0, 1]), len(pairs)


def test_partners_come_from_areas_that_stand_alike_as_far_as_the_parameter_says() -> None:
    (chance, number), (near, _) = likeness_of_places(0.0), likeness_of_places(6.0)
    error = 1.0 / np.sqrt(number)
    assert abs(chance) < 4.0 * error
    assert near > chance + 4.0 * error


def test_who_leaves_home_keeps_a_household_of_ones_own() -> None:
    town = small_town(months=13, events=ROOM)
    town.run(town.until)
    persons = town.world.persons
    rows = {int(persons.id[row]): row for row in people(town.world)}
    left = [who for _, kind, who, _, _ in town.events.tolist() if kind == Event.LEFT_HOME and who in rows]
    assert len(left) > 20
    assert all(persons.role[rows[who]] == KEEPER for who in left)
    assert (persons.role[people(town.world)] == AT_HOME).any()

"""How many feel safe: the equation term by term, then the areas of a town."""

from __future__ import annotations

import numpy as np
import pytest

from beboersim.month import safety, staff, staffing
from beboersim.month.safety import (
    Safety,
    from_plan,
    log_odds_of,
    logit,
    safe_next,
    share_of,
    unsettled,
)
from beboersim.policy.catalogue import Value, catalogue
from beboersim.town import Town
from beboersim.world.codes import NAMED_AREA
from beboersim.world.taking_part import CLUB, NETWORK
from small_towns import people, small_town

P = Safety(**{name: float(catalogue()[f"safety.{name}"].preset("central")) for name in Safety._fields})
# The young grow into clubs and out of them while nothing else of the month runs.
WITHOUT_CLUBS: dict[str, Value] = {"safety.clubs": 0.0}
NOTHING = dict(plan=0.0, volunteers=0.0, street=0.0, networks=0.0, crime=0.0, stigma=0.0, clubs=0.0)


def odds(p: Safety = P, **changed: float) -> float:
    return float(log_odds_of(**(NOTHING | changed), p=p))


def named(town: Town) -> np.ndarray:
    return np.flatnonzero(town.world.areas.kind == NAMED_AREA)


def town_of(settings: dict[str, Value] | None = None) -> Town:
    return small_town(("Aarhus",), months=36, settings=settings or {})


def test_a_share_and_its_log_odds_are_one_thing() -> None:
    assert share_of(logit(0.7)) == pytest.approx(0.7)
    assert logit(0.5) == 0.0


def test_a_whole_plan_is_worth_what_the_parameter_says() -> None:
    """One point of the share, to the second order of a logistic curve: 0.01 squared over 0.7 x 0.3."""
    gone = share_of(logit(0.7) + odds(plan=-1.0))
    assert 0.7 - gone == pytest.approx(P.plan, abs=P.plan**2 / 0.21)
    low, high = catalogue()["safety.plan"].range or (0.0, 0.0)
    assert low == 0.0 <= P.plan <= high == 0.04  # effects M02: nil to four points


def test_a_plan_as_it_was_adds_nothing() -> None:
    assert from_plan(1.0, 1.0, 0.5) == 0.0
    assert from_plan(0.0, 1.0, 0.5) == -1.0
    assert from_plan(0.574, 1.0, 0.5) == pytest.approx(-0.426)


def test_greetings_are_of_people_one_knows() -> None:
    assert from_plan(1.0, 0.0, 1.0) == -1.0
    assert from_plan(1.0, 1.2, 0.5) == pytest.approx(0.1)
    assert from_plan(1.0, 0.0, 0.0) == 0.0


def test_mediation_is_the_work_for_safety_of_people_one_knows() -> None:
    """A-23: nought with the staff of 2015, less where they are strangers, and nowhere without a plan."""
    town = town_of({"safety.known_part": 1.0})
    c, areas = town.context, town.world.areas
    known = staffing.known_in_the_mean(c)
    for times in (1.0, 0.5, 0.0):
        areas.staff_known[:] = times * known
        assert safety.mediation(c)[named(town)] == pytest.approx(times - 1.0)
    areas.staff_known[:], areas.staff[named(town)] = known, 2.0 * areas.staff[named(town)]
    assert safety.mediation(c)[named(town)] == pytest.approx(1.0)
    assert (safety.mediation(c)[areas.kind != NAMED_AREA] == 0.0).all()


def test_each_condition_moves_safety_its_own_way() -> None:
    assert odds() == 0.0
    assert odds(volunteers=10.0) == pytest.approx(10.0 * P.cohesion)
    assert odds(street=10.0) == pytest.approx(-10.0 * P.street)
    assert odds(crime=2.0) == pytest.approx(-2.0 * P.crime)
    assert odds(stigma=0.5) == pytest.approx(-0.5 * P.stigma)
    assert odds(clubs=0.4) == pytest.approx(0.4 * P.clubs)


def test_networks_take_the_fear_of_the_street_and_nothing_where_there_is_none() -> None:
    assert unsettled(0.0, 50.0, P) == 0.0
    assert unsettled(10.0, 0.0, P) == pytest.approx(10.0 * P.street)
    assert unsettled(10.0, 20.0, P) == pytest.approx(10.0 * P.street / 2.0)  # a twentieth for each of twenty
    assert unsettled(10.0, 50.0, P._replace(network=0.0)) == unsettled(10.0, 0.0, P)


def test_safety_goes_half_the_way_in_its_half_life() -> None:
    now = 0.9
    for _ in range(12):
        now = safe_next(now, 0.7, logit(0.5) - logit(0.7), 12.0)
    assert now == pytest.approx(0.7)


def test_the_first_day_is_what_was_read_and_stands_still() -> None:
    town = town_of(WITHOUT_CLUBS)
    safe, places = town.world.areas.safety, town.world.places
    here = named(town)
    assert safe[here] == pytest.approx(0.7)
    assert np.delete(safe[:places], here) == pytest.approx(0.9)
    assert (safe[places:] == 0.0).all()
    before = safe.copy()
    for _ in range(12):
        town.step((safety.safety,))
    assert town.world.areas.safety == pytest.approx(before, abs=1e-12)


def test_members_are_counted_where_they_live() -> None:
    town = town_of()
    world, here = town.world, named(town)
    rows = people(world)
    area = world.households.area[world.persons.household[rows]].astype(np.int64)
    age = (town.context.month - world.persons.birth[rows].astype(np.int64)) // 12
    world.ties.takes_part[rows[::7]] |= NETWORK
    world.ties.takes_part[rows[::5]] |= CLUB
    counts = np.zeros((len(world.areas.kind), 4))
    safety.count_members(
        world.persons, world.ties, world.households, town.context.homes_in_named_areas(), town.context.month, counts
    )
    young = (age >= 10) & (age <= 17)
    bits = world.ties.takes_part[rows]
    for column, chosen in enumerate((age >= 0, bits & NETWORK > 0, young, young & (bits & CLUB > 0))):
        wanted = np.bincount(area[chosen], minlength=len(counts))
        assert (counts[here, column] == wanted[here]).all()
    assert (np.delete(counts, here, axis=0) == 0.0).all()
    assert counts[here].min() > 0


def test_when_the_staff_go_some_feel_less_safe_and_with_the_switch_off_nobody_does() -> None:
    shares = []
    for on in (True, False):
        town = town_of(WITHOUT_CLUBS | {"safety.from_plan": on})
        town.world.areas.staff[:] = 0.0
        for _ in range(36):
            town.step((safety.safety,))
        shares.append(town.world.areas.safety[named(town)])
    # Three half-lives: seven eighths of what the work was worth, more where they were known; to the second order.
    known = town.world.areas.staff_known[named(town)] / staffing.known_in_the_mean(town.context)
    worth = P.plan * (1.0 - P.known_part + P.known_part * known)
    assert shares[0] == pytest.approx(0.7 - 7.0 / 8.0 * worth, abs=P.plan**2 / 0.21)
    assert shares[1] == pytest.approx(0.7)


def test_clubs_and_their_switch() -> None:
    for on, sign in ((True, 1), (False, 0)):
        town = town_of({"safety.from_clubs": on})
        town.world.ties.takes_part[people(town.world)] |= CLUB
        town.step((safety.safety,))
        assert (np.sign(np.round(town.world.areas.safety[named(town)] - 0.7, 12)) == sign).all()


def test_a_month_of_staff_leaves_safety_alone() -> None:
    town = town_of()
    before = town.world.areas.safety.copy()
    town.step((staff.staff,))
    assert (town.world.areas.safety == before).all()

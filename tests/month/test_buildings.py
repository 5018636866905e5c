"""Development plans, rehousing and renewal: what the law asks, what happens to whom, and what bricks do."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from beboersim.evidence.findings import findings
from beboersim.law.consequences import family_share
from beboersim.month import buildings
from beboersim.month.buildings import Buildings, fate_of, steps_of_month
from beboersim.month.ledger import FLOW, Event
from beboersim.month.rehousing import after_the_moves, risk_after_move, takes_rehousing
from beboersim.month.renewal import (
    attraction,
    chance_by_firms,
    holding,
    premises_in_use,
    renovated_next,
    staying_factor,
)
from beboersim.month.stigma import Stigma, target_here
from beboersim.policy.catalogue import Value, catalogue
from beboersim.policy.plan import Plan
from beboersim.policy.scenario import Scenario
from beboersim.town import Town, of_plan
from beboersim.world.codes import (
    COMES_DOWN,
    FAMILY,
    HARD,
    IS_CONVERTED,
    IS_KEPT,
    IS_SOLD,
    MUST_MOVE,
    NAMED_AREA,
    NEIGHBOURHOOD,
    NO_FATE,
    OUTSIDE,
    SOCIAL,
    WANTS_CHANGE,
)
from beboersim.world.membership import vacate
from building_levers import ROWS
from estates import Estate
from small_towns import assert_consistent, differing, has_run, log_of, small_town

P = of_plan(Plan(Scenario.load("law")), "buildings", Buildings)
NAME = of_plan(Plan(Scenario.load("law")), "stigma", Stigma)
DEADLINE = 2030 * 12
PLAN = {"buildings.plan_rules": "2021", "buildings.lead_months": 6, "buildings.last_notice": 6}
SOON = 24 + 6 + 6  # months: every home is spoken for after 24


# The functions


def test_an_even_path_closes_the_gap_at_the_last_notice() -> None:
    """The steps of 60 months, each by what is left: a tenth is built between, which counts two fifths of a home."""
    family, homes = 900.0, 1000.0
    means = np.array([0.3, 0.3, 0.3, 0.1])
    for left in range(60, 0, -1):
        down, sold, converted, built = steps_of_month(family - 0.4 * homes, float(left), means, 0.4)
        assert down == sold == converted == pytest.approx(0.3 * 500.0 / 60.0, rel=1e-9)
        family, homes = family - down - sold - converted, homes + built
    assert family_share(family, homes, 0.0, 0.0, 75.0) == pytest.approx(0.4, abs=1e-9)


@pytest.mark.parametrize("gap", [0.0, -10.0])
def test_a_plan_that_is_met_takes_no_home(gap: float) -> None:
    assert steps_of_month(gap, 12.0, np.full(4, 0.25), 0.4) == (0.0, 0.0, 0.0, 0.0)


def test_after_the_last_notice_what_is_left_is_taken_at_once() -> None:
    assert steps_of_month(7.0, -3.0, np.array([1.0, 0.0, 0.0, 0.0]), 0.4) == (7.0, 0.0, 0.0, 0.0)


def test_homes_that_are_free_or_soon_will_be_are_converted_first() -> None:
    town = small_town(("Aarhus",), months=24)
    c, area = town.context, int(named(town)[0])
    homes, households = c.world.dwellings, c.world.households
    order = buildings.next_homes(c, area, 5, free_first=False)
    vacant, moving = order[4], order[3]
    households.searching[homes.household[moving]] = WANTS_CHANGE
    others = np.flatnonzero(homes.area[: int(c.world.used[2])] == area)
    for home in others:
        tenant = homes.household[home]
        if tenant >= 0 and home not in (vacant, moving):
            households.searching[tenant] = 0
        if tenant >= 0 and home == vacant:
            vacate(households, homes, tenant, c.month)
    first = buildings.next_homes(c, area, 2 + int((homes.household[others] < 0).sum()) - 1, free_first=True)
    assert vacant in first
    assert first[-1] == moving
    assert np.array_equal(buildings.next_homes(c, area, 3, free_first=False), order[:3])


def test_the_weights_of_the_means_are_the_shares_of_the_homes() -> None:
    draws = (np.arange(1000) + 0.5) / 1000
    fates = np.array([fate_of(u, 0.5, 0.25, 0.75) for u in draws])
    assert [(fates == fate).sum() for fate in (COMES_DOWN, IS_SOLD, IS_CONVERTED)] == [333, 167, 500]
    assert fate_of(0.3, 0.0, 0.0, 0.0) == NO_FATE


@pytest.mark.parametrize(
    ("here", "sold", "near", "months", "rooms", "takes"),
    [
        (1, 0, 1, 0, 3, 1),  # two persons, three rooms: one more than they are
        (1, 0, 1, 0, 4, 1),  # as many as before
        (1, 0, 1, 0, 2, 0),  # neither
        (1, 0, 1, 12, 2, 1),  # after a year a smaller one
        (1, 0, 1, 12, 6, 0),  # never one that is far too large
        (0, 0, 1, 0, 3, 0),  # wants to stay
        (0, 0, 1, 12, 3, 1),  # and after a year goes
        (1, 0, 0, 0, 3, 0),  # wants to leave
        (0, 1, 0, 99, 3, 0),  # sold: only within the area (S67)
        (1, 1, 0, 0, 3, 1),
    ],
)
def test_what_is_offered_to_those_who_must_move(
    here: int, sold: int, near: int, months: int, rooms: int, takes: int
) -> None:
    assert takes_rehousing(here, sold, near, months, 2, rooms, 4, 12) == takes


def test_moving_helps_a_child_and_not_an_adult_and_only_to_a_better_place() -> None:
    """The mean over the draws is the factor; -14 per cent was found for violent arrests (E081): the range's end."""
    draws = (np.arange(1000) + 0.5) / 1000
    mean = np.mean([risk_after_move(20, 8, 1, 0.14, 0.05, u) for u in draws])
    assert mean == pytest.approx(20 * 0.86, abs=0.01)
    assert np.mean([risk_after_move(20, 15, 1, 0.14, 0.05, u) for u in draws]) == pytest.approx(21.0, abs=0.01)
    for u in (0.01, 0.99):
        assert risk_after_move(20, 30, 1, 0.14, 0.05, u) == 20
        assert risk_after_move(20, 8, 0, 0.14, 0.05, u) == 20
        assert risk_after_move(20, 8, 1, 0.0, 0.0, u) == 20
    assert findings()["E081"].effect == "9"  # per cent, employment; the arrests stand in its text
    assert catalogue()["buildings.moved_child"].range == (0.0, 0.14)


def test_attraction_is_what_is_renovated_and_what_is_new() -> None:
    assert attraction(0.0, 0.0, 0.0, 100.0) == 0.0
    assert attraction(0.25, 0.0, 0.0, 100.0) == 0.25
    assert attraction(0.0, 30.0, 20.0, 80.0) == 0.5
    assert attraction(0.8, 50.0, 0.0, 100.0) == 1.0


def test_a_budget_renovates_as_many_homes_as_it_pays_for() -> None:
    share = 0.0
    for _ in range(24):
        share = renovated_next(share, 40_000.0, 800_000.0)
    assert share == pytest.approx(0.1, rel=1e-9)
    assert renovated_next(0.9999, 1e6, 1.0) == 1.0


def test_premises_fill_where_it_is_attractive() -> None:
    """Two thirds of the way, 1 - 1/e, in the stated time, as closely as months are short of it."""
    here = there = 3.0
    for _ in range(36):
        here = premises_in_use(here, 10.0, 0.3, 0.2, 1.0, 3.0)
        there = premises_in_use(there, 10.0, 0.3, 0.2, 0.0, 3.0)
    assert there == 3.0
    assert here == pytest.approx(3.0 + 2.0 * (1.0 - np.exp(-1.0)), rel=0.01)


def test_firms_that_only_moved_bring_no_jobs() -> None:
    assert chance_by_firms(10.0, 3.0, 1.0, 0.2, 100.0) == 1.0
    assert chance_by_firms(0.0, 3.0, 0.5, 0.2, 100.0) == 1.0
    assert chance_by_firms(10.0, 3.0, 0.5, 0.2, 300.0) == pytest.approx(1.01)


def test_conditions_hold_the_resourceful_and_priority_the_young() -> None:
    line = 2.0 / 3.0
    assert staying_factor(0.9, 40.0, 1.0, 0.07, 0.2, line) == pytest.approx(0.93)
    assert staying_factor(0.5, 40.0, 1.0, 0.07, 0.2, line) == 1.0
    assert staying_factor(0.5, 22.0, 1.0, 0.0, 0.2, line) == pytest.approx(1.0 / 1.2)
    assert staying_factor(0.5, 22.0, 0.0, 0.0, 0.2, line) == 1.0
    assert staying_factor(0.9, 22.0, 1.0, 0.0, 0.0, line) == 1.0


def test_no_conditions_hold_more_than_left_because_of_them() -> None:
    """20 per cent of resourceful families left for the dwelling, the social life and the institutions (E130)."""
    assert findings()["E130"].effect == "28/23/20"
    cap = float(findings()["E130"].effect.split("/")[-1]) / 100.0
    hold = catalogue()["buildings.hold"]
    assert hold.range == (0.0, cap)
    assert 0.0 < float(hold.preset("central")) < float(hold.preset("council")) == cap


def test_a_name_suffers_by_special_rules_and_is_mended_by_renewal() -> None:
    assert target_here(0.5, 0.0, 0.0, NAME) == 0.5
    assert target_here(0.5, 1.0, 0.0, NAME) == pytest.approx(0.5 + NAME.special_rules)
    assert target_here(0.5, 0.0, 1.0, NAME) == pytest.approx(0.5 - NAME.renewal)
    assert target_here(0.01, 0.0, 1.0, NAME) == 0.0
    assert target_here(0.99, 1.0, 0.0, NAME) <= 1.0


@pytest.mark.parametrize("on", [True, False])
def test_renewal_draws_applicants(on: bool) -> None:
    """Of sixty in the queue hardly anybody applies for the home, until the area is renewed."""
    let = {}
    for appeal in (0.0, 1.0):
        estate = Estate(scale=0.2, buildings__renewal_on_seekers=on)
        c = estate.c
        c.parameters = c.parameters._replace(
            letting=c.parameters.letting._replace(apply=0.02), buildings=c.parameters.buildings._replace(appeal=1.5)
        )
        c.world.areas.appeal[estate.area] = appeal
        for _ in range(8):
            estate.vacancy()
        for queued in range(60):
            estate.seeker(queued=200 - queued)
        estate.let()
        let[appeal] = estate.flow("let_list")
    assert (let[1.0] > let[0.0]) == on
    assert on or let[1.0] == let[0.0]


def test_who_must_move_comes_before_everybody_and_no_criteria_bind() -> None:
    estate = Estate(flexible_share=1.0)
    home = estate.vacancy(2)
    first = estate.seeker(queued=400)
    moved = estate.tenant(queued=None, activity=OUTSIDE, hours=0)
    c, households = estate.c, estate.c.world.households
    c.parameters = c.parameters._replace(buildings=c.parameters.buildings._replace(internal_share=0.0))
    households.searching[moved] = MUST_MOVE
    c.world.dwellings.fate[households.dwelling[moved]] = COMES_DOWN
    old = int(households.area[moved])
    estate.let()
    assert estate.tenant_of(home) == moved != first
    assert estate.flow("let_rehousing") == 1
    assert c.ledger.flows[FLOW["rehoused_from"], old] == 1
    assert c.world.dwellings.fate[home] == IS_KEPT


def test_a_home_that_comes_down_is_not_let() -> None:
    estate = Estate()
    home = estate.vacancy(2)
    estate.seeker()
    estate.c.world.dwellings.fate[home] = COMES_DOWN
    estate.let()
    assert estate.tenant_of(home) == -1


# A town with a plan


def with_plan(months: int = SOON, scale: float = 0.05, **more: object) -> Town:
    """Return a town in which every named area was once a transformation area, so that a plan sticks to it."""
    town = small_town(
        ("Aarhus",), scale=scale, months=months, events=400_000,
        settings=PLAN | {name.replace("__", "."): value for name, value in more.items()},  # type: ignore[arg-type]
    )  # fmt: skip
    town.world.areas.was_hard[named(town)] = 1
    return town


def named(town: Town) -> np.ndarray:
    return np.flatnonzero(town.world.areas.kind == NAMED_AREA)


def hurry(monkeypatch: pytest.MonkeyPatch, months: int = 36) -> None:
    """Set the plan's deadline so many months after the start."""
    whole = buildings.plan_law
    monkeypatch.setattr(buildings, "plan_law", lambda c: whole(c)._replace(deadline=c.start_month + months))


@pytest.fixture(scope="module")
def planned() -> Town:
    patch = pytest.MonkeyPatch()
    hurry(patch)
    town = has_run(with_plan(months=48))
    patch.undo()
    return town


def total(town: Town, name: str) -> float:
    return float(sum(record.counts[name].sum() for record in town.monthly[1:]))


def test_nobody_vanishes_in_a_plan(planned: Town) -> None:
    assert_consistent(planned)
    for before, now in pairwise(planned.monthly):
        c = now.counts
        change = c["births"] + c["arrivals"] + c["moves_in"] - c["deaths"] - c["departures"] - c["moves_out"]
        assert (c["residents"] == before.counts["residents"] + change).all(), now.date


def test_homes_add_up_in_a_plan(planned: Town) -> None:
    area = named(planned)
    for before, now in pairwise(planned.monthly):
        c, b = now.counts, before.counts
        assert (c["dwellings_social"] == b["dwellings_social"] - c["demolished"] - c["sold"])[area].all(), now.date
        assert (c["dwellings_private"] == b["dwellings_private"] + c["sold"] + c["infill"])[area].all(), now.date
    assert min(total(planned, name) for name in ("demolished", "sold", "converted", "infill")) > 0


def test_every_home_that_the_share_asks_for_is_spoken_for_at_the_last_notice(planned: Town) -> None:
    c, w = planned.context, planned.world
    counts = buildings.counted_homes(c)
    area = named(planned)
    counted = counts[buildings.ALL] + w.areas.demolished + w.areas.infill_due
    gap = counts[buildings.OPEN_FAMILY] - 0.4 * counted
    assert (gap[area] <= 1.0).all()  # a home is whole
    assert (w.areas.family_share[area] < planned.monthly[0].counts["family_share"][area]).all()


def test_who_must_move_is_told_and_then_rehoused_or_still_at_home(planned: Town) -> None:
    """Every notice ends in a move or is still open; the household stays in its home until then."""
    w = planned.world
    told = planned.events[planned.events[:, 1] == int(Event.NOTICE)]
    assert len(told) == total(planned, "notices") > 20
    rows = np.flatnonzero(w.households.searching[: int(w.used[1])] == MUST_MOVE)
    assert (w.households.dwelling[rows] >= 0).all()
    assert set(w.dwellings.fate[w.households.dwelling[rows]]) <= {COMES_DOWN, IS_SOLD, IS_CONVERTED}
    assert total(planned, "let_rehousing") == total(planned, "rehoused_from") > 0
    assert total(planned, "rehoused_within") > 0
    gone = planned.events[planned.events[:, 1] == int(Event.HOME_GONE)]
    still = np.isin(w.dwellings.id[: int(w.used[2])], gone[gone[:, 4] == COMES_DOWN][:, 2])
    assert (w.dwellings.household[: int(w.used[2])][still] < 0).all()
    assert (w.dwellings.area[: int(w.used[2])][still] < 0).all()


def test_a_home_given_to_somebody_rehoused_is_not_taken_again(planned: Town) -> None:
    kept = planned.world.dwellings.fate[: int(planned.world.used[2])] == IS_KEPT
    assert 0 < kept.sum() <= total(planned, "let_rehousing")


def test_a_home_that_a_plan_takes_is_let_to_nobody(planned: Town) -> None:
    events = planned.events
    for home in np.unique(events[events[:, 1] == int(Event.HOME_GONE)][:, 2])[:200]:
        gone = events[(events[:, 1] == int(Event.HOME_GONE)) & (events[:, 2] == home)][0]
        if gone[4] != COMES_DOWN:
            continue
        told = events[(events[:, 1] == int(Event.NOTICE)) & (events[:, 3] == home)]
        let = events[(events[:, 1] == int(Event.LET)) & (events[:, 3] == home)]
        first = told[0, 0] if len(told) else gone[0]
        assert (let[:, 0] <= first).all()


def test_without_the_duty_no_home_is_taken_and_the_law_of_plans_changes_nothing() -> None:
    def events(**more: object) -> np.ndarray:
        town = has_run(with_plan(months=14, **more))
        assert total(town, "notices") == 0
        return log_of(town)

    free = events(buildings__plan_duty=False)
    assert np.array_equal(free, events(list__special_rules=True, buildings__plan_rules="none"))


def test_private_homes_of_the_area_are_lived_in(planned: Town) -> None:
    """Sold and built ones: half of them at least, for the last stand idle between households as private homes do."""
    w = planned.world
    n = int(w.used[2])
    private = np.isin(w.dwellings.area[:n], named(planned)) & (w.dwellings.tenure[:n] != SOCIAL)
    assert private.sum() == total(planned, "sold") + total(planned, "infill")
    assert (w.dwellings.household[:n][private] >= 0).mean() > 0.5


@cache
def lived(settings: tuple[tuple[str, Value], ...]) -> Town:
    return has_run(small_town(("Aarhus",), scale=0.1, months=31, settings=dict(settings)))


@pytest.mark.parametrize(("common", "lever", "value", "outcome"), ROWS, ids=[f"{row[1]}={row[2]}" for row in ROWS])
def test_every_lever_of_buildings_moves_its_outcome(
    common: dict[str, Value], lever: str, value: Value, outcome: str
) -> None:
    without, moved = lived(tuple(common.items())), lived(tuple((common | {lever: value}).items()))
    assert outcome in differing(without.monthly, moved.monthly)


@pytest.mark.parametrize("on", [True, False])
def test_children_who_were_moved_to_a_better_place_are_helped_where_the_link_is_on(on: bool) -> None:
    town = small_town(
        ("Aarhus",), settings={"buildings.moving_on_children": on, "buildings.moved_child": 0.14}, months=12
    )
    c, persons, households = town.context, town.world.persons, town.world.households
    rows = np.flatnonzero(households.head[: int(town.world.used[1])] >= 0)
    rows = rows[households.area[rows] < town.world.places]
    left = np.full(len(rows), int(named(town)[0]), np.int64)
    before = persons.risk.copy()
    after_the_moves(c, rows, left)
    changed = np.flatnonzero(persons.risk != before)
    assert (len(changed) > 0) == on
    assert (persons.risk[changed] < before[changed]).all()
    assert ((c.month - persons.birth[changed]) // 12 < 13).all()
    better = c.standing[households.area[persons.household[changed]]] < c.standing[left[0]]
    assert better.all()


def test_a_prevention_area_may_be_thinned_and_an_unlisted_one_may_not() -> None:
    town = small_town(("Aarhus",), settings={"buildings.strategic_demolition": 0.2}, months=24)
    c, area = town.context, named(town)
    c.world.areas.status[area] = 1
    assert buildings.may_demolish(c)[area].sum() == 0  # the law of 2015 allows it in disadvantaged areas only
    c.month = 2022 * 12
    assert (buildings.may_demolish(c)[area] == 1).all()
    c.world.areas.status[area] = 0
    assert buildings.may_demolish(c)[area].sum() == 0


def test_the_duty_follows_the_status_and_from_2021_outlives_it() -> None:
    town = small_town(("Aarhus",), months=180)
    c, area = town.context, int(named(town)[0])
    places = town.places()
    found = {}
    for year, status, was in ((2018, HARD, 1), (2020, HARD, 1), (2020, 0, 1), (2023, 0, 1), (2023, HARD, 0)):
        c.month = year * 12
        c.levers = town.plan.levers_on(c.day, places)
        c.world.areas.status[area], c.world.areas.was_hard[area] = status, was
        found[year, status, was] = int(buildings.plan_duties(c, buildings.plan_law(c))[area])
    assert found == {(2018, HARD, 1): 0, (2020, HARD, 1): 1, (2020, 0, 1): 0, (2023, 0, 1): 1, (2023, HARD, 0): 1}


def test_a_small_area_with_few_convictions_may_be_freed() -> None:
    town = small_town(("Aarhus",), months=24, settings={"buildings.plan_rules": "2018", "buildings.dispensation": True})
    c, area = town.context, int(named(town)[0])
    c.world.areas.status[area] = HARD
    for residents, convicted, duty in ((2000.0, 0.0, 0), (2200.0, 0.0, 1), (2000.0, 0.5, 1)):
        c.measurement.sums[area, 0] = residents * c.scale
        c.measured["convicted_share"][area] = convicted
        assert int(buildings.plan_duties(c, buildings.plan_law(c))[area]) == duty


def test_special_rules_are_none_in_2015_and_up_to_three_from_2018() -> None:
    town = small_town(("Aarhus",), months=180)
    c, area = town.context, int(named(town)[0])
    c.world.areas.status[area] = HARD
    duties = np.zeros(len(c.world.areas.kind), np.int64)
    assert buildings.special_rules(c, duties).sum() == 0.0
    c.month = 2020 * 12
    c.levers = town.plan.levers_on(c.day, town.places())
    duties[area] = 1
    assert buildings.special_rules(c, duties)[area] == 1.0
    c.levers = dict(c.levers) | {"list.special_rules": 0.0}
    assert buildings.special_rules(c, duties)[area] == 0.0


def test_what_is_done_to_hold_people_holds_nobody_in_private_neighbourhoods() -> None:
    """A scenario may say it of all areas: housing organisations do it in theirs (M25 M26)."""
    c = small_town(settings={"buildings.retention": 1.0, "letting.local_youth_priority": True}).context
    kind = c.world.areas.kind[: c.world.places]
    for held in holding(c):
        np.testing.assert_array_equal(held[: c.world.places] > 0.0, kind != NEIGHBOURHOOD)


def test_renovation_costs_what_it_costs() -> None:
    town = small_town(("Aarhus",), months=12, settings={"buildings.renovation_budget": 40_000.0})
    c, area = town.context, named(town)
    homes = buildings.counted_homes(c)[buildings.ALL][area]
    buildings.buildings(c)
    assert c.ledger.flows[FLOW["renewal_spend"], area] == pytest.approx(homes * 40_000.0 / 12.0)
    assert c.world.areas.appeal[area] == pytest.approx(40_000.0 / 12.0 / P.renovation_price)


def test_named_areas_begin_as_social_housing_without_renewal() -> None:
    town = small_town(("Aarhus",), months=12)
    w, area = town.world, named(town)
    n = int(w.used[2])
    here = np.isin(w.dwellings.area[:n], area)
    assert (w.dwellings.tenure[:n][here] == SOCIAL).all()
    assert (w.dwellings.fate[:n] == NO_FATE).all()
    family = np.bincount(w.dwellings.area[:n][here & (w.dwellings.kind[:n] == FAMILY)], minlength=len(w.areas.kind))
    homes = np.bincount(w.dwellings.area[:n][here], minlength=len(w.areas.kind))
    assert w.areas.family_share[area] == pytest.approx(family[area] / homes[area])
    assert (w.areas.appeal == 0.0).all()

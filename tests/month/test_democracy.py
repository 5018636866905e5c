from __future__ import annotations

import numpy as np
import pytest

from beboersim.evidence.councils import NO_COUNCIL, coverage
from beboersim.month import democracy as d
from beboersim.month.councils import council_reach, reach_of_council
from beboersim.month.democracy import Democracy
from beboersim.month.trusting import succeeds_by_trust
from beboersim.policy.catalogue import catalogue
from beboersim.policy.plan import Plan
from beboersim.policy.scenario import Scenario
from beboersim.town import of_plan
from beboersim.world.codes import NAMED_AREA
from beboersim.world.taking_part import MEETINGS
from small_towns import ages, people, small_town

P = of_plan(Plan(Scenario.load("law")), "democracy", Democracy)
LONG = 240  # months in the home


def attends(years: float, months_here: int = LONG, reach: float = 1.0, council: float = 0.0) -> float:
    return d.attends(int(years * 12), months_here, reach, council, P)


def test_a_quarter_of_the_young_have_been_to_a_meeting() -> None:
    """E095, tenants of 18-34; within three standard deviations of sampling."""
    town = small_town(("Aarhus",), scale=0.2)
    w, rows = town.world, people(town.world)
    rows = rows[w.areas.kind[w.households.area[w.persons.household[rows]]] == NAMED_AREA]
    age = ages(town, rows)
    young = rows[(age >= 18) & (age < 35)]
    share = float(np.mean(w.ties.takes_part[young] & MEETINGS != 0))
    assert share == pytest.approx(0.25, abs=3.0 * np.sqrt(0.25 * 0.75 / len(young)))
    assert len(young) > 400


def test_the_old_go_more_than_the_young_and_who_came_lately_less() -> None:
    assert attends(60) > attends(40) > attends(25) > attends(17) == 0.0
    assert attends(40, months_here=3) == pytest.approx(attends(40) / 4.0)
    assert attends(40, months_here=0) == 0.0
    assert attends(60, reach=100.0) <= d.MOST


def test_a_youth_council_is_for_the_young() -> None:
    assert attends(16, council=0.08) == 0.08
    assert attends(20, council=0.08) == pytest.approx(attends(20) + 0.08)
    assert attends(25, council=0.08) == attends(25)


def reach(staff: float, workshops: float, p: Democracy = P) -> float:
    return d.reach_of_meetings(staff, workshops, 3.0, 2.0, 1.0, p)


def test_what_ran_in_2015_reaches_as_far_as_in_2015() -> None:
    assert reach(3.0, 2.0) == 1.0
    assert reach(6.0, 2.0) == pytest.approx(1.0 + P.plan_gain)
    assert reach(3.0, 4.0) == pytest.approx(1.0 + P.workshop_gain)
    null = P._replace(plan_gain=0.0, workshop_gain=0.0)
    assert reach(0.0, 0.0, null) == reach(9.0, 12.0, null) == 1.0


def test_workshops_need_staff_to_hold_them() -> None:
    assert reach(0.0, 12.0) == reach(0.0, 0.0)
    assert reach(1.5, 12.0) < reach(3.0, 12.0)


def test_residents_own_solutions_take_residents_who_come() -> None:
    gain = P._replace(solution_gain=0.1)
    assert d.fitting(1.0, 0.0, 0.3, 0.0, 1.0, gain) == 1.0
    assert d.fitting(1.0, 0.3, 0.3, 0.0, 1.0, gain) == pytest.approx(1.1)
    assert d.fitting(1.0, 0.9, 0.3, 0.0, 1.0, gain) == pytest.approx(1.1), "a full room is a full room"
    assert d.fitting(0.5, 0.15, 0.3, 0.0, 1.0, gain) == pytest.approx(1.025)


def test_what_is_talked_over_is_forgotten_more_slowly() -> None:
    p = P._replace(dialogue_gain=1.0, fit_down=12.0)

    def after(months: int, dialogue: float) -> float:
        fit = 1.1
        for _ in range(months):
            fit = d.next_fit(fit, 1.0, dialogue, p)
        return fit

    assert after(12, 0.0) == pytest.approx(1.05)
    assert after(24, 1.0) == pytest.approx(1.05)


def test_fit_is_that_of_2015_when_nothing_is_decided() -> None:
    """Exactly, whatever the sizes: so nothing that reads it can differ."""
    for p in (P, P._replace(solution_gain=0.15, dialogue_gain=1.0)):
        assert d.next_fit(1.0, d.fitting(0.0, 0.1, 0.3, 0.7, 1.0, p), 0.0, p) == 1.0
    town = small_town(("Aarhus",), months=12)
    for _ in range(6):
        town.step((d.democracy,))
    assert (town.world.areas.fit == 1.0).all()


def test_staff_and_residents_plan_together_in_rooms_that_are_in_use() -> None:
    """C-26, assumption: on the first day as in 2015; twice the rooms twice as much, and none without staff."""
    c = small_town(("Aarhus",)).context
    areas, named = c.world.areas, c.named_areas
    assert d.planned_together(c)[named] == pytest.approx(1.0)
    areas.staff[named] *= 10.0
    areas.premises[named] *= 2.0
    assert d.planned_together(c)[named] == pytest.approx(2.0)
    areas.staff[named] = 0.0
    assert (d.planned_together(c)[named] == 0.0).all()
    gain = P._replace(house_gain=0.1)
    assert d.fitting(0.0, 1.0, 1.0, 0.0, 2.0, gain) == pytest.approx(1.1)
    assert d.fitting(0.0, 1.0, 1.0, 0.0, 2.0, P) == 1.0


def test_work_for_integration_succeeds_by_trust_where_a_preset_says_so() -> None:
    """C-24, assumption: a tenth more for one standard deviation; by default as much whoever trusts whom."""
    for settings, times in (
        ({}, 1.0),
        ({"democracy.trust_work": 0.1}, 1.1),
        ({"democracy.trust_work": 0.1, "democracy.trust_on_integration": False}, 1.0),
    ):
        town = small_town(settings=settings)
        town.world.ties.trust[people(town.world)] = 50  # one standard deviation
        town.step((d.democracy,))
        named = town.world.areas.kind == NAMED_AREA
        assert town.context.mean_trust[named] == pytest.approx(1.0)
        assert succeeds_by_trust(town.context)[named] == pytest.approx(times)


def test_half_of_a_better_solution_is_gone_in_the_time_of_place_services() -> None:
    """Half a year to one and a half (effects E1), under every preset."""
    low, high = catalogue()["democracy.fit_down"].range or (0.0, 0.0)
    assert 6.0 <= low <= P.fit_down <= high <= 18.0


# Integration councils


def test_ishoejs_council_covers_five_of_eight_subjects() -> None:
    """One each for youth, seniors, housing, disability and school; and two politicians: seven seats."""
    assert coverage()["ishoej"] == 5 / 8
    assert coverage()["hoeje-taastrup"] == 4 / 8
    assert coverage()["gentofte"] == pytest.approx((5 / 8 + 4 / 8) / 2), "not read: as the others in the mean"
    assert coverage()[NO_COUNCIL] == 0.0


def test_every_council_that_can_be_chosen_is_in_the_table() -> None:
    assert set(catalogue()["democracy.council"].choices) == set(coverage())


def test_a_council_reaches_further_by_what_it_knows_and_how_open_it_is() -> None:
    assert council_reach(0.0, 0.0, 1.0, 1.0, 0.1, 0.1) == 1.0, "without a council there is nothing to open"
    assert council_reach(1.0, 5 / 8, 0.0, 0.0, 0.0, 0.0) == 1.0
    assert council_reach(1.0, 1.0, 1.0, 1.0, 0.1, 0.1) == pytest.approx(1.2), "no further than was proposed (M15)"
    assert council_reach(1.0, 5 / 8, 0.0, 0.0, 0.05, 0.06) == pytest.approx(1.05 + 0.06 * 5 / 24)


@pytest.mark.parametrize(("preset", "expected"), [("null", 1.0), ("central", 1.0), ("council", 1.05 + 0.05 * 21 / 24)])
def test_ishoejs_council_out_in_the_areas_and_open(preset: str, expected: float) -> None:
    settings = {"democracy.council": "ishoej", "democracy.local_meetings": 1.0, "democracy.open_hearings": 1.0}
    town = small_town(settings=settings, preset=preset, scale=0.02)  # type: ignore[arg-type]
    assert reach_of_council(town.context) == pytest.approx(expected)

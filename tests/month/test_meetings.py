"""Meetings between people, language, neighbours in work, and the choice of school."""

from __future__ import annotations

import numpy as np
import pytest

from beboersim.month import meetings, school_choice
from beboersim.month.meetings import Meetings, jobs_by_contacts, meetings_across, rounded
from beboersim.month.school_choice import MAJORITY, MAJORITY_HIGHER, MINORITY, label_on_schools, opts_out
from beboersim.policy.catalogue import Value
from beboersim.policy.plan import Plan
from beboersim.policy.scenario import Scenario
from beboersim.town import of_plan
from beboersim.world.codes import NAMED_AREA, NEIGHBOURHOOD, NONWESTERN_IMMIGRANT, PUPIL, UDSAT
from small_towns import people, small_town

MEET = of_plan(Plan(Scenario.load("law")), "meetings", Meetings)


def test_who_lives_there_and_what_is_done_together_decide_who_meets() -> None:
    """Effects M16: three tenths of chance meetings happen, seven where something is done together."""
    assert meetings_across(0.0, 1, 0.0, 0, 0.0, MEET) == 0.0
    assert meetings_across(0.5, 0, 0.0, 0, 0.0, MEET) == pytest.approx(0.3 * 0.5)
    assert meetings_across(0.5, 1, 0.0, 0, 0.0, MEET) == pytest.approx(0.7 * 0.5)


def test_a_bad_name_turns_only_the_minority_inwards() -> None:
    assert meetings_across(0.5, 0, 0.0, 0, 1.0, MEET) == meetings_across(0.5, 0, 0.0, 0, 0.0, MEET)
    assert meetings_across(0.5, 0, 0.0, 1, 1.0, MEET) == pytest.approx(
        0.95 * meetings_across(0.5, 0, 0.0, 1, 0.0, MEET)
    )


def test_people_meet_in_the_businesses_that_are_there() -> None:
    """C-51, assumption: five in use a thousand residents, two hundredths of chance meetings each; by default none."""
    c = small_town(("Aarhus",)).context
    named = np.flatnonzero(c.world.areas.kind == NAMED_AREA)
    c.world.areas.premises_let[named] = 5.0 * c.measurement.residents[named] / c.scale / 1000.0
    assert (meetings.occasions(c) == 0.0).all()
    meet = c.parameters.meetings._replace(businesses=0.02)
    c.parameters = c.parameters._replace(meetings=meet)
    assert meetings.occasions(c)[named] == pytest.approx(0.1)
    assert meetings_across(0.5, 0, 0.1, 0, 0.0, meet) == pytest.approx(0.4 * 0.5)
    assert meetings_across(0.5, 1, 0.5, 0, 0.0, meet) == 0.5  # no more than chance would give


def test_a_council_brings_people_together_where_a_preset_says_so() -> None:
    """C-36, assumption: by default a council adds no meetings, and a town without one has none to add."""
    council: dict[str, Value] = {"democracy.council": "ishoej"}
    gain: dict[str, Value] = {"democracy.council_across": 0.05}
    closed: dict[str, Value] = {"democracy.council_on_integration": False}
    for settings, added in ((council, 0.0), (gain, 0.0), (council | gain, 0.05), (council | gain | closed, 0.0)):
        c = small_town(settings=settings).context
        assert (meetings.occasions(c) == added).all()
        assert (meetings.occasions(c, at_start=True) == 0.0).all()


def test_the_switch_of_the_name_closes_it() -> None:
    for on, times in ((True, 1.0), (False, 0.0)):
        c = small_town(settings={"stigma.on_contact": on}).context
        assert meetings.surroundings(c, np.zeros(1)).inward_on == times


@pytest.mark.parametrize("value", [0.2, 3.75, -1.4])
def test_rounding_keeps_the_mean(value: float) -> None:
    draws = (np.arange(1000) + 0.5) / 1000
    assert np.mean([rounded(value, u) for u in draws]) == pytest.approx(value, abs=1e-3)


def test_neighbours_in_work_help_as_was_found_and_the_first_day_is_one() -> None:
    """Three per cent a standard deviation (M17, E071); a larger minority by default nothing, and either way if set."""
    assert jobs_by_contacts(0.4, 0.4, 0.6, 0.6, MEET) == 1.0
    assert jobs_by_contacts(0.34, 0.4, 0.6, 0.6, MEET) == pytest.approx(1.03)
    assert jobs_by_contacts(0.4, 0.4, 0.75, 0.6, MEET) == 1.0
    assert jobs_by_contacts(0.4, 0.4, 0.75, 0.6, MEET._replace(enclave=0.04)) == pytest.approx(1.04)
    assert jobs_by_contacts(0.4, 0.4, 0.75, 0.6, MEET._replace(enclave=-0.03)) == pytest.approx(0.97)


def test_on_the_first_day_chances_are_those_of_the_year() -> None:
    town = small_town(("Aarhus",))
    c, w = town.context, town.world
    assert w.areas.contacts[: w.places] == pytest.approx(1.0)
    meetings.set_contacts(c)
    assert w.areas.contacts[: w.places] == pytest.approx(1.0, abs=0.02)  # the reading, as whole persons allow
    rows = people(w)
    rows = rows[w.ties.danish[rows] != meetings.NO_DANISH]
    assert len(rows) > 200
    assert (w.persons.origin[rows] == NONWESTERN_IMMIGRANT).all()
    assert meetings.danish_on_jobs(c)[w.ties.danish[rows]].mean() == pytest.approx(1.0, abs=0.02)


def test_majority_parents_choose_as_was_published() -> None:
    """E127: 62 and 76 per cent at half bilingual pupils, 73 and 93 at seven of ten."""
    for half, seventy in ((0.62, 0.73), (0.76, 0.93)):
        assert opts_out(0.5, 0.15, half, seventy, 1.0, 0.0) == pytest.approx(half)
        assert opts_out(0.7, 0.15, half, seventy, 1.0, 0.0) == pytest.approx(seventy)
        assert opts_out(0.0, 0.15, half, seventy, 1.0, 0.0) == 0.15
        assert opts_out(0.6, 0.15, half, seventy, 0.0, 0.0) == 0.15
        assert opts_out(0.5, 0.15, half, seventy, 1.0, 0.035) == pytest.approx(half + 0.035)
    assert opts_out(1.0, 0.15, 0.76, 0.93, 1.0, 0.1) <= 1.0


def test_a_list_weighs_on_schools_while_it_is_public_and_fades() -> None:
    """E055: 3.5 points; how long is an open question (X5)."""
    assert label_on_schools(1, 1.0, 1.0, 0.035, 5.0) == 0.035
    assert label_on_schools(1, 1.0, 6.0, 0.035, 5.0) == pytest.approx(0.0175)
    assert label_on_schools(1, 0.0, 1.0, 0.035, 5.0) == label_on_schools(0, 1.0, 0.0, 0.035, 5.0) == 0.0


def test_schools_are_more_apart_than_homes_where_parents_choose() -> None:
    """Two districts of a hundred pupils, one of which is nine tenths minority."""
    here = np.zeros((2, 3))
    here[:, MINORITY] = 90.0, 10.0
    here[:, MAJORITY], here[:, MAJORITY_HIGHER] = (5.0, 45.0), (5.0, 45.0)
    areas = small_town().world.areas
    areas.status[:2] = UDSAT, 0
    stay = school_choice.leaving_shares(here, areas, 1.0, MEET._replace(avoids=0.0, label_opt_out=0.0))
    assert school_choice.in_school(here, stay) == pytest.approx([0.9, 0.1])
    choose = school_choice.leaving_shares(here, areas, 1.0, MEET)
    assert school_choice.in_school(here, choose)[0] > 0.97
    apart, homes = (school_choice.distance_from_town(here, x, np.zeros(2, int)) for x in (choose, stay))
    assert apart[0] > homes[0] == pytest.approx(0.4)


def test_children_meet_who_goes_to_their_school_and_their_daycare() -> None:
    """C-56: two districts of a hundred pupils; half of the majority's children in the first go to another school."""
    here = np.zeros((2, 3))
    here[:, MINORITY], here[:, MAJORITY] = (80.0, 20.0), (20.0, 80.0)
    leaving = np.zeros((2, 3))
    leaving[0, MAJORITY] = 0.5
    small = np.array([[3.0, 1.0, 0.0], [0.0, 0.0, 0.0]])
    found = school_choice.company_of_children(here, leaving, small, np.zeros(2, int))
    school = 80.0 / 90.0
    assert found[0] == pytest.approx([0.5 * school + 0.5 * 0.5, school, 0.75])
    assert found[1] == pytest.approx([0.2, 0.2, 0.75])  # no small children: the town's mix
    c = small_town(("Aarhus",), settings={"meetings.institutions": 0.3}).context
    s = meetings.surroundings(c, np.zeros(len(c.world.areas.kind)))
    assert s.by_institutions == 0.3
    assert (c.institutions[c.named_areas] > 0.0).all()
    assert (small_town(("Aarhus",)).context.institutions == 0.0).all()  # not worked out where it counts for nothing


def test_every_pupil_is_counted_once_and_leaves_where_parents_may_choose() -> None:
    town = small_town(("Aarhus",))
    c, w = town.context, town.world
    here = school_choice.pupils(c)
    rows = people(w)
    inside = w.households.area[w.persons.household[rows]] < w.places
    assert here.sum() == ((w.persons.activity[rows] == PUPIL) & inside).sum()
    named, rest = (w.areas.kind[: w.places] == kind for kind in (NAMED_AREA, NEIGHBOURHOOD))
    majority = np.array([MAJORITY, MAJORITY_HIGHER])
    leaving = school_choice.leaving_shares(here, w.areas, 1.0, c.parameters.meetings)
    assert leaving[named][:, majority].mean() > leaving[rest][:, majority].mean()
    c.levers = {**c.levers, "meetings.school_choice": False}
    school_choice.choose_schools(c, 1.0)
    assert (w.areas.opting_out[: w.places] == 0.0).all()

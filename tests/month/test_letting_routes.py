"""Who gets the vacant social dwelling."""

from __future__ import annotations

import numpy as np
import pytest

from beboersim.calibration.classes import households as households_of
from beboersim.calibration.watching import people_of
from beboersim.law.letting.decisions import meant_for
from beboersim.month.applicants import lives_in_social, need
from beboersim.world.codes import (
    ARRIVING,
    BASIC,
    ELDERLY,
    FAMILY,
    NONWESTERN_IMMIGRANT,
    OUTSIDE,
    STUDENT,
    WESTERN,
    YOUTH,
)
from estates import Estate
from small_towns import has_run, small_town

NOBODY = -1
DUTY_IN_FORCE = 12 * 4 + 6  # July 2019
UDSAT = 2
OTHER_LISTS = [501, 502, 503]  # of other organisations


@pytest.mark.parametrize("earlier_is_first_row", [True, False])
def test_of_two_alike_the_one_who_signed_up_earlier_gets_the_home(earlier_is_first_row: bool) -> None:
    estate = Estate()
    home = estate.vacancy()
    one, other = (estate.seeker(queued=s) for s in ((60, 12) if earlier_is_first_row else (12, 60)))
    estate.let()
    assert estate.tenant_of(home) == (one if earlier_is_first_row else other)
    assert estate.flow("let_list") == 1
    assert estate.flow("wait_list") == 60


def test_a_let_home_ends_the_search_and_the_place_on_that_list() -> None:
    estate = Estate()
    home = estate.vacancy()
    row = estate.seeker()
    estate.let()
    households = estate.c.world.households
    assert households.area[row] == estate.area
    assert households.moved_in[row] == estate.c.month
    assert households.searching[row] == 0
    assert estate.organisation not in households.organisation[row]
    assert estate.c.world.dwellings.household[home] == row


def test_who_does_not_search_is_not_asked() -> None:
    estate = Estate()
    home = estate.vacancy()
    row = estate.seeker()
    estate.c.world.households.searching[row] = 0
    estate.let()
    assert estate.tenant_of(home) == NOBODY


@pytest.mark.parametrize(("rooms", "gets_it"), [(1, True), (2, True), (3, False), (4, False)])
def test_a_single_person_gets_at_most_two_rooms_from_the_list(rooms: int, gets_it: bool) -> None:
    estate = Estate()
    home = estate.vacancy(rooms)
    row = estate.seeker()
    family = estate.seeker(queued=1)
    estate.c.world.households.size[family] = 4  # four rooms suit four persons; as they do two rooms at the least
    estate.let()
    assert estate.tenant_of(home) == (row if gets_it else family)


def test_nobody_is_let_into_a_home_with_more_than_two_persons_a_room() -> None:
    for rooms, size in ((1, 3), (1, 5), (2, 5), (3, 7)):
        estate = Estate()
        home = estate.vacancy(rooms)
        row = estate.seeker()
        estate.c.world.households.size[row] = size
        estate.let()
        assert estate.tenant_of(home) == NOBODY, (rooms, size)


@pytest.mark.parametrize(("kind", "age", "youth", "expected"), [
    (FAMILY, 40, 0, 1), (FAMILY, 22, 1, 1), (YOUTH, 22, 1, 1), (YOUTH, 40, 0, 0), (ELDERLY, 59, 0, 0),
    (ELDERLY, 60, 0, 1),
])  # fmt: skip
def test_youth_and_elderly_homes_go_to_whom_they_are_meant_for(kind: int, age: int, youth: int, expected: int) -> None:
    assert meant_for(kind, age, youth, 0) == expected
    assert meant_for(kind, age, youth, 1) == 1, "nobody it is meant for wants it"


def test_the_municipality_assigns_by_need_and_not_by_queue() -> None:
    estate = Estate(assignment_share=1.0)
    home = estate.vacancy()
    estate.seeker(queued=300)
    estate.seeker(queued=None, activity=OUTSIDE, hours=0, education=BASIC, income_past=0.0)  # housed, out of work
    pressing = estate.lodger()
    estate.let()
    assert estate.tenant_of(home) == pressing
    assert estate.flow("let_assigned") == 1


def test_without_assignment_the_queue_decides() -> None:
    estate = Estate(assignment_share=0.0)
    home = estate.vacancy()
    first = estate.seeker(queued=300)
    estate.lodger(queued=2)
    estate.let()
    assert estate.tenant_of(home) == first
    assert estate.flow("let_assigned") == 0


def test_what_the_municipality_cannot_assign_goes_to_the_queue() -> None:
    estate = Estate(assignment_share=1.0)
    home = estate.vacancy()
    first = estate.seeker(queued=300)  # works: not in need
    estate.let()
    assert estate.tenant_of(home) == first
    assert (estate.flow("let_assigned"), estate.flow("let_list")) == (0, 1)


def test_need_rises_with_each_of_its_grounds() -> None:
    base = need(0, 0.0, 0.0, 0, 0.0)
    assert base == 0.0
    for more in ((1, 0.0, 0.0, 0, 0.0), (0, 1.0, 0.0, 0, 0.0), (0, 0.0, 1.0, 0, 0.0), (0, 0.0, 0.0, 1, 0.0),
                 (0, 0.0, 0.0, 0, 6.0)):  # fmt: skip
        assert need(*more) > base
    assert need(1, 0.0, 0.0, 0, 0.0) > need(0, 1.0, 1.0, 0, 0.0)  # no home comes first
    assert need(0, 0.0, 0.0, 0, 24.0) == need(0, 0.0, 0.0, 0, 240.0)


BARRED = [
    ("2015, citizen of a country outside EU", 6, dict(citizen=0, origin=NONWESTERN_IMMIGRANT), True),
    ("2015, the same, a student", 6, dict(citizen=0, origin=NONWESTERN_IMMIGRANT, activity=STUDENT), False),
    ("2015, citizen of an EU country", 6, dict(citizen=0, origin=WESTERN), False),
    ("2015, Danish citizen of non-Western origin", 6, dict(citizen=1, origin=NONWESTERN_IMMIGRANT), False),
    ("2015, convicted lately", 6, dict(convicted=-3), True),
    ("2015, convicted long ago", 6, dict(convicted=-30), False),
    ("2015, long on benefit", 6, dict(), False),
    ("2019, long on benefit", DUTY_IN_FORCE, dict(), True),
    ("2019, newly on benefit", DUTY_IN_FORCE, dict(since=-2), False),
]  # fmt: skip


@pytest.mark.parametrize(("months", "facts", "barred"), [b[1:] for b in BARRED], ids=[b[0] for b in BARRED])
@pytest.mark.parametrize("way", ["bar", "not listed", "bars off", "special rules off"])
def test_the_law_bars_assignment_only_where_and_whom_it_says(
    months: int, facts: dict[str, int], barred: bool, way: str
) -> None:
    estate = Estate(
        months_on=months, assignment_share=1.0, flexible_obligatory=False,
        assignment_bars=way != "bars off", list__special_rules=way != "special rules off",
    )  # fmt: skip
    month = estate.c.month
    facts = {name: month + value if name in ("convicted", "since") else value for name, value in facts.items()}
    if way != "not listed":
        estate.c.world.areas.status[estate.area] = UDSAT
    home = estate.vacancy()
    row = estate.lodger(queued=None, **facts)
    estate.let()
    assert estate.flow("refused_by_rule") == (1 if barred and way == "bar" else 0)
    assert estate.flow("let_assigned") == (0 if barred and way == "bar" else 1)
    # Who may not be assigned can still rent from the list or when nobody else wants the home.
    assert estate.tenant_of(home) == row


@pytest.mark.parametrize("internal_every", [0, 1, 2])
def test_where_flexible_letting_is_a_duty_nobody_who_fails_the_criteria_gets_in(internal_every: int) -> None:
    estate = Estate(months_on=DUTY_IN_FORCE, internal_every=internal_every)
    estate.c.world.areas.status[estate.area] = UDSAT
    home = estate.vacancy()
    without_work = dict(activity=OUTSIDE, hours=0)
    estate.seeker(queued=300, **without_work)
    estate.tenant(queued=200, **without_work)
    estate.lodger(queued=100)
    estate.let()
    assert estate.tenant_of(home) == NOBODY
    in_work = estate.seeker(queued=1)
    estate.let()
    assert estate.tenant_of(home) == in_work
    assert estate.flow("let_flexible") == 1


@pytest.mark.parametrize("lever", [{"flexible_obligatory": False}, {"list__special_rules": False}])
def test_without_the_duty_the_queue_decides(lever: dict[str, bool]) -> None:
    estate = Estate(months_on=DUTY_IN_FORCE, **lever)
    estate.c.world.areas.status[estate.area] = UDSAT
    home = estate.vacancy()
    first = estate.seeker(queued=300, activity=OUTSIDE, hours=0)
    estate.seeker(queued=1)
    estate.let()
    assert estate.tenant_of(home) == first


def test_before_december_2018_flexible_letting_is_no_duty() -> None:
    estate = Estate(months_on=6)
    estate.c.world.areas.status[estate.area] = UDSAT
    home = estate.vacancy()
    first = estate.seeker(queued=300, activity=OUTSIDE, hours=0)
    estate.seeker(queued=1)
    estate.let()
    assert estate.tenant_of(home) == first


@pytest.mark.parametrize(
    ("facts", "meets"),
    [
        (dict(hours=100), True),
        (dict(hours=68), True),  # 25 of 37 hours
        (dict(hours=67), False),
        (dict(activity=STUDENT, hours=0), True),
        (dict(activity=OUTSIDE, hours=0), False),
    ],
)
def test_flexible_letting_is_for_work_and_study(facts: dict[str, int], meets: bool) -> None:
    estate = Estate(flexible_share=1.0)
    home = estate.vacancy()
    earlier, later = estate.seeker(queued=300, **facts), estate.seeker(queued=1)
    estate.let()
    assert estate.tenant_of(home) == (earlier if meets else later)
    assert estate.flow("let_flexible") == 1


@pytest.mark.parametrize(("every", "internal_first"), [(1, True), (0, False)])
def test_tenants_of_the_organisation_come_first_when_the_internal_list_does(every: int, internal_first: bool) -> None:
    estate = Estate(internal_every=every)
    home = estate.vacancy()
    outside = estate.seeker(queued=300)
    inside = estate.tenant(queued=None)
    estate.let()
    assert estate.tenant_of(home) == (inside if internal_first else outside)
    assert estate.flow("let_internal") == (1 if internal_first else 0)


def test_on_the_internal_list_the_longest_tenancy_comes_first() -> None:
    estate = Estate(internal_every=1, scale=0.2)
    home = estate.vacancy()
    estate.tenant(queued=None, lives_for=10)
    longest = estate.tenant(queued=None, lives_for=200)
    estate.let()
    assert estate.tenant_of(home) == longest


@pytest.mark.parametrize("priority", [True, False])
def test_local_young_people_come_first_where_they_have_priority(priority: bool) -> None:
    estate = Estate(flexible_share=1.0, local_youth_priority=priority)
    home = estate.vacancy()
    stranger = estate.seeker(queued=300)
    local = estate.seeker(queued=1, area_grown=estate.area, birth=estate.c.month - 12 * 22)
    estate.let()
    assert estate.tenant_of(home) == (local if priority else stranger)
    assert estate.flow("let_local_youth") == (1 if priority else 0)


@pytest.mark.parametrize("facts", [dict(activity=OUTSIDE, hours=0), dict(birth=-12 * 27), dict(area_grown=0)])
def test_priority_is_for_the_young_of_this_area_in_work_or_study(facts: dict[str, int]) -> None:
    estate = Estate(flexible_share=1.0, local_youth_priority=True)
    home = estate.vacancy()
    stranger = estate.seeker(queued=300)
    local = dict(area_grown=estate.area, birth=-12 * 22) | facts
    local["birth"] += estate.c.month
    estate.seeker(queued=1, **local)
    estate.let()
    assert estate.tenant_of(home) == stranger
    assert estate.flow("let_local_youth") == 0


@pytest.mark.parametrize("priority", [True, False])
@pytest.mark.parametrize("lists", [1, 3])
def test_local_young_people_sign_up_where_they_have_priority_and_nowhere_else(priority: bool, lists: int) -> None:
    estate = Estate(flexible_share=1.0, local_youth_priority=priority)
    home = estate.vacancy()
    households = estate.c.world.households
    stranger = estate.seeker(queued=300)
    local = estate.seeker(queued=None, area_grown=estate.area, birth=estate.c.month - 12 * 22)
    older = estate.seeker(queued=None, area_grown=estate.area, birth=estate.c.month - 12 * 27)
    for row in (local, older):
        households.organisation[row, :lists] = OTHER_LISTS[:lists]
        households.listed_since[row, :lists] = [estate.c.month - 40, estate.c.month - 2, estate.c.month - 9][:lists]
    estate.let()
    assert estate.tenant_of(home) == (local if priority else stranger)
    left = [OTHER_LISTS[0], OTHER_LISTS[2]] if priority and lists == 3 else OTHER_LISTS[:lists]
    assert sorted(number for number in households.organisation[local] if number >= 0) == left
    assert sorted(number for number in households.organisation[older] if number >= 0) == OTHER_LISTS[:lists]


def test_a_refused_offer_costs_no_place_and_is_counted() -> None:
    estate = Estate()
    home = estate.vacancy()
    c = estate.c
    c.parameters = c.parameters._replace(letting=c.parameters.letting._replace(accept=1e-12))
    rows = [estate.seeker(queued=s) for s in (9, 8, 7)]
    estate.let()
    assert estate.tenant_of(home) == NOBODY
    # Asked on the list, and again as anyone who looks for a home.
    assert estate.flow("offers") == estate.flow("refusals") >= 3
    assert all(estate.organisation in c.world.households.organisation[row] for row in rows)


def test_who_avoids_the_areas_name_is_counted_and_gets_no_offer() -> None:
    estate = Estate()
    estate.vacancy()
    c = estate.c
    fields = dict(apply=0.5, stigma_apply=1e6)
    c.parameters = c.parameters._replace(letting=c.parameters.letting._replace(**fields))
    for s in range(40):
        estate.seeker(queued=s)
    c.world.areas.stigma[estate.area] = 1.0
    estate.let()
    assert estate.flow("offers") == 0
    assert 0 < estate.flow("avoided") < estate.flow("considered")
    c.levers = c.levers | {"stigma.on_applying": 0.0}
    estate.let()
    assert estate.flow("avoided") == 0
    assert estate.flow("let_list") + estate.flow("let_other") == 1


@pytest.mark.parametrize(("months_empty", "name_counts", "lets"), [(2, 0.0, False), (3, 0.0, True), (3, 1.0, False)])
def test_a_home_nobody_took_is_offered_to_those_who_look_elsewhere_but_not_to_those_who_avoid_its_name(
    months_empty: int, name_counts: float, lets: bool
) -> None:
    estate = Estate()
    c = estate.c
    fields = dict(likeness=1e6, stigma_apply=1e6, untaken_months=3.0)
    c.parameters = c.parameters._replace(letting=c.parameters.letting._replace(**fields))
    c.levers = c.levers | {"stigma.on_applying": name_counts}
    c.world.areas.stigma[estate.area] = 1.0
    home, row = estate.vacancy(), estate.seeker()
    c.world.dwellings.vacant_since[home] = c.month - months_empty
    c.standing[estate.area] = c.standing[c.world.households.contact[row]] + 0.5
    estate.let()
    assert estate.tenant_of(home) == (row if lets else NOBODY)
    assert estate.flow("considered") == 1  # whoever is asked twice about one home counts once
    assert estate.flow("avoided") == (1 if name_counts and months_empty >= 3 else 0)


@pytest.mark.parametrize(
    ("months_empty", "last_resort", "lets"), [(3, 0.0, True), (3, 1e6, False), (2, 1e6, True)]
)
def test_who_has_a_choice_leaves_homes_that_nobody_took_but_not_others(
    months_empty: int, last_resort: float, lets: bool
) -> None:
    estate = Estate()
    c = estate.c
    likeness = 1e6 if months_empty >= 3 else 0.0
    fields = dict(likeness=likeness, untaken_months=3.0, last_resort=last_resort)
    c.parameters = c.parameters._replace(letting=c.parameters.letting._replace(**fields))
    home, row = estate.vacancy(), estate.seeker()
    c.world.dwellings.vacant_since[home] = c.month - months_empty
    c.standing[estate.area] = c.standing[c.world.households.contact[row]] + 0.5
    estate.let()
    assert estate.tenant_of(home) == (row if lets else NOBODY)


@pytest.mark.parametrize(
    ("look", "waited", "knows_somebody", "arrives", "lets"),
    [
        (3.0, 2, False, True, False),
        (3.0, 3, False, True, True),
        (3.0, 0, True, True, True),
        (3.0, 0, False, False, True),
        (0.0, 0, False, True, True),
    ],
)
def test_newcomers_look_at_first_where_they_know_people(
    look: float, waited: int, knows_somebody: bool, arrives: bool, lets: bool
) -> None:
    estate = Estate()
    c, households = estate.c, estate.c.world.households
    fields = dict(newcomers_look=look)
    c.parameters = c.parameters._replace(letting=c.parameters.letting._replace(**fields))
    home, row = estate.vacancy(), estate.seeker()
    households.searching[row] = ARRIVING if arrives else households.searching[row]
    households.search_since[row] = c.month - waited
    households.contact[row] = estate.area if knows_somebody else estate.area + 1
    c.standing[:] = 0.0
    estate.let()
    assert estate.tenant_of(home) == (row if lets else NOBODY)


def test_moves_are_booked_for_every_member() -> None:
    estate = Estate()
    estate.vacancy()
    row = estate.seeker()
    estate.c.world.households.size[row] = 2
    estate.let()
    assert (estate.flow("moves_in"), estate.flow("moves_out")) == (2, 2)
    assert np.isclose(estate.flow("households_in"), 1)


def test_who_lodges_in_an_area_of_social_homes_lives_in_one() -> None:
    """As the register has it, which is how soundness counts who moves in from where."""
    town = has_run(small_town(("Svendborg",), scale=0.25, months=24))
    world = town.world
    people = people_of(town)
    lodgers = {True: 0, False: 0}
    for row in households_of(town).tolist():
        member = int(np.searchsorted(people.id, int(world.persons.id[world.households.head[row]])))
        social = bool(people.social[member])
        assert lives_in_social(world.households, world.dwellings, world.areas, row) == social
        lodgers[social] += int(world.households.dwelling[row]) < 0
    assert min(lodgers.values()) > 0

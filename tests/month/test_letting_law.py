"""Letting in a month of 2015, 2018, 2019, 2021 and 2024 follows that month's law."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from beboersim.law.letting.decisions import CASH_BENEFIT, REASONS
from beboersim.month.ledger import Event
from beboersim.month.letting import rules_now
from beboersim.policy.catalogue import Value
from beboersim.world.codes import BASIC, NONWESTERN_IMMIGRANT, OUTSIDE, SEPARATED, STUDENT
from estates import Estate

NOBODY = -1
PREVENTION, UDSAT, PARALLEL, HARD = 1, 2, 3, 4
# Months from the first of 2015 to the first of each.
IN_2015, NOV_2018, DEC_2018, JUNE_2019, JULY_2019, NOV_2021, DEC_2021, DEC_2023, JAN_2024, JAN_2030 = (
    6, 46, 47, 53, 54, 82, 83, 107, 108, 180,
)  # fmt: skip
ON_CASH = dict(activity=OUTSIDE, hours=0, weak=1)
INSURED = dict(activity=OUTSIDE, hours=0, weak=0)


def estate_of(status: int, months_on: int, **levers: Value) -> Estate:
    estate = Estate(months_on=months_on, **levers)
    estate.c.world.areas.status[estate.area] = status
    return estate


def ago(estate: Estate, months: int) -> int:
    return estate.c.month - months


def reasons(estate: Estate) -> set[str]:
    """The reasons why somebody was passed over by a rule."""
    events = estate.town.events
    return {REASONS[value] for value in events[events[:, 1] == int(Event.BARRED), 4]}


# Month of the run, and what holds in it: flexible letting a duty in udsat and in prevention areas; cash benefit bars
# assignment to udsat areas; anything bars it to prevention areas; tenants come first every n-th time; § 51 c in the
# hardest areas; swaps are tested; moves within the estate may be exempted.
BY_YEAR = {
    "2015": (IN_2015, False, False, False, False, 1, False, False, False),
    "2018": (DEC_2018, True, False, True, False, 1, False, False, False),
    "2019": (JULY_2019, True, False, True, False, 2, True, False, False),
    "2021": (DEC_2021, True, True, True, True, 2, True, True, False),
    "2024": (JAN_2024, True, True, True, True, 2, True, True, True),
}


@pytest.mark.parametrize("year", BY_YEAR)
def test_letting_follows_the_rules_of_its_year(year: str) -> None:
    """Almenboligloven §§ 51 c, 59 and 60 and udlejningsbekendtgørelsen, as a month of the run has them."""
    months_on, *holds = BY_YEAR[year]
    estate = Estate(months_on=months_on, internal_exempt=True)

    def rule(name: str, status: int) -> int:
        estate.c.world.areas.status[estate.area] = status
        return int(getattr(rules_now(estate.c), name)[estate.area])

    assert holds == [
        rule("flexible_duty", UDSAT) == 1,
        rule("flexible_duty", PREVENTION) == 1,
        rule("assignment_bars", UDSAT) & CASH_BENEFIT > 0,
        rule("assignment_bars", PREVENTION) > 0,
        rule("internal_every", UDSAT),
        rule("hard_area", HARD) == 1,
        rule("swap_control", UDSAT) == 1,
        rule("internal_exempt", UDSAT) == 1,
    ]
    assert rule("flexible_duty", 0) == rule("assignment_bars", 0) == rule("hard_area", UDSAT) == 0


# § 60, stk. 4: flexible letting as a duty


@pytest.mark.parametrize(
    ("months_on", "status", "duty"),
    [
        (IN_2015, UDSAT, False),
        (NOV_2018, HARD, False),
        (DEC_2018, UDSAT, True),
        (DEC_2018, PREVENTION, False),
        (NOV_2021, PREVENTION, False),
        (DEC_2021, PREVENTION, True),
        (JAN_2024, 0, False),
    ],
)
def test_obligatory_flexible_letting_from_2018_in_udsat_and_from_2021_in_prevention_areas(
    months_on: int, status: int, duty: bool
) -> None:
    """Almenboligloven § 60, stk. 4."""
    estate = estate_of(status, months_on, internal_every=0, assignment_bars=False, hard_area_bar=False)
    home = estate.vacancy()
    earlier = estate.seeker(queued=300, **ON_CASH)
    later = estate.seeker(queued=1)
    estate.let()
    assert estate.tenant_of(home) == (later if duty else earlier)
    assert estate.flow("let_flexible") == (1 if duty else 0)
    assert reasons(estate) == ({"duty"} if duty else set())


@pytest.mark.parametrize(("months_on", "exempt"), [(DEC_2023, False), (JAN_2024, True)])
@pytest.mark.parametrize("agreed", [False, True])
def test_moves_within_the_estate_can_be_exempted_from_the_duty_from_2024(
    months_on: int, exempt: bool, agreed: bool
) -> None:
    """Guidance of January 2024 to almenboligloven § 60, stk. 4."""
    estate = estate_of(UDSAT, months_on, internal_every=1, internal_exempt=agreed)
    home = estate.vacancy()
    neighbour = estate.tenant(queued=None, of_the_estate=True, **ON_CASH)
    estate.let()
    assert estate.tenant_of(home) == (neighbour if exempt and agreed else NOBODY)


def test_under_the_duty_tenants_have_their_turn_before_the_list() -> None:
    """The order of routes where § 60, stk. 4, holds."""
    estate = estate_of(UDSAT, JULY_2019, internal_every=1)
    home = estate.vacancy()
    estate.seeker(queued=300)
    inside = estate.tenant(queued=None)
    estate.let()
    assert estate.tenant_of(home) == inside
    assert estate.flow("let_internal") == 1


# Oprykningsret


def test_tenants_of_the_estate_move_up_before_those_of_other_estates() -> None:
    """Udlejningsbekendtgørelsen, as until 2019 and after (S27)."""
    estate = Estate(internal_every=1)
    home = estate.vacancy()
    estate.tenant(queued=None, lives_for=300)
    neighbour = estate.tenant(queued=None, lives_for=20, of_the_estate=True)
    estate.let()
    assert estate.tenant_of(home) == neighbour


@pytest.mark.parametrize(("months_on", "share"), [(IN_2015, 1.0), (JUNE_2019, 1.0), (JULY_2019, 0.5), (JAN_2024, 0.5)])
def test_until_june_2019_every_vacancy_and_from_july_every_second_goes_to_tenants_first(
    months_on: int, share: float
) -> None:
    """Udlejningsbekendtgørelsen (bek. 1360 of 2018): the lever follows the letting rules unless it is set."""
    estate = Estate(months_on=months_on, scale=0.3)
    n = 60
    for _ in range(n):
        estate.vacancy()
        estate.seeker()
    for _ in range(n):
        estate.tenant(queued=None)
    estate.let()
    assert estate.flow("let_internal") + estate.flow("let_list") == n
    assert abs(estate.flow("let_internal") - n * share) <= 5.0 * np.sqrt(n * share * (1.0 - share))


@pytest.mark.parametrize(("rules", "expected"), [("2018", 20), ("2019", 10)])
def test_a_scenario_can_hold_another_years_letting_rules(rules: str, expected: int) -> None:
    estate = Estate(months_on=JAN_2024, scale=0.3, rules=rules)
    for _ in range(20):
        estate.vacancy()
        estate.seeker()
        estate.tenant(queued=None)
    estate.let()
    spread = 5.0 * np.sqrt(20 * 0.25) if expected == 10 else 0.0
    assert abs(estate.flow("let_internal") - expected) <= spread


# § 59, stk. 6 and 7: who may not be assigned


GROUNDS: list[tuple[str, dict[str, Any], set[int]]] = [
    # What a member is or has; in which (month, status) the municipality may not assign the household.
    ("foreign_citizen", dict(citizen=0, origin=NONWESTERN_IMMIGRANT), {0, 1, 2, 4}),
    ("released", dict(convicted=-5), {0, 1, 2, 4}),
    ("none", dict(convicted=-6), set()),
    ("cash_benefit", dict(ON_CASH, since=-6), {1, 2}),
    ("none", dict(ON_CASH, since=-5), set()),
    ("insured_benefit", dict(INSURED, since=-6), {1, 2}),
    ("none", dict(citizen=0, origin=NONWESTERN_IMMIGRANT, activity=STUDENT, hours=0), set()),
]
PLACES = [(IN_2015, UDSAT), (DEC_2018, UDSAT), (DEC_2021, HARD), (NOV_2021, PREVENTION), (DEC_2021, PREVENTION)]


@pytest.mark.parametrize("number", range(len(PLACES)))
@pytest.mark.parametrize(("ground", "facts", "where"), GROUNDS, ids=[f"{g[0]}-{k}" for k, g in enumerate(GROUNDS)])
def test_the_grounds_that_bar_assignment_are_those_of_the_month_and_the_status(
    ground: str, facts: dict[str, Any], where: set[int], number: int
) -> None:
    """Almenboligloven § 59, stk. 6 (2011, 2018) and stk. 7 (2021)."""
    months_on, status = PLACES[number]
    estate = estate_of(
        status, months_on, assignment_share=1.0, assignment_fallback=0.0, flexible_obligatory=False,
        hard_area_bar=False, internal_every=0,
    )  # fmt: skip
    facts = {name: estate.c.month + v if name in ("convicted", "since") else v for name, v in facts.items()}
    estate.vacancy()
    estate.lodger(**({"since": estate.c.month - 1} | facts))
    estate.let()
    assert reasons(estate) == ({ground} if number in where else set())
    assert estate.flow("let_assigned") == (0 if number in where else 1)


def test_a_disability_pension_bars_assignment_at_once_from_2018() -> None:
    """Almenboligloven § 59, stk. 6, no. 6, by proxy: long outside work, weakly attached, and old enough."""
    for months_on, barred in ((NOV_2018, False), (DEC_2018, True)):
        estate = estate_of(UDSAT, months_on, assignment_share=1.0, assignment_fallback=0.0)
        c = estate.c
        c.parameters = c.parameters._replace(letting=c.parameters.letting._replace(pension_share=1.0))
        estate.vacancy()
        row = estate.lodger(weak=1, birth=ago(estate, 12 * 50), since=ago(estate, 100))
        estate.let()
        assert ("disability_pension" in reasons(estate)) == barred
        assert (c.world.households.dwelling[row] >= 0) != barred


def test_anybody_in_the_household_bars_it_from_assignment() -> None:
    """Almenboligloven § 59, stk. 6: any member."""
    estate = estate_of(UDSAT, IN_2015, assignment_share=1.0, assignment_fallback=0.0)
    estate.vacancy()
    row = estate.lodger()
    # Somebody with work and an income would take the household out of need, and so out of assignment.
    estate.partner(row, convicted=ago(estate, 2), activity=OUTSIDE, hours=0, education=BASIC, income_past=0.0)
    estate.let()
    assert reasons(estate) == {"released"}


@pytest.mark.parametrize("chance", [0.0, 1.0])
def test_a_barred_household_is_assigned_after_all_where_nothing_else_is_found(chance: float) -> None:
    """Almenboligloven § 59, the clause on no other dwelling."""
    estate = estate_of(UDSAT, DEC_2018, assignment_share=1.0, assignment_fallback=chance)
    estate.vacancy()
    estate.lodger(**ON_CASH)
    estate.let()
    assert estate.flow("let_assigned") == chance


@pytest.mark.parametrize(("residents", "outside", "barred"), [(1000.0, 0.40, True), (999.0, 0.40, False)])
def test_until_2018_the_bars_hold_where_combined_letting_may_be_used_listed_or_not(
    residents: float, outside: float, barred: bool
) -> None:
    """Almenboligloven § 59, stk. 6, as of 2011, and § 51 b."""
    for months_on in (NOV_2018, DEC_2018):
        estate = estate_of(0, months_on, assignment_share=1.0, assignment_fallback=0.0)
        estate.measured(residents=residents, outside_work=outside)
        estate.vacancy()
        estate.lodger(convicted=ago(estate, 1))
        estate.let()
        assert (reasons(estate) == {"released"}) == (barred and months_on == NOV_2018)


# § 51 c and § 51 b: who is refused on the list


@pytest.mark.parametrize(
    ("months_on", "status", "refused"),
    [(JUNE_2019, HARD, False), (JULY_2019, HARD, True), (JULY_2019, PARALLEL, False), (JAN_2024, HARD, True)],
)
def test_from_july_2019_nobody_on_cash_benefit_is_let_into_the_hardest_areas(
    months_on: int, status: int, refused: bool
) -> None:
    """Almenboligloven § 51 c."""
    estate = estate_of(status, months_on, internal_every=0, flexible_obligatory=False)
    home = estate.vacancy()
    on_cash = estate.seeker(queued=300, **ON_CASH, since=ago(estate, 1))
    other = estate.seeker(queued=1)
    estate.let()
    assert estate.tenant_of(home) == (other if refused else on_cash)
    assert reasons(estate) == ({"hard_area"} if refused else set())


def test_the_bar_of_the_hardest_areas_asks_about_both_partners_and_not_about_insurance() -> None:
    """Almenboligloven § 51 c: applicant and partner."""
    for own, partners, refused in ((ON_CASH, ON_CASH, True), (ON_CASH, {}, False), (INSURED, ON_CASH, False)):
        estate = estate_of(HARD, JULY_2019, internal_every=0, flexible_obligatory=False)
        home = estate.vacancy()
        row = estate.seeker(**own, since=ago(estate, 3))
        facts: dict[str, Any] = dict(activity=3, hours=100, convicted=-32768) | partners
        estate.partner(row, since=ago(estate, 3), **facts)
        estate.let()
        assert estate.tenant_of(home) == (NOBODY if refused else row)


def test_who_lives_in_the_estate_already_is_not_refused() -> None:
    """Almenboligloven §§ 51 b and 51 c."""
    estate = estate_of(HARD, JULY_2019, internal_every=1, flexible_obligatory=False, combined_letting=True)
    estate.measured(residents=1500.0, outside_work=0.45)
    home = estate.vacancy()
    stranger = estate.tenant(queued=None, lives_for=300, **ON_CASH)
    neighbour = estate.tenant(queued=None, lives_for=10, of_the_estate=True, **ON_CASH)
    estate.let()
    assert estate.tenant_of(home) == neighbour != stranger


@pytest.mark.parametrize(
    ("months_on", "lists", "refused"),
    [(NOV_2021, 1, False), (DEC_2021, 1, True), (DEC_2021, 3, True), (DEC_2021, 4, False), (JAN_2030, 1, False)],
)
def test_the_bar_outlives_the_status_for_four_lists_until_2030(months_on: int, lists: int, refused: bool) -> None:
    """Almenboligloven § 168 a, stk. 6."""
    estate = estate_of(0, months_on, internal_every=0)
    areas = estate.c.world.areas
    areas.was_hard[estate.area], areas.lists_since_hard[estate.area] = 1, lists
    areas.family_share[estate.area] = 1.0  # the plan is not carried out yet
    estate.vacancy()
    estate.seeker(**ON_CASH)
    estate.let()
    assert reasons(estate) == ({"hard_area"} if refused else set())


@pytest.mark.parametrize("agreed", [True, False])
@pytest.mark.parametrize(("outside", "months", "refused"), [(0.40, 6, True), (0.40, 5, False), (0.39, 6, False)])
def test_combined_letting_refuses_after_six_months_where_the_area_meets_the_test(
    agreed: bool, outside: float, months: int, refused: bool
) -> None:
    """Almenboligloven § 51 b."""
    estate = Estate(combined_letting=agreed, internal_every=0)
    estate.measured(residents=1000.0, outside_work=outside)
    home = estate.vacancy()
    row = estate.seeker(**ON_CASH, since=ago(estate, months))
    estate.let()
    assert estate.tenant_of(home) == (NOBODY if refused and agreed else row)


@pytest.mark.parametrize("widened", [True, False])
def test_combined_letting_can_be_widened_to_the_insured(widened: bool) -> None:
    """Almenboligloven § 51 b."""
    estate = Estate(combined_letting=True, combined_widened=widened, internal_every=0)
    estate.measured(residents=1000.0, outside_work=0.40)
    home = estate.vacancy()
    row = estate.seeker(**INSURED, since=ago(estate, 6))
    estate.let()
    assert estate.tenant_of(home) == (NOBODY if widened else row)


# Agreements and practice


@pytest.mark.parametrize("agreed", [True, False])
@pytest.mark.parametrize("rooms", [2, 3])
def test_by_agreement_families_come_first_to_three_rooms(agreed: bool, rooms: int) -> None:
    """Udlejningsbekendtgørelsen § 4."""
    estate = Estate(family_first=agreed, internal_every=0)
    home = estate.vacancy(rooms)
    couple, family = estate.seeker(queued=300), estate.seeker(queued=1)
    estate.partner(couple)
    child = estate.partner(family)
    estate.c.world.persons.birth[child] = ago(estate, 12 * 8)
    estate.c.world.persons.role[child] = 1
    estate.c.world.households.adults[family] = 1
    estate.let()
    assert estate.tenant_of(home) == (family if agreed and rooms == 3 else couple)


@pytest.mark.parametrize(
    ("months_on", "status", "rooms", "youth"),
    [(DEC_2018, PARALLEL, 2, True), (NOV_2018, PARALLEL, 2, False), (DEC_2018, UDSAT, 2, False)],
)
def test_from_2018_small_homes_in_parallel_societies_can_be_let_as_youth_dwellings(
    months_on: int, status: int, rooms: int, youth: bool
) -> None:
    """Almenboligloven § 4, stk. 1, nr. 11; two rooms stand for 50 to 65 square metres."""
    estate = estate_of(status, months_on, youth_relabel=True, internal_every=0)
    home = estate.vacancy(rooms)
    older = estate.seeker(queued=300)
    young = estate.seeker(queued=1, birth=ago(estate, 12 * 22))
    estate.let()
    assert estate.tenant_of(home) == (young if youth else older)


@pytest.mark.parametrize("asked", [True, False])
@pytest.mark.parametrize(("months", "clean"), [(35, False), (36, True)])
def test_flexible_letting_may_ask_for_a_clean_record(asked: bool, months: int, clean: bool) -> None:
    """Almenboligloven § 60, by agreement."""
    estate = Estate(flexible_share=1.0, clean_record=asked, internal_every=0)
    home = estate.vacancy()
    convicted = estate.seeker(queued=300, convicted=ago(estate, months))
    other = estate.seeker(queued=1)
    estate.let()
    assert estate.tenant_of(home) == (other if asked and not clean else convicted)
    assert reasons(estate) == ({"clean_record"} if asked and not clean else set())


@pytest.mark.parametrize(("criteria", "hours", "meets"), [
    ("usual", 68, True), ("copenhagen", 68, True), ("albertslund", 81, False), ("albertslund", 82, True),
    ("ballerup", 81, False),
])  # fmt: skip
def test_each_agreement_has_its_own_hours(criteria: str, hours: int, meets: bool) -> None:
    """25 of 37 hours in Copenhagen, 30 in Albertslund and Ballerup (S59, S60)."""
    estate = Estate(flexible_share=1.0, criteria=criteria, internal_every=0, work_share=1.0)
    estate.vacancy()
    estate.seeker(hours=hours)
    estate.let()
    assert ("criteria" not in reasons(estate)) == meets


@pytest.mark.parametrize(("apart", "shared", "meets"), [(3, 12, True), (3, 11, False), (12, 60, False)])
def test_in_copenhagen_the_newly_separated_meet_the_criteria(apart: int, shared: int, meets: bool) -> None:
    """Within a year of a break-up, after a year at one address (S59)."""
    estate = Estate(flexible_share=1.0, criteria="copenhagen", internal_every=0)
    home = estate.vacancy()
    row = estate.lodger(queued=300)
    households = estate.c.world.households
    households.searching[row], households.search_since[row] = SEPARATED, ago(estate, apart)
    households.moved_in[row] = ago(estate, apart + shared)
    estate.let()
    assert estate.tenant_of(home) == row
    assert estate.flow("let_flexible") == (1 if meets else 0)


def test_some_flexible_lettings_can_be_kept_from_work_and_study() -> None:
    """At most a share by work and study (S59)."""
    for share, flexible in ((1.0, 1), (0.0, 0)):
        estate = Estate(flexible_share=1.0, work_share=share, internal_every=0)
        estate.vacancy()
        estate.seeker()
        estate.let()
        assert (estate.flow("let_flexible"), estate.flow("let_list")) == (flexible, 1 - flexible)
        assert reasons(estate) == (set() if flexible else {"work_share"})


@pytest.mark.parametrize(("outside_adults", "assigned"), [(0.41, 0), (0.39, 1)])
def test_by_copenhagens_rule_nobody_is_assigned_where_many_adults_are_outside_work(
    outside_adults: float, assigned: int
) -> None:
    """The agreement of 2011-2014: more than 40 per cent of all adults (S104)."""
    estate = Estate(practice="copenhagen-40-plus", scale=0.2)
    estate.measured(outside_adults=outside_adults)
    n = 60
    for _ in range(n):
        estate.vacancy()
        estate.lodger()
        estate.seeker()
    estate.let()
    share = 0.25 * assigned
    assert abs(estate.flow("let_assigned") - n * share) <= 5.0 * np.sqrt(n * share * (1.0 - share))

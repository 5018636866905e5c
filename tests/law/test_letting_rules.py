"""The rules compiled for a day: letting in 2010, 2015, 2018, 2019, 2021 and 2024 follows that day's law."""

from __future__ import annotations

from datetime import date

import numba
import numpy as np
import pytest

from beboersim.errors import InputError
from beboersim.law.letting.agreements import criteria_names, practice, practice_names
from beboersim.law.letting.decisions import (
    FAMILY,
    FLEXIBLE,
    GROUNDS,
    INTERNAL,
    KINDS,
    LIST,
    NEVER,
    NOT_REFUSED,
    PERMANENT,
    REASONS,
    ROUTES,
    YOUTH,
    Applicant,
    AreaRule,
    fits_the_home,
    is_open,
    is_the_turn,
    place_in_queue,
    refusal,
    route_at,
    two_groups,
)
from beboersim.law.letting.rules import (
    WORDINGS,
    Choices,
    LettingRules,
    Terms,
    letting_rules,
    plain_facts,
    plain_terms,
    rule_of,
)
from beboersim.policy.catalogue import catalogue
from beboersim.show.words import word
from beboersim.world import codes

STATUSES = np.arange(5)
FIRST_FOUR = ["released", "youth_institution", "lease_cancelled", "foreign_citizen"]
ALL_SEVEN = [*FIRST_FOUR, "cash_benefit", "disability_pension", "insured_benefit"]


def table(day: date, terms: Terms | None = None, **choices: object) -> LettingRules:
    """The rules on a day in five areas, one of each status."""
    return letting_rules(day, plain_facts(5, status=STATUSES), terms or plain_terms(5), Choices(**choices))  # type: ignore[arg-type]


def grounds(mask: int) -> list[str]:
    return [name for place, name in enumerate(GROUNDS) if mask >> place & 1]


@pytest.mark.parametrize(
    ("day", "bars", "duty", "hard", "every", "swaps"),
    [
        (date(2010, 12, 31), [[]] * 5, [0, 0, 0, 0, 0], [0, 0, 0, 0, 0], 1, 0),
        (date(2015, 6, 1), [[], [], FIRST_FOUR, FIRST_FOUR, FIRST_FOUR], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0], 1, 0),
        (date(2018, 11, 30), [[], [], FIRST_FOUR, FIRST_FOUR, FIRST_FOUR], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0], 1, 0),
        (date(2018, 12, 1), [[], [], ALL_SEVEN, ALL_SEVEN, ALL_SEVEN], [0, 0, 1, 1, 1], [0, 0, 0, 0, 0], 1, 0),
        (date(2019, 7, 1), [[], [], ALL_SEVEN, ALL_SEVEN, ALL_SEVEN], [0, 0, 1, 1, 1], [0, 0, 0, 0, 1], 2, 0),
        (
            date(2021, 11, 30),
            [[], [*FIRST_FOUR, "integration_benefit"], ALL_SEVEN, ALL_SEVEN, ALL_SEVEN],
            [0, 1, 1, 1, 1], [0, 0, 0, 0, 1], 2, 1,
        ),
        (
            date(2024, 1, 1),
            [[], [*FIRST_FOUR, "integration_benefit"], ALL_SEVEN, ALL_SEVEN, ALL_SEVEN],
            [0, 1, 1, 1, 1], [0, 0, 0, 0, 1], 2, 1,
        ),
    ],
)  # fmt: skip
def test_the_table_of_a_day_holds_the_law_of_that_day(
    day: date, bars: list[list[str]], duty: list[int], hard: list[int], every: int, swaps: int
) -> None:
    rules = table(day)
    assert [grounds(int(mask)) for mask in rules.assignment_bars] == bars
    assert rules.flexible_duty.tolist() == duty
    assert rules.hard_area.tolist() == hard
    assert set(rules.internal_every.tolist()) == {every}
    assert rules.swap_control.tolist() == [0, 0, swaps, swaps, swaps]


def test_a_scenario_can_hold_any_wording_on_any_day() -> None:
    for day in (date(2010, 6, 1), date(2017, 6, 1), date(2026, 6, 1)):
        for name, first in WORDINGS.items():
            held, then = table(day, rules=name), table(first)
            for column in LettingRules._fields:
                assert np.array_equal(getattr(held, column), getattr(then, column)), (day, name, column)
    with pytest.raises(InputError, match="2020 is no wording of letting law"):
        table(date(2020, 1, 1), rules="2020")


def test_moves_within_the_estate_can_be_exempted_from_2024_on() -> None:
    exempt = plain_terms(5, internal_exempt=np.ones(5))
    assert table(date(2023, 12, 31), exempt).internal_exempt.tolist() == [0] * 5
    assert table(date(2024, 1, 1), exempt).internal_exempt.tolist() == [0, 1, 1, 1, 1]


def test_without_special_rules_nothing_follows_from_a_status() -> None:
    off = table(date(2024, 1, 1), plain_terms(5, youth_relabel=np.ones(5)), special_rules=False)
    for column in ("assignment_bars", "flexible_duty", "hard_area", "swap_control", "youth_to_m2"):
        assert not getattr(off, column).any(), column


@pytest.mark.parametrize("field", ["assignment_bars", "flexible_obligatory", "hard_area_bar"])
def test_a_lever_takes_its_rule_away_in_its_area_alone(field: str) -> None:
    on = table(date(2022, 1, 1))
    column = {"flexible_obligatory": "flexible_duty", "hard_area_bar": "hard_area"}.get(field, field)
    where = np.array([1.0, 1.0, 1.0, 1.0, 0.0])
    off = table(date(2022, 1, 1), plain_terms(5, **{field: where}))
    for name in LettingRules._fields:
        before, after = getattr(on, name), getattr(off, name)
        if name == column:
            assert after[4] == 0
            assert before[4] != 0
            before, after = before[:4], after[:4]
        assert np.array_equal(before, after), name


def test_every_column_of_the_table_reaches_its_row() -> None:
    areas = 5
    rules = LettingRules(
        *(
            np.arange(areas, dtype=kind) + place
            for place, kind in enumerate(getattr(table(date(2022, 1, 1)), name).dtype for name in LettingRules._fields)
        )
    )
    assert AreaRule._fields == LettingRules._fields
    for area in range(areas):
        row = [int(value) for value in rule_of(rules, area)]
        assert row == [area + place for place in range(len(AreaRule._fields))]


def test_the_table_has_the_numbers_that_kernels_take() -> None:
    rules = table(date(2022, 1, 1))
    assert {getattr(rules, name).dtype for name in LettingRules._fields} == {np.dtype("float64"), np.dtype("int64")}
    assert all(getattr(rules, name).shape == (5,) for name in LettingRules._fields)


def test_routes_kinds_and_terms_are_named_as_in_the_world_and_as_levers() -> None:
    assert ROUTES[:6] == codes.ROUTES
    assert KINDS == codes.DWELLING_KINDS
    assert {f"letting.{field}" for field in Terms._fields} <= {*catalogue()}
    named = {"rules", "criteria", "practice", "work_share", "internal_every"}
    assert named <= {*Choices._fields}
    assert {f"letting.{name}" for name in named} <= {*catalogue()}
    assert catalogue()["letting.criteria"].choices == criteria_names()


def test_a_share_not_known_decides_nothing() -> None:
    unknown = plain_facts(2, status=np.array([0, 2]), residents=np.array([2000.0, 2000.0]))
    rules = letting_rules(date(2016, 1, 1), unknown, plain_terms(2, combined_letting=np.ones(2)), Choices())
    assert rules.combined_months.tolist() == [0, 0]
    here = letting_rules(date(2012, 1, 1), unknown, plain_terms(2), Choices(practice="copenhagen-40-plus"))
    assert here.assignment_share.tolist() == [0.25, 0.25]


@pytest.mark.parametrize("name", practice_names())
def test_a_practice_gives_every_area_whose_figures_are_known_a_step(name: str) -> None:
    for code in range(5):
        for outside in np.linspace(0.0, 1.0, 101):
            assert practice(name).step_of(code, float(outside), combined_area=False) is not None


def test_the_worked_example_of_a_housing_administrator() -> None:
    # S27: a quarter assigned and half let flexibly leave the last quarter for the lists, halved between the two queues.
    routes = []
    listed = 0
    for number in range(1, 401):
        if is_the_turn(number, 0.25):
            routes.append("assigned")
            continue
        rest = number - int(number * 0.25)
        if is_the_turn(rest, 2 / 3):
            routes.append("flexible")
            continue
        listed += 1
        routes.append("internal" if listed % 2 == 0 else "list")
    assert [routes.count(name) for name in ("assigned", "flexible", "internal", "list")] == [100, 200, 50, 50]


@pytest.mark.parametrize("share", [0.0, 0.11, 0.25, 1 / 3, 0.5, 0.89, 1.0])
def test_a_share_is_met_after_any_number(share: float) -> None:
    turns = np.cumsum([is_the_turn(n, share) for n in range(1, 1001)])
    assert turns.tolist() == [int(n * share + 1e-9) for n in range(1, 1001)]


def test_the_order_of_routes_with_and_without_a_duty() -> None:
    plain = [ROUTES[route_at(step, 0)] for step in range(6)]
    under_duty = [ROUTES[route_at(step, 1)] for step in range(6)]
    assert plain == ["rehousing", "assigned", "flexible", "internal", "list", "other"]
    assert sorted(under_duty) == sorted(plain)
    assert under_duty.index("internal") < under_duty.index("flexible")
    assert is_open(LIST, FAMILY, 1, 0, 0, 0) == 0, "the waiting list is the flexible one"
    assert is_open(LIST, YOUTH, 1, 0, 0, 0) == 1, "§ 60 is about family dwellings"
    assert is_open(FLEXIBLE, YOUTH, 1, 0, 1, 0) == 0
    assert is_open(INTERNAL, FAMILY, 1, 0, 0, 0) == 0


def test_where_a_route_has_one_group_nobody_stands_before_the_others_by_anything_but_time() -> None:
    plain = dict(
        age=40, persons=1, children=0, youth=0, grounds=0, hours=37.0, contract_months=PERMANENT, subsidised=0,
        in_education=0, youngest_keeper=40, rooms_given_up=0, separated_months=NEVER, shared_months=0, clean_record=1,
        cash_now=0, cash_months=0, widened_months=0, lives_here=0, in_organisation=0, local_youth=0, dispensation=0,
        nothing_elsewhere=0,
    )  # fmt: skip
    others = [Applicant(**(plain | more)) for more in ({}, {"children": 2}, {"lives_here": 1}, {"local_youth": 1})]
    seen = set()
    for family in (0.0, 1.0):
        for local in (0.0, 1.0):
            terms = plain_terms(5, family_first=np.full(5, family), local_youth_priority=np.full(5, local))
            rule = rule_of(table(date(2022, 1, 1), terms), 2)
            for route in range(1, 6):
                for rooms in (2, 3, 4):
                    groups = {place_in_queue(one, rule, route, rooms, 0.0, 0.0)[0] for one in others}
                    assert len(groups) == 1 + two_groups(rule, route, rooms)
                    seen.add(len(groups))
    assert seen == {1, 2}


@numba.njit
def first_of(
    queue: np.ndarray, facts: np.ndarray, hours: np.ndarray, rules: LettingRules, area: int, route: int
) -> int:
    """Walk a queue as the month will: an applicant from a row of facts, an area's rules from the table."""
    rule = rule_of(rules, area)
    for k in queue:
        f = facts[k]
        applicant = Applicant(
            f[0], f[1], f[2], f[3], f[4], hours[k], f[5], f[6], f[7], f[8], f[9], f[10], f[11], f[12], f[13], f[14],
            f[15], f[16], f[17], f[18], f[19], f[20],
        )
        if refusal(applicant, rule, route, FAMILY, 3, 0) == NOT_REFUSED:
            return k
    return -1


@numba.njit
def turns_of(rules: LettingRules, area: int, number: int) -> int:
    """Go through the routes of a vacancy; return the open ones as bits."""
    rule = rule_of(rules, area)
    found = 0
    for step in range(6):
        route = route_at(step, rule.flexible_duty)
        municipal = is_the_turn(number, rule.assignment_share)
        if is_open(route, FAMILY, rule.flexible_duty, municipal, 0, 1) == 1:
            found |= 1 << route
    return found


def test_table_and_decisions_compile_into_the_months_loops() -> None:
    rules = table(date(2022, 1, 1))
    plain = [40, 1, 0, 0, 0, PERMANENT, 0, 0, 40, 0, NEVER, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]
    assert len(plain) == len(Applicant._fields) - 1
    foreign, cash_now = list(plain), list(plain)
    foreign[4] = 1 << GROUNDS.index("foreign_citizen")
    cash_now[13] = 1
    facts = np.array([foreign, cash_now, plain], np.int64)
    hours = np.array([37.0, 37.0, 0.0])
    queue = np.array([0, 1, 2])
    assert first_of(queue, facts, hours, rules, 2, codes.ASSIGNED) == 1, "a citizen of another country is passed over"
    assert first_of(queue[1:], facts, hours, rules, 4, codes.FLEXIBLE) == -1, "§ 51 c, and no work"
    assert first_of(queue, facts, hours, rules, 4, codes.FLEXIBLE) == 0
    assert first_of(queue[2:], facts, hours, rules, 0, codes.LIST) == 2
    for area in range(5):
        for number in (3, 4):
            python = sum(
                1 << route
                for step in range(6)
                if is_open(
                    route := route_at(step, int(rules.flexible_duty[area])), FAMILY, int(rules.flexible_duty[area]),
                    is_the_turn(number, 0.25), 0, 1,
                )
            )  # fmt: skip
            assert turns_of(rules, area, number) == python


def test_a_home_fits_two_persons_a_room_and_one_room_above_the_persons() -> None:
    assert [fits_the_home(persons, 3, 0) for persons in (1, 2, 6, 7)] == [0, 1, 1, 0]
    assert fits_the_home(1, 3, 1) == 1


def test_the_reasons_are_told_apart_and_each_has_its_words() -> None:
    assert REASONS[NOT_REFUSED] == "none"
    assert len(set(REASONS)) == len(REASONS)
    more = ("swap", "rehousing_outside", "behind", "behind_need", "behind_merit", "not_open", "not_reached", "no_route")
    for reason in (*REASONS[1:], *more):
        assert word(f"law.why_{reason}", "da") != word(f"law.why_{reason}", "en")

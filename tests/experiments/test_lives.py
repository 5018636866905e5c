"""Linked lives: who is compared with whom, and what is counted."""

from __future__ import annotations

import json
from datetime import date

import numpy as np
import pytest
from click.testing import CliRunner

from beboersim.cli import main
from beboersim.experiments.lives import TOUCHES, Census, Row, World, lives, outcomes_after, rows_of, told
from beboersim.experiments.runs import RunSpec
from beboersim.policy.scenario import Scenario
from beboersim.world.codes import EMPLOYED, OUTSIDE

YEAR = 2016


def census(**people: dict[str, int]) -> Census:
    """Return a census of persons p1, p2, ...: of thirty, in work, housed, here, unless something else is said."""
    usual = {"age": 30, "origin": 0, "activity": EMPLOYED, "occupied": 1, "own_home": 1, "in_listed": 0}
    usual |= {"convicted": 0, "in_need": 0, "here": 1}
    rows = {int(name[1:]): usual | facts for name, facts in people.items()}
    ids = sorted(rows)
    return Census(np.array(ids), *(np.array([rows[one][key] for one in ids]) for key in Census._fields[1:]))


def world(censuses: dict[int, Census], **touched: dict[int, int]) -> World:
    return World(censuses, {touch: touched.get(touch, {}) for touch in TOUCHES})


def find(rows: list[Row], **wanted: object) -> Row:
    (one,) = [row for row in rows if all(getattr(row, key) == value for key, value in wanted.items())]
    return one


def two_worlds() -> tuple[World, World]:
    """Person 1 is refused in the policy's world only, 2 in both, 3 in the baseline's only; month 0 of 2015."""
    start = census(p1={"in_need": 1}, p2={}, p3={"origin": 3, "age": 17})
    month = 12 * (YEAR - 1)
    baseline = world({YEAR - 1: start, YEAR: start, YEAR + 1: census(p1={}, p2={}, p3={})},
                     refused={2: month, 3: month})  # fmt: skip
    after = census(p1={"occupied": 0, "activity": OUTSIDE, "own_home": 0}, p2={})
    policy = world({YEAR - 1: start, YEAR: start, YEAR + 1: after}, refused={1: month, 2: month})
    return baseline, policy


def test_only_those_are_followed_whom_one_world_alone_touches() -> None:
    rows = list(rows_of(*two_worlds(), "some", 1))
    for side, group in (("policy", "in_need"), ("baseline", "not_in_need")):
        assert find(rows, touch="refused", only_in=side, by="all", horizon=1, outcome="in_town").persons == 1
        mine = find(rows, touch="refused", only_in=side, by="need", group=group, horizon=1, outcome="in_town")
        assert mine.persons == 1
    assert all(row.persons == 0 for row in rows if row.touch != "refused")


def test_a_person_who_loses_work_and_home_in_the_policys_world_counts_as_worse_off_there() -> None:
    rows = list(rows_of(*two_worlds(), "some", 1))
    for outcome in ("occupied", "own_home"):
        one = find(rows, only_in="policy", touch="refused", by="all", horizon=1, outcome=outcome)
        assert (one.known, one.baseline, one.policy, one.better, one.worse) == (1, 1.0, 0.0, 0, 1)


def test_who_lives_in_the_town_in_one_world_only_is_counted_there_and_known_no_further() -> None:
    rows = list(rows_of(*two_worlds(), "some", 1))
    gone = find(rows, only_in="baseline", touch="refused", by="all", horizon=1, outcome="in_town")
    assert (gone.baseline, gone.policy, gone.worse) == (1.0, 0.0, 1)
    assert find(rows, only_in="baseline", touch="refused", by="all", horizon=1, outcome="own_home").known == 0


def test_a_year_after_is_the_first_january_a_whole_year_later() -> None:
    baseline, policy = two_worlds()
    ids = np.array([1])
    for month, known in ((12 * (YEAR - 1), True), (12 * YEAR - 1, True), (12 * YEAR, False)):
        found = outcomes_after(baseline, policy, ids, np.array([month]), 1)
        assert bool(found["own_home"][0][0]) is known


def test_to_live_in_a_listed_area_is_neither_better_nor_worse() -> None:
    start = census(p1={})
    month = 12 * (YEAR - 1)
    baseline = world({YEAR - 1: start, YEAR + 1: start})
    policy = world({YEAR - 1: start, YEAR + 1: census(p1={"in_listed": 1})}, rehoused={1: month})
    one = find(list(rows_of(baseline, policy, "some", 1)), touch="rehoused", only_in="policy", by="all", horizon=1,
               outcome="in_listed")  # fmt: skip
    assert (one.baseline, one.policy, one.better, one.worse) == (0.0, 1.0, 0, 0)


def test_over_seeds_the_difference_has_an_interval() -> None:
    rows = [row for seed in (1, 2) for row in rows_of(*two_worlds(), "some", seed)]
    one = next(one for one in told(rows) if one.only_in == "policy" and one.outcome == "own_home" and one.by == "all")
    assert one.difference.mean == -1.0
    assert one.difference.half_width == 0.0
    assert (one.persons, one.worse) == (1.0, 1.0)


@pytest.fixture(scope="module")
def specs() -> list[RunSpec]:
    return [
        RunSpec(Scenario.load(name), ("Svendborg",), date(2015, 1, 1), date(2017, 1, 1), 1, 0.2)
        for name in ("law", "flexible-wide")
    ]


def test_a_world_beside_itself_touches_nobody_alone(specs: list[RunSpec]) -> None:
    assert all(row.persons == 0 for row in lives([specs[0], specs[0]], 2, 1))


def test_more_flexible_letting_refuses_other_persons(specs: list[RunSpec]) -> None:
    rows = lives(specs, 2, 1)
    assert sum(row.persons for row in rows if row.touch == "refused" and row.by == "all") > 0
    for by in ("need", "work", "age", "origin"):
        for row in rows:
            if row.by == by:
                whole = find(rows, **{**{key: getattr(row, key) for key in ("touch", "only_in", "horizon", "outcome")},
                                      "by": "all"})  # fmt: skip
                assert row.persons <= whole.persons


def test_the_command_tells_lives_in_json() -> None:
    asked = ["compare", "law", "assignment-100", "--place", "Svendborg", "--from", "2015", "--until", "2017", "--scale",
             "0.05", "--replications", "1", "--lives", "--json", "--quiet"]  # fmt: skip
    result = CliRunner().invoke(main, asked)
    assert result.exit_code == 0, result.output
    told_of = json.loads(result.stdout)["lives"]
    assert {"scenario", "touch", "only_in", "group", "horizon", "outcome", "persons", "difference"} <= set(told_of[0])

"""Runs that are the same until policies part share their past, and nobody can tell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from beboersim.experiments import past
from beboersim.experiments.compare import cohort_of
from beboersim.experiments.options import RunOptions
from beboersim.experiments.runs import RunResult, RunSpec, execute, specs_of
from beboersim.policy.scenario import Change, Scenario
from beboersim.policy.where import EVERYWHERE

PARTING = date(2016, 1, 1)


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    past.kept.clear()
    yield
    past.kept.clear()


def scenario(name: str, begins: date) -> Scenario:
    """Return the law with much flexible letting from a day on."""
    change = Change({"letting.flexible_share": 0.9}, begins, None, EVERYWHERE, "", 1)
    return replace(Scenario.load("law"), id=name, changes=(change,))


def spec(**changed: object) -> RunSpec:
    years = date(2015, 1, 1), date(2017, 1, 1)
    given = RunSpec(scenario("later", PARTING), ("Svendborg",), *years, 3, 0.05, cohorts=(PARTING,))
    return replace(given, **changed)  # type: ignore[arg-type]


def same(one: RunResult, other: RunResult) -> None:
    for name, column in one.yearly.counts.items():
        np.testing.assert_array_equal(column, other.yearly.counts[name], name)
    for name, column in one.monthly.columns.items():
        np.testing.assert_array_equal(column, other.monthly.columns[name], name)
    np.testing.assert_array_equal(one.yearly.words, other.yearly.words)


def test_a_run_that_goes_on_from_another_s_past_is_the_run_from_the_start() -> None:
    law = spec(scenario=Scenario.load("law"))
    alone = execute(spec())
    past.kept.clear()
    execute(law)
    assert past.kept[0].day == date(2015, 12, 1)
    assert past.begun(spec(), spec().plan()).date == date(2015, 12, 1)
    shared = execute(spec())
    same(alone, shared)
    assert not np.array_equal(shared.monthly.columns["refusals"], execute(law).monthly.columns["refusals"])


def test_the_past_is_kept_as_it_was_however_many_go_on_from_it() -> None:
    first = execute(spec())
    execute(spec(scenario=Scenario.load("flexible-off")))
    same(first, execute(spec()))


@pytest.mark.parametrize(
    "changed",
    [
        {"seed": 4},
        {"scale": 0.06},
        {"until": date(2018, 1, 1)},
        {"preset": "council"},
        {"settings": (("letting.flexible_share", 0.5),)},
        {"settings": (("leaving.stigma", 0.01),)},
        {"places": ("Odense",)},
        {"cohorts": (date(2015, 7, 1),)},
    ],
    ids=lambda changed: "-".join(map(str, next(iter(changed.items()))))[:30],
)
def test_what_another_world_has_been_through_is_nobody_else_s_past(changed: dict[str, object]) -> None:
    plan = spec().plan()
    kept = past.Past(past.facts_of(spec()), plan, date(2015, 12, 1), b"", ())
    assert kept.is_of(spec(), plan)
    other = spec(**changed)
    assert not kept.is_of(other, other.plan())


@pytest.mark.parametrize(("begins", "shares"), [("2015-12-02", True), ("2015-12-01", False), ("2015-06-15", False)])
def test_a_policy_that_begins_earlier_has_a_past_of_its_own(begins: str, shares: bool) -> None:
    early = scenario("early", date.fromisoformat(begins))
    kept = past.Past(past.facts_of(spec()), spec().plan(), date(2015, 12, 1), b"", ())
    assert kept.is_of(spec(scenario=early), spec(scenario=early).plan()) is shares


def test_one_policy_has_nobody_to_share_with() -> None:
    execute(spec(cohorts=(date(2015, 1, 1),)))
    assert not past.kept


def test_a_comparison_shares_the_years_before_its_scenarios_part() -> None:
    options = RunOptions(
        (Scenario.load("law"), spec().scenario), ("Svendborg",), date(2015, 1, 1), date(2017, 1, 1), scale=0.05, seed=3
    )
    cohort = cohort_of(options)
    assert [past.before_parting(one) for one in specs_of(options, (cohort,))] == [date(2015, 12, 1)] * 2

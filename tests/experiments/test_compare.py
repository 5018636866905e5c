"""Scenarios side by side: the same seeds, parts that add up, areas one by one."""

from __future__ import annotations

import json

import numpy as np
import pytest

from beboersim.experiments.compare import (
    HEADLINE,
    PARTS,
    Comparison,
    Outcome,
    as_json,
    followed_areas,
    run_as_json,
    run_scenarios,
    summarise,
)
from beboersim.experiments.options import RunOptions
from fake_town import in_fake_town, options, other_scenario

GIVEN = options()
WORK = Outcome("listed", "share_working")


@pytest.fixture(name="found", scope="module")
def comparison() -> Comparison:
    with in_fake_town():
        return summarise(run_scenarios(GIVEN), 2)


def test_the_first_scenario_is_the_baseline(found: Comparison) -> None:
    assert found.scenarios == ("law", "no-public-list")
    before, after = found.level(WORK, 0), found.level(WORK, 1)
    assert found.difference(WORK, 1).mean == pytest.approx(after.mean - before.mean)


def test_people_composition_and_age_add_up_to_the_difference_in_work(found: Comparison) -> None:
    parts = sum(found.differences(part, 1) for part in PARTS)
    assert parts == pytest.approx(found.differences(WORK, 1), abs=1e-12)


def test_the_people_part_is_the_cohort_s_wherever_it_lives(found: Comparison) -> None:
    # The fake town gives the cohort 0.02 * 4 / 5 more in work; counts are whole persons.
    assert found.difference(PARTS[0], 1).mean == pytest.approx(0.016, abs=1e-3)


def test_displacement_is_counted_in_all_other_areas(found: Comparison) -> None:
    everywhere = found.values["rest.outside"][0, 0, -1]
    assert everywhere > 1000
    assert np.isfinite(found.values["rest.outside"]).all()


def test_areas_listed_at_the_start_are_followed_though_they_leave_the_list(fake_town: None) -> None:
    yearly = run_scenarios(GIVEN)[0].yearly
    assert [name for name, chosen in zip(yearly.names, followed_areas(yearly), strict=True) if chosen] == [
        "Birkeparken", "Ahornvej"
    ]  # fmt: skip


def test_without_a_list_at_the_start_named_areas_are_followed(fake_town: None) -> None:
    yearly = run_scenarios(GIVEN)[0].yearly
    yearly.status[0] = 0
    assert followed_areas(yearly).tolist() == [True, False, False, True, False]


def test_named_areas_are_compared_one_by_one(found: Comparison) -> None:
    assert [(change.municipality, change.area) for change in found.areas] == [
        ("Aarhus", "Ahornvej"), ("Odense", "Birkeparken")
    ]  # fmt: skip
    assert all(change.stigma.mean < 0 for change in found.areas)
    assert found.areas[0].listed_before == found.areas[0].listed == 1


def test_a_scenario_against_itself_differs_by_nothing(fake_town: None) -> None:
    results = run_scenarios(options(scenarios=GIVEN.scenarios[:1]))
    found = summarise([*results, *results], 2)
    for outcome in HEADLINE:
        shown = found.difference(outcome, 1)
        assert shown.mean == shown.half_width == 0, outcome


def test_json_is_strict_and_names_the_interval(found: Comparison) -> None:
    answer = json.loads(json.dumps(as_json(found, GIVEN), allow_nan=False))
    assert answer["interval"] == 0.95
    assert answer["seeds"] == [1, 2, 3, 4, 5, 6]
    assert answer["measured_on"] == "2019-01-01"
    assert {row["id"] for row in answer["outcomes"]} == {outcome.id for outcome in HEADLINE}


def test_one_replication_gives_null_for_its_interval(fake_town: None) -> None:
    given = options(replications=1)
    answer = as_json(summarise(run_scenarios(given), 2), given)
    assert answer["outcomes"][0]["difference"]["no-public-list"]["half_width"] is None


def test_a_run_s_flows_are_null_at_its_start(fake_town: None) -> None:
    given = options(scenarios=GIVEN.scenarios[:1], replications=1)
    results = run_scenarios(given)
    answer = run_as_json(summarise(results, 1), results[0], given)
    refusals = next(row for row in answer["outcomes"] if row["id"] == "refusal_rate")
    assert refusals["values"][0] is None
    assert None not in refusals["values"][1:]
    json.dumps(answer, allow_nan=False)


def test_several_scenarios_are_each_paired_with_the_baseline(fake_town: None) -> None:
    given: RunOptions = options(scenarios=(*GIVEN.scenarios, other_scenario("the-same-by-another-name")))
    found = summarise(run_scenarios(given), 3)
    assert len(found.areas) == 4
    assert found.difference(WORK, 2).mean == pytest.approx(found.difference(WORK, 1).mean, abs=0.01)

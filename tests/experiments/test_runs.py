"""What decides a run, and what it hands on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from beboersim.experiments import provenance, runs
from beboersim.experiments.compare import cohort_of
from beboersim.experiments.runs import RunSpec, execute, execute_all, history, run_id, specs_of
from beboersim.policy.scenario import Scenario
from fake_town import AREAS, FakeRecord, execute_here, options, other_scenario


def spec(**changed: object) -> RunSpec:
    given = RunSpec(
        Scenario.load("law"), ("Odense",), date(2015, 1, 1), date(2017, 1, 1), 1, cohorts=(date(2015, 1, 1),)
    )
    return replace(given, **changed)  # type: ignore[arg-type]


def test_the_same_run_has_the_same_id() -> None:
    assert run_id(spec()) == run_id(spec())
    assert run_id(spec(settings=(("list.public", 1),))) == run_id(spec(settings=(("list.public", 1.0),)))
    assert len(run_id(spec())) == 16


@pytest.mark.parametrize(
    "changed",
    [
        {"seed": 2},
        {"scale": 0.5},
        {"places": ("Aarhus",)},
        {"start": date(2014, 1, 1)},
        {"until": date(2018, 1, 1)},
        {"preset": "null"},
        {"settings": (("list.public", 0.5),)},
        {"cohorts": (date(2016, 1, 1),)},
        {"scenario": other_scenario()},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_whatever_decides_the_result_is_in_the_id(changed: dict[str, object]) -> None:
    assert run_id(spec(**changed)) != run_id(spec())


def test_the_content_of_the_user_s_areas_is_in_the_id_and_its_name_is_not(tmp_path: Path) -> None:
    one, same, other = (tmp_path / name for name in ("one.csv", "same.csv", "other.csv"))
    one.write_text("a")
    same.write_text("a")
    other.write_text("b")
    assert run_id(spec(areas=one)) == run_id(spec(areas=same)) != run_id(spec(areas=other))


def test_package_and_data_versions_are_in_the_id(monkeypatch: pytest.MonkeyPatch) -> None:
    before = run_id(spec())
    monkeypatch.setattr(runs, "data_version", lambda: "other")
    assert run_id(spec()) != before


def test_a_comment_in_a_scenario_s_file_changes_nothing() -> None:
    scenario = Scenario.load("law")
    assert run_id(spec(scenario=replace(scenario, text=scenario.text + "# a comment\n"))) == run_id(spec())


def test_the_data_version_is_of_what_the_package_ships() -> None:
    assert provenance.data_version() == provenance.data_version()
    assert len(provenance.data_version()) == 16


def test_the_first_row_has_stocks_and_no_flows(fake_town: None) -> None:
    yearly = execute(spec()).yearly
    assert [day.year for day in yearly.dates] == [2015, 2016, 2017]
    assert np.isnan(yearly.counts["offers"][0]).all()
    assert np.isfinite(yearly.counts["offers"][1:]).all()
    assert np.isfinite(yearly.counts["residents"]).all()
    assert yearly.counts["residents"].shape == (3, len(AREAS))


def test_words_of_the_list_become_codes(fake_town: None) -> None:
    yearly = execute(spec()).yearly
    assert yearly.status[0].tolist() == [3, 0, 0, 3, 0]
    assert yearly.words[0, 0] == "ghetto"


@pytest.mark.parametrize(
    ("day", "code", "word"),
    [
        (date(2015, 1, 1), 3, "ghetto"),
        (date(2019, 1, 1), 4, "udsat+ghetto+hard_ghetto"),
        (date(2022, 1, 1), 3, "udsat+parallelsamfund"),
        (date(2019, 1, 1), 0, "none"),
    ],
)
def test_codes_of_the_list_become_the_words_of_the_rules_in_force(day: date, code: int, word: str) -> None:
    plan = spec(until=date(2023, 1, 1)).plan()
    record = FakeRecord(day, {}, np.array([code]), ("Ahornvej",), ("Aarhus",), ("named_area",))
    assert history([record], plan).words.tolist() == [[word]]


def test_months_are_a_town_s_and_every_one_but_the_first_has_flows(fake_town: None) -> None:
    result = execute(spec())
    assert result.monthly.names == ("Aarhus", "Odense")
    assert len(result.monthly.dates) == 25
    known = np.isfinite(result.monthly.columns["refusal_rate"])
    assert not known[0].any()
    assert known[1:].all()
    assert result.monthly.columns["residents"][0].tolist() == [82600, 63500]


def test_progress_hears_of_every_year(fake_town: None) -> None:
    heard: list[date] = []
    execute(spec(), heard.append)
    assert heard == [date(2016, 1, 1), date(2017, 1, 1)]


def test_runs_come_in_the_order_asked_for(fake_town: None) -> None:
    wanted = specs_of(options(replications=2), (date(2015, 1, 1),))
    assert [(one.scenario.id, one.seed) for one in wanted] == [
        ("law", 1), ("law", 2), ("no-public-list", 1), ("no-public-list", 2)
    ]  # fmt: skip
    assert [result.spec for result in execute_all(wanted)] == wanted


def test_processes_give_what_one_process_gives(fake_town: None, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = specs_of(options(replications=2), (date(2015, 1, 1),))
    here = execute_all(wanted)
    monkeypatch.setattr(runs, "execute", execute_here)
    heard: list[int] = []
    there = runs._in_processes(wanted, 2, lambda day: heard.append(day.year))
    assert len(heard) == 4 * 4
    for one, other in zip(here, there, strict=True):
        assert one.run_id == other.run_id
        for name, column in one.yearly.counts.items():
            assert np.array_equal(column, other.yearly.counts[name], equal_nan=True)
        for name, column in one.monthly.columns.items():
            assert np.array_equal(column, other.monthly.columns[name], equal_nan=True), name


def test_people_are_followed_from_the_month_in_which_the_worlds_part() -> None:
    assert cohort_of(options()) == date(2016, 3, 1)
    assert cohort_of(options(scenarios=(Scenario.load("law"),))) == date(2015, 1, 1)

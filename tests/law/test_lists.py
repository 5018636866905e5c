from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from beboersim.errors import InputError
from beboersim.law.lists import (
    IN_THE_LAW,
    NAMES,
    Indicators,
    classify,
    listed_as,
    load_rules,
    rules_on,
)

CASES = tomllib.loads((Path(__file__).parent / "lists.toml").read_text(encoding="utf-8"))["case"]


def area(**values: float) -> Indicators:
    return Indicators(
        residents=values.get("residents", 1500),
        non_western=values.get("non_western"),
        outside_work=values.get("outside_work"),
        convicted=values.get("convicted"),
        basic_education=values.get("basic_education"),
        income_ratio=values.get("income_ratio"),
    )


@pytest.mark.parametrize("case", CASES, ids=[case["says"] for case in CASES])
def test_case(case: dict[str, Any]) -> None:
    values = dict(case["area"])
    if "convicted_times_national" in values:
        values["convicted"] = values.pop("convicted_times_national") * case["national"]
    levers = {
        name: case[name]
        for name in (
            "years_listed_as_ghetto", "years_at_most", "ethnicity_criterion", "duties_on_all_udsat", "criteria_needed",
        )
        if name in case
    }  # fmt: skip
    rules = load_rules(case.get("rules") or rules_on(case["on"]))
    status = classify(area(**values), rules, national_convicted=case.get("national"), **levers)
    assert status.listed_as == case["expect"]


def test_there_is_one_rule_set_in_force_on_every_day_from_2010() -> None:
    sets = [load_rules(name) for name in IN_THE_LAW]
    assert [one.until for one in sets[:-1]] == [one.in_force for one in sets[1:]]
    assert sets[-1].until is None
    assert rules_on(date(2018, 11, 30)) == "2014"
    assert rules_on(date(2018, 12, 1)) == "2018"


def test_lists_are_published_when_they_were() -> None:
    assert load_rules("2010").publications(2010) == (date(2010, 10, 26),)
    assert load_rules("2010").publications(2012) == (date(2012, 10, 1),)
    assert load_rules("2014").publications(2014) == (date(2014, 2, 1), date(2014, 12, 1))
    assert load_rules("2014").publications(2018) == ()
    assert load_rules("2018").publications(2018) == (date(2018, 12, 1),)
    assert load_rules("2018").publications(2021) == ()
    assert load_rules("2021").publications(2021) == (date(2021, 12, 1),)
    assert load_rules("none").publications(2021) == ()


def test_a_status_names_the_criteria_that_are_met() -> None:
    status = classify(
        area(non_western=0.6, outside_work=0.45, convicted=0.01, basic_education=0.61, income_ratio=0.6),
        load_rules("2018"),
        national_convicted=0.0066,
    )
    assert status.met["udsat"] == ("outside_work", "basic_education")
    assert status.met["ghetto"] == ("non_western",)
    assert status.missing == ()


def test_an_unknown_status_says_between_what() -> None:
    status = classify(area(outside_work=0.45, basic_education=0.61), load_rules("2021"), national_convicted=None)
    assert (status.code, status.lowest, status.highest) == (None, 2, 3)
    assert set(status.missing) == {"non_western", "convicted", "income_ratio"}


def test_unknown_residents_leave_the_status_open_unless_nothing_is_met() -> None:
    poor = Indicators(None, 0.6, 0.45, 0.03, 0.61, 0.5)
    calm = Indicators(None, 0.1, 0.20, 0.01, 0.20, 0.9)
    assert classify(poor, load_rules("2014"), national_convicted=None).code is None
    assert classify(calm, load_rules("2014"), national_convicted=None).code == 0


def test_a_sample_has_its_own_least_number_of_residents() -> None:
    sample = Indicators(150, 0.6, 0.45, 0.03, 0.61, 0.5)
    assert classify(sample, load_rules("2014"), national_convicted=None).code == 0
    assert classify(sample, load_rules("2014"), national_convicted=None, min_residents=100).code == 3


def test_every_status_has_its_words() -> None:
    assert [listed_as(code, load_rules("2021")) for code in range(5)] == [
        "none",
        "forebyggelse",
        "udsat",
        "udsat+parallelsamfund",
        "udsat+parallelsamfund+omdannelsesomraade",
    ]


def test_a_counterfactual_is_in_force_on_no_day() -> None:
    assert {rules_on(date(year, 12, 31)) for year in range(2010, 2031)} == {*IN_THE_LAW}
    assert not {*NAMES} - {*IN_THE_LAW, "none", "2018-proposal", "aarhus"}


def test_an_unknown_rule_set_is_answered_with_the_known_ones() -> None:
    with pytest.raises(InputError, match="2009 is not a rule set for lists"):
        load_rules("2009")
    with pytest.raises(InputError, match="the first rules for lists are of 2010-01-01"):
        rules_on(date(2009, 12, 31))

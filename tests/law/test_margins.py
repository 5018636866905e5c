from __future__ import annotations

import itertools
from typing import Any

import pytest

from beboersim.law.lists import LISTED, Indicators, classify, load_rules
from beboersim.law.margins import Bases, margin_residents

BASES = Bases(residents=2000, age_18_64=1200, age_18=1400, age_30_59=800, taxpayers=1000)


def counted(
    origin: int = 1000, outside: int = 480, convicted: int = 28, basic: int = 400, income: float = 0.6
) -> Indicators:
    return Indicators(2000, origin / 2000, outside / 1200, convicted / 1400, basic / 800, income)


def listed(indicators: Indicators, rules: str, national: float | None = 0.0066) -> bool:
    code = classify(indicators, load_rules(rules), national_convicted=national).code
    assert code is not None
    return code >= LISTED


@pytest.mark.parametrize("outside", [470, 479, 480, 481, 500])
@pytest.mark.parametrize("rules", ["2014", "2018"])
def test_the_margin_is_the_first_number_that_changes_the_list(outside: int, rules: str) -> None:
    # One more criterion is met and one short of it, so that work decides alone (both rule sets: above 40 per cent).
    fixed: dict[str, Any] = {"origin": 1200, "convicted": 0, "basic": 500, "income": 0.9}
    here = counted(outside=outside, **fixed)
    now = listed(here, rules)
    step = -1 if now else 1
    changed = (n for n in itertools.count(1) if listed(counted(outside=outside + step * n, **fixed), rules) != now)
    margin = margin_residents(here, BASES, load_rules(rules), national_convicted=0.0066)
    assert margin.listed == now
    assert margin.by_criterion["outside_work"] == next(changed)
    assert margin.residents == margin.by_criterion["outside_work"]


@pytest.mark.parametrize("convicted", [27, 28, 29])
def test_a_test_of_at_least_is_lost_one_resident_later(convicted: int) -> None:
    # Three times 0.0066667 of 1,400 adults is 28 residents exactly.
    here = counted(outside=500, convicted=convicted, basic=0, income=0.9)
    margin = margin_residents(here, BASES, load_rules("2018"), national_convicted=0.02 / 3)
    assert margin.listed == (convicted >= 28)
    assert margin.residents == {27: 1, 28: 1, 29: 2}[convicted]


def test_income_is_counted_in_residents_of_mean_income() -> None:
    # 1,000 taxpayers at 50 per cent: each who comes to earn the region's mean adds 0.0005; 0.55 is reached by 100.
    here = counted(outside=500, convicted=0, basic=0, income=0.50)
    margin = margin_residents(here, BASES, load_rules("2018"), national_convicted=0.0066)
    assert margin.by_criterion["income_ratio"] == 100


def test_an_area_can_leave_the_list_by_becoming_small() -> None:
    here = counted(outside=700, convicted=100, basic=700, income=0.3)._replace(residents=1003)
    margin = margin_residents(here, BASES, load_rules("2018"), national_convicted=0.0066)
    assert margin.residents == 4


def test_two_criteria_short_takes_the_second_nearest() -> None:
    here = counted(outside=470, convicted=0, basic=470, income=0.9)
    margin = margin_residents(here, BASES, load_rules("2018"), national_convicted=0.0066)
    assert margin.by_criterion["outside_work"] == 11
    assert margin.by_criterion["basic_education"] == 11
    assert margin.residents == 11
    assert margin.listed is False


def test_the_margin_of_an_unknown_indicator_is_not_known() -> None:
    here = counted()._replace(income_ratio=None)
    margin = margin_residents(here, BASES, load_rules("2014"), national_convicted=None)
    assert margin.residents is None
    assert margin.listed is None


def test_no_list_has_no_margin() -> None:
    assert margin_residents(counted(), BASES, load_rules("none"), national_convicted=None).residents is None

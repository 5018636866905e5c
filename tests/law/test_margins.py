from __future__ import annotations

import itertools
from typing import Any

import pytest

from beboersim.law.lists import LISTED, Indicators, classify, load_rules
from beboersim.law.margins import Bases, TierMargin, margin_residents, tier_margins

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


def tiers(indicators: Indicators, rules: str, **more: Any) -> dict[str, TierMargin]:
    found = tier_margins(indicators, BASES, load_rules(rules), national_convicted=0.0066, **more)
    return {one.tier: one for one in found}


def code(indicators: Indicators, rules: str, **more: Any) -> int:
    found = classify(indicators, load_rules(rules), national_convicted=0.0066, **more).code
    assert found is not None
    return found


@pytest.mark.parametrize("origin", [900, 1000, 1001, 1040])
@pytest.mark.parametrize("outside", [470, 480, 481, 500])
def test_every_status_has_its_own_margin(origin: int, outside: int) -> None:
    """The first number of residents whose change of origin or work changes a status is the margin."""
    fixed: dict[str, Any] = {"convicted": 0, "basic": 500, "income": 0.9}
    here = counted(origin=origin, outside=outside, **fixed)
    margins = tiers(here, "2018")
    now = code(here, "2018")
    assert margins["udsat"].holds == (now >= 2)
    assert margins["ghetto"].holds == (now >= 3)
    for name, status in (("udsat", 2), ("ghetto", 3)):
        reached = now >= status

        def changed(n: int, status: int = status, reached: bool = reached) -> bool:
            steps = [(a, b) for a in (-n, 0, n) for b in (-n, 0, n)]
            return any(
                (code(counted(origin=origin + a, outside=outside + b, **fixed), "2018") >= status) != reached
                for a, b in steps
            )

        assert margins[name].residents == next(n for n in itertools.count(1) if changed(n))


def test_a_tier_within_another_is_lost_with_it() -> None:
    here = counted(origin=1900, outside=481, convicted=0, basic=500, income=0.9)
    margins = tiers(here, "2018")
    assert (margins["udsat"].residents, margins["ghetto"].residents) == (1, 1)
    assert margins["ghetto"].criteria[0].residents == 900


def test_residents_cannot_bring_lists_running() -> None:
    here = counted(origin=1900, outside=500, convicted=0, basic=500, income=0.9)
    assert tiers(here, "2018")["hard_ghetto"].residents is None
    assert tiers(here, "2018")["hard_ghetto"].holds is False
    fifth = tiers(here, "2018", years_listed_as_ghetto=4)["hard_ghetto"]
    assert (fifth.holds, fifth.residents) == (True, 20)
    perhaps = tiers(here, "2018", years_listed_as_ghetto=1, years_at_most=9)["hard_ghetto"]
    assert (perhaps.holds, perhaps.residents) == (None, None)


def test_what_stands_instead_of_the_count_is_a_second_way() -> None:
    # 2018 proposal: ghetto by two of three, or by more than 60 per cent of non-Western origin alone.
    here = counted(origin=1230, outside=400, convicted=0, basic=500, income=0.9)
    margin = tiers(here, "2018-proposal")["ghetto"]
    assert margin.holds is True
    assert margin.residents == 20, "the share of basic schooling (20) is nearer than origin (30)"
    both = counted(origin=1230, outside=500, convicted=0, basic=790, income=0.9)
    assert tiers(both, "2018-proposal")["ghetto"].residents == 30, "both ways must be lost, and origin alone is both"


def test_a_prevention_area_has_a_margin_below_and_above() -> None:
    here = counted(origin=700, outside=400, convicted=0, basic=100, income=0.60)
    margins = tiers(here, "2021")
    assert margins["forebyggelse"].holds is True
    assert margins["udsat"].holds is False
    # Two are needed: 28 convictions (27.72), 81 outside work (80 reach the line), 84 at mean income (83.3).
    assert {one.indicator: one.residents for one in margins["udsat"].criteria} == {
        "outside_work": 81, "convicted": 28, "basic_education": 381, "income_ratio": 84,
    }  # fmt: skip
    assert margins["udsat"].residents == 81

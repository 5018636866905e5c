"""What else follows from a status, and the money, as dated values."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from beboersim.law import consequences as law
from beboersim.law.dated import Rule, rule_on
from beboersim.law.letting.decisions import may_bind_all
from beboersim.policy.catalogue import catalogue

CASES = tomllib.loads((Path(__file__).parent / "consequences.toml").read_text(encoding="utf-8"))["case"]


def held(rule: Rule | None) -> Rule:
    assert rule is not None
    return rule


def plan_is_met(rule: Rule | None, given: dict[str, Any]) -> int:
    rule = held(rule)
    share = law.family_share(**given, m2_a_home=rule.number("business_m2"))
    return law.plan_is_met(share, rule.number("family_share_max"))


ASK: dict[str, Callable[[Rule | None, dict[str, Any]], float]] = {
    "plan_is_met": plan_is_met,
    "small_area_dispensation": lambda rule, given: law.small_area_dispensation(
        **given, residents_below=held(rule).number("residents_below")
    ),
    "special_dispensation": lambda rule, given: law.special_dispensation(
        **given, line=held(rule).number("share_of_family_dwellings")
    ),
    "wind_up_is_met": lambda rule, given: law.plan_is_met(
        law.family_share(given["social"], given["all_dwellings"], 0.0, 0.0, 75.0), held(rule).number("social_share_max")
    ),
    "lease_is_cancelled": lambda rule, given: law.lease_is_cancelled(
        **given, radius_km=held(rule).number("radius_km"), final_needed=int(held(rule).data["final_judgment"])
    ),
    "daycare_room": lambda rule, given: law.daycare_room(**given, cap=held(rule).number("intake_share_max")),
    "may_bind_all": lambda rule, given: may_bind_all(**given, line=held(rule).number("coverage")),
    "value": lambda rule, given: held(rule).number(given["value"]),
}


@pytest.mark.parametrize("case", CASES, ids=[case["says"] for case in CASES])
def test_case(case: dict[str, Any]) -> None:
    if case["ask"] == "plan_duty":
        status, was_hard = case["give"]["status"], case["give"]["was_hard"]
        assert law.plan_duty(status, was_hard, *law.plan_laws(case["on"])) == case["expect"]
        return
    assert ASK[case["ask"]](rule_on(case["rule"], case["on"]), case["give"]) == case["expect"]


def test_the_levers_of_money_hold_what_the_law_says_by_date() -> None:
    frame, share = catalogue()["funding.social_frame"], catalogue()["funding.local_share"]
    for dated in frame.history:
        assert held(rule_on("frame", dated.start)).number("social") == dated.value
        assert held(rule_on("frame", dated.start)).start == dated.start
    local = held(rule_on("local_cofinance", frame.history[-1].start))
    assert local.number("local_share") == share.history[0].value


def test_the_money_model_and_the_law_agree_on_share_and_cycle() -> None:
    from beboersim.month.money import STATUTORY_LOCAL_SHARE

    day = catalogue()["funding.social_frame"].history[-1].start
    assert held(rule_on("local_cofinance", day)).number("local_share") == STATUTORY_LOCAL_SHARE
    cycle = catalogue()["funding.grant_months"].history[0].value
    assert held(rule_on("grant_cycle", day)).number("grant_years") * 12 == cycle

"""Who gets the dwelling: readable cases, and what holds whatever the case."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beboersim.law.letting.case import CaseForm, Decision, decide
from beboersim.law.letting.decisions import REASONS, ROUTES

CASES = tomllib.loads((Path(__file__).parent / "letting.toml").read_text(encoding="utf-8"))["case"]


def frozen(value: Any) -> Any:
    """Lists as tuples, as a case holds them."""
    if isinstance(value, dict):
        return {key: frozen(one) for key, one in value.items()}
    return tuple(map(frozen, value)) if isinstance(value, list) else value


def case_of(table: dict[str, Any]) -> CaseForm:
    area = {"status": table.get("status", "none")} | table.get("area", {})
    vacancy = {"on": table.get("on", date(2020, 2, 1))} | table.get("vacancy", {})
    whole = {"vacancy": vacancy, "area": area, "applicant": table["applicant"]}
    return CaseForm.model_validate(frozen(whole | {"agreement": table.get("agreement", {})}))


def decided(**table: Any) -> Decision:
    return decide(case_of(table))


def reasons(decision: Decision) -> dict[str, set[str]]:
    return {one.name: {why.reason for why in one.why} for one in decision.refused}


@pytest.mark.parametrize("case", CASES, ids=[case["says"] for case in CASES])
def test_case(case: dict[str, Any]) -> None:
    decision = decided(**case)
    assert (decision.tenant or "", decision.route) == (case["expect"], case.get("route"))
    told = reasons(decision)
    assert {*told} == {one["name"] for one in case["applicant"]} - {case["expect"]}
    for name, reason in case.get("why", {}).items():
        assert reason in told[name]
    assert all(told.values()), "every other applicant is told why not"


def test_every_reason_is_given_in_some_case() -> None:
    given = {reason for case in CASES for reason in case.get("why", {}).values()}
    assert {*REASONS[1:], "swap", "rehousing_outside", "behind", "not_open", "not_reached"} <= given


def test_every_route_lets_in_some_case() -> None:
    assert {case["route"] for case in CASES if "route" in case} == {*ROUTES}


# Properties

DAYS = st.dates(date(2010, 1, 1), date(2029, 12, 31))
STATUS = st.sampled_from(["none", "forebyggelse", "udsat", "udsat+parallelsamfund", "omdannelsesomraade"])
BENEFITS = st.sampled_from(["none", "kontanthjaelp", "sho", "foertidspension", "dagpenge"])
FEW = settings(derandomize=True, max_examples=150, deadline=None)


@st.composite
def applicants(draw: st.DrawFn, least: int = 1, most: int = 6) -> list[dict[str, Any]]:
    """Households that stand on some routes, with facts of all kinds."""
    found = []
    for place in range(draw(st.integers(least, most))):
        benefit = draw(BENEFITS)
        one: dict[str, Any] = {
            "name": f"H{place}",
            "age": draw(st.integers(16, 80)),
            "hours": draw(st.sampled_from([0.0, 24.0, 25.0, 37.0])),
            "in_education": draw(st.booleans()),
            "citizen": draw(st.sampled_from(["danish", "eu", "other"])),
            "benefit": benefit,
            "benefit_months": 0 if benefit == "none" else draw(st.integers(0, 12)),
            "children": draw(st.lists(st.integers(0, 17), max_size=3)),
            "lives_in": draw(st.sampled_from(["elsewhere", "organisation", "estate"])),
        }
        if draw(st.booleans()):
            one["need"] = draw(st.integers(0, 5))
        if draw(st.booleans()):
            one["listed_since"] = draw(st.dates(date(2000, 1, 1), date(2009, 12, 31)))
        found.append(one)
    return found


@st.composite
def letting_cases(draw: st.DrawFn) -> dict[str, Any]:
    """A vacancy of any number on any day, what may be agreed, and applicants."""
    return {
        "on": draw(DAYS),
        "status": draw(STATUS),
        "area": {"residents": draw(st.integers(500, 9000)), "outside_work": draw(st.floats(0.0, 1.0))},
        "vacancy": {"number": draw(st.integers(1, 12)), "rooms": draw(st.integers(1, 6))},
        "agreement": {
            "flexible_share": draw(st.sampled_from([0.0, 0.5, 1.0])),
            "combined_letting": draw(st.booleans()),
            "family_first": draw(st.booleans()),
            "local_youth_priority": draw(st.booleans()),
        },
        "applicant": draw(applicants()),
    }


@given(case=letting_cases())
@FEW
def test_everybody_is_answered_once_and_at_most_one_gets_the_home(case: dict[str, Any]) -> None:
    decision = decided(**case)
    names = [one["name"] for one in case["applicant"]]
    answered = [one.name for one in decision.refused] + ([decision.tenant] if decision.tenant else [])
    assert sorted(answered) == sorted(names)
    assert all(one.why for one in decision.refused)
    assert (decision.tenant is None) == (decision.route is None)
    assert decision.route is None or decision.route in decision.open_routes


@given(case=letting_cases())
@FEW
def test_nobody_is_refused_by_a_rule_and_gets_the_home_by_it(case: dict[str, Any]) -> None:
    decision = decided(**case)
    if decision.tenant is None:
        return
    alone = decided(**case | {"applicant": [one for one in case["applicant"] if one["name"] == decision.tenant]})
    assert (alone.tenant, alone.route) == (decision.tenant, decision.route)


@given(case=letting_cases(), data=st.data())
@FEW
def test_who_does_not_get_it_changes_nothing_for_the_others(case: dict[str, Any], data: st.DataObject) -> None:
    decision = decided(**case)
    if not decision.refused:
        return
    out = data.draw(st.sampled_from([one.name for one in decision.refused]))
    rest = [one for one in case["applicant"] if one["name"] != out]
    if rest:
        without = decided(**case | {"applicant": rest})
        assert (without.tenant, without.route) == (decision.tenant, decision.route)
        assert [one for one in decision.refused if one.name != out] == list(without.refused)


def order_of_need(case: dict[str, Any]) -> list[str]:
    """Who would be assigned, one after the other: each time the one before is taken out."""
    left, order = list(case["applicant"]), []
    while left:
        decision = decided(**case | {"applicant": left})
        if decision.route != "assigned":
            break
        order.append(str(decision.tenant))
        left = [one for one in left if one["name"] != decision.tenant]
    return order


@given(needs=st.lists(st.integers(0, 5), min_size=2, max_size=6), which=st.integers(0, 5), more=st.integers(0, 5))
@FEW
def test_more_need_never_lowers_a_place_in_the_order_of_need(needs: list[int], which: int, more: int) -> None:
    which %= len(needs)
    here = {"vacancy": {"number": 4}, "applicant": [{"name": f"H{k}", "need": need} for k, need in enumerate(needs)]}
    there = {"vacancy": {"number": 4}, "applicant": [dict(one) for one in here["applicant"]]}  # type: ignore[union-attr]
    there["applicant"][which]["need"] += more  # type: ignore[index]
    before, after = order_of_need(here), order_of_need(there)
    assert sorted(before) == sorted(after) == sorted(f"H{k}" for k in range(len(needs))), "the order is total"
    assert after.index(f"H{which}") <= before.index(f"H{which}")
    others = [name for name in before if name != f"H{which}"]
    assert [name for name in after if name != f"H{which}"] == others


def test_equals_stand_as_they_came() -> None:
    same = [{"name": name, "need": 3} for name in ("B", "C", "A")]
    assert order_of_need({"vacancy": {"number": 4}, "applicant": same}) == ["B", "C", "A"]
    listed = [{"name": name, "listed_since": date(2010, 1, 1)} for name in ("B", "C", "A")]
    assert decided(applicant=listed).tenant == "B"


@given(case=letting_cases())
@FEW
def test_a_rule_that_bars_nobody_changes_nothing(case: dict[str, Any]) -> None:
    """Everybody works, nobody has a ground: with and without the bars the answer is the same."""
    plain = {"hours": 37.0, "citizen": "danish", "benefit": "none", "benefit_months": 0}
    case = case | {"applicant": [one | plain for one in case["applicant"]]}
    off = {"assignment_bars": False, "hard_area_bar": False, "combined_letting": False}
    on = decided(**case | {"agreement": case["agreement"] | {"combined_letting": True}})
    assert decided(**case | {"agreement": case["agreement"] | off}) == on


@given(case=letting_cases(), reverse=st.booleans())
@FEW
def test_the_order_of_the_file_decides_only_between_equals(case: dict[str, Any], reverse: bool) -> None:
    unequal = [
        one | {"need": place, "listed_since": date(2000, 1, 1 + place)}
        for place, one in enumerate(case["applicant"])
    ]
    case = case | {"applicant": unequal}
    turned = decided(**case | {"applicant": unequal[::-1] if reverse else unequal})
    decision = decided(**case)
    assert (turned.tenant, turned.route) == (decision.tenant, decision.route)

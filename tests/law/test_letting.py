"""Who gets the dwelling: readable cases, and what holds whatever the case."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from beboersim.law.letting.case import CaseForm, Decision, decide

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
